"""A plant that is followed less closely gives the same output, and cycle times that say why."""

import json
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabstack.arrays.types import ToolState
from fabstack.cli import exit_code
from fabstack.economics.capacity import raw_process_min
from fabstack.errors import InputError
from fabstack.model import Programme
from fabstack.model.plants import Fidelity
from fabstack.model.routes import Step
from fabstack.results.measured import measured_in
from fabstack.results.simulate_tables import simulate_tables
from fabstack.results.store import RunWriter, open_run
from fabstack.simulate import fidelity
from fabstack.simulate.fidelity import Measured, simplified, survivors
from fabstack.simulate.planned_load import PlannedLoad
from fabstack.simulate.run import simulate
from fabstack.studies.changes import with_fidelity

DAY = 1440.0
START = date(2026, 1, 1)
MONTH_H = 730.5
LONG = {"until_min": 400 * DAY, "warm_up_min": 20 * DAY, "replications": 4}


def step(route, number, group, process, **more):
    row = {"route": route, "step": number, "name": "work", "tool_group": group, "process": process}
    return row | more


def plant(**changes):
    """Two tool groups: one busy (10 h of 12 for each lot), one with little to do; random starts.

    60.875 lots a month are one every 12 hours.
    """
    tables = {
        "programme": {"name": "two", "start": START, "end": date(2028, 12, 31)},
        "items": [{"name": "thing", "kind": "board"}],
        "plants": [{"name": "works", "kind": "other"}],
        "tool_groups": [
            {"name": "busy", "plant": "works", "tools": 1},
            {"name": "idle", "plant": "works", "tools": 2, "load_min": 5, "unload_min": 10},
        ],
        "routes": [{"name": "make", "item": "thing", "plant": "works", "carriers_per_lot": 10}],
        "steps": [
            step("make", 10, "idle", "exponential(120)"),
            step("make", 20, "busy", "exponential(600)"),
            step("make", 30, "idle", 240),
        ],
        "starts": [{"route": "make", "date": START, "carriers_per_month": 608.75, "spread": True}],
    }
    return Programme.model_validate(tables | changes)


SPOILING = [
    step("make", 10, "idle", 60, yield_percent=97),
    step("make", 20, "busy", 300, yield_percent=95, rework_percent=20, rework_to=10),
    step("make", 30, "idle", 60, sampling_percent=50, lot_scrap_percent=4, yield_percent=90),
]


def by_bottlenecks(programme, load_percent=70.0, name="works"):
    return with_fidelity(programme, name, Fidelity.BOTTLENECKS, load_percent)


def by_cycle_time(programme, x_factor=None, name="works"):
    return with_fidelity(programme, name, Fidelity.CYCLE_TIME, x_factor)


def stays_min(result):
    """[replication]  mean cycle time of the lots that left good."""
    good = [run.finished[run.finished.carriers > 0] for run in result.replications]
    return np.array([(lots.left_min - lots.entered_min).mean() for lots in good])


def all_stays_min(result):
    """[lot]  of all replications."""
    return np.concatenate(
        [r.finished.left_min - r.finished.entered_min for r in result.replications]
    )


def out(result):
    """[replication]  carriers that left after the warm-up, and lots that entered."""
    since = [run.readings[-1].since(run.readings[0]) for run in result.replications]
    return np.array([read.carriers_left.sum() for read in since]), np.array(
        [read.entered.sum() for read in since]
    )


def waits_min(result, *groups):
    places = [result.names.groups.index(group) for group in groups]
    return [run.readings[-1].waited_min[places].tolist() for run in result.replications]


def carriers_of(result):
    """What each lot came to, by its number."""
    return [
        dict(zip(r.finished.serial, r.finished.carriers, strict=True)) for r in result.replications
    ]


def stored(result, programme, folder):
    about = {"programme": "two", "digest": "", "scenario": None, "seed": 1, "command": ""}
    with RunWriter(folder, **about) as writer:
        for name, table in simulate_tables(result, programme).items():
            writer.table(name, table)
    return open_run(folder)


@pytest.fixture(scope="module")
def full():
    return simulate(plant(), **LONG)


@pytest.fixture(scope="module")
def measured(full, tmp_path_factory):
    return measured_in(stored(full, plant(), tmp_path_factory.mktemp("runs") / "full"))


