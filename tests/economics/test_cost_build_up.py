"""Wafer cost, ownership, tests, scrap, carbon: printed figures (economics.md 2.4 to 2.7)."""

import math

import numpy as np
import pytest

from fabstack.economics import (
    AssemblyStep,
    Stage,
    StateTimes,
    WaferCost,
    Work,
    assembly_scrap_usd,
    capex_per_1000_wspm_usd,
    chain_costs,
    chip_price_usd,
    cost_of_ownership_usd,
    depreciation_per_wafer_usd,
    die_carbon_g,
    energy_per_wafer_kwh,
    equipment_efficiency_of,
    escape_share,
    final_test_usd,
    foundry_price_usd,
    insertion_usd,
    known_good_die_usd,
    labour_per_wafer_usd,
    machine_time_usd,
    mask_cost_per_wafer_usd,
    mean_time_between_failures_h,
    mean_time_to_repair_h,
    overall_equipment_efficiency,
    price_per_mm2_usd,
    system_level_test_usd,
    tools_needed,
    units_per_month,
    wafer_sort_usd,
    yield_loss_cost_usd,
)

# CSET "AI Chips" (Khan and Mann, April 2020), tables 9 and 10: node, capital investment for a wafer
# a year, capital consumed, other cost and markup, sale price of a wafer, of a chip, chips a wafer
CSET = [
    (90, 4649, 411, 1239, 1650, 2433, 0.68),
    (65, 5456, 483, 1454, 1937, 1428, 1.36),
    (40, 6404, 567, 1707, 2274, 713, 3.19),
    (28, 8144, 721, 2171, 2891, 453, 6.38),
    (20, 10356, 917, 2760, 3677, 399, 9.22),
    (16, 11220, 993, 2990, 3984, 331, 12.04),
    (10, 13169, 1494, 4498, 5992, 274, 21.9),
    (7, 14267, 2330, 7016, 9346, 233, 40.1),
    (5, 16746, 4235, 12753, 16988, 238, 71.4),
]


@pytest.mark.parametrize("row", CSET, ids=lambda row: f"{row[0]}nm")
def test_cset_wafer_price_is_the_sum_of_its_parts(row):
    _node, _invested, consumed, other, price, _chip, _chips = row
    # printed in whole dollars: 28 and 16 nm are off by the rounding of their parts
    assert foundry_price_usd(consumed, other) == pytest.approx(price, abs=1)


@pytest.mark.parametrize("row", CSET, ids=lambda row: f"{row[0]}nm")
def test_cset_chip_price_is_its_part_of_the_wafer(row):
    _node, _invested, _consumed, _other, price, chip, chips = row
    # chips per wafer are printed to three digits, the price to one dollar
    half_digit = 0.05 if chips > 20 else 0.005
    rounding = half_digit / chips + 0.5 / chip
    assert chip_price_usd(price, chips) == pytest.approx(chip, rel=rounding)


@pytest.mark.parametrize(
    ("node", "millions"),
    [(90, 56), (65, 65), (40, 77), (28, 98), (20, 124), (16, 135), (10, 158), (7, 171), (5, 201)],
)
def test_cset_capital_for_1000_wafers_a_month(node, millions):
    invested = next(row[1] for row in CSET if row[0] == node)
    assert capex_per_1000_wspm_usd(invested) / 1e6 == pytest.approx(millions, abs=0.5)


def test_a_5_nm_chip_with_design_assembly_and_test():
    # eeNews 2020 on CSET: 610 mm2, 71.4 a wafer, design $108, assembly and test 33.48 %: $426
    usd = chip_price_usd(16988, 71.4, design_usd=108, assembly_test_share=0.3348)
    assert usd == pytest.approx(426, abs=0.5)


@pytest.mark.parametrize(("capex", "usd"), [(201e6, 3722), (400e6, 7407), (560e6, 10370)])
def test_depreciation_of_a_wafer(capex, usd):
    # economics.md 2.7: 5 years, 90 % load, per 1,000 wafers a month
    found = depreciation_per_wafer_usd(capex, wafers_per_month=1000, load_share=0.9)
    assert found == pytest.approx(usd, abs=0.5)


def test_a_wafer_costs_the_sum_of_its_parts():
    cost = WaferCost(10370, materials_usd=3000, labour_usd=600, other_usd=2000)
    assert cost.total_usd == 15970
    assert cost.sale_price_usd(0.5) == 2 * 15970


