"""Where units come from and go to: against unit-by-unit bookkeeping, and laws of conservation."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, deque
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabstack.arrays.build import Group, Parts, Route, Step, fab_of, periodic, poisson
from fabstack.arrays.chance import constant, exponential
from fabstack.arrays.entering import Arrival
from fabstack.arrays.types import NONE, Saw
from fabstack.cli import exit_code
from fabstack.errors import InputError
from fabstack.model import Programme
from fabstack.results.genealogy import Genealogy, Lot, genealogy_of
from fabstack.results.genealogy_index import LOT_BITS, Index, files_of, index_of, words_of
from fabstack.results.genealogy_tables import genealogy_tables
from fabstack.results.store import RunWriter, open_run
from fabstack.results.ticks import TICKS_PER_MIN
from fabstack.results.trace import trace
from fabstack.simulate import simulation
from fabstack.simulate.run import Keep, simulate
from fabstack.simulate.simulation import Simulation

DAY = 1440.0
START = date(2026, 1, 1)
KEPT = Keep(genealogy=True)


def chain(**changes):
    """Wafers of ten dies; lots of panels take dies and frames; lots of boards take packages."""
    tables = {
        "programme": {"name": "chain", "start": START, "end": date(2027, 12, 31)},
        "items": [
            {"name": "wafer", "kind": "wafer"},
            {"name": "die", "kind": "die", "yield_percent": 90},
            {"name": "package", "kind": "package"},
            {"name": "board", "kind": "board"},
        ],
        "components": [
            {"parent": "die", "child": "wafer", "quantity": 0.1},
            {"parent": "package", "child": "die", "quantity": 2, "yield_percent": 80},
            {"parent": "board", "child": "package", "quantity": 3},
            {"parent": "board", "child": "die", "quantity": 1},
        ],
        "plants": [
            {"name": "fab", "kind": "fab"},
            {"name": "line", "kind": "packaging"},
            {"name": "pcb", "kind": "pcb"},
        ],
        "tool_groups": [
            {"name": "etch", "plant": "fab", "tools": 4},
            {"name": "bond", "plant": "line", "tools": 2},
            {"name": "press", "plant": "pcb", "tools": 2},
        ],
        "routes": [
            {"name": "make-wafer", "item": "wafer", "plant": "fab", "carriers_per_lot": 5},
            {
                "name": "make-package",
                "item": "package",
                "plant": "line",
                "carriers_per_lot": 2,
                "units_per_carrier": 4,
            },
            {"name": "make-board", "item": "board", "plant": "pcb", "carriers_per_lot": 3},
        ],
        "steps": [
            step("make-wafer", "etch", process="exponential(200)", yield_percent=95),
            step("make-package", "bond", process="uniform(60, 180)"),
            step("make-board", "press", process=50, lot_scrap_percent=5),
        ],
        "starts": [
            {"route": "make-wafer", "date": START, "carriers_per_month": 600},
            {"route": "make-package", "date": START, "carriers_per_month": 250},
            {"route": "make-board", "date": START, "carriers_per_month": 300},
        ],
        "stocks": [{"plant": "line", "item": "die", "initial": 37}],
        "offers": [],
    }
    return Programme.model_validate(tables | changes)


def step(route, group, **more):
    return {"route": route, "step": 1, "name": "work", "tool_group": group, **more}


def delivered(item, day, units, supplier="bridge"):
    return Arrival(item, date(2026, 1, day), units, supplier)


ARRIVALS = [
    delivered("package", 5, 40),
    delivered("package", 9, 40, "other"),
    delivered("die", 9, 9),
]


def run_it():
    return simulate(chain(), until_min=30 * DAY, replications=2, arrivals=ARRIVALS, keep=KEPT)


@pytest.fixture(scope="module")
def result():
    return run_it()


def digest(result):
    lines = result.replications[0].crossings
    columns = [np.ascontiguousarray(lines[name]).tobytes() for name in lines.dtype.names]
    return hashlib.sha256(b"".join(columns)).hexdigest()


def book(result):
    arrivals, takes = genealogy_tables(result).values()
    return Genealogy(index_of(arrivals, takes), words_of(arrivals.schema))


def unit_by_unit(result):
    """(lot that took, item, lot or purchase that brought) -> units: a queue of single units."""
    names, fab = result.names, result.fab
    orders = [stream.removeprefix("order:") for stream in names.streams]
    stocks = [deque([("start", stock)] * int(n)) for stock, n in enumerate(fab.stocks.initial)]
    shared = Counter()
    for line in result.replications[0].crossings:
        queue = stocks[line.stock]
        if line.units >= 0:
            source = "purchase" if line.stream == NONE else orders[line.stream]
            queue.extend([(source, int(line.serial))] * int(line.units))
            continue
        lots = int(fab.streams.lots[line.stream])
        for place in range(lots):
            taker = (orders[line.stream], int(line.serial) + place)
            for _ in range(-int(line.units) // lots):
                shared[taker, names.stocks[line.stock], queue.popleft()] += 1
    return shared, stocks


def linked(result, links, genealogy):
    """The same from the links of a genealogy."""
    shared = Counter()
    purchases = [(p.supplier, p.item, (p.day - START).days) for p in result.names.purchases]
    for take, arrival, units in zip(links.take, links.arrival, links.units, strict=True):
        order, lot, item, *_ = genealogy.takes.row(int(take))
        *_, ticks, from_order, from_lot, supplier = genealogy.arrivals.row(int(arrival))
        if from_order is not None:
            source = (from_order, from_lot)
        elif supplier is not None:
            day = ticks / TICKS_PER_MIN / DAY
            source = ("purchase", purchases.index((supplier, item, day)))
        else:
            source = ("start", result.names.stocks.index(item))
        shared[(order, lot), item, source] += int(units)
    return shared


def assert_books_hold(result):
    """Every unit of every stock, counted one by one, is where the two tables say."""
    genealogy = book(result)
    shared, stocks = unit_by_unit(result)
    everything = np.arange(genealogy.takes.height)
    direct = genealogy.down(everything)
    first = direct.level == 1
    assert linked(result, direct, genealogy) == shared
    assert first.all()
    stores = result.replications[0].stores
    for stock, item in enumerate(result.names.stocks):
        came = genealogy.arrivals.filter(pl.col("item") == item)
        took = genealogy.takes.filter(pl.col("item") == item).sort("first_unit")
        for table in (came, took):
            ends = (table["first_unit"] + table["units"]).to_list()
            assert table["first_unit"].to_list() == [0, *ends][: table.height]
        assert came["units"].sum() == stores.arrived[stock] + result.fab.stocks.initial[stock]
        assert took["units"].sum() == stores.used[stock]
        assert came["units"].sum() - took["units"].sum() == stores.units[stock]
        assert stores.units[stock] == len(stocks[stock])


def test_every_unit_is_where_the_books_say(result):
    assert_books_hold(result)
    shared, _ = unit_by_unit(result)
    assert {source[0] for *_, source in shared} == {
        "make-wafer:0",
        "make-package:0",
        "purchase",
        "start",
    }


def test_a_lot_takes_what_its_bill_of_materials_asks_for(result):
    """A lot of 8 packages: 8 x 2 / 0.8 = 20 dies; a lot of 3 boards: 9 packages and 3 dies."""
    asked = {
        ("make-package:0", "die"): 20,
        ("make-board:0", "package"): 9,
        ("make-board:0", "die"): 3,
    }
    takes = book(result).takes
    for (order, item), units in asked.items():
        found = takes.filter((pl.col("order") == order) & (pl.col("item") == item))["units"]
        assert found.len() > 20
        assert set(found) == {units}


def test_the_parts_of_each_lot_add_up_to_what_it_took(result):
    genealogy = book(result)
    for number in genealogy.numbers("make-board:0")[::7]:
        takes = genealogy.take_rows(Lot("make-board:0", int(number)))
        links = genealogy.down(takes)
        for row in takes:
            assert links.units[links.take == row].sum() == genealogy.takes["units"][int(row)]


def test_units_of_a_lot_are_taken_or_still_there(result):
    genealogy, stores = book(result), result.replications[0].stores
    stocked = dict(zip(result.names.stocks, stores.units.tolist(), strict=True))
    there = Counter()
    for row in range(genealogy.arrivals.height):
        links = genealogy.up(np.array([row]))
        taken = int(links.units[links.level == 1].sum())
        item, units = genealogy.arrivals.select("item", "units").row(row)
        assert 0 <= taken <= units
        there[item] += units - taken
    assert dict(there) == stocked


def test_up_is_down_read_backwards(result):
    """A board holds part of a wafer lot if and only if the wafer lot is in the board's tree."""
    genealogy = book(result)
    boards = [Lot("make-board:0", int(number)) for number in genealogy.numbers("make-board:0")]
    below = {
        board: set(
            genealogy.arrivals[genealogy.down(genealogy.take_rows(board)).arrival]
            .select("order", "lot")
            .rows()
        )
        for board in boards
    }
    for number in genealogy.numbers("make-wafer:0")[::5]:
        wafers = Lot("make-wafer:0", int(number))
        takes = genealogy.takes[genealogy.up(genealogy.arrival_rows(wafers)).take]
        above = set(takes.filter(pl.col("order") == "make-board:0")["lot"])
        assert above == {board.number for board, found in below.items() if wafers in found}


