"""Plan and simulation in turns, where the end is known by theory."""

import json
from dataclasses import replace
from datetime import date

import pytest
from tests.studies.agree_samples import with_demand_at_release_rate

from fabstack import load
from fabstack.cli import exit_code
from fabstack.formats import save
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.plan import PlanOptions, plan
from fabstack.results.catalogue import TABLES
from fabstack.results.store import open_run
from fabstack.studies import agree as study
from fabstack.studies.agree import AgreeOptions, agree
from fabstack.studies.agree_measure import AGREES, APART, PILES_UP
from fabstack.studies.agree_starts import _manners, executed, planned_output, supplied

DAY = 1440.0


@pytest.fixture(scope="module")
def queue(project):
    return load(project / "programmes" / "single-queue")


@pytest.fixture(scope="module")
def toy(project):
    return load(project / "programmes" / "toy-chain")


@pytest.fixture(scope="module")
def queued(queue):
    return agree(queue, AgreeOptions(until_min=1000 * DAY, warm_up_min=100 * DAY, replications=4))


@pytest.fixture(scope="module")
def chained(toy):
    return agree(toy, AgreeOptions())


def test_the_lead_time_of_one_queue_is_that_of_the_theory(queued):
    """M/M/1: time in the system = service time / (1 - load) = 9 min / 0.1."""
    assert queued.agrees
    assert queued.delivers
    first, last = queued.iterations[0].routes[0], queued.iterations[-1].routes[0]
    assert first["lead_time_days_planned"] == pytest.approx(1.5 * 9 / DAY)
    assert first["verdict"] == APART
    error = last["cycle_time_days_ci95"] / 3.182 * 4  # four standard errors; t of 3 is 3.182
    assert last["lead_time_days_planned"] == pytest.approx(90 / DAY, abs=error)


def test_a_chain_without_queues_is_planned_with_its_process_times(chained):
    """Nobody waits, so the cycle times are 60, 30 and 15 min, whatever the formula said."""
    assert chained.agrees
    assert len(chained.iterations) == 2
    last = {row["route"]: row for row in chained.iterations[-1].routes}
    minutes = {"make-wafer": 60, "make-package": 30, "make-board": 15}
    for route, expected in minutes.items():
        assert last[route]["lead_time_days_planned"] * DAY == pytest.approx(expected)
        assert last[route]["error_percent"] == pytest.approx(0.0, abs=1e-9)
    assert chained.delivers
    assert {row["item"] for row in chained.iterations[-1].items} == {"wafer", "package", "board"}


def test_what_nobody_can_make_is_said_to_pile_up_and_its_time_is_no_lead_time(queue):
    """A tool that is there half as often as the plan believes: lots wait without end."""
    twice = tuple(replace(step, process=replace(step.process, parameters=(18.0,)))
                  for step in queue.steps)  # fmt: skip
    assert twice[0].process.mean == 18
    slower = queue.model_copy(update={"steps": twice})
    found = plan(queue)
    started = executed(slower, found)
    result = study.simulate(started, until_min=60 * DAY, warm_up_min=0.0, replications=1)
    rows = list(study.route_rows(slower, found, result, 1e9))
    assert rows[0]["verdict"] == PILES_UP
    assert "were started" in rows[0]["why"]


