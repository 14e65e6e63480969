"""Published times to build a fab, by region: what a claimed or sampled time is held against.

Two sources that count different spans, so a time must be compared with the one of its own span.
Means of many fabs or statements of a builder, no promises of one owner. An activity may draw its
duration from one of them by name (`prior`): it took others so long, slips and all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from fabstack.model import Distribution, Kind
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.evidence import Grade

BUILT = "start of construction to production"
PERMITTED = "design and permit to the end of construction"
CSET = "CSET, No Permits, No Fabs, 2021: mean of some 635 fabs, 1990 to 2020; range: the 2010s"
# Spread of single fabs about the mean of their region: sources give none, so that of the execution
# slip of six fabs 2020 to 2025 (reference, section 8; estimate).
SPREAD = 0.14
EXYTE = "Exyte, 2025, as reported; range: shortest and longest permit"


class PublishedTime(NamedTuple):
    """Months that a fab takes in a region."""

    name: str
    region: str
    span: str
    low: float
    value: float
    high: float
    year: int
    source: str
    grade: Grade


def _cset(name: str, region: str, days: float, days_2010s: float | None = None) -> PublishedTime:
    ends = sorted((days, days if days_2010s is None else days_2010s))
    low, value, high = (end / DAYS_PER_MONTH for end in (ends[0], days, ends[1]))
    return PublishedTime(
        f"built-{name}", region, BUILT, low, value, high, 2021, CSET, Grade.PUBLISHED
    )


def _exyte(
    name: str, region: str, permit: tuple[float, float], build: float, total: float
) -> PublishedTime:
    low, high = min(permit[0] + build, total), permit[1] + build
    name = f"permitted-{name}"
    return PublishedTime(name, region, PERMITTED, low, total, high, 2025, EXYTE, Grade.PRESS)


BUILD_TIMES = (
    _cset("japan", "Japan", 584),
    _cset("korea", "Korea", 620),
    _cset("taiwan", "Taiwan", 654, 642),
    _cset("europe", "Europe and Middle East", 690),
    _cset("china", "China", 701, 675),
    _cset("us", "United States", 736, 918),
    _cset("south-east-asia", "South-East Asia", 781),
    _exyte("taiwan", "Taiwan", (6, 13), 13, 19),
    _exyte("south-east-asia", "South-East Asia", (7, 15), 16, 23),
    _exyte("europe", "Europe", (10, 18), 24, 34),
    _exyte("us", "United States", (14, 20), 24, 38),
)

PRIORS = {one.name: one for one in BUILD_TIMES}


def prior(name: str) -> Distribution:
    """Months of one fab: a lognormal with the published mean, and the spread of single fabs."""
    return Distribution(Kind.LOGNORMAL, (PRIORS[name].value * math.exp(-(SPREAD**2) / 2), SPREAD))
