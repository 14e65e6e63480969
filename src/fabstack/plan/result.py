"""What a plan says: arrays, the names along their axes, and why any unit is short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from fabstack.plan.highs import Status
from fabstack.plan.money import Cash
from fabstack.plan.network import Node
from fabstack.plan.options import PlanOptions
from fabstack.plan.phases import Limit
from fabstack.plan.types import Floats, Ints


class Code(StrEnum):
    """Why a unit is never delivered."""

    TOOL_HOURS = "tool-hours"
    FLOOR_SPACE = "floor-space"  # no more tools of a group fit into its plant
    BUDGET = "budget"  # it does not pay another tool
    PHASE_CAPACITY = "phase-capacity"
    PEOPLE = "people"
    PLANT_NOT_OPEN = "plant-not-open"
    SUPPLIER_CAPACITY = "supplier-capacity"
    LEAD_TIME = "lead-time"
    MATERIAL = "material"  # nobody makes or sells it
    STORAGE = "storage"  # a stock is at its limit
    SHELF_LIFE = "shelf-life"  # what could be kept for it would be too old
    SETUP = "setup"  # a campaign that is not worth its setup
    EARLIER_PLAN = "earlier-plan"  # what it decided is held
    YIELD = "yield"  # mature yields would have covered the shortfall
    NOT_WORTH_SERVING = "not-worth-serving"


class Reason(NamedTuple):
    """The one primary reason for some units short in a period.

    `worth_usd` is what one more unit of the cause (an hour, a carrier, a bought unit) adds to the
    objective, in USD of the programme's start; 0 where no unit of anything would help.
    """

    period: int
    wish: int
    market: str
    item: str
    quantity: float
    code: Code
    cause: str
    cause_period: int
    worth_usd: float
    explanation: str
    limits: str = ""  # all that are exhausted on the ways to a unit more, with what they give
    limit_row: int = -1  # of the program; -1 where the cause is no row


class Slope(NamedTuple):
    """What a little more of a limit gains and a little less loses, in USD of the start."""

    kind: str
    name: str
    period: int | None  # in which there is one unit more or less; None: one percent in every one
    worth_usd: float  # by duals: to first order
    row: int = -1  # of the program, where it is one
    more_usd: float | None = None  # solved again; None where that has no plan
    less_usd: float | None = None
    is_one_number: bool = True  # dual, gain and loss are the same; False: degenerate, or a corner


class Expansion(NamedTuple):
    """One more tool of a group from a period on; money in USD of the programme's start."""

    tool_group: str
    period: int
    worth_usd: float  # by duals: to first order
    price_usd: float  # paid in that period
    exact_usd: float | None = None  # with the tool there and all solved again
    binds_next: str = ""  # what limits most then


class Change(NamedTuple):
    """A decision that differs from that of an earlier plan."""

    period: int
    kind: str  # start, order, buy-tool, sell-tool, build
    name: str
    before: float
    after: float
    value_usd: float  # of what is changed, at the programme's start
    is_frozen: bool  # and so it should have stayed as it was
    reason: str  # why it could not; blank where it is not frozen


class Way(NamedTuple):
    """A lane that an item takes."""

    item: str
    origin: str
    destination: str


class Queue(NamedTuple):
    """A stage of a route, at which carriers wait for a tool group."""

    route: str
    tool_group: str
    number: int  # on its route, from 1 on


class Want(NamedTuple):
    """An item for a market, or for a group of dated demands that are alike."""

    market: str
    item: str


class Regraded(NamedTuple):
    """An item at a place that becomes others: one that it stands in for, or its bins."""

    item: str
    place: str
    becomes: tuple[str, ...]
    is_substitute: bool


