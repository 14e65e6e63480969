"""Which method a program is solved with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from benchmarks.plan import chain
from scipy.sparse import csc_matrix

from fabstack.formats import load
from fabstack.model import Programme
from fabstack.plan import PlanOptions
from fabstack.plan.build import build
from fabstack.plan.facts import Facts
from fabstack.plan.highs import methods_for, spreads
from fabstack.plan.program import Arrays
from fabstack.plan.scaling import scaled
from fabstack.plan.solver import FEASIBILITY, keeps, share_presolved


def relaxed(programme: Programme) -> Arrays:
    arrays = scaled(build(Facts.of(programme, PlanOptions())).arrays).arrays
    return arrays._replace(whole=np.zeros_like(arrays.whole))


def test_a_long_chain_with_leads_of_parts_of_a_month_goes_to_the_interior_point_first() -> None:
    assert methods_for(relaxed(chain(60)))[0]["solver"] == "ipm"


def test_one_with_leads_of_whole_months_goes_to_simplex_first() -> None:
    assert methods_for(relaxed(chain(60, lead_months=(0, 1))))[0]["solver"] == "simplex"


def test_starts_that_are_ready_in_two_months_feed_two_balances() -> None:
    def arrays(lead_months: float) -> Arrays:
        return relaxed(chain(15, months=6, groups=4, lead_months=(lead_months,)))

    assert not spreads(arrays(0))
    assert not spreads(arrays(2))
    assert spreads(arrays(0.5))
    assert spreads(arrays(1.2))


def test_what_presolve_makes_small_goes_to_simplex_first(project: Path) -> None:
    texas = relaxed(load(project / "programmes" / "texas"))
    assert methods_for(texas)[0]["solver"] == "simplex"


def test_so_does_what_is_small_as_it_is() -> None:
    assert methods_for(relaxed(chain(15, months=36, groups=4)))[0]["solver"] == "simplex"


def test_presolve_takes_nothing_of_nothing_and_all_of_a_row_that_binds_nothing() -> None:
    one, none = np.ones(1), np.zeros(0)
    idle = Arrays(one, 0 * one, one, one > 1, one - np.inf, 9 * one, csc_matrix([[1.0]]))
    assert share_presolved(idle) == 1.0
    empty = Arrays(one, 0 * one, one, one > 1, none, none, csc_matrix((0, 1)))
    assert share_presolved(empty) == 0.0


def test_what_a_stopped_method_leaves_must_keep_rows_as_exactly_as_an_optimum() -> None:
    one = np.ones(1)
    arrays = Arrays(one, 0 * one, 9 * one, one > 1, one, one, csc_matrix([[1.0]]))
    assert keeps(arrays, one + 5e-10, FEASIBILITY)
    assert not keeps(arrays, one + 5e-8, FEASIBILITY)
    assert keeps(arrays, one + 5e-8)
