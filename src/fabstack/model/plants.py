"""Where things are made: plants, their phases, calendars, lanes and stocks."""

from __future__ import annotations

from enum import StrEnum

from fabstack.model.days import Day
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded


class PlantKind(StrEnum):
    """What a plant does."""

    FAB = "fab"
    PACKAGING = "packaging"
    PCB = "pcb"
    ASSEMBLY = "assembly"
    OTHER = "other"


@row()
class Calendar:
    """When a plant works."""

    name: str = named("unique name")
    days_per_week: float = measured("day", "worked", default=7.0, gt=0, le=7)
    hours_per_day: float = measured("h", "worked", default=24.0, gt=0, le=24)
    shutdown_days_per_year: float = measured("day", "closed", default=0.0, ge=0, lt=365)


class Fidelity(StrEnum):
    """How closely a simulation follows a plant."""

    FULL = "full"  # every tool and queue
    BOTTLENECKS = "bottlenecks"  # tool groups with little planned load are delays without a queue
    CYCLE_TIME = "cycle-time"  # each route is one delay


@row()
class Plant:
    """One site with its own tools and people."""

    name: str = named("unique name")
    kind: PlantKind = chosen("what it does")
    title: str = worded("for people")
    place: str = worded("town and state")
    calendar: str | None = refers("calendars", "blank: always open", default=None)
    technology: str | None = refers("technologies", "its main process", default=None)
    opens: Day | None = chosen("first day with any output; blank: from the start", default=None)
    opens_with: str | None = refers(
        "activities",
        "activity whose end opens the plant; the ramp engine moves `opens` by its slip",
        default=None,
    )
    fixed_cost_usd_per_month: float = measured(
        "USD/month", "people, power, rent", default=0.0, ge=0
    )
    floor_m2: float = measured("m2", "of production floor; 0: not limited", default=0.0, ge=0)
    wip_limit: float | None = measured(
        "", "carriers in work at most while it ramps; blank: no limit", default=None, gt=0
    )
    fidelity: Fidelity = chosen("how closely a simulation follows it", default=Fidelity.FULL)
    bottleneck_load_percent: float = measured(
        "percent",
        "with fidelity bottlenecks: tool groups whose planned load stays below are delays",
        default=70.0,
        ge=0,
    )
    x_factor: float | None = measured(
        "",
        "with fidelity cycle-time and no earlier run: cycle time over raw process time",
        default=None,
        ge=1,
    )


class CapacityOf(StrEnum):
    """What a phase's number counts."""

    CARRIER = "carrier"  # wafers, panels or boards started
    UNIT = "unit"  # finished items out


@row("plant", "phase")
class Phase:
    """A step in a plant's capacity, as claimed or as an option to build."""

    plant: str = refers("plants", "whose")
    phase: str = named("name within the plant")
    capacity_per_month: float = measured("1/month", "that the phase adds", counts="plant", ge=0)
    capacity_of: CapacityOf = chosen("what is counted", default=CapacityOf.CARRIER)
    ready: Day | None = chosen(
        "claimed date of full capacity; blank: a choice of the planner", default=None
    )
    ready_with: str | None = refers("activities", "activity whose end is this date", default=None)
    ramp_months: float = measured("month", "from first output to full capacity", default=0.0, ge=0)
    capex_usd: float = measured("USD", "building and tools", default=0.0, ge=0)
    build_months: float = measured("month", "from decision to first output", default=0.0, ge=0)
    floor_m2: float = measured(
        "m2",
        "production floor that it adds, from its first output; with a capacity of 0 it adds floor "
        "alone and limits no starts",
        default=0.0,
        ge=0,
    )
    optional: bool = chosen("the planner may build it or not", default=False)


def is_choice(phase: Phase) -> bool:
    """Whether the planner decides if a phase is built."""
    return phase.optional or phase.ready is None


def limits_output(phase: Phase) -> bool:
    """Whether a phase counts carriers or units; one that only adds floor does not."""
    return phase.capacity_per_month > 0 or not phase.floor_m2


def is_dated(phase: Phase) -> bool:
    """Whether a phase has a date, and is no free choice of the planner."""
    return phase.ready is not None or phase.ready_with is not None


@row("origin", "destination")
class Lane:
    """A way between two places."""

    origin: str = refers("plants|suppliers", "from")
    destination: str = refers("plants", "to")
    days: float = measured("day", "on the way", default=0.0, ge=0)
    cost_usd: float = measured("USD", "per unit moved", default=0.0, ge=0)


@row("plant", "item")
class Stock:
    """What lies in a plant's store."""

    plant: str = refers("plants", "where")
    item: str = refers("items", "what")
    initial: float = measured("", "units at the start", default=0.0, counts="item", ge=0)
    maximum: float | None = measured(
        "", "units; blank: no limit", default=None, counts="item", ge=0
    )
    safety: float = measured("", "units a plan keeps", default=0.0, counts="item", ge=0)


@row("plant", "skill")
class Staffing:
    """People a plant needs of one skill."""

    plant: str = refers("plants", "where")
    skill: str = refers("skills", "who")
    people: float = measured("person", "needed whatever the volume", default=0.0, ge=0)
    people_per_1000_per_month: float = measured(
        "person", "for each 1,000 carriers started a month", default=0.0, ge=0
    )


@row("plant", "name")
class SharedLimit:
    """Something scarce that several activities of a plant need: crews, cranes."""

    plant: str = refers("plants", "where")
    name: str = named("crew, crane, team")
    units: int = counted("how many there are", ge=1)
