"""Rules for plants: calendars, floor, phases, lanes, stores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fabstack.check.faults import Fault, cell_of, error, note, warning
from fabstack.economics.capacity import open_share
from fabstack.errors import did_you_mean
from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import months_between

EMPTY_SHARE = 0.01  # of all hours: a plant that is open for less than 4 days a year is shut
AGREE_MONTHS = 1.1  # "March" and "31 March" are the same claim


def empty_calendars(programme: Programme) -> Iterator[Fault]:
    """Calendars that leave a plant practically no hour to work."""
    for plant in programme.plants:
        if plant.calendar and open_share(programme, plant.name) < EMPTY_SHARE:
            hours = open_share(programme, plant.name) * 365.25 * 24
            yield error(
                by_key(programme.calendars)[plant.calendar],
                "name",
                "empty-calendar",
                f"calendar '{plant.calendar}' leaves plant '{plant.name}' {hours:.3g} hours a year",
                expected=f"more than {EMPTY_SHARE:.0%} of all hours",
                cure="check days_per_week, hours_per_day and shutdown_days_per_year",
            )


def idle_calendars(programme: Programme) -> Iterator[Fault]:
    """Calendars that no plant keeps."""
    used = {plant.calendar for plant in programme.plants}
    for calendar in programme.calendars:
        if calendar.name not in used:
            found = f"no plant keeps calendar '{calendar.name}'"
            cure = "name it in plants, or remove it"
            yield note(calendar, "name", "unused-calendar", found, cure=cure)


def idle_plants(programme: Programme) -> Iterator[Fault]:
    """Plants with tools or phases and nothing to make."""
    routes = grouped(programme.routes, "plant")
    for plant in programme.plants:
        tools = grouped(programme.tool_groups, "plant")[plant.name]
        phases = grouped(programme.phases, "plant")[plant.name]
        if (tools or phases) and not routes[plant.name]:
            yield warning(
                plant,
                "name",
                "idle-plant",
                f"plant '{plant.name}' has tools or phases but no route",
                expected="a route that makes something there",
                cure="add a route, or remove its tools and phases",
            )


def crowded_floors(programme: Programme) -> Iterator[Fault]:
    """Plants whose tools, with all that are still to come, need more floor than there is."""
    for plant in programme.plants:
        phases = grouped(programme.phases, "plant")[plant.name]
        floor_m2 = plant.floor_m2 + sum(phase.floor_m2 for phase in phases)
        groups = grouped(programme.tool_groups, "plant")[plant.name]
        needed_m2 = sum(group.floor_m2 * _all_tools(programme, group.name) for group in groups)
        if plant.floor_m2 and needed_m2 > floor_m2:
            yield warning(
                plant,
                "floor_m2",
                "crowded-floor",
                f"the tools of '{plant.name}' need {needed_m2:,.0f} m2 of {floor_m2:,.0f} m2",
                expected="a floor at least as large as its tools with their service areas",
                cure="add floor, or buy fewer tools",
            )


def _all_tools(programme: Programme, group: str) -> int:
    first = by_key(programme.tool_groups)[group].tools
    return first + sum(row.tools for row in grouped(programme.deliveries, "tool_group")[group])


def early_phases(programme: Programme) -> Iterator[Fault]:
    """Phases at full capacity before their plant has opened."""
    plants = by_key(programme.plants)
    for phase in programme.phases:
        opens = plants[phase.plant].opens
        if phase.ready and opens and phase.ready < opens:
            yield warning(
                phase,
                "ready",
                "phase-before-opening",
                f"phase '{phase.phase}' is ready on {phase.ready}, but '{phase.plant}' opens "
                f"on {opens}",
                expected=f"{opens} or later",
                cure="correct one of the two dates",
            )


def disagreeing_dates(programme: Programme) -> Iterator[Fault]:
    """Dates as claimed that differ from the claimed end of the activity that moves them."""
    claims: list[tuple[object, str, date | None, str | None]] = [
        *((plant, "opens", plant.opens, plant.opens_with) for plant in programme.plants),
        *((phase, "ready", phase.ready, phase.ready_with) for phase in programme.phases),
        *((g, "claimed_volume", g.claimed_volume, g.volume_with) for g in programme.generations),
    ]
    activities = by_key(programme.activities)
    for row, column, day, name in claims:
        claimed = activities[name].claimed if name else None
        if day and claimed and abs(months_between(day, claimed)) > AGREE_MONTHS:
            yield warning(
                row,
                column,
                "dates-disagree",
                f"{column} is {day}, but activity '{name}' claims its end for {claimed}",
                expected="the same date in both places",
                cure="the slip of the activity moves this date; correct one of them",
                judges=cell_of(row, column),
            )


def overfull_stores(programme: Programme) -> Iterator[Fault]:
    """Stores that begin fuller, or are to be kept fuller, than they may ever be."""
    for stock in programme.stocks:
        for column in ("initial", "safety"):
            units = getattr(stock, column)
            if stock.maximum is not None and units > stock.maximum:
                yield warning(
                    stock,
                    column,
                    "overfull-store",
                    f"{column} {units:g} of '{stock.item}' is above its maximum, {stock.maximum:g}",
                    expected=f"at most {stock.maximum:g}",
                    cure="raise the maximum, or lower this",
                )


def unknown_bays(programme: Programme) -> Iterator[Fault]:
    """Moves from or to bays in which no tool of their plant stands."""
    for move in programme.moves:
        groups = grouped(programme.tool_groups, "plant")[move.plant]
        known = tuple(dict.fromkeys(group.bay for group in groups if group.bay))
        for column in ("from_bay", "to_bay"):
            bay = getattr(move, column)
            if bay and bay not in known:
                yield warning(
                    move,
                    column,
                    "unknown-bay",
                    f"no tool group of '{move.plant}' stands in bay '{bay}'",
                    expected="a bay of the column bay in tool_groups",
                    cure=did_you_mean(bay, known),
                )


def unknown_window_plants(programme: Programme) -> Iterator[Fault]:
    """A simulated window that moves with a plant that is not there, or never moves."""
    name, plants = programme.simulation.starts_with, by_key(programme.plants)
    if name is None or (name in plants and plants[name].opens is not None):
        return
    found = f"plant '{name}' has no opening" if name in plants else f"no plant '{name}'"
    yield error(
        programme.simulation,
        "starts_with",
        "unknown-reference",
        found,
        expected="a plant with a date in its column opens",
        cure="" if name in plants else did_you_mean(name, tuple(plants)),
    )


def idle_vehicles(programme: Programme) -> Iterator[Fault]:
    """Vehicles where nothing takes any time to move."""
    vehicles = programme.simulation.vehicles
    if vehicles and not programme.moves and all(route.move is None for route in programme.routes):
        yield warning(
            programme.simulation,
            "vehicles",
            "no-effect",
            f"{vehicles} vehicles have nothing to do: no move takes any time",
            expected="times in the table moves, or in the column move of routes",
            cure="give the moves, or remove the vehicles",
        )


def lanes_to_nowhere(programme: Programme) -> Iterator[Fault]:
    """Lanes that end where they begin."""
    for lane in programme.lanes:
        if lane.origin == lane.destination:
            yield warning(
                lane,
                "destination",
                "lane-to-itself",
                f"the lane from '{lane.origin}' leads back to it",
                expected="another plant",
                cure="correct the destination, or remove the lane",
            )
