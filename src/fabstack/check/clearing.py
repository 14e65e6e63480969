"""Rules for clearing functions: the more waits, the more is done, each hour bringing less."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fabstack.check.faults import Fault, error, warning
from fabstack.model import Programme, grouped
from fabstack.model.choices import ClearingPoint

ROUNDING = 1e-9  # percent for an hour: slopes that differ by less are one


def falling_clearings(programme: Programme) -> Iterator[Fault]:
    """Tool groups that would do less the more work waits for them."""
    for points in _functions(programme):
        for before, point in pairwise(points):
            if point.load_percent < before.load_percent:
                yield error(
                    point,
                    "load_percent",
                    "falling-clearing",
                    f"{point.tool_group} works {point.load_percent:g} % of its hours while "
                    f"{point.waiting_h:g} h wait, and {before.load_percent:g} % while "
                    f"{before.waiting_h:g} h do",
                    expected=f"{before.load_percent:g} % or more",
                    cure="take the larger load, or leave the point out",
                )


def bent_clearings(programme: Programme) -> Iterator[Fault]:
    """Functions that rise faster where more waits, which straight rows cannot follow."""
    for points in _functions(programme):
        for (low, middle), (_, high) in pairwise(pairwise(points)):
            first, second = _slope(low, middle), _slope(middle, high)
            if second > first + ROUNDING:
                yield error(
                    middle,
                    "load_percent",
                    "bent-clearing",
                    f"the load of {middle.tool_group} rises by {first:g} % an hour up to "
                    f"{middle.waiting_h:g} h of waiting work, and by {second:g} % beyond",
                    expected="a load that rises by less and less (a concave function)",
                    cure="leave this point out, or raise its load",
                )


def idle_clearings(programme: Programme) -> Iterator[Fault]:
    """Tool groups that would never work, or whose last load lies below what a plan may use."""
    for points in _functions(programme):
        last = points[-1]
        group = next(g for g in programme.tool_groups if g.name == last.tool_group)
        most = group.max_load_percent or programme.planning.max_load_percent
        if last.load_percent == 0:
            yield error(
                last,
                "load_percent",
                "idle-clearing",
                f"{last.tool_group} never works, however much waits",
                expected="a point with a load above 0",
                cure="add one, or leave the points of the tool group out",
            )
        elif last.load_percent < most:
            yield warning(
                last,
                "load_percent",
                "low-clearing",
                f"{last.tool_group} works at most {last.load_percent:g} % of its hours, however "
                f"much waits, and a plan may use {most:g} %",
                expected=f"a last point at {most:g} % or more",
                cure="add one, or lower max_load_percent of the tool group",
            )


def _functions(programme: Programme) -> Iterator[list[ClearingPoint]]:
    """The points of each tool group by what waits, from nothing on."""
    for group, rows in grouped(programme.clearing_points, "tool_group").items():
        points = sorted(rows, key=lambda row: row.waiting_h)
        if not points:
            continue
        if points[0].waiting_h > 0:
            points.insert(0, ClearingPoint(tool_group=group, waiting_h=0.0, load_percent=0.0))
        yield points


def _slope(low: ClearingPoint, high: ClearingPoint) -> float:
    return (high.load_percent - low.load_percent) / (high.waiting_h - low.waiting_h)
