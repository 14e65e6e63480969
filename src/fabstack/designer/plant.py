"""Several products in one plant: groups that they share, sized for every mix that must be held.

    needed(group) = most over the mixes of  sum over products  starts x hours for a carrier

A group's work is linear in the starts, so a plant that holds some mixes holds all between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from fabstack.designer.design import Books, books_of, refuse_bad_numbers
from fabstack.designer.expansion import Flow, expand
from fabstack.designer.library import Library
from fabstack.designer.sizing import ToolGroup, shared_groups
from fabstack.errors import InputError
from fabstack.formats.faults import Fault
from fabstack.formats.places import Place

# Parameters that are a plant's and not a product's: one plant has one value of each.
OF_THE_PLANT = (
    "hours_per_month",
    "cee_load_percent",
    "support_percent",
    "installation_percent",
    "building_share_percent",
    "equipment_life_years",
    "maintenance_percent_per_year",
    "building_life_years",
    "clean_m2_per_footprint",
    "sub_fab_m2_per_footprint",
    "power_duty_percent",
    "tool_power_share_percent",
    "move_low_min",
    "move_high_min",
    "dwell_min",
)


@dataclass(frozen=True)
class Product:
    """What a plant makes, under the name of its route."""

    name: str
    flow: Flow = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PlantDesign(Books):
    """A plant for several products."""

    products: tuple[Product, ...]

    @cached_property
    def euv_years_of_world_output(self) -> float:
        """Years of the world's making of EUV scanners that the plant takes."""
        return self.euv_scanners / self.products[0].flow.parameters["euv_units_per_year"]


Mix = Mapping[str, float]  # product -> carriers a month; products left out are not made


def product(
    library: Library,
    name: str,
    technology: str,
    settings: Mapping[str, float] | None = None,
    carriers_per_lot: int | None = None,
) -> Product:
    """A product of a technology; `settings` replace parameters.

    Raises:
        InputError: something is unknown, or outside its bounds.
    """
    flow = expand(library, technology, settings)
    if carriers_per_lot is not None:
        technology_of_lots = replace(flow.technology, carriers_per_lot=carriers_per_lot)
        flow = replace(flow, technology=technology_of_lots)
    return Product(name, flow)


def design_plant(
    library: Library,
    products: Sequence[Product],
    mixes: Sequence[Mix],
    *,
    loads: Mapping[str, float] | None = None,
) -> PlantDesign:
    """The plant that holds each of the mixes, sized without simulation.

    Money and people a carrier are those of the first mix. `loads` are percent of available time by
    kind of tool, "" for all others.

    Raises:
        InputError: a volume or load lies outside its bounds, or the products cannot share a plant.
    """
    _refuse_strangers(products)
    flows = {one.name: one.flow for one in products}
    for mix in mixes:
        refuse_bad_numbers(library, sum(mix.values()), loads or {})
    sized = [
        shared_groups(library, [(flows[name], n) for name, n in mix.items() if n], loads or {})
        for mix in mixes
    ]
    books = books_of(
        library,
        [one.flow for one in products],
        largest(sized),
        started=sum(mixes[0].values()),
        finished=sum(n * flows[name].line_yield for name, n in mixes[0].items()),
    )
    return PlantDesign(**vars(books), products=tuple(products))


def largest(plants: Sequence[tuple[ToolGroup, ...]]) -> tuple[ToolGroup, ...]:
    """Every group that one of the plants has, as where it is needed most."""
    found: dict[str, ToolGroup] = {}
    for group in (group for groups in plants for group in groups):
        other = found.get(group.name)
        if other is None or group.needed > other.needed:
            found[group.name] = group
    return tuple(found.values())


def _refuse_strangers(products: Sequence[Product]) -> None:
    """Refuse products of different factories, or with different values of what is the plant's."""
    first, findings = products[0], []
    for one in products[1:]:
        here, there = first.flow.technology.factory, one.flow.technology.factory
        if here != there:
            found = f"'{one.name}' is made in a factory of kind '{there}', not '{here}'"
            findings.append(Fault("two-factories", found, "products of one kind of factory"))
        for name in OF_THE_PLANT:
            given = first.flow.parameters.get(name), one.flow.parameters.get(name)
            if given[0] != given[1]:
                found = f"{name} is {given[1]} of '{one.name}' and {given[0]} of '{first.name}'"
                findings.append(Fault("two-values", found, "one value for a plant"))
    if findings:
        raise InputError([fault.at(Place("products")) for fault in findings])
