"""From a technology to its route: every step by name, in order."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NoReturn

from fabstack.designer.expressions import value_of
from fabstack.designer.library import Library
from fabstack.designer.parameters import Names, parameters_of
from fabstack.designer.references import values_in
from fabstack.designer.rows import Execution, LossAt, ModuleStep, Technology
from fabstack.economics.capacity import lot_visits
from fabstack.errors import InputError, did_you_mean
from fabstack.formats.faults import Fault
from fabstack.formats.places import Place

MOST_STEPS = 20_000  # of a route; more is a repeat count gone wrong


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One operation of a route as the designer sees it."""

    step: int  # from 1
    name: str
    module: str
    tool: str  # kind
    group: str  # tool group
    area: str
    mask: str  # kind of the mask exposed here; "" where none is
    is_visit: bool  # an exposure, or what counts as one
    quantity: float  # things on one carrier, of those that the tool's rate counts
    rate_factor: float
    sampling_percent: float
    rework_percent: float
    rework_to: int | None
    yield_percent: float
    unit_yield_percent: float
    queue_limit_h: float | None
    queue_limit_to: int | None
    family: str


@dataclass(frozen=True)
class Flow:
    """The route of a technology."""

    technology: Technology
    steps: tuple[FlowStep, ...]
    parameters: Mapping[str, float]

    @cached_property
    def visits(self) -> tuple[float, ...]:
        """[step] how often a lot is expected to be processed there, sampling and rework in it."""
        return tuple(lot_visits(self.steps))

    @cached_property
    def alive(self) -> tuple[float, ...]:
        """[step] share of started carriers that come to it."""
        shares = [1.0]
        for step in self.steps:
            shares.append(shares[-1] * step.yield_percent / 100)
        return tuple(shares[:-1])

    @cached_property
    def line_yield(self) -> float:
        """Share of started carriers that leave the last step."""
        return self.alive[-1] * self.steps[-1].yield_percent / 100

    @cached_property
    def unit_yield(self) -> float:
        """Share of the items on carriers that leave the last step which are good."""
        return math.prod(step.unit_yield_percent / 100 for step in self.steps)

    @cached_property
    def good_units_per_carrier(self) -> float:
        """Good items for each carrier that is started."""
        return self.parameters["units_per_carrier"] * self.line_yield * self.unit_yield

    @cached_property
    def masks(self) -> Counter[str]:
        """Exposures by kind of mask."""
        return Counter(step.mask for step in self.steps if step.mask)

    @cached_property
    def levels(self) -> int:
        """Masks, or visits where there are none."""
        return sum(step.is_visit for step in self.steps)

    @cached_property
    def listed_by_area(self) -> Counter[str]:
        """Steps on the list, by area."""
        return Counter(step.area for step in self.steps)

    @cached_property
    def visits_by_area(self) -> Mapping[str, float]:
        """Expected visits of a lot, by area."""
        visits: defaultdict[str, float] = defaultdict(float)
        for step, count in zip(self.steps, self.visits, strict=True):
            visits[step.area] += count
        return dict(visits)


def expand(library: Library, technology: str, settings: Mapping[str, float] | None = None) -> Flow:
    """The route of a technology; `settings` replace parameters.

    Raises:
        InputError: no such technology or parameter, or an expression without a sensible value.
    """
    found = library.technologies.get(technology)
    if found is None:
        cure = did_you_mean(technology, tuple(library.technologies))
        fault = Fault("unknown-technology", f"no technology '{technology}'", cure=cure)
        raise InputError([fault.at(Place("--technology"))])
    names = parameters_of(library, found, settings or {})
    _refuse_empty_carriers(found, names)
    expansion = _Expansion(library, found)
    for execution in library.flows[technology]:
        expansion.execute(execution, names)
    return Flow(found, _finished(expansion.steps, found, names), dict(names.all()))


