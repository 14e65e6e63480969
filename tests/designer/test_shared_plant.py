"""Several products in one plant: one flow alone, sums, mixes, and what cannot be shared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.designer.small_library import small_library

from fabstack.designer import Library, PlantDesign, Product, design, design_plant, product
from fabstack.designer.plant import Mix
from fabstack.errors import InputError


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return small_library(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def pair(library: Library) -> tuple[Product, Product]:
    return (
        product(library, "plain", "boards"),
        product(library, "deep", "boards", {"layers": 5, "line_yield_percent": 64}),
    )


def needed(plant: PlantDesign) -> dict[str, float]:
    return {group.name: group.needed for group in plant.groups}


def test_one_product_alone_is_the_design_of_its_flow_to_the_bit(library: Library) -> None:
    alone = design(library, "boards", 7305, loads={"oven": 92.0}, settings={"layers": 4})
    only = product(library, "only", "boards", {"layers": 4})
    plant = design_plant(library, (only,), ({"only": 7305.0},), loads={"oven": 92.0})
    assert plant.groups == alone.groups
    assert (plant.money, plant.space, plant.people) == (alone.money, alone.space, alone.people)
    assert (plant.power_mw, plant.tools) == (alone.power_mw, alone.tools)


def test_what_groups_need_adds_up_over_the_products(
    library: Library, pair: tuple[Product, Product]
) -> None:
    both = needed(design_plant(library, pair, ({"plain": 4000.0, "deep": 9000.0},)))
    plain = needed(design_plant(library, pair, ({"plain": 4000.0},)))
    deep = needed(design_plant(library, pair, ({"deep": 9000.0},)))
    assert both == pytest.approx({name: plain[name] + deep[name] for name in both})
    assert set(both) == {"printer", "gauge", "oven", "placer"}


def test_money_counts_what_is_started_and_what_each_flow_finishes(
    library: Library, pair: tuple[Product, Product]
) -> None:
    plant = design_plant(library, pair, ({"plain": 5000.0, "deep": 5000.0},))
    equipment = plant.money.equipment_musd * 1e6
    life = pair[0].flow.parameters["equipment_life_years"]
    assert plant.carriers_per_month == 10_000
    assert plant.money.depreciation_usd_per_carrier == pytest.approx(equipment / life / 120_000)


@given(share=st.floats(0, 1))
def test_a_plant_that_holds_two_mixes_holds_all_between(
    library: Library, pair: tuple[Product, Product], share: float
) -> None:
    ends: tuple[Mix, Mix] = ({"plain": 8000.0}, {"deep": 6000.0})
    plant = design_plant(library, pair, ends)
    between = {"plain": (1 - share) * 8000.0, "deep": share * 6000.0}
    small = design_plant(library, pair, (between,))
    has = {group.name: group.tools for group in plant.groups}
    assert all(group.tools <= has[group.name] for group in small.groups)
    # and not a tool more than one of the two needs
    most = [{g.name: g.tools for g in design_plant(library, pair, (end,)).groups} for end in ends]
    assert has == {name: max(one[name] for one in most) for name in has}


def test_the_size_of_a_lot_can_be_set(library: Library) -> None:
    other = product(library, "other", "boards", carriers_per_lot=4)
    assert other.flow.technology.carriers_per_lot == 4
    usual = product(library, "usual", "boards")
    gauges = [
        needed(design_plant(library, (one,), ({one.name: 100.0},)))["gauge"]
        for one in (other, usual)
    ]
    assert gauges[0] == pytest.approx(gauges[1] * 10 / 4)  # a gauge takes as long for any lot


@pytest.mark.parametrize(
    ("technology", "settings", "code"),
    [("logic-14", {}, "two-factories"), ("boards", {"dwell_min": 5}, "two-values")],
)
def test_products_that_cannot_share_a_plant_are_refused(
    library: Library, technology: str, settings: dict[str, float], code: str
) -> None:
    pair = (product(library, "one", "boards"), product(library, "two", technology, settings))
    with pytest.raises(InputError) as refused:
        design_plant(library, pair, ({"one": 1.0, "two": 1.0},))
    assert code in {finding.code for finding in refused.value.findings}


@pytest.mark.parametrize("mix", [{"one": 0.0}, {"one": -1.0}, {"one": float("nan")}])
def test_a_mix_of_nothing_is_refused(library: Library, mix: Mix) -> None:
    with pytest.raises(InputError, match="carriers a month"):
        design_plant(library, (product(library, "one", "boards"),), (mix,))
