"""The steps of bench/run in the Python library lifetimes, on the same orders.

Reads orders.csv (customer, at, amount), which is not timed, and prints a line
"step|seconds|megabytes|" for each step: the median of three runs, or one run
when that takes more than a minute; megabytes are the peak of the process so
far.  Usage: lifetimes_steps.py orders.csv AS_OF
"""
import resource
import statistics
import sys
import time
import warnings

import pandas
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data

warnings.simplefilter("ignore")


def measure(step, run):
    seconds = []
    while len(seconds) < 3 and not (seconds and seconds[0] > 60):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{step}|{statistics.median(seconds):.3f}|{peak:.0f}|", flush=True)
    return result


def main(path, as_of):
    orders = pandas.read_csv(path, parse_dates=["at"])
    base = measure(
        "summary_data_from_transaction_data",
        lambda: summary_data_from_transaction_data(
            orders, "customer", "at", "amount", observation_period_end=as_of))
    x, tx, t = base["frequency"], base["recency"], base["T"]
    repeat = base[base["frequency"] > 0]
    measure("BetaGeoFitter.fit", lambda: BetaGeoFitter().fit(x, tx, t))
    model = measure("ModifiedBetaGeoFitter.fit",
                    lambda: ModifiedBetaGeoFitter().fit(x, tx, t))
    spend = measure("GammaGammaFitter.fit", lambda: GammaGammaFitter().fit(
        repeat["frequency"], repeat["monetary_value"]))
    measure("P(alive), purchases, CLV of 12 months", lambda: (
        model.conditional_probability_alive(x, tx, t),
        model.conditional_expected_number_of_purchases_up_to_time(
            365.25, x, tx, t),
        spend.customer_lifetime_value(
            model, x, tx, t, base["monetary_value"], time=12,
            discount_rate=1.1 ** (1 / 12) - 1, freq="D")))


main(*sys.argv[1:])
