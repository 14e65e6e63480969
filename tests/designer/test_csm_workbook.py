"""The Berkeley CSM workbook (Leachman, Ding, Sato-Misawa 2001), ../shared/reference/tools.md 6.2.

Its flow is an ordinary technology here, its tools an ordinary library folder.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.designer.csm import csm_library

from fabstack.designer.design import Design, design
from fabstack.designer.money import money_of, space_of
from fabstack.designer.people import people_of
from fabstack.designer.programme import programme_of

STARTS = 25_000
NEEDED = """
CMP_Ins 2.495, CMP_Ins(C) 19.845, CMP_Ins(I) 2.513, CMP_Met 12.405, CVD_Ins 3.498,
CVD_Ins(C) 9.261, CVD_Ins(I) 1.084, CVD_Ins_Thin 1.608, CVD_Met 1.195, CVD_Met(C) 4.750,
CVD_MetW 1.024, CVD_MetW(C) 4.072, Dry_Etch 2.353, Dry_Etch(A) 2.597, Dry_Etch(C) 13.449,
Dry_Etch(I) 6.950, Dry_Etch_Met 9.666, Dry_Strip 1.778, Dry_Strip(D) 1.979, Dry_Strip(I) 5.319,
Furn_FastRmp 8.317, Furn_Nitr 2.314, Furn_OxAn 13.096, Furn_OxAn(I) 3.942, Furn_Poly 2.307,
Furn_TEOS 2.302, Implant_HiE 1.872, Implant_LoE 3.291, Insp_PLY 24.595, Insp_Visual .986,
Litho_248 3.451, Litho_I 10.018, Litho_Iw 10.743, Meas_CD 14.723, Meas_Film 11.815,
Meas_Overlay 10.308, PVD_Met 1.126, PVD_Met(C) 8.391, RTP_OxAn(C) 2.418, Test 21.032,
VP_HF_Clean 4.355, Wet_Bench 10.647, Wet_Bench(I) 9.222
"""


@pytest.fixture(scope="module")
def plant(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Design:
    return design(csm_library(shared, tmp_path_factory.mktemp("csm")), "csm-250", STARTS)


def test_283_steps_with_19_masks_lose_2_percent(plant: Design) -> None:
    assert len(plant.flow.steps) == 283
    assert plant.flow.masks == {"I": 7, "Iw": 10, "248": 1, "248C": 1}
    assert plant.flow.line_yield == pytest.approx(0.98, abs=1e-9)


def test_each_of_43_kinds_needs_the_published_fraction_of_tools(plant: Design) -> None:
    published = dict(part.split() for part in NEEDED.replace("\n", " ").split(","))
    assert len(published) == 43
    assert {group.name: group.needed for group in plant.groups} == pytest.approx(
        {name: float(tools) for name, tools in published.items()}, abs=0.005
    )
    assert sum(group.needed for group in plant.groups) == pytest.approx(289.11, abs=0.005)


def test_whole_tools_are_312(plant: Design) -> None:
    assert plant.tools == 312


def test_purchase_is_726_4_and_depreciation_653_76_dollars_a_wafer(plant: Design) -> None:
    assert plant.money.purchase_musd == pytest.approx(726.4, abs=0.05)
    assert plant.money.equipment_musd == pytest.approx(980.6, abs=0.05)
    assert plant.money.depreciation_usd_per_carrier == pytest.approx(653.76, abs=0.005)
    assert plant.money.maintenance_usd_per_carrier == pytest.approx(169.49, abs=0.005)


def test_fractional_tools_depreciate_at_601_25_dollars_a_wafer(plant: Design) -> None:
    groups = [replace(group, tools=group.needed) for group in plant.groups]
    money = money_of(
        groups,
        space_of(groups, plant.flow.parameters),
        plant.flow.parameters,
        started_per_month=STARTS,
        finished_per_month=STARTS * 0.98,
    )
    assert money.depreciation_usd_per_carrier == pytest.approx(601.25, abs=0.02)
    assert money.maintenance_usd_per_carrier == pytest.approx(155.88, abs=0.01)
    assert money.space_usd_per_carrier == pytest.approx(170.19, abs=0.01)


def test_space_is_100_560_square_feet_and_185_73_dollars_a_wafer(plant: Design) -> None:
    square_foot_m2 = 0.09290304
    assert plant.space.clean_room_m2 / square_foot_m2 == pytest.approx(100_560, rel=1e-6)
    assert plant.space.sub_fab_m2 / square_foot_m2 == pytest.approx(402_240, rel=1e-6)
    assert plant.money.space_usd_per_carrier == pytest.approx(185.73, abs=0.005)


@pytest.mark.parametrize(
    ("factory", "people"),
    [("csm", [511, 31, 15, 15, 86, 184]), ("csm-automated", [285, 17, 15, 12, 98, 211])],
    ids=["no automation", "full automation"],
)
def test_people_by_role(plant: Design, factory: str, people: list[int]) -> None:
    roles = people_of(plant.library.staff[factory], plant.groups, STARTS)
    assert [role.people for role in roles] == people


def test_the_published_plant_is_a_programme_too(plant: Design) -> None:
    programme = programme_of(plant)
    assert sum(group.tools for group in programme.tool_groups) == 312
    assert sum(step.mask_layer for step in programme.steps) == 19
