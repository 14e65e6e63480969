"""Inputs that move together: a Gaussian copula that leaves every input's own numbers as they are.

The normal scores of the columns are mixed so that they have the wanted correlation; then each
column's own shares are put into the order of its mixed scores (the idea of Iman and Conover, 1982).
So every margin, its variance and its stratification survive to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from scipy import special

from fabstack.errors import Finding, InputError
from fabstack.uncertainty.chance import LOWEST_SHARE, Floats

# Correlations that contradict each other by no more than rounding are not worth a word.
CONTRADICTION = 1e-9


class Pair(NamedTuple):
    """Two columns and the correlation of their normal scores."""

    first: str
    second: str
    rho: float


def of_scores(rank_correlation: float) -> float:
    """Correlation of normal scores that gives a rank correlation (Spearman).

    >>> round(of_scores(0.7), 6)
    0.716736
    """
    return 2 * math.sin(math.pi * rank_correlation / 6)


def of_ranks(score_correlation: float) -> float:
    """Rank correlation (Spearman) that a correlation of normal scores gives: 6/pi asin(rho/2)."""
    return 6 / math.pi * math.asin(score_correlation / 2)


def coupled(columns: Mapping[str, Floats], pairs: list[Pair]) -> dict[str, Floats]:
    """The columns of shares, reordered so that the pairs are correlated; a later pair overrides.

    Raises:
        InputError: the correlations contradict each other.
    """
    result = dict(columns)
    for names, wanted in _groups(pairs):
        mixed = _mixed([columns[name] for name in names], _root(names, wanted))
        for name, scores in zip(names, mixed, strict=True):
            result[name] = _in_order_of(scores, columns[name])
    return result


def hanging_together(names: Collection[str], pairs: list[Pair]) -> tuple[tuple[str, ...], ...]:
    """The names in groups that no pair joins, each in order; most hold one name alone."""
    joined = [
        tuple(group) for group, matrix in _groups(pairs) if (matrix != np.eye(len(group))).any()
    ]
    alone = set(names) - {name for group in joined for name in group}
    return tuple(sorted([*joined, *((name,) for name in alone)]))


def _groups(pairs: list[Pair]) -> list[tuple[list[str], Floats]]:
    """Columns that hang together through pairs, with their matrix of correlations."""
    rho = {frozenset(pair[:2]): pair.rho for pair in pairs if pair.first != pair.second}
    group_of: dict[str, list[str]] = {}
    for name, other in (sorted(both) for both in rho):
        merged = _union(group_of.get(name, [name]), group_of.get(other, [other]))
        group_of.update(dict.fromkeys(merged, merged))
    groups = {id(group): sorted(group) for group in group_of.values()}
    return [(names, _matrix(names, rho)) for names in sorted(groups.values())]


def _union(first: list[str], second: list[str]) -> list[str]:
    return first if first is second else first + second


def _matrix(names: list[str], rho: Mapping[frozenset[str], float]) -> Floats:
    matrix = np.eye(len(names))
    position = {name: index for index, name in enumerate(names)}
    for both, value in rho.items():
        if both <= position.keys():
            i, j = (position[name] for name in both)
            matrix[i, j] = matrix[j, i] = value
    return matrix


def _root(names: list[str], matrix: Floats) -> Floats:
    """The symmetric square root: it exists at any rank and changes each column least."""
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -CONTRADICTION * len(names):
        raise InputError([_contradiction(names, matrix)])
    root: Floats = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def _contradiction(names: list[str], matrix: Floats) -> Finding:
    strongest = np.unravel_index(np.argmax(np.abs(np.triu(matrix, 1))), matrix.shape)
    first, second = (names[int(index)] for index in strongest)
    return Finding(
        file="correlations.csv",
        line=0,
        column=0,
        code="impossible-correlations",
        message=f"the correlations of {len(names)} inputs contradict each other",
        expected="a positive semidefinite matrix: what moves with two things ties those two",
        cure=f"weaken the strongest, between '{first}' and '{second}', or [ramp] correlation",
    )


def _mixed(columns: list[Floats], root: Floats) -> list[Floats]:
    """Correlated scores; sums run in a fixed order, so that no library's threads change a bit."""
    scores = [special.ndtri(np.clip(u, LOWEST_SHARE, 1 - LOWEST_SHARE)) for u in columns]
    mixed = []
    for weights in root:
        total = np.zeros_like(scores[0])
        for weight, score in zip(weights, scores, strict=True):
            total += weight * score
        mixed.append(total)
    return mixed


def _in_order_of(scores: Floats, shares: Floats) -> Floats:
    ordered = np.empty_like(shares)
    ordered[np.argsort(scores, kind="stable")] = np.sort(shares)
    return ordered
