"""Steps that must use the tool of an earlier step, minute by minute."""

from dataclasses import replace

from kernel_stories import lots, order, stops_at, story

from fabstack.arrays.build import Group, Parts, Route, Step
from fabstack.arrays.chance import constant
from fabstack.arrays.types import Basis, Key, ToolState


def bound(*streams, tools=2, keys=(Key.PRIORITY, Key.FIFO), **group):
    """Route 0: 10 minutes at the group, 1 elsewhere, 10 on the tool of the first step.

    Route 1: 30 minutes at the group, on any tool.
    """
    there_and_back = Route(
        [Step(0, constant(10.0)), Step(1, constant(1.0)), Step(0, constant(10.0), same_tool_as=0)]
    )
    groups = [Group("tools", tools, keys, **group), Group("elsewhere", 9)]
    return Parts(groups, [there_and_back, Route([Step(0, constant(30.0))])], streams)


def visits(parts, tools=2):
    """[(minute, lot, tool)] of the starts at the first group."""
    return [(m, lot, tool) for m, lot, tool in story(parts) if tool < tools]


def test_a_bound_lot_waits_for_its_tool_while_another_is_free():
    """Lot 0 was on tool 0 until 10. When it is back at 11, tool 1 is free and tool 0 is not."""
    others = lots((0.0,), (10.5,), route=1)
    parts = bound(lots((0.0,)), others)
    assert visits(parts) == [
        (0.0, "0.0", 0),
        (0.0, "1.0", 1),
        (10.5, "1.1", 0),  # until 40.5, though tool 1 is free from 30 on
        (40.5, "0.0", 0),
    ]


def test_a_lot_that_may_use_any_tool_passes_one_that_waits_for_its_own():
    """At 30 tool 1 takes the lot of minute 29, not the bound one that has waited since 11."""
    parts = bound(lots((0.0,)), lots((0.0,), (10.5,), (29.0,), route=1))
    assert visits(parts)[-2:] == [(30.0, "1.2", 1), (40.5, "0.0", 0)]


def test_a_bound_lot_takes_its_tool_before_one_that_came_later():
    """At 40.5 tool 0 could take either: the bound one has waited since 11, the other since 12."""
    parts = bound(lots((0.0,)), lots((0.0,), (10.5,), (12.0,), (13.0,), route=1))
    assert visits(parts)[3:] == [(30.0, "1.2", 1), (40.5, "0.0", 0), (50.5, "1.3", 0)]


def test_a_bound_lot_takes_its_tool_at_once_though_another_has_been_free_for_longer():
    """Both are free at 11; tool 1 has been since 0."""
    assert visits(bound(lots((0.0,)))) == [(0.0, "0.0", 0), (11.0, "0.0", 0)]


def test_two_lots_go_back_each_to_its_own_tool():
    """Lot 0 on tool 0 and lot 1 on tool 1; both are back at 11."""
    parts = bound(lots((0.0,), (0.0,)))
    assert visits(parts)[2:] == [(11.0, "0.0", 0), (11.0, "0.1", 1)]


def test_an_urgent_lot_goes_before_a_bound_one_on_its_tool():
    """Tool 1 has gone; at 40.5 tool 0 takes the urgent one of minute 35, not its own of 11."""
    others = lots((0.0, 25, 1), (10.5, 25, 1), (35.0, 25, 0), route=1)
    parts = bound(lots((0.0, 25, 1)), others, goes_min=[1e15, 20.0])
    assert visits(parts)[-2:] == [(40.5, "1.2", 0), (70.5, "0.0", 0)]


def test_a_breakdown_of_its_tool_keeps_a_bound_lot_waiting():
    """Both tools break at 10.5 for 20 minutes."""
    parts = bound(lots((0.0,)), stops=[stops_at((10.5, 20.0))])
    assert visits(parts) == [(0.0, "0.0", 0), (30.5, "0.0", 0)]


def test_maintenance_of_its_tool_keeps_a_bound_lot_waiting():
    stop = stops_at((10.5, 20.0), interrupts=False, state=ToolState.SCHEDULED_DOWN)
    assert visits(bound(lots((0.0,)), stops=[stop]))[1] == (30.5, "0.0", 0)


# --- Tools that go ------------------------------------------------------------------------------


def test_a_lot_whose_tool_has_gone_uses_any():
    """Tool 0 goes at 10, when the lot is through; at 11 it takes tool 1."""
    parts = bound(lots((0.0,)), goes_min=[10.0, 1e15])
    assert visits(parts) == [(0.0, "0.0", 0), (11.0, "0.0", 1)]


