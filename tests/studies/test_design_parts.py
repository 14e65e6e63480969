"""Parts of the closing loop by theory: searches, waits, the first lots, raw times."""

import functools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.studies.tiny_fabs import tiny_fabs

from fabstack.designer import Design, ToolGroup, design, programme_of, read_library
from fabstack.designer.rows import Form
from fabstack.economics.capacity import raw_process_min
from fabstack.errors import PlanError
from fabstack.model import Programme
from fabstack.simulate import SimulationResult
from fabstack.studies import design_trial
from fabstack.studies.design_load import (
    HELD_DAYS,
    MOST_TIMES_LOST,
    Search,
    learn_from,
    searches,
    uptime_error,
)
from fabstack.studies.design_queue import Adding, Waiting, shape
from fabstack.studies.design_time import Target, raw_times
from fabstack.studies.design_trial import UPKEEP_DAYS, Trial, Visit, up_shares
from fabstack.studies.design_wip import lots_per_min, wip_of

VOLUME = 73_050.0  # wafers a month: 100 an hour, 4 lots


@pytest.fixture(scope="module")
def even(tmp_path_factory: pytest.TempPathFactory) -> Design:
    return design(tiny_fabs(tmp_path_factory.mktemp("even")), "even", VOLUME)


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Design:
    return design(tiny_fabs(tmp_path_factory.mktemp("rough")), "rough", VOLUME)


# --- Load ---------------------------------------------------------------------------------------


def _search(plant: Design, name: str) -> Search:
    always_up = {group.name: 1.0 for group in plant.groups}
    return searches(plant.groups, always_up, limits={}, floor={})[name]


def test_work_alone_rules_out_counts_before_any_simulation(even: Design) -> None:
    # 200 visits an hour of which a few percent are lost, 60 an hour, and 88 percent of that time
    search = _search(even, "cut")
    alive = (1 + 0.96**0.5) / 2
    assert search.bare_percent(1) == pytest.approx(100 * 200 * alive / 60 * 0.88)
    assert search.too_few == math.floor(search.bare_percent(1) * 0.998 / 97)


@given(st.floats(1.0, 400.0), st.floats(0.0, 0.5), st.integers(1, 30))
def test_a_search_finds_the_fewest_tools_whose_load_holds(
    bare: float, lost: float, minimum: int
) -> None:
    """Loads as the model thinks, bare work and overlap lost in idle time, or any other so."""
    search = _search_for(bare, minimum)

    def load(tools: int) -> float:
        own = bare / tools
        return own * (1 + lost * max(100 - own, 0) / 100)

    count, tries = search.next_count(dare=True), 0
    while not search.is_done:
        search.learn(count, load(count))
        count, tries = search.next_count(dare=True), tries + 1
        assert tries < 40
    assert load(count) <= 97
    assert count == search.least or load(count - 1) > 97 * (1 - 0.003)


def test_a_simulation_teaches_the_load_of_the_stated_starts_in_the_up_time_of_years(
    even: Design,
) -> None:
    """Four lots an hour, twice at each group: 30 minutes of a cutter, 9 of a gauge."""
    plant = even.with_tools({"cut": 6, "gauge": 2})
    known = searches(plant.groups, {"cut": 0.8, "gauge": 1.0}, limits={}, floor={})
    trial = Trial(
        design=plant,
        days=10.0,
        visits={"cut": Visit(30.0, 45.0, 15.0), "gauge": Visit(9.0, 12.0, 3.0)},
        utilisation_percent={"cut": 91.0, "gauge": 50.0},  # of a window with chance of its own
        carriers_per_month=70_000.0,
        wip_lots=20.0,
        lot_steps=4000,
    )
    learn_from(trial, known)
    assert known["cut"].known_loads == {6: pytest.approx(100 * 4 * 2 * 0.5 / (6 * 0.8))}
    assert known["gauge"].known_loads == {2: pytest.approx(100 * 4 * 2 * 0.15 / 2)}
    assert (known["cut"].enough, known["gauge"].enough) == (6, 2)
    fewer = replace(trial, design=plant.with_tools({"cut": 5}))
    learn_from(fewer, known)
    assert known["cut"].known_loads[5] == pytest.approx(100.0)
    assert (known["cut"].too_few, known["cut"].enough) == (5, 6)
    busier = replace(trial, visits=trial.visits | {"cut": Visit(36.0, 45.0, 9.0)})
    learn_from(busier, known)
    assert (known["cut"].too_few, known["cut"].enough) == (6, None)