# --- Planned load -------------------------------------------------------------------------------


def test_the_planned_load_is_hours_asked_for_over_hours_there():
    """10 h for a lot every 12 h; and 2.5 h and 4.25 h with handling on two tools."""
    shares = PlannedLoad(plant(), START, 100 * DAY).shares()
    assert shares["busy"] == pytest.approx(10 / 12)
    assert shares["idle"] == pytest.approx((2.25 + 4.25) / 12 / 2)


def test_the_highest_load_of_the_window_counts():
    """Starts double in March while a tool comes in April; work without a tool is endless load."""
    starts = [
        {"route": "make", "date": START, "carriers_per_month": 300},
        {"route": "make", "date": date(2026, 3, 1), "carriers_per_month": 600},
    ]
    deliveries = [{"tool_group": "busy", "date": date(2026, 4, 1), "tools": 1}]
    more = plant(starts=starts, deliveries=deliveries)
    assert PlannedLoad(more, START, 59 * DAY).shares()["busy"] == pytest.approx(300 / MONTH_H)
    assert PlannedLoad(more, START, 300 * DAY).shares()["busy"] == pytest.approx(600 / MONTH_H)
    late = PlannedLoad(more, date(2026, 4, 1), 300 * DAY).shares()["busy"]
    assert late == pytest.approx(300 / MONTH_H)
    none = plant(tool_groups=[{"name": n, "plant": "works"} for n in ("busy", "idle")])
    assert PlannedLoad(none, START, 30 * DAY).shares() == {"busy": math.inf, "idle": math.inf}


def test_orders_count_at_their_interval_or_spread_over_the_window():
    every = {"name": "a", "route": "make", "date": START, "lots": 100, "every_h": 20}
    at_once = {"name": "b", "route": "make", "date": START, "lots": 30, "carriers": 5}
    load = PlannedLoad(plant(starts=[], orders=[every]), START, 50 * DAY)
    assert load.shares()["busy"] == pytest.approx(10 / 20)
    load = PlannedLoad(plant(starts=[], orders=[at_once]), START, 50 * DAY)
    assert load.shares()["busy"] == pytest.approx(30 * 5 / (50 * 24))


# --- Bottlenecks --------------------------------------------------------------------------------


def test_full_plants_are_left_alone():
    programme = plant()
    assert simplified(programme, START, DAY).programme is programme


def test_no_load_below_nothing_changes_no_bit(full):
    same = simulate(by_bottlenecks(plant(), 0), **LONG)
    for one, other in zip(same.replications, full.replications, strict=True):
        assert one.finished.tolist() == other.finished.tolist()


def test_delays_are_really_unlimited(full):
    """Nobody waits there, at three tools or at a start of two thousand lots in one minute."""
    simple = simulate(by_bottlenecks(plant()), **LONG)
    assert min(min(waits) for waits in waits_min(full, "busy", "idle")) > 0
    assert waits_min(simple, "idle") == [[0.0]] * 4
    rush = [{"name": "rush", "route": "make", "date": START, "lots": 2000}]
    alone = by_bottlenecks(plant(orders=rush), 100_000)
    crowd = simulate(alone, until_min=30 * DAY, replications=1)
    assert crowd.replications[0].finished.size > 2000
    assert waits_min(crowd, "busy", "idle") == [[0.0, 0.0]]
    assert len(crowd.left_out) == 1


def test_bottlenecks_alone_give_the_output_and_nearly_the_cycle_time(full):
    """The idle group's queue is all that is lost: a few minutes of some 60 hours."""
    simple = simulate(by_bottlenecks(plant()), **LONG)
    assert out(simple)[1].tolist() == out(full)[1].tolist()  # the same lots enter
    assert out(simple)[0] == pytest.approx(out(full)[0], rel=0.02)
    lost = np.array(waits_min(full, "idle")).sum() / sum(r.finished.size for r in full.replications)
    gap = stays_min(full).mean() - stays_min(simple).mean()
    assert 0 < lost < 60
    assert abs(gap - lost) < 0.05 * stays_min(full).mean()


