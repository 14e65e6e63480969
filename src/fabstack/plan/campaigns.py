"""Campaigns: to start a route, or any route of a family, at all in a period takes a setup.

    sum over routes of starts(r, t)  <=  most(c, t) x set_up(c, t)          set_up is 0 or 1
    sum over routes of starts(r, t)  >=  minimum(c) x set_up(c, t)
    hours of the tool group + setup_h(c) x set_up(c, t)  <=  hours there are

`most` is the smallest of what may be started, of what the hours of each tool group allow after the
setup, and of what all demand that is still open can use. The last one needs every unit started to
cost at least nothing, which prices and costs of a programme do.

A campaign that `carries_over` may also start in a period in which its setup is kept from the one
before (`kept_setups`): set_up(c, t) + kept_up(c, t), at most 1, stands in place of set_up(c, t).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from fabstack.model import by_key, grouped
from fabstack.model.choices import Campaign
from fabstack.plan.capacity import usable_hours
from fabstack.plan.deliver import Delivering
from fabstack.plan.facts import Facts
from fabstack.plan.kept_setups import add_kept_setups
from fabstack.plan.load import uses
from fabstack.plan.make import Making
from fabstack.plan.options import Integers
from fabstack.plan.phases import most_built_hours
from fabstack.plan.program import LinearProgram
from fabstack.plan.purchases import most_hours_added
from fabstack.plan.requirements import asked, contents
from fabstack.plan.types import Floats, Ints

MOST = 1e9  # carriers in a period, where nothing else says


class Terms(NamedTuple):
    """A campaign on the axis of periods."""

    name: str
    routes: Ints
    group: int | None  # tool group whose hours the setup takes
    setup_usd: Floats  # [period]
    setup_h: Floats  # [period]
    least: Floats  # [period] carriers
    most: Floats  # [period] carriers, infinite without a limit
    carries_over: bool = False


class Campaigns(NamedTuple):
    """The campaigns, and how many carriers each can start at most."""

    terms: tuple[Terms, ...]
    most: Floats  # [campaign, period] in a period with its setup
    most_kept: Floats  # [campaign, period] in one in which its setup is there from before

    @property
    def carrying(self) -> Ints:
        """Campaigns whose setup may be kept."""
        return np.flatnonzero([one.carries_over for one in self.terms])


def add_campaigns(
    lp: LinearProgram, facts: Facts, making: Making, delivering: Delivering
) -> Campaigns:
    """Columns of setups [campaign, period], and the rows that tie starts to them."""
    found = tuple(terms(facts))
    most, most_kept = (_most(facts, found, making, delivering, kept) for kept in (False, True))
    campaigns = Campaigns(found, most, most_kept)
    usd = np.array([one.setup_usd for one in found]).reshape(most.shape)
    whole = facts.options.integers is Integers.WHOLE
    set_up = lp.add_columns(
        "set_up", most.shape, cost=usd * facts.money, upper=(most > 0) * 1.0, whole=whole
    )
    above = lp.add_rows("campaign", most.shape, high=0.0)
    below = lp.add_rows("campaign_least", most.shape, low=0.0)
    for place, one in enumerate(found):
        lp.add_entries(above[place], making.starts[one.routes], 1.0)
        lp.add_entries(above[place], set_up[place], -most[place])
        lp.add_entries(below[place], making.starts[one.routes], (one.least > 0) * 1.0)
        lp.add_entries(below[place], set_up[place], -one.least)
        if one.group is not None:
            lp.add_entries(lp.rows["tool_hours"][one.group], set_up[place], one.setup_h)
    carrying = campaigns.carrying
    groups = [-1 if one.group is None else one.group for one in found]
    kept = add_kept_setups(lp, set_up, np.array(groups, dtype=np.int64), carrying, whole=whole)
    lp.add_entries(above[carrying], kept, -most_kept[carrying])
    return campaigns


def kept_up(campaigns: Campaigns, values: Floats) -> Floats:
    """What is kept, of all campaigns [campaign, period]."""
    found = np.zeros(campaigns.most.shape)
    found[campaigns.carrying] = values
    return found


def terms(facts: Facts) -> list[Terms]:
    """All campaigns of a programme; before its first row a campaign takes nothing."""
    names = dict.fromkeys(row.name for row in facts.programme.campaigns)
    return [_terms(facts, grouped(facts.programme.campaigns, "name")[name]) for name in names]


def _terms(facts: Facts, rows: list[Campaign]) -> Terms:
    rows = sorted(rows, key=lambda row: row.from_date)
    groups = list(by_key(facts.programme.tool_groups))
    named = next((row.tool_group for row in rows if row.tool_group), None)
    row_of = _row_of_each(facts, rows)
    return Terms(
        name=rows[0].name,
        routes=routes_of(facts, rows[0]),
        group=None if named is None else groups.index(named),
        setup_usd=np.array([row.setup_usd if row else 0.0 for row in row_of]),
        setup_h=np.array([row.setup_h if row else 0.0 for row in row_of]),
        least=np.array([row.minimum_carriers if row else 0.0 for row in row_of]),
        most=np.array([_limit(row) for row in row_of]),
        carries_over=rows[0].carries_over,
    )


def _limit(row: Campaign | None) -> float:
    return np.inf if row is None or row.maximum_carriers is None else row.maximum_carriers


def routes_of(facts: Facts, row: Campaign) -> Ints:
    """Routes that a campaign is for."""
    return np.array(
        [
            place
            for place, route in enumerate(facts.programme.routes)
            if route.name == row.route or (row.family and route.family == row.family)
        ],
        dtype=np.int64,
    )


def _row_of_each(facts: Facts, rows: list[Campaign]) -> list[Campaign | None]:
    """The row that is in force in the middle of each period [period]."""
    edges = [*(facts.periods.position(row.from_date) for row in rows), np.inf]
    found: list[Campaign | None] = [None] * facts.periods.count
    for row, (begins, ends) in zip(rows, pairwise(edges), strict=True):
        for period in np.flatnonzero(
            (facts.periods.middles >= begins) & (facts.periods.middles < ends)
        ).tolist():
            found[period] = row
    return found


def _most(
    facts: Facts,
    found: tuple[Terms, ...],
    making: Making,
    delivering: Delivering,
    is_kept: bool,
) -> Floats:
    """Carriers that a campaign can start in a period, set up in it or before [campaign, period]."""
    shape = (len(found), facts.periods.count)
    if not found:
        return np.zeros(shape)
    by_hours = _by_hours(facts, found, is_kept)
    useful = useful_carriers(facts, found, making, delivering)
    rows = []
    for place, one in enumerate(found):
        wanted = np.maximum(useful[one.routes].sum(axis=0), one.least)
        rows.append(np.minimum.reduce([one.most, by_hours[place], wanted, np.full(shape[1], MOST)]))
    return np.array(rows).reshape(shape)


def _by_hours(facts: Facts, found: tuple[Terms, ...], is_kept: bool) -> Floats:
    """Carriers for which each tool group has the hours, what is set up in a period taken off."""
    limits = np.full((len(found), facts.periods.count), np.inf)
    most_h = usable_hours(facts) + most_hours_added(facts) + most_built_hours(facts)
    hours = _hours_at_once(facts)
    for place, one in enumerate(found):
        for group, each in hours.items():
            setup_h = one.setup_h if group == one.group and not is_kept else 0.0
            least = each[one.routes].min(axis=0)
            room = np.maximum(most_h[group] - setup_h, 0.0)
            has = least > 0
            limits[place, has] = np.minimum(limits[place, has], room[has] / least[has])
    return limits


def _hours_at_once(facts: Facts) -> dict[int, Floats]:
    """Group -> hours that a carrier asks for in the very period of its start [route, period]."""
    found: dict[int, Floats] = {}
    shape = (len(facts.programme.routes), facts.periods.count)
    for use in uses(facts):
        hours = found.setdefault(use.group, np.zeros(shape))
        is_now = use.starts == use.asks
        hours[use.route, use.starts[is_now]] += use.hours[is_now]
    return found


def useful_carriers(
    facts: Facts, found: tuple[Terms, ...], making: Making, delivering: Delivering
) -> Floats:
    """Carriers of which a unit may still be of use, started in a period [route, period]."""
    into, forced = contents(facts), _forced_units(facts, found, making)
    rows = []
    for route in facts.programme.routes:
        units = _open(facts, delivering, route.item, into[route.item])
        rows.append(units + sum(n * forced.get(item, 0.0) for item, n in into[route.item].items()))
    units = np.array(rows).reshape(making.units.shape)
    carriers: Floats = np.where(
        making.expected > 0, units / np.maximum(making.expected, 1e-12), np.inf
    )
    return carriers


def _forced_units(facts: Facts, found: tuple[Terms, ...], making: Making) -> dict[str, float]:
    """Item -> most units that minimum lots alone may bring, beside what is asked for."""
    forced: dict[str, float] = {}
    for one in found:
        for place in one.routes.tolist() if one.least.any() else ():
            item = facts.programme.routes[place].item
            units = float((one.least * making.expected[place]).sum())
            forced[item] = forced.get(item, 0.0) + units
    return forced


def _open(facts: Facts, delivering: Delivering, item: str, into: Mapping[str, float]) -> Floats:
    """Units asked for from a period on, those asked for earlier and still late among them."""
    wanted = asked(facts, delivering.wishes, item, into)
    safety = sum(into.get(row.item, 0.0) * row.safety for row in facts.programme.stocks)
    total: Floats = np.cumsum(wanted[::-1])[::-1] + late_units(facts, wanted) + safety
    return total


def late_units(facts: Facts, wanted: Floats) -> Floats:
    """Units asked for before a period that may be late at its start [period]."""
    begins, patience = facts.periods.edges, facts.programme.planning.backlog_months
    first = np.searchsorted(begins[1:], begins[:-1] - patience + 1e-9, side="right")
    before = np.concatenate([[0.0], np.cumsum(wanted)])
    late: Floats = before[:-1] - before[np.minimum(first, facts.periods.numbers)]
    return late