@given(st.floats(60.0, 96.0), st.floats(0.0, 2.0), st.floats(0.97, 1.03))
def test_a_cascade_loses_its_overlap_by_the_idle_share_of_years(
    bare: float, lost: float, more_up: float
) -> None:
    """In a window in which tools are up for longer, they stand idle and lose more."""
    search = _search_for(10 * bare, form=Form.CASCADE)
    in_window = bare / more_up
    loss = lost * (100 - in_window) / 100
    seen, used = bare * (1 + loss), in_window * (1 + loss)
    assume(0 < in_window < 100 and used < 100)
    assume((100 - bare) < MOST_TIMES_LOST * (100 - in_window))
    usual = bare * (1 + lost * (100 - bare) / 100)
    assert search.usual_percent(10, seen, used) == pytest.approx(usual)
    assert _search_for(10 * bare).usual_percent(10, seen, used) == seen  # where nothing overlaps


def test_a_load_keeps_three_standard_errors_of_half_a_year_from_its_limit(rough: Design) -> None:
    etch = next(group for group in rough.groups if group.name == "etch")
    search = searches(
        rough.groups,
        dict.fromkeys(["cut", "gauge", "oven"], 1.0) | {"etch": 0.9},
        limits={},
        floor={},
    )["etch"]
    # 2 t (90 x 10)^2 / 100^3 is the variance of the hours down in t (Cox 1962)
    hours = 182.5 * 24
    error = math.sqrt(2 * hours * 900**2 / 100**3) / hours
    for tools in (1, 4, 100):
        assert search.most_percent(tools) == pytest.approx(
            97 * (1 - 3 * error / math.sqrt(tools) / 0.9)
        )
    assert etch.tool.mttr_h == 10


@functools.cache
def _some_group() -> ToolGroup:
    plant = design(read_library(), "logic-90", 1000)
    return next(group for group in plant.groups if group.name == "laser_mark")


def _search_for(bare: float, minimum: int = 1, form: Form = Form.LOT) -> Search:
    """A search for a group whose work keeps so many percent of one tool busy."""
    group = _some_group()
    tool = replace(group.tool, mttf_h=None, stops="", minimum=minimum, form=form)
    group = replace(group, tool=tool, tools=1, needed=bare / 88, planned_load_percent=88.0)
    return Search(group=group, up_share=1.0, limit_percent=97.0, least=minimum)


