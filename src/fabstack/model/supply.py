"""What is bought: suppliers, offers, contracts, and who stands ahead in the queue."""

from __future__ import annotations

from enum import StrEnum

from fabstack.model.days import Day
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded
from fabstack.model.randomness import Distribution, constant


@row()
class Supplier:
    """A company that sells to the programme."""

    name: str = named("unique name")
    title: str = worded("for people")
    place: str = worded("where the goods come from")
    unverified: str = worded("what a source still has to confirm")


@row("supplier", "item", "from_date")
class Offer:
    """Terms on which a supplier sells an item for a while."""

    supplier: str = refers("suppliers", "who")
    item: str = refers("items", "what")
    from_date: Day = chosen("first day")
    to_date: Day | None = chosen("last day; blank: without end", default=None)
    price_usd: float = measured("USD", "of one unit", ge=0)
    capacity_per_month: float = measured(
        "1/month", "what the supplier makes for all its customers", counts="item", ge=0
    )
    minimum_per_month: float = measured(
        "1/month", "to take in each month of a contract", default=0.0, counts="item", ge=0
    )
    lead_time_months: float = measured("month", "order to receipt", default=0.0, ge=0)
    shortfall_share: float = measured(
        "", "of the price paid for units below the minimum (take or pay)", default=1.0, ge=0, le=1
    )


@row("supplier", "item", "from_quantity")
class PriceBreak:
    """A lower price from a monthly quantity on."""

    supplier: str = refers("suppliers", "who")
    item: str = refers("items", "what")
    from_quantity: float = measured("1/month", "units a month", counts="item", gt=0)
    price_usd: float = measured("USD", "of each unit above it", ge=0)
    all_units: bool = chosen(
        "the price is that of every unit of an order that reaches the quantity", default=False
    )


@row("supplier", "customer")
class Rival:
    """Another customer of a supplier; a smaller rank is served first."""

    supplier: str = refers("suppliers", "whose")
    customer: str = named("who")
    rank: int = counted("1 is served first; the programme has the rank of row 'us'", ge=1)
    share_percent: float = measured("percent", "of the supplier's capacity it wants", ge=0, le=100)
    in_shortage_percent: float = measured(
        "percent", "of the supplier's capacity it wants in a shortage", ge=0, le=200
    )


@row()
class VendorLine:
    """Scarce tools of one kind, as their maker's yearly output gives them to the whole world.

    Output grows by the same number each calendar year up to a most; the programme gets a share.
    """

    name: str = named("unique name")
    title: str = worded("for people")
    from_date: Day = chosen("output for the programme begins")
    units_per_year: Distribution = measured("1/year", "made in the year of `from_date`")
    growth_per_year: Distribution = measured(
        "1/year", "more in each later year", default=constant(0.0)
    )
    most_per_year: float | None = measured(
        "1/year", "that the maker ever makes; blank: no limit", default=None, gt=0
    )
    delivered_share: Distribution = measured(
        "", "of planned output that is delivered (plans of vendors slip)", default=constant(1.0)
    )
    share_percent: Distribution = measured("percent", "of the output that the programme gets")


class EventKind(StrEnum):
    """What goes wrong."""

    OUTAGE = "outage"
    DELAY = "delay"
    QUALITY = "quality"
    EXPORT = "export"


@row()
class RiskEvent:
    """Something that happens by chance and stops a place for a while.

    What `delays` lists stands still too. A delay or an export event with a list stops nothing else.
    """

    name: str = named("unique name")
    place: str = refers("plants|suppliers", "what it stops")
    kind: EventKind = chosen("what goes wrong")
    per_year: float = measured("1/year", "how often on average", ge=0)
    days_median: float = measured("day", "how long", gt=0)
    days_sigma: float = measured("", "spread of the logarithm", default=0.8, ge=0)
    delays: str = worded(
        "activities, tool groups (their deliveries) and vendor lines that stand still, "
        "separated by ';'"
    )

    @property
    def named(self) -> tuple[str, ...]:
        """What `delays` lists."""
        return tuple(name.strip() for name in self.delays.split(";") if name.strip())
