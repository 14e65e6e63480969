"""Hypothesis strategies: whole programmes with every table, from the metadata of columns."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from fabstack.model import Column, Distribution, Programme, columns_of, sections, tables
from fabstack.model.fields import key_of
from fabstack.model.supply import RiskEvent
from fabstack.model.tools import Delivery

_NASTY = (
    "=1+1", "'quoted", '"', 'a "b" c', "a,b", "#no comment", "12", "007", "1e5", "TRUE", "yes",
    "2026-01-01", "two\nlines", "tab\there", "é—ß", "🙂🙃", "_x000D_", "-", "+1", "@x", "NaN",
    "x" * 300, "a;b", "{=A1}", "http://example.org", "=", "\u2028", "\ufeffmark", "\\n", "a\\",
)  # fmt: skip
_NASTY_NAMES = (
    "ETCH_07",
    "007",
    "#1",
    "'n",
    "1e3",
    "2026-01-01",
    "no",
    "a,b",
    '"',
    "a start",
    "b + 2",
)


_DELAYED = ("activities", "tool_groups", "vendor_lines")  # what an event may hold up
_UNWRITABLE = "".join(map(chr, (*range(9), *range(11, 32), 127, 0xFFFE, 0xFFFF)))


def _free(excluded: str) -> st.SearchStrategy[str]:
    characters = st.characters(exclude_categories=["Cs"], exclude_characters=excluded)
    return st.text(characters, max_size=12).map(str.strip)


texts = st.sampled_from(_NASTY).map(str.strip) | _free(_UNWRITABLE) | st.just("")
names = st.sampled_from(_NASTY_NAMES) | _free(_UNWRITABLE + "\t\n:/=;").filter(bool)
dates = st.dates(date(1, 1, 1), date(9999, 12, 31))
finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    low, mode, high = sorted(draw(st.tuples(finite, finite, finite)))
    positive = draw(st.floats(1e-6, 1e6))
    several = draw(st.lists(finite, min_size=1, max_size=4))
    spelt = {
        "constant": (low,),
        "uniform": (low, high),
        "triangular": (low, mode, high),
        "pert": (low, mode, high),
        "exponential": (positive,),
        "normal": (mode, positive),
        "lognormal": (positive, 0.5),
        "gamma": (positive, 0.25),
        "empirical": tuple(several),
    }
    kind = draw(st.sampled_from(sorted(spelt)))
    return Distribution.parse(f"{kind}({', '.join(map(repr, spelt[kind]))})")


def values(column: Column) -> st.SearchStrategy[Any]:
    """Any valid value of a column that refers to nothing."""
    given = _given(column)
    return st.one_of(st.none(), given) if column.optional else given


def _given(column: Column) -> st.SearchStrategy[Any]:
    low = column.bounds.get("ge", column.bounds.get("gt"))
    high = column.bounds.get("le", column.bounds.get("lt"))
    match column.kind:
        case "number":
            return st.floats(
                low,
                high,
                exclude_min="gt" in column.bounds,
                exclude_max="lt" in column.bounds,
                allow_nan=False,
                allow_infinity=False,
            )
        case "integer":
            return st.integers(int(low or 0), int(high or 2**53))
        case "choice":
            return st.sampled_from(column.choices)
        case "boolean":
            return st.booleans()
        case "date":
            return dates
        case "distribution":
            return distributions()
    return texts


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """A programme whose references all hold, with rows in a few tables and all they refer to."""
    picked = _with_targets(draw(st.sets(st.sampled_from(sorted(tables())), max_size=4)))
    names_of = {
        table: draw(st.lists(_key(table), min_size=1, max_size=2, unique=True))
        for table in picked
        if len(tables()[table].key_columns) == 1 and table not in _POINTING
    }
    settings = {name: draw(_row(row_class, names_of)) for name, row_class in sections().items()}
    made = {
        table: draw(_table(table, row_class, names_of))
        for table, row_class in tables().items()
        if table in picked and table not in _POINTING
    }
    return _with_pointers(draw, Programme(**settings, **made), picked)


def _key(table: str) -> st.SearchStrategy[Any]:
    return st.integers(1, 99) if table == "mission" else names


def _with_targets(picked: set[str]) -> set[str]:
    """The picked tables and those that their required columns refer to."""
    targets = {
        target
        for table in picked
        for column in columns_of(tables()[table])
        if column.required
        for target in column.refers_to
    }
    return picked if targets <= picked else _with_targets(picked | targets)


_POINTING = ("sources", "risks", "correlations", "changes", "wip")


@st.composite
def _table(
    draw: st.DrawFn, table: str, row_class: type, names_of: dict[str, list[Any]]
) -> tuple[Any, ...]:
    fixed = names_of.get(table, [None] * 2)
    key = row_class.key_columns[0]
    given = [{} if name is None else {key: name} for name in fixed]
    rows = [draw(_row(row_class, names_of, **one)) for one in given]
    return tuple({key_of(row): row for row in rows}.values())


@st.composite
def _row(draw: st.DrawFn, row_class: type, names_of: dict[str, list[Any]], **given: Any) -> Any:
    for column in columns_of(row_class):
        if column.name not in given and (column.required or draw(st.booleans())):
            given[column.name] = draw(_cell(row_class, column, names_of))
    return row_class(**given)


def _cell(
    row_class: type, column: Column, names_of: dict[str, list[Any]]
) -> st.SearchStrategy[Any]:
    if column.refers_to:
        known = [name for target in column.refers_to for name in names_of.get(target, ())]
        options = [*known, None] if column.optional else known
        return st.sampled_from(options)
    if column.name in ("rework_to", "queue_limit_to", "same_tool_as"):
        return st.none()
    if column.name == "dispatch":
        return st.sampled_from(("fifo", "cr", "priority > setup > edd", "rule:mine > qtcr"))
    if column.name == "limit" or (row_class, column.name) == (Delivery, "phase"):
        return st.just("")
    if column.name == "after":
        activities = names_of.get("activities", [])
        return st.lists(_predecessor(activities), max_size=2).map("; ".join)
    if (row_class, column.name) == (RiskEvent, "delays"):
        known = [name for table in _DELAYED for name in names_of.get(table, [])]
        some = st.lists(st.sampled_from(known), max_size=2, unique=True) if known else st.just([])
        return some.map("; ".join)
    if _is_name(row_class, column):
        return names
    if column.kind == "text" and (column.required or column.default != ""):
        return texts.filter(bool)
    return values(column)


def _predecessor(activities: list[str]) -> st.SearchStrategy[str]:
    usable = [name for name in activities if "+" not in name and not name.endswith(" start")]
    lags = st.sampled_from(["", " + 2", " start + 0.5", " start"])
    return st.builds("{}{}".format, st.sampled_from(usable), lags) if usable else st.just("")


def _is_name(row_class: type, column: Column) -> bool:
    rules = row_class.__pydantic_fields__[column.name].metadata
    return any("/" in str(getattr(rule, "pattern", "")) for rule in rules)


def _with_pointers(draw: st.DrawFn, programme: Programme, picked: set[str]) -> Programme:
    """Rows that point at cells or at steps of the tables that are there already."""
    addresses = [
        (f"{table}/{key_of(row)}/{column.name}", column)
        for table, row_class in tables().items()
        for row in programme.table(table)
        for column in columns_of(row_class)
        if column.name not in row_class.key_columns
    ]
    addresses += [
        (f"{section}/-/{column.name}", column)
        for section, row_class in sections().items()
        for column in columns_of(row_class)
        if column.kind == "number"
    ]
    pointed = draw(st.lists(st.sampled_from(addresses), max_size=2, unique_by=lambda at: at[0]))
    rows = {
        "sources": [_plain(draw, "sources", cell=cell) for cell, _ in pointed],
        "risks": [_plain(draw, "risks", cell=cell) for cell, _ in pointed],
        "correlations": [_plain(draw, "correlations", first=a, second=a) for a, _ in pointed[:1]],
        "changes": [
            _plain(draw, "changes", cell=cell, scenario=scenario.name, value="")
            for cell, column in pointed
            for scenario in programme.scenarios
            if not column.required
        ],
        "wip": [
            _plain(draw, "wip", name=f"lot {step.step}", route=step.route, step=step.step)
            for step in programme.steps[:1]
        ],
    }
    return programme.model_copy(
        update={name: tuple(table) for name, table in rows.items() if name in picked}
    )


def _plain(draw: st.DrawFn, table: str, **given: Any) -> Any:
    return draw(_row(tables()[table], {}, **given))