class Built(NamedTuple):
    """An optional phase and whether the plan builds it."""

    plant: str
    phase: str
    share: float  # 1 built, 0 not; in between only where integers are relaxed
    decided: int | None  # period of the decision; None: for the phase's own date
    first_output: float  # on the axis of periods


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the first axis of each array stands for."""

    months: tuple[date, ...]  # first days of the periods
    end: date  # the day after the last period
    routes: tuple[str, ...]
    queues: tuple[Queue, ...]
    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]
    offers: tuple[str, ...]  # keys of the table
    groups: tuple[str, ...]
    limits: tuple[Limit, ...]
    wants: tuple[Want, ...]
    ranks: tuple[int, ...]  # class of each want; larger is served first
    conversions: tuple[Node, ...]
    regrades: tuple[Regraded, ...]
    campaigns: tuple[str, ...]
    options: tuple[str, ...]  # to buy tools, keys of the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Duals:
    """What one more unit is worth: change of the objective, in USD of the programme's start."""

    units: Floats  # [node, period] of an item that is there
    tool_hours: Floats  # [group, period] of an hour that may be used
    phases: Floats  # [limit, period] of a carrier or unit that a phase allows
    supply: Floats  # [offer, period] of a unit that a supplier can make
    demand: Floats  # [want, period] of a unit more wanted; below 0 where it cannot be served


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the independent checker found."""

    balance_error: float  # largest, relative to what flows there
    limit_error: float  # largest excess over a limit, relative to it
    objective_error: float  # relative
    worst: str  # what the largest error is about

    @property
    def holds(self) -> bool:
        """True where everything agrees to 1e-6."""
        return max(self.balance_error, self.limit_error, self.objective_error) <= 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """A plan; every array has the period as its last axis."""

    status: Status
    objective_usd: float  # net present value less penalties
    npv_usd: float  # of the cash, before tax
    npv_after_tax_usd: float
    gap: float  # relative distance to the best that can exist; infinite where it is not known
    columns: int
    rows: int
    entries: int
    whole_columns: int
    build_s: float
    solve_s: float

    options: PlanOptions
    names: Names
    lead_months: Mapping[str, float]  # by route, waiting in queues on average among it
    assumptions: tuple[str, ...]

    months: Floats  # length of each period
    starts: Floats  # [route] carriers
    set_up: Floats  # [campaign] 1 where it is set up; in between only where relaxed
    kept_up: Floats  # [campaign] 1 where its setup is kept from the period before
    worked: Floats  # [queue] carriers that leave it, as they were started
    waiting: Floats  # [queue] carriers in it at the end, as they were started
    worked_h: Floats  # [queue] hours of its tool group
    waiting_h: Floats  # [queue] of the tool group's work that waits at the end
    output: Floats  # [route] good units that leave
    converted: Floats  # [conversion] good units
    regraded: Floats  # [regrade] units that become others
    became: Floats  # [node] units that come of that
    ordered: Floats  # [offer] units, in the month of the order
    bought: Floats  # [offer] units received
    unmet: Floats  # [offer] units below a contract's minimum
    paid: Floats  # [offer] USD of the period
    sent: Floats  # [way] units that leave
    used: Floats  # [node] units that routes, conversions and regrades take
    stock: Floats  # [node] units at the end
    disposed: Floats  # [node] units thrown away
    missing: Floats  # [node] units below the safety stock
    delivered: Floats  # [want] units
    served_from: Ints  # [outlet, (want, node)]
    served: Floats  # [outlet] units
    wanted: Floats  # [want]
    backlog: Floats  # [want] units late at the end
    short: Floats  # [want] units given up
    built: tuple[Built, ...]

    bought_tools: Floats  # [option] ordered at the start of the period
    sold_tools: Floats  # [option] sold at the end of the period
    tools: Floats  # [group] on average
    available_h: Floats  # [group]
    usable_h: Floats  # [group] of them, what a plan may use
    used_h: Floats  # [group]
    allowed: Floats  # [limit] carriers or units that phases allow
    counted: Floats  # [limit] carriers or units that count against it
    on_offer: Floats  # [offer] units that the supplier can make for the programme

    duals: Duals
    cash: Cash
    money: Floats  # USD at the start that a USD of today's prices is worth in the period
    discount: Floats  # USD at the start that a USD of the period is worth
    tax: Floats  # USD of the period; negative where a loss saves tax
    reasons: tuple[Reason, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    slopes: tuple[Slope, ...] = ()  # where they were asked for
    changes: tuple[Change, ...] | None = None  # against an earlier plan, where there is one
    audit: Audit | None = None
