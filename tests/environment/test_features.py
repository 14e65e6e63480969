"""What an agent sees, worked out lot by lot in plain Python from the books of the run."""

from dataclasses import replace

import pytest

import fabstack
from fabstack.arrays.types import NONE, ToolState
from fabstack.environment import FabEnv
from fabstack.environment.features import CANDIDATE_FEATURES, GROUP_FEATURES
from fabstack.simulate.readings import reading

DAY_MIN = 1440.0
UNTIL_MIN = 30 * DAY_MIN

# 25 carriers: 6 min and 24 intervals of 1; 25 times 1.6 min
PROCESS_MIN = {"expose": 30.0, "film": 40.0}
NEXT = {"film": "expose", "expose": "measure"}
NO_LIMIT_MIN = 1e15


@pytest.fixture(scope="module")
def env(project):
    """The small line with two limits of queue time that overlap, and two priorities."""
    programme = fabstack.load(project / "programmes" / "small-line")
    limits = {("make-alpha", 10): (10.0, 70), ("make-alpha", 20): (1.0, 30)}
    steps = tuple(
        replace(step, queue_limit_h=limits[key][0], queue_limit_to=limits[key][1])
        if (key := (step.route, step.step)) in limits
        else step
        for step in programme.steps
    )
    starts = tuple(
        replace(start, priority=2 if start.route == "make-alpha" else 0)
        for start in programme.starts
    )
    programme = programme.model_copy(update={"steps": steps, "starts": starts})
    return FabEnv(programme, list(PROCESS_MIN), until_min=UNTIL_MIN, warm_up_min=5 * DAY_MIN)


@pytest.fixture(scope="module")
def choices(env):
    """(features seen, features worked out) of every lot at every choice of an episode."""
    seen, info = env.reset(seed=2)
    found, is_over = [], False
    while not is_over:
        if info["lots"]:
            found.append((seen, by_hand(env, info["tool_group"]), of_group(env, info)))
        seen, _, is_over, _, info = env.step(len(info["lots"]) // 2)
    return found


def by_hand(env, group):
    return [lot_by_hand(env, group, place) for place in range(env.choice.slots.size)]


def lot_by_hand(env, group, place):
    lot = env.waiting[place]
    to_due, left = lot.due_min - env.now_min, lot.work_left_min
    return {
        "waiting": squashed(env.now_min - lot.since_min, DAY_MIN),
        "slack": squashed(to_due - left, DAY_MIN),
        "critical_ratio": squashed(to_due / left, 1.0),
        "work_left": squashed(left, DAY_MIN),
        "process": squashed(PROCESS_MIN[group], 60.0),
        "carriers": 0.5,
        "rank": float(lot.rank),
        "setup": 1.0,
        "queue_limit": squashed(deadline(env, place) - env.now_min, DAY_MIN),
        "next_queue": squashed(line_of(env, NEXT[group]).waiting, 1.0),  # one tool each
    }


def deadline(env, place):
    timers = int(env.run.world.fab.facts.timers[0])
    slot = env.choice.slots[place]
    mine = env.run.world.state.timers[slot * timers : (slot + 1) * timers]
    return min((row.deadline_min for row in mine if row.window != NONE), default=NO_LIMIT_MIN)


def of_group(env, info):
    row = env.setting.scene.names.groups.index(info["tool_group"])
    tools = int(env.run.world.fab.groups.tools[row])
    minutes = reading(env.run.world, env.now_min).state_min[row]
    busy = minutes[ToolState.PRODUCTIVE] + minutes[ToolState.SETUP]
    line = env.run.world.state.lines[row]
    return {
        "time": (env.now_min - 5 * DAY_MIN) / (25 * DAY_MIN),
        "utilisation": busy / (tools * env.now_min),
        "queue": squashed(line.waiting / tools, 1.0),
        "free_tools": line.free / tools,
        "inside": squashed(env.run.world.state.tallies.inside.sum(), 100.0),
    }


def line_of(env, group):
    return env.run.world.state.lines[env.setting.scene.names.groups.index(group)]


def squashed(value, unit):
    return value / (unit + abs(value))


def test_the_choices_are_of_all_kinds(choices):
    limits = {lot["queue_limit"] for _, lots, _ in choices for lot in lots}
    assert len(choices) > 100
    assert min(limits) < 0.0 < 0.999 < max(limits)
    assert {lot["rank"] for _, lots, _ in choices for lot in lots} == {0.0, 1.0}
    assert len({lot["next_queue"] for _, lots, _ in choices for lot in lots}) > 3
    assert len({lot["process"] for _, lots, _ in choices for lot in lots}) == 2


@pytest.mark.parametrize("column", range(len(CANDIDATE_FEATURES)))
def test_a_feature_of_a_lot_is_what_its_row_says(choices, column):
    name = CANDIDATE_FEATURES[column].name
    for seen, lots, _ in choices:
        for place, lot in enumerate(lots):
            shown = seen["candidates"][place, column]
            assert shown == pytest.approx(lot[name], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("place", range(len(GROUP_FEATURES)))
def test_a_feature_of_the_group_is_what_the_books_say(choices, place):
    name = GROUP_FEATURES[place].name
    for seen, _, group in choices:
        assert seen["group"][place] == pytest.approx(group[name], rel=1e-5, abs=1e-6)
