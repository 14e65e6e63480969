"""Tools that come as their maker's yearly output allows: a limit on when activities can end.

The programme gets a share of what is delivered. Activities on one line are served from the top of
the table; one ends no sooner than the last of its tools has come.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from fabstack.errors import Finding, InputError
from fabstack.model import Programme, grouped
from fabstack.model.supply import VendorLine
from fabstack.ramp.faults import finding
from fabstack.ramp.futures import Futures
from fabstack.ramp.schedule import Stretch
from fabstack.ramp.standstill import standstills
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats

MOST_YEARS = 250


def vendor_stretches(
    programme: Programme, futures: Futures, timeline: Timeline
) -> Mapping[int, Stretch]:
    """How scarce tools lengthen the activities that need them.

    Raises:
        InputError: a line never delivers what is asked of it.
    """
    number = {row.name: i for i, row in enumerate(programme.activities)}
    found: dict[int, Stretch] = {}
    held = standstills(programme, futures, timeline)
    for line in programme.vendor_lines:
        needed, begin = 0.0, np.array([timeline.months(line.from_date)])
        for activity in grouped(programme.activities, "vendor_line")[line.name]:
            needed += activity.line_tools
            if activity.line_tools:
                comes = tools_come(line, needed, futures, timeline)
                if line.name in held:
                    comes = begin + held[line.name].lasting_months(begin, comes - begin)
                found[number[activity.name]] = _until(comes)
    return found


def _until(moment: Floats) -> Stretch:
    def lasting_months(start_months: Floats, work_months: Floats) -> Floats:
        return np.maximum(work_months, moment - start_months)

    return lasting_months


def tools_come(line: VendorLine, tools: float, futures: Futures, timeline: Timeline) -> Floats:
    """When the programme's share of a line's output has reached a number of tools, [sample].

    Raises:
        InputError: it never does.
    """
    share = _drawn(line, "share_percent", futures) / 100 * _drawn(line, "delivered_share", futures)
    first, growth = (_drawn(line, c, futures) for c in ("units_per_year", "growth_per_year"))
    most = np.inf if line.most_per_year is None else line.most_per_year
    begin, had = timeline.months(line.from_date), np.zeros(np.broadcast(share, first, growth).shape)
    comes = np.full_like(had, np.inf)
    for year in range(MOST_YEARS):
        end = timeline.months(date(line.from_date.year + year + 1, 1, 1))
        rate = np.broadcast_to(np.clip(first + growth * year, 0.0, most) * share, had.shape) / 12
        gets = rate * (end - begin)
        now = (had < tools) & (had + gets >= tools)
        comes[now] = begin + (tools - had[now]) / rate[now]
        begin, had = end, had + gets
        if np.isfinite(comes).all():
            return comes
    raise InputError([_never(line, tools)])


def _drawn(line: VendorLine, column: str, futures: Futures) -> Floats:
    return futures.drawn(f"vendor_lines/{line.name}/{column}", getattr(line, column))


def _never(line: VendorLine, tools: float) -> Finding:
    return finding(
        "never-delivered",
        f"vendor line '{line.name}' does not deliver {tools:g} tools within {MOST_YEARS} years",
        expected="output and a share above 0 in every future",
        cure="correct units_per_year, growth_per_year or share_percent",
        file="vendor_lines.csv",
    )
