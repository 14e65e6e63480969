"""One run, bit for bit, however it is run."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_fabs import digest, everything, run
from numba import njit

from fabstack.arrays.types import NONE, Status, ToolState
from fabstack.simulate import kernel, world
from fabstack.simulate.kernel_compile import SETTINGS, compiled
from fabstack.simulate.kernel_tables import Handle
from fabstack.simulate.readings import reading
from fabstack.simulate.simulation import Simulation

SEED, END_MIN = 7, 3_000.0


@pytest.fixture(scope="module")
def whole():
    """The digest of one uninterrupted compiled run."""
    return digest(run(everything(), SEED, END_MIN))


def in_mode(**environment):
    script = Path(__file__).with_name("kernel_mode.py")
    done = subprocess.run(
        [sys.executable, str(script), str(SEED), str(END_MIN)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def other_run(seed):
    return digest(run(everything(), seed, END_MIN))


def test_the_fab_of_everything_does_everything():
    read = reading(run(everything(), SEED, END_MIN).world, END_MIN)
    assert (read.left > 0).all()
    assert read.scrapped[0] > 0
    assert read.carriers_scrapped[0] > 0
    assert (read.state_min[:3, 1:5:2] > 0).all()
    assert (read.state_min[:3:2, ToolState.SETUP] > 0).all()
    assert (read.used > 0).all()
    assert read.lost[0] > 0


def test_the_fab_of_everything_uses_the_rules_for_tools_that_differ():
    simulation = Simulation(everything(), SEED)
    tools = simulation.world.state.tools
    now, two_inside, runs_bind, wait_for_vehicle = simulation.world.state.now, 0, 0, 0
    for minute in range(0, int(END_MIN), 10):
        simulation.run_until(float(minute))
        two_inside += int((tools.lots[:2] == 2).sum())
        runs_bind += int((tools.run_left > 0).sum())
        wait_for_vehicle += int(now.first_parked[0] != NONE)
    assert two_inside > 40
    assert runs_bind > 50
    assert wait_for_vehicle > 20
    windows = simulation.world.state.stretches
    assert (windows.late > 0).all()
    assert (windows.late < windows.closed).all()


def test_pure_python_gives_the_same_bits(whole):
    assert in_mode(NUMBA_DISABLE_JIT="1") == whole


def test_checked_bounds_give_the_same_bits_and_no_row_is_out_of_range(whole):
    assert in_mode(NUMBA_BOUNDSCHECK="1") == whole


def test_threads_give_the_same_bits(whole):
    with ThreadPoolExecutor(4) as pool:
        digests = list(pool.map(other_run, [SEED, 1, SEED, 2]))
    assert digests == [whole, other_run(1), whole, other_run(2)]


def test_processes_give_the_same_bits(whole):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(other_run, [SEED, SEED])) == [whole, whole]


@given(st.lists(st.floats(0.0, END_MIN), max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_run_that_is_cut_and_resumed_gives_the_same_bits(whole, cuts):
    simulation = Simulation(everything(), SEED)
    for cut_min in (*sorted(cuts), END_MIN):
        simulation.run_until(cut_min)
    assert digest(simulation) == whole


@given(st.floats(0.0, END_MIN))
@settings(max_examples=15, deadline=None)
def test_a_snapshot_goes_on_as_the_original_and_leaves_it_alone(whole, cut_min):
    simulation = run(everything(), SEED, cut_min)
    before, copy = digest(simulation), simulation.copy()
    copy.run_until(END_MIN)
    assert digest(copy) == whole
    assert digest(simulation) == before


@given(st.integers(1, 40))
@settings(max_examples=10, deadline=None)
def test_a_run_that_pauses_after_every_few_events_gives_the_same_bits(whole, events):
    simulation = Simulation(everything(), SEED)
    handle = Handle(simulation.world)
    while kernel.run_until(handle.world, END_MIN, events) == Status.PAUSED:
        pass
    assert digest(simulation) == whole


def test_readings_change_nothing(whole):
    simulation = Simulation(everything(), SEED)
    for day in range(0, int(END_MIN) + 1, 100):
        simulation.run_until(float(day))
        reading(simulation.world, float(day))
    assert digest(simulation) == whole


def test_full_tables_grow_or_are_emptied_without_a_change(monkeypatch):
    """With room for a few lots and lines, the same lots leave at the same minutes."""
    roomy = run(everything(), SEED, END_MIN).finished
    monkeypatch.setattr(world, "SLOTS", 1)
    monkeypatch.setattr(world, "LINES", 1)
    tight = Simulation(everything(), SEED, seen_lines=1)
    assert tight.world.state.lots.size < 256
    tight.run_until(END_MIN)
    assert tight.finished.tolist() == roomy.tolist()
    assert len(tight.seen) > 1_000


def test_another_seed_gives_another_run(whole):
    assert other_run(SEED + 1) != whole


@pytest.mark.skipif(SETTINGS.DISABLE_JIT, reason="nothing is compiled")
def test_a_function_that_only_the_kernel_calls_is_no_machine_code_of_its_own():
    @compiled
    def twice(number):
        return 2 * number

    @njit
    def whole(number):
        return twice(number) + 1

    assert whole(3) == 7
    assert not has_machine_code(twice)
    assert has_machine_code(whole)


def has_machine_code(function):
    (made,) = function.overloads.values()
    return made.library.get_pointer_to_function(made.fndesc.llvm_func_name) != 0