def test_all_groups_below_the_share_leave_the_raw_process_time():
    constant = [step("make", 10, "idle", 120), step("make", 20, "busy", 600)]
    programme = plant(steps=constant)
    simple = simulate(by_bottlenecks(programme, 1000), until_min=90 * DAY, replications=1)
    raw_min = raw_process_min(programme, "make")
    assert raw_min == 120 + 15 + 600
    lots = simple.replications[0].finished
    assert lots.size > 100
    assert np.allclose(lots.left_min - lots.entered_min, raw_min, rtol=0, atol=1e-6)


def test_each_lot_is_scrapped_as_at_full_fidelity():
    """Yield, sampling, rework and lot scrap have the same luck, whatever the queues."""
    programme = plant(steps=SPOILING)
    whole, simple = (
        carriers_of(simulate(each, until_min=200 * DAY, replications=2))
        for each in (programme, by_bottlenecks(programme))
    )
    for one, other in zip(whole, simple, strict=True):
        both = one.keys() & other.keys()
        assert len(both) > 300
        assert {one[lot] for lot in both} != {10}
        assert all(one[lot] == other[lot] for lot in both)


def test_measured_waits_make_up_for_the_queues(full, measured):
    """All groups are delays, each visit with its mean wait of before: the mean is the same."""
    simple = simulate(by_bottlenecks(plant(), 1000), measured=measured, **LONG)
    assert waits_min(simple, "busy", "idle") == [[0.0, 0.0]] * 4
    without = simulate(by_bottlenecks(plant(), 1000), **LONG)
    assert all_stays_min(without).mean() < 0.5 * all_stays_min(full).mean()
    assert all_stays_min(simple).mean() == pytest.approx(all_stays_min(full).mean(), rel=0.02)
    assert "2 of them with their measured mean wait" in simple.left_out[0]


def test_batches_setups_and_downtime_are_gone_from_delays_alone():
    rows = {
        "breakdowns": [
            {"tool_group": name, "name": "b", "between": 50, "repair": 5}
            for name in ("busy", "idle")
        ],
        "maintenances": [{"tool_group": "idle", "name": "m", "every_h": 100, "duration": 5}],
        "setups": [{"tool_group": "idle", "from_setup": "", "to_setup": "a", "setup_min": 30}],
        "steps": [
            step("make", 10, "idle", 60, basis="batch", batch_minimum=20, batch_maximum=40),
            step("make", 20, "busy", 300),
            step("make", 30, "idle", 60, setup="a"),
        ],
        "orders": [{"name": "big", "route": "make", "date": START, "carriers": 15}],
    }
    programme = by_bottlenecks(plant(**rows), 30)
    simple = simplified(programme, START, 90 * DAY)
    assert simple.delays == {"idle"}
    assert [row.tool_group for row in simple.programme.breakdowns] == ["busy"]
    assert (simple.programme.maintenances, simple.programme.setups) == ((), ())
    result = simulate(programme, until_min=90 * DAY, replications=1)
    state = result.replications[0].readings[-1].state_min
    assert state[0, ToolState.UNSCHEDULED_DOWN] > 0
    down = [ToolState.UNSCHEDULED_DOWN, ToolState.SCHEDULED_DOWN, ToolState.SETUP]
    assert state[1, down].tolist() == [0, 0, 0]
    assert waits_min(result, "idle") == [[0.0]]  # not for a second lot of a batch either
    assert 15 in result.replications[0].finished.carriers  # more than one batch may hold by default


def test_hours_closed_stretch_a_delay_and_stop_the_tools_that_stay():
    calendar = [{"name": "days", "hours_per_day": 18}]
    closed = {
        "plants": [{"name": "works", "kind": "other", "calendar": "days"}],
        "calendars": calendar,
    }
    constant = [step("make", 10, "idle", 120), step("make", 20, "busy", 100)]
    programme = by_bottlenecks(plant(steps=constant, **closed), 15)
    starts = {"until_min": 60 * DAY, "replications": 1}
    state = simulate(programme, **starts).replications[0].readings[-1].state_min
    assert state[0, ToolState.NON_SCHEDULED] / state[0].sum() == pytest.approx(0.25)
    open_h = PlannedLoad(plant(steps=constant, **closed), START, DAY).shares()
    assert open_h["busy"] == pytest.approx(100 / 720 / 0.75)
    alone = by_bottlenecks(plant(steps=constant[:1], **closed), 1000)
    lots = simulate(alone, **starts).replications[0].finished
    assert np.allclose(lots.left_min - lots.entered_min, (120 + 15) / 0.75, atol=1e-6)


