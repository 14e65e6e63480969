"""Rows become a table whose columns and types are those of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from fabstack.results.catalogue import TABLES, Holds

DTYPES: Mapping[Holds, Any] = {
    Holds.DATE: pl.Date,
    Holds.TEXT: pl.String,
    Holds.NUMBER: pl.Float64,
    Holds.WHOLE: pl.Int64,
    Holds.FLAG: pl.Boolean,
}


def schema_of(table: str) -> dict[str, Any]:
    """Columns of a table in their order, with their types."""
    return {column.name: DTYPES[column.holds] for column in TABLES[table].columns}


def table_of(table: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """A table of the catalogue from its rows."""
    return pl.DataFrame(list(rows), schema=schema_of(table))
