"""A designed plant as an ordinary programme, to read, change, simulate and plan with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from fabstack.designer.design import Design
from fabstack.designer.evidence import sources_of
from fabstack.designer.expansion import FlowStep
from fabstack.designer.rates import passage_min, step_time
from fabstack.designer.sizing import ToolGroup
from fabstack.designer.upkeep import stops_in
from fabstack.errors import InputError
from fabstack.formats.faults import Fault
from fabstack.model import Programme, routes, technology, tools
from fabstack.model.header import Header, Simulation
from fabstack.model.items import Item
from fabstack.model.plants import Calendar, Phase, Plant
from fabstack.model.randomness import Distribution, Kind

WEEKS_PER_MONTH = 365.25 / 12 / 7
YEARS = 2  # of the horizon, and of a simulation
WARM_UP_DAYS = 180.0
SPREAD = 0.2  # of a planned stop, even from 1 -+ this (SMT2020, published)


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows of a designed plant are called."""

    plant: str = "fab"
    item: str = "wafer"
    prefix: str = ""  # of tool groups, where several plants share a programme


def programme_of(
    design: Design, *, names: Names | None = None, start: date = date(2026, 1, 1)
) -> Programme:
    """The plant as a programme that starts its volume on a day.

    Raises:
        InputError: a tool's loading takes longer than its work.
    """
    return _Writer(design, names or _usual_names(design), start).programme()


def _usual_names(design: Design) -> Names:
    technology = design.flow.technology
    return Names(plant=technology.plant_kind, item=technology.item_kind)


