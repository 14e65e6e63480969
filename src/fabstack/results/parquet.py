"""A table as Parquet bytes that depend on its content alone."""

from __future__ import annotations

import io

import polars as pl
from polars import selectors

ROWS_IN_A_GROUP = 262_144
FEW_ROWS = dict.fromkeys(("sim_arrivals", "sim_takes"), 32_768)  # single rows are looked up there


def parquet_bytes(name: str, frame: pl.DataFrame) -> bytes:
    """The file of one table; equal rows give equal bytes, however they were put together.

    Raises:
        ValueError: a number is NaN or infinite, or a cell is no plain value; the message names
            table and column.
    """
    refuse_broken_cells(name, frame)
    buffer = io.BytesIO()  # polars' own faults of the disk are no OSError; those of the store are
    canonical(frame).write_parquet(
        buffer,
        compression="zstd",
        compression_level=3,
        row_group_size=FEW_ROWS.get(name, ROWS_IN_A_GROUP),
        statistics=True,
    )
    return buffer.getvalue()


def refuse_broken_cells(name: str, frame: pl.DataFrame) -> None:
    """Raise where a number is not finite or a cell holds more than one value."""
    for column in frame.iter_columns():
        if column.dtype.is_nested() or column.dtype == pl.Object:
            raise ValueError(
                f"table {name}, column {column.name}: {column.dtype} is no plain value"
            )
        if column.dtype.is_float() and not column.is_finite().all():  # null passes
            broken = column.filter(~column.is_finite().fill_null(value=True))
            raise ValueError(f"table {name}, column {column.name}: {broken[0]} is not finite")


def canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table in one piece, without negative zeros and without a process's own codes."""
    numbers = selectors.float()
    return frame.with_columns(
        pl.when(numbers == 0).then(numbers.abs()).otherwise(numbers).name.keep(),
        selectors.categorical().cast(pl.String),
    ).rechunk()
