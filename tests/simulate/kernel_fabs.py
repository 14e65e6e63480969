"""Small fabs for the kernel's tests, and what to measure on them."""

import math

import numpy as np

from fabstack.arrays.build import Group, Parts, Route, Step, Stream, fab_of, poisson
from fabstack.arrays.chance import constant, exponential
from fabstack.simulate.readings import faults, reading
from fabstack.simulate.simulation import Simulation

DAY = 1440.0


def queue(process, interval_min, tools=1, **group):
    """One group of tools and lots of one carrier that enter at random."""
    return fab_of(
        Parts(
            [Group("queue", tools, **group)],
            [Route([Step(0, process)])],
            [poisson("lots", interval_min, carriers=1)],
        )
    )


def line(processes, interval_min, groups=None, tools=1, **step):
    """A route through groups of tools; `groups` names the one of each step."""
    groups = list(range(len(processes))) if groups is None else groups
    steps = [Step(g, p, **step) for g, p in zip(groups, processes, strict=True)]
    return Parts(
        [Group(f"group {g}", tools) for g in range(max(groups) + 1)],
        [Route(steps)],
        [poisson("lots", interval_min, carriers=1)],
    )


def conwip(processes, cards, tools=None):
    """A line in which a lot enters whenever one has left: lots are cards of a stock."""
    tools = [1] * len(processes) if tools is None else tools
    return fab_of(
        Parts(
            [Group(f"group {g}", n) for g, n in enumerate(tools)],
            [Route([Step(g, process) for g, process in enumerate(processes)], stock=0)],
            [Stream("cards", carriers=1, needs=[(0, 1)], intervals=[(1e15, 0.0)])],
            stocks=[cards],
        )
    )


def run(fab, seed, end_min):
    simulation = Simulation(fab, seed)
    simulation.run_until(end_min)
    return simulation


def window(fab, seed, warm_up_min, end_min):
    """What happened between two minutes; the books must balance at both."""
    simulation = run(fab, seed, warm_up_min)
    before = reading(simulation.world, warm_up_min)
    assert faults(simulation.world, warm_up_min) == []
    simulation.run_until(end_min)
    assert faults(simulation.world, end_min) == []
    return reading(simulation.world, end_min).since(before), simulation


def mean_wait_min(fab, seed, warm_up_min, end_min):
    """Minutes that lots waited before they started, over all groups, for each start."""
    read, _ = window(fab, seed, warm_up_min, end_min)
    return read.waited_min.sum() / read.lots_started.sum()


def mean_stay_min(fab, seed, warm_up_min, end_min, product=0):
    """Minutes from entering to leaving of lots that entered after the warm-up."""
    done = run(fab, seed, end_min).finished
    done = done[(done.entered_min >= warm_up_min) & (done["product"] == product)]
    return float(np.mean(done.left_min - done.entered_min))


def lots_per_min(fab, seed, warm_up_min, end_min):
    read, _ = window(fab, seed, warm_up_min, end_min)
    return read.left.sum() / read.at_min


class Sample:
    """Replications of one number, compared with its exact value."""

    def __init__(self, measure, replications=20):
        self.values = np.array([measure(seed) for seed in range(replications)])
        self.error = self.values.std(ddof=1) / math.sqrt(replications)

    def agrees_with(self, exact):
        """Within four standard errors: a t with 19 degrees of freedom fails once in 1,300 seeds."""
        return abs(self.values.mean() - exact) < 4 * self.error

    def __repr__(self):
        return f"{self.values.mean():.6g} +- {self.error:.2g}"


def slowed(process, by=1.02):
    """The same process with times that are 2 % too long."""
    return process.times(by)


ONE = constant(1.0)
EXP = exponential(1.0)
