"""Groups that ask the caller which lot goes next."""

import pytest
from kernel_fabs import digest
from kernel_stories import lots

from fabstack.arrays.build import Group, Parts, Route, Step, fab_of
from fabstack.arrays.chance import constant, exponential
from fabstack.arrays.types import NONE, Choice, Key, Saw, Status
from fabstack.simulate import kernel
from fabstack.simulate.kernel_tables import Handle
from fabstack.simulate.simulation import Simulation


def waiting(world, group):
    """The nodes of the lots that wait for a group, in the order of their arrival."""
    nodes, lots, tools = [], world.state.lots, world.state.tools.size
    ranks = int(world.fab.facts.ranks[0])
    for place, queue in enumerate(world.state.queues):
        node = int(queue.first)
        while world.fab.families.group[place // ranks] == group and node != NONE:
            nodes.append(node)
            node = int(world.calendar.links.behind[node])
    return sorted(nodes, key=lambda node: lots.arrival[node - tools])


def asked(parts, choose, end_min=1_000.0, seed=1):
    """Runs with the choice of `choose` among the nodes; returns the run and the questions.

    A question is (minute, group, number of lots that wait).
    """
    simulation = Simulation(fab_of(parts), seed, seen_lines=20_000)
    handle, now, questions = Handle(simulation.world), simulation.world.state.now, []
    while True:
        status = kernel.run_until(handle.world, end_min, 1_000_000)
        if status == Status.DONE:
            assert now.asked[0] == NONE
            return simulation, questions
        assert status == Status.ASKED
        group = int(now.asked[0])
        nodes = waiting(simulation.world, group)
        questions.append((float(now.now_min[0]), group, len(nodes)))
        now.answer = choose(nodes)


def starts(simulation):
    return [
        (float(line.time_min), f"{line.stream}.{line.serial}", int(line.tool))
        for line in simulation.seen
        if line.saw == Saw.STARTED
    ]


def first(nodes):
    return nodes[0]


def last(nodes):
    return nodes[-1]


def one_group(*entries, process_min=10.0, **group):
    step = Step(0, constant(process_min))
    return Parts([Group("tools", is_asked=True, **group)], [Route([step])], [lots(*entries)])


def test_the_caller_says_which_lot_goes_next():
    """Three lots at 0, last come first served; the last one needs no question."""
    simulation, questions = asked(one_group((0.0,), (0.0,), (0.0,)), last)
    assert questions == [(0.0, 0, 3), (10.0, 0, 2)]
    assert starts(simulation) == [(0.0, "0.2", 0), (10.0, "0.1", 0), (20.0, "0.0", 0)]


def test_a_lot_that_waits_alone_needs_no_question():
    simulation, questions = asked(one_group((0.0,), (3.0,), (40.0,)), last)
    assert questions == []
    assert starts(simulation) == [(0.0, "0.0", 0), (10.0, "0.1", 0), (40.0, "0.2", 0)]


def test_each_free_tool_asks():
    """Four lots at 0 on three tools: a question for each but the last tool has one lot more."""
    simulation, questions = asked(one_group(*[(0.0,)] * 4, tools=3), last)
    assert questions == [(0.0, 0, 4), (0.0, 0, 3), (0.0, 0, 2)]
    assert [lot for _, lot, _ in starts(simulation)] == ["0.3", "0.2", "0.1", "0.0"]


def test_a_lot_of_any_rank_may_be_chosen():
    simulation, _ = asked(one_group((0.0, 1, 0), (0.0, 1, 2), (0.0, 1, 1)), lambda nodes: nodes[1])
    assert [lot for _, lot, _ in starts(simulation)] == ["0.1", "0.2", "0.0"]


def test_without_an_answer_the_group_asks_again():
    simulation = Simulation(fab_of(one_group((0.0,), (0.0,), (0.0,))), 1)
    handle = Handle(simulation.world)
    before = []
    for _ in range(4):
        assert kernel.run_until(handle.world, 100.0, 1_000) == Status.ASKED
        before.append(digest(simulation))
    assert len(set(before[1:])) == 1  # the first one has looked for room


def test_groups_that_look_behind_the_one_that_asks_have_their_turn():
    """At 10 both groups have two lots to choose from, and a third that is not asked starts one."""
    groups = [Group("a", is_asked=True), Group("b", is_asked=True), Group("c")]
    routes = [Route([Step(group, constant(10.0))]) for group in range(3)]
    streams = [lots(*[(0.0,)] * 3, route=group) for group in range(3)]
    simulation, questions = asked(Parts(groups, routes, streams), last)
    assert questions == [(0.0, 0, 3), (0.0, 1, 3), (10.0, 0, 2), (10.0, 1, 2)]
    assert [(m, lot) for m, lot, tool in starts(simulation) if tool == 2] == [
        (0.0, "2.0"),
        (10.0, "2.1"),
        (20.0, "2.2"),
    ]


def test_lots_of_two_setups_may_be_chosen():
    """The rule looks at setups, but the caller has the say: red, blue, red, each with a change."""
    changes = {(None, "red"): 2.0, (None, "blue"): 3.0}
    keys = (Key.PRIORITY, Key.SETUP)
    routes = [Route([Step(0, constant(10.0), setup=colour)]) for colour in ("red", "blue")]
    streams = [lots((0.0,), (0.1,)), lots((0.2,), route=1)]
    group = Group("tool", is_asked=True, keys=keys, changes_min=changes)
    simulation, questions = asked(Parts([group], routes, streams), last)
    assert questions == [(12.0, 0, 2)]
    assert starts(simulation) == [(0.0, "0.0", 0), (12.0, "1.0", 0), (25.0, "0.1", 0)]


@pytest.mark.parametrize("choice", [Choice.LONGEST_FREE, Choice.RANDOM, Choice.LEAST_USED])
def test_who_answers_as_the_rule_does_changes_nothing(choice):
    """First come, first served, on tools in a loop."""
    steps = [Step(group, exponential(9.0), rework_share=0.2) for group in (0, 1, 0)]
    entries = [(7.0 * place, 3) for place in range(60)]
    groups = [Group("a", 3, is_asked=True, choice=choice), Group("b", is_asked=True)]
    parts = Parts(groups, [Route(steps)], [lots(*entries)])
    plain = [Group("a", 3, choice=choice), Group("b")]
    told, questions = asked(parts, first, 5_000.0)
    ours = Simulation(fab_of(Parts(plain, [Route(steps)], [lots(*entries)])), 1, seen_lines=20_000)
    ours.run_until(5_000.0)
    assert len(questions) > 20
    assert sorted(starts(told)) == sorted(starts(ours))  # within a minute the order is free
    assert told.finished.tolist() == ours.finished.tolist()
