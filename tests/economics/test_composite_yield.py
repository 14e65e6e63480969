"""Yields made of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import (
    composite_yield,
    escape_share,
    first_order_block_yield,
    harvest_shares,
    module_yield,
    recovered_yield,
    rolled_yield,
)


def test_google_recovery_of_32_blocks_without_spares():
    # google/chiplets-cost-model unit test: 32 blocks of 10 mm2, 0 spares, D0 0.1: 0.72498
    block = first_order_block_yield(0.1, 0.1)
    assert recovered_yield(block, needed=32) == pytest.approx(0.72498, abs=5e-6)


def test_one_spare_block_lets_one_fail():
    # y^2 + 2 y (1 - y) by hand
    assert recovered_yield(0.9, needed=1, spares=1) == pytest.approx(0.99)


def test_all_blocks_spare_but_one_is_at_least_one_good():
    assert recovered_yield(0.3, needed=1, spares=4) == pytest.approx(1 - 0.7**5)


@given(st.floats(0, 1), st.integers(0, 40))
def test_bins_of_a_harvest_are_all_dies(block, blocks):
    shares = harvest_shares(block, blocks=blocks)
    assert sum(shares) == pytest.approx(1)
    assert recovered_yield(block, needed=blocks) == pytest.approx(shares[0])


def test_rolled_yields():
    # economics.md 2.7
    assert rolled_yield(0.98, 5) == pytest.approx(0.90392, abs=5e-6)
    assert rolled_yield(0.999, 600) == pytest.approx(0.54865, abs=5e-6)


def test_three_layers_of_98_percent():
    # K&S, IMAPS 2017: .98^3 = .941
    assert module_yield([1.0], layers=3, layer_share=0.98) == pytest.approx(0.941, abs=5e-4)


def test_a_module_multiplies_what_it_is_made_of():
    found = module_yield([0.99, 0.98], bonds=2, bond_share=0.995, assembly_share=0.97)
    assert found == pytest.approx(0.99 * 0.98 * 0.995**2 * 0.97)


def test_a_composite_multiplies_its_parts():
    found = composite_yield(
        line_share=0.98, systematic_share=0.95, random_share=0.67, parametric_shares=[0.99, 0.98]
    )
    assert found == pytest.approx(0.98 * 0.95 * 0.67 * 0.99 * 0.98)


def test_williams_and_brown():
    # 1 - Y^(1-T) by hand: Y 0.5, T 0.9
    assert escape_share(0.5, 0.9) == pytest.approx(1 - 0.5**0.1)
    assert escape_share(0.5, 1.0) == 0
    assert escape_share(0.5, 0.0) == pytest.approx(0.5)
