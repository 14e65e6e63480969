"""How things are made: routes, their steps, and the lots that enter."""

from __future__ import annotations

from enum import StrEnum

from fabstack.model.days import Day
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded
from fabstack.model.randomness import Distribution


@row()
class Route:
    """A way to make an item in one plant."""

    name: str = named("unique name")
    item: str = refers("items", "what comes out")
    plant: str = refers("plants", "where")
    carriers_per_lot: int = counted(
        "wafers, panels or boards in a lot", default=25, ge=1, counts="name"
    )
    units_per_carrier: float | None = measured(
        "",
        "items from one carrier before yield; blank: by geometry of item and technology, else 1",
        default=None,
        gt=0,
    )
    move: Distribution | None = measured(
        "min", "transport between two steps where no row of moves says it", default=None
    )
    move_raw_min: float | None = measured(
        "min",
        "of it that is raw process time (by which X-factors count), the rest is dwell; blank: all",
        default=None,
        ge=0,
    )
    preference: int = counted("routes of the same item are used in this order", default=1, ge=1)
    family: str = worded("routes with the same word may share a campaign; blank: none", default="")
    lead_time_months: float | None = measured(
        "month", "a plan's time from start to output; blank: by X-factor", default=None, ge=0
    )
    cost_usd: float = measured(
        "USD", "of a started carrier, beside the item's own cost to make", default=0.0, ge=0
    )


@row("plant", "from_bay", "to_bay")
class Move:
    """Transport between two steps.

    Of several rows that fit, the one that names more bays counts, and `from_bay` before `to_bay`.
    """

    plant: str = refers("plants", "where")
    from_bay: str = named("bay of the step before; blank: any", default="")
    to_bay: str = named("bay of the step after; blank: any", default="")
    move: Distribution = measured("min", "on the way")
    raw_min: float | None = measured(
        "min",
        "of it that is raw process time (by which X-factors count), the rest is dwell; blank: all",
        default=None,
        ge=0,
    )


class Basis(StrEnum):
    """What a process time is for."""

    LOT = "lot"
    CARRIER = "carrier"  # each wafer, panel or board after the other
    BATCH = "batch"  # several lots together


@row("route", "step")
class Step:
    """One operation on a route."""

    route: str = refers("routes", "which")
    step: int = counted("position; rising, gaps allowed", ge=1)
    name: str = worded("operation", default=...)
    tool_group: str = refers("tool_groups", "that performs it")
    process: Distribution = measured("min", "for a lot, a carrier or a batch (see basis)")
    basis: Basis = chosen("what the process time is for", default=Basis.LOT)
    interval_min: float | None = measured(
        "min",
        "of a cascading tool, between two carriers, or with basis lot between two lots; "
        "blank: no cascade",
        default=None,
        gt=0,
    )
    batch_minimum: float = measured(
        "", "carriers needed to start a batch", default=0.0, counts="route", ge=0
    )
    batch_maximum: float | None = measured(
        "", "carriers that fit; blank: one lot", default=None, counts="route", gt=0
    )
    batch_family: str = worded("steps with the same word may share a batch; blank: this step alone")
    setup: str = named("setup the tool must have; blank: any", default="")
    setup_min: float | None = measured(
        "min",
        "time of this setup, whatever the tool had before; blank: by the table setups",
        default=None,
        ge=0,
    )
    sampling_percent: float = measured(
        "percent", "of lots that visit the step", default=100.0, ge=0, le=100
    )
    rework_percent: float = measured("percent", "of visits that go back", default=0.0, ge=0, lt=100)
    rework_to: int | None = counted("step that a reworked lot returns to", default=None, ge=1)
    yield_percent: float = measured(
        "percent", "of carriers that survive", default=100.0, ge=0, le=100
    )
    lot_scrap_percent: float = measured("percent", "of lots lost whole", default=0.0, ge=0, lt=100)
    queue_limit_h: float | None = measured(
        "h",
        "longest time from the end of this step to the start of `queue_limit_to`",
        default=None,
        gt=0,
    )
    queue_limit_to: int | None = counted("step that must start in time", default=None, ge=1)
    same_tool_as: int | None = counted("step whose very tool is used again", default=None, ge=1)
    mask_layer: bool = chosen("exposes a lithography layer", default=False)


@row("route", "date")
class Start:
    """The rate at which a route is started from a date on."""

    route: str = refers("routes", "what")
    date: Day = chosen("from this day on")
    carriers_per_month: float = measured("1/month", "started", counts="route", ge=0)
    priority: int = counted("larger goes first", default=0)
    due_days: float | None = measured(
        "day", "from start to due date; blank: none", default=None, gt=0
    )
    due_spread_percent: float = measured(
        "percent",
        "each lot's time to its due date is drawn evenly from 1 -+ this",
        default=0.0,
        ge=0,
        le=100,
    )
    spread: bool = chosen("exponential instead of even spacing", default=False)


@row()
class Order:
    """Lots that are started once, or at a fixed interval."""

    name: str = named("unique name")
    route: str = refers("routes", "what")
    date: Day = chosen("first start")
    start_h: float = measured("h", "of that day when it starts", default=0.0, ge=0, lt=24)
    carriers: int | None = counted(
        "in a lot; blank: the route's lot size", default=None, ge=1, counts="route"
    )
    lots: int = counted("how many; with `every_h`, how many in all", default=1, ge=1)
    every_h: float | None = measured(
        "h", "between two lots; blank: all at once", default=None, gt=0
    )
    priority: int = counted("larger goes first", default=0)
    due: Day | None = chosen("promised date of the first lot", default=None)
    due_days: float | None = measured(
        "day", "from start of each lot to its due date; blank: by `due`", default=None, gt=0
    )
    due_spread_percent: float = measured(
        "percent",
        "each lot's time to its due date is drawn evenly from 1 -+ this",
        default=0.0,
        ge=0,
        le=100,
    )
    reserves_tools: bool = chosen(
        "super-hot: a tool is kept free for it at its next step", default=False
    )


@row()
class Wip:
    """A lot that is already inside on the first day."""

    name: str = named("lot")
    route: str = refers("routes", "what")
    step: int = counted("where it waits", ge=1)
    carriers: float = measured("", "in the lot", counts="route", gt=0)
    priority: int = counted("larger goes first", default=0)
    started: Day | None = chosen("when it entered; blank: on the first day", default=None)
    since_h: float = measured(
        "h", "it has waited at its step when the run starts", default=0.0, ge=0
    )
    due: Day | None = chosen("promised date", default=None)
    due_days: float | None = measured(
        "day",
        "from the first day to its due date, negative if late already; blank: by `due`",
        default=None,
    )