def test_a_route_that_begins_late_is_not_said_to_pile_up(toy):
    """Lots of 20 days are started on the last 30 of 60 days: a third of them are due, and end."""
    days = tuple(replace(step, process=replace(step.process, parameters=(20 * DAY,)))
                 if step.route == "make-wafer" else step for step in toy.steps)  # fmt: skip
    many = tuple(replace(group, tools=1000) for group in toy.tool_groups)
    slow = toy.model_copy(update={"steps": days, "tool_groups": many})
    found = plan(slow, options=PlanOptions(lead_times_months={"make-wafer": 20 / DAYS_PER_MONTH}))
    place = found.names.routes.index("make-wafer")
    found.starts[place] = [30.0 * (first >= date(2026, 11, 1)) for first in found.names.months]
    opens = replace(slow.simulation, starts_on=date(2026, 10, 2))
    slow = slow.model_copy(update={"simulation": opens})
    started = executed(slow, found)
    result = study.simulate(started, until_min=60 * DAY, warm_up_min=0.0, replications=1)
    (row,) = [row for row in study.route_rows(slow, found, result, 5.0)
              if row["route"] == "make-wafer"]  # fmt: skip
    assert row["lots_completed"] < 0.5 * row["lots_started"]
    assert (row["verdict"], row["why"]) == (AGREES, "")


def test_tables_are_as_catalogued_and_number_their_iterations(chained):
    tables = chained.tables()
    for name, frame in tables.items():
        assert tuple(frame.columns) == TABLES[name].column_names
    assert tables["agree_plants"]["iteration"].unique().to_list() == [1, 2]
    worst = tables["agree_plants"].filter(iteration=1, plant="fab")["error_percent_worst"]
    assert worst.to_list() == pytest.approx([150.0])  # X-factor 2.5 where nothing waits


def test_threads_and_repetition_change_nothing(toy, chained):
    again = agree(toy, AgreeOptions(workers=2)).tables()
    assert all(again[name].equals(table) for name, table in chained.tables().items())


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, 2.0),  # the first goes all the way to the measured time
        ((8.0, 2.0), 2.0),  # so does one whose time does not move with the plan
        ((8.0, 0.0), 8 / 3),  # 4 days less made it 2 longer: 2 / (1 + 1 / 2) less end in 8 / 3
        ((5.0, 0.0), 3.0),  # a third of the way would meet; it is half at least
        ((4.0, 5.0), 3.0),  # the plan did not move: nothing is known
    ],
)
def test_an_update_goes_as_far_as_the_measured_time_comes_to_meet_it(chained, before, expected):
    def iteration(number, planned, measured):
        row = {**chained.iterations[0].routes[0], "verdict": APART,
               "lead_time_days_planned": planned, "cycle_time_days_mean": measured}  # fmt: skip
        return replace(chained.iterations[0], number=number, routes=[row], groups=[])

    iterations = [iteration(1, *before)] if before else []
    iterations.append(iteration(len(iterations) + 1, 4.0, 2.0))
    planning = study._updated(PlanOptions(), iterations, AgreeOptions())
    (days,) = [months * DAYS_PER_MONTH for months in planning.lead_times_months.values()]
    assert days == pytest.approx(expected)


def test_only_groups_that_limit_the_plan_lose_capacity(chained):
    """A full tool that takes a quarter more hours than planned gives four fifths of them."""
    full = {"tool_group": "full", "busy_ratio": 1.25, "load_percent_planned": 95.0}
    idle = {"tool_group": "idle", "busy_ratio": 1.25, "load_percent_planned": 50.0}
    oven = {"tool_group": "oven", "busy_ratio": 2.0, "load_percent_planned": 50.0}
    groups = [
        {**row, "efficiency": 1.0, "makes_batches": row is oven} for row in (full, idle, oven)
    ]
    iteration = replace(chained.iterations[0], groups=groups)
    planning = study._updated(PlanOptions(), [iteration], AgreeOptions())
    assert planning.efficiencies == {"full": pytest.approx(0.8)}


def test_a_stopped_study_keeps_what_was_finished(toy, monkeypatch):
    real, calls = study.simulate, []

    def stopped(*words, **options):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*words, **options)

    monkeypatch.setattr(study, "simulate", stopped)
    agreement = agree(toy, AgreeOptions())
    assert agreement.was_stopped
    assert [each.number for each in agreement.iterations] == [1]
    assert not agreement.agrees


