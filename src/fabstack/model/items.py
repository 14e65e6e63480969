"""What is made, bought and sold, and what it is made of."""

from __future__ import annotations

from enum import StrEnum

from fabstack.model.fields import chosen, measured, named, refers, row, worded


class ItemKind(StrEnum):
    """The stages of the chain from wafer to product."""

    MATERIAL = "material"
    WAFER = "wafer"
    DIE = "die"
    SUBSTRATE = "substrate"
    PACKAGE = "package"
    BOARD = "board"
    SYSTEM = "system"


@row()
class Item:
    """One kind of thing that can be stocked, made, bought or sold."""

    name: str = named("unique name")
    kind: ItemKind = chosen("stage of the chain")
    title: str = worded("for people")
    technology: str | None = refers(
        "technologies", "how it is made; gives format and yield", default=None
    )
    generation: str | None = refers("generations", "chip generation it belongs to", default=None)
    width_mm: float | None = measured("mm", "of the finished item", default=None, gt=0)
    height_mm: float | None = measured("mm", "of the finished item", default=None, gt=0)
    yield_percent: float = measured(
        "percent",
        "of finished items that pass the last test, beside the technology's own yield",
        default=100.0,
        gt=0,
        le=100,
    )
    make_cost_usd: float = measured(
        "USD",
        "to make one more, without the bought and made parts in it and without capital",
        default=0.0,
        ge=0,
    )
    value_usd: float = measured("USD", "what one is worth in stock", default=0.0, ge=0)
    price_usd: float = measured(
        "USD", "what the programme gains by delivering one", default=0.0, ge=0
    )
    shelf_life_months: float | None = measured("month", "blank: no limit", default=None, gt=0)


@row("parent", "child")
class Component:
    """One line of the bill of materials: what one good parent is made from."""

    parent: str = refers("items", "what is made")
    child: str = refers("items", "what goes into it")
    quantity: float | None = measured(
        "",
        "children used up for each good parent; blank: by geometry and yield (die from wafer)",
        default=None,
        gt=0,
    )
    yield_percent: float = measured(
        "percent", "of children that survive being built in", default=100.0, gt=0, le=100
    )
    scrap_takes: str = worded(
        "who pays when building in fails: 'child' (chip-last: the child is scrapped alone) or "
        "'parent' (chip-first: what is already built is lost too)",
        default="child",
    )


@row("item", "substitute")
class Substitute:
    """An item that may stand in for another one, unit for unit and at once, at any plant."""

    item: str = refers("items", "what is asked for")
    substitute: str = refers("items", "what may be given instead")
    cost_usd: float = measured("USD", "of each unit that stands in", default=0.0, ge=0)


@row("item", "bin")
class Bin:
    """A grade that comes out when an item is sorted, at once, at any plant that has it."""

    item: str = refers("items", "what is sorted")
    bin: str = refers("items", "what comes out")
    percent: float = measured(
        "percent",
        "of the sorted units; what all bins leave is scrap, a bin nobody wants may go too",
        gt=0,
        le=100,
    )
