"""Where no more tools are bought, the reason is what keeps them out: floor, budget, or price."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plan_folders import month, planned, table, written

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