def test_the_plan_is_started_as_it_says_and_fed_with_what_was_under_way(toy):
    """Starts are the plan's month by month; what left of older lots comes out of a store."""
    found = plan(toy, options=PlanOptions(lead_times_months={"make-package": 1.5}))
    started = executed(toy, found)
    rows = [row for row in started.starts if row.route == "make-board"]
    at = found.names.routes.index("make-board")
    assert rows[0].carriers_per_month == pytest.approx(found.starts[at][0])
    opening = toy.simulation.starts_on
    left = planned_output(found, "make-package", opening, 1.5 * DAYS_PER_MONTH)
    came = sum(a.units for a in supplied(toy, found) if a.item == "package" and not a.supplier)
    stock = found.stock[:, found.names.months.index(opening) - 1].sum()
    assert left > 100
    assert came == pytest.approx(left, abs=stock + 2)


def test_the_command_prints_one_document_and_writes_a_run(project, tmp_path, capsys):
    toy, out = str(project / "programmes" / "toy-chain"), tmp_path / "agreed"
    assert exit_code(["study", "agree", toy, "--json", "--out", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["agrees"], found["delivers"], found["iterations"]) == (True, True, 2)
    assert {row["verdict"] for row in found["routes"] if row["iteration"] == 2} == {AGREES}
    names = ("agree_items", "agree_plants", "agree_routes", "agree_tool_groups")
    assert open_run(out).tables == names
    assert exit_code(["study", "agree", toy, "--iterations", "1"]) == 0
    assert "do not agree within 5 %" in capsys.readouterr().out


def test_a_programme_without_demand_is_refused(queue, tmp_path, capsys):
    bare = queue.model_copy(update={"needs": (), "volumes": (), "markets": ()})
    save(bare, tmp_path / "bare")
    assert exit_code(["study", "agree", str(tmp_path / "bare")]) == 2
    assert "no demand to plan for" in capsys.readouterr().err


def test_planned_starts_keep_the_priorities_and_due_dates_of_a_folder_of_orders(shared):
    """LVHM releases 25 wafers of each product every 4.3077 h, and hot lots every 168 h."""
    folder = shared / "smt2020" / "LVHM"
    if not folder.is_dir():
        pytest.skip("the copy of SMT2020 (../shared/smt2020) is not beside this checkout")
    programme = with_demand_at_release_rate(load(folder))
    route = next(route for route in programme.routes if route.name == "r_1")
    manners = {
        start.priority: (share, start.due_days) for share, start in _manners(programme, route)
    }
    usual, hot = 1 / 4.30766666666667, 1 / 168
    assert manners[20][0] == pytest.approx(hot / (usual + hot))
    assert manners[10][0] + manners[20][0] == pytest.approx(1.0)
    assert manners[20][1] == pytest.approx(33.9457291666667)
    wanted = {volume.market: volume.units_per_year for volume in programme.volumes}
    assert wanted[route.item] == pytest.approx(25 * 8766 * (usual + hot))


def test_on_the_public_fab_all_lead_times_agree_and_the_plan_is_delivered(shared):
    """LVHM: ten products on 106 tool groups, queues and setups that no formula knows."""
    folder = shared / "smt2020" / "LVHM"
    if not folder.is_dir():
        pytest.skip("the copy of SMT2020 (../shared/smt2020) is not beside this checkout")
    programme = with_demand_at_release_rate(load(folder))
    options = AgreeOptions(until_min=130 * DAY, warm_up_min=70 * DAY, replications=1)
    found = agree(programme, options)
    assert found.agrees, found.ended
    assert len(found.iterations) <= 6
    first, last = found.iterations[0], found.iterations[-1]
    assert max(row["error_percent"] for row in first.routes) > 5  # the formula's do not
    assert [row["verdict"] for row in last.routes] == [AGREES] * 10
    assert max(row["error_percent"] for row in last.routes) < 5
    assert len(last.items) == 10
    assert max(abs(row["difference_percent"]) for row in last.items) < 3
