"""A plain event list, written from the rules in words, gives the very same lot times.

SimPy (test_kernel_peer.py) has no cascades, setups or bound tools, so this peer is a list of
events in pure Python (kernel_line.py), which takes carriers through a cascade one by one.
"""

from dataclasses import replace

import numpy as np
import pytest
from kernel_fabs import by
from kernel_line import Plant
from kernel_reentrant import CHANGES, baked, bound, reentrant, with_groups, with_steps

from fabstack.arrays.build import breakdown, fab_of
from fabstack.arrays.chance import exponential
from fabstack.arrays.types import Choice, Key
from fabstack.simulate.simulation import Simulation

SEED, END_MIN = 11, 6_000.0
PLAIN = {"setup": None, "setup_min": None}  # of a step


def compare(parts, at_least=440):
    simulation = Simulation(fab_of(parts), SEED)
    simulation.run_until(END_MIN)
    ours = {(int(one.stream), int(one.serial)): one.left_min for one in simulation.finished}
    peer = Plant(parts, SEED, END_MIN).left
    assert ours.keys() == peer.keys()
    assert len(ours) >= at_least
    assert [ours[lot] for lot in ours] == pytest.approx([peer[lot] for lot in ours], abs=1e-9)
    return np.mean([ours[lot] for lot in ours])


RULES = [
    by(Key.FIFO),
    by(Key.CRITICAL_RATIO),
    by(Key.EARLIEST_DUE_DATE),
    by(Key.LEAST_SLACK),
    (Key.SHORTEST_PROCESS, Key.PRIORITY, Key.FIFO),
]


@pytest.mark.parametrize("keys", RULES)
def test_the_same_times_without_the_new_rules(keys):
    compare(plain(reentrant(keys=keys)))


@pytest.mark.parametrize("load", [0.0, 0.7])
@pytest.mark.parametrize("keys", RULES[:2])
def test_the_same_times_with_cascades(keys, load):
    compare(with_steps(reentrant(keys=keys, load=load), **PLAIN))


@pytest.mark.parametrize("keys", RULES[:2])
def test_the_same_times_with_cascades_that_break(keys):
    stops = [breakdown(exponential(60.0), exponential(4.0))]
    parts = with_steps(reentrant(keys=keys, load=0.7), **PLAIN)
    compare(with_groups(parts, stops=stops), 430)


@pytest.mark.parametrize("keys", RULES)
def test_the_same_times_with_setups_of_single_lots(keys):
    compare(with_steps(reentrant(keys=keys, changes_min=CHANGES), interval_min=None))


@pytest.mark.parametrize("keys", RULES)
def test_the_same_times_with_setups_beside_the_process(keys):
    stops = [breakdown(exponential(80.0), exponential(3.0))]
    compare(with_groups(reentrant(keys=keys, load=0.3, changes_min=CHANGES), stops=stops), 430)


RULES_OF_SETUP = [  # without SETUP among the keys see the strict xfail in test_kernel_setups.py
    by(Key.SETUP, Key.FIFO),
    by(Key.SETUP, Key.CRITICAL_RATIO),
    (Key.SETUP, Key.EARLIEST_DUE_DATE),
    by(Key.CRITICAL_RATIO, Key.SETUP),
]


@pytest.mark.parametrize("keys", RULES_OF_SETUP)
@pytest.mark.parametrize("runs", [{}, {"red": 2, "blue": 1}])
def test_the_same_times_with_the_tool_of_least_setup_and_runs(keys, runs):
    """Ties between tools by lot; see below for the tool that is free for longest."""
    choice = {"choice": Choice.RANDOM, "prefers_least_setup": True}
    parts = reentrant(keys=keys, load=0.3, changes_min=CHANGES, least_runs=runs)
    groups = [replace(parts.groups[0], tools=3, **choice), *parts.groups[1:]]
    compare(replace(parts, groups=groups), 420)


def test_the_same_times_with_the_tool_that_is_free_for_longest_of_those_with_least_setup():
    parts = reentrant(load=0.3, changes_min=CHANGES)
    groups = [replace(parts.groups[0], tools=4, prefers_least_setup=True), *parts.groups[1:]]
    compare(replace(parts, groups=groups), 420)


@pytest.mark.parametrize("keys", RULES[:2])
def test_the_same_times_with_bound_tools(keys):
    """Two tools each: where one is chosen there is no other."""
    parts = bound(with_steps(reentrant(keys=keys, load=0.3), interval_min=None, setup=None))
    compare(parts, 400)


