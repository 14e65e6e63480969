"""Where no more tools are bought, the reason is what keeps them out: floor, budget, or price."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plan_folders import cost, month, planned, table, written

HOURS = 100


def growing(folder: Path, *, floor_m2: float, price: float = 50.0, **more: Any) -> Path:
    """A tool gives 100 hours a month; 150 and then 350 parts of an hour are wanted."""
    return written(
        folder,
        2,
        items=table("name,kind,price_usd", ("part", "package", 1)),
        plants=table("name,kind,floor_m2", ("fab", "fab", floor_m2)),
        stocks=table("plant,item,maximum", ("fab", "part", 0)),
        tool_groups=table("name,plant,tools,price_usd,floor_m2", ("saw", "fab", 1, price, 4)),
        capacities=table("tool_group,from_date,hours_per_month", ("saw", month(0), HOURS)),
        tool_options=table("tool_group,from_date,hours_per_month", ("saw", month(0), HOURS)),
        routes=table("name,item,plant,carriers_per_lot", ("make", "part", "fab", 1)),
        steps=table("route,step,name,tool_group,process", ("make", 1, "cut", "saw", 60)),
        demands=table(
            "name,item,date,quantity", ("d0", "part", month(0), 150), ("d1", "part", month(1), 350)
        ),
        **more,
    )


def only_short(folder: Path) -> dict[str, Any]:
    (row,) = planned(folder)["short"]
    return dict(row)


def test_a_full_floor_is_the_reason_with_its_plant_and_period(tmp_path: Path) -> None:
    # 10 m2 hold two tools of 4: 200 hours, 150 short in the second month
    row = only_short(growing(tmp_path / "floor", floor_m2=10))
    assert row["quantity"] == pytest.approx(150)
    assert (row["reason"], row["cause"], row["month"]) == ("floor-space", "fab", "2026-02-01")
    assert "no more saw fit into fab in 2026-02" in row["explanation"]
    assert "one takes 4 m2 and 2 m2 are free" in row["explanation"]
    assert row["limits"] == "saw has 200 h in 2026-02"


def test_a_spent_budget_is_the_reason_with_what_is_left(tmp_path: Path) -> None:
    budgets = table("name,from_date,to_date,capital_usd", ("tools", "2026-01-01", "2026-12-31", 80))
    row = only_short(growing(tmp_path / "budget", floor_m2=100, budgets=budgets))
    assert (row["reason"], row["cause"]) == ("budget", "tools")
    assert "has USD 30.00 left and one more saw takes USD 50.00" in row["explanation"]


def test_a_tool_that_does_not_pay_leaves_its_hours_the_reason(tmp_path: Path) -> None:
    rows = planned(growing(tmp_path / "price", floor_m2=100, price=1000))["short"]
    assert {(row["reason"], row["cause"]) for row in rows} == {("tool-hours", "saw")}


def test_a_phase_adds_floor_and_half_of_it_where_parts_may_be_built(tmp_path: Path) -> None:
    # 350 hours take 3.5 tools, 14 m2 in parts; 10 are there, and 100 m2 more cost USD 1,000
    more = table(
        "plant,phase,capacity_per_month,floor_m2,capex_usd,optional",
        ("fab", "annex", 0, 100, 1000, "true"),
    )
    folder = growing(tmp_path / "annex", floor_m2=10, price=1, phases=more)
    answer = planned(folder, "--relaxed")
    assert answer["short"] == []
    assert cost(answer) == pytest.approx(2.5 * 1 + 0.04 * 1000 - 500)  # 4 m2, and 500 sold at 1
    whole = planned(folder)
    assert [row["quantity"] for row in whole["short"]] == [pytest.approx(150)]


def test_a_claimed_phase_adds_its_floor_from_its_first_output_on(tmp_path: Path) -> None:
    more = table(
        "plant,phase,capacity_per_month,floor_m2,ready", ("fab", "annex", 0, 6, "2026-02-01")
    )
    folder = growing(tmp_path / "claimed", floor_m2=6, phases=more)
    rows = planned(folder)["short"]  # one tool fits into 6 m2, three into 12
    assert [(row["month"], row["quantity"]) for row in rows] == [
        ("2026-01-01", pytest.approx(50)),
        ("2026-02-01", pytest.approx(50)),
    ]
    assert {row["reason"] for row in rows} == {"floor-space"}
