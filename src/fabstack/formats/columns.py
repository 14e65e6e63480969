"""One column of a table at a time: cells become validated values.

Plain numbers are read by Python's own `float` and `int`. Whatever else a column holds is read once
for each distinct text, so that a million cells with units cost no more than their few spellings.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from fabstack.formats.faults import Fault
from fabstack.formats.values import LARGEST_COUNT, expected_in, range_in_words, thing_in, value_of
from fabstack.model.days import read_day
from fabstack.model.fields import Column, columns_of
from fabstack.model.randomness import constant, constants, shortest

T = TypeVar("T")
_ROWS_IN_CACHE = 4096


class Values(NamedTuple):
    """The values of a column, and what is wrong with some of them."""

    values: Sequence[Any]
    faults: Mapping[int, Fault]  # row -> fault; the row's value is then a stand-in
    things: Mapping[int, str]  # row -> what its cell counts, where it says so: "panel"


def column_values(row_class: type, column: Column, cells: Sequence[str | Fault]) -> Values:
    """The values of `cells` in a column; cells that cannot be read hold a stand-in."""
    numbers = _plain_numbers(column, cells)
    if numbers is not None:
        return _validated(row_class, column, numbers)
    texts = list(set(cells))
    read = _validated(row_class, column, [value_of(column, text) for text in texts])
    meaning = dict(zip(texts, read.values, strict=True))
    faulty = {texts[at]: fault for at, fault in read.faults.items()}
    things = {text: thing for text in texts if (thing := thing_in(column, text))}
    values = list(map(meaning.__getitem__, cells))
    return Values(values, _by_row(cells, faulty), _by_row(cells, things))


def _by_row(cells: Sequence[Any], known: Mapping[Any, T]) -> dict[int, T]:
    if not known:
        return {}
    return {row: known[cell] for row, cell in enumerate(cells) if cell in known}


def _plain_numbers(column: Column, cells: Sequence[str | Fault]) -> list[Any] | None:
    """The values of a column whose cells are all plain numbers; None for any other column."""
    read = _QUICK.get(column.kind)
    if read is None:
        return None
    try:
        return read(cells)
    except (ValueError, TypeError):
        return None


def _floats(cells: Sequence[Any]) -> list[Any]:
    return list(map(float, cells))


def _counts(cells: Sequence[Any]) -> list[Any]:
    counts = list(map(int, cells))
    if max(map(abs, counts), default=0) > LARGEST_COUNT:
        raise ValueError
    return counts


def _constants(cells: Sequence[Any]) -> list[Any]:
    return constants(_floats(cells))


_QUICK: Mapping[str, Callable[[Sequence[Any]], list[Any]]] = {
    "number": _floats,
    "integer": _counts,
    "distribution": _constants,
}


def _validated(row_class: type, column: Column, values: list[Any]) -> Values:
    try:
        return Values(_validator(row_class, column.name).validate_python(values), {}, {})
    except ValidationError as error:
        problems = error.errors(include_url=False)
    faults = {int(problem["loc"][0]): fault_of(problem, column) for problem in problems}
    for at in faults:
        values[at] = stand_in(column)
    return Values(_validator(row_class, column.name).validate_python(values), faults, {})


@functools.cache
def _validator(row_class: type, name: str) -> TypeAdapter[list[Any]]:
    """Validates many values of one field at once, by the rules that the model gives it."""
    info = row_class.__pydantic_fields__[name]  # type: ignore[attr-defined]
    config: ConfigDict = row_class.__pydantic_config__  # type: ignore[attr-defined]
    return TypeAdapter(list[Annotated[info.annotation, info]], config=config)  # type: ignore[name-defined]


def rows_of(row_class: type, columns: Mapping[str, Sequence[Any]], count: int) -> tuple[Any, ...]:
    """Rows from validated columns, without validating each row again."""
    rows: tuple[Any, ...] = tuple(map(object.__new__, repeat(row_class, count)))
    for first in range(0, count, _ROWS_IN_CACHE):
        part = slice(first, first + _ROWS_IN_CACHE)
        for column in columns_of(row_class):
            given = columns[column.name][part] if column.name in columns else None
            put = getattr(row_class, column.name).__set__  # past the lock of a frozen dataclass
            deque(map(put, rows[part], given or repeat(stand_in(column))), maxlen=0)
    return rows


def stand_in(column: Column) -> Any:
    """The default of a column, or some valid value that lets the rest of its row be checked."""
    if not column.required:
        return column.default
    if column.kind in ("number", "integer"):
        return column.bounds.get("ge", column.bounds.get("gt", -1) + 1)
    others = {
        "text": "?",
        "date": read_day("2000-01"),
        "boolean": False,
        "distribution": constant(1.0),
    }
    return column.choices[0] if column.kind == "choice" else others[column.kind]


def fault_of(problem: Mapping[str, Any], column: Column) -> Fault:
    """Our own words for an error of pydantic."""
    found = problem["input"]
    if isinstance(found, Fault):
        return found
    if problem["type"] == "string_too_short":
        return Fault("blank-cell", f"{column.name} is blank", expected_in(column))
    if problem["type"] == "value_error":  # a rule of the model's own, which says what is wrong
        message = f"{column.name} is {_brief(found)!r}: {problem['ctx']['error']}"
        return Fault("bad-text", message, expected_in(column))
    if problem["type"].startswith("string_"):
        return Fault("bad-text", f"{column.name} is {_brief(found)!r}", _text_rule(problem))
    if problem["type"] == "finite_number":
        return Fault("bad-number", f"{column.name} is {found}", expected_in(column))
    message = f"{column.name} is {shortest(found)}"
    return Fault("out-of-bounds", message, range_in_words(column))


def _brief(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _text_rule(problem: Mapping[str, Any]) -> str:
    limits = problem.get("ctx", {})
    if "max_length" in limits:
        return f"at most {limits['max_length']} characters"
    if "/" in limits.get("pattern", ""):
        return "a name without any of : / = ;"
    return "text without control characters"