def test_the_error_of_up_time_is_that_of_exponential_failures_and_repairs(rough: Design) -> None:
    etch = next(group.tool for group in rough.groups if group.name == "etch")
    rng, hours, runs = np.random.default_rng(7), HELD_DAYS * 24, 4000
    cycles = (runs, int(2 * hours // 100))
    repairs = rng.exponential(10, cycles)
    ends = np.cumsum(rng.exponential(90, cycles) + repairs, axis=1)
    begins = np.minimum(ends - repairs, hours)
    down = (np.minimum(ends, hours) - begins).sum(axis=1) / hours
    # A standard deviation from n runs has a standard error of 1 / root of 2 n of itself; the
    # formula holds for long times, here 44 cycles, so four percent more.
    rel = 4 / math.sqrt(2 * runs) + 0.04
    assert uptime_error(etch) == pytest.approx(float(down.std()), rel=rel)


def test_up_time_is_simulated_and_shared_by_tools_of_one_upkeep(rough: Design) -> None:
    shares = up_shares(rough, seed=1)
    assert shares["cut"] == shares["gauge"] == shares["oven"] == 1.0
    etch = next(group.tool for group in rough.groups if group.name == "etch")
    error = uptime_error(etch) * math.sqrt(HELD_DAYS / UPKEEP_DAYS) / math.sqrt(200)
    assert shares["etch"] == pytest.approx(0.9, abs=4 * error)


@pytest.mark.parametrize(("etchers", "sample"), [(7, 200), (300, 300)])
def test_up_time_is_that_of_no_fewer_tools_than_the_largest_group_has(
    rough: Design, monkeypatch: pytest.MonkeyPatch, etchers: int, sample: int
) -> None:
    """The mean of fewer would be known worse than the time of the group that it is held against."""
    run, seen = design_trial._run, {}

    def watched(programme: Programme, *more: Any) -> SimulationResult:
        seen.update({group.name: group.tools for group in programme.tool_groups})
        return run(programme, *more)

    monkeypatch.setattr(design_trial, "_run", watched)
    up_shares(rough.with_tools({"etch": etchers}), seed=1)
    assert seen["etch"] == sample


# --- Queues -------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [0.1, 0.5, 0.9, 0.99])
def test_the_wait_of_a_single_tool_is_that_of_its_classic_queue(load: float) -> None:
    assert shape(load, 1) == pytest.approx(load / (1 - load))


@st.composite
def _waits(draw: st.DrawFn) -> dict[str, Waiting]:
    numbers = st.floats(0.01, 5.0)
    return {
        f"group {n}": Waiting(
            _search_for(draw(st.floats(50, 900))), draw(numbers), draw(st.floats(0.5, 90))
        )
        for n in range(draw(st.integers(1, 5)))
    }


@given(_waits(), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_tighter_target_is_never_cheaper(
    waits: dict[str, Waiting], first: float, second: float
) -> None:
    fewest = {name: waiting.search.too_few + 1 for name, waiting in waits.items()}
    adding = Adding(waits, fewest)
    loose, tight = sorted((first, second), reverse=True)
    costs = [
        sum(count * waits[name].price_musd for name, count in adding.counts(days).items())
        for days in (loose * adding.longest_days, tight * adding.longest_days)
    ]
    dearest = max(waiting.price_musd for waiting in waits.values())
    assert costs[1] >= costs[0] - dearest  # the last tool given back may be another one


@given(_waits(), st.floats(0.05, 0.9), st.floats(1.0, 10.0))
def test_a_dearer_group_does_not_get_more_tools(
    waits: dict[str, Waiting], share: float, factor: float
) -> None:
    fewest = {name: waiting.search.too_few + 1 for name, waiting in waits.items()}
    dearer = waits | {
        "group 0": replace(waits["group 0"], price_musd=factor * waits["group 0"].price_musd)
    }
    before = Adding(waits, fewest)
    allowed = share * before.longest_days
    after = Adding(dearer, fewest)
    assert after.counts(allowed)["group 0"] <= before.counts(allowed)["group 0"]


@given(_waits(), st.floats(0.05, 1.0))
def test_waits_come_to_no_more_than_is_allowed(waits: dict[str, Waiting], share: float) -> None:
    fewest = {name: waiting.search.too_few + 1 for name, waiting in waits.items()}
    adding = Adding(waits, fewest)
    counts = adding.counts(share * adding.longest_days)
    left = sum(waits[name].days(count) for name, count in counts.items())
    can_still = any(counts[name] < 5 * (fewest[name] + 1) for name in counts)
    assert left <= share * adding.longest_days * (1 + 1e-9) or not can_still


# --- Lots and times -------------------------------------------------------------------------------


def test_the_first_lots_are_as_many_as_little_says(rough: Design) -> None:
    stay_min = {"cut": 60.0, "etch": 300.0, "oven": 200.0, "gauge": 40.0}
    lots = wip_of(rough, "fab-rough", stay_min)
    expected = lots_per_min(rough) * 3 * sum(stay_min.values())
    assert len(lots) == math.floor(expected)
    at_etch = sum(rough.flow.steps[lot.step - 1].tool == "etch" for lot in lots)
    assert at_etch == pytest.approx(3 * 300 * lots_per_min(rough), abs=3)
    carriers = sum(lot.carriers for lot in lots) / len(lots)
    assert 25 * 0.96 < carriers < 25
    assert len({lot.name for lot in lots}) == len(lots)


def test_raw_times_are_work_on_full_lots_and_the_ways_between(even: Design) -> None:
    times = raw_times(even)
    lot_min = 25 * 0.88 + 10 * 0.88  # cut 60 wafers an hour, measure 6 lots
    assert times.process_days == pytest.approx(2 * lot_min / 1440)
    assert times.ways == 3
    assert times.transport_days == pytest.approx(3 * 7.5 / 1440)
    assert times.levels == 2
    assert times.dwell_days(times.dwell_min(2.0)) == pytest.approx(2.0)


def test_an_x_factor_of_a_run_is_over_the_raw_process_time_of_the_design() -> None:
    """Passage through cascades is in it; transport and dwell are not."""
    plant = design(read_library(), "logic-90", 1000).with_dwell(50.0)
    programme = programme_of(plant)
    raw_days = raw_process_min(programme, programme.routes[0].name) / 1440
    assert raw_days == pytest.approx(raw_times(plant).process_days, rel=1e-5)
    assert sum(move.raw_min for move in programme.moves) > 0


def test_a_target_is_days_for_each_level_or_a_factor_of_raw_process_time(even: Design) -> None:
    times = raw_times(even)
    assert Target(days_per_level=0.5).of(times) == 1.0
    assert Target(x_factor=3.0).of(times) == pytest.approx(3 * times.process_days)
    assert Target(days=7.0).of(times) == 7.0


def test_a_target_below_process_and_transport_names_the_least(even: Design) -> None:
    times = raw_times(even)
    with pytest.raises(PlanError, match="out of reach") as refused:
        Target(x_factor=1.1).of(times)
    assert f"{times.least_days:.2f} days" in str(refused.value)
    assert refused.value.exit_code == 3
