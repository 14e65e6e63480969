"""Instances whose optimum is known, as programme folders that a user would write.

Values: planning survey, section 5.1 (Wagner and Whitin, Management Science 5(1), 1958; Eppen and
Martin, Operations Research 35(6), 1987, on the data of Thizy and Van Wassenhove, 1985; A, B and D
checked by HiGHS and by enumeration).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_folders import cost, month, planned, short, table, written

# --- Wagner and Whitin

DEMAND = (69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56)
SETUP = (85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114)


def wagner_whitin(folder: Path) -> Path:
    return written(
        folder,
        12,
        items=table("name,kind", ("part", "package")),
        item_costs=table("item,from_date,holding_usd_per_month", ("part", month(0), 1)),
        plants=table("name,kind", ("plant", "other")),
        routes=table("name,item,plant", ("make", "part", "plant")),
        campaigns=table(
            "name,route,from_date,setup_usd",
            *(("make", "make", month(t), usd) for t, usd in enumerate(SETUP)),
        ),
        demands=table(
            "name,item,date,quantity",
            *((f"d{t}", "part", month(t), units) for t, units in enumerate(DEMAND)),
        ),
    )


def test_wagner_and_whitin_1958_costs_864(tmp_path: Path) -> None:
    answer = planned(wagner_whitin(tmp_path / "ww"))
    assert cost(answer) == pytest.approx(864, abs=1e-6)
    assert answer["short"] == []


# --- Eppen and Martin: eight items on one resource

SETUPS = (500, 400, 300, 300, 250, 200, 200, 100)
WANTED = (
    (0, 20, 50, 10, 20, 60, 40, 40),
    (50, 0, 20, 40, 10, 10, 20, 10),
    (0, 100, 100, 150, 160, 90, 100, 100),
    (10, 20, 0, 0, 10, 10, 20, 30),
    (70, 40, 40, 40, 100, 20, 40, 50),
    (40, 50, 0, 100, 40, 80, 90, 160),
    (20, 40, 50, 10, 30, 0, 40, 50),
    (0, 70, 50, 100, 20, 80, 0, 100),
)
MARTIN1 = (350, 350, 350, 400, 400, 400, 400, 500)


def big_bucket(folder: Path, capacity: tuple[int, ...]) -> Path:
    items = [f"i{k}" for k in range(len(WANTED))]
    return written(
        folder,
        len(capacity),
        items=table("name,kind", *((name, "package") for name in items)),
        item_costs=table(
            "item,from_date,holding_usd_per_month", *((name, month(0), 1) for name in items)
        ),
        plants=table("name,kind", ("plant", "other")),
        tool_groups=table("name,plant,tools", ("machine", "plant", 1)),
        capacities=table(
            "tool_group,from_date,hours_per_month",
            *(("machine", month(t), hours) for t, hours in enumerate(capacity)),
        ),
        routes=table(
            "name,item,plant,carriers_per_lot", *((f"make-{n}", n, "plant", 1) for n in items)
        ),
        steps=table(
            "route,step,name,tool_group,process",
            *((f"make-{name}", 1, "make", "machine", 60) for name in items),
        ),
        campaigns=table(
            "name,route,from_date,setup_usd",
            *((f"{n}", f"make-{n}", month(0), usd) for n, usd in zip(items, SETUPS, strict=True)),
        ),
        demands=table(
            "name,item,date,quantity",
            *(
                (f"{items[k]}-{t}", items[k], month(t), units)
                for k, row in enumerate(WANTED)
                for t, units in enumerate(row)
                if units
            ),
        ),
    )


@pytest.mark.parametrize(
    ("capacity", "usd"), [(MARTIN1, 8430), ((400,) * 8, 7910), ((600,) * 8, 7520)]
)
def test_eight_items_on_one_resource_cost_what_is_proven(
    tmp_path: Path, capacity: tuple[int, ...], usd: float
) -> None:
    answer = planned(big_bucket(tmp_path / "martin", capacity))
    assert short(answer) == 0
    assert cost(answer) == pytest.approx(usd, abs=1e-6)


def test_with_350_hours_each_month_it_says_how_much_is_short_and_what_limits(
    tmp_path: Path,
) -> None:
    # 8 x 350 hours for 2,920 units of an hour each: 120 are short whatever the plan
    answer = planned(big_bucket(tmp_path / "martin", (350,) * 8))
    assert short(answer) == pytest.approx(120)
    assert {row["reason"] for row in answer["short"]} == {"tool-hours"}
    assert {row["cause"] for row in answer["short"]} == {"machine"}
    for row in answer["short"]:
        assert row["quantity"] > 0
        assert "all usable hours of machine in plant are taken in 2026-" in row["explanation"]
    latest = max(answer["short"], key=lambda row: row["month"])
    assert latest["limits"].startswith("machine has ")


# --- A, D: make or buy, and limits in conflict


def make_or_buy(folder: Path, wanted: tuple[int, ...], bought: int) -> Path:
    return written(
        folder,
        len(wanted),
        items=table("name,kind,make_cost_usd", ("part", "package", 1)),
        item_costs=table("item,from_date,holding_usd_per_month", ("part", month(0), 0.5)),
        plants=table("name,kind", ("plant", "other")),
        phases=table("plant,phase,capacity_per_month,ready", ("plant", "one", 10, month(0))),
        routes=table("name,item,plant", ("make", "part", "plant")),
        suppliers=table("name", ("seller",)),
        offers=table(
            "supplier,item,from_date,price_usd,capacity_per_month",
            ("seller", "part", month(0), 3, bought),
        ),
        demands=table(
            "name,item,date,quantity",
            *((f"d{t}", "part", month(t), units) for t, units in enumerate(wanted)),
        ),
    )


def test_make_or_buy_instance_a_costs_43(tmp_path: Path) -> None:
    answer = planned(make_or_buy(tmp_path / "a", (8, 14, 12), 1000))
    assert cost(answer) == pytest.approx(43, abs=1e-9)


def test_instance_d_names_both_limits_in_conflict_and_the_two_units_short(tmp_path: Path) -> None:
    # x <= 10 made, y <= 3 bought, x + y >= 15 wanted
    (row,) = planned(make_or_buy(tmp_path / "d", (15,), 3))["short"]
    assert row["quantity"] == pytest.approx(2)
    assert row["month"] == "2026-01-01"
    assert row["limits"] == (
        "plant has 10 carriers in 2026-01; seller has 3 units on offer in 2026-01"
    )


# --- B: expansion


def expansion(folder: Path) -> Path:
    """Demand 5, 9, 14, 14 without stock; a tool makes 5; another costs 100 and works a month on."""
    return written(
        folder,
        4,
        items=table("name,kind,make_cost_usd", ("part", "package", 1)),
        item_costs=table("item,from_date,shortfall_usd", ("part", month(0), 30)),
        plants=table("name,kind", ("plant", "other")),
        stocks=table("plant,item,maximum", ("plant", "part", 0)),
        tool_groups=table(
            "name,plant,tools,price_usd,lead_time_months", ("machine", "plant", 1, 100, 1)
        ),
        capacities=table("tool_group,from_date,hours_per_month", ("machine", month(0), 5)),
        tool_options=table("tool_group,from_date,hours_per_month", ("machine", month(0), 5)),
        routes=table("name,item,plant,carriers_per_lot", ("make", "part", "plant", 1)),
        steps=table("route,step,name,tool_group,process", ("make", 1, "make", "machine", 60)),
        demands=table(
            "name,item,date,quantity",
            *((f"d{t}", "part", month(t), units) for t, units in enumerate((5, 9, 14, 14))),
        ),
    )


def test_expansion_instance_b_costs_242_in_whole_tools_and_222_in_parts(tmp_path: Path) -> None:
    assert cost(planned(expansion(tmp_path / "b"))) == pytest.approx(242, abs=1e-6)
    relaxed = planned(expansion(tmp_path / "b"), "--relaxed")
    assert cost(relaxed) == pytest.approx(222, abs=1e-6)
