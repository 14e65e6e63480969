"""Published times to build a fab, by region: what a claimed or sampled time is held against.

Two sources that count different spans, so a time must be compared with the one of its own span.
Means of many fabs or statements of a builder, no promises of one owner.
"""

from __future__ import annotations

from typing import NamedTuple

from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.evidence import Grade

BUILT = "start of construction to production"
PERMITTED = "design and permit to the end of construction"
CSET = "CSET, No Permits, No Fabs, 2021: mean of some 635 fabs, 1990 to 2020; range: the 2010s"
EXYTE = "Exyte, 2025, as reported; range: shortest and longest permit"


class PublishedTime(NamedTuple):
    """Months that a fab takes in a region."""

    region: str
    span: str
    low: float
    value: float
    high: float
    year: int
    source: str
    grade: Grade


def _cset(region: str, days: float, days_2010s: float | None = None) -> PublishedTime:
    ends = sorted((days, days if days_2010s is None else days_2010s))
    low, value, high = (end / DAYS_PER_MONTH for end in (ends[0], days, ends[1]))
    return PublishedTime(region, BUILT, low, value, high, 2021, CSET, Grade.PUBLISHED)


def _exyte(region: str, permit: tuple[float, float], build: float, total: float) -> PublishedTime:
    low, high = permit[0] + build, permit[1] + build
    return PublishedTime(region, PERMITTED, min(low, total), total, high, 2025, EXYTE, Grade.PRESS)


BUILD_TIMES = (
    _cset("Japan", 584),
    _cset("Korea", 620),
    _cset("Taiwan", 654, 642),
    _cset("Europe and Middle East", 690),
    _cset("China", 701, 675),
    _cset("United States", 736, 918),
    _cset("South-East Asia", 781),
    _exyte("Taiwan", (6, 13), 13, 19),
    _exyte("South-East Asia", (7, 15), 16, 23),
    _exyte("Europe", (10, 18), 24, 34),
    _exyte("United States", (14, 20), 24, 38),
)
