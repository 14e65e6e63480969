"""The environment: Gymnasium's own check, the bits of plain runs, and books that balance."""

import subprocess
import sys
import warnings
from dataclasses import replace

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import fabstack
from fabstack.environment import REWARDS, FabEnv, VectorFabEnv, register
from fabstack.environment.choice import run_first_come
from fabstack.environment.features import CANDIDATE_FEATURES, GROUP_FEATURES
from fabstack.errors import InputError
from fabstack.simulate.readings import faults
from fabstack.simulate.run import simulate
from fabstack.studies.changes import with_load, with_rule

DAY_MIN = 1440.0
ASKED = ("expose", "film", "etch")
WINDOW = {"until_min": 40 * DAY_MIN, "warm_up_min": 0.0}


def same(one, other):
    """Whether two rows or trees of arrays are alike, bit for bit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return np.array_equal(np.asarray(one), np.asarray(other))


@pytest.fixture(scope="module")
def line(project):
    """The small line at four fifths of its starts, with two priorities of one product."""
    programme = fabstack.load(project / "programmes" / "small-line")
    starts = [
        replace(start, carriers_per_month=0.4 * start.carriers_per_month, priority=priority)
        for start in programme.starts
        for priority in ((0, 5) if start.route == "make-alpha" else (0,))
    ]
    return programme.model_copy(update={"starts": tuple(starts)})


@pytest.fixture
def env(line):
    return FabEnv(line, ASKED, **WINDOW)


def play(env, policy, seed):
    """All steps of an episode, by a policy that sees the environment."""
    steps = [env.reset(seed=seed)]
    while len(steps) == 1 or not steps[-1][2]:
        steps.append(env.step(policy(env)))
    return steps


def first(_env):
    return 0


def any_of_them(env):
    """A lot picked by the minute: anything but a rule."""
    return int(env.now_min * 7) % max(1, len(env.waiting))


def most_critical(env):
    """What the key `cr` says, after the priority (see kernel_urgency.critical_ratio)."""
    lots = env.waiting
    left = np.where(lots.work_left_min > 0.0, lots.work_left_min, 1.0)
    ratio = np.where(lots.work_left_min > 0.0, (lots.due_min - env.now_min) / left, 0.0)
    return int(np.lexsort((lots.arrival, ratio, lots.rank))[0]) if len(lots) else 0


def finished_by_rule(programme, rule, seed):
    run = simulate(with_rule(programme, rule), **WINDOW, seed=seed, replications=1)
    return run.replications[0].finished


# --- As Gymnasium has it ------------------------------------------------------------------------


@pytest.mark.parametrize("reward", REWARDS.names())
def test_gymnasium_finds_nothing_to_object_to(line, reward):
    env = gymnasium.make(register(), programme=line, tool_groups=ASKED, reward=reward, **WINDOW)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # none is allowed
        check_env(env.unwrapped)


def test_every_observation_of_an_episode_is_within_the_space(env):
    for step in play(env, any_of_them, seed=5):
        assert step[0] in env.observation_space
        assert all(np.isfinite(values).all() for values in step[0].values())


def test_the_mask_in_info_is_the_one_in_the_observation_and_fits_the_lots(env):
    for step in play(env, any_of_them, seed=5):
        seen, info = step[0], step[-1]
        assert same(seen["action_mask"], info["action_mask"])
        assert seen["action_mask"].sum() == len(info["lots"]) == len(set(info["lots"]))
        assert not seen["candidates"][len(info["lots"]) :].any()


def test_info_tells_minute_tool_group_and_lots(env):
    _, info = env.reset(seed=1)
    assert info["tool_group"] in ASKED
    assert info["minute"] == env.now_min > 0.0
    assert len(info["lots"]) >= 2
    assert info["lots"][0].startswith("make-")


def test_an_episode_is_terminated_at_the_end_of_the_window_and_never_truncated(env):
    steps = play(env, first, seed=1)
    assert [step[2] for step in steps[1:-1]] == [False] * (len(steps) - 2)
    assert steps[-1][2] is True
    assert not any(step[3] for step in steps[1:])
    assert steps[-1][-1]["minute"] == WINDOW["until_min"]
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"call reset\(\)"):
        env.step(0)


def test_an_episode_without_a_choice_ends_with_its_first_step(line):
    env = FabEnv(line, ["measure"], until_min=60.0, warm_up_min=0.0)
    seen, info = env.reset(seed=1)
    assert not seen["action_mask"].any()
    assert info["lots"] == ()
    assert env.step(0)[1:4] == (0.0, True, False)


# --- Seeds --------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_trajectory(line):
    one, other = (play(FabEnv(line, ASKED, **WINDOW), any_of_them, seed=9) for _ in range(2))
    assert len(one) == len(other)
    for step, twin in zip(one, other, strict=True):
        assert same(step[0], twin[0])
        assert step[1:-1] == twin[1:-1]
        assert step[-1]["lots"] == twin[-1]["lots"]


def test_episodes_that_follow_a_seed_are_new_and_repeatable(line):
    env, seeds = FabEnv(line, ASKED, **WINDOW), []
    for seed in (4, None, None, 4, None, None):
        env.reset(seed=seed)
        seeds.append(env.episode_seed)
    assert seeds[:3] == seeds[3:]
    assert len(set(seeds)) == 3


def test_the_first_episode_has_the_seed_of_the_environment(line):
    env = FabEnv(line, ASKED, **WINDOW, seed=3)
    env.reset()
    assert env.episode_seed == 3


# --- The same bits as a rule --------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_always_the_first_lot_is_the_rule_fifo(line, env, seed):
    play(env, first, seed)
    assert env.run.finished.tobytes() == finished_by_rule(line, "fifo", seed).tobytes()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_policy_of_the_critical_ratio_is_the_rule_cr(line, seed):
    """Groups that do not ask follow the rule of the programme, so all but the asked ones do too."""
    env = FabEnv(with_rule(line, "cr"), ASKED, **WINDOW, most_candidates=500)
    play(env, most_critical, seed)
    by_rule = finished_by_rule(line, "cr", seed)
    assert env.run.finished.tobytes() == by_rule.tobytes()
    assert by_rule.tobytes() != finished_by_rule(line, "fifo", seed).tobytes()


def test_lots_of_all_setups_wait_in_one_line_where_the_caller_chooses(line):
    steps = tuple(
        replace(step, setup=step.route, setup_min=7.0) if step.tool_group == "expose" else step
        for step in line.steps
    )
    fab = with_rule(line.model_copy(update={"steps": steps}), "priority > setup > fifo")
    env = FabEnv(fab, ["expose"], **WINDOW)
    steps = play(env, any_of_them, seed=1)
    assert len(steps) > 100
    assert {lot.split(":")[0] for step in steps for lot in step[-1]["lots"]} == {
        "make-alpha",
        "make-beta",
    }
    assert faults(env.run.world, env.now_min) == []
    matches = {float(value) for step in steps for value in step[0]["candidates"][:1, 7]}
    assert matches == {0.0, 1.0}  # one tool: it has the setup or not


# --- Books --------------------------------------------------------------------------------------


def test_the_books_balance_at_the_end_of_an_episode(env):
    play(env, any_of_them, seed=8)
    assert faults(env.run.world, WINDOW["until_min"]) == []


def test_throughput_pays_the_lots_that_leave(line):
    env = FabEnv(line, ASKED, **WINDOW, reward="throughput")
    _, info = env.reset(seed=1)
    before = (env.run.finished.carriers > 0).sum()
    total = sum(step[1] for step in play(env, first, seed=1)[1:])
    assert info["minute"] > 0
    assert total == (env.run.finished.carriers > 0).sum() - before


def test_cycle_time_costs_the_lot_days_inside(line):
    """Lots x minutes inside, added up lot by lot from the minute of the first choice on."""
    env = FabEnv(line, ASKED, **WINDOW, reward="cycle-time")
    _, info = env.reset(seed=1)
    total = sum(step[1] for step in play(env, first, seed=1)[1:])
    end_min = WINDOW["until_min"]
    entered, left = lives(env, end_min)
    stay_min = (left - np.maximum(entered, info["minute"])).clip(min=0.0).sum()
    assert total == pytest.approx(-stay_min / DAY_MIN, rel=1e-9)


def test_tardiness_costs_the_lot_days_after_the_due_date(line):
    starts = tuple(replace(start, due_days=1.0) for start in line.starts)
    env = FabEnv(line.model_copy(update={"starts": starts}), ASKED, **WINDOW, reward="tardiness")
    _, info = env.reset(seed=1)
    total = sum(step[1] for step in play(env, first, seed=1)[1:])
    _, left = lives(env, WINDOW["until_min"])
    late_min = (left - np.maximum(dues(env), info["minute"])).clip(min=0.0).sum()
    assert late_min > 0.0
    assert total == pytest.approx(-late_min / DAY_MIN, rel=1e-9)


def lives(env, end_min):
    """(entered, left or the end) of all lots of a run."""
    out, lots = env.run.finished, inside_lots(env)
    entered = np.concatenate([out.entered_min, lots.entered_min])
    return entered, np.concatenate([out.left_min, np.full(lots.size, end_min)])


def dues(env):
    return np.concatenate([env.run.finished.due_min, inside_lots(env).due_min])


def inside_lots(env):
    from fabstack.simulate.readings import inside

    return env.run.world.state.lots[inside(env.run.world)]


@pytest.fixture(scope="module")
def crowd(project):
    """One tool with twice its load: the fab grows, and its log of finished lots is emptied."""
    programme = fabstack.load(project / "programmes" / "single-queue")
    starts = tuple(replace(start, due_days=2) for start in programme.starts)
    programme = programme.model_copy(update={"starts": starts})
    env = FabEnv(with_load(programme, 2.0), ["machine"], **WINDOW, most_candidates=2)
    return env, play(env, lambda env: len(env.waiting) - 1, seed=1)


def test_a_long_run_is_asked_and_paid_on(crowd):
    env, steps = crowd
    end_min, first_min = WINDOW["until_min"], steps[0][-1]["minute"]
    assert env.run.world.state.lots.size > 4096  # grew twice
    assert env.run.finished.size > env.run.world.logs.finished.size  # was emptied
    assert faults(env.run.world, end_min) == []
    _, left = lives(env, end_min)
    late_min = (left - np.maximum(dues(env), first_min)).clip(min=0.0).sum()
    assert sum(step[1] for step in steps[1:]) == pytest.approx(-late_min / DAY_MIN, rel=1e-9)


@pytest.mark.parametrize("count", [0, 4000, 4200, 6000])
def test_the_lots_after_so_many_are_the_rest_of_all(crowd, count):
    run = crowd[0].run
    assert run.finished_after(count).tobytes() == run.finished[count:].tobytes()


def test_a_run_that_waits_for_a_choice_says_so_where_nobody_answers(line):
    env = FabEnv(line, ASKED, **WINDOW)
    env.reset(seed=1)
    with pytest.raises(RuntimeError, match="waits for the caller's choice"):
        env.run.run_until(WINDOW["until_min"])


def test_a_copy_of_a_run_goes_on_as_the_run_does(env):
    env.reset(seed=1)
    twin = env.run.copy()
    for run in (twin, env.run):
        run_first_come(run, WINDOW["until_min"])
    assert twin.finished.tobytes() == env.run.finished.tobytes()


def test_a_reward_of_ones_own_is_paid(line):
    class Scrap:
        name = "scrap"

        def total(self, books):
            return -float(books.lots_scrapped)

    env = FabEnv(line, ASKED, **WINDOW, reward=Scrap())
    paid = sum(step[1] for step in play(env, first, seed=1)[1:])
    assert paid == -env.books.lots_scrapped


def test_during_the_warm_up_the_first_lot_goes(line):
    env = FabEnv(line, ASKED, until_min=40 * DAY_MIN, warm_up_min=20 * DAY_MIN)
    _, info = env.reset(seed=1)
    assert info["minute"] >= 20 * DAY_MIN
    play(env, first, seed=1)
    assert env.run.finished.tobytes() == finished_by_rule(line, "fifo", 1).tobytes()


# --- Wrong actions and wrong words --------------------------------------------------------------


def test_actions_beyond_the_queue_take_the_first_lot_and_are_counted(line):
    env = FabEnv(line, ASKED, **WINDOW, most_candidates=400)
    steps = play(env, lambda env: 399, seed=1)
    assert steps[-1][-1]["invalid_actions"] == len(steps) - 1
    assert env.run.finished.tobytes() == finished_by_rule(line, "fifo", 1).tobytes()


def test_an_unknown_tool_group_is_named_with_the_nearest_one(line):
    with pytest.raises(InputError, match=r"no tool group 'expos'.*did you mean 'expose'"):
        FabEnv(line, ["expos"], **WINDOW)
    with pytest.raises(InputError, match="no tool group is named"):
        FabEnv(line, [], **WINDOW)


def test_a_group_that_works_on_batches_cannot_ask(line):
    with pytest.raises(ValueError, match="tool group 'furnace' cannot be asked"):
        FabEnv(line, ["furnace"], **WINDOW)


def test_other_words_are_refused(line):
    with pytest.raises(ValueError, match="no reward 'tardines'; did you mean 'tardiness'"):
        FabEnv(line, ASKED, **WINDOW, reward="tardines")
    with pytest.raises(ValueError, match="1 candidates leave no choice"):
        FabEnv(line, ASKED, **WINDOW, most_candidates=1)
    with pytest.raises(ValueError, match="choose NextStep or SameStep"):
        VectorFabEnv(line, ASKED, **WINDOW, num_envs=2, autoreset_mode="Disabled")


# --- Several at once ----------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_the_vector_form_is_so_many_single_runs(line, workers):
    many = VectorFabEnv(line, ASKED, **WINDOW, num_envs=3, workers=workers)
    single = [FabEnv(line, ASKED, **WINDOW) for _ in range(3)]
    seen, infos = many.reset(seed=20)
    alone = [env.reset(seed=20 + number) for number, env in enumerate(single)]
    assert seen in many.observation_space
    over = [False] * 3
    for _ in range(400):
        actions = np.array([any_of_them(env) for env in single])
        seen, rewards, ended, cut, infos = many.step(actions)
        for number, env in enumerate(single):
            if over[number]:
                alone[number] = (env.reset()[0], 0.0, False, False, {})
            else:
                alone[number] = env.step(actions[number])
            over[number] = alone[number][2]
            assert same({key: rows[number] for key, rows in seen.items()}, alone[number][0])
            assert rewards[number] == alone[number][1]
            assert infos["minute"][number] == env.now_min
        assert ended.tolist() == over
        assert not cut.any()
    many.close()


def test_an_episode_that_is_over_begins_anew_with_the_next_step(line):
    short = {"until_min": 3 * DAY_MIN, "warm_up_min": 0.0}
    many = VectorFabEnv(line, ASKED, **short, num_envs=2)
    many.reset(seed=1)
    ended, steps = np.zeros(2, bool), 0
    while not ended[0]:
        _, _, ended, _, infos = many.step(np.array([0, 0]))
        steps += 1
    assert infos["minute"][0] == short["until_min"]
    _, rewards, ended, _, infos = many.step(np.array([0, 0]))
    assert (rewards[0], ended[0]) == (0.0, False)
    assert infos["minute"][0] < short["until_min"]
    many.close()


def test_an_episode_may_begin_anew_at_once(line):
    short = {"until_min": 3 * DAY_MIN, "warm_up_min": 0.0}
    many = VectorFabEnv(line, ASKED, **short, num_envs=2, autoreset_mode="SameStep")
    assert many.metadata["autoreset_mode"] is gymnasium.vector.AutoresetMode.SAME_STEP
    many.reset(seed=1)
    ended = np.zeros(2, bool)
    while not ended[0]:
        seen, _, ended, _, infos = many.step(np.array([0, 0]))
    assert infos["final_info"]["minute"][0] == short["until_min"]
    assert not infos["final_obs"][0]["action_mask"].any()
    assert seen["action_mask"][0].sum() >= 2
    many.close()


def test_one_seed_for_each_may_be_given(line):
    many = VectorFabEnv(line, ASKED, **WINDOW, num_envs=2)
    many.reset(seed=[7, 3])
    assert [env.episode_seed for env in many.envs] == [7, 3]
    with pytest.raises(ValueError, match="3 seeds for 2 environments"):
        many.reset(seed=[1, 2, 3])
    many.close()


def test_gymnasium_makes_the_vector_form(line):
    many = gymnasium.make_vec(
        register(), num_envs=2, vectorization_mode="vector_entry_point",
        programme=line, tool_groups=ASKED, **WINDOW,
    )  # fmt: skip
    assert isinstance(many.unwrapped, VectorFabEnv)
    many.close()


# --- The extra ----------------------------------------------------------------------------------


def run_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_nothing_imports_gymnasium_before_the_environment_is_asked_for():
    code = "import sys, fabstack, fabstack.environment; print('gymnasium' in sys.modules)"
    assert run_python(code) == "False"


def test_a_missing_extra_is_named_in_one_line():
    code = (
        "import sys; sys.modules['gymnasium'] = None\n"
        "from fabstack.errors import MissingExtra\n"
        "try:\n    from fabstack.environment import FabEnv\n"
        "except MissingExtra as error:\n    print(error)"
    )
    assert run_python(code) == (
        "the environment for learning agents needs an optional package: pip install 'fabstack[gym]'"
    )


def test_every_name_that_is_promised_can_be_imported():
    import fabstack.environment as environment

    assert all(getattr(environment, name) is not None for name in environment.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        environment.nonsense  # noqa: B018


def test_the_reference_explains_every_feature_and_reward(project):
    page = (project / "docs" / "reference" / "environment.md").read_text(encoding="utf-8")
    for feature in (*CANDIDATE_FEATURES, *GROUP_FEATURES):
        assert f"| `{feature.name}` | {feature.meaning} |" in page
    for name in REWARDS.names():
        assert f"`{name}`" in page