def _refuse_empty_carriers(technology: Technology, names: Names) -> None:
    """Refuse carriers on which not even one item fits."""
    try:
        units = names["units_per_carrier"]
    except ValueError as error:
        units, why = 0.0, f": {error}"
    else:
        why = ""
    if units <= 0:
        found = f"{units:g} items fit on a {technology.carrier} of '{technology.name}'{why}"
        cure = "see units_per_carrier and the sizes that it is worked out from"
        fault = Fault("empty-carrier", found, "at least one", cure)
        raise InputError([fault.at(Place("--set"))])


def _finished(steps: list[FlowStep], technology: Technology, names: Names) -> tuple[FlowStep, ...]:
    """Steps with their share of the line yield, and limits that lead to a step."""
    loses = [technology.loss_at is LossAt.STEP or step.is_visit for step in steps]
    line = names["line_yield_percent"] / 100
    share = line ** (1 / sum(loses)) if any(loses) else 1.0
    return tuple(
        replace(
            step,
            yield_percent=step.yield_percent * (share if lossy else 1.0),
            queue_limit_to=step.queue_limit_to or _next_sure_step(steps, step),
        )
        for step, lossy in zip(steps, loses, strict=True)
    )


def _next_sure_step(steps: list[FlowStep], step: FlowStep) -> int | None:
    """The next step that every lot visits, where a limit begins and does not say its end."""
    if step.queue_limit_h is None:
        return None
    later = (other.step for other in steps[step.step :] if other.sampling_percent >= 100)
    return next(later, None)


