"""Sums in cells: what they come to, and what is no sum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.designer.expressions import names_in, value_of
from fabstack.designer.upkeep import availability, stops_in

NAMES = {"a": 3.0, "b": 4.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5e2", 150),
        ("-a + b", 1),
        ("a - b - 1", -2),
        ("2 * (a + b) / 7", 2),
        ("max(a, b, 1) - min(a, b)", 1),
        ("ceil(a / b) + floor(b / a)", 2),
        ("grid(510, 515, 5, 5, 10, 0.2)", 8930),  # economics.panel, its own example
    ],
)
def test_an_expression_comes_to_its_value(text: str, value: float) -> None:
    assert value_of(text, NAMES) == pytest.approx(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_plain_number_is_itself(value: float) -> None:
    assert value_of(repr(value), {}) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "a +", "a b", "a ** b", "a // b", "a % b", "a < b", "a if b else 1", "lambda: 1", "[a]",
        "'a'", "True", "1j", "a.real", "a[0]", "__import__('os')", "open(a)", "max", "max(a)",
        "ceil(a, b)", "max(a, *b)", "max(a, key=b)", "grid(1, 2)", "1e999", "a := 1", "(" * 600,
        "+" * 400 + "a", "a" + "+a" * 300,
    ],
)  # fmt: skip
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        value_of(text, NAMES)


@pytest.mark.parametrize("text", ["a / (b - 4)", "1e308 * 1e308", "1e308 * 10 - 1e308 * 10"])
def test_a_sum_without_a_finite_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"too large|no finite number"):
        value_of(text, NAMES)


def test_functions_are_no_parameters() -> None:
    assert names_in("max(a, min(b, ceil(c)))") == {"a", "b", "c"}
    assert names_in("max + 1") == {"max"}


def test_a_tool_is_up_between_failures_and_stops() -> None:
    stops = "6.7 h every 168 h, 13.3 h every 720 h"
    assert [stop.hours for stop in stops_in(stops)] == [6.7, 13.3]
    planned = 6.7 / 168 + 13.3 / 720
    assert availability(168, 11.8, stops) == pytest.approx(168 / 179.8 * (1 - planned))
    assert availability(None, 0, "") == 1
