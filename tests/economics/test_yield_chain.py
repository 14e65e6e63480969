"""Yields of a whole chain, worked out by hand."""

import math

import pytest
from test_programme_chain import BASE

from fabstack.economics.yield_chain import yield_chains
from fabstack.model import Programme


def chains(months=1e4, **changes):
    return list(yield_chains(Programme.model_validate(BASE | changes), months))


def test_the_shares_of_line_die_and_package_multiply():
    """Wafer line 0.9; Poisson die of 1 cm2 at D0 0.5; 80 % survive building in; panel line 0.9."""
    (chain,) = chains()
    assert [stage.item for stage in chain] == ["wafer", "die", "chip"]
    assert [stage.share for stage in chain] == pytest.approx([0.9, math.exp(-0.5), 0.8 * 0.9])
    assert chain[-1].left == pytest.approx(0.9 * math.exp(-0.5) * 0.8 * 0.9)


def test_at_first_output_the_yields_are_those_of_the_start():
    (chain,) = chains(months=0.0)
    assert chain[-1].left == pytest.approx(0.9 * math.exp(-1) * 0.8 * 0.5)


def test_there_is_a_chain_to_every_product():
    items = [*BASE["items"], {"name": "car", "kind": "system"}, {"name": "bot", "kind": "system"}]
    uses = [{"parent": name, "child": "chip", "quantity": 4} for name in ("car", "bot")]
    found = chains(items=items, components=[*BASE["components"], *uses])
    assert [chain[-1].item for chain in found] == ["bot", "car"]
    assert {len(chain) for chain in found} == {4}


def test_a_board_begins_a_chain_of_its_own():
    items = [*BASE["items"], {"name": "board", "kind": "board", "yield_percent": 95}]
    assert [stage.item for stage in chains(items=items)[-1]] == ["board"]
    assert chains(items=items)[-1][-1].left == pytest.approx(0.95)


def test_what_is_made_of_itself_ends():
    loop = [*BASE["components"], {"parent": "die", "child": "chip", "quantity": 1}]
    assert [stage.item for stage in chains(components=loop)[0]] == ["wafer", "die", "chip"]
