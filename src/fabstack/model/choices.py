"""What a planner may choose and what limits it: campaigns, dated costs, hours, tools, budgets."""

from __future__ import annotations

from fabstack.model.days import Day
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded


@row("name", "from_date")
class Campaign:
    """What it takes to start a route, or any route of a family, at all in a period of a plan.

    Terms hold until the next row of the same name.
    """

    name: str = named("such as the route or the family")
    from_date: Day = chosen("first day")
    route: str | None = refers("routes", "set up for it; blank: for a family", default=None)
    family: str = worded(
        "all routes with this word are set up for at once; blank: for a route", default=""
    )
    setup_usd: float = measured("USD", "in each period with a start", default=0.0, ge=0)
    setup_h: float = measured("h", "of the tool group in each such period", default=0.0, ge=0)
    tool_group: str | None = refers(
        "tool_groups", "whose hours the setup takes; blank: nobody's", default=None
    )
    carries_over: bool = chosen(
        "the setup in which the tool group ends a period is kept into the next one", default=False
    )
    minimum_carriers: float = measured("", "to start in such a period", default=0.0, ge=0)
    maximum_carriers: float | None = measured(
        "", "to start in a period; blank: no limit", default=None, ge=0
    )


@row("item", "from_date")
class ItemCost:
    """Costs of an item from a date on, until its next row; a blank cell leaves the usual rule."""

    item: str = refers("items", "which")
    from_date: Day = chosen("first day")
    make_cost_usd: float | None = measured(
        "USD", "to make one more; blank: the item's", default=None, ge=0
    )
    price_usd: float | None = measured(
        "USD", "gained by delivering one; blank: the item's", default=None, ge=0
    )
    holding_usd_per_month: float | None = measured(
        "USD/month",
        "for one in stock; blank: by value and holding_cost_percent",
        default=None,
        ge=0,
    )
    backlog_usd_per_month: float | None = measured(
        "USD/month", "for one late, whatever its class; blank: by percent", default=None, ge=0
    )
    safety_usd_per_month: float | None = measured(
        "USD/month",
        "for one that the safety stock lacks; blank: as one late in the lowest class",
        default=None,
        ge=0,
    )
    shortfall_usd: float | None = measured(
        "USD",
        "for one never delivered, beside the lost price and whatever its class; blank: by percent",
        default=None,
        ge=0,
    )


@row("tool_group", "from_date")
class Capacity:
    """Hours of a tool group from a date on, until its next row."""

    tool_group: str = refers("tool_groups", "which")
    from_date: Day = chosen("first day")
    hours_per_month: float = measured(
        "h/month",
        "that a plan may use of all tools together; in the place of tools, calendar and load",
        ge=0,
    )


@row("tool_group", "waiting_h")
class ClearingPoint:
    """A point of a tool group's clearing function: with so much work waiting, so much is done.

    Between points it is a straight line, beyond the last one level. It begins with nothing done
    while nothing waits, unless a point at 0 says otherwise.
    """

    tool_group: str = refers("tool_groups", "which")
    waiting_h: float = measured(
        "h", "of work of one tool that waits, for each tool of the group", ge=0
    )
    load_percent: float = measured(
        "percent", "of the hours in which tools are up that they then work", ge=0, le=100
    )


@row("tool_group", "from_date")
class ToolOption:
    """Tools that the planner may buy, a whole number of them in each period."""

    tool_group: str = refers("tool_groups", "which")
    from_date: Day = chosen("first day of an order")
    to_date: Day | None = chosen("last day of an order; blank: without end", default=None)
    most: int | None = counted("tools in all; blank: no limit", default=None)
    price_usd: float | None = measured(
        "USD", "of one, paid at delivery; blank: the tool group's", default=None, ge=0
    )
    lead_time_months: float | None = measured(
        "month", "order to delivery; blank: the tool group's", default=None, ge=0
    )
    install_months: float | None = measured(
        "month", "delivery to production; blank: the tool group's", default=None, ge=0
    )
    hours_per_month: float | None = measured(
        "h/month",
        "that one tool gives a plan; blank: by calendar, availability and load",
        default=None,
        ge=0,
    )
    resale_percent: float = measured(
        "percent", "of the price, for one that is sold again", default=0.0, ge=0, le=100
    )


@row()
class Budget:
    """Capital that may be spent on chosen phases and tools between two days."""

    name: str = named("unique name")
    plant: str | None = refers("plants", "for which; blank: for all", default=None)
    from_date: Day = chosen("first day")
    to_date: Day = chosen("last day")
    capital_usd: float = measured("USD", "the most", ge=0)
