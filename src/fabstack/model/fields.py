"""What a column of a table is: unit, meaning, default, bounds and what it refers to.

The metadata lives on the model's fields and nowhere else. Documentation, JSON Schema, workbook
headers, findings and dashboard labels all read it through `columns_of`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, dataclass_transform, get_args, get_origin

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo

from fabstack.model.randomness import Distribution, shortest

T = TypeVar("T")
REQUIRED: Any = ...

_SEPARATORS = r":/=;\x00-\x1f\x7f"
_WRITABLE = r"^[^\x00-\x08\x0b-\x1f\x7f\x{fffe}\x{ffff}]*$"  # what CSV, TOML and XLSX can all hold
_LONGEST_TEXT = 30_000  # a workbook's cell holds 32,767


def measured(
    unit: str, doc: str, *, default: Any = REQUIRED, counts: str = "", **bounds: float
) -> Any:
    """A number with a unit; `bounds` are pydantic's ge, gt, le, lt.

    `counts` is the column of the same row that tells what is counted (see `counting`).
    """
    extra: Any = {"json_schema_extra": {"unit": unit, "counts": counts}, **bounds}
    return Field(default, description=doc, **extra)


def counted(
    doc: str, *, default: Any = REQUIRED, ge: int = 0, table: str = "", counts: str = ""
) -> Any:
    """A whole number of things, or the number that names a row of `table`."""
    extra: Any = {"unit": "", "refers_to": table, "counts": counts}
    return Field(default, description=doc, ge=ge, json_schema_extra=extra)


def named(doc: str, *, default: Any = REQUIRED) -> Any:
    """What a row is called: no blanks at the ends, nothing that separates addresses or lists."""
    name = rf"[^\s{_SEPARATORS}]([^{_SEPARATORS}]*[^\s{_SEPARATORS}])?"
    pattern = f"^({name})?$" if default == "" else f"^{name}$"
    return Field(default, description=doc, pattern=pattern, max_length=120)


def refers(table: str, doc: str, *, default: Any = REQUIRED) -> Any:
    """The name of a row in another table; several tables are joined by `|`."""
    extra: Any = {"refers_to": table}
    return Field(default, description=doc, json_schema_extra=extra, min_length=1)


def worded(doc: str, *, default: Any = "") -> Any:
    """Words for people; never empty where a blank cell means another default."""
    limits: Any = {} if default == "" else {"min_length": 1}
    return Field(default, description=doc, pattern=_WRITABLE, max_length=_LONGEST_TEXT, **limits)


def chosen(doc: str, *, default: Any = REQUIRED) -> Any:
    """One of a closed set, or yes/no, or a date."""
    return Field(default, description=doc)


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(measured, counted, named, refers, worded, chosen),
)
def row(*key: str) -> Callable[[type[T]], type[T]]:
    """Make a class one row of a table: frozen, validated, slim; `key` names its identity."""
    config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)

    def decorate(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, slots=True, kw_only=True, config=config)(cls)
        made.key_columns = key or ("name",)  # type: ignore[attr-defined]
        return made  # type: ignore[return-value]

    return decorate


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as users, documents and readers of files see it."""

    name: str
    kind: str  # "number", "integer", "text", "date", "boolean", "choice", "distribution"
    unit: str  # canonical; "" where there is none
    doc: str
    required: bool
    optional: bool  # may be blank, meaning "not given" (None)
    default: Any  # None where required
    choices: tuple[str, ...]
    refers_to: tuple[str, ...]  # tables
    counts: str  # the column of the same row that tells what is counted; "" where nothing is
    bounds: Mapping[str, float]


@functools.cache
def columns_of(row_class: type) -> tuple[Column, ...]:
    """The columns of a table in file order."""
    fields: dict[str, FieldInfo] = row_class.__pydantic_fields__  # type: ignore[attr-defined]
    return tuple(_column(name, info) for name, info in fields.items())


def key_of(row: object) -> str:
    """The identity of a row within its table; parts joined by a colon."""
    return next(keys_of((row,)))


def keys_of(rows: Sequence[object]) -> Iterator[str]:
    """The identity of each row of one table."""
    columns: tuple[str, ...] = type(rows[0]).key_columns if rows else ()  # type: ignore[attr-defined]
    parts = [map(_plain, map(attrgetter(column), rows)) for column in columns]
    return map(":".join, zip(*parts, strict=True))


def _plain(value: object) -> str:
    return shortest(value) if isinstance(value, float) else str(value)


def _column(name: str, info: FieldInfo) -> Column:
    extra: Mapping[str, Any] = (
        info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    )
    kind, optional, choices = _kind(info.annotation)
    return Column(
        name=name,
        kind=kind,
        unit=str(extra.get("unit", "")),
        doc=info.description or "",
        required=info.is_required(),
        optional=optional,
        default=None if info.is_required() else info.get_default(call_default_factory=False),
        choices=choices,
        refers_to=tuple(part for part in str(extra.get("refers_to", "")).split("|") if part),
        counts=str(extra.get("counts", "")),
        bounds=_bounds(info),
    )


def _bounds(info: FieldInfo) -> dict[str, float]:
    limits = ("ge", "gt", "le", "lt")
    return {
        limit: getattr(rule, limit)
        for rule in info.metadata
        for limit in limits
        if getattr(rule, limit, None) is not None
    }


_KINDS: dict[Any, str] = {
    float: "number",
    int: "integer",
    str: "text",
    bool: "boolean",
    date: "date",
    Distribution: "distribution",
}


def _kind(annotation: Any) -> tuple[str, bool, tuple[str, ...]]:
    optional = False
    if get_origin(annotation) in (Union, UnionType):
        inner = [part for part in get_args(annotation) if part is not NoneType]
        optional = len(inner) < len(get_args(annotation))
        annotation = inner[0]
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return "choice", optional, tuple(annotation)
    return _KINDS[annotation], optional, ()
