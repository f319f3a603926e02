"""Arguments over the domain of the models, and the right values to 30 digits.

A line is: function, its arguments as hexadecimal doubles, the value, and what
an error is held against.  The
arguments are drawn with a fixed seed, log-uniformly over the domain that the
models ask for; the values are mpmath's, with 60 digits or more.
"""

import random

from mpmath import exp, log, loggamma, mp, mpf, nstr, psi, quad

mp.dps = 60
random.seed(20261201)


def log_uniform(low, high):
    return 10 ** random.uniform(low, high)


def line(name, arguments, value, scale=None):
    """scale: what an error is held against, where it is not the value."""
    print(name, len(arguments), *[float(a).hex() for a in arguments],
          nstr(value, 30, strip_zeros=False), nstr(abs(value if scale is None else scale), 6))


def lnpoch(a, x):
    return loggamma(a + x) - loggamma(a) - x * log(a)


def log_survive(a, b, k):
    mp.dps = 90
    value = loggamma(b + k) - loggamma(b) - loggamma(a + b + k) + loggamma(a + b)
    mp.dps = 60
    return value


def negbin(r, z, k):
    y = z / (1 + z)
    return exp(loggamma(r + k) - loggamma(r) - loggamma(k + 1) + k * log(y) - r * log(1 + z))


def negbin_upper(r, z, k):
    """1 less the sum below k, with digits enough for what cancels."""
    mp.dps = 400
    y = mpf(z) / (1 + z)
    term = exp(-r * log(1 + mpf(z)))
    below = mpf(0)
    for j in range(int(k)):
        below += term
        term *= (r + j) / (j + 1) * y
    value = 1 - below
    mp.dps = 60
    return +value


def expint_part(s, w, to):
    """The integral of exp(-s y - w (e^y - 1)) from 0 to "to", by panels that
    double, to where nothing is left."""
    length = 1 / (s + w + 1)
    ends = [mpf(0)]
    while ends[-1] < to and s * ends[-1] + w * mp.expm1(ends[-1]) < 120:
        ends.append(min(to, ends[-1] + length))
        length *= 2
    return quad(lambda y: exp(-s * y - w * mp.expm1(y)), ends)


for i in range(400):
    a = mpf(log_uniform(-4, 6))
    x = mpf(int(log_uniform(0, 5)))
    line('pochhammer_ln', (a, x), lnpoch(a, x), max(abs(x * log(a)), abs(loggamma(a + x) - loggamma(a))))
    line('pochhammer_d1', (a, x), psi(0, a + x) - psi(0, a))
    line('pochhammer_d2', (a, x), psi(1, a + x) - psi(1, a))
    line('trigamma', (a,), psi(1, a))
    line('stirling_rest', (a,), loggamma(a) - (a - mpf(1) / 2) * log(a) + a - log(2 * mp.pi) / 2)
for i in range(400):
    a, b = mpf(log_uniform(-4, 6)), mpf(log_uniform(-4, 6))
    k = mpf(int(log_uniform(0, 5)))
    line('log_survive', (a, b, k), log_survive(a, b, k))
    d = mpf(random.uniform(-3, 3))
    p = 1 / (1 + b / a * exp(-d))
    line('beta_log_density', (a, b, d), a * log(p) + b * log(1 - p) - loggamma(a) - loggamma(b) + loggamma(a + b))
for i in range(200):
    r, z = mpf(log_uniform(-4, 6)), mpf(log_uniform(-4, 3))
    k = mpf(int(r * z * mpf(random.uniform(0, 3))))
    if k <= 20000:
        value = negbin(r, z, k)
        if value > mpf(10) ** -300:
            line('negbin', (r, z, k), value)
        value = negbin_upper(r, z, k) if k < 5000 else mpf(0)
        if value > mpf(10) ** -300:
            line('negbin_upper', (r, z, k), value)
for i in range(300):
    s, w = 1 + mpf(log_uniform(-4, 4)), mpf(log_uniform(-12, 6))
    line('expint', (s, w), expint_part(s - 1, w, mpf(10) ** 9))
for i in range(100):
    s, w, to = mpf(log_uniform(-3, 2)), mpf(log_uniform(-6, 2)), mpf(log_uniform(-2, 1))
    line('expint_part', (s, w, to), expint_part(s, w, to))
for i in range(200):
    a, b, c = mpf(log_uniform(-3, 5)), mpf(log_uniform(-3, 5)), mpf(log_uniform(-2, 2))
    line('beta_mean', (a, b, c), mp.hyp1f1(a, a + b, -c))
for i in range(200):
    # graded: rows and columns of a well-conditioned matrix in units that differ
    n = 4
    unit = [mpf(log_uniform(-5, 5)) for _ in range(n)]
    q = [[mpf(random.gauss(0, 1)) for _ in range(n)] for _ in range(n)]
    packed = []
    matrix = mp.matrix(n, n)
    for row in range(n):
        for column in range(row + 1):
            element = float((sum(q[row][k] * q[column][k] for k in range(n)) + (1 if row == column else 0))
                            * unit[row] * unit[column])
            packed.append(mpf(element))
            matrix[row, column] = matrix[column, row] = mpf(element)
    line('eigen_least', packed, min(mp.eigsy(matrix, eigvals_only=True)))
    line('inverse_first', packed, (matrix ** -1)[0, 0])
