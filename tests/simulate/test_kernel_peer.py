"""SimPy, fed with the very same draws, gives the very same lot times."""

import numba
import numpy as np
import pytest
import simpy

from fabstack.arrays.build import (
    Group,
    Listed,
    Parts,
    Route,
    Step,
    Stream,
    breakdown,
    fab_of,
)
from fabstack.arrays.chance import exponential, gamma, uniform
from fabstack.arrays.types import Draw
from fabstack.simulate import kernel_chance as chance
from fabstack.simulate.kernel_tables import Handle, hop_at, plan_at, step_at
from fabstack.simulate.simulation import Simulation
from fabstack.simulate.world import new_world

SEED = 11


@numba.njit
def lot_key(entry_key, serial):
    return chance.keyed(entry_key, chance.numbered(Draw.LOT, np.int64(0), serial))


@numba.njit
def process_min(world, step, key, place, visit):
    number = chance.numbered(Draw.PROCESS, place, visit)
    return chance.drawn(world, step_at(world, step).process, key, number)


@numba.njit
def hop_min(world, key, place, visit):
    number = chance.numbered(Draw.TRANSPORT, place, visit)
    return chance.drawn(world, hop_at(world, 0), key, number)


@numba.njit
def happens(probability, purpose, key, place, visit):
    return chance.happens(probability, key, chance.numbered(purpose, place, visit))


@numba.njit
def up_min(world, key, times):
    return chance.drawn(
        world,
        plan_at(world, 0).between,
        key,
        chance.numbered(Draw.BETWEEN_STOPS, np.int64(0), times),
    )


@numba.njit
def first_up_min(world, key):
    number = chance.numbered(Draw.FIRST_STOP, np.int64(0), np.int64(0))
    return chance.drawn(world, plan_at(world, 0).first, key, number)


@numba.njit
def down_min(world, key, times):
    number = chance.numbered(Draw.STOP_LENGTH, np.int64(0), times)
    return chance.drawn(world, plan_at(world, 0).length, key, number)


class SimPyFab:
    """The same fab as a peer would write it: resources, processes, requests."""

    def __init__(self, parts, end_min):
        self.parts, self.fab = parts, fab_of(parts)
        self.handle = Handle(new_world(self.fab, SEED))
        self.world = self.handle.world
        self.arrays = new_world(self.fab, SEED)
        self.env = simpy.Environment()
        kinds = {True: simpy.PreemptiveResource, False: simpy.PriorityResource}
        self.groups = [kinds[bool(g.stops)](self.env, g.tools) for g in parts.groups]
        self.left = {}
        for stream_id, stream in enumerate(parts.streams):
            self.env.process(self.entries(stream_id, stream))
        for upkeep in self.arrays.state.upkeeps:
            self.env.process(self.tool_life(int(upkeep.tool), upkeep.key))
        self.env.run(until=end_min)

    def entries(self, stream_id, stream):
        key = self.arrays.state.entries.key[stream_id]
        for serial, listed in enumerate(stream.listed):
            yield self.env.timeout(listed.at_min - self.env.now)
            self.env.process(
                self.lot(stream_id, serial, np.uint64(lot_key(key, serial)), listed.rank)
            )

    def lot(self, stream_id, serial, key, rank):
        place, visit = 0, 0
        steps = self.parts.routes[stream_id].steps
        first = int(self.fab.routes.first_step[stream_id])
        is_new = True
        while place < len(steps):
            step, number = steps[place], np.int64(place + 1)
            share = step.performed_share
            if share < 1 and not happens(share, Draw.SAMPLING, key, number, np.int64(visit)):
                place += 1
                continue
            if not is_new:
                yield self.env.timeout(hop_min(self.world, key, number, np.int64(visit)))
            is_new = False
            minutes = process_min(self.world, first + place, key, number, np.int64(visit))
            yield from self.run_job(step.group, rank, minutes)
            share = step.rework_share
            if share > 0 and happens(share, Draw.REWORK, key, number, np.int64(visit)):
                place, visit = step.rework_to, visit + 1
            else:
                place += 1
        self.left[stream_id, serial] = self.env.now

    def run_job(self, group, rank, minutes):
        """A job keeps its tool through breakdowns: it asks again, ahead of all that wait."""
        priority = rank
        while minutes > 0:
            with self.ask(group, priority) as tool:
                yield tool
                began = self.env.now
                try:
                    yield self.env.timeout(minutes)
                    return
                except simpy.Interrupt:
                    minutes -= self.env.now - began
                    priority = -1

    def ask(self, group, priority):
        resource = self.groups[group]
        if isinstance(resource, simpy.PreemptiveResource):
            return resource.request(priority=priority, preempt=False)
        return resource.request(priority=priority)

    def tool_life(self, tool, key):
        """Breakdowns of a group of one tool, idle or busy."""
        group = int(self.fab.fixtures.group[tool])
        assert self.parts.groups[group].tools == 1
        yield self.env.timeout(first_up_min(self.world, key))
        for times in range(10**9):
            with self.groups[group].request(priority=-2) as tool_request:
                yield tool_request
                yield self.env.timeout(down_min(self.world, key, times))
            yield self.env.timeout(up_min(self.world, key, times + 1))


def listed(count, interval_min, rank, seed):
    """Entries at random minutes that never tie."""
    minutes = np.cumsum(np.random.default_rng(seed).exponential(interval_min, count))
    return [Listed(float(minute), rank=rank) for minute in minutes]


def compare(parts, end_min):
    simulation = Simulation(fab_of(parts), SEED)
    simulation.run_until(end_min)
    ours = {(int(one.stream), int(one.serial)): one.left_min for one in simulation.finished}
    peer = SimPyFab(parts, end_min).left
    assert ours.keys() == peer.keys()
    assert len(ours) > 400
    assert [ours[lot] for lot in ours] == pytest.approx([peer[lot] for lot in ours], abs=1e-9)


def test_simpy_gives_the_same_times_with_priorities_sampling_and_rework_on_many_tools():
    steps = [
        Step(0, exponential(3.0)),
        Step(1, gamma(2.0, 0.7), performed_share=0.5),
        Step(0, uniform(1.0, 3.0)),
        Step(2, exponential(2.5), rework_share=0.15, rework_to=2),
        Step(1, exponential(1.0)),
    ]
    parts = Parts(
        [Group("litho", 3), Group("metrology", 1), Group("etch", 2)],
        [Route(steps), Route(steps[:3])],
        [
            Stream("plain", listed=listed(400, 3.2, 1, 1)),
            Stream("hot", route=1, listed=listed(100, 13.0, 0, 2)),
        ],
        hops=((uniform(0.5, 2.0),),),
    )
    compare(parts, 3_000.0)


def test_simpy_gives_the_same_times_with_breakdowns_that_stop_and_resume_jobs():
    stops = [breakdown(exponential(40.0), exponential(6.0))]
    steps = [
        Step(0, exponential(1.5)),
        Step(1, exponential(2.0)),
        Step(0, uniform(0.5, 1.5)),
        Step(2, exponential(2.0)),
    ]
    parts = Parts(
        [Group("litho", stops=stops), Group("etch", 2), Group("implant", stops=stops)],
        [Route(steps), Route(steps)],
        [
            Stream("plain", listed=listed(400, 5.0, 1, 3)),
            Stream("hot", route=1, listed=listed(80, 25.0, 0, 4)),
        ],
        hops=((uniform(0.1, 0.9),),),
    )
    compare(parts, 4_000.0)
