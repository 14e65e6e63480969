"""What `programme.toml` says: identity, horizon, money and how to run."""

from __future__ import annotations

from enum import StrEnum

from fabstack.model.days import Day
from fabstack.model.dispatch import MEANING, DispatchRule
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded
from fabstack.model.randomness import Distribution, constant


@row()
class Header:
    """Who and when."""

    name: str = named("short name, used in file names")
    title: str = worded("one line for people")
    description: str = worded("what the programme is, in a paragraph")
    start: Day = chosen("first day of the horizon (time 0 of every engine)")
    end: Day = chosen("last day of the horizon")
    currency: str = worded("money of every price", default="USD")
    price_year: int = counted("year whose prices are used", default=2026, ge=1900)


@row()
class Finance:
    """Money over time."""

    discount_rate_percent: float = measured("percent/year", "cost of capital", default=10.0, ge=0)
    tax_rate_percent: float = measured("percent", "on profit", default=21.0, ge=0, le=100)
    equipment_life_years: float = measured("year", "straight-line", default=5.0, gt=0)
    building_life_years: float = measured("year", "straight-line", default=20.0, gt=0)
    equipment_share_percent: float = measured(
        "percent",
        "of a phase's capital that is equipment, the rest is building (70 to 80 is usual)",
        default=75.0,
        ge=0,
        le=100,
    )
    inflation_percent: float = measured("percent/year", "of prices", default=0.0)
    holding_cost_percent: float = measured(
        "percent/year",
        "of an item's value for a year in stock, beside the cost of capital",
        default=5.0,
        ge=0,
    )


class QueueLimits(StrEnum):
    """What becomes of a lot that is too late for a queue-time limit."""

    MEASURE = "measure"  # it goes on, and is counted
    HOLD = "hold"  # it is not let in where the limit begins while it would come too late
    SCRAP = "scrap"  # it is lost
    REWORK = "rework"  # it goes back to the step where the limit began


@row()
class Simulation:
    """How the simulator runs unless the command says otherwise."""

    days: float = measured("day", "simulated time", default=730.0, gt=0)
    starts_on: Day | None = chosen(
        "date of simulated time 0; blank: the programme's start", default=None
    )
    starts_with: str | None = refers(
        "plants",
        "plant with whose opening the window moves where dates are sampled, to the first of a "
        "month; blank: it stays",
        default=None,
    )
    warm_up_days: float = measured("day", "left out of the statistics", default=0.0, ge=0)
    replications: int = counted("independent runs", default=3, ge=1)
    dispatch: DispatchRule = worded(
        f"rule of tool groups that name none; {MEANING}", default="fifo"
    )
    queue_limits: QueueLimits = chosen(
        "a lot too late for a queue limit is only counted (measure), kept out where the limit "
        "begins until it can be in time (hold), lost (scrap), or sent back to where the limit "
        "began (rework)",
        default=QueueLimits.MEASURE,
    )
    vehicles: int = counted(
        "that carry lots between steps, each one lot at a time; 0: never short of them", default=0
    )


class Objective(StrEnum):
    """Whose money a plan maximises."""

    CASH = "cash"  # before tax
    AFTER_TAX = "after-tax"  # with tax on profit and the shield of straight-line depreciation


class Service(StrEnum):
    """How the classes of demand stand to each other."""

    WEIGHTED = "weighted"  # each class counts twice the one below it
    LEXICOGRAPHIC = "lexicographic"  # no gain elsewhere makes up for a unit of a higher class


@row()
class Planning:
    """How the planner runs unless the command says otherwise."""

    periods: str = worded(
        "lengths of a plan's periods in days, weeks, months, quarters and years, such as "
        "13w 24m 20q; a last one without a number goes on to the end; blank: months to the end",
        default="",
    )
    objective: Objective = chosen(
        "net present value before tax (cash), or with tax and depreciation (after-tax)",
        default=Objective.CASH,
    )
    service: Service = chosen(
        "classes of demand weigh more the higher they are (weighted), or a higher class gives way "
        "to nothing (lexicographic)",
        default=Service.WEIGHTED,
    )
    x_factor: float | None = measured(
        "",
        "cycle time over raw process time where a route gives no lead time; 0: routes take no "
        "time; blank: by kind of plant",
        default=None,
        ge=0,
    )
    hiring_limits: bool = chosen(
        "people who are there (headcount and hires) limit what is started", default=False
    )

    shortfall_penalty_percent: float = measured(
        "percent",
        "of an item's price, for a unit never delivered, beside the lost price",
        default=50.0,
        ge=0,
    )
    backlog_penalty_percent: float = measured(
        "percent/month", "of an item's price, for a unit late by a month", default=5.0, ge=0
    )
    max_load_percent: float = measured(
        "percent", "of available tool hours a plan may use", default=90.0, gt=0, le=100
    )
    backlog_months: int = counted("how long a late unit is still wanted", default=6)


@row()
class Ramp:
    """How dates are sampled unless the command says otherwise."""

    samples: int = counted("sampled futures", default=4000, ge=1)
    correlation: float = measured(
        "", "between activities of one plant (Gaussian copula)", default=0.3, ge=0, lt=1
    )
    lead_slip: Distribution = measured(
        "",
        "ratio of actual to stated lead time of tools, one draw for a tool group",
        default=constant(1.0),
    )
    install_slip: Distribution = measured(
        "",
        "ratio of actual to stated time from dock to release, one draw for a tool group",
        default=constant(1.0),
    )
    lead_correlation: float = measured(
        "",
        "between the lead time slips of all tool groups (Gaussian copula); 0.5 is an estimate",
        default=0.5,
        ge=0,
        lt=1,
    )
    shortages_per_year: float = measured(
        "1/year",
        "world-wide shortages that begin: while one lasts, rivals ask for what they want in it",
        default=0.0,
        ge=0,
    )
    shortage_months: Distribution = measured(
        "month", "how long a shortage lasts", default=Distribution.parse("triangular(18, 24, 30)")
    )
    staff_delays: bool = chosen(
        "work of activities with a skill and people takes longer while experts are missing",
        default=False,
    )
