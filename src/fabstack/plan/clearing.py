"""Clearing functions: how much work a tool group does in a period, by how much waits for it.

    load  =  f(work that waits for each tool)

concave and made of straight pieces (U. S. Karmarkar, J. Manufacturing and Operations Management
2(1), 1989). Several stages of routes share one by allocation: stage s is assigned Z(s) of the
hours, and works as a tool group of its own with so many (the allocated clearing function of
J. Asmundsson, R. L. Rardin, C. H. Turkcan and R. Uzsoy, Naval Research Logistics 56(2), 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fabstack.errors import Finding, InputError
from fabstack.model import Programme, grouped
from fabstack.model.choices import ClearingPoint
from fabstack.plan.options import PlanOptions
from fabstack.plan.types import Floats

NO_POINTS = Finding(
    file="clearing_points.csv",
    line=0,
    column=0,
    code="no-clearing-points",
    message="queues that grow with the load were asked for, and no tool group has a clearing "
    "function",
    expected="rows of tool_group,waiting_h,load_percent",
    cure="write some (fabstack study clearing works them out), or plan with fixed lead times",
)


class Clearing(NamedTuple):
    """The corners of a clearing function but (0, 0), from the left; beyond the last it is level."""

    waiting_h: Floats  # [corner] hours of work of one tool that wait for each tool
    loads: Floats  # [corner] share of the hours in which tools are up

    def load(self, waiting_h: float) -> float:
        """Share of the hours in which tools are up that they work."""
        begin = [] if self.waiting_h[0] == 0 else [0.0]
        return float(np.interp(waiting_h, [*begin, *self.waiting_h], [*begin, *self.loads]))


def cleared_groups(programme: Programme, options: PlanOptions) -> frozenset[str]:
    """Tool groups whose queues grow with their load.

    Raises:
        InputError: they are asked for, and no tool group has a clearing function.

    """
    if not options.clearing:
        return frozenset()
    if not programme.clearing_points:
        raise InputError([NO_POINTS])
    return frozenset(point.tool_group for point in programme.clearing_points)


def clearing(programme: Programme, group: str, most: float) -> Clearing:
    """The clearing function of a tool group that works at most a share of its hours."""
    return through(grouped(programme.clearing_points, "tool_group")[group], most)


def through(points: Sequence[ClearingPoint], most: float = 1.0) -> Clearing:
    """The function that runs through some points, as high as `most`."""
    known = sorted((point.waiting_h, point.load_percent / 100) for point in points)
    if known[0][0] > 0:
        known = [(0.0, 0.0), *known]
    waits, loads = np.array(known).T
    if loads[-1] > most:  # cut at the point where it gets there
        above = int(np.argmax(loads > most))
        waits = np.append(waits[:above], np.interp(most, loads, waits))
        loads = np.append(loads[:above], most)
    is_idle = (waits == 0) & (loads == 0)
    return Clearing(waits[~is_idle], loads[~is_idle])
