"""The extensive form: one program that holds every future, with the first columns once.

    minimise   sum p(s) c(s) x(s)  +  weight x (eta + sum p(s) excess(s) / (1 - tail))
    where      A(s) x(s) between low(s) and high(s)                    for each future s
               cost(s) - eta <= excess(s),   excess(s) >= 0            where weight > 0

Columns: the first ones, then those of each future, then eta and the excesses.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import block_diag, coo_matrix, csc_matrix, hstack, vstack

from fabstack.plan.program import Arrays
from fabstack.plan.stochastic.measure import Risk
from fabstack.plan.stochastic.problem import TwoStage
from fabstack.plan.types import Floats


def extensive(problem: TwoStage, risk: Risk) -> Arrays:
    """The program of all futures together."""
    first, second, programs = problem.first, problem.second, problem.programs
    lower, upper = problem.bounds
    expected = sum(p * one.cost[first] for p, one in zip(problem.chances, programs, strict=True))
    later = [p * one.cost[second] for p, one in zip(problem.chances, programs, strict=True)]
    shared = vstack([one.matrix[:, first] for one in programs])
    own = block_diag([one.matrix[:, second] for one in programs])
    together = Arrays(
        cost=np.concatenate([expected, *later]),
        lower=np.concatenate([lower, *(one.lower[second] for one in programs)]),
        upper=np.concatenate([upper, *(one.upper[second] for one in programs)]),
        whole=np.concatenate([programs[0].whole[first], *(one.whole[second] for one in programs)]),
        low=np.concatenate([one.low for one in programs]),
        high=np.concatenate([one.high for one in programs]),
        matrix=csc_matrix(hstack([shared, own])),
    )
    return _with_cvar(together, problem, risk) if risk.weight > 0 else together


def values_of(problem: TwoStage, values: Floats) -> Floats:
    """The decisions of each future, out of those of the extensive form [future, column]."""
    first, second, futures = problem.first, problem.second, len(problem.programs)
    found = np.empty((futures, first.size + second.size))
    found[:, first] = values[: first.size]
    end = first.size + futures * second.size
    found[:, second] = values[first.size : end].reshape(futures, second.size)
    return found


def _with_cvar(together: Arrays, problem: TwoStage, risk: Risk) -> Arrays:
    """Columns eta and excess [future], and a row for each future."""
    futures, columns = len(problem.programs), together.cost.size
    eta, excess = columns, columns + 1 + np.arange(futures)
    costs = _costs(problem, columns)
    beyond = coo_matrix(
        (
            np.full(2 * futures, -1.0),
            (np.tile(np.arange(futures), 2), np.append(np.full(futures, eta), excess) - columns),
        ),
        shape=(futures, 1 + futures),
    )
    width = csc_matrix((together.low.size, 1 + futures))
    matrix = vstack([hstack([together.matrix, width]), hstack([costs, beyond])])
    weights = risk.weight * np.append(1.0, problem.chances / (1 - risk.tail))
    return Arrays(
        cost=np.append(together.cost, weights),
        lower=np.append(together.lower, np.append(-np.inf, np.zeros(futures))),
        upper=np.append(together.upper, np.full(1 + futures, np.inf)),
        whole=np.append(together.whole, np.zeros(1 + futures, dtype=bool)),
        low=np.append(together.low, np.full(futures, -np.inf)),
        high=np.append(together.high, -problem.constants),
        matrix=csc_matrix(matrix),
    )


def _costs(problem: TwoStage, columns: int) -> csc_matrix:
    """What each future costs, by the columns of the extensive form [future, column]."""
    shared = vstack([csc_matrix(one.cost[problem.first]) for one in problem.programs])
    own = block_diag([csc_matrix(one.cost[problem.second]) for one in problem.programs])
    costs = csc_matrix(hstack([shared, own]))
    assert costs.shape[1] == columns
    return costs
