"""Designed plants in the programme that they belong to: their rows in place of those before.

Tool groups, their stops and deliveries, routes, steps and ways are the designer's alone; of plants
and phases it writes floor and capital. Everything else of the programme stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fabstack.designer.site import DesignedPlant
from fabstack.designer.site_evidence import plant_sources
from fabstack.errors import InputError, did_you_mean
from fabstack.formats.faults import Fault
from fabstack.formats.places import Place
from fabstack.model import Programme, by_key, key_of
from fabstack.model.cells import Cell, cells_at
from fabstack.model.evidence import Change
from fabstack.model.tools import Delivery

OF_A_GROUP = ("breakdowns", "maintenances", "deliveries", "setups")
DESIGNED = ("tool_groups", *OF_A_GROUP, "routes", "steps", "moves")
WRITTEN = (*DESIGNED, "plants", "phases", "sources", "changes")  # tables that may differ after it
MILLION = 1e6

Rows = Sequence[Any]


def with_plants(programme: Programme, plants: Sequence[DesignedPlant]) -> Programme:
    """The programme with the designed plants in place of those of the same names.

    Raises:
        InputError: the programme has no such plant or phase.
    """
    _refuse_unknown(programme, plants)
    names = {one.plant.plant for one in plants}
    kept = {table: _kept(programme, table, names) for table in DESIGNED}
    new: dict[str, Rows] = {
        table: (*kept[table], *(row for one in plants for row in _rows(one, table)))
        for table in DESIGNED
    }
    new["plants"] = tuple(_plant(row, plants) for row in programme.plants)
    new["phases"] = tuple(_phase(row, plants) for row in programme.phases)
    new["changes"] = _changes(programme, plants, kept)
    new["sources"] = _sources(programme, plants, kept)
    return programme.model_copy(update=new)


def _refuse_unknown(programme: Programme, plants: Sequence[DesignedPlant]) -> None:
    phases, findings = by_key(programme.phases), []
    for one in plants:
        name = one.plant.plant
        if name not in by_key(programme.plants):
            cure = did_you_mean(name, tuple(by_key(programme.plants)))
            fault = Fault("unknown-reference", f"the programme has no plant '{name}'", cure=cure)
            findings.append(fault.at(Place("plants")))
        for grown in one.stages:
            if (key := f"{name}:{grown.stage.phase}") not in phases:
                cure = did_you_mean(key, tuple(phases))
                fault = Fault("unknown-reference", f"the programme has no phase '{key}'", cure=cure)
                findings.append(fault.at(Place("stages")))
    if findings:
        raise InputError(findings)


def _kept(programme: Programme, table: str, plants: set[str]) -> Rows:
    """Rows that belong to other plants."""
    if table in OF_A_GROUP:
        home = {group.name: group.plant for group in programme.tool_groups}
        return [row for row in programme.table(table) if home[row.tool_group] not in plants]
    if table == "steps":
        home = {route.name: route.plant for route in programme.routes}
        return [row for row in programme.steps if home[row.route] not in plants]
    return [row for row in programme.table(table) if row.plant not in plants]


# --- Rows of a plant ----------------------------------------------------------------------------


def _rows(one: DesignedPlant, table: str) -> Iterator[Any]:
    if table == "tool_groups":
        first = {one.plant.prefix + name: tools for name, tools in one.first_day.items()}
        return (replace(row, tools=first.get(row.name, 0)) for row in one.rows.tool_groups())
    if table == "deliveries":
        return _deliveries(one)
    if table == "setups":
        return iter(())
    rows: Iterator[Any] = getattr(one.rows, table)()
    return rows


def _deliveries(one: DesignedPlant) -> Iterator[Delivery]:
    for grown, added in one.added():
        stage = grown.stage
        for name, tools in added.items():
            if stage.date is not None and tools > 0:
                group = one.plant.prefix + name
                yield Delivery(tool_group=group, date=stage.date, tools=tools, phase=stage.phase)


def _plant(row: Any, plants: Sequence[DesignedPlant]) -> Any:
    found = [one for one in plants if one.plant.plant == row.name]
    return replace(row, floor_m2=floor_m2(found[0])) if found else row


def floor_m2(one: DesignedPlant) -> float:
    """Clean room, or production floor, of the plant as it will be in the end."""
    return float(round(one.stages[-1].design.space.clean_room_m2))


def _phase(row: Any, plants: Sequence[DesignedPlant]) -> Any:
    capital = {
        f"{one.plant.plant}:{phase}": musd for one in plants for phase, musd in capital_musd(one)
    }
    musd = capital.get(key_of(row))
    return row if musd is None else replace(row, capex_usd=float(round(musd)) * MILLION)


def capital_musd(one: DesignedPlant) -> Iterator[tuple[str, float]]:
    """Each phase of a plant with what its stages add to the capital, in million USD."""
    phases: dict[str, float] = {}
    before = 0.0
    for grown in one.stages:
        capital = grown.design.money.capital_musd
        phases[grown.stage.phase] = phases.get(grown.stage.phase, 0.0) + capital - before
        before = capital
    yield from phases.items()


# --- What points at the rows --------------------------------------------------------------------


def _changes(
    programme: Programme, plants: Sequence[DesignedPlant], kept: Mapping[str, Rows]
) -> Rows:
    there = {row.name for row in kept["tool_groups"]}
    others = [
        change
        for change in programme.changes
        if (cell := Cell.parse(change.cell)).table != "tool_groups" or cell.key in there
    ]
    return (*others, *(change for one in plants for change in _scenario_tools(one)))


def _scenario_tools(one: DesignedPlant) -> Iterator[Change]:
    """Tools of the first day that a scenario has instead."""
    for grown in one.others:
        for name, tools in grown.tools.items():
            if tools != one.first_day.get(name, 0):
                yield Change(
                    scenario=grown.stage.scenario,
                    cell=f"tool_groups/{one.plant.prefix}{name}/tools",
                    value=str(tools),
                    why=f"designed for {grown.stage.meaning or grown.stage.carriers_per_month}",
                )


def _sources(
    programme: Programme, plants: Sequence[DesignedPlant], kept: Mapping[str, Rows]
) -> Rows:
    """Sources of what stays, then those of the designed rows."""
    there = {table: {key_of(row) for row in rows} for table, rows in kept.items()}
    own = [source for one in plants for source in plant_sources(one)]
    renewed = {source.cell for source in own}
    others = [
        source
        for source in programme.sources
        if source.cell not in renewed and _stays(programme, source.cell, there)
    ]
    return (*others, *own)


def _stays(programme: Programme, address: str, there: Mapping[str, set[str]]) -> bool:
    cell = Cell.parse(address)
    if cell.table not in there:
        return True
    return any(one.key in there[cell.table] for one in cells_at(programme, cell))
