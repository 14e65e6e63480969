"""Random numbers that depend on their keys alone.

Two runs with the same seed give a lot the same luck whatever else differs (common random numbers),
and a peer simulator can be fed the very same draws.
"""

import math

import numpy as np

from fabstack.arrays.types import Law
from fabstack.simulate.kernel_compile import compiled
from fabstack.simulate.kernel_tables import value_at

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
A30, A27, A31, A11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
M1, M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


# --- Keys ---------------------------------------------------------------------------------------


@compiled
def mixed(bits):
    """The output function of SplitMix64 (Steele, Lea and Flood 2014)."""
    bits = (bits ^ (bits >> A30)) * M1
    bits = (bits ^ (bits >> A27)) * M2
    return bits ^ (bits >> A31)


@compiled
def keyed(key, number):
    """64 random bits: draw `number` of the stream that `key` names."""
    return mixed(key + GOLDEN * np.uint64(number))


@compiled
def lot_draw(purpose, lot, step):
    """The number of a lot's draw: one for each purpose, step of its route and visit to it."""
    return numbered(purpose, np.int64(step.number), np.int64(lot.visit))


@compiled
def numbered(purpose, place, times):
    """One number for each purpose (below 2^8), place (2^24) and how often before (2^31)."""
    return purpose + (place << 8) + (times << 32)


@compiled
def share(bits):
    """A uniform number in (0, 1)."""
    return (np.float64(np.int64(bits >> A11)) + 0.5) * 2.0**-53


@compiled
def happens(probability, key, number):
    """Whether something of this probability happens."""
    return share(keyed(key, number)) < probability


# --- Distributions ------------------------------------------------------------------------------


@compiled
def drawn(world, chance, key, number):
    """A value of the distribution `chance` (see Law); a constant costs no draw."""
    if chance.law == Law.CONSTANT:
        return chance.mean_min
    bits = keyed(key, number)
    if chance.law == Law.UNIFORM:
        return chance.a + chance.b * share(bits)
    if chance.law == Law.EXPONENTIAL:
        # math.log, not np.log: NumPy's own log differs in the last bit on some CPUs
        return -chance.mean_min * math.log(share(bits))
    return seldom_drawn(world, chance, bits)


@compiled
def seldom_drawn(world, chance, bits):
    if chance.law == Law.TRIANGULAR:
        return triangular(chance, share(bits))
    if chance.law == Law.PERT:
        return chance.a + chance.b * pert_share(chance, bits)
    if chance.law == Law.NORMAL:
        return max(0.0, chance.mean_min + chance.b * normal(share(bits)))
    if chance.law == Law.LOGNORMAL:
        return chance.a * math.exp(chance.b * normal(share(bits)))
    if chance.law == Law.GAMMA:
        return chance.mean_min / chance.a * gamma(chance.a, bits)
    return value_at(world, np.int64(chance.a + chance.b * share(bits))).value


@compiled
def triangular(chance, u):
    """The inverse of the distribution; the mode follows from the mean."""
    if chance.b == 0.0:
        return chance.a
    mode_share = min(1.0, max(0.0, 3.0 * (chance.mean_min - chance.a) / chance.b - 1.0))
    if u < mode_share:
        return chance.a + chance.b * math.sqrt(u * mode_share)
    return chance.a + chance.b * (1.0 - math.sqrt((1.0 - u) * (1.0 - mode_share)))


@compiled
def pert_share(chance, bits):
    """Where a beta-PERT draw lies between lowest and highest (ratio of two gammas)."""
    if chance.b == 0.0:
        return 0.0
    mean_share = (chance.mean_min - chance.a) / chance.b
    left = gamma(6.0 * mean_share, bits)
    return left / (left + gamma(6.0 - 6.0 * mean_share, ~bits))


@compiled
def gamma(shape, bits):
    """A Gamma(shape, 1) draw (Marsaglia and Tsang 2000, with its boost below shape 1)."""
    if shape < 1.0:
        boost = share(mixed(bits)) ** (1.0 / shape)
        return boost * gamma_from_1(shape + 1.0, bits)
    return gamma_from_1(shape, bits)


@compiled
def gamma_from_1(shape, bits):
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    attempt = np.int64(1)
    while True:
        z = normal(share(keyed(bits, attempt)))
        root = 1.0 + c * z
        v = root * root * root
        u = share(keyed(bits, attempt + 1))
        if v > 0.0 and math.log(u) < 0.5 * z * z + d - d * v + d * math.log(v):
            return d * v
        attempt += 2


# --- The normal distribution --------------------------------------------------------------------


@compiled
def normal(u):
    """The standard normal value below which a share `u` lies (Wichura 1988, AS 241, PPND16)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return normal_centre(q)
    r = math.sqrt(-math.log(min(u, 1.0 - u)))
    tail = normal_near_tail(r - 1.6) if r <= 5.0 else normal_far_tail(r - 5.0)
    return -tail if q < 0.0 else tail


@compiled
def normal_centre(q):
    r = 0.180625 - q * q
    top = 2509.0809287301226727 * r + 33430.575583588128105
    top = ((top * r + 67265.770927008700853) * r + 45921.953931549871457) * r
    top = ((top + 13731.693765509461125) * r + 1971.5909503065514427) * r
    top = (top + 133.14166789178437745) * r + 3.387132872796366608
    low = 5226.495278852854561 * r + 28729.085735721942674
    low = ((low * r + 39307.89580009271061) * r + 21213.794301586595867) * r
    low = ((low + 5394.1960214247511077) * r + 687.1870074920579083) * r
    low = (low + 42.313330701600911252) * r + 1.0
    return q * top / low


@compiled
def normal_near_tail(r):
    top = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
    top = ((top * r + 0.24178072517745061177) * r + 1.27045825245236838258) * r
    top = ((top + 3.64784832476320460504) * r + 5.7694972214606914055) * r
    top = (top + 4.6303378461565452959) * r + 1.42343711074968357734
    low = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
    low = ((low * r + 0.0151986665636164571966) * r + 0.14810397642748007459) * r
    low = ((low + 0.68976733498510000455) * r + 1.6763848301838038494) * r
    low = (low + 2.05319162663775882187) * r + 1.0
    return top / low


@compiled
def normal_far_tail(r):
    top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    top = ((top * r + 0.0012426609473880784386) * r + 0.026532189526576123093) * r
    top = ((top + 0.29656057182850489123) * r + 1.7848265399172913358) * r
    top = (top + 5.4637849111641143699) * r + 6.6579046435011037772
    low = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7
    low = ((low * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r
    low = ((low + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
    low = (low + 0.59983220655588793769) * r + 1.0
    return top / low
