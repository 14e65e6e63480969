"""Parts in plain words become the tables that the kernel reads."""

import numpy as np
import pytest

from fabstack.arrays.build import (
    Group,
    Inside,
    Listed,
    Parts,
    Route,
    Step,
    Stream,
    fab_of,
    key_of,
    maintenance,
)
from fabstack.arrays.chance import constant, empirical
from fabstack.arrays.types import CACHE_LINE, LOT, TOOL, Basis, table

ONE = constant(1.0)


def batch(group, family=None, least=2, most=4):
    return Step(
        group,
        ONE,
        Basis.BATCH,
        least_carriers=least,
        most_carriers=most,
        batch_family=family,
    )


def fab(routes, groups=2, **more):
    names = [Group(f"g{k}", 2, stops=[maintenance(5.0, ONE)] * k) for k in range(groups)]
    return fab_of(Parts(names, routes, more.pop("streams", []), **more))


def test_single_lots_of_a_group_are_one_family_and_each_batch_step_is_its_own():
    made = fab([Route([Step(0, ONE), Step(0, ONE), batch(0), batch(0), batch(1)])])
    assert made.steps.family.tolist() == [0, 0, 1, 2, 3]
    assert made.families.group.tolist() == [0, 0, 0, 1]
    assert made.families.most_carriers.tolist() == [0, 4, 4, 4]
    assert made.groups.is_batching.tolist() == [1, 1]


def test_batch_steps_of_one_word_are_one_family_with_the_larger_limits():
    made = fab([Route([batch(0, "bake")]), Route([batch(0, "bake", 3, 8), batch(1, "bake")])])
    assert made.steps.family.tolist() == [0, 0, 1]
    assert made.families.least_carriers.tolist() == [3, 2]
    assert made.families.most_carriers.tolist() == [8, 4]


def test_a_group_that_no_step_uses_has_no_family():
    made = fab([Route([Step(1, ONE)])], groups=3)
    assert made.groups.families.tolist() == [0, 1, 0]
    assert made.groups.first_family.tolist() == [0, 0, 1]


def test_each_tool_has_an_upkeep_for_each_plan_of_its_group():
    made = fab([Route([Step(0, ONE)])], groups=3)
    assert made.fixtures.first_upkeep.tolist() == [0, 0, 0, 1, 2, 4]
    assert made.fixtures.place.tolist() == [1, 2, 1, 2, 1, 2]


def test_work_left_counts_process_and_transport_of_later_steps_and_no_handling():
    groups = [Group("a", load_min=2.0), Group("b", place=1)]
    steps = [
        Step(0, constant(10.0)),
        Step(1, constant(20.0), Basis.CARRIER),
        Step(0, constant(5.0)),
    ]
    hops = ((constant(0.0), constant(7.0)), (constant(3.0), constant(0.0)))
    made = fab_of(Parts(groups, [Route(steps)], [], hops=hops))
    assert made.steps.work_left_min.tolist() == [7 + 20 + 3 + 5, 3 + 5, 0]


def test_rework_points_at_a_step_of_its_own_route():
    again = Step(0, ONE, rework_share=0.1, rework_to=1)
    made = fab([Route([Step(0, ONE)] * 2), Route([Step(0, ONE), Step(0, ONE), again])])
    assert made.steps.rework_step[4] == 3


def test_empirical_values_of_all_steps_lie_one_after_the_other():
    made = fab([Route([Step(0, empirical((1.0, 2.0))), Step(0, empirical((5.0, 6.0, 7.0)))])])
    assert made.values.value.tolist() == [1.0, 2.0, 5.0, 6.0, 7.0]
    assert made.steps.process.a.tolist() == [0.0, 2.0]


def test_one_event_may_move_a_full_batch_or_all_lots_of_an_entry():
    stream = Stream("many", lots=9)
    assert fab([Route([batch(0)])]).facts.most_lots[0] == 4
    assert fab([Route([batch(0)])], streams=[stream]).facts.most_lots[0] == 9


def test_ranks_come_from_streams_orders_and_lots_inside():
    streams = [Stream("s", rank=1, listed=[Listed(0.0, rank=4)])]
    made = fab([Route([Step(0, ONE)])], streams=streams, inside=[Inside(0, 0, rank=2)])
    assert made.facts.ranks[0] == 5
    assert made.streams.entries[0] == 1


def test_a_name_has_the_same_key_everywhere():
    assert key_of("litho") == 0x279BC2F867AA3125  # BLAKE2b, 8 bytes
    assert key_of("litho") != key_of("etch")


@pytest.mark.parametrize("dtype", [LOT, TOOL])
def test_tables_begin_at_the_edge_of_a_cache_line_and_rows_fill_whole_ones(dtype):
    rows = table(dtype, 5)
    assert rows.ctypes.data % CACHE_LINE == 0
    assert dtype.itemsize % CACHE_LINE == 0
    assert np.array_equal(rows.copy(), rows)