def test_a_lot_that_waits_for_a_tool_as_it_goes_uses_any_from_then_on():
    """Tool 0 goes at 20, while it works on another lot; tool 1 is free at 30."""
    parts = bound(lots((0.0,)), lots((0.0,), (10.5,), route=1), goes_min=[20.0, 1e15])
    assert visits(parts)[-1] == (30.0, "0.0", 1)


def test_a_lot_that_waits_for_a_tool_as_it_goes_takes_a_free_one_at_once():
    """Tool 1 is free from 12 on; tool 0 has another lot from 10.5 to 40.5 and goes at 20."""
    parts = bound(
        lots((0.0,)), lots((10.5,), route=1), lots((0.0,), route=2), goes_min=[20.0, 1e15]
    )
    parts = replace(parts, routes=[*parts.routes, Route([Step(0, constant(12.0))])])
    assert visits(parts) == [
        (0.0, "0.0", 0),
        (0.0, "2.0", 1),
        (10.5, "1.0", 0),
        (20.0, "0.0", 1),
    ]


def test_lots_of_several_ranks_that_wait_for_a_tool_as_it_goes():
    """Lots 0 (plain) and 1 (hot) wait for tool 0, which goes at 25; the hot one goes first.

    Tool 1 is busy till 30. On tool 0: lot 0 till 10, lot 1 till 20, then a hot one till 50, while
    lots 0 and 1 are back at 11 and 21.
    """
    mine, others = lots((0.0, 25, 1), (10.0, 25, 0)), lots((0.0, 25, 1), (19.5, 25, 0), route=1)
    assert visits(bound(mine, others, goes_min=[25.0, 1e15])) == [
        (0.0, "0.0", 0),
        (0.0, "1.0", 1),
        (10.0, "0.1", 0),
        (20.0, "1.1", 0),
        (30.0, "0.1", 1),
        (40.0, "0.0", 1),
    ]


def test_a_lot_that_waits_for_a_tool_as_it_goes_keeps_its_place():
    """It has waited since 11, a lot that any tool may take since 15; at 30 tool 1 is free."""
    others = lots((0.0,), (10.5,), (15.0,), route=1)
    assert visits(bound(lots((0.0,)), others, goes_min=[20.0, 1e15]))[-2:] == [
        (30.0, "0.0", 1),
        (40.0, "1.2", 1),
    ]


def test_a_tool_that_goes_does_not_change_whom_other_tools_are_bound_to():
    """Tool 2 goes; lot 0 still waits for tool 0."""
    others = lots((0.0,), (0.0,), (10.5,), route=1)
    parts = bound(lots((0.0,)), others, tools=3, goes_min=[1e15, 1e15, 20.0])
    assert visits(parts, 3)[-1] == (40.5, "0.0", 0)


# --- Which step binds ---------------------------------------------------------------------------


def one_lot(steps, *others, tools=2, **more):
    """A lot of these steps and others of 30 minutes that keep tools busy."""
    other = Route([Step(0, constant(30.0))])
    streams = [lots((0.0,)), lots(*others, route=1)]
    groups = [Group("tools", tools, **more), Group("elsewhere", 9)]
    return Parts(groups, [Route(steps), other], streams)


def test_a_chain_of_bound_steps_uses_one_tool():
    """Steps 0, 2 and 4 on tool 0, each time with tool 1 free for longer."""
    away, here = Step(1, constant(1.0)), Step(0, constant(10.0))
    steps = [here, away, replace(here, same_tool_as=0), away, replace(here, same_tool_as=2)]
    assert [tool for _, _, tool in visits(one_lot(steps))] == [0, 0, 0]


def test_two_memories_of_a_lot_are_apart():
    """Tool 0 for step 0; at 11 all three are busy; step 2 takes tool 1 at 30.

    Then step 3 goes with step 0, at 40 as tool 0 is free again, and step 4 with step 2.
    """
    here, away = Step(0, constant(10.0)), Step(1, constant(1.0))
    steps = [here, away, here, replace(here, same_tool_as=0), replace(here, same_tool_as=2)]
    parts = one_lot(steps, (0.0,), (0.0,), (10.0,), tools=3)
    mine = [(m, tool) for m, lot, tool in visits(parts, 3) if lot == "0.0"]
    assert mine == [(0.0, 0), (30.0, 1), (40.0, 0), (50.0, 1)]


