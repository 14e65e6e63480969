"""Runs that cannot end well say so in one sentence; cold starts are announced."""

import pytest
from kernel_fabs import EXP, queue

from fabstack.arrays.build import Group, Listed, Parts, Route, Step, Stream, fab_of
from fabstack.arrays.chance import constant
from fabstack.errors import LimitError
from fabstack.simulate import simulation
from fabstack.simulate.simulation import Simulation, announce_compilation


def test_lots_that_go_round_in_no_time_are_a_limit_and_not_a_hang(monkeypatch):
    monkeypatch.setattr(simulation, "EVENTS_AT_ONCE", 10_000)
    step = Step(0, constant(0.0), rework_share=1.0, rework_to=0)
    fab = fab_of(Parts([Group("tool")], [Route([step])], [Stream("lots", listed=[Listed(7.0)])]))
    with pytest.raises(LimitError, match=r"10,000 events at minute 7\.00: some lots go round"):
        Simulation(fab, 1).run_until(10.0)


def test_a_plant_that_drowns_is_a_limit_and_not_an_empty_memory(monkeypatch):
    monkeypatch.setattr(simulation, "MOST_LOTS", 3_000)
    with pytest.raises(LimitError, match="4,096 lots are inside at minute"):
        Simulation(queue(EXP, 0.01), 1).run_until(1e6)


def test_a_run_to_a_minute_that_is_past_does_nothing():
    run = Simulation(queue(EXP, 2.0), 1)
    run.run_until(500.0)
    events, now_min = run.world.state.now.events[0], run.now_min
    run.run_until(100.0)
    assert (run.world.state.now.events[0], run.now_min) == (events, now_min)


def test_an_empty_fab_runs():
    run = Simulation(fab_of(Parts([], [], [])), 1)
    run.run_until(1_000.0)
    assert len(run.finished) == 0


def test_compiling_is_announced_only_where_it_will_happen(monkeypatch):
    said = []
    monkeypatch.setattr(simulation, "is_compiled", lambda: False)
    announce_compilation(said.append)
    monkeypatch.setattr(simulation, "is_compiled", lambda: True)
    announce_compilation(said.append)
    assert len(said) == 1
    assert "compiling" in said[0]
