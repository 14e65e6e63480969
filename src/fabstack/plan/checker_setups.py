"""What the independent checker says of setups, kept or new."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.model import Programme
from fabstack.model.choices import Campaign
from fabstack.plan.checker_terms import Terms
from fabstack.plan.result import PlanResult

Error = tuple[float, str]  # relative to what flows, and what it is about


def setup_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """Nothing starts without its setup, and with one neither too little nor too much."""
    is_whole = result.options.integers == "whole"
    for name, period, row in terms.campaigns():
        place = result.names.campaigns.index(name)
        set_up, kept = float(result.set_up[place, period]), float(result.kept_up[place, period])
        started = _started(terms.programme, result, row, period)
        what = f"campaign {name} in period {period}"
        if is_whole:
            yield abs(set_up - round(set_up)) + abs(kept - round(kept)), what
            yield started if set_up + kept < 0.5 else 0.0, what
        yield max(set_up + kept - 1.0, 0.0), f"{what}: more than one lot"
        yield _excess(row.minimum_carriers * set_up, started), what
        if row.maximum_carriers is not None:
            yield _excess(started, row.maximum_carriers * (set_up + kept)), what
    yield from _kept_errors(terms, result)


def _started(programme: Programme, result: PlanResult, row: Campaign, period: int) -> float:
    return sum(
        float(result.starts[place, period])
        for place, route in enumerate(programme.routes)
        if route.name == row.route or (row.family and route.family == row.family)
    )


def _kept_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """A setup is kept where it was, by one campaign of a tool group, and alone where it stays."""
    rows = {row.name: row for row in terms.programme.campaigns}
    for place, name in enumerate(result.names.campaigns):
        may_keep = rows[name].carries_over
        for period in range(terms.periods):
            kept = float(result.kept_up[place, period])
            there = 0.0
            if may_keep and period:
                there = float(result.set_up[place, period - 1] + result.kept_up[place, period - 1])
            yield max(kept - there, 0.0), f"setup of {name} kept into period {period}"
    for group in {row.tool_group for row in rows.values() if row.carries_over}:
        places = [
            place
            for place, name in enumerate(result.names.campaigns)
            if rows[name].tool_group == group
        ]
        for period in range(terms.periods):
            held = result.kept_up[places, period]
            what = f"setups kept by {group} into period {period}"
            yield max(float(held.sum()) - 1.0, 0.0), what
            if period + 1 < terms.periods:
                through = float((held + result.kept_up[places, period + 1]).max()) - 1.0
                others = float(result.set_up[places, period].max())
                yield max(through + others - 1.0, 0.0), f"{what}, and another beside it"


def _excess(amount: float, most: float) -> float:
    return max(amount - most, 0.0) / max(most, 1.0)
