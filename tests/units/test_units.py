"""Text with a unit becomes a number in the wanted unit, or says why not."""

import contextlib
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.units import UnitError, parse


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("7", "mm", 7.0),
        ("0.51 m", "mm", 510.0),
        ("510 mm", "mm", 510.0),
        ("12 h", "min", 720.0),
        ("90min", "h", 1.5),
        ("2000/month", "1/month", 2000.0),
        ("2000/month", "package/month", 2000.0),
        ("24000 wafers/year", "wafer/month", 2000.0),
        ("1,000,000", "", 1_000_000.0),
        ("1,000,000 wspm", "wafer/month", 1_000_000.0),
        ("0.1/cm2", "1/cm2", 0.1),
        ("10/in2", "1/cm2", 1.5500031),
        ("5 %", "percent", 5.0),
        ("0.05 ", "", 0.05),
        ("60 million USD", "USD", 60e6),
        ("2.5 kUSD", "USD", 2500.0),
        ("12 %/year", "percent/year", 12.0),
        ("1 h + 30 min", "min", 90.0),
        ("3 days", "h", 72.0),
        ("-2 weeks", "day", -14.0),
        ("0.02 m2", "cm2", 200.0),
        ("1e3 mm", "m", 1.0),
        (".5 h", "min", 30.0),
    ],
)
def test_text_is_the_number_of_the_wanted_unit(text, unit, value):
    assert parse(text, unit) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "unit", "why"),
    [
        ("5 wafer", "panel", "'5 wafer' is no quantity in panel"),
        ("5 wafer + 3 panel", "wafer", "mixes what cannot be added"),
        ("5 wafers/month", "1/month", "'5 wafers/month' is no quantity in 1/month"),
        ("5 mm", "min", "'5 mm' is no quantity in min"),
        ("5 mm", "", "'5 mm' is no quantity in plain numbers"),
        ("5 nonsense", "mm", "unknown unit"),
        ("twelve", "mm", "'twelve'"),
        ("nan", "mm", "not a finite number"),
        ("inf", "mm", "not a finite number"),
        ("1e400", "mm", "not a finite number"),
        ("1e400 m", "mm", "not a finite number"),
        ("", "mm", "''"),
        ("5 'mm", "mm", "5 'mm"),
    ],
)
def test_what_is_no_such_quantity_says_why(text, unit, why):
    with pytest.raises(UnitError) as error:
        parse(text, unit)
    assert why in str(error.value)


@pytest.mark.parametrize(
    "text", ["9**9**9", "9^9^9^9 mm", "(9**9)**9**9 mm", "1 mm**99999999", "m**9**9**9", "2**-1e9"]
)
def test_towers_of_powers_are_refused_at_once(text):
    start = time.monotonic()
    with pytest.raises(UnitError):
        parse(text, "mm")
    assert time.monotonic() - start < 5


@given(st.text(max_size=30), st.sampled_from(["mm", "min", "", "wafer/month", "USD"]))
def test_any_text_is_a_number_or_a_unit_error(text, unit):
    with contextlib.suppress(UnitError):
        assert math.isfinite(parse(text, unit))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_bare_number_is_exact(number):
    assert parse(repr(number), "mm") == number