def test_too_few_places_are_told(monkeypatch):
    monkeypatch.setattr(fidelity, "MOST_PLACES", 1)
    monkeypatch.setattr(fidelity, "MARGIN", 0.0)
    result = simulate(by_bottlenecks(plant()), until_min=60 * DAY, replications=2)
    assert "the delay 'idle' had too few places" in result.left_out[-1]


# --- Cycle time ---------------------------------------------------------------------------------


def test_an_x_factor_multiplies_the_raw_process_time():
    simple = simulate(by_cycle_time(plant(), 2.5), until_min=90 * DAY, replications=1)
    lots = simple.replications[0].finished
    raw_min = raw_process_min(plant(), "make")
    assert np.allclose(lots.left_min - lots.entered_min, 2.5 * raw_min, rtol=0, atol=1e-6)
    assert "1 of 2.5 x raw process time" in simple.left_out[0]


def test_measured_cycle_times_come_again_with_their_spread(full, measured):
    simple = simulate(by_cycle_time(plant()), measured=measured, **LONG)
    pooled = [all_stays_min(full), all_stays_min(simple)]
    error = pooled[1].std() / math.sqrt(pooled[1].size)
    assert abs(pooled[1].mean() - pooled[0].mean()) < 4 * error
    for percent in (10, 50, 90):
        before, after = (np.percentile(values, percent) for values in pooled)
        assert after == pytest.approx(before, rel=0.08)
    assert out(simple)[1].tolist() == out(full)[1].tolist()


def test_without_loss_every_lot_comes_out_whole():
    for programme in (by_cycle_time(plant(), 1.0), by_bottlenecks(plant(), 1000)):
        result = simulate(programme, until_min=200 * DAY, replications=1)
        run = result.replications[0]
        assert set(run.finished.carriers) == {10}
        assert run.readings[-1].carriers_scrapped.tolist() == [0]
        assert run.finished.size + run.inside.size == run.readings[-1].entered.sum()


def test_yield_and_scrap_keep_the_expected_output():
    """Share of carriers that come out: full, by cycle time, and by the formula."""
    programme = plant(steps=SPOILING)
    expected = survivors([Step(**row, batch_family="") for row in SPOILING])[0]
    for each in (programme, by_cycle_time(programme, 1.0)):
        result = simulate(each, until_min=1000 * DAY, warm_up_min=0, replications=4)
        lots = np.concatenate([run.finished.carriers / 10 for run in result.replications])
        assert lots.size > 7_000
        assert abs(lots.mean() - expected) < 4 * lots.std() / math.sqrt(lots.size)


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 100), st.integers(50, 100), st.integers(0, 60), st.integers(0, 4)),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=100)
def test_survivors_are_what_walking_along_the_route_gives(rows):
    """The distribution of a carrier over the steps, moved on until nothing is left on the way."""
    steps = [
        Step(
            **step("make", place + 1, "idle", 1, batch_family=""),
            sampling_percent=sampled,
            yield_percent=good,
            rework_percent=again,
            rework_to=min(back, place) + 1,
        )
        for place, (sampled, good, again, back) in enumerate(rows)
    ]
    at, out_share = np.eye(len(rows) + 1)[0], 0.0
    for _ in range(5000):
        moved = np.zeros(len(rows) + 1)
        for place, (sampled, good, again, back) in enumerate(rows):
            p, y, r = sampled / 100, good / 100, again / 100
            moved[place + 1] += at[place] * (p * y * (1 - r) + 1 - p)
            moved[min(back, place)] += at[place] * p * y * r
        out_share += moved[-1]
        moved[-1] = 0.0
        at = moved
        if at.sum() < 1e-14:
            break
    assert survivors(steps)[0] == pytest.approx(out_share, abs=1e-9)


def test_lots_inside_have_the_rest_of_their_work_before_them():
    """Steps of 100, 300 and 600 minutes, X = 2: before the second step 1,800 minutes are left."""
    steps = [step("make", 10 * k, "busy", minutes) for k, minutes in ((1, 100), (2, 300), (3, 600))]
    wip = [{"name": str(k), "route": "make", "step": 10 * k, "carriers": 10} for k in (1, 2, 3)]
    programme = by_cycle_time(plant(steps=steps, starts=[], wip=wip), 2.0)
    lots = simulate(programme, until_min=10 * DAY, replications=1).replications[0].finished
    assert sorted(lots.left_min.tolist()) == pytest.approx([1200, 1800, 2000])


