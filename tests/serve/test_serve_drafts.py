"""Unsaved edits come back as they were, and say what somebody else did meanwhile."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.serve.pages.drafts import Draft, Pending, draft_in, draft_key, restored

TABLE = "markets"  # whose key is its name
ROWS = [{"name": name, "title": name.upper(), "size": "1"} for name in ("a", "b", "c")]
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
cells = st.dictionaries(
    st.tuples(st.integers(0, 2), st.sampled_from(["title", "size"])), words, max_size=5
)
added = st.lists(st.dictionaries(st.sampled_from(["name", "title"]), words, min_size=1), max_size=3)


def through(pending, rows=ROWS, etag="old"):
    """As a browser gets it and gives it back."""
    return draft_in(pending.draft(TABLE, rows, etag).model_dump_json())


@given(cells=cells, added=added, removed=st.sets(st.integers(0, 2)))
def test_on_the_same_state_everything_is_as_it_was(cells, added, removed):
    pending = Pending(cells=cells, added=added, removed=removed)
    found, met = restored(through(pending), TABLE, ROWS, "old")
    assert (found.cells, found.removed, met) == (cells, removed, [])
    assert found.added == pending.new_rows()


def test_rows_are_found_again_where_others_came_before_them():
    pending = Pending(cells={(1, "size"): "5"}, removed={2})
    now = [{"name": "new", "size": "9"}, *ROWS]
    found, met = restored(through(pending), TABLE, now, "new")
    assert (found.cells, found.removed, met) == ({(2, "size"): "5"}, {3}, [])


def test_a_cell_that_somebody_else_changed_is_told_and_stays_edited():
    now = [ROWS[0], {**ROWS[1], "size": "7"}, ROWS[2]]
    found, met = restored(through(Pending(cells={(1, "size"): "5"})), TABLE, now, "new")
    assert found.cells == {(1, "size"): "5"}
    assert met == ["b, size: it was 1 when you wrote 5, and is 7 now"]


def test_what_somebody_else_wrote_alike_is_no_edit_any_more():
    now = [ROWS[0], {**ROWS[1], "size": "5"}, ROWS[2]]
    found, met = restored(through(Pending(cells={(1, "size"): "5"})), TABLE, now, "new")
    assert (found.count(), met) == (0, [])


def test_an_edit_of_a_row_that_is_gone_is_told():
    found, met = restored(through(Pending(cells={(1, "size"): "5"})), TABLE, ROWS[:1], "new")
    assert found.cells == {}
    assert met == ["b is gone; your size = 5 has no place any more"]


def test_of_rows_with_one_key_the_one_in_its_place_is_taken():
    rows = [{"name": "a", "size": "1"}, {"name": "a", "size": "2"}]
    pending = Pending(cells={(1, "size"): "5"})
    assert restored(through(pending, rows), TABLE, rows, "new")[0].cells == {(1, "size"): "5"}


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "{", "[]", json.dumps({"etag": "x"}), json.dumps({"etag": "x", "cells": [{}]})],
)
def test_what_a_browser_gives_back_is_not_trusted(text):
    assert draft_in(text) is None


def test_a_draft_of_too_many_cells_is_none():
    cell = {"key": "a", "row": 0, "column": "size", "value": "1", "was": ""}
    document = {"etag": "x", "cells": [cell] * 10_001, "added": [], "removed": []}
    assert draft_in(json.dumps(document)) is None
    document["cells"] = [cell]
    assert isinstance(draft_in(json.dumps(document)), Draft)


def test_tables_and_scenarios_have_drafts_of_their_own():
    keys = {draft_key("p", table, scenario) for table in ("a", "b") for scenario in ("", "s")}
    assert len(keys) == 4