def test_a_tree_takes_each_lot_apart_once_and_ends_at_wafers_deliveries_and_old_stores(result):
    genealogy = book(result)
    links = genealogy.down(genealogy.take_rows(Lot("make-board:0", 60)))
    assert set(links.level) == {1, 2}
    pairs = list(zip(links.take, links.arrival, strict=True))
    assert len(set(pairs)) == len(pairs)
    assert set(genealogy.takes[links.take]["order"]) == {"make-board:0", "make-package:0"}
    leaves = genealogy.arrivals[links.arrival].filter(pl.col("order") != "make-package:0")
    assert set(leaves["order"]) <= {"make-wafer:0", None}


def test_the_books_name_the_lots_that_entered_and_left():
    """Against the event log and the record of finished lots, which the kernel writes elsewhere.

    Panels enter three by three, so that entries and lots are not numbered alike.
    """
    parts = Parts(
        [Group("etch", 2), Group("bond", 2)],
        [
            Route([Step(0, exponential(30.0))], stock=0, units_per_carrier=4, delay=constant(7.0)),
            Route([Step(1, exponential(30.0))]),
        ],
        [
            poisson("wafers", 25.0, carriers=5),
            periodic("panels", 100.0, route=1, product=1, lots=3, needs=[(0, 30)]),
        ],
        stocks=[11],
    )
    run = Simulation(fab_of(parts), 3, seen_lines=100_000, crossings=True)
    run.run_until(20_000.0)
    came, took = (
        run.crossings[keep] for keep in (run.crossings.units > 0, run.crossings.units < 0)
    )
    entered = run.seen[(run.seen.saw == Saw.ENTERED) & (run.seen.stream == 1)]
    firsts = entered[entered.serial % 3 == 0]
    assert took.size > 100
    assert took[["time_min", "serial", "stream"]].tolist() == [
        tuple(line) for line in firsts[["time_min", "serial", "stream"]].tolist()
    ]
    finished = run.finished[run.finished.stream == 0][: came.size]
    assert came.serial.tolist() == finished.serial.tolist()
    assert came.units.tolist() == (4 * finished.carriers).tolist()
    assert np.allclose(came.time_min, finished.left_min + 7.0, rtol=0, atol=1e-9)


