"""Columns of tables from arrays of codes: words, and numbers that may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

OUTSIDE = -1  # code of what is not there: null in a column


def words(codes: Any, known: Iterable[str]) -> pl.Series:
    """Codes as words; OUTSIDE is null."""
    enum = pl.Enum(known)
    return numbers(codes).cast(pl.Series(dtype=enum).to_physical().dtype).cat.to(enum)


def numbers(values: Any) -> pl.Series:
    """Numbers as they are; OUTSIDE is null."""
    column = pl.Series(np.asarray(values, np.int64))
    return column.set(column == OUTSIDE, None)


def codes_of(column: pl.Series) -> Any:
    """[row]  codes of the words; OUTSIDE where there is none."""
    return column.to_physical().cast(pl.Int64).fill_null(OUTSIDE).to_numpy()
