"""Numbers are told with sensible digits, separators and units."""

from datetime import date, datetime

import pytest

from fabstack.report.html import Html, element, joined
from fabstack.report.numbers import (
    address,
    cell,
    heading,
    month,
    percent,
    plain,
    rounded,
    times,
    usd,
)

MINUS, THIN = "\N{MINUS SIGN}", "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (1234.0, "1,234"),
        (1234567.0, "1,234,567"),
        (12.3456, "12.3"),
        (0.012345, "0.0123"),
        (-4.5, f"{MINUS}4.5"),
        (2.0, "2"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "–"),
        (1e-30, "0"),
    ],
)
def test_a_number_keeps_three_digits(value, words):
    assert plain(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (999.4, "999"),
        (49_754.0, "49,800"),
        (999_999.0, "1 million"),
        (1_234_567.0, "1.23 million"),
        (14_700_000_000.0, "14.7 billion"),
        (1.5e12, "1.5 trillion"),
        (-2e6, f"{MINUS}2 million"),
    ],
)
def test_large_numbers_are_told_in_words(value, words):
    assert rounded(value) == words


def test_money_names_its_currency_and_keeps_its_sign():
    assert usd(84.34) == f"USD{THIN}84.3"
    assert usd(-1.2e9) == f"{MINUS}USD{THIN}1.2 billion"
    assert usd(None) == "–"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (87.4, "87"),
        (3.24, "3.2"),
        (0.05, "<0.1"),
        (0.0, "0"),
        (99.7, "99.7"),
        (99.97, ">99.9"),
        (100.0, "100"),
    ],
)
def test_a_share_that_is_nearly_nothing_or_all_is_not_rounded_to_it(value, words):
    assert percent(value) == f"{words}{THIN}%"


@pytest.mark.parametrize(
    ("value", "words"), [(159_064.0, "×159,000"), (23.4, "×23"), (1.157, "×1.2"), (0.98, "×0.98")]
)
def test_a_factor_is_told_with_a_cross(value, words):
    assert times(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (True, "yes"),
        (12_345, "12,345"),
        (-3, f"{MINUS}3"),
        (0.123456, "0.1235"),
        (date(2027, 3, 31), "2027-03-31"),
        (datetime(2027, 3, 31, 6, 5, 4, 321), "2027-03-31 06:05:04"),
        ("words", "words"),
    ],
)
def test_any_cell_of_a_table_is_told(value, words):
    assert cell(value) == words


def test_names_of_columns_become_words_and_units():
    assert heading("peak_load_percent") == ("peak load", "%")
    assert heading("value_usd_per_h") == ("value", "USD/h")
    assert heading("available_h") == ("available", "h")
    assert heading("tool_group") == ("tool group", "")


def test_addresses_of_cells_become_words():
    assert address("items/ai5-die/width_mm") == "ai5-die: width"
    assert address("finance/-/tax_rate_percent") == "finance: tax rate"
    assert address("steps/fab14:30/process") == "fab14:30: process"
    assert address("no address") == "no address"


def test_a_month_is_told_by_name():
    assert month(date(2026, 9, 1)) == "Sep 2026"
    assert month(None) == "–"


# --- HTML -------------------------------------------------------------------------------------


def test_text_is_escaped_and_html_is_not():
    assert element("p", "<b>&", Html("<i>ok</i>")) == "<p>&lt;b&gt;&amp;<i>ok</i></p>"


def test_attributes_are_escaped_and_none_is_left_out():
    made = element("a", "x", href='"><script>', title=None, class_="k", aria_label="y", open=True)
    assert made == '<a href="&quot;&gt;&lt;script&gt;" class="k" aria-label="y" open>x</a>'


def test_lists_are_opened_and_nothing_is_nothing():
    assert joined(["a", None, ["b", 3, [Html("<hr>")]]]) == "ab3<hr>"


def test_characters_that_html_forbids_are_dropped():
    assert element("p", "a\x00b\x1fc\x85d\ne") == "<p>abcd\ne</p>"
