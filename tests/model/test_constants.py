"""Quantities without spread, made one by one or many at once."""

import pytest

from fabstack.model.randomness import Distribution, Kind, constant, constants


def test_constants_are_those_made_one_by_one():
    values = [3.0, 0.1, 3.0, -2.5, 0.0]
    assert constants(values) == [constant(value) for value in values]
    assert [made.mean for made in constants(values)] == values
    assert constants([]) == []


def test_equal_constants_share_one_object():
    first, other, again = constants([3.0, 4.0, 3.0])
    assert first is again
    assert first is not other


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_constant_is_finite(value):
    with pytest.raises(ValueError, match="finite"):
        constants([1.0, value])
    with pytest.raises(ValueError, match="finite"):
        constant(value)


def test_distributions_of_other_kinds_differ_though_their_parameters_agree():
    uniform = Distribution(Kind.UNIFORM, (1.0, 2.0))
    assert uniform != Distribution(Kind.EMPIRICAL, (1.0, 2.0))
    assert len({uniform, Distribution(Kind.EMPIRICAL, (1.0, 2.0)), uniform}) == 2
