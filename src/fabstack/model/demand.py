"""Who wants what, when: markets and what one of their products needs."""

from __future__ import annotations

from fabstack.model.days import Day
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded


@row()
class Market:
    """A product line that the programme serves: cars, robots, satellites, training."""

    name: str = named("unique name")
    title: str = worded("for people")
    unit: str = worded("one of what: car, robot, terminal, rack", default="unit")
    priority: int = counted("demand class; larger is served first", default=0)


@row("market", "date")
class Volume:
    """How many a market takes from a date on (linear between two dates)."""

    market: str = refers("markets", "which")
    date: Day = chosen("when")
    units_per_year: float = measured("1/year", "products built", ge=0)


@row("market", "item", "from_date")
class Need:
    """What one product of a market contains."""

    market: str = refers("markets", "which")
    item: str = refers("items", "what is delivered to it")
    from_date: Day = chosen("first products with it")
    to_date: Day | None = chosen("last products with it; blank: without end", default=None)
    quantity: float = measured("", "in one product", counts="item", gt=0)


@row()
class Demand:
    """A dated demand beside the markets."""

    name: str = named("unique name")
    item: str = refers("items", "what")
    date: Day = chosen("wanted on")
    quantity: float = measured("", "units", counts="item", ge=0)
    priority: int = counted("demand class; larger is served first", default=0)
    price_usd: float | None = measured("USD", "of one; blank: the item's price", default=None, ge=0)
