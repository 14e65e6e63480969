"""The designed fab and the testbed in tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from fabstack.designer import Design
from fabstack.studies.evidence.markdown import NOTHING, number, ratio, table
from fabstack.studies.evidence.testbed import (
    CSM_MASKS,
    DELAY,
    LOADS,
    AreaNames,
    Fab,
    Pair,
    area_names,
)

WHOLE: dict[str, Callable[[Fab], float]] = {
    "wafers a week": lambda fab: fab.wafers_per_week,
    "mask layers": lambda fab: fab.shape.masks,
    "tool groups": lambda fab: fab.shape.all_areas.groups,
    "tools": lambda fab: fab.shape.all_areas.tools,
    "tools in a group": lambda fab: fab.shape.all_areas.tools / fab.shape.all_areas.groups,
    "tools for 1,000 wafers a month and mask": lambda fab: _tools(fab, tuple(fab.shape.areas)),
    "steps on the list for each mask": lambda fab: _each(fab, fab.shape.all_areas.steps),
    "visits for each mask": lambda fab: _each(fab, fab.shape.all_areas.visits),
    "visits over steps": lambda fab: fab.shape.all_areas.visits / fab.shape.all_areas.steps,
    "steps that some lots leave out, for each mask": lambda fab: _each(fab, fab.shape.sampled),
    "steps that send lots back, for each mask": lambda fab: _each(fab, fab.shape.reworked),
    "limits of queue time for each mask": lambda fab: _each(fab, fab.shape.limits),
    "raw process time with transport, days for each mask": lambda fab: _each(
        fab, fab.shape.raw_days
    ),
    "share of all hours that a tool works": lambda fab: fab.busy_share,
}


def whole(pair: Pair) -> str:
    """Each measure of both fabs, without simulation."""
    head = ("measure", pair.designed.title, pair.testbed.title, "ratio")
    return table(head, (_measure(name, pair) for name in WHOLE))


def _measure(name: str, pair: Pair) -> tuple[str, ...]:
    ours, theirs = (WHOLE[name](fab) for fab in pair.fabs)
    return name, number(ours), number(theirs), ratio(ours / theirs)


def _each(fab: Fab, count: float) -> float:
    return count / fab.shape.masks


def _tools(fab: Fab, areas: tuple[str, ...]) -> float:
    """Tools of some areas for 1,000 wafers a month and mask layer."""
    return 1000 * fab.shape.merged(areas).tools / fab.shape.carriers_per_month / fab.shape.masks


# --- Area by area ---------------------------------------------------------------------------------


def _parts(names: AreaNames, pair: Pair) -> tuple[tuple[Fab, tuple[str, ...]], ...]:
    return (
        (pair.designed, tuple(names.designed.split())),
        (pair.testbed, tuple(names.testbed.split())),
    )


def _real_areas() -> Iterator[AreaNames]:
    return (names for names in area_names() if names.testbed != DELAY)


def areas(pair: Pair) -> str:
    """Tools and visits of each area, for each mask layer, the CSM workbook of 2001 beside."""
    ours, theirs = (fab.title for fab in pair.fabs)
    tools = tuple(f"tools, {name}" for name in (ours, theirs, "CSM"))
    visits = tuple(f"visits, {name}" for name in (ours, theirs, "CSM"))
    head = ("area", f"groups, {ours}", f"groups, {theirs}", *tools, *visits)
    return table(head, (_area(names, pair) for names in _real_areas()))


def _area(names: AreaNames, pair: Pair) -> tuple[str, ...]:
    parts = _parts(names, pair)
    return (
        names.area,
        *(number(fab.shape.merged(area).groups) for fab, area in parts),
        *(f"{_tools(fab, area):.3f}" for fab, area in parts),
        f"{names.csm_tools_per_1000 / CSM_MASKS:.3f}",
        *(f"{_each(fab, fab.shape.merged(area).visits):.2f}" for fab, area in parts),
        f"{names.csm_steps / CSM_MASKS:.2f}",
    )


def visits_between(pair: Pair) -> tuple[int, int]:
    """Areas in which the visits of the design lie between those of both others, and all areas."""
    sides = []
    for names in _real_areas():
        ours, theirs = (
            _each(fab, fab.shape.merged(area).visits) for fab, area in _parts(names, pair)
        )
        csm = names.csm_steps / CSM_MASKS
        sides.append(min(theirs, csm) <= ours <= max(theirs, csm))
    return sum(sides), len(sides)


def areas_of_designs(pair: Pair, designs: Mapping[str, Sequence[Design]], place: int) -> str:
    """Tools by area of many designs at one of their volumes, the two published fabs below."""
    names = list(_real_areas())
    rows = [(name, *_by_area(plants[place], names)) for name, plants in designs.items()]
    theirs = (_tools(pair.testbed, tuple(one.testbed.split())) for one in names)
    csm = (one.csm_tools_per_1000 / CSM_MASKS for one in names)
    published = [(pair.testbed.title, theirs), ("CSM", csm)]
    rows += [(title, *(f"{count:.3f}" for count in counts)) for title, counts in published]
    return table(("technology", *(one.area for one in names)), rows)


def _by_area(plant: Design, names: Sequence[AreaNames]) -> Iterator[str]:
    """Tools of each area for 1,000 wafers a month and mask layer."""
    for one in names:
        mine = one.designed.split()
        tools = sum(group.tools for group in plant.groups if group.tool.area in mine)
        yield f"{1000 * tools / plant.carriers_per_month / plant.flow.masks.total():.3f}"


FACTORS = ("tools", "= visits", "x time of a visit", "/ share of hours at work")


def why_fewer_tools(pair: Pair) -> str:
    """The ratio of tools in each area as a product of three."""
    rates = tuple(f"wafers in an hour of work, {fab.title}" for fab in pair.fabs)
    return table(("area", *FACTORS, *rates), (_factors(names, pair) for names in _real_areas()))


def _factors(names: AreaNames, pair: Pair) -> tuple[str, ...]:
    parts = _parts(names, pair)
    figures = [
        (
            _tools(fab, area),
            _each(fab, fab.shape.merged(area).visits),
            fab.shape.merged(area).busy_min / fab.shape.merged(area).visits,
            fab.share_of(area),
        )
        for fab, area in parts
    ]
    rates = (number(fab.shape.merged(area).carriers_per_h) for fab, area in parts)
    return names.area, *(ratio(a / b) for a, b in zip(*figures, strict=True)), *rates


# --- In simulation --------------------------------------------------------------------------------


def behaviour(pair: Pair) -> str:
    """X-factor and days for each mask layer of both fabs at the same loads of the busiest group."""
    blocks = ("load reached, %", "X-factor", "days for each mask")
    head = [f"{what}, {fab.title}" for what in blocks for fab in pair.fabs]
    head.insert(4, "ratio of X")
    return table(("load asked, %", *head), (_loaded(i, pair) for i in range(len(LOADS))))


def _loaded(place: int, pair: Pair) -> tuple[str, ...]:
    samples = [fab.samples[place] for fab in pair.fabs]
    ours, theirs = (sample.x_factor for sample in samples)
    days = (
        _each(fab, sample.cycle_time_days or 0.0)
        for fab, sample in zip(pair.fabs, samples, strict=True)
    )
    return (
        number(LOADS[place]),
        *(f"{sample.utilisation_percent:.1f}" for sample in samples),
        *map(ratio, (ours, theirs)),
        ratio(ours / theirs) if ours and theirs else NOTHING,
        *map(ratio, days),
    )
