"""One source for a column of many rows: `*` in the key of its address."""

from dataclasses import replace

import pytest

from fabstack.check.sources import unsourced_numbers, values_outside_their_source
from fabstack.model import by_key
from fabstack.model.cells import Cell, cells_at
from fabstack.model.evidence import Grade, Source
from fabstack.model.references import address_fault, problems
from fabstack.model.sourcing import backed_cells, numbers_without_source, sourced
from small_programme import small


@pytest.fixture
def programme(tmp_path):
    return small(tmp_path / "small")


def source(cell, **more):
    given = {"unit": "", "note": "", "year": 2026, "source": "a book", "grade": Grade.PRESS}
    return Source(cell=cell, **{**given, **more})


def with_sources(programme, *sources):
    return programme.model_copy(update={"sources": sources})


def test_a_star_stands_for_any_text_in_a_key(programme):
    keys = list(by_key(programme.steps))
    found = cells_at(programme, Cell.parse("steps/*/process"))
    assert [cell.key for cell in found] == keys
    first = keys[0].partition(":")[0]
    some = cells_at(programme, Cell.parse(f"steps/{first}:*/process"))
    assert [cell.key for cell in some] == [key for key in keys if key.startswith(f"{first}:")]
    assert cells_at(programme, Cell.parse("steps/*nothing*/process")) == ()


def test_nothing_but_a_star_is_special_and_a_row_of_that_name_comes_first(programme):
    named = replace(programme.items[0], name="ch*p")
    odd = programme.model_copy(update={"items": (*programme.items, named)})
    assert [c.key for c in cells_at(odd, Cell.parse("items/ch*p/width_mm"))] == ["ch*p"]
    assert [c.key for c in cells_at(programme, Cell.parse("items/ch*p/width_mm"))] == ["chip"]
    assert cells_at(programme, Cell.parse("items/ch*[i]p/width_mm")) == ()


def test_only_sources_may_speak_of_many_cells_and_of_one_at_least(programme):
    assert address_fault(programme, "steps/*/process") is not None
    assert address_fault(programme, "steps/*/process", of_many=True) is None
    assert address_fault(programme, "steps/no*/process", of_many=True) is not None
    assert address_fault(programme, "steps/*/speed", of_many=True) is not None
    good, bad = source("steps/*/process"), source("steps/none-*/process")
    found = list(problems(with_sources(programme, good, bad)))
    assert [(problem.row, problem.code) for problem in found] == [(1, "unknown-cell")]


def test_it_backs_each_of_its_cells_once(programme):
    before = numbers_without_source(with_sources(programme))
    many = with_sources(programme, source("steps/*/process"), source(f"steps/{_first(programme)}"))
    assert before["steps"] - numbers_without_source(many)["steps"] == len(programme.steps)
    assert len(backed_cells(many)) == len(programme.steps)
    lacking = [fault for fault in unsourced_numbers(many) if "in steps:" in fault.message]
    assert all("process" not in fault.message for fault in lacking)


def _first(programme):
    return f"{next(iter(by_key(programme.steps)))}/process"


def test_it_is_listed_with_the_number_of_its_cells(programme):
    (one,) = sourced(with_sources(programme, source("steps/*/process")))
    assert one.value == f"{len(programme.steps)} cells"
    assert one.unit == "min"


def test_its_range_judges_every_cell(programme):
    widths = [item.width_mm for item in programme.items if item.width_mm]
    assert len(widths) > 1
    narrow = source("items/*/width_mm", low=0.0, high=min(widths))
    found = list(values_outside_their_source(with_sources(programme, narrow)))
    assert len(found) == sum(width > min(widths) for width in widths)
