"""Share of dies without a killing defect, by the way defects are spread over the wafer.

`defects` is the mean number of killing defects on a die, m = D0 x A x critical-area ratio. The
first four average exp(-m) over a density that is the same everywhere, or spread as a triangle, a
rectangle or an exponential. Authors disagree on the names; each definition has one of its own here.
"""

from __future__ import annotations

import numpy as np

from fabstack.economics.numeric import (
    Floats,
    Number,
    compound_decay,
    decay_ratio,
    exp,
    plain,
    power,
    sqrt,
)


def poisson_yield(defects: Number) -> Number:
    """exp(-m): defects fall independently and evenly (Hofstein and Heiman 1963).

    >>> round(poisson_yield(1.0), 6)
    0.367879
    """
    return exp(-defects)


def murphy_yield(defects: Number) -> Number:
    """((1 - exp(-m)) / m)^2: a triangular density (Murphy, Proc. IEEE 52, 1964)."""
    return power(decay_ratio(defects), 2.0)


def rectangular_yield(defects: Number) -> Number:
    """(1 - exp(-2m)) / 2m: an even density between 0 and twice the mean (Murphy 1964)."""
    return decay_ratio(2 * defects)


def seeds_yield(defects: Number) -> Number:
    """1 / (1 + m): an exponential density (R. B. Seeds 1967)."""
    return 1 / (1 + defects)


def seeds_sqrt_yield(defects: Number) -> Number:
    """exp(-sqrt(m)): also called Seeds, by ICE and some planners; another curve altogether."""
    return exp(-sqrt(defects))


def negative_binomial_yield(defects: Number, alpha: float | Floats = 3.0) -> Number:
    """(1 + m / alpha)^-alpha: clustered defects (Stapper 1973; Cunningham 1990).

    An alpha of 1 is Seeds; an infinite alpha is Poisson. Typical are 0.5 to 2 for a mature process
    and more than 5 for nearly no clusters.
    """
    return compound_decay(defects, alpha)


def bose_einstein_yield(defects_per_layer: Number, layers: float | Floats = 1.0) -> Number:
    """(1 + m_layer)^-n with the defects of one critical layer (Price, Proc. IEEE 1970)."""
    return power(1 + defects_per_layer, -layers)


def hennessy_patterson_yield(defects: Number, complexity: float | Floats = 1.0) -> Number:
    """(1 + D x A)^-N with the process-complexity factor N (Computer Architecture, 5th ed., 1.6).

    The same curve as Bose-Einstein; D is fitted together with N and is no layer's density.
    """
    return power(1 + defects, -complexity)


def patterson_hennessy_yield(defects: Number) -> Number:
    """1 / (1 + D x A / 2)^2 (Computer Organization and Design, 5th ed., example 1.10)."""
    return power(1 + defects / 2, -2.0)


def anysilicon_murphy_yield(defects: Number, alpha: float | Floats = 2.0) -> Number:
    """((1 - exp(-m / a)) / (m / a))^a: called Murphy by one public calculator.

    No alpha makes it Murphy's own curve; for alpha -> infinity it tends to exp(-m / 2).
    """
    near_limit = np.greater(alpha, 1e8)  # there the power loses the digits of 1 - m / 2a
    finite = np.where(near_limit, 1.0, alpha)
    share: Number = plain(
        np.where(
            near_limit, np.exp(np.divide(defects, -2)), decay_ratio(defects / finite) ** finite
        )
    )
    return share