class _Writer:
    """Rows of one plant."""

    def __init__(self, design: Design, names: Names, start: date) -> None:
        self.design = design
        self.names = names
        self.start = start
        self.flow = design.flow
        self.technology = design.flow.technology
        self.route = f"{names.plant}-{self.technology.name}"
        self.tools = {group.name: group.tool for group in design.groups}

    def programme(self) -> Programme:
        bare = self.without_sources()
        groups = {self.group_name(group.name): group for group in self.design.groups}
        return bare.model_copy(update={"sources": sources_of(self.design, bare, groups)})

    def without_sources(self) -> Programme:
        return Programme(
            programme=self.header(),
            simulation=Simulation(days=YEARS * 365.0, warm_up_days=WARM_UP_DAYS),
            technologies=(self.model_technology(),),
            items=(
                Item(
                    name=self.names.item,
                    kind=self.technology.item_kind,
                    technology=self.technology.name,
                    title=self.technology.title,
                    yield_percent=_rounded(100 * self.flow.unit_yield),
                ),
            ),
            calendars=(Calendar(name="continuous"),),
            plants=(self.plant(),),
            phases=(self.phase(),),
            tool_groups=tuple(map(self.tool_group, self.design.groups)),
            breakdowns=tuple(self.breakdowns()),
            maintenances=tuple(self.maintenances()),
            routes=(self.model_route(),),
            moves=tuple(self.moves()),
            steps=tuple(self.steps()),
            starts=(
                routes.Start(
                    route=self.route,
                    date=self.start,
                    carriers_per_month=self.design.carriers_per_month,
                ),
            ),
        )

    def header(self) -> Header:
        volume = f"{self.design.carriers_per_month:,.0f} {self.technology.carrier}s a month"
        return Header(
            name=self.route,
            title=f"{self.technology.title}, {volume}",
            description="Designed by fabstack design from its library; sources say how far the "
            "figures can be trusted.",
            start=self.start,
            end=self.start + timedelta(days=YEARS * 365 - 1),
        )

    def model_technology(self) -> technology.Technology:
        given = self.flow.parameters
        masks = self.flow.masks
        kinds = self.design.library.masks
        return technology.Technology(
            name=self.technology.name,
            title=self.technology.title,
            carrier=self.technology.carrier,
            node_nm=self.technology.node_nm,
            diameter_mm=self.technology.diameter_mm,
            panel_width_mm=given.get("panel_width_mm"),
            panel_height_mm=given.get("panel_height_mm"),
            mask_layers=masks.total(),
            euv_layers=sum(count for mask, count in masks.items() if kinds[mask].euv),
            metal_layers=int(given.get("metal_layers", self.technology.metal_levels)),
            capex_per_1000_per_month_usd=round(
                self.design.money.capital_musd * 1e9 / self.design.carriers_per_month
            ),
        )

    def plant(self) -> Plant:
        return Plant(
            name=self.names.plant,
            kind=self.technology.plant_kind,
            title=self.technology.title,
            place="",
            calendar="continuous",
            technology=self.technology.name,
            floor_m2=_rounded(self.design.space.clean_room_m2),
        )

    def phase(self) -> Phase:
        return Phase(
            plant=self.names.plant,
            phase="designed",
            capacity_per_month=self.design.carriers_per_month,
            ready=self.start,
            capex_usd=round(self.design.money.capital_musd * 1e6),
        )

    def group_name(self, group: str) -> str:
        return self.names.prefix + group

    def tool_group(self, group: ToolGroup) -> tools.ToolGroup:
        tool = group.tool
        linked = group.linked
        return tools.ToolGroup(
            name=self.group_name(group.name),
            plant=self.names.plant,
            area=tool.area,
            bay=self.group_name(group.name),
            kind=tool.kind,
            tools=group.tools,
            price_usd=round(group.price_musd * 1e6),
            lead_time_months=max(tool.lead_months, linked.lead_months if linked else 0.0),
            install_months=_rounded(tool.install_weeks / WEEKS_PER_MONTH),
            floor_m2=group.footprint_m2,
            power_kw=_rounded(group.power_kw * self.flow.parameters["power_duty_percent"] / 100),
            operators=group.people("operators"),
            load_min=tool.load_min,
            unload_min=tool.unload_min,
            max_load_percent=group.planned_load_percent,
            batch_wait_h=tool.longest_wait_h if tool.form == "batch" else None,
        )

    def breakdowns(self) -> Iterator[tools.Breakdown]:
        for group in self.design.groups:
            if group.tool.mttf_h is not None:
                yield tools.Breakdown(
                    tool_group=self.group_name(group.name),
                    name="failure",
                    between=_spread(Kind.EXPONENTIAL, group.tool.mttf_h),
                    repair=_spread(Kind.EXPONENTIAL, group.tool.mttr_h),
                )

    def maintenances(self) -> Iterator[tools.Maintenance]:
        for group in self.design.groups:
            for stop in stops_in(group.tool.stops):
                low, high = stop.hours * (1 - SPREAD), stop.hours * (1 + SPREAD)
                yield tools.Maintenance(
                    tool_group=self.group_name(group.name),
                    name=f"every {stop.every_h:g} h",
                    every_h=stop.every_h,
                    duration=_spread(Kind.UNIFORM, low, high),
                )

    def model_route(self) -> routes.Route:
        is_whole = self.technology.carrier is technology.Carrier.WAFER
        given = self.flow.parameters
        return routes.Route(
            name=self.route,
            item=self.names.item,
            plant=self.names.plant,
            carriers_per_lot=self.technology.carriers_per_lot,
            units_per_carrier=None if is_whole else given["units_per_carrier"],
            move=self.way(),
        )

    def way(self, inside_min: float = 0.0) -> Distribution:
        """Time from the end of a step to the next queue: transport, dwell, and what is given."""
        given = self.flow.parameters
        low, high = given["move_low_min"], given["move_high_min"] + 2 * given["dwell_min"]
        return _spread(Kind.UNIFORM, low + inside_min, high + inside_min)

    def moves(self) -> Iterator[routes.Move]:
        """Ways that begin in a cascade: the carriers are inside for longer than they hold it up."""
        for name, tool in self.tools.items():
            own = [step for step in self.flow.steps if step.group == name]
            inside = sum(passage_min(tool, step, self.flow) for step in own) / len(own)
            if inside:
                yield routes.Move(
                    plant=self.names.plant,
                    from_bay=self.group_name(name),
                    move=self.way(inside),
                )

    def steps(self) -> Iterator[routes.Step]:
        bound: dict[str, int] = {}
        for step in self.flow.steps:
            first = bound.setdefault(step.group, step.step) if self._is_bound(step) else step.step
            yield self.model_step(step, first if first != step.step else None)

    def _is_bound(self, step: FlowStep) -> bool:
        asked = self.flow.parameters["dedicate_critical"]
        return bool(asked and step.mask and self.design.library.masks[step.mask].critical)

    def model_step(self, step: FlowStep, same_tool_as: int | None) -> routes.Step:
        tool = self.tools[step.group]
        try:
            time = step_time(self.flow, step, tool)
        except ValueError as error:
            fault = Fault("slow-loading", f"'{step.name}': {error}", cure="shorten load_min")
            place = self.design.library.place(tool, "load_min")
            raise InputError([fault.at(place)]) from None
        return routes.Step(
            route=self.route,
            step=step.step,
            name=step.name,
            tool_group=self.group_name(step.group),
            process=_spread(Kind.CONSTANT, time.process.mean),
            basis=time.basis,
            interval_min=None if time.interval_min is None else _rounded(time.interval_min),
            batch_minimum=time.batch_minimum,
            batch_maximum=time.batch_maximum,
            batch_family=step.family if time.batch_maximum is not None else "",
            sampling_percent=step.sampling_percent,
            rework_percent=_rounded(step.rework_percent),
            rework_to=step.rework_to,
            yield_percent=float(f"{step.yield_percent:.12g}"),
            queue_limit_h=step.queue_limit_h if step.queue_limit_to else None,
            queue_limit_to=step.queue_limit_to,
            same_tool_as=same_tool_as,
            mask_layer=bool(step.mask),
        )


def _spread(kind: Kind, *parameters: float) -> Distribution:
    return Distribution(kind, tuple(map(_rounded, parameters)))


def _rounded(value: float) -> float:
    """Six digits: no tool is known better, and the files stay readable."""
    return float(f"{value:.6g}")
