"""The plants of a programme as their tables ask for them: stage after stage, every mix held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fabstack.designer.library import Library
from fabstack.designer.plant import Mix, PlantDesign, Product, design_plant, product
from fabstack.designer.plant_rows import Made, PlantRows
from fabstack.designer.site_rows import Site, SitePlant, Stage, numbers_in
from fabstack.designer.sizing import ToolGroup


@dataclass(frozen=True)
class Grown:
    """A plant at one stage of its growth."""

    stage: Stage
    design: PlantDesign = field(repr=False)

    @property
    def tools(self) -> Mapping[str, int]:
        """Tools of each group."""
        return {group.name: group.tools for group in self.design.groups}


@dataclass(frozen=True)
class DesignedPlant:
    """A plant with all its stages."""

    plant: SitePlant
    made: tuple[Made, ...] = field(repr=False)
    stages: tuple[Grown, ...]  # of the base, in the order of their dates
    others: tuple[Grown, ...]  # what stands on the first day in a scenario

    @property
    def groups(self) -> tuple[ToolGroup, ...]:
        """The groups of the last stage."""
        return self.stages[-1].design.groups

    @property
    def rows(self) -> PlantRows:
        """What the plant is in a programme, with the tools of its last stage."""
        library = self.stages[-1].design.library
        return PlantRows(
            library,
            self.plant.plant,
            self.plant.prefix,
            self.groups,
            self.made,
            gives_units=False,
        )

    @property
    def first_day(self) -> Mapping[str, int]:
        """Tools of each group that are there from the start."""
        first = self.stages[0]
        return first.tools if first.stage.date is None else {}

    def added(self) -> Iterator[tuple[Grown, Mapping[str, int]]]:
        """Each stage, and how many tools of each group come with it."""
        before: Mapping[str, int] = {}
        for grown in self.stages:
            yield (
                grown,
                {name: tools - before.get(name, 0) for name, tools in grown.tools.items()},
            )
            before = {**before, **grown.tools}


def designed_plants(library: Library, site: Site) -> tuple[DesignedPlant, ...]:
    """Every plant of a site.

    Raises:
        InputError: something is unknown, or outside its bounds.
    """
    return tuple(_designed(library, site, plant) for plant in site.plants)


def _designed(library: Library, site: Site, plant: SitePlant) -> DesignedPlant:
    rows = [row for row in site.products if row.plant == plant.plant]
    common = numbers_in(plant.settings, f"plants/{plant.plant}/settings")
    products = []
    for row in rows:
        own = numbers_in(row.settings, f"products/{row.route}/settings")
        settings = {**common, **own}
        lot = row.carriers_per_lot
        products.append(product(library, row.route, row.technology, settings, lot))
    grown = [
        Grown(stage, _stage(library, site, plant, products, stage))
        for stage in site.stages
        if stage.plant == plant.plant
    ]
    return DesignedPlant(
        plant=plant,
        made=tuple(
            Made(row.route, row.item, one.flow) for row, one in zip(rows, products, strict=True)
        ),
        stages=_by_date(one for one in grown if not one.stage.scenario),
        others=tuple(one for one in grown if one.stage.scenario),
    )


def _by_date(grown: Iterator[Grown]) -> tuple[Grown, ...]:
    return tuple(sorted(grown, key=lambda one: str(one.stage.date or "")))


def _stage(
    library: Library, site: Site, plant: SitePlant, products: Sequence[Product], stage: Stage
) -> PlantDesign:
    mixes: dict[str, dict[str, float]] = {}
    for row in site.mixes:
        if row.plant == plant.plant:
            carriers = stage.carriers_per_month * row.share_percent / 100
            mixes.setdefault(row.mix, {})[row.route] = carriers
    loads = {
        **numbers_in(plant.loads, f"plants/{plant.plant}/loads"),
        **numbers_in(stage.loads, f"stages/{plant.plant}:{stage.phase}/loads"),
    }
    every: Sequence[Mix] = tuple(mixes.values())
    return design_plant(library, products, every, loads=loads)
