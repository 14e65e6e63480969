"""The shape of a fab, read from its programme in the same way for any fab: area by area.

Numbers are for each mask layer of the mean lot, so that fabs with more or fewer layers compare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from fabstack.economics.capacity import lot_visits, raw_process_min, step_min_per_carrier, steps_of
from fabstack.model import Programme, by_key
from fabstack.model.days import DAYS_PER_MONTH, MINUTES_PER_DAY
from fabstack.model.routes import Route, Step

IsMask = Callable[[Step], bool]


@dataclass
class Area:
    """What one area of a fab has and does; a carrier is the mean one of all that are started."""

    groups: int = 0
    tools: int = 0
    steps: float = 0.0  # on the list
    visits: float = 0.0  # after sampling, with rework
    busy_min: float = 0.0  # of tools, for one carrier

    def add(self, other: Area) -> None:
        """Take another area into this one."""
        self.groups += other.groups
        self.tools += other.tools
        self.steps += other.steps
        self.visits += other.visits
        self.busy_min += other.busy_min

    @property
    def carriers_per_h(self) -> float | None:
        """Carriers in an hour of one busy tool."""
        return 60 * self.visits / self.busy_min if self.busy_min else None


@dataclass
class Shape:
    """What a fab looks like, whatever its size."""

    carriers_per_month: float
    masks: float  # of the mean lot
    raw_days: float  # process, loading and transport of the mean lot, without waiting
    sampled: float = 0.0  # steps that some lots leave out
    reworked: float = 0.0  # steps that send lots back
    limits: float = 0.0  # steps after which waiting is limited
    areas: dict[str, Area] = field(default_factory=dict)

    @property
    def all_areas(self) -> Area:
        """The whole fab."""
        whole = Area()
        for area in self.areas.values():
            whole.add(area)
        return whole

    def merged(self, names: tuple[str, ...]) -> Area:
        """Several areas as one."""
        one = Area()
        for name in names:
            one.add(self.areas.get(name, Area()))
        return one


def shape_of(programme: Programme, is_mask: IsMask, without: tuple[str, ...] = ()) -> Shape:
    """The shape of a programme's fab; the tools of areas in `without` are no tools."""
    shares = dict(_shares(programme))
    routes, groups = by_key(programme.routes), by_key(programme.tool_groups)
    shape = Shape(
        carriers_per_month=sum(started_per_month(programme).values()),
        masks=sum(
            share * sum(map(is_mask, steps_of(programme, name))) for name, share in shares.items()
        ),
        raw_days=sum(share * raw_process_min(programme, name) for name, share in shares.items())
        / MINUTES_PER_DAY,
    )
    for group in programme.tool_groups:
        if group.area not in without:
            shape.areas.setdefault(group.area, Area()).add(Area(groups=1, tools=group.tools))
    for name, share in shares.items():
        steps = steps_of(programme, name)
        for step, visits in zip(steps, lot_visits(steps), strict=True):
            _count(shape, step, share)
            area = groups[step.tool_group].area
            if area not in without:
                work = _work(programme, routes[name], step, share, share * visits)
                shape.areas[area].add(work)
    return shape


def _count(shape: Shape, step: Step, share: float) -> None:
    shape.sampled += share * (step.sampling_percent < 100)
    shape.reworked += share * (step.rework_percent > 0)
    shape.limits += share * (step.queue_limit_h is not None)


def _work(programme: Programme, route: Route, step: Step, share: float, visits: float) -> Area:
    busy_min = visits * step_min_per_carrier(programme, route, step)
    return Area(steps=share, visits=visits, busy_min=busy_min)


def started_per_month(programme: Programme) -> Mapping[str, float]:
    """Carriers that are started on each route in a month."""
    found: defaultdict[str, float] = defaultdict(float)
    routes = by_key(programme.routes)
    for start in programme.starts:
        found[start.route] += start.carriers_per_month
    for order in programme.orders:
        if order.every_h is not None:
            lot = order.carriers or routes[order.route].carriers_per_lot
            found[order.route] += lot * 24 * DAYS_PER_MONTH / order.every_h
    return found


def _shares(programme: Programme) -> Iterator[tuple[str, float]]:
    started = started_per_month(programme)
    for name, carriers in started.items():
        yield name, carriers / sum(started.values())
