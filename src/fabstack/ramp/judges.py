"""Claims that arithmetic judges in one future: demand, spend, costs, and what can be supplied.

A future is the programme with its dates and numbers, judged as `check` judges it: no plan is made,
processes are mature, and a few days stand for the time between them. So what fails here fails in
any plan; what holds may still fail for want of stock, time or learning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property, partial
from typing import NamedTuple

from fabstack.check.capacity import mix_for, tightest
from fabstack.check.chain import markets_without_wafers
from fabstack.check.chip_claims import chips_claim
from fabstack.check.requirements import Units, all_units, delivered
from fabstack.check.spend_claims import spend_claim
from fabstack.check.supply_claims import cheaper_claim, rivals_ahead
from fabstack.check.verdict import Verdict
from fabstack.model import Programme, grouped
from fabstack.model.days import month_start
from fabstack.model.evidence import Claim, Measure

QUARTER, YEARS = 3, 36  # months between the days on which supply is judged
COVERED_SHARE = 0.995  # a supply that lacks less is rounding, as for a plan
WHOLE = 100.0  # percent
SECOND = 2.0  # place of one who is not served first

Sold = Callable[[str, float, date], float]  # units that suppliers give of those asked for


class Spare(NamedTuple):
    """Whether a claim holds, by how much, and why in words, such as what is scarcest."""

    holds: bool
    amount: float  # in the unit of the measure
    why: str = ""


class Future:
    """A programme in one future, with what several judges ask of it."""

    def __init__(self, programme: Programme, sold: Sold) -> None:
        self.programme = programme
        self._sold = sold
        self._days: dict[date, Day] = {}

    def on(self, day: date) -> Day:
        """What is needed and what can be given on a day."""
        if day not in self._days:
            self._days[day] = Day(self.programme, self._sold, day)
        return self._days[day]


class Day:
    """Needs of the markets on a day, and what plants and suppliers can give of them."""

    def __init__(self, programme: Programme, sold: Sold, day: date) -> None:
        self._programme, self._sold, self._day = programme, sold, day
        self._of_plants: dict[str, float | None] = {}
        self._of_items: dict[tuple[str, bool], float] = {}

    @cached_property
    def needed(self) -> Units:
        """Units a month of every item."""
        return all_units(self._programme, delivered(self._programme, self._day))

    def plant_share(self, plant: str) -> float | None:
        """What a plant can give over what is needed of it; None where nothing is."""
        if plant not in self._of_plants:
            mix = mix_for(self._programme, plant, self.needed)
            most = tightest(self._programme, plant, mix, self._day) if mix else None
            self._of_plants[plant] = most and most.carriers_per_month / sum(mix.values())
        return self._of_plants[plant]

    def share(self, item: str, *, bought: bool) -> float:
        """What own plants, and suppliers if bought, can give of an item over its need.

        What nobody makes or sells as a whole comes of its parts, as many as of the scarcest.
        """
        known = self._of_items
        if (item, bought) not in known:
            known[item, bought] = 0.0  # of a part of itself
            known[item, bought] = self._share(item, bought)
        return known[item, bought]

    def _share(self, item: str, bought: bool) -> float:
        need, routes = self.needed[item], grouped(self._programme.routes, "item")[item]
        if routes or grouped(self._programme.offers, "item")[item]:
            plants = dict.fromkeys(route.plant for route in routes)
            made = sum(min(self.plant_share(plant) or 0.0, 1.0) for plant in plants)
            asked = need * max(1 - made, 0.0)
            return made + (self._sold(item, asked, self._day) / need if bought and asked else 0.0)
        parts = (row.child for row in grouped(self._programme.components, "parent")[item])
        shares = (self.share(part, bought=bought) for part in parts if self.needed.get(part))
        return min(shares, default=0.0)


# --- Judges ---------------------------------------------------------------------------------------


def _by_arithmetic(
    judge: Callable[[Programme, Claim], Verdict], future: Future, claim: Claim
) -> Spare | None:
    verdict = judge(future.programme, claim)
    if verdict.holds is None:
        return None
    return Spare(verdict.holds, WHOLE * (1 / verdict.factor - 1 if verdict.factor else -1.0))


def covers(future: Future, claim: Claim) -> Spare | None:
    """Whether a plant can give what the markets need of it on the day, as `coverage_claim`."""
    share = future.on(claim.date or future.programme.programme.end).plant_share(claim.subject)
    return None if share is None else _spare(share)


def self_supply(future: Future, claim: Claim) -> Spare | None:
    """Whether own plants can give all that is needed of a kind, from the date to the end."""
    head = future.programme.programme
    return _scarcest(future, claim.subject, _days(claim.date or head.start, head.end, YEARS), False)


def bridge(future: Future, claim: Claim) -> Spare | None:
    """Whether own plants and suppliers can give what is needed, every quarter until the date."""
    head = future.programme.programme
    until = claim.date or head.end
    days = (day for day in _days(head.start, until, QUARTER) if day < until)
    return _scarcest(future, claim.subject, days, True)


def _scarcest(future: Future, kind: str, days: Iterator[date], bought: bool) -> Spare | None:
    """The item of a kind, and the day, with the least to spare; None where none is needed."""
    items = [item.name for item in future.programme.items if item.kind == kind]
    shares = [
        (future.on(day).share(item, bought=bought), f"scarcest is '{item}' on {day:%d %B %Y}")
        for day in days
        for item in items
        if future.on(day).needed.get(item, 0.0) > 0
    ]
    if not shares:
        return None
    share, why = min(shares, key=lambda pair: pair[0])
    return _spare(share)._replace(why=why)


def _spare(share: float) -> Spare:
    return Spare(share >= COVERED_SHARE, WHOLE * (share - 1))


def _days(since: date, until: date, months: int) -> Iterator[date]:
    """Some days from one to another, with both."""
    day, steps = since, 0
    while day < until:
        yield day
        steps += months
        day = month_start(since, steps)
    yield until


def place_in_queue(future: Future, claim: Claim) -> Spare | None:
    """Places by which the programme stands no further ahead than claimed."""
    if not grouped(future.programme.rivals, "supplier")[claim.subject]:
        return None
    place = len(rivals_ahead(future.programme, claim.subject)) + 1
    spare = place - (claim.value or SECOND)
    return Spare(spare >= 0, spare)


def one_chain(future: Future, _claim: Claim) -> Spare | None:
    """Whether all markets lead down to wafers; the plan and the simulation are not asked."""
    if not future.programme.markets:
        return None
    loose = markets_without_wafers(future.programme)
    told = f"no wafers behind {', '.join(loose)}" if loose else "all markets lead down to wafers"
    return Spare(not loose, float(-len(loose)), f"{told}; no plan or simulation was asked")


class Judge(NamedTuple):
    """How a measure is judged, and in which unit it has something to spare."""

    of: Callable[[Future, Claim], Spare | None]
    unit: str


JUDGES: Mapping[Measure, Judge] = {
    Measure.CHIPS_PER_YEAR: Judge(partial(_by_arithmetic, chips_claim), "percent"),
    Measure.CHIP_SPEND: Judge(partial(_by_arithmetic, spend_claim), "percent"),
    Measure.CHEAPER_NODE: Judge(partial(_by_arithmetic, cheaper_claim), "percent"),
    Measure.COVERS_DEMAND: Judge(covers, "percent"),
    Measure.SELF_SUPPLY: Judge(self_supply, "percent"),
    Measure.BRIDGE: Judge(bridge, "percent"),
    Measure.QUEUE_RANK: Judge(place_in_queue, "place"),
    Measure.ONE_CHAIN: Judge(one_chain, "market"),
}
