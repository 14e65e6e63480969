"""A plan's program for other solvers."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from fabstack.model import Programme
from fabstack.plan.build import build
from fabstack.plan.facts import Facts
from fabstack.plan.highs import write_mps
from fabstack.plan.options import PlanOptions
from fabstack.plan.types import Ints


class Size(NamedTuple):
    """Of a program."""

    columns: int
    rows: int
    entries: int
    whole_columns: int


def export_mps(programme: Programme, path: Path, *, options: PlanOptions | None = None) -> Size:
    """Write what `plan` minimises (USD of the start, below 0 for a gain) as an MPS file.

    Columns and rows are named by block, thing and period, such as `starts_3_12`: the thing counts
    from 0 in the order of the programme, the period from 0.

    Raises:
        SolverError: the file cannot be written.

    """
    model = build(Facts.of(programme, options or PlanOptions()))
    write_mps(model.arrays, str(path), _names(model.columns), _names(model.rows))
    arrays = model.arrays
    return Size(*arrays.matrix.shape[::-1], arrays.matrix.nnz, int(arrays.whole.sum()))


def _names(blocks: dict[str, Ints]) -> list[str]:
    """Names of all columns or rows, in their order."""
    return [
        "_".join((block, *map(str, place)))
        for block, indices in blocks.items()
        for place in np.ndindex(indices.shape)
    ]