def test_labour_and_masks_of_a_wafer():
    # 1,200 people at $100k and 1.35 over 1,000 x 12 wafers; $30M of masks over 10,000 wafers
    assert labour_per_wafer_usd(1200, pay_usd_per_year=1e5, wafers_per_month=1e3) == 13500
    assert mask_cost_per_wafer_usd(30e6, 10_000) == 3000


@pytest.mark.parametrize(("kwh", "wafer"), [(0.9, 636), (3.25, 2297)])
def test_energy_of_a_wafer(kwh, wafer):
    # economics.md 3.2 (ACT table 1): 706.9 cm2 a wafer
    assert energy_per_wafer_kwh(kwh) == pytest.approx(wafer, abs=0.5)


# --- CATCH (UCLA, arXiv 2503.15753) -------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "per_mm2"),
    [(16988, 0.250240), (9346, 0.137671), (5992, 0.088265), (2274, 0.033497), (20000, 0.294609)],
)
def test_price_of_a_square_millimetre(price, per_mm2):
    # six digits; the first is printed cut off (0.2502406)
    assert price_per_mm2_usd(price) == pytest.approx(per_mm2, abs=6e-7)


def test_machine_time_of_placing_a_chip():
    # CATCH assembly example: $1M over 5 years, 90 % uptime, technician $100k, 10 s; by hand
    usd = machine_time_usd(
        10.0, price_usd=1e6, life_years=5, uptime_share=0.9, people_usd_per_year=1e5
    )
    assert usd == pytest.approx(10 * 300_000 / (365 * 24 * 3600 * 0.9))


# --- Google chiplets-cost-model (2022) unit tests -----------------------------------------------


def test_wafer_sort_of_google():
    usd = wafer_sort_usd(
        0.7, cell_usd_per_h=200, seconds=15, insertions=2, coverage_share=0.8, retests=2
    )
    assert usd == pytest.approx(2.400, abs=5e-4)


def test_final_test_of_google():
    usd = final_test_usd(
        0.8, cell_usd_per_h=500, seconds=25, sort_coverage_share=0.8, coverage_share=0.9
    )
    assert usd == pytest.approx(3.472, abs=5e-4)


def test_system_level_test_of_google():
    usd = system_level_test_usd(0.8, cell_usd_per_h=110, seconds=360, coverage_share=0.9)
    assert usd == pytest.approx(9.020, abs=5e-4)


@pytest.mark.parametrize(
    ("materials", "scrap"),
    [
        ((10204081.63, 157969593.24), 16396933.299825005),
        ((14878000.40, 197670554.29), 20723484.082275007),
        ((22222222.22, 240957514.71), 25660024.35067501),
        ((78125000.00, 700308744.26), 75897290.06535003),
        ((74360499.70, 568219101.94), 62651511.15990003),
    ],
)
def test_assembly_scrap_of_google(materials, scrap):
    # five years; nothing is attached in the first six of seven steps
    empty = [AssemblyStep((), share) for share in (0.99, 0.99, 0.99, 0.99, 0.98, 0.99)]
    found = assembly_scrap_usd([*empty, AssemblyStep(materials, 0.95)])
    assert found == pytest.approx(scrap, rel=1e-12)


def test_material_of_a_unit_of_google():
    # substrate 71.43, 5 nm die 587.46, 14 memories of 2.84: 698.65
    stages = {
        "unit": Stage(parts={"substrate": 1, "die": 1, "memory": 14}),
        "substrate": Stage(71.43),
        "die": Stage(587.46),
        "memory": Stage(2.84),
    }
    assert chain_costs(stages)["unit"].total_usd == pytest.approx(698.65)


def test_probing_several_sites_at_once_shares_the_time():
    assert insertion_usd(90.0, 200.0, sites=4) == pytest.approx(200 / 3600 * 90 / 4)


def test_known_good_dies_pay_for_the_bad_that_were_found():
    assert known_good_die_usd(100.0, yield_share=0.8, test_usd=4.0) == pytest.approx(130)
    # half the coverage: of 100 dies sqrt(0.64) = 80 pass, and of these 1 - 0.8 are bad
    assert known_good_die_usd(100.0, yield_share=0.64, coverage_share=0.5) == pytest.approx(125)
    assert escape_share(0.64, 0.5) == pytest.approx(0.2)


# --- Ownership and equipment --------------------------------------------------------------------