RULES_OF_BATCHES = [
    by(Key.FIFO),
    by(Key.CRITICAL_RATIO),
    by(Key.FULLEST_BATCH, Key.FIFO),
    (Key.EARLIEST_DUE_DATE,),
]
OVENS = {
    "minimum": {"least": 5, "batch_wait_min": 40.0},
    "ahead": {"looks_ahead": True},
    "one oven ahead": {"looks_ahead": True, "tools": 1, "most": 20},
    "three ahead of a minimum": {"looks_ahead": True, "tools": 3, "least": 4},
    "ahead for a while": {"looks_ahead": True, "least": 3, "batch_wait_min": 9.0},
}


@pytest.mark.parametrize("oven", OVENS.values(), ids=OVENS)
@pytest.mark.parametrize("keys", RULES_OF_BATCHES)
def test_the_same_times_with_batches(keys, oven):
    compare(baked(plain(reentrant(load=0.2)), keys=keys, **oven), 400)


@pytest.mark.parametrize("oven", OVENS.values(), ids=OVENS)
def test_the_same_times_with_batches_behind_cascades_that_break(oven):
    stops = [breakdown(exponential(60.0), exponential(8.0))]
    parts = with_steps(reentrant(load=0.7), **PLAIN)
    compare(baked(with_groups(parts, stops=stops), **oven), 350)


@pytest.mark.parametrize("prefers_least_setup", [True, False])
def test_the_same_times_with_the_tool_that_has_taken_least(prefers_least_setup):
    """Without cascades that choose: there who heads a line holds up the others."""
    words = {"choice": Choice.LEAST_USED, "prefers_least_setup": prefers_least_setup, "tools": 3}
    stops = [breakdown(exponential(70.0), exponential(4.0))]
    if prefers_least_setup:
        parts = with_steps(reentrant(changes_min=CHANGES), interval_min=None)
    else:
        parts = with_steps(reentrant(), **PLAIN)
    compare(with_groups(parts, stops=stops, **words), 430)


@pytest.mark.parametrize("vehicles", [1, 2, 5])
def test_the_same_times_with_few_vehicles(vehicles):
    compare(replace(plain(reentrant(load=0.2)), vehicles=vehicles), 60)


@pytest.mark.parametrize("ahead", [True, False])
def test_the_same_times_with_tools_kept_for_hot_lots_that_wait_for_vehicles(ahead):
    parts = replace(reentrant(load=0.2, changes_min=CHANGES), vehicles=3)
    hot = replace(parts.streams[1], reserves=True)
    parts = replace(parts, streams=[parts.streams[0], hot])
    compare(baked(parts, looks_ahead=True) if ahead else plain(parts), 100)


@pytest.mark.parametrize("keys", RULES_OF_SETUP)
def test_the_same_times_with_everything(keys):
    stops = [breakdown(exponential(90.0), exponential(3.0))]
    parts = bound(reentrant(keys=keys, load=0.3, changes_min=CHANGES, least_runs={"red": 1}))
    parts = with_groups(parts, tools=3, choice=Choice.RANDOM, prefers_least_setup=True, stops=stops)
    compare(parts, 400)


def test_the_new_rules_make_a_difference():
    """Otherwise the comparisons above would say little."""
    parts = reentrant(load=0.3, changes_min=CHANGES)
    variants = [
        plain(parts),
        with_steps(parts, setup=None),
        with_steps(parts, interval_min=None),
        parts,
        bound(parts),
        with_groups(parts, prefers_least_setup=True),
        with_groups(parts, least_runs={"red": 2}),
        with_groups(parts, keys=by(Key.SETUP)),
        with_groups(parts, choice=Choice.LEAST_USED),
        replace(parts, vehicles=3),
        replace(parts, streams=[parts.streams[0], replace(parts.streams[1], reserves=True)]),
        *(baked(plain(parts), **oven) for oven in OVENS.values()),
        baked(plain(parts)),
        baked(plain(parts), least=3, batch_wait_min=9.0),
        baked(plain(parts), least=4, tools=3),
    ]
    means = [compare_only_ours(variant) for variant in variants]
    assert len({round(mean, 6) for mean in means}) == len(means)


def plain(parts):
    """The same without setups and intervals."""
    return with_steps(parts, interval_min=None, **PLAIN)


def compare_only_ours(parts):
    simulation = Simulation(fab_of(parts), SEED)
    simulation.run_until(END_MIN)
    return float(np.mean(simulation.finished.left_min))
