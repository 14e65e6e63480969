"""Small fabs for the kernel's tests, and what to measure on them."""

import hashlib
import math
from dataclasses import replace

import numpy as np

from fabstack.arrays.build import (
    Group,
    Inside,
    Listed,
    Parts,
    Purchase,
    Route,
    Step,
    Stream,
    breakdown,
    fab_of,
    maintenance,
    poisson,
)
from fabstack.arrays.chance import (
    constant,
    empirical,
    erlang,
    exponential,
    gamma,
    lognormal,
    normal,
    pert,
    triangular,
    uniform,
)
from fabstack.arrays.types import Basis, Choice, Clock, Key, Late
from fabstack.simulate.readings import faults, reading
from fabstack.simulate.simulation import Simulation

DAY = 1440.0


def by(*keys):
    """A rule that looks at the priority first."""
    return (Key.PRIORITY, *keys)


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


def everything(scale=1.0, listed=30):
    """Two plants and a stock between them that use all that the kernel can do."""
    t = scale
    stops = [
        breakdown(gamma(300.0, 0.8).times(t), lognormal(15.0, 0.6).times(t)),
        maintenance(400.0 * t, pert(10.0, 20.0, 40.0).times(t)),
        maintenance(300.0, triangular(5.0, 8.0, 30.0).times(t), Clock.CARRIERS),
        breakdown(exponential(200.0).times(t), uniform(2.0, 6.0).times(t), Clock.BUSY),
    ]
    batch = {"basis": Basis.BATCH, "least_carriers": 20, "most_carriers": 40}
    track = {"basis": Basis.CARRIER, "interval_min": 0.35 * t}
    masks = {("mask A", "mask B"): 3.0 * t, (None, "mask A"): 2.0 * t, (None, "mask B"): 5.0 * t}
    wafer_steps = [
        Step(0, uniform(0.4, 0.8).times(t), setup="mask A", limit_min=45 * t, limit_to=1, **track),
        Step(1, gamma(40.0, 0.3).times(t), limit_min=50 * t, limit_to=3, **batch),
        Step(3, normal(6.0, 3.0).times(t), performed_share=0.3),
        Step(0, empirical((0.3, 0.5, 1.1)).times(t), setup="mask B", same_tool_as=0, **track),
        Step(2, exponential(8.0).times(t), rework_share=0.2, rework_to=3, setup="oxide"),
        Step(1, constant(35.0).times(t), batch_family="cure", **batch),
        Step(
            2,
            constant(5.0).times(t),
            carrier_scrap_share=0.05,
            lot_scrap_share=0.03,
            setup="metal",
            setup_min=1.5 * t,
        ),
    ]
    short_steps = [
        replace(wafer_steps[0], limit_min=15 * t),
        wafer_steps[5],
        replace(wafer_steps[4], rework_to=0, rework_share=0.1),
    ]
    bond = Step(4, erlang(6.0, 2).times(t))
    mould, cure = Step(5, constant(9.0).times(t)), Step(5, constant(2.0).times(t))
    routes = [
        Route(wafer_steps, 0, 40.0, 0.83, exponential(90.0).times(t)),
        Route(short_steps),
        Route([bond, mould, replace(bond, same_tool_as=0), cure]),
    ]
    streams = [
        Stream(
            "regular",
            0,
            0,
            20,
            gap=exponential(1.0),
            intervals=_ramp(t),
            rank=1,
            due_after_min=900.0 * t,
            due_spread_share=0.3,
        ),
        Stream("orders", 1, 1, rank=2, listed=_orders(listed, t), reserves=True),
        Stream("inside", 0, 2, entries=0),
        Stream(
            "panels", 2, 3, 2, 2, intervals=[(1e15, 25.0 * t)], needs=[(0, 500), (1, 4)], rank=1
        ),
    ]
    parts = Parts(
        [
            Group(
                "litho",
                2,
                by(Key.CRITICAL_RATIO),
                Choice.RANDOM,
                prefers_least_setup=True,
                load_min=0.4 * t,
                unload_min=0.6 * t,
                changes_min=masks,
                stops=stops[:3],
            ),
            Group(
                "oven",
                3,
                by(Key.FULLEST_BATCH, Key.EARLIEST_DUE_DATE),
                Choice.LEAST_USED,
                batch_wait_min=60.0 * t,
                looks_ahead=True,
                stops=stops[:2],
            ),
            Group(
                "etch",
                3,
                by(Key.SETUP, Key.FIFO),
                Choice.RANDOM,
                changes_min={(None, "oxide"): 2.5 * t},
                least_runs={"oxide": 2},
                stops=stops[2:],
                comes_min=[0.0, 300.0 * t, 700.0 * t],
            ),
            Group("metrology", 1, by(Key.QUEUE_TIME_SPREAD, Key.NEXT_QUEUE), stops=stops[:1]),
            Group("bonder", 2, by(Key.LEAST_SLACK), place=1, goes_min=[1e15, 1_500.0 * t]),
            Group("mould", 1, by(Key.SHORTEST_PROCESS), place=1, stops=stops[1:2]),
        ],
        routes,
        streams,
        stocks=[300, 10],
        purchases=[Purchase(1, 100.0 * k * t, 17) for k in range(1, 30)],
        inside=[Inside(2, k % 7, 20, k % 3, -50.0 * k * t, 800.0 * t) for k in range(9)],
        hops=(
            (uniform(2.0, 5.0).times(t), constant(9.0).times(t)),
            (constant(9.0).times(t), constant(0.0)),
        ),
        vehicles=2,
        late_lots=Late.REWORKED,
    )
    return fab_of(parts)


def _ramp(t):
    return [(500.0 * t, 40.0 * t), (900.0 * t, 1e15), (2_000.0 * t, 16.0 * t), (1e15, 25.0 * t)]


def _orders(count, t):
    return [
        Listed(70.0 * (k // 2) * t, 10 + k % 5, k % 2, (70.0 * k + 400.0) * t) for k in range(count)
    ]


def digest(simulation):
    """SHA-256 over every bit of a run: what it did, where it stands, what will happen."""
    world, sha = simulation.world, hashlib.sha256()
    for table in (*world.state, simulation.finished, *_calendar(world)):
        for name in table.dtype.names:
            sha.update(np.ascontiguousarray(table[name]).tobytes())
    return sha.hexdigest()


def _calendar(world):
    """What is planned, without what the wheel has left behind in its unused places."""
    wheel = world.calendar.wheel[0]
    return (
        world.calendar.wheel,
        world.calendar.buckets,
        world.calendar.today[wheel.first : wheel.end],
        world.calendar.heap[: wheel.heap],
    )
