"""The rows of a designed plant in a programme: tool groups and their stops, ways, routes, steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fabstack.designer.expansion import Flow, FlowStep
from fabstack.designer.library import Library
from fabstack.designer.money import MONTHS_PER_YEAR
from fabstack.designer.rates import passage_min, step_time, up_share
from fabstack.designer.rows import Tool
from fabstack.designer.sizing import ToolGroup
from fabstack.designer.upkeep import stops_in
from fabstack.errors import InputError
from fabstack.formats.faults import Fault
from fabstack.model import tools
from fabstack.model.randomness import Distribution, Kind
from fabstack.model.routes import Move, Route, Step
from fabstack.model.technology import Carrier

WEEKS_PER_MONTH = 365.25 / 12 / 7
SPREAD = 0.2  # of a planned stop, even from 1 -+ this (SMT2020, published)


@dataclass(frozen=True, slots=True)
class Made:
    """What a plant makes: a route, its item, and the flow that it follows."""

    route: str
    item: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class PlantRows:
    """A plant's rows; the names of its tool groups begin with `prefix`."""

    library: Library
    plant: str
    prefix: str
    groups: Sequence[ToolGroup]
    made: Sequence[Made]
    gives_units: bool = True  # routes say how many items are on a carrier, unless it is a wafer

    def group_name(self, group: str) -> str:
        """The name of a group in the programme."""
        return self.prefix + group

    # --- Tools ----------------------------------------------------------------------------------

    def tool_groups(self) -> Iterator[tools.ToolGroup]:
        """The plant's tool groups with all their tools."""
        parameters = self.made[0].flow.parameters
        return (self._tool_group(group, parameters) for group in self.groups)

    def _tool_group(self, group: ToolGroup, given: Mapping[str, float]) -> tools.ToolGroup:
        tool = group.tool
        linked = group.linked
        return tools.ToolGroup(
            name=self.group_name(group.name),
            plant=self.plant,
            area=tool.area,
            bay=self.group_name(group.name),
            kind=tool.kind,
            tools=group.tools,
            price_usd=round(group.price_musd * 1e6),
            lead_time_months=max(tool.lead_months, linked.lead_months if linked else 0.0),
            install_months=rounded(tool.install_weeks / WEEKS_PER_MONTH),
            floor_m2=group.footprint_m2,
            power_kw=rounded(group.power_kw * given["power_duty_percent"] / 100),
            operators=group.people("operators"),
            running_cost_usd_per_h=rounded(_upkeep_usd_per_h(group, given)),
            load_min=tool.load_min,
            unload_min=tool.unload_min,
            max_load_percent=group.planned_load_percent,
            batch_wait_h=tool.longest_wait_h if tool.form == "batch" else None,
        )

    def breakdowns(self) -> Iterator[tools.Breakdown]:
        """Failures of the tools."""
        for group in self.groups:
            if group.tool.mttf_h is not None:
                yield tools.Breakdown(
                    tool_group=self.group_name(group.name),
                    name="failure",
                    between=_spread(Kind.EXPONENTIAL, group.tool.mttf_h),
                    repair=_spread(Kind.EXPONENTIAL, group.tool.mttr_h),
                )

    def maintenances(self) -> Iterator[tools.Maintenance]:
        """Planned stops of the tools."""
        for group in self.groups:
            for stop in stops_in(group.tool.stops):
                low, high = stop.hours * (1 - SPREAD), stop.hours * (1 + SPREAD)
                yield tools.Maintenance(
                    tool_group=self.group_name(group.name),
                    name=f"every {stop.every_h:g} h",
                    every_h=stop.every_h,
                    duration=_spread(Kind.UNIFORM, low, high),
                )

    # --- Ways -----------------------------------------------------------------------------------

    def moves(self) -> Iterator[Move]:
        """Ways that begin in a cascade: the carriers are inside for longer than they hold it up."""
        for group in self.groups:
            inside = [
                passage_min(group.tool, step, made.flow)
                for made in self.made
                for step in made.flow.steps
                if step.group == group.name
            ]
            if sum(inside):
                name, flow = self.group_name(group.name), self.made[0].flow
                mean_min = sum(inside) / len(inside)
                way, raw_min = _way(flow, mean_min), _raw_min(flow, mean_min)
                yield Move(plant=self.plant, from_bay=name, move=way, raw_min=raw_min)

    # --- Routes ---------------------------------------------------------------------------------

    def routes(self) -> Iterator[Route]:
        """A route for each thing that is made."""
        for made in self.made:
            found = made.flow.technology
            is_told = self.gives_units and found.carrier is not Carrier.WAFER
            yield Route(
                name=made.route,
                item=made.item,
                plant=self.plant,
                carriers_per_lot=found.carriers_per_lot,
                units_per_carrier=made.flow.parameters["units_per_carrier"] if is_told else None,
                move=_way(made.flow),
                move_raw_min=_raw_min(made.flow),
            )

    def steps(self) -> Iterator[Step]:
        """The steps of all routes."""
        for made in self.made:
            yield from self._steps_of(made)

    def _steps_of(self, made: Made) -> Iterator[Step]:
        bound: dict[str, int] = {}
        kinds = {group.name: group.tool for group in self.groups}
        for step in made.flow.steps:
            is_bound = self._is_bound(made.flow, step)
            first = bound.setdefault(step.group, step.step) if is_bound else step.step
            same_tool_as = first if first != step.step else None
            yield self._step(made, step, kinds[step.group], same_tool_as)

    def _is_bound(self, flow: Flow, step: FlowStep) -> bool:
        asked = flow.parameters["dedicate_critical"]
        return bool(asked and step.mask and self.library.masks[step.mask].critical)

    def _step(self, made: Made, step: FlowStep, tool: Tool, same_tool_as: int | None) -> Step:
        try:
            time = step_time(made.flow, step, tool)
        except ValueError as error:
            fault = Fault("slow-loading", f"'{step.name}': {error}", cure="shorten load_min")
            place = self.library.place(tool, "load_min")
            raise InputError([fault.at(place)]) from None
        return Step(
            route=made.route,
            step=step.step,
            name=step.name,
            tool_group=self.group_name(step.group),
            process=_spread(Kind.CONSTANT, time.process.mean),
            basis=time.basis,
            interval_min=None if time.interval_min is None else rounded(time.interval_min),
            batch_minimum=time.batch_minimum,
            batch_maximum=time.batch_maximum,
            batch_family=step.family if time.batch_maximum is not None else "",
            sampling_percent=step.sampling_percent,
            rework_percent=rounded(step.rework_percent),
            rework_to=step.rework_to,
            yield_percent=float(f"{step.yield_percent:.12g}"),
            queue_limit_h=step.queue_limit_h if step.queue_limit_to else None,
            queue_limit_to=step.queue_limit_to,
            same_tool_as=same_tool_as,
            mask_layer=bool(step.mask),
        )