def test_cost_of_ownership():
    # economics.md 2.7: F $20M, V $7.5M over 5 years of 8,760 h, 60 an hour, U .75, Y .995: $14.02
    usd = cost_of_ownership_usd(
        fixed_usd=20e6,
        variable_usd=7.5e6,
        life_years=5,
        throughput_per_h=60,
        composite_yield_share=0.995,
        utilisation_share=0.75,
    )
    assert usd == pytest.approx(14.02, abs=0.005)


def test_yield_loss_is_a_cost_of_ownership():
    base = {"life_years": 1.0, "throughput_per_h": 10.0}
    lost = yield_loss_cost_usd(87600.0, 0.01, 500.0)
    with_loss = cost_of_ownership_usd(fixed_usd=1e6, yield_loss_usd=lost, **base)
    assert with_loss - cost_of_ownership_usd(fixed_usd=1e6, **base) == pytest.approx(5.0)


def test_a_tool_that_makes_nothing_has_no_cost_of_a_unit():
    with pytest.raises(ValueError, match="no good unit"):
        cost_of_ownership_usd(fixed_usd=1, life_years=5, throughput_per_h=0)


def test_e10_times_add_up():
    times = StateTimes(100, 20, 5, 10, 15, 18)
    assert (times.uptime_h, times.operations_h, times.total_h) == (125, 150, 168)
    assert times.operational_uptime_share == pytest.approx(125 / 150)
    assert times.productive_share == pytest.approx(100 / 168)


def test_time_between_failures():
    assert mean_time_between_failures_h(100, 4) == 25
    assert mean_time_to_repair_h(15, 4) == 3.75
    assert mean_time_between_failures_h(100, 0) == math.inf


def test_both_definitions_of_e79_agree():
    # 168 h, up 140, running 120 of them at 90 % of the rated 30 an hour, 98 % good
    units = 120 * 30 * 0.9 * 0.98
    by_shares = overall_equipment_efficiency(
        availability_share=140 / 168,
        operational_share=120 / 140,
        rate_share=0.9,
        quality_share=0.98,
    )
    by_time = equipment_efficiency_of(units, theoretical_min_per_unit=2.0, total_h=168)
    assert by_shares == pytest.approx(by_time)


def test_euv_scanners_by_the_rule_of_asml():
    # economics.md 0: one scanner serves one layer for 45,000 wafers a month; 25 layers: 56 tools at
    # 100,000 wafers a month, 556 at 1,000,000
    minutes = 730 * 60 / 45_000
    for wafers, tools in ((100e3, 56), (1e6, 556)):
        assert tools_needed([Work(wafers, minutes, visits=25)], hours_per_month=730) == tools


def test_one_tool_carries_what_it_is_counted_for():
    wafers = units_per_month(
        hours_per_month=730, rate_per_h=20, visits=4, availability_share=0.88, standby_share=0.1
    )
    tools = tools_needed(
        [Work(wafers, 3.0, visits=4)],
        hours_per_month=730,
        availability_share=0.88,
        max_load_share=0.9,
    )
    assert tools == 1


def test_rounding_does_not_buy_a_tool():
    # 0.1 + 0.2 + 0.7 hours in hours is 1 tool, whatever binary fractions make of it
    steps = [Work(1, 6), Work(1, 12), Work(1, 42)]
    assert tools_needed([*steps, *steps, *steps], hours_per_month=0.1 + 0.2 + 2.7) == 1
    assert tools_needed([Work(3, 0.1)], hours_per_month=0.1 * 3 / 60 - 1e-18) == 1


def test_a_tool_that_is_never_up_cannot_be_counted():
    with pytest.raises(ValueError, match="never available"):
        tools_needed([Work(1, 1)], hours_per_month=730, availability_share=0)


def test_carbon_of_act():
    # ACT unit test: N10, 145 mm2, fab yield .943543, 583 g/kWh
    grams = die_carbon_g(
        1.45,
        yield_share=0.943543,
        energy_kwh_per_cm2=1.475,
        grid_g_per_kwh=583,
        gas_g_per_cm2=240,
    )
    assert grams == pytest.approx((1.475 * 583 + 240 + 500) * 1.45 / 0.943543 + 150)
    assert grams == pytest.approx(2608.7, abs=0.1)


def test_costs_take_arrays():
    found = depreciation_per_wafer_usd(np.array([201e6, 560e6]), wafers_per_month=1000)
    assert found.tolist() == pytest.approx([3350, 9333.33], abs=0.01)
