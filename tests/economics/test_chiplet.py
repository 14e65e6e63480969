"""Chiplet Actuary (Feng and Ma, DAC 2022): economics.md 2.3, to the printed digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import (
    FAN_OUT,
    PROCESSES,
    SILICON_INTERPOSER,
    BuildOrder,
    Chip,
    PackageYields,
    Substrate,
    design_usd,
    interposer_package,
    organic_package,
    split,
    wasted_dies_usd,
)

# node: dies per wafer, yield, raw and known good die in USD, of 800 mm2
DIES = [(5, 58.79, 0.4302, 288.95, 671.59), (14, 58.79, 0.5378, 67.76, 126.01)]


@pytest.mark.parametrize(("node", "dies", "share", "raw_usd", "good_usd"), DIES)
def test_a_die_of_800_mm2(node, dies, share, raw_usd, good_usd):
    process = PROCESSES[node]
    assert process.dies(800) == pytest.approx(dies, abs=0.005)
    assert process.yield_share(800) == pytest.approx(share, abs=5e-5)
    assert process.raw_die_usd(800) == pytest.approx(raw_usd, abs=0.005)
    assert process.good_die_usd(800) == pytest.approx(good_usd, abs=0.005)


def test_a_die_of_100_mm2_at_5_nm():
    process = PROCESSES[5]
    assert process.dies(100) == pytest.approx(571.71, abs=0.005)
    assert process.yield_share(100) == pytest.approx(0.8964, abs=5e-5)
    assert process.raw_die_usd(100) == pytest.approx(29.71, abs=0.005)
    assert process.good_die_usd(100) == pytest.approx(33.15, abs=0.005)


@pytest.mark.parametrize(("node", "usd", "defects"), [(5, 698.58, 0.548), (14, 147.49, 0.395)])
def test_a_large_chip_alone_on_a_substrate(node, usd, defects):
    cost = organic_package([Chip(800, PROCESSES[node])])
    assert cost.total_usd == pytest.approx(usd, abs=0.005)
    assert cost.chip_defect_share == pytest.approx(defects, abs=5e-4)


# ratio to the large chip alone, with 2, 3, 4 and 5 chiplets that are 10 % larger for their links
RATIOS = [
    (5, "OS", [0.739, 0.623, 0.575, 0.549]),
    (5, "FO", [0.829, 0.717, 0.673, 0.653]),
    (5, "SI", [0.918, 0.824, 0.801, 0.803]),
    (14, "OS", [0.941, 0.853, 0.816, 0.799]),
    (14, "FO", [1.286, 1.209, 1.183, 1.176]),
    (14, "SI", [1.541, None, None, 1.564]),
]


@pytest.mark.parametrize(("node", "kind", "ratios"), RATIOS)
def test_chiplets_in_place_of_a_large_chip(node, kind, ratios):
    chip = Chip(800, PROCESSES[node])
    alone = organic_package([chip]).total_usd
    for parts, ratio in zip((2, 3, 4, 5), ratios, strict=True):
        if ratio is not None:
            assert packaged(split(chip, parts), kind) / alone == pytest.approx(ratio, abs=5e-4)


def packaged(chips: list[Chip], kind: str) -> float:
    if kind == "OS":
        return organic_package(chips).total_usd
    return interposer_package(chips, {"FO": FAN_OUT, "SI": SILICON_INTERPOSER}[kind]).total_usd


def test_defects_are_more_than_half_of_a_large_chip_at_5_nm():
    # the paper's headline, and that going from 3 to 5 chiplets brings less than 10 % more
    assert organic_package([Chip(800, PROCESSES[5])]).chip_defect_share > 0.5
    three, five = (packaged(split(Chip(800, PROCESSES[5]), n), "OS") for n in (3, 5))
    assert 1 - five / three < 0.12


def test_chip_first_loses_chips_to_bad_layers_and_chip_last_to_bad_bonds():
    yields = PackageYields(carrier_share=0.9, bonding_share=0.98, final_share=0.99)
    first = wasted_dies_usd(100.0, BuildOrder.CHIP_FIRST, yields)
    last = wasted_dies_usd(100.0, BuildOrder.CHIP_LAST, yields)
    assert first == pytest.approx(100 * (1 / (0.9 * 0.99) - 1))
    assert last == pytest.approx(100 * (1 / (0.98 * 0.99) - 1))


def test_chip_first_branch_of_the_package():
    # by hand from package.py: y1 and y3 for both, bonding counts for nothing
    chip, order = Chip(100, PROCESSES[7]), BuildOrder.CHIP_FIRST
    cost = interposer_package([chip], FAN_OUT, order)
    y1, y3 = FAN_OUT.process.yield_share(120.0), 0.99
    chips_usd = cost.raw_chips_usd + cost.chip_defects_usd
    assert cost.wasted_chips_usd == pytest.approx(chips_usd * (1 / (y1 * y3) - 1))
    carrier_usd = 1200 / FAN_OUT.process.dies(120.0) + 120 * 0.005
    substrate_usd = 480 * 0.005
    lost = carrier_usd * (1 / (y1 * y3) - 1) + substrate_usd * (1 / y3 - 1)
    assert cost.package_defects_usd == pytest.approx(lost)


def test_design_of_a_chip_of_300_mm2_costs_what_the_table_says():
    assert design_usd([Chip(300, PROCESSES[5])]) == pytest.approx(542e6)


@pytest.mark.parametrize(
    ("chips_mm2", "factor"), [([900], 1), ([30, 30], 1.5), ([40, 40], 1.75), ([200, 200], 2)]
)
def test_several_chips_need_more_substrate_layers_by_the_size(chips_mm2, factor):
    # package.py: substrates of 4 times the chips, above 17 x 17 and above 30 x 30 mm
    chips = [Chip(area, PROCESSES[7]) for area in chips_mm2]
    assert Substrate().usd(chips) == pytest.approx(sum(chips_mm2) * 4 * 0.005 * factor)


def test_equal_chips_are_designed_once():
    chip = Chip(100, PROCESSES[7])
    assert design_usd([chip, chip]) == design_usd([chip])


def test_a_die_that_no_wafer_holds_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        PROCESSES[5].raw_die_usd(60_000)


@given(st.sampled_from(sorted(PROCESSES)), st.floats(50, 900), st.integers(1, 6))
def test_the_five_parts_are_costs(node, area, parts):
    for cost in (
        organic_package(split(Chip(area, PROCESSES[node]), parts)),
        interposer_package(split(Chip(area, PROCESSES[node]), parts), FAN_OUT),
    ):
        assert min(cost.raw_chips_usd, cost.chip_defects_usd, cost.raw_package_usd) > 0
        assert min(cost.package_defects_usd, cost.wasted_chips_usd) > 0