def _upkeep_usd_per_h(group: ToolGroup, given: Mapping[str, float]) -> float:
    """The maintenance of a year on the hours in which a tool is busy at its planned load."""
    usd_per_year = group.price_musd * 1e6 * given["maintenance_percent_per_year"] / 100
    busy_share = up_share(group.tool) * group.planned_load_percent / 100
    return usd_per_year / (MONTHS_PER_YEAR * given["hours_per_month"] * busy_share)


def _way(flow: Flow, inside_min: float = 0.0) -> Distribution:
    """Time from the end of a step to the next queue: transport, dwell, and what is given."""
    given = flow.parameters
    low, high = given["move_low_min"], given["move_high_min"] + 2 * given["dwell_min"]
    return _spread(Kind.UNIFORM, low + inside_min, high + inside_min)


def _raw_min(flow: Flow, inside_min: float = 0.0) -> float | None:
    """What of a way with dwell is raw process time: what is given, neither dwell nor transport."""
    return rounded(inside_min) if flow.parameters["dwell_min"] else None


def _spread(kind: Kind, *parameters: float) -> Distribution:
    return Distribution(kind, tuple(map(rounded, parameters)))


def rounded(value: float) -> float:
    """Six digits: no tool is known better, and the files stay readable."""
    return float(f"{value:.6g}")
