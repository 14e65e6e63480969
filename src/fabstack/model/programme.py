"""The root: everything that is known of a chip maker, frozen."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict

from fabstack.model.choices import (
    Budget,
    Campaign,
    Capacity,
    ClearingPoint,
    ItemCost,
    ToolOption,
)
from fabstack.model.demand import Demand, Market, Need, Volume
from fabstack.model.evidence import Change, Claim, Correlation, MissionRow, Risk, Scenario, Source
from fabstack.model.fields import Column, columns_of
from fabstack.model.header import Finance, Header, Planning, Ramp, Simulation
from fabstack.model.items import Bin, Component, Item, Substitute
from fabstack.model.plants import Calendar, Lane, Phase, Plant, SharedLimit, Staffing, Stock
from fabstack.model.roadmap import Activity, Generation, Review
from fabstack.model.routes import Move, Order, Route, Start, Step, Wip
from fabstack.model.supply import Offer, PriceBreak, RiskEvent, Rival, Supplier, VendorLine
from fabstack.model.technology import Technology
from fabstack.model.tools import Breakdown, Delivery, Maintenance, Setup, ToolGroup
from fabstack.model.workforce import Skill


class Programme(BaseModel):
    """A chip maker: four sections of settings and one tuple of rows for each table.

    The order of the tables is that of the documentation: what is made, where, how, from what
    bought, for whom, when, by whom, and how sure all that is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    programme: Header
    finance: Finance = Finance()
    simulation: Simulation = Simulation()
    planning: Planning = Planning()
    ramp: Ramp = Ramp()

    technologies: tuple[Technology, ...] = ()
    items: tuple[Item, ...] = ()
    item_costs: tuple[ItemCost, ...] = ()
    components: tuple[Component, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    bins: tuple[Bin, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    plants: tuple[Plant, ...] = ()
    phases: tuple[Phase, ...] = ()
    lanes: tuple[Lane, ...] = ()
    stocks: tuple[Stock, ...] = ()
    tool_groups: tuple[ToolGroup, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    clearing_points: tuple[ClearingPoint, ...] = ()
    tool_options: tuple[ToolOption, ...] = ()
    budgets: tuple[Budget, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    setups: tuple[Setup, ...] = ()
    routes: tuple[Route, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    moves: tuple[Move, ...] = ()
    steps: tuple[Step, ...] = ()
    starts: tuple[Start, ...] = ()
    orders: tuple[Order, ...] = ()
    wip: tuple[Wip, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    offers: tuple[Offer, ...] = ()
    price_breaks: tuple[PriceBreak, ...] = ()
    rivals: tuple[Rival, ...] = ()
    vendor_lines: tuple[VendorLine, ...] = ()
    risk_events: tuple[RiskEvent, ...] = ()
    markets: tuple[Market, ...] = ()
    volumes: tuple[Volume, ...] = ()
    needs: tuple[Need, ...] = ()
    demands: tuple[Demand, ...] = ()
    activities: tuple[Activity, ...] = ()
    generations: tuple[Generation, ...] = ()
    reviews: tuple[Review, ...] = ()
    shared_limits: tuple[SharedLimit, ...] = ()
    skills: tuple[Skill, ...] = ()
    staffings: tuple[Staffing, ...] = ()
    mission: tuple[MissionRow, ...] = ()
    claims: tuple[Claim, ...] = ()
    sources: tuple[Source, ...] = ()
    risks: tuple[Risk, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    changes: tuple[Change, ...] = ()

    def table(self, name: str) -> tuple[Any, ...]:
        """The rows of the table called `name`."""
        rows: tuple[Any, ...] = getattr(self, name)
        return rows


@functools.cache
def sections() -> Mapping[str, type]:
    """The settings of `programme.toml`: section name -> class."""
    return {
        name: info.annotation
        for name, info in Programme.model_fields.items()
        if isinstance(info.annotation, type) and not get_args(info.annotation)
    }


@functools.cache
def tables() -> Mapping[str, type]:
    """The tables: name -> class of a row."""
    return {
        name: get_args(info.annotation)[0]
        for name, info in Programme.model_fields.items()
        if get_args(info.annotation)
    }


def column(table: str, name: str) -> Column | None:
    """The column called `name` of a table or section, or None where there is none."""
    row_class = tables().get(table) or sections().get(table)
    if row_class is None:
        return None
    return next((column for column in columns_of(row_class) if column.name == name), None)


def key_columns(table: str) -> tuple[str, ...]:
    """The columns that name a row of a table; none for a section."""
    row_class = tables().get(table)
    return () if row_class is None else row_class.key_columns  # type: ignore[attr-defined]
