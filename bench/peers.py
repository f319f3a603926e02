"""The fits of bench/run in the Python libraries lifetimes and pymc-marketing.

Reads base_MODEL.csv (customer, frequency, recency, t, monetary) for each
model, which is not timed, and prints for each fit

	step|seconds|megabytes|remark

where megabytes are the peak of the process so far.  Each fit is timed on ever
more customers, four times as many each time, until they are all there or it
takes ENOUGH seconds.  If the line through the last two says that all of them
take less than LIMIT seconds they are fitted as well; otherwise the line's
answer is printed, and the remark says so.

Usage: peers.py lifetimes|pymc DIRECTORY
"""
import logging
import resource
import sys
import time
import warnings

import pandas

ENOUGH = 10
LIMIT = 120
FEW = {"lifetimes": 500, "pymc": 5000}[sys.argv[1]]
directory = sys.argv[2]
warnings.simplefilter("ignore")


def seconds(fit, rows):
    start = time.perf_counter()
    fit(rows)
    return time.perf_counter() - start


def measure(step, fit, rows):
    """Time fit(rows), or say what smaller bases make of it."""
    remark = ""
    try:
        fit(rows.head(200))  # whatever happens once only, such as compiling
        times = []
        n = FEW
        while not times or times[-1][0] < len(rows):
            n = min(n, len(rows))
            times.append((n, seconds(fit, rows.head(n))))
            if len(times) > 1 and times[-1][1] > ENOUGH:
                break
            n *= 4
        (few, before), (some, taken) = times[-2:]
        line = taken + (taken - before) / (some - few) * (len(rows) - some)
        if some < len(rows) and line < LIMIT:
            taken = seconds(fit, rows)
        elif some < len(rows):
            taken = line
            remark = f"scaled from {few:,} and {some:,}"
        taken = f"{taken:.3f}"
    except Exception as error:  # the library's own verdict on the data
        taken, remark = "", f"{type(error).__name__}: {error}".split("\n")[0][:60]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{step}|{taken}|{peak:.0f}|{remark}", flush=True)


def base(model):
    return pandas.read_csv(f"{directory}/base_{model}.csv")


def lifetimes():
    import lifetimes as lt

    for model, fitter in (("bgnbd", lt.BetaGeoFitter),
                          ("mbgnbd", lt.ModifiedBetaGeoFitter),
                          ("paretonbd", lt.ParetoNBDFitter),
                          ("bgbb", lt.BetaGeoBetaBinomFitter)):
        measure(fitter.__name__ + ".fit",
                lambda rows: fitter().fit(rows["frequency"], rows["recency"], rows["t"]),
                base(model))
    spenders = base("mbgnbd").query("monetary > 0")
    measure("GammaGammaFitter.fit",
            lambda rows: lt.GammaGammaFitter().fit(rows["frequency"], rows["monetary"]),
            spenders)


def pymc():
    from pymc_marketing import clv

    logging.disable(logging.ERROR)

    def fit(model):
        return lambda rows: model(data=rows).fit(method="map", progressbar=False)

    names = {"customer": "customer_id", "t": "T", "monetary": "monetary_value"}
    timing = ["customer_id", "frequency", "recency", "T"]
    for model, its in (("bgnbd", clv.BetaGeoModel),
                       ("mbgnbd", clv.ModifiedBetaGeoModel),
                       ("paretonbd", clv.ParetoNBDModel),
                       ("bgbb", clv.BetaGeoBetaBinomModel)):
        rows = base(model).rename(columns=names)[timing]
        if model == "bgbb":  # it knows one number of opportunities only
            rows["T"] = rows["T"].max()
        measure(its.__name__ + ".fit", fit(its), rows)
    spenders = base("mbgnbd").query("monetary > 0").rename(columns=names)
    measure("GammaGammaModel.fit", fit(clv.GammaGammaModel),
            spenders[["customer_id", "frequency", "monetary_value"]])


{"lifetimes": lifetimes, "pymc": pymc}[sys.argv[1]]()
