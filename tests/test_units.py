"""Quantities at the border: what is understood, and what is refused with a reason."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.units import UnitError, parse


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("510 mm", "mm", 510.0),
        ("0.51m", "mm", 510.0),
        ("18in", "mm", 457.2),  # 25.4 mm an inch, exactly
        ("12 h", "min", 720.0),
        ("1 day", "min", 1440.0),
        ("0.1/cm2", "1/cm2", 0.1),
        ("10/m2", "1/cm2", 0.001),
        ("2000/month", "package/month", 2000.0),
        ("24000/year", "package/month", 2000.0),
        ("100 billion chips/year", "die/year", 1e11),
        ("100,000 wspm", "wafer/month", 1e5),
        ("30%", "percent", 30.0),
        ("2 MUSD", "USD", 2e6),
        ("152 kUSD/year", "USD/year", 152e3),
        ("7", "mm", 7.0),
        ("1e-3", "", 0.001),
    ],
)
def test_a_quantity_becomes_a_number_of_the_wanted_unit(text, unit, value):
    assert parse(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("3 wafers", "panel"),
        ("100 wafers + 2 panels", "wafer"),
        ("5 kg", "mm"),
        ("5 USD", "wafer"),
        ("5 nonsense", "mm"),
        ("mm", "mm"),
        ("", "mm"),
        ("nan", "mm"),
        ("inf mm", "mm"),
        ("1/0 mm", "mm"),
        ("__import__('os')", "mm"),
    ],
)
def test_what_is_no_such_quantity_is_refused_with_a_sentence(text, unit):
    with pytest.raises(UnitError, match=r".+"):
        parse(text, unit)


def test_like_things_add_up():
    assert parse("100 wafers + 20 wafers", "wafer") == 120.0


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_bare_number_is_read_to_the_bit(value):
    assert parse(repr(value), "mm") == value


@given(st.text(max_size=30))
def test_no_text_gives_anything_but_a_number_or_a_unit_error(text):
    with contextlib.suppress(UnitError):
        assert isinstance(parse(text, "mm"), float)