def test_nobody_knows_the_cycle_time_of_a_route():
    with pytest.raises(InputError, match="--fidelity works=cycle-time"):
        simulate(by_cycle_time(plant()), until_min=DAY)
    other = Measured(cycle_min={"another": [1.0]})
    with pytest.raises(InputError, match="none is known of route 'make'"):
        simulate(by_cycle_time(plant()), until_min=DAY, measured=other)


# --- Several plants -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def toy(project):
    from fabstack import load

    base = load(project / "programmes" / "toy-chain")
    starts = [
        {"route": f"make-{item}", "date": date(2026, 7, 1), "carriers_per_month": rate}
        for item, rate in (("wafer", 600), ("package", 500), ("board", 1000))
    ]
    return Programme.model_validate({**dict(base), "starts": starts})


@pytest.mark.parametrize("mixed", [False, True])
def test_a_chain_of_plants_makes_what_it_made(toy, mixed):
    """Parts limit the boards; a fab of bottlenecks and a line of one delay pass as many on."""
    window = {"until_min": 200 * DAY, "warm_up_min": 0.0, "replications": 1}
    full = simulate(toy, **window).replications[0]
    changed = by_bottlenecks(toy, 100, "fab")
    if mixed:
        changed = by_cycle_time(changed, 3.0, "packaging")
    result = simulate(changed, **window)
    simple = result.replications[0]
    assert len(result.left_out) == 1 + mixed
    assert simple.stores.arrived == pytest.approx(full.stores.arrived, rel=0.01)
    assert full.stores.arrived.min() > 1000


def test_cycle_times_are_kept_by_route(toy):
    """100 values for each route, and their mean is the mean of the route's lots."""
    tables = simulate_tables(simulate(toy, until_min=90 * DAY, replications=2), toy)
    times = tables["sim_cycle_times"]
    assert times.height == 300
    for route, mean in tables["sim_products"].select("route", "cycle_time_days_mean").iter_rows():
        found = times.filter(route=route)["cycle_time_days"]
        assert found.mean() == pytest.approx(mean, rel=0.01)


# --- The command --------------------------------------------------------------------------------


def document(capsys, *words, code=0):
    assert exit_code(["simulate", *map(str, words), "--json"]) == code
    said = capsys.readouterr()
    return json.loads(said.out)


def test_the_command_takes_fidelity_and_an_earlier_run(project, tmp_path, capsys):
    line = project / "programmes" / "single-queue"
    days = ["--until", "200d", "--replications", "1"]
    full = document(capsys, line, *days, "--out", tmp_path / "run")
    (name,) = {group["plant"] for group in full["toolgroups"]}
    again = document(
        capsys, line, *days, "--fidelity", f"{name}=cycle-time", "--measured", tmp_path / "run"
    )
    assert "1 as measured in an earlier run" in again["left_out"][0]
    before, after = (d["lots"][0]["cycle_time_days"] for d in (full, again))
    assert after["mean"] == pytest.approx(before["mean"], rel=0.1)
    assert after["p95"] == pytest.approx(before["p95"], rel=0.1)


@pytest.mark.parametrize(
    ("option", "cure"),
    [
        ("nowhere=full", "'nowhere' is not known"),
        ("station=sharp", "one of full, bottlenecks, cycle-time"),
        ("station=cycle-time:0.5", "at least 1"),
        ("station", "one of full"),
    ],
)
def test_an_option_that_is_wrong_says_what_it_takes(project, capsys, option, cure):
    line = project / "programmes" / "single-queue"
    found = document(capsys, line, "--fidelity", option, code=2)
    assert cure in json.dumps(found)


def test_a_run_that_measured_nothing_is_refused(project, tmp_path, capsys):
    folder = tmp_path / "run"
    with RunWriter(folder, programme="x", digest="", scenario=None, seed=1, command=""):
        pass
    line = project / "programmes" / "single-queue"
    found = document(capsys, line, "--measured", folder, code=2)
    assert "no table sim_cycle_times" in found["message"]
