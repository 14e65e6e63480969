"""Two runs side by side: which verdicts and which rows differ, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from fabstack.results.catalogue import TABLES
from fabstack.results.run import Run

SAME_SHARE = 1e-9  # numbers that differ by less of their column's largest are the same

_CHANGED = {
    "column": pl.String,
    "a": pl.String,
    "b": pl.String,
    "difference": pl.Float64,
    "percent": pl.Float64,
    "weight": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class TableDifference:
    """How one table differs: changed cells, and rows that only one run has.

    `changed` has the keys of the table, then column, a and b as text, difference, percent of a;
    `difference` of dates is in days. Words and blanks come first, then what weighs most.
    """

    table: str
    keys: tuple[str, ...]
    changed: pl.DataFrame
    only_a: pl.DataFrame
    only_b: pl.DataFrame

    @property
    def is_same(self) -> bool:
        """True where no row and no cell differs."""
        return self.changed.is_empty() and self.only_a.is_empty() and self.only_b.is_empty()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two runs differ; tables that are the same are left out."""

    about: Mapping[str, tuple[Any, Any]]  # entries of the manifests that differ
    mission: tuple[Mapping[str, Any], ...]  # parts whose verdict or finding differs
    tables: tuple[TableDifference, ...]
    only_a: tuple[str, ...]  # tables that the other run does not have
    only_b: tuple[str, ...]


def compare(a: Run, b: Run) -> Comparison:
    """Two runs laid side by side on the keys of their tables.

    Raises:
        InputError: a file of a run cannot be read.
    """
    both = [name for name in a.tables if name in b.tables]
    found = [compare_tables(name, a.table(name), b.table(name)) for name in both]
    return Comparison(
        about=_about(a.manifest, b.manifest),
        mission=_mission(a.summary, b.summary),
        tables=tuple(table for table in found if not table.is_same),
        only_a=tuple(name for name in a.tables if name not in b.tables),
        only_b=tuple(name for name in b.tables if name not in a.tables),
    )


def compare_tables(name: str, a: pl.DataFrame, b: pl.DataFrame) -> TableDifference:
    """One table of two runs, joined on its keys; null stands for nothing and equals itself."""
    given = keys_of(name, a, b)
    apart = {key: f"{key}_" for key in given if key in _CHANGED}  # as sim_cycle_times' percent
    a, b = a.rename(apart), b.rename(apart)
    keys = tuple(apart.get(key, key) for key in given)
    values = [column for column in a.columns if column in b.columns and column not in keys]
    first, second = _numbered(a, keys), _numbered(b, keys)
    on = [*keys, "copy"]
    joined = first.join(second, on=on, how="inner", nulls_equal=True, suffix=" b")
    changed = [_changed(joined, keys, column) for column in values]
    empty = (
        joined.select(keys)
        .clear()
        .with_columns([pl.Series(column, [], dtype=dtype) for column, dtype in _CHANGED.items()])
    )
    return TableDifference(
        table=name,
        keys=keys,
        changed=_largest_first(pl.concat([empty, *changed])),
        only_a=first.join(second, on=on, how="anti", nulls_equal=True).select(a.columns),
        only_b=second.join(first, on=on, how="anti", nulls_equal=True).select(b.columns),
    )


def keys_of(name: str, a: pl.DataFrame, b: pl.DataFrame) -> tuple[str, ...]:
    """What names a row: by the catalogue, else every column of both that holds no number."""
    if name in TABLES and all(key in a.columns and key in b.columns for key in TABLES[name].keys):
        return TABLES[name].keys
    return tuple(
        column
        for column, dtype in a.schema.items()
        if b.schema.get(column) == dtype and not dtype.is_numeric()
    )


def _numbered(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The rows with a number for those of the same key, so that each meets one other."""
    copy = pl.int_range(pl.len(), dtype=pl.Int64)
    return frame.with_columns(copy=copy.over(keys) if keys else copy)


def _changed(joined: pl.DataFrame, keys: Sequence[str], column: str) -> pl.DataFrame:
    """The cells of one column that differ by more than rounding, with their weight in it."""
    a, b = pl.col(column), pl.col(f"{column} b")
    difference, percent = _distance(joined.schema[column], joined.schema[f"{column} b"], a, b)
    told = joined.select(
        *keys,
        pl.lit(column).alias("column"),
        a.cast(pl.String).alias("a"),
        b.cast(pl.String).alias("b"),
        difference.cast(pl.Float64).alias("difference"),
        percent.cast(pl.Float64).alias("percent"),
        (difference.abs() / _scale(joined, column)).cast(pl.Float64).alias("weight"),
        a.ne_missing(b).alias("differs"),
    )
    real = pl.col("weight").is_null() | (pl.col("weight") > SAME_SHARE)
    return told.filter(pl.col("differs") & real).drop("differs")


def _distance(
    of_a: pl.DataType, of_b: pl.DataType, a: pl.Expr, b: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """How far two cells are apart, and in percent of the first: numbers, days, or untold."""
    if of_a.is_numeric() and of_b.is_numeric():
        first, apart = a.cast(pl.Float64), b.cast(pl.Float64) - a.cast(pl.Float64)
        return apart, pl.when(first != 0).then(100 * apart / first.abs())
    if of_a == of_b == pl.Date:
        return (b - a).dt.total_days(), pl.lit(None, pl.Float64)
    return pl.lit(None, pl.Float64), pl.lit(None, pl.Float64)


def _scale(joined: pl.DataFrame, column: str) -> pl.Expr:
    """The largest number of a column in either run; days weigh as days."""
    sides = joined.select(column, f"{column} b")
    if not all(dtype.is_numeric() for dtype in sides.dtypes):
        return pl.lit(1.0)
    most = sides.select(pl.max_horizontal(pl.all().cast(pl.Float64).abs().max())).item()
    return pl.lit(most or 1.0)


def _largest_first(changed: pl.DataFrame) -> pl.DataFrame:
    """Words and blanks first, then what weighs most in its column."""
    order = changed.sort("weight", descending=True, nulls_last=False, maintain_order=True)
    return order.drop("weight")


# --- Manifest and mission ---------------------------------------------------------------------

_TOLD = ("programme", "scenario", "seed", "digest", "fabstack", "tables_digest")


def _about(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {key: (a.get(key), b.get(key)) for key in _TOLD if a.get(key) != b.get(key)}


def _mission(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    first, second = (_parts(run.get("mission") or {}) for run in (a, b))
    pairs = [(first.get(key, {}), second.get(key, {})) for key in {**first, **second}]
    return tuple(_part(x, y) for x, y in pairs if _said(x) != _said(y))


def _parts(mission: Any) -> dict[Any, Mapping[str, Any]]:
    parts = mission.values() if isinstance(mission, dict) else mission
    return {part.get("part"): part for part in parts}


def _said(part: Mapping[str, Any]) -> tuple[Any, Any]:
    return part.get("holds"), part.get("finding")


def _part(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "part": a.get("part", b.get("part")),
        "title": a.get("title", b.get("title")),
        "holds": [a.get("holds"), b.get("holds")],
        "finding": [a.get("finding"), b.get("finding")],
    }
