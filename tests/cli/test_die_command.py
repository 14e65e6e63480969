"""`fabstack die`: one JSON document, the numbers of the library, and faults as findings."""

import json
import math

import pytest

from fabstack.cli import exit_code

DIE = ["die", "--width", "26mm", "--height", "16.5mm"]


def answer(capsys, *arguments: str) -> dict:
    assert exit_code([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def findings(capsys, *arguments: str) -> list[dict]:
    assert exit_code([*arguments, "--json"]) == 2
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return json.loads(shown.out)["findings"]


def test_the_example_of_the_issue(capsys):
    found = answer(
        capsys, *DIE, "--diameter", "300mm", "--scribe", "0.1mm", "--edge", "3mm",
        "--d0", "0.1/cm2", "--yield", "negative-binomial", "--alpha", "3", "--wafer-cost", "16988",
    )  # fmt: skip
    assert found["gross_dies"] == 132  # economics.md section 8
    assert found["yield"] == pytest.approx((1 + 0.429 / 3) ** -3)
    assert found["good_dies"] == pytest.approx(132 * found["yield"])
    assert found["cost_per_good_die_usd"] == pytest.approx(16988 / found["good_dies"])
    assert found["gross_dies_by_method"]["textbook"] == pytest.approx(125.311, abs=5e-4)


def test_without_a_wafer_cost_there_is_no_cost_of_a_die(capsys):
    found = answer(capsys, *DIE)
    assert found["cost_per_good_die_usd"] is None
    assert found["wafer_cost_usd"] is None


def test_lengths_in_any_unit_are_the_same_die(capsys):
    metric = answer(capsys, *DIE)
    other = answer(
        capsys, "die", "--width", "2.6 cm", "--height", "16500um", "--diameter", "0.3m",
        "--scribe", "100 um", "--edge", "0.3cm", "--d0", "0.001/mm2",
    )  # fmt: skip
    assert other == metric


def test_a_die_turned_by_90_degrees_counts_the_same(capsys):
    turned = answer(capsys, "die", "--width", "16.5", "--height", "26")
    assert turned["gross_dies"] == answer(capsys, *DIE)["gross_dies"]


def test_streets_may_differ_by_direction(capsys):
    found = answer(capsys, *DIE, "--scribe", "0.2mm", "--scribe-y", "0.05mm")
    assert (found["scribe_x_mm"], found["scribe_y_mm"]) == (0.2, 0.05)


def test_no_clustering_is_poisson(capsys):
    found = answer(capsys, *DIE, "--alpha", "inf")
    assert found["alpha"] is None
    assert found["yield"] == pytest.approx(math.exp(-0.429))


@pytest.mark.parametrize(
    ("options", "share"),
    [
        (["--yield", "poisson"], math.exp(-0.429)),
        (["--yield", "Bose_Einstein", "--layers", "10", "--d0", "0.01/cm2"], 1.0429 ** -10 * 1),
        (["--yield", "murphy", "--critical-area-ratio", "0"], 1.0),
        (["--yield", "seeds", "--critical-area-ratio", "50%"], 1 / (1 + 0.2145)),
        (["--d0", "0"], 1.0),
    ],
)  # fmt: skip
def test_yield_by_model(capsys, options, share):
    if "Bose_Einstein" in options:
        share = (1 + 0.01 * 4.29) ** -10
    assert answer(capsys, *DIE, *options)["yield"] == pytest.approx(share)


def test_line_yield_scales_the_good_dies(capsys):
    found = answer(capsys, *DIE, "--line-yield", "95%")
    assert found["good_dies"] == pytest.approx(0.95 * 132 * found["yield"])


def test_phases_can_be_held_to_four(capsys):
    five = ["die", "--width", "5mm", "--height", "5mm"]
    assert answer(capsys, *five, "--phase", "four-phase")["gross_dies"] == 2500
    assert answer(capsys, *five, "--phase", "phase-grid")["gross_dies"] == 2505
    assert answer(capsys, *five)["gross_dies"] >= 2505


def test_a_die_larger_than_the_wafer_gives_none_and_no_cost(capsys):
    found = answer(capsys, "die", "--width", "400mm", "--height", "5mm", "--wafer-cost", "9000")
    assert (found["gross_dies"], found["good_dies"]) == (0, 0)
    assert found["cost_per_good_die_usd"] is None


def test_a_wafer_with_the_flat_of_semi_m1(capsys):
    found = answer(
        capsys, "die", "--width", "5mm", "--height", "5mm", "--diameter", "150mm", "--flat", "semi"
    )
    assert found["flat_mm"] == 57.5


def test_every_fault_is_found_at_once(capsys):
    found = findings(
        capsys, "die", "--width", "-3mm", "--height", "3kg", "--yield", "murfy", "--alpha", "0",
        "--d0", "-1/cm2", "--line-yield", "120%", "--phase", "best", "--wafer-cost", "cheap",
    )  # fmt: skip
    assert [finding["file"] for finding in found] == [
        "--alpha", "--d0", "--height", "--line-yield", "--phase", "--wafer-cost", "--width",
        "--yield",
    ]  # fmt: skip
    assert all(finding["line"] == 0 for finding in found)
    assert all(finding["message"] and finding["expected"] and finding["cure"] for finding in found)
    assert "did you mean 'murphy'" in found[-1]["cure"]


@pytest.mark.parametrize(
    "options",
    [
        ["--edge", "150mm"],
        ["--flat", "300mm"],
        ["--notch", "1m"],
        ["--flat", "semi"],
        ["--scribe", "nan"],
        ["--field", "26xmm"],
        ["--layers", "0"],
        ["--critical-area-ratio", "1.5"],
        ["--diameter", "0"],
    ],
)
def test_one_fault_is_one_finding_at_its_option(capsys, options):
    (finding,) = findings(capsys, *DIE, *options)
    assert finding["file"] == options[0]


def test_dies_too_small_to_count_are_a_finding(capsys):
    (finding,) = findings(capsys, "die", "--width", "1nm", "--height", "1nm", "--scribe", "0")
    assert "too small" in finding["message"]


def test_people_get_a_table_and_a_picture(capsys):
    assert exit_code([*DIE, "--wafer-cost", "$16,988"]) == 0
    shown = capsys.readouterr().out
    assert "192.18 USD" in shown
    assert shown.count("■") == 132
