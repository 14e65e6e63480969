"""`fabstack panel`: one JSON document, packages and boards, and faults as findings."""

import json

import pytest

from fabstack.cli import exit_code


def answer(capsys, *arguments: str) -> dict:
    assert exit_code(["panel", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_example_of_the_issue(capsys):
    found = answer(
        capsys, "--panel", "510x515mm", "--package", "5x5mm", "--margin", "10mm", "--gap", "0.2mm"
    )
    assert found["units_per_panel"] == 94 * 95
    assert found["area_ratio_to_300mm_wafer"] == pytest.approx(3.716, abs=5e-4)
    assert found["utilisation"] == pytest.approx(8930 * 25 / (510 * 515))


@pytest.mark.parametrize(
    "panel", ["700x700mm", "700mm x 700mm", "70 x 70 cm", "700 × 700", "700mm", "0.7m"]
)
def test_sides_of_a_panel_may_be_written_in_many_ways(capsys, panel):
    assert answer(capsys, "--panel", panel, "--package", "4mm")["units_per_panel"] == 25921


def test_boards_on_an_18_by_24_inch_panel(capsys):
    found = answer(
        capsys, "--panel", "18x24in", "--board", "200x150mm", "--margin", "20mm", "--gap", "2.4mm"
    )
    assert found["panel_width_mm"] == pytest.approx(457.2)
    assert found["units_per_panel"] == 6
    assert found["orientation"] == "as-given"


def test_the_better_rotation_is_taken(capsys):
    found = answer(
        capsys, "--panel", "100x55mm", "--package", "20x30mm", "--margin", "0", "--gap", "0"
    )
    # 5 x 1 as given, 3 x 2 turned
    assert (found["units_per_panel"], found["orientation"]) == (6, "rotated")
    assert found["units_by_layout"]["as_given"] == 5


def test_both_rotations_can_be_mixed(capsys):
    sizes = ["--panel", "700mm", "--package", "230x140mm"]
    assert answer(capsys, *sizes)["units_per_panel"] == 8
    mixed = answer(capsys, *sizes, "--layout", "mixed")
    assert mixed["units_per_panel"] == mixed["units_by_layout"]["mixed"] > 8
    assert mixed["orientation"] == "mixed"


def test_cost_of_a_good_unit(capsys):
    found = answer(
        capsys, "--panel", "600mm", "--package", "10mm", "--panel-cost", "$3,136", "--yield", "80%"
    )
    assert found["cost_per_good_unit_usd"] == pytest.approx(1 / 0.8)


def test_a_package_larger_than_the_panel_gives_none(capsys):
    found = answer(capsys, "--panel", "300mm", "--package", "290mm", "--panel-cost", "10")
    assert (found["units_per_panel"], found["cost_per_good_unit_usd"]) == (0, None)


@pytest.mark.parametrize("sides", ["5x5mm", "5X5mm", "5 × 5 mm", "5*5mm", "0.5cm x 5mm", "5mm"])
def test_sides_of_a_package_may_be_written_in_many_ways(capsys, sides):
    assert answer(capsys, "--panel", "510X515mm", "--package", sides)["units_per_panel"] == 8930


def test_more_units_than_any_panel_holds_are_a_slip_of_units(capsys):
    arguments = ["panel", "--panel", "1e9mm", "--package", "1e-6mm", "--json"]
    assert exit_code(arguments) == 2
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["file"], f["code"], f["cure"]) for f in found] == [
        ("--package", "out-of-range", "check the units")
    ]


def test_every_fault_is_found_at_once(capsys):
    arguments = [
        "panel", "--panel", "510x", "--package", "0x5mm", "--margin", "-1mm", "--gap", "wide",
        "--layout", "best", "--yield", "0", "--json",
    ]  # fmt: skip
    assert exit_code(arguments) == 2
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {finding["file"] for finding in found} == {
        "--panel", "--package", "--margin", "--gap", "--layout", "--yield",
    }  # fmt: skip
    assert all(finding["expected"] for finding in found)


def test_people_get_a_table(capsys):
    assert exit_code(["panel", "--panel", "510x515mm", "--package", "5mm"]) == 0
    assert "8930" in capsys.readouterr().out
