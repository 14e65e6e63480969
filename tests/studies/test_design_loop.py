"""The closing loop on simulations whose loads, times and output are written by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.studies.tiny_fabs import tiny_fabs

from fabstack.designer import Design, Library, design
from fabstack.studies import design as loop
from fabstack.studies.design import ClosedDesign, DesignOptions, broken, close_design
from fabstack.studies.design_load import Search, searches
from fabstack.studies.design_time import RawTimes, Target, raw_times
from fabstack.studies.design_trial import Trial, Visit, visits_by_group
from fabstack.studies.design_wip import lots_per_min

VOLUME = 73_050.0
DAYS = 120.0  # of the long simulation
UP = {"cut": 1.0, "gauge": 1.0, "oven": 1.0, "etch": 0.9}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return tiny_fabs(tmp_path_factory.mktemp("tiny"))


def _trial(plant: Design, loads: Mapping[str, float], days: float = 60.0) -> Trial:
    """What a simulation would say if groups were so many percent busy and nobody waited."""
    counts, rate = visits_by_group(plant), lots_per_min(plant)
    busy = {
        group.name: loads[group.name] / 100 * group.tools * UP[group.name] / rate
        for group in plant.groups
    }
    busy = {name: minutes / counts[name] for name, minutes in busy.items()}
    return Trial(
        design=plant,
        days=days,
        visits={name: Visit(minutes, minutes, 0.0) for name, minutes in busy.items()},
        utilisation_percent=dict(loads),
        carriers_per_month=plant.carriers_per_month * plant.flow.line_yield,
        wip_lots=100.0,
        lot_steps=1,
    )


def _close(
    library: Library, monkeypatch: pytest.MonkeyPatch, more: float, percent: float
) -> ClosedDesign:
    """A plant whose etchers need `percent` at the fewest tools, and `more` in the long run."""
    fewest: dict[str, float] = {}

    def simulated(plant: Design, days: float, **_: Any) -> Trial:
        loads = {}
        for group in plant.groups:
            work = fewest.setdefault(group.name, _work(group, percent))
            loads[group.name] = work / group.tools * (more if days == DAYS else 1.0)
        return _trial(plant, loads)

    monkeypatch.setattr(loop, "run_trial", simulated)
    monkeypatch.setattr(loop, "up_shares", lambda _plant, _seed: UP)
    options = DesignOptions(target=Target(days=3.0), check_days=DAYS)
    return close_design(library, "rough", VOLUME, options)


def _work(group: Any, percent: float) -> float:
    """Percent of one tool: a little above what the bare work rules out."""
    search = searches((group,), UP, limits={}, floor={})[group.name]
    return (search.too_few + 1) * percent if group.name == "etch" else search.bare_percent(1)


def _etchers(closed: ClosedDesign) -> tuple[int, Search]:
    counts = {group.name: group.tools for group in closed.design.groups}
    return counts["etch"], closed.searches["etch"]


def test_a_load_that_holds_in_the_long_simulation_takes_no_more_tools(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, search = _etchers(_close(library, monkeypatch, 1.0, 90.0))
    assert tools == search.too_few + 1
    assert search.most_percent(tools) > 90.0


def test_what_the_long_simulation_finds_too_busy_gets_a_tool(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = _etchers(_close(library, monkeypatch, 1.0, 90.0))
    closed = _close(library, monkeypatch, 1.09, 90.0)
    assert _etchers(closed)[0] == before + 1
    assert not closed.broken


def test_a_load_that_chance_may_lift_over_its_limit_gets_a_tool(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """96.5 percent is below 97, and less than three standard errors below it."""
    before, search = _etchers(_close(library, monkeypatch, 1.0, 90.0))
    assert search.most_percent(before) < 96.5
    tools, _ = _etchers(_close(library, monkeypatch, 96.5 / 90.0, 90.0))
    assert tools == before + 1


# --- The verdict ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plant(library: Library) -> Design:
    return design(library, "even", VOLUME)


def _verdict(plant: Design, trial: Trial, target_days: float) -> list[str]:
    times: RawTimes = raw_times(plant)
    known = searches(plant.groups, UP, limits={}, floor={})
    return [row.what for row in broken(trial, times, target_days, known)]


@pytest.mark.parametrize(("percent", "words"), [(96.99, []), (97.01, ["load"])])
@pytest.mark.parametrize("days", [60.0, 400.0])
def test_a_load_above_97_percent_breaks_a_plant(
    plant: Design, percent: float, words: list[str], days: float
) -> None:
    trial = _trial(plant, {"cut": percent, "gauge": 50.0}, days)
    assert _verdict(plant, trial, trial.cycle_time(raw_times(plant)).days) == words


@pytest.mark.parametrize(("ratio", "words"), [(0.991, []), (0.989, ["throughput"])])
def test_a_hundredth_less_output_breaks_a_plant(
    plant: Design, ratio: float, words: list[str]
) -> None:
    trial = _trial(plant, {"cut": 90.0, "gauge": 50.0})
    less = replace(trial, carriers_per_month=ratio * trial.carriers_per_month)
    assert _verdict(plant, less, less.cycle_time(raw_times(plant)).days) == words


@pytest.mark.parametrize(
    ("ratio", "words"), [(0.91, []), (0.89, ["cycle_time"]), (1.09, []), (1.11, ["cycle_time"])]
)
def test_a_tenth_off_the_target_breaks_a_plant(
    plant: Design, ratio: float, words: list[str]
) -> None:
    trial = _trial(plant, {"cut": 90.0, "gauge": 50.0})
    assert _verdict(plant, trial, trial.cycle_time(raw_times(plant)).days / ratio) == words


def test_a_long_window_is_judged_by_its_own_up_time(plant: Design) -> None:
    trial = _trial(plant, {"cut": 90.0, "gauge": 50.0}, 400.0)
    shown = replace(trial, utilisation_percent={"cut": 97.5, "gauge": 50.0})
    target_days = trial.cycle_time(raw_times(plant)).days
    assert _verdict(plant, shown, target_days) == ["load"]
    assert _verdict(plant, replace(shown, days=60.0), target_days) == []
