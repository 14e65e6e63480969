"""Cost through a bill of materials: by hand, and what must always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import Stage, chain_costs, started_per_good

CHAIN = {
    "system": Stage(5.0, {"board": 1, "case": 1}, 0.98),
    "board": Stage(20.0, {"package": 2}, 0.95),
    "package": Stage(8.0, {"die": 1, "substrate": 1}, 0.99),
    "die": Stage(1.0, {"wafer": 1 / 100}, 0.7),
    "wafer": Stage(16_000.0, yield_share=0.96),
    "substrate": Stage(3.0),
    "case": Stage(12.0),
}


def test_a_chain_by_hand():
    costs = chain_costs(CHAIN)
    wafer = 16_000 / 0.96
    die = (1 + wafer / 100) / 0.7
    package = (8 + die + 3) / 0.99
    board = (20 + 2 * package) / 0.95
    assert costs["die"].total_usd == pytest.approx(die)
    assert costs["system"].total_usd == pytest.approx((5 + board + 12) / 0.98)
    assert costs["wafer"].scrap_usd == pytest.approx(wafer - 16_000)


def test_wafers_started_for_a_good_system():
    started = started_per_good(CHAIN, "system")
    assert started["system"] == pytest.approx(1 / 0.98)
    assert started["wafer"] == pytest.approx(2 / 0.98 / 0.95 / 0.99 / 0.7 / 100 / 0.96)
    assert started_per_good(CHAIN, "die")["board"] == 0


def test_what_is_spent_on_all_started_units_is_the_cost_of_a_good_one():
    started = started_per_good(CHAIN, "system")
    spent = sum(CHAIN[name].process_usd * units for name, units in started.items())
    assert chain_costs(CHAIN)["system"].total_usd == pytest.approx(spent)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 1), st.floats(0, 5)), min_size=1))
def test_any_chain_spends_what_it_costs(rows):
    stages = {
        str(n): Stage(usd, {str(n - 1): quantity} if n else {}, share)
        for n, (usd, share, quantity) in enumerate(rows)
    }
    top = str(len(rows) - 1)
    started = started_per_good(stages, top)
    spent = sum(stages[name].process_usd * units for name, units in started.items())
    cost = chain_costs(stages)[top]
    assert cost.total_usd == pytest.approx(spent)
    assert min(cost.parts_usd, cost.process_usd, cost.scrap_usd) >= 0


def test_a_shared_part_is_worked_out_once():
    stages = {"0": Stage(1.0)} | {str(n): Stage(parts={str(n - 1): 2}) for n in range(1, 60)}
    assert chain_costs(stages)["59"].total_usd == 2.0**59


def test_a_loop_is_shown():
    loop = {"a": Stage(parts={"b": 1}), "b": Stage(parts={"c": 1}), "c": Stage(parts={"a": 1})}
    with pytest.raises(ValueError, match="a -> b -> c -> a"):
        chain_costs(loop)


def test_a_missing_part_names_the_nearest():
    with pytest.raises(ValueError, match=r"'die' takes 'waffer'.*did you mean 'wafer'"):
        chain_costs({"die": Stage(parts={"waffer": 1}), "wafer": Stage(1.0)})


@pytest.mark.parametrize("share", [0.0, 1.1, float("nan")])
def test_a_stage_needs_some_yield(share):
    with pytest.raises(ValueError, match="needs a yield"):
        chain_costs({"die": Stage(1.0, yield_share=share)})
