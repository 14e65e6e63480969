"""A designed plant as an ordinary programme, to read, change, simulate and plan with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fabstack.designer.design import Design
from fabstack.designer.evidence import sources_of
from fabstack.designer.plant_rows import Made, PlantRows, rounded
from fabstack.model import Programme, routes, technology
from fabstack.model.header import Header, Simulation
from fabstack.model.items import Item
from fabstack.model.plants import Calendar, Phase, Plant

YEARS = 2  # of the horizon, and of a simulation
WARM_UP_DAYS = 180.0


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
    """A programme around the rows of one plant."""

    def __init__(self, design: Design, names: Names, start: date) -> None:
        self.design = design
        self.names = names
        self.start = start
        self.flow = design.flow
        self.technology = design.flow.technology
        self.route = f"{names.plant}-{self.technology.name}"
        made = Made(self.route, names.item, design.flow)
        self.rows = PlantRows(design.library, names.plant, names.prefix, design.groups, (made,))

    def programme(self) -> Programme:
        bare = self.without_sources()
        groups = {self.rows.group_name(group.name): group for group in self.design.groups}
        return bare.model_copy(update={"sources": sources_of(self.design, bare, groups)})

    def without_sources(self) -> Programme:
        """The plant's tables, without where their numbers come from."""
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
                    yield_percent=rounded(100 * self.flow.unit_yield),
                ),
            ),
            calendars=(Calendar(name="continuous"),),
            plants=(self.plant(),),
            phases=(self.phase(),),
            tool_groups=tuple(self.rows.tool_groups()),
            breakdowns=tuple(self.rows.breakdowns()),
            maintenances=tuple(self.rows.maintenances()),
            routes=tuple(self.rows.routes()),
            moves=tuple(self.rows.moves()),
            steps=tuple(self.rows.steps()),
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
        """The technology as a programme's row: format, layers, capital for 1,000 a month."""
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
            floor_m2=rounded(self.design.space.clean_room_m2),
        )

    def phase(self) -> Phase:
        return Phase(
            plant=self.names.plant,
            phase="designed",
            capacity_per_month=self.design.carriers_per_month,
            ready=self.start,
            capex_usd=round(self.design.money.capital_musd * 1e6),
        )