def test_a_step_that_binds_again_after_rework_counts():
    """Step 0 is done a second time, on another tool; from then on that one is meant.

    Step 1 sends the lot back once: with the draw of its first visit, not with that of the second.
    """
    here = Step(0, constant(10.0))
    back = Step(1, constant(1.0), rework_share=0.5, rework_to=0)
    steps = [here, back, replace(here, same_tool_as=0)]
    streams = [lots(*[(200.0 * k,) for k in range(40)])]
    parts = Parts([Group("tools", 2), Group("elsewhere", 9)], [Route(steps)], streams)
    told = visits(parts)
    by_lot = {}
    for _, lot, tool in told:
        by_lot.setdefault(lot, []).append(tool)
    assert any(len(set(tools)) == 2 for tools in by_lot.values())  # a lot that changed tools
    assert all(tools[-1] == tools[-2] for tools in by_lot.values())  # the last two steps agree


def test_a_lot_that_was_spared_the_step_that_binds_uses_any_tool():
    here = Step(0, constant(10.0))
    steps = [
        replace(here, performed_share=0.0),
        Step(1, constant(1.0)),
        replace(here, same_tool_as=0),
    ]
    assert visits(one_lot(steps)) == [(1.0, "0.0", 0)]


def test_a_new_lot_remembers_nothing_of_the_one_that_had_its_slot():
    """Lot 0 has used tool 0 and left at 20; then tool 0 is busy till 120, tool 1 till 49.5.

    Two lots of 60, of which one has the slot of lot 0, are spared the step that would bind them.
    """
    here = Step(0, constant(10.0))
    bound_route = Route([here, replace(here, same_tool_as=0)])
    spared = Route([replace(here, performed_share=0.0), replace(here, same_tool_as=0)])
    short, long = Route([Step(0, constant(30.0))]), Route([Step(0, constant(100.0))])
    streams = [lots((0.0,)), lots((60.0,), (60.0,), route=1)]
    streams += [lots((19.5,), route=2), lots((19.6,), route=3)]
    parts = Parts([Group("tools", 2)], [bound_route, spared, short, long], streams)
    assert story(parts)[2:] == [
        (19.5, "2.0", 1),
        (20.0, "3.0", 0),
        (60.0, "1.0", 1),
        (70.0, "1.1", 1),
    ]


def test_bound_lots_share_a_batch_with_those_bound_to_the_same_tool_only():
    """Two batches of two at minute 0, one on each tool; the second ones are made of the same."""
    batch = {"basis": Basis.BATCH, "least_carriers": 2, "most_carriers": 2}
    first = Step(0, constant(10.0), **batch)
    steps = [first, Step(1, constant(1.0)), replace(first, same_tool_as=0)]
    parts = Parts(
        [Group("ovens", 2), Group("elsewhere", 9)],
        [Route(steps)],
        [lots((0.0, 1), (0.0, 1), (0.0, 1), (0.0, 1))],
    )
    assert visits(parts)[4:] == [
        (11.0, "0.0", 0),
        (11.0, "0.1", 0),
        (11.0, "0.2", 1),
        (11.0, "0.3", 1),
    ]


def test_a_bound_lot_enters_a_cascade_behind_another():
    """One tool of 6 + 4 minutes: the lot is back at 11 and enters behind the one of minute 9."""
    here = Step(0, constant(10.0), interval_min=6.0)
    route = Route([here, Step(1, constant(1.0)), replace(here, same_tool_as=0)])
    parts = Parts(
        [Group("tools", 2), Group("elsewhere", 9)],
        [route, Route([here])],
        [lots((0.0,)), lots((0.0,), (7.0,), (7.0,), route=1)],
    )
    assert visits(parts) == [
        (0.0, "0.0", 0),
        (0.0, "1.0", 1),
        (7.0, "1.1", 0),
        (7.0, "1.2", 1),
        (13.0, "0.0", 0),  # not at 13 on tool 1, which is as free
    ]


def test_the_rule_chooses_among_lots_of_all_lines():
    """Tool 0 is free at 40.5: the bound lot is due at 200, the one of minute 12 at 100."""
    parts = bound(
        lots((0.0, 25, 0, 200.0)),
        lots(
            (0.0,),
            (10.5,),
            (12.0, 25, 0, 300.0),
            (13.0, 25, 0, 100.0),
            (14.0, 25, 0, 50.0),
            route=1,
        ),
        keys=(Key.PRIORITY, Key.EARLIEST_DUE_DATE),
    )
    # at 30 tool 1 takes the one due at 50; at 40.5 tool 0 the one due at 100
    assert order(parts)[:8] == ["0.0", "1.0", "0.0", "1.1", "1.4", "1.3", "1.2", "0.0"]
