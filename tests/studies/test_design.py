"""The closing loop on fabs whose answer is known, and on what must be so for any fab."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.studies.tiny_fabs import tiny_fabs

from fabstack.designer import Library, programme_of
from fabstack.errors import InputError, PlanError
from fabstack.studies.design import ClosedDesign, DesignOptions, close_design
from fabstack.studies.design_document import design_document
from fabstack.studies.design_load import loads_of
from fabstack.studies.design_time import Target
from fabstack.studies.design_trial import run_trial, visits_by_group

VOLUME = 73_050.0  # wafers a month: 100 an hour
DAYS = 120.0  # of the long simulation: tiny fabs are soon steady


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return tiny_fabs(tmp_path_factory.mktemp("tiny"))


def _close(
    library: Library,
    technology: str = "rough",
    volume: float = VOLUME,
    target: Target | None = None,
    tell: Callable[[str, int, int], None] = lambda _what, _done, _of: None,
) -> ClosedDesign:
    options = DesignOptions(target=target or Target(days=2.0), check_days=DAYS)
    return close_design(library, technology, volume, options, tell)


def _counts(closed: ClosedDesign) -> dict[str, int]:
    return {group.name: group.tools for group in closed.design.groups}


# --- What is known --------------------------------------------------------------------------------


@pytest.mark.parametrize("volume", [20_000.0, 73_050.0, 250_000.0])
def test_a_fab_without_chance_has_as_many_tools_as_its_work_takes(
    library: Library, volume: float
) -> None:
    closed = _close(library, "even", volume)
    hours = volume / 730.5 * 0.88  # of wafers; 88 percent of the nameplate time each
    alive = (1 + 0.96**0.5) / 2
    assert _counts(closed) == {
        "cut": math.ceil(2 * hours * alive / 60 / 0.97),
        "gauge": math.ceil(2 * hours / 25 / 6 / 0.97),
    }
    assert not closed.broken
    assert closed.is_checked


def test_the_rest_of_the_target_is_dwell_on_every_way(library: Library) -> None:
    closed = _close(library, "even")
    time = closed.cycle_time
    assert time.days == pytest.approx(2.0, abs=0.01)
    rest = 2.0 - time.process_days - time.transport_days - time.queue_days
    assert time.dwell_days == pytest.approx(rest, abs=0.01)
    programme = programme_of(closed.design)
    mean_min = 7.5 + time.dwell_days * 1440 / 3  # three ways between four steps
    assert programme.routes[0].move is not None
    assert programme.routes[0].move.mean == pytest.approx(mean_min, rel=1e-4)


def test_the_parts_come_to_what_littles_law_gives(library: Library) -> None:
    closed = _close(library)
    lots_per_day = VOLUME / 25 / (365.25 / 12)
    assert closed.cycle_time.days == pytest.approx(closed.trial.wip_lots / lots_per_day, rel=0.01)


def test_no_tool_can_go_without_a_load_above_its_limit(library: Library) -> None:
    closed = _close(library)
    for group in closed.design.groups:
        if group.tools > 1:
            less = closed.design.with_tools({group.name: group.tools - 1})
            load = loads_of(run_trial(less, DAYS, seed=1), closed.searches)[group.name]
            assert load > closed.searches[group.name].most_percent(group.tools - 1), group.name


def test_a_limit_of_ones_own_takes_more_tools(library: Library) -> None:
    target = Target(days=2.0)
    options = DesignOptions(target=target, check_days=DAYS, limits={"": 97.0, "cut": 60.0})
    relaxed = close_design(library, "even", VOLUME, options)
    assert _counts(relaxed)["cut"] == math.ceil(200 * (1 + 0.96**0.5) / 2 / 60 * 0.88 / 0.6)
    assert _counts(relaxed)["gauge"] == _counts(_close(library, "even"))["gauge"]


# --- What must be so ------------------------------------------------------------------------------


def _price(closed: ClosedDesign) -> float:
    return closed.design.money.purchase_musd


def test_a_tighter_target_is_never_cheaper(library: Library) -> None:
    prices = [_price(_close(library, target=Target(x_factor=x))) for x in (6.0, 1.7, 1.4, 1.32)]
    assert prices == sorted(prices)
    assert prices[-1] > prices[0]


def test_queues_too_long_for_the_target_are_shortened_until_it_holds(library: Library) -> None:
    closed = _close(library, target=Target(x_factor=1.35))
    assert not closed.broken
    assert closed.cycle_time.days <= closed.target_days * 1.05
    groups = {row["tool_group"]: row for row in design_document(closed)["groups"]}
    assert "cycle time" in {row["tools_for"] for row in groups.values()}


def test_more_volume_never_takes_fewer_tools(library: Library) -> None:
    before: dict[str, int] = {}
    for volume in (10_000.0, 20_000.0, 50_000.0, 51_000.0, 73_050.0, 150_000.0):
        counts = _counts(_close(library, volume=volume))
        assert all(counts[name] >= before.get(name, 0) for name in counts)
        before = counts


def test_a_dearer_group_does_not_get_more_tools(library: Library, tmp_path: Path) -> None:
    target = Target(x_factor=1.35)
    before = _counts(_close(library, target=target))
    dearer = _counts(_close(tiny_fabs(tmp_path, etch=40.0), target=target))
    assert dearer["etch"] <= before["etch"]


def test_a_floor_is_kept_and_costs_no_more_than_itself(library: Library) -> None:
    options = DesignOptions(target=Target(days=2.0), check_days=DAYS, floor={"oven": 9})
    counts = _counts(close_design(library, "rough", VOLUME, options))
    assert counts == _counts(_close(library)) | {"oven": 9}


def test_the_same_seed_gives_the_same_plant_to_the_last_bit(library: Library) -> None:
    first, second = _close(library), _close(library)
    assert _counts(first) == _counts(second)
    assert design_document(first) == design_document(second)


def test_half_a_plant_is_seen_to_break_its_targets(library: Library) -> None:
    closed = _close(library)
    halved = {name: max(count // 2, 1) for name, count in _counts(closed).items()}
    trial = run_trial(closed.design.with_tools(halved), DAYS, seed=1)
    broken = {row.what for row in replace(closed, trial=trial).broken}
    assert {"throughput", "load"} <= broken


# --- What is refused, and what is stopped ---------------------------------------------------------


def test_a_target_below_what_waits_leave_is_refused_with_the_least(library: Library) -> None:
    with pytest.raises(PlanError, match=r"stops, the rest of a batch.* alone take"):
        _close(library, volume=2000.0, target=Target(x_factor=1.25))


def test_a_bad_volume_and_a_bad_limit_are_refused(library: Library) -> None:
    options = DesignOptions(target=Target(days=2.0), limits={"cutt": 90.0, "etch": 101.0})
    with pytest.raises(InputError) as refused:
        close_design(library, "rough", -5.0, options)
    assert {finding.code for finding in refused.value.findings} == {
        "bad-volume",
        "unknown-tool",
        "bad-load",
    }


def test_ctrl_c_keeps_the_best_design_so_far(library: Library) -> None:
    calls = []

    def stop_later(what: str, done: int, of: int) -> None:
        calls.append((what, done, of))
        if what == "long simulation":
            raise KeyboardInterrupt

    closed = _close(library, tell=stop_later)
    assert closed.was_stopped
    assert not closed.is_checked
    assert _counts(closed) == _counts(_close(library))
    assert [done for _, done, _ in calls] == sorted(done for _, done, _ in calls)
    assert all(0 <= done <= of for _, done, of in calls)


def test_ctrl_c_before_anything_is_known_ends_it(library: Library) -> None:
    def stop(_what: str, _done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _close(library, tell=stop)


# --- What is told ---------------------------------------------------------------------------------


def test_the_document_says_all_parts_and_what_comes_next(library: Library) -> None:
    closed = _close(library)
    told = design_document(closed)
    parts = ("raw_process_days", "queue_days", "transport_days", "dwell_days")
    assert sum(told[part] for part in parts) == pytest.approx(told["cycle_time_days"])
    assert told["days_per_mask_layer"] == pytest.approx(told["cycle_time_days"] / 3)
    assert told["x_factor"] == pytest.approx(told["cycle_time_days"] / told["raw_process_days"])
    assert told["throughput_target_per_month"] == pytest.approx(VOLUME * 0.96)
    assert told["holds"] is True
    limits = [row["limit_per_month"] for row in told["limits"]]
    assert limits == sorted(limits)
    for row in told["groups"]:
        assert row["needed"] <= row["tools"]
        assert row["limit_per_month"] >= VOLUME
    first = next(g for g in told["groups"] if g["tool_group"] == told["limits"][0]["tool_group"])
    assert first["limit_per_month"] == pytest.approx(VOLUME * 97 / first["load_percent"])
    visits = visits_by_group(closed.design)
    waits = sum(row["wait_min_per_visit"] * visits[row["tool_group"]] for row in told["groups"])
    assert waits / 1440 <= told["queue_days"] * 1.001  # stops of lots in tools come on top
