"""A designed plant: what it needs, has and costs, and what limits it next."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from fabstack.designer.expansion import Flow, expand
from fabstack.designer.library import Library
from fabstack.designer.money import Money, Space, money_of, power_mw, space_of
from fabstack.designer.people import Role, people_of
from fabstack.designer.sizing import ToolGroup, sized_groups
from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.formats.faults import Fault
from fabstack.formats.places import Place

MOST_PER_MONTH = 1e9  # carriers; more is a unit gone wrong


@dataclass(frozen=True)
class Books:
    """What a plant has, costs and needs, whatever it makes."""

    library: Library = field(repr=False)
    carriers_per_month: float  # started
    groups: tuple[ToolGroup, ...] = field(repr=False)
    money: Money
    space: Space
    people: tuple[Role, ...]
    power_mw: float

    @cached_property
    def tools(self) -> int:
        """Tools of all groups, a track beside a scanner not counted."""
        return sum(group.tools for group in self.groups)

    @cached_property
    def headcount(self) -> int:
        """People of all roles."""
        return sum(role.people for role in self.people)

    @cached_property
    def scanners(self) -> tuple[ToolGroup, ...]:
        """Groups that expose masks."""
        exposing = {mask.tool for mask in self.library.masks.values()}
        return tuple(group for group in self.groups if group.tool.kind in exposing)

    @cached_property
    def euv_scanners(self) -> int:
        """EUV scanners."""
        euv = {mask.tool for mask in self.library.masks.values() if mask.euv}
        return sum(group.tools for group in self.scanners if group.tool.kind in euv)

    @cached_property
    def limits(self) -> tuple[ToolGroup, ...]:
        """Groups in the order in which they limit the plant as its volume grows."""
        return tuple(sorted(self.groups, key=lambda group: (group.limit_per_month, group.name)))


@dataclass(frozen=True, kw_only=True)
class Design(Books):
    """A plant for one technology at one volume."""

    flow: Flow = field(repr=False)

    @cached_property
    def euv_years_of_world_output(self) -> float:
        """Years of the world's making of EUV scanners that the plant takes."""
        return self.euv_scanners / self.flow.parameters["euv_units_per_year"]

    def with_tools(self, tools: Mapping[str, int]) -> Design:
        """The same plant with other counts of some groups, by name of the group.

        Raises:
            KeyError: no such group.
            ValueError: a count below 1.
        """
        unknown = set(tools) - {group.name for group in self.groups}
        if unknown:
            raise KeyError(f"no tool group {', '.join(sorted(unknown))}")
        if min(tools.values(), default=1) < 1:
            raise ValueError("each group has at least 1 tool")
        groups = (replace(group, tools=tools.get(group.name, group.tools)) for group in self.groups)
        return _designed(self.library, self.flow, self.carriers_per_month, tuple(groups))

    def with_dwell(self, dwell_min: float) -> Design:
        """The same plant, where a lot stands so long between two steps, on average.

        Raises:
            ValueError: less than nothing.
        """
        if not 0 <= dwell_min < math.inf:
            raise ValueError(f"a lot cannot stand for {dwell_min:g} min")
        parameters = {**self.flow.parameters, "dwell_min": dwell_min}
        return replace(self, flow=replace(self.flow, parameters=parameters))


def design(
    library: Library,
    technology: str,
    carriers_per_month: float,
    *,
    loads: Mapping[str, float] | None = None,
    settings: Mapping[str, float] | None = None,
) -> Design:
    """The plant for a volume, sized without simulation.

    `loads` are percent of available time by kind of tool, "" for all others; `settings` replace
    parameters.

    Raises:
        InputError: something is unknown, or outside its bounds.
    """
    refuse_bad_numbers(library, carriers_per_month, loads or {})
    flow = expand(library, technology, settings)
    groups = sized_groups(library, flow, carriers_per_month, loads or {})
    return _designed(library, flow, carriers_per_month, groups)


def _designed(
    library: Library, flow: Flow, carriers_per_month: float, groups: tuple[ToolGroup, ...]
) -> Design:
    finished = carriers_per_month * flow.line_yield
    books = books_of(library, (flow,), groups, started=carriers_per_month, finished=finished)
    return Design(**vars(books), flow=flow)


def books_of(
    library: Library,
    flows: Sequence[Flow],
    groups: tuple[ToolGroup, ...],
    *,
    started: float,
    finished: float,
) -> Books:
    """Money, space, people and power of tool groups; the first flow's parameters say how."""
    technology, parameters = flows[0].technology, flows[0].parameters
    space = space_of(groups, parameters)
    return Books(
        library=library,
        carriers_per_month=started,
        groups=groups,
        money=money_of(
            groups, space, parameters, started_per_month=started, finished_per_month=finished
        ),
        space=space,
        people=people_of(library.staff.get(technology.factory, ()), groups, started),
        power_mw=power_mw(groups, parameters),
    )


def refuse_bad_numbers(
    library: Library, carriers_per_month: float, loads: Mapping[str, float]
) -> None:
    """Refuse a volume or a load that cannot be meant.

    Raises:
        InputError: one lies outside its bounds, or a load is of an unknown kind.
    """
    findings = [*_volume_faults(carriers_per_month), *_load_faults(library, loads)]
    if findings:
        raise InputError(findings)


def _volume_faults(carriers_per_month: float) -> list[Finding]:
    if 0 < carriers_per_month <= MOST_PER_MONTH:
        return []
    found, expected = (
        f"{carriers_per_month:g} carriers a month",
        f"above 0 and up to {MOST_PER_MONTH:g}",
    )
    return [Fault("bad-volume", found, expected).at(Place("volume"))]


def _load_faults(library: Library, loads: Mapping[str, float]) -> list[Finding]:
    findings = []
    for kind, load in loads.items():
        if kind and kind not in library.tools:
            cure = did_you_mean(kind, tuple(library.tools))
            findings.append(Fault("unknown-tool", f"no kind '{kind}'", cure=cure))
        if not 0 < load <= 100:
            fault = Fault("bad-load", f"a load of {load:g} percent", "above 0 and at most 100")
            findings.append(fault)
    return [fault.at(Place("--loading")) for fault in findings]