small = st.integers(1, 6)
rates = st.integers(20, 900)


@given(
    lots=st.tuples(small, small, small),
    units=small,
    quantities=st.tuples(small, small, st.integers(0, 3)),
    yields=st.tuples(st.integers(30, 100), st.integers(50, 100)),
    monthly=st.tuples(rates, rates, rates),
    initial=st.integers(0, 50),
    bought=st.lists(
        st.builds(
            delivered, st.sampled_from(["die", "package"]), st.integers(1, 14), st.integers(0, 60)
        ),
        max_size=4,
        unique_by=lambda arrival: (arrival.item, arrival.day),
    ),
    together=st.integers(1, 4),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_books_hold_on_any_small_chain(
    lots, units, quantities, yields, monthly, initial, bought, together, seed
):
    base = chain()
    routes = [
        {"name": r.name, "item": r.item, "plant": r.plant, "carriers_per_lot": n}
        for r, n in zip(base.routes, lots, strict=True)
    ]
    routes[1]["units_per_carrier"] = units
    components = [
        {"parent": "die", "child": "wafer", "quantity": 0.1, "yield_percent": yields[0]},
        {
            "parent": "package",
            "child": "die",
            "quantity": quantities[0],
            "yield_percent": yields[1],
        },
        {"parent": "board", "child": "package", "quantity": quantities[1]},
    ]
    if quantities[2]:
        components.append({"parent": "board", "child": "die", "quantity": quantities[2]})
    starts = [
        {"route": route["name"], "date": START, "carriers_per_month": rate}
        for route, rate in zip(routes, monthly, strict=True)
    ]
    order = {"name": "lots", "route": "make-package", "date": START, "lots": together}
    programme = chain(
        routes=routes,
        components=components,
        starts=starts,
        orders=[order],
        stocks=[{"plant": "line", "item": "die", "initial": initial}],
    )
    found = simulate(
        programme, until_min=15 * DAY, replications=1, seed=seed, arrivals=bought, keep=KEPT
    )
    assert_books_hold(found)


def test_lots_that_enter_together_take_for_each_of_them():
    """Three lots of four carriers, 4 packages on each, 2 / 0.8 dies in each: 40 dies a lot."""
    order = {
        "name": "rush",
        "route": "make-package",
        "date": date(2026, 1, 10),
        "carriers": 4,
        "lots": 3,
        "priority": 5,
    }
    found = simulate(chain(orders=[order]), until_min=30 * DAY, replications=1, keep=KEPT)
    takes = book(found).takes.filter(pl.col("order") == "rush")
    assert takes["lot"].to_list() == [0, 1, 2]
    assert takes["units"].to_list() == [40, 40, 40]
    assert takes["first_unit"].diff().to_list() == [None, 40, 40]


# --- One run, however it is kept ----------------------------------------------------------------


def test_keeping_the_books_changes_nothing(result):
    plain = simulate(chain(), until_min=30 * DAY, replications=2, arrivals=ARRIVALS)
    assert plain.replications[0].crossings is None
    assert result.replications[1].crossings is None
    assert genealogy_tables(plain) == {}
    for kept, bare in zip(result.replications, plain.replications, strict=True):
        assert kept.finished.tolist() == bare.finished.tolist()
        assert kept.stores.tolist() == bare.stores.tolist()


def test_books_that_are_emptied_often_are_the_same(result, monkeypatch):
    monkeypatch.setattr(simulation, "CROSSING_EVENTS", 3)
    tight = simulate(chain(), until_min=30 * DAY, replications=1, arrivals=ARRIVALS, keep=KEPT)
    assert tight.replications[0].crossings.tolist() == result.replications[0].crossings.tolist()


def test_a_run_whose_time_stands_still_is_still_noticed(monkeypatch):
    monkeypatch.setattr(simulation, "CROSSING_EVENTS", 100)
    monkeypatch.setattr(simulation, "EVENTS_AT_ONCE", 1_000)
    again = step("make-wafer", "etch", process=0, rework_percent=99.9999)
    steps = [
        again,
        *(step(r, g, process=1) for r, g in (("make-package", "bond"), ("make-board", "press"))),
    ]
    with pytest.raises(simulation.LimitError, match="no time"):
        simulate(chain(steps=steps), until_min=DAY, replications=1, keep=KEPT)


@pytest.mark.parametrize("mode", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_the_books_are_the_same_to_the_bit_in_every_mode(result, mode):
    done = subprocess.run(
        [sys.executable, __file__],
        env={**os.environ, mode: "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == digest(result)


@pytest.mark.parametrize("at_day", [0.0, 3.3, 17.0, 30.0])
def test_a_snapshot_carries_the_books(result, tmp_path, at_day):
    file = tmp_path / "run.snapshot"
    keep = Keep(genealogy=True, snapshot_at_min=at_day * DAY, snapshot=file)
    simulate(chain(), until_min=30 * DAY, replications=2, arrivals=ARRIVALS, keep=keep)
    resumed = simulate(chain(), arrivals=ARRIVALS, resume=file)
    assert resumed.replications[0].crossings.tolist() == result.replications[0].crossings.tolist()
    assert resumed.replications[1].crossings is None


def test_a_snapshot_without_books_cannot_go_on_with_them(tmp_path):
    file = tmp_path / "run.snapshot"
    simulate(chain(), until_min=9 * DAY, keep=Keep(snapshot_at_min=DAY, snapshot=file))
    with pytest.raises(InputError, match="write the snapshot again with --genealogy"):
        simulate(chain(), resume=file, keep=KEPT)


# --- The command --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run_folder(result, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "chain"
    from fabstack.results.simulate_tables import simulate_tables

    about = {"programme": "chain", "digest": "", "scenario": None, "seed": 1, "command": ""}
    tables = simulate_tables(result, chain())
    with RunWriter(folder, **about) as writer:
        for name, table in tables.items():
            writer.table(name, table)
        for name, values in files_of(tables).items():
            writer.array(name, values)
    return folder


def test_a_stored_run_has_the_same_arrays_with_its_files_and_without_them(result, run_folder):
    run, fresh = open_run(run_folder), book(result)
    bare = open_run(run_folder)
    bare.arrays = ()  # as of a run that was written before there were any
    for name in Index._fields:
        values = getattr(fresh.index, name).tolist()
        assert getattr(genealogy_of(run).index, name).tolist() == values, name
        assert getattr(genealogy_of(bare).index, name).tolist() == values, name
    assert genealogy_of(run).words == fresh.words


def test_the_tables_can_be_read_back_from_the_arrays(result):
    for name, table in genealogy_tables(result).items():
        again = getattr(book(result), name.removeprefix("sim_"))
        assert again.schema == table.schema
        assert again.rows() == table.rows()


def test_a_run_without_a_crossing_can_be_asked(tmp_path):
    nothing = simulate(chain(starts=[]), until_min=DAY, replications=1, keep=KEPT)
    genealogy = book(nothing)
    assert genealogy.takes.is_empty()
    assert genealogy.arrivals["units"].to_list() == [37]  # dies of before the run
    with RunWriter(tmp_path / "empty") as writer:
        for name, table in genealogy_tables(nothing).items():
            writer.table(name, table)
        for name, values in files_of(genealogy_tables(nothing)).items():
            writer.array(name, values)
    stored = genealogy_of(open_run(tmp_path / "empty"))
    assert stored.up(np.array([0])).take.tolist() == []
    assert stored.down(np.arange(0)).arrival.tolist() == []


def test_a_lot_that_got_none_of_the_units_of_its_entry_has_no_part_in_them():
    """Three lots enter together and take one unit: two of them take nothing of it."""
    orders, items, suppliers = pl.Enum(["panels"]), pl.Enum(["die"]), pl.Enum(["bridge"])
    arrivals = pl.DataFrame(
        {
            "item": pl.Series(["die"], dtype=items),
            "first_unit": [0],
            "last_unit": [9],
            "units": [10],
            "time_ticks": [0],
            "order": pl.Series([None], dtype=orders),
            "lot": pl.Series([None], dtype=pl.Int64),
            "supplier": pl.Series(["bridge"], dtype=suppliers),
        }
    )
    takes = pl.DataFrame(
        {
            "order": pl.Series(["panels"] * 3, dtype=orders),
            "lot": [0, 1, 2],
            "item": pl.Series(["die"] * 3, dtype=items),
            "first_unit": [4, 4, 4],
            "units": [0, 0, 1],
            "time_ticks": [5, 5, 5],
        }
    )
    genealogy = Genealogy(index_of(arrivals, takes), words_of(arrivals.schema))
    assert genealogy.down(np.array([0, 1, 2])).take.tolist() == [2]
    assert genealogy.up(np.array([0])).take.tolist() == [2]


def test_the_number_of_a_lot_cannot_reach_into_the_next_order(result):
    genealogy = book(result)
    first, second = genealogy.words.orders[:2]
    assert genealogy.knows(Lot(second, 1))
    assert not genealogy.knows(Lot(first, (1 << LOT_BITS) + 1))
    assert not genealogy.knows(Lot(first, 10**40))


def test_an_array_that_is_cut_off_is_one_clear_line(run_folder, tmp_path, capsys):
    broken = tmp_path / "broken"
    shutil.copytree(run_folder, broken)
    file = broken / "arrays" / "genealogy_took.npy"
    file.write_bytes(file.read_bytes()[:200])
    assert exit_code(["trace", str(broken), "make-board:0/41"]) == 2
    assert "genealogy_took.npy" in capsys.readouterr().err


def test_the_document_of_a_lot(run_folder, capsys):
    assert exit_code(["trace", str(run_folder), "make-board/60", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["order"], found["lot"], found["direction"]) == ("make-board:0", 60, "down")
    near = [link for link in found["links"] if link["level"] == 1]
    assert sum(link["units"] for link in near if link["item"] == "package") == 9
    assert sum(link["units"] for link in near if link["item"] == "die") == 3
    assert found["ends"]
    assert {end["item"] for end in found["ends"]} <= {"die", "package"}


def test_the_nth_unit_is_that_of_the_lot_that_brought_it(result, run_folder):
    arrivals = book(result).arrivals.filter(pl.col("item") == "die")
    for row in arrivals[:: max(1, arrivals.height // 9)].iter_rows(named=True):
        for unit in {row["first_unit"] + 1, row["first_unit"] + row["units"]}:
            found = trace(open_run(run_folder), "die", unit=unit)
            assert (found["order"], found["lot"]) == (row["order"], row["lot"])


def test_a_delivery_is_traced_to_the_boards_that_hold_it(run_folder, capsys):
    assert exit_code(["trace", str(run_folder), "bridge/package/2026-01-05", "--up"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("bridge: 40 package, 2026-01-05 (day 4.00)")
    assert "lots of make-board:0, which became" in said


def test_a_wafer_lot_has_no_parts_and_says_so(run_folder, capsys):
    assert exit_code(["trace", str(run_folder), "make-wafer:0/3"]) == 0
    assert "here its story begins" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (["make-bord:0/1"], "did you mean 'make-board:0'?"),
        (["make-board:0/99999"], "nearest: 'make-board:0/"),
        (["make-board:0/99999999999999999999"], "nearest: 'make-board:0/"),
        (["make-board:0/one"], "has no lot 'one'"),
        (["make-board"], "has no order"),
        (["bridge/package/2026-01-06", "--up"], "did you mean 'bridge/package/2026-01-05'?"),
        (["dye", "--unit", "4"], "did you mean 'die'?"),
        (["die", "--unit", "99999999"], "one of them"),
    ],
)
def test_an_unknown_lot_is_named_with_the_nearest(run_folder, capsys, words, cure):
    assert exit_code(["trace", str(run_folder), *words]) == 2
    assert cure in capsys.readouterr().err


def test_a_run_without_books_says_how_to_get_them(project, tmp_path, capsys):
    folder = tmp_path / "run"
    words = ["simulate", str(project / "programmes" / "toy-chain"), "--out", str(folder)]
    assert exit_code([*words, "--until", "90d", "--replications", "1"]) == 0
    assert exit_code(["trace", str(folder), "make-board:0/1"]) == 2
    assert "--genealogy --out DIR" in capsys.readouterr().err


def test_the_toy_chain_by_hand(project, tmp_path, capsys):
    """A wafer is ten dies, a lot of packages takes ten, a board one package."""
    folder = tmp_path / "run"
    programme = project / "programmes" / "toy-chain"
    words = ["simulate", str(programme), "--genealogy", "--out", str(folder), "--replications", "1"]
    assert exit_code([*words, "--until", "90d"]) == 0
    genealogy = genealogy_of(open_run(folder))
    board = Lot("make-board:0", int(genealogy.numbers("make-board:0")[-1]))
    links = genealogy.down(genealogy.take_rows(board))
    assert links.units.tolist() == [1, 10]
    assert genealogy.arrivals[links.arrival]["order"].to_list() == [
        "make-package:0",
        "make-wafer:0",
    ]
    (wafer,) = genealogy.arrivals[links.arrival[1:]].select("order", "lot").rows()
    held = genealogy.up(genealogy.arrival_rows(Lot(*wafer)))
    boards = genealogy.takes[held.take].filter(pl.col("order") == "make-board:0")
    assert boards.height in range(1, 11)
    assert board.number in boards["lot"]


if __name__ == "__main__":  # in the mode that the environment asks for
    sys.stdout.write(digest(run_it()))