class _Expansion:
    """The steps of a flow as far as they are expanded."""

    def __init__(self, library: Library, technology: Technology) -> None:
        self.library = library
        self.technology = technology
        self.steps: list[FlowStep] = []
        self.prefix = ""
        self.segment = ""
        self.masks: list[str] = []  # of the execution
        self.exposed = 0  # exposures of the execution so far
        self.rework_percent = 0.0  # of the mask exposed last

    def execute(self, execution: Execution, names: Names) -> None:
        """Add the steps of one line of a flow."""
        self.masks = execution.masks.split()
        self.segment = execution.segment
        for level in range(1, self._times(execution, names) + 1):
            inner = names.with_values({"level": str(level)}).with_values(
                values_in(execution.values)
            )
            self.prefix = execution.name.replace("{level}", str(level))
            self.exposed = 0
            self._add_module(execution.module, inner)
            if self.exposed < len(self.masks):
                found = f"module '{execution.module}' exposes {self.exposed} masks"
                self._refuse(execution, "masks", f"{found} of the {len(self.masks)} given here")

    def _add_module(self, module: str, names: Names) -> None:
        first: dict[int, int] = {}  # step of the module -> its first step in the flow
        limits: list[tuple[int, int]] = []  # place in the flow -> step of the module
        for row in self.library.modules[module]:
            first[row.step] = len(self.steps) + 1
            for level in range(1, self._times(row, names) + 1):
                inner = names if row.repeat == "1" else names.with_values({"level": str(level)})
                if row.uses is not None:
                    self._add_module(row.uses, inner.with_values(values_in(row.values)))
                    continue
                self._add_step(row, inner, first)
                if row.queue_limit_to is not None:
                    limits.append((len(self.steps) - 1, row.queue_limit_to))
        for place, to in limits:
            limited = self.steps[place]
            self.steps[place] = replace(limited, queue_limit_to=min(first[to], len(self.steps)))

    def _add_step(self, row: ModuleStep, names: Names, first: Mapping[int, int]) -> None:
        if len(self.steps) >= MOST_STEPS:
            self._refuse(row, "repeat", f"the route has more than {MOST_STEPS:,} steps")
        mask = self._next_mask(row) if row.exposure else ""
        inner = names.with_values({"mask_rework_percent": repr(self.rework_percent)})
        rework = self._value(row, "rework_percent", inner, below=100)
        rework_to = self._rework_to(row, first) if rework else None
        step = self._step(row, names, mask)
        self.steps.append(replace(step, rework_percent=rework, rework_to=rework_to))

    def _step(self, row: ModuleStep, names: Names, mask: str) -> FlowStep:
        """The step of a row, as far as it does not depend on the steps around it."""
        kind = self.library.masks[mask].tool if mask else row.tool or ""
        tool = self.library.tools[kind]
        parts = (kind, self.segment if tool.by_segment else "", row.dedicated)
        return FlowStep(
            step=len(self.steps) + 1,
            name=f"{self.prefix}: {self._step_name(row, names)}",
            module=row.module,
            tool=kind,
            group="-".join(part for part in parts if part),
            area=tool.area,
            mask=mask,
            is_visit=bool(mask) or row.visit,
            quantity=self._value(row, "quantity", names),
            rate_factor=self._value(row, "rate_factor", names, above=0),
            sampling_percent=self._value(row, "sampling_percent", names, at_most=100),
            rework_percent=0.0,
            rework_to=None,
            yield_percent=self._value(row, "yield_percent", names, at_most=100),
            unit_yield_percent=self._value(row, "unit_yield_percent", names, above=0, at_most=100),
            queue_limit_h=row.queue_limit_h,
            queue_limit_to=None,
            family=row.family or f"{row.module} {row.step}",
        )

    def _step_name(self, row: ModuleStep, names: Names) -> str:
        name = row.name or self.library.tools[row.tool or ""].title
        return name.replace("{level}", f"{names['level']:g}")

    def _next_mask(self, row: ModuleStep) -> str:
        """The kind of the next mask of the execution; the last one stands for all that follow."""
        if not self.masks:
            found = f"'{self.prefix}' exposes a mask of which its flow does not say the kind"
            self._refuse(row, "exposure", found, "give kinds of masks in column masks of the flow")
        mask = self.masks[min(self.exposed, len(self.masks) - 1)]
        self.exposed += 1
        self.rework_percent = self.library.masks[mask].rework_percent
        return mask

    def _rework_to(self, row: ModuleStep, first: Mapping[int, int]) -> int:
        if row.rework_to is not None:
            return first[row.rework_to]
        exposures = (step.step for step in reversed(self.steps) if step.is_visit)
        place = next(exposures, None)
        if place is None:
            self._refuse(row, "rework_to", "no exposure stands before this rework")
        return place

    def _times(self, row: Execution | ModuleStep, names: Names) -> int:
        times = self._value(row, "repeat", names)
        if times > MOST_STEPS:
            found = f"'{row.repeat}' comes to {times:g}, more than {MOST_STEPS:,}"
            self._refuse(row, "repeat", found)
        if not times.is_integer():
            self._refuse(row, "repeat", f"'{row.repeat}' comes to {times:g}, no whole number")
        return int(times)

    def _value(self, row: Any, column: str, names: Names, **bounds: float) -> float:
        """What an expression comes to, at least 0 and inside `bounds`."""
        text = getattr(row, column)
        try:
            value = value_of(text, names)
        except (KeyError, ValueError) as error:
            words = f"no parameter {error} for '{self.technology.name}'"
            self._refuse(row, column, words if isinstance(error, KeyError) else str(error))
        limits = {"below": value < bounds.get("below", float("inf"))}
        limits["at_most"] = value <= bounds.get("at_most", float("inf"))
        limits["above"] = value > bounds["above"] if "above" in bounds else value >= 0
        if not all(limits.values()):
            words = ", ".join(f"{word.replace('_', ' ')} {at:g}" for word, at in bounds.items())
            self._refuse(row, column, f"'{text}' comes to {value:g}", words or "at least 0")
        return value

    def _refuse(self, row: Any, column: str, found: str, expected: str = "") -> NoReturn:
        fault = Fault("bad-flow", f"{column} of '{self.technology.name}': {found}", expected)
        raise InputError([fault.at(self.library.place(row, column))])
