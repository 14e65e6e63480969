"""What classic lot sizing knows, each as a plain programme beside a textbook model in SciPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lot_peers import Textbook, carried
from plan_folders import cost, month, planned, table, written

PLANT = table("name,kind", ("plant", "other"))
NEVER = 999.0  # more than anyone makes in a period


def items(*names: str) -> str:
    return table("name,kind", *((name, "package") for name in names))


def holding(**usd: float) -> str:
    head = "item,from_date,holding_usd_per_month"
    return table(head, *((name, month(0), each) for name, each in usd.items()))


def wanted(**units: Any) -> str:
    rows = [
        (f"{item}-{t}", item, month(t), each)
        for item, row in units.items()
        for t, each in enumerate(row)
        if each
    ]
    return table("name,item,date,quantity", *rows)


def routes(*names: str) -> str:
    return table("name,item,plant", *((f"make-{name}", name, "plant") for name in names))


def setups(**usd: float) -> str:
    head = "name,route,from_date,setup_usd"
    return table(head, *((name, f"make-{name}", month(0), each) for name, each in usd.items()))


def machine(hours: float, *names: str) -> dict[str, Any]:
    """One machine with an hour for each unit of some items."""
    return {
        "tool_groups": table("name,plant,tools", ("machine", "plant", 1)),
        "capacities": table("tool_group,from_date,hours_per_month", ("machine", month(0), hours)),
        "routes": table(
            "name,item,plant,carriers_per_lot", *((f"make-{n}", n, "plant", 1) for n in names)
        ),
        "steps": table(
            "route,step,name,tool_group,process",
            *((f"make-{n}", 1, "make", "machine", 60) for n in names),
        ),
    }


def phase(units: float) -> str:
    head = "plant,phase,capacity_per_month,ready"
    return table(head, ("plant", "one", units, month(0)))


# --- One item


def test_late_units_cost_what_they_cost_each_month(tmp_path: Path) -> None:
    units, most, usd, kept, late = (20, 50, 10, 60, 30, 40), 45.0, 60.0, 1.0, 3.0
    head = "item,from_date,holding_usd_per_month,backlog_usd_per_month"
    folder = written(
        tmp_path / "late",
        len(units),
        backlog_months=6,
        items=items("part"),
        item_costs=table(head, ("part", month(0), kept, late)),
        plants=PLANT,
        phases=phase(most),
        routes=routes("part"),
        campaigns=setups(part=usd),
        demands=wanted(part=units),
    )
    peer, last = Textbook(), len(units) - 1
    made = [peer.amount() for _ in units]
    stock = [peer.amount(kept) for _ in units]
    owed = [peer.amount(late, 0.0 if t == last else np.inf) for t, _ in enumerate(units)]
    for t, each in enumerate(units):
        peer.row([(made[t], 1), (peer.choice(usd), -most)], high=0)
        back = [(variable, -factor) for variable, factor in carried(owed, t)]
        peer.equal([(made[t], 1), *carried(stock, t), *back], each)
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_a_lot_is_neither_too_small_nor_too_large(tmp_path: Path) -> None:
    units, usd, least, most = (10, 0, 15, 5, 30, 0, 20, 8), 20.0, 25.0, 40.0
    head = "name,route,from_date,setup_usd,minimum_carriers,maximum_carriers"
    folder = written(
        tmp_path / "lots",
        len(units),
        items=items("part"),
        item_costs=holding(part=1),
        plants=PLANT,
        routes=routes("part"),
        campaigns=table(head, ("part", "make-part", month(0), usd, least, most)),
        demands=wanted(part=units),
    )
    peer = Textbook()
    stock = [peer.amount(1) for _ in units]
    for t, each in enumerate(units):
        made, set_up = peer.amount(), peer.choice(usd)
        peer.row([(made, 1), (set_up, -most)], high=0)
        peer.row([(made, 1), (set_up, -least)], low=0)
        peer.equal([(made, 1), *carried(stock, t)], each)
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_overtime_is_a_second_route_of_the_family_on_dearer_hours(tmp_path: Path) -> None:
    units, usd, dear = (30, 50, 60, 20, 70, 45), 35.0, 4.0
    folder = written(
        tmp_path / "overtime",
        len(units),
        items=items("part"),
        item_costs=holding(part=1),
        plants=PLANT,
        tool_groups=table(
            "name,plant,tools,running_cost_usd_per_h",
            ("machine", "plant", 1, 0),
            ("overtime", "plant", 1, dear),
        ),
        capacities=table(
            "tool_group,from_date,hours_per_month",
            ("machine", month(0), 40),
            ("overtime", month(0), 15),
        ),
        routes=table(
            "name,item,plant,carriers_per_lot,family",
            ("day", "part", "plant", 1, "parts"),
            ("night", "part", "plant", 1, "parts"),
        ),
        steps=table(
            "route,step,name,tool_group,process",
            ("day", 1, "make", "machine", 60),
            ("night", 1, "make", "overtime", 60),
        ),
        campaigns=table("name,family,from_date,setup_usd", ("parts", "parts", month(0), usd)),
        demands=wanted(part=units),
    )
    peer = Textbook()
    stock = [peer.amount(1) for _ in units]
    for t, each in enumerate(units):
        day, night = peer.amount(0, 40), peer.amount(dear, 15)
        peer.row([(day, 1), (night, 1), (peer.choice(usd), -55)], high=0)
        peer.equal([(day, 1), (night, 1), *carried(stock, t)], each)
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


@pytest.mark.parametrize("price", [None, 70.0])
def test_a_safety_stock_is_kept_where_nothing_is_dearer(
    tmp_path: Path, price: float | None
) -> None:
    units, usd, safety = (20, 30, 10, 40), 50.0, 15.0
    head = "item,from_date,holding_usd_per_month,safety_usd_per_month"
    folder = written(
        tmp_path / "safety",
        len(units),
        items=items("part"),
        item_costs=table(head, ("part", month(0), 1, "" if price is None else price)),
        plants=PLANT,
        stocks=table("plant,item,initial,safety", ("plant", "part", safety, safety)),
        routes=routes("part"),
        campaigns=setups(part=usd),
        demands=wanted(part=units),
    )
    peer = Textbook()
    stock = [peer.amount(1, least=safety) for _ in units]
    for t, each in enumerate(units):
        made = peer.amount()
        peer.row([(made, 1), (peer.choice(usd), -NEVER)], high=0)
        peer.equal([(made, 1), *carried(stock, t)], each - (0 if t else safety))
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_a_safety_stock_is_given_up_where_it_costs_more_than_its_price(tmp_path: Path) -> None:
    head = "item,from_date,holding_usd_per_month,safety_usd_per_month"
    folder = written(
        tmp_path / "cheap",
        3,
        items=items("part"),
        item_costs=table(head, ("part", month(0), 1, 0.25)),
        plants=PLANT,
        stocks=table("plant,item,safety", ("plant", "part", 8)),
        routes=routes("part"),
        demands=wanted(part=(4, 4, 4)),
    )
    answer = planned(folder)
    assert cost(answer) == pytest.approx(3 * 8 * 0.25)
    lacking = [(row["month"], row["item"], row["quantity"]) for row in answer["safety_lacking"]]
    assert lacking == [(f"2026-0{t}-01", "part", pytest.approx(8)) for t in (1, 2, 3)]


@pytest.mark.parametrize("months", [1, 2, 3])
def test_what_spoils_is_made_again(tmp_path: Path, months: int) -> None:
    units, usd, kept = (20, 5, 5, 30, 5, 5), 80.0, 0.1
    folder = written(
        tmp_path / "shelf",
        len(units),
        items=table("name,kind,shelf_life_months", ("part", "package", months)),
        item_costs=holding(part=kept),
        plants=PLANT,
        routes=routes("part"),
        campaigns=setups(part=usd),
        demands=wanted(part=units),
    )
    peer = Textbook()
    set_up = [peer.choice(usd) for _ in units]
    for t, each in enumerate(units):
        shares = []
        for made in range(max(0, t - months), t + 1):
            share = peer.amount(kept * (t - made) * each)
            peer.row([(share, 1), (set_up[made], -1)], high=0)
            shares.append((share, 1.0))
        peer.equal(shares, 1)
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_what_is_bought_too_early_spoils_and_the_reason_says_so(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "spoiled",
        4,
        items=table("name,kind,shelf_life_months", ("part", "package", 1)),
        plants=PLANT,
        stocks=table("plant,item,initial", ("plant", "part", 30)),
        suppliers=table("name", ("seller",)),
        offers=table(
            "supplier,item,from_date,to_date,price_usd,capacity_per_month",
            ("seller", "part", month(0), "2026-02-28", 2, 100),
        ),
        demands=wanted(part=(0, 12, 0, 9)),
    )
    (row,) = planned(folder)["short"]
    assert (row["quantity"], row["month"], row["reason"]) == (9, "2026-04-01", "shelf-life")
    assert "part keeps 1 months" in row["explanation"]


# --- Several items


@pytest.mark.parametrize("seed", range(3))
def test_a_family_has_a_setup_beside_those_of_its_items(tmp_path: Path, seed: int) -> None:
    names, usd, kept, joint = ("a", "b", "c"), (15, 25, 10), (1.0, 0.8, 1.5), 60.0
    units = np.random.default_rng(seed).integers(5, 40, (3, 6))
    folder = written(
        tmp_path / "joint",
        6,
        items=items(*names),
        item_costs=holding(**dict(zip(names, kept, strict=True))),
        plants=PLANT,
        routes=table(
            "name,item,plant,family", *((f"make-{n}", n, "plant", "family") for n in names)
        ),
        campaigns=table(
            "name,route,family,from_date,setup_usd",
            ("all", "", "family", month(0), joint),
            *((n, f"make-{n}", "", month(0), each) for n, each in zip(names, usd, strict=True)),
        ),
        demands=wanted(**dict(zip(names, units, strict=True))),
    )
    peer = Textbook()
    major = [peer.choice(joint) for _ in range(6)]
    for place in range(3):
        stock = [peer.amount(kept[place]) for _ in range(6)]
        for t in range(6):
            made, minor = peer.amount(), peer.choice(usd[place])
            peer.row([(made, 1), (minor, -NEVER)], high=0)
            peer.row([(minor, 1), (major[t], -1)], high=0)
            peer.equal([(made, 1), *carried(stock, t)], float(units[place, t]))
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


@pytest.mark.parametrize("seed", range(4, 8))
def test_a_setup_is_kept_into_the_next_period(tmp_path: Path, seed: int) -> None:
    """Linked lot sizes, by the model of Suerie and Stadtler (2003)."""
    names, usd, hours, kept = ("a", "b", "c"), (40, 60, 50), (8, 5, 10), (1.0, 1.2, 0.8)
    units = np.random.default_rng(seed).integers(0, 40, (3, 6))
    most = round(float(units.sum() / 6 * 2.2 + 8))
    head = "name,route,from_date,setup_usd,setup_h,tool_group,carries_over"
    folder = written(
        tmp_path / "linked",
        6,
        items=items(*names),
        item_costs=holding(**dict(zip(names, kept, strict=True))),
        plants=PLANT,
        **machine(most, *names),
        campaigns=table(
            head,
            *(
                (n, f"make-{n}", month(0), *own, "machine", "true")
                for n, *own in zip(names, usd, hours, strict=True)
            ),
        ),
        demands=wanted(**dict(zip(names, units, strict=True))),
    )
    answer = planned(folder)
    assert cost(answer) == pytest.approx(_linked(units, usd, hours, kept, most), abs=1e-4)


def _linked(units: Any, usd: Any, hours: Any, kept: Any, most: float) -> float:
    peer = Textbook()
    alone = [peer.amount(0, 1) for _ in range(6)]
    made = [[peer.amount() for _ in range(6)] for _ in range(3)]
    new = [[peer.choice(usd[i]) for _ in range(6)] for i in range(3)]
    old = [[peer.choice(0, float(t > 0)) for t in range(6)] for _ in range(3)]
    for i in range(3):
        stock = [peer.amount(kept[i]) for _ in range(6)]
        for t in range(6):
            peer.row([(made[i][t], 1), (new[i][t], -most), (old[i][t], -most)], high=0)
            peer.equal([(made[i][t], 1), *carried(stock, t)], float(units[i, t]))
            peer.row([(new[i][t], 1), (alone[t], 1)], high=1)
            if t:
                peer.row([(old[i][t], 1), (new[i][t - 1], -1), (old[i][t - 1], -1)], high=0)
                peer.row([(old[i][t - 1], 1), (old[i][t], 1), (alone[t - 1], -1)], high=1)
    for t in range(6):
        peer.row([(old[i][t], 1) for i in range(3)], high=1)
        taken = [(new[i][t], hours[i]) for i in range(3)]
        peer.row([*((made[i][t], 1.0) for i in range(3)), *taken], high=most)
    return peer.least_cost()


# --- Items that become others


def test_larger_sizes_stand_in_for_smaller_ones(tmp_path: Path) -> None:
    """Like SIZES (Jorjani, Scott and Woodruff, 1999): setups, one capacity, and cutting down."""
    names, cut, setup, most = [f"s{i}" for i in range(5)], 0.1, 60.0, 900.0
    units = np.random.default_rng(1).integers(5, 40, (5, 2)) * 5
    each = [0.748 + 0.05 * i for i in range(5)]
    makes = list(zip(names, each, strict=True))
    folder = written(
        tmp_path / "sizes",
        2,
        items=table("name,kind,make_cost_usd", *((n, "package", usd) for n, usd in makes)),
        plants=PLANT,
        phases=phase(most),
        substitutes=table(
            "item,substitute,cost_usd",
            *((names[a], names[b], cut) for a in range(5) for b in range(a + 1, 5)),
        ),
        routes=routes(*names),
        campaigns=setups(**dict.fromkeys(names, setup)),
        demands=wanted(**dict(zip(names, units, strict=True))),
    )
    peer = Textbook()
    made = [[peer.amount(each[b]) for _ in range(2)] for b in range(5)]
    stock = [[peer.amount() for _ in range(2)] for _ in range(5)]
    given = {
        (b, a, t): peer.amount(cut if b > a else 0.0)
        for a in range(5)
        for b in range(a, 5)
        for t in range(2)
    }
    for t in range(2):
        peer.row([(made[b][t], 1) for b in range(5)], high=most)
        for b in range(5):
            peer.row([(made[b][t], 1), (peer.choice(setup), -most)], high=0)
            out = [(given[b, a, t], -1.0) for a in range(b + 1)]
            peer.equal([(made[b][t], 1), *carried(stock[b], t), *out], 0)
            peer.equal([(given[c, b, t], 1) for c in range(b, 5)], float(units[b, t]))
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_wafers_are_sorted_into_bins_and_a_better_bin_stands_in(tmp_path: Path) -> None:
    names, share, kept = ("high", "middle", "low"), (0.2, 0.5, 0.2), (2.0, 1.5, 1.0)
    units = np.random.default_rng(2).integers(5, 30, (3, 5))
    folder = written(
        tmp_path / "bins",
        5,
        items=table(
            "name,kind,make_cost_usd",
            ("mixed", "package", 3),
            *((n, "package", 0) for n in names),
        ),
        item_costs=holding(mixed=0.5, **dict(zip(names, kept, strict=True))),
        plants=PLANT,
        phases=phase(160),
        bins=table(
            "item,bin,percent",
            *(("mixed", n, 100 * each) for n, each in zip(names, share, strict=True)),
        ),
        substitutes=table("item,substitute", ("middle", "high"), ("low", "middle")),
        routes=routes("mixed"),
        campaigns=setups(mixed=40),
        demands=wanted(**dict(zip(names, units, strict=True))),
    )
    peer = Textbook()
    mixed = [peer.amount(0.5) for _ in range(5)]
    stock = [[peer.amount(each) for _ in range(5)] for each in kept]
    down = [[peer.amount() for _ in range(5)] for _ in range(2)]
    for t in range(5):
        made, taken = peer.amount(3), peer.amount()
        peer.row([(made, 1), (peer.choice(40), -160)], high=0)
        peer.equal([(made, 1), (taken, -1), *carried(mixed, t)], 0)
        for i in range(3):
            away = [(down[i][t], -1.0)] if i < 2 else []
            comes = [(down[i - 1][t], 1.0)] if i else []
            thrown = (peer.amount(), -1.0)
            terms = [(taken, share[i]), *carried(stock[i], t), *away, *comes, thrown]
            peer.equal(terms, float(units[i, t]))
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_items_that_stand_in_for_each_other_are_one_supply(tmp_path: Path) -> None:
    """Either is made, whichever is cheaper in the month, and a setup serves both."""
    head = "item,from_date,make_cost_usd,holding_usd_per_month"
    folder = written(
        tmp_path / "mutual",
        2,
        items=items("a", "b"),
        item_costs=table(
            head,
            ("a", month(0), 1, 5),
            ("a", month(1), 4, 5),
            ("b", month(0), 3, 5),
            ("b", month(1), 2, 5),
        ),
        plants=PLANT,
        substitutes=table("item,substitute", ("a", "b"), ("b", "a")),
        routes=routes("a", "b"),
        campaigns=setups(a=10, b=10),
        demands=wanted(a=(6, 7), b=(8, 9)),
    )
    assert cost(planned(folder)) == pytest.approx((10 + 14 * 1) + (10 + 16 * 2))


def test_a_bin_that_is_short_names_what_it_is_sorted_from(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "scarce",
        1,
        items=items("mixed", "good"),
        plants=PLANT,
        phases=phase(50),
        bins=table("item,bin,percent", ("mixed", "good", 20)),
        routes=routes("mixed"),
        demands=wanted(good=(14,)),
    )
    (row,) = planned(folder)["short"]
    assert row["quantity"] == pytest.approx(4)
    assert (row["reason"], row["cause"]) == ("phase-capacity", "plant")


# --- Several levels, places and sources


@pytest.mark.parametrize("seed", range(5, 8))
def test_parts_of_parts_on_two_machines_with_setup_times(tmp_path: Path, seed: int) -> None:
    names, usd, kept = ("end1", "end2", "sub", "raw"), (80, 60, 50, 40), (4.0, 3.0, 1.5, 0.5)
    hours, bom = (5, 5, 8, 3), {("end1", "sub"): 1, ("end2", "sub"): 2, ("sub", "raw"): 1}
    machines, most = ("m1", "m1", "m2", "m2"), {"m1": 75, "m2": 170}
    units = np.random.default_rng(seed).integers(5, 30, (2, 6))
    head = "name,route,from_date,setup_usd,setup_h,tool_group"
    folder = written(
        tmp_path / "levels",
        6,
        items=items(*names),
        item_costs=holding(**dict(zip(names, kept, strict=True))),
        plants=PLANT,
        components=table("parent,child,quantity", *((*pair, q) for pair, q in bom.items())),
        tool_groups=table("name,plant,tools", *((m, "plant", 1) for m in most)),
        capacities=table(
            "tool_group,from_date,hours_per_month", *((m, month(0), h) for m, h in most.items())
        ),
        routes=table(
            "name,item,plant,carriers_per_lot", *((f"make-{n}", n, "plant", 1) for n in names)
        ),
        steps=table(
            "route,step,name,tool_group,process",
            *((f"make-{n}", 1, "make", m, 60) for n, m in zip(names, machines, strict=True)),
        ),
        campaigns=table(
            head,
            *(
                (n, f"make-{n}", month(0), *own)
                for n, *own in zip(names, usd, hours, machines, strict=True)
            ),
        ),
        demands=wanted(**dict(zip(names[:2], units, strict=True))),
    )
    peer = Textbook()
    made = {n: [peer.amount() for _ in range(6)] for n in names}
    set_up = {n: [peer.choice(each) for _ in range(6)] for n, each in zip(names, usd, strict=True)}
    for place, name in enumerate(names):
        stock = [peer.amount(kept[place]) for _ in range(6)]
        for t in range(6):
            peer.row([(made[name][t], 1), (set_up[name][t], -NEVER)], high=0)
            into = [(made[p][t], -q) for (p, c), q in bom.items() if c == name]
            asked = float(units[place, t]) if place < 2 else 0.0
            peer.equal([(made[name][t], 1), *carried(stock, t), *into], asked)
    for t in range(6):
        for one, most_h in most.items():
            on = [i for i in range(4) if machines[i] == one]
            runs = [(made[names[i]][t], 1.0) for i in on]
            peer.row([*runs, *((set_up[names[i]][t], hours[i]) for i in on)], high=most_h)
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_lead_times_of_making_and_buying_add_up(tmp_path: Path) -> None:
    units, usd = (0, 0, 20, 30, 10, 40), 50.0
    folder = written(
        tmp_path / "leads",
        6,
        items=items("part", "raw"),
        item_costs=holding(part=1, raw=0.5),
        plants=PLANT,
        components=table("parent,child,quantity", ("part", "raw", 2)),
        routes=table("name,item,plant,lead_time_months", ("make-part", "part", "plant", 1)),
        campaigns=setups(part=usd),
        suppliers=table("name", ("seller",)),
        offers=table(
            "supplier,item,from_date,price_usd,capacity_per_month,lead_time_months",
            ("seller", "raw", month(0), 1.5, 70, 1),
        ),
        demands=wanted(part=units),
    )
    peer = Textbook()
    made, bought = [peer.amount() for _ in units], [peer.amount(1.5, 70) for _ in units]
    parts, raws = [peer.amount(1) for _ in units], [peer.amount(0.5) for _ in units]
    for t, each in enumerate(units):
        peer.row([(made[t], 1), (peer.choice(usd), -NEVER)], high=0)
        peer.equal([*([(made[t - 1], 1.0)] if t else []), *carried(parts, t)], each)
        comes = [(bought[t - 1], 1.0)] if t else []
        peer.equal([*comes, (made[t], -2), *carried(raws, t)], 0)
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_make_or_buy_where_a_larger_order_is_cheaper_from_a_quantity_on(tmp_path: Path) -> None:
    units = (25, 60, 10, 45)
    folder = written(
        tmp_path / "breaks",
        4,
        items=table("name,kind,make_cost_usd", ("part", "package", 3)),
        item_costs=holding(part=1),
        plants=PLANT,
        phases=phase(30),
        routes=routes("part"),
        campaigns=setups(part=20),
        suppliers=table("name", ("seller",)),
        offers=table(
            "supplier,item,from_date,price_usd,capacity_per_month",
            ("seller", "part", month(0), 5, 50),
        ),
        price_breaks=table("supplier,item,from_quantity,price_usd", ("seller", "part", 20, 2)),
        demands=wanted(part=units),
    )
    peer = Textbook()
    stock = [peer.amount(1) for _ in units]
    for t, each in enumerate(units):
        made, dear, cheap, opened = (
            peer.amount(3),
            peer.amount(5, 20),
            peer.amount(2),
            peer.choice(),
        )
        peer.row([(made, 1), (peer.choice(20), -30)], high=0)
        peer.row([(cheap, 1), (opened, -30)], high=0)
        peer.row([(dear, 1), (opened, -20)], low=0)
        peer.equal([(made, 1), (dear, 1), (cheap, 1), *carried(stock, t)], each)
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


@pytest.mark.parametrize("seed", range(3))
def test_an_order_that_reaches_a_quantity_gets_the_price_for_all_its_units(
    tmp_path: Path, seed: int
) -> None:
    units = np.random.default_rng(seed).integers(5, 60, 5)
    folder = written(
        tmp_path / "all",
        5,
        items=items("part"),
        item_costs=holding(part=0.7),
        plants=PLANT,
        suppliers=table("name", ("seller",)),
        offers=table(
            "supplier,item,from_date,price_usd,capacity_per_month",
            ("seller", "part", month(0), 5, 120),
        ),
        price_breaks=table(
            "supplier,item,from_quantity,price_usd,all_units",
            ("seller", "part", 40, 4.5, "true"),
            ("seller", "part", 80, 4, "true"),
        ),
        demands=wanted(part=units),
    )
    peer = Textbook()
    stock = [peer.amount(0.7) for _ in units]
    for t, each in enumerate(units):
        ordered = []
        for price, least, most in ((5.0, 0, 120), (4.5, 40, 120), (4.0, 80, 120)):
            amount, chosen = peer.amount(price), peer.choice()
            peer.row([(amount, 1), (chosen, -most)], high=0)
            peer.row([(amount, 1), (chosen, -least)], low=0)
            ordered.append((amount, chosen))
        peer.row([(chosen, 1) for _, chosen in ordered], high=1)
        peer.equal([*((amount, 1.0) for amount, _ in ordered), *carried(stock, t)], float(each))
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())


def test_two_plants_with_setups_of_their_own_share_the_demand(tmp_path: Path) -> None:
    units, most = (30, 45, 50, 20), 40.0
    folder = written(
        tmp_path / "plants",
        4,
        items=items("part"),
        item_costs=holding(part=1),
        plants=table("name,kind", ("east", "other"), ("west", "other")),
        phases=table(
            "plant,phase,capacity_per_month,ready",
            ("east", "one", most, month(0)),
            ("west", "one", most, month(0)),
        ),
        routes=table(
            "name,item,plant,cost_usd",
            ("at-east", "part", "east", 1),
            ("at-west", "part", "west", 3),
        ),
        campaigns=table(
            "name,route,from_date,setup_usd",
            ("east", "at-east", month(0), 30),
            ("west", "at-west", month(0), 10),
        ),
        demands=wanted(part=units),
    )
    peer = Textbook()
    stock = [peer.amount(1) for _ in units]
    for t, each in enumerate(units):
        east, west = peer.amount(1), peer.amount(3)
        peer.row([(east, 1), (peer.choice(30), -most)], high=0)
        peer.row([(west, 1), (peer.choice(10), -most)], high=0)
        peer.equal([(east, 1), (west, 1), *carried(stock, t)], each)
    assert cost(planned(folder)) == pytest.approx(peer.least_cost())
