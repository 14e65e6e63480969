"""A program in whole numbers, made tighter before the search by inequalities that it implies.

The relaxed program is solved, the inequalities that its solution breaks are added, and so on until
none is broken or the bound stops rising. Those that bind in the end go into the search.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, diags, vstack

from fabstack.plan.program import Arrays
from fabstack.plan.scaling import Scaling
from fabstack.plan.types import Floats

MOST_ROUNDS = 60
IDLE, IDLE_ROUNDS = 1e-5, 3  # rounds that raise the bound by less than this share
BINDING = 1e-7  # room of an inequality that is none

Cuts = Callable[[Floats], csr_matrix]  # values of the columns -> rows at most 0 that they break


class Relaxed(Protocol):
    """A relaxed program that is solved again with more rows."""

    def solve(self) -> tuple[Floats, float] | None:
        """(values, objective); None where there is no optimum."""

    def add(self, rows: csr_matrix) -> None:
        """More rows, each at most 0."""


def tightened(scaling: Scaling, cuts: Cuts, relaxed: Relaxed, until: float) -> Arrays:
    """The scaled program with inequalities that its relaxation breaks, and that bind in the end."""
    found = csr_matrix((0, scaling.arrays.cost.size))
    values, bound, idle = np.zeros(scaling.arrays.cost.size), -np.inf, 0
    for _ in range(MOST_ROUNDS):
        answer = relaxed.solve() if idle < IDLE_ROUNDS and time.perf_counter() < until else None
        if answer is None:
            break
        values, reached = answer
        idle = 0 if reached > bound + IDLE * abs(reached) else idle + 1
        bound = reached
        more = _scaled(cuts(values * scaling.column), scaling)
        if not more.shape[0]:
            break
        found = csr_matrix(vstack([found, more]))
        relaxed.add(more)
    activity = np.asarray(found @ values, dtype=float)
    binding = np.flatnonzero(activity >= -BINDING)
    return _with_rows(scaling.arrays, csr_matrix(found[binding]))


def _scaled(rows: csr_matrix, scaling: Scaling) -> csr_matrix:
    """Rows for scaled columns, their largest number near 1."""
    own = csr_matrix(rows @ diags(scaling.column))
    if not own.shape[0]:
        return own
    largest = np.asarray(abs(own).max(axis=1).todense()).ravel()
    unit = np.exp2(-np.round(np.log2(np.maximum(largest, 1e-300))))
    return csr_matrix(diags(unit) @ own)


def _with_rows(arrays: Arrays, rows: csr_matrix) -> Arrays:
    count = rows.shape[0]
    return arrays._replace(
        low=np.append(arrays.low, np.full(count, -np.inf)),
        high=np.append(arrays.high, np.zeros(count)),
        matrix=csc_matrix(vstack([arrays.matrix, rows])),
    )
