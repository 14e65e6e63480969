"""When the solver is stopped, or cannot answer, the user is told so."""

from __future__ import annotations

import _thread
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer

import highspy
import numpy as np
import plan_samples as s
import pytest
from scipy.sparse import csc_matrix, csr_matrix

from fabstack.errors import LimitError
from fabstack.plan import PlanOptions, export_mps, plan
from fabstack.plan.highs import Status, minimum
from fabstack.plan.program import Arrays
from fabstack.plan.scaling import scaled
from fabstack.plan.solver import run
from fabstack.plan.watch import Watch


def arrays(cost, matrix, low, high, upper=None, whole=None) -> Arrays:
    cost = np.array(cost, dtype=float)
    return Arrays(
        cost=cost,
        lower=np.zeros(cost.size),
        upper=np.full(cost.size, np.inf) if upper is None else np.array(upper, dtype=float),
        whole=np.zeros(cost.size, dtype=bool) if whole is None else np.array(whole),
        low=np.array(low, dtype=float),
        high=np.array(high, dtype=float),
        matrix=csc_matrix(np.array(matrix, dtype=float)),
    )


def test_instance_d_is_infeasible() -> None:
    # planning survey, section 5.1: x <= 10, y <= 3, x + y >= 15
    program = arrays([1, 1], [[1, 1]], [15], [np.inf], upper=[10, 3])
    assert minimum(program, time_limit_s=10, gap=0).status is Status.INFEASIBLE


def test_an_unlimited_gain_is_unbounded() -> None:
    program = arrays([-1], [[0]], [-np.inf], [1])
    assert minimum(program, time_limit_s=10, gap=0).status is Status.UNBOUNDED


def test_a_knapsack_is_solved_in_whole_numbers() -> None:
    # the most of 5x + 4y with 6x + 5y <= 10 is 8 at (0, 2); relaxed it is 8 1/3
    program = arrays([-5, -4], [[6, 5]], [-np.inf], [10], whole=[True, True])
    found = minimum(program, time_limit_s=10, gap=0)
    assert found.objective == pytest.approx(-8)
    assert found.values == pytest.approx([0, 2])
    assert found.gap == pytest.approx(0)


def test_no_time_at_all_is_a_limit_that_is_told() -> None:
    months = 60
    programme = s.programme(
        months=months,
        items=tuple(s.item(f"p{k}", price_usd=10 + k) for k in range(20)),
        plants=(s.plant(),),
        phases=(s.phase(700),),
        routes=tuple(s.route(f"p{k}") for k in range(20)),
        demands=tuple(
            d for k in range(20) for d in s.demands(*(40 + (7 * k * t) % 31 for t in range(months)),
                                                    item=f"p{k}")
        ),
    )  # fmt: skip
    with pytest.raises(LimitError, match="no plan was found within 1e-06 s"):
        plan(programme, options=PlanOptions(time_limit_s=1e-6))


class Deaf:
    """A solver that never looks up, like HiGHS in a long factorisation."""

    def __init__(self) -> None:
        self.released, self.told_to_stop = Event(), False

    def run(self) -> None:
        self.released.wait(30)

    def cancelSolve(self) -> None:
        self.told_to_stop = True


@contextmanager
def without_collection() -> Iterator[None]:
    """Python drops an interrupt that comes while garbage is collected with callbacks."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_ctrl_c_does_not_wait_for_a_solver_that_never_looks_up() -> None:
    """The interrupt is marked only, as where the system hands the signal to another thread."""
    solver, started = Deaf(), time.perf_counter()
    Timer(0.1, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt), without_collection():
        run(solver)
    solver.released.set()
    assert solver.told_to_stop
    assert time.perf_counter() - started < 5


def test_scaling_brings_numbers_towards_one_and_keeps_the_optimum() -> None:
    # a dear machine (whole) lets many cheap units through
    program = arrays(
        [3e10, 4e-5],
        [[-2.5e8, 1], [0, 1e-6]],
        [-np.inf, 90],
        [0, np.inf],
        whole=[True, False],
    )
    scaling = scaled(program)
    sizes = np.abs(scaling.arrays.matrix.data)
    assert sizes.max() / sizes.min() < 1e6 < 2.5e8 / 1e-6
    assert scaling.column[0] == 1, "a whole column keeps its unit"
    found = minimum(program, time_limit_s=10, gap=0)
    assert found.values == pytest.approx([1, 9e7])
    assert found.objective == pytest.approx(3e10 + 3600)
    assert found.duals[1] == pytest.approx(40)  # another 1 of the second row costs 1e6 x 4e-5


def test_powers_of_two_change_no_mantissa() -> None:
    program = arrays([0.1], [[0.3]], [0.7], [np.inf])
    scaling = scaled(program)
    for factor in (*scaling.column, *scaling.row, scaling.cost):
        assert np.frexp(factor)[0] == 0.5


def test_a_plan_that_could_not_be_solved_is_refused_before_it_is_built() -> None:
    items = tuple(s.item(f"p{k}") for k in range(2500))
    programme = s.programme(
        months=1200,
        items=items,
        plants=(s.plant(),),
        routes=tuple(s.route(item.name) for item in items),
    )
    with pytest.raises(LimitError, match=r"5,000,000 are the most; most of them are 2,500"):
        plan(programme)


def knapsack(count: int) -> Arrays:
    """A market split problem (Cornuejols and Dawande 1998): any plan is easy, the best is not."""
    rng = np.random.default_rng(3)
    weights = rng.integers(1, 100, (4, count)).astype(float)
    slack = np.hstack([np.eye(4), -np.eye(4)])
    half = np.floor(weights.sum(axis=1) / 2)
    return arrays(
        np.concatenate([np.zeros(count), np.ones(8)]),
        np.hstack([weights, slack]),
        half,
        half,
        upper=np.concatenate([np.ones(count), np.full(8, np.inf)]),
        whole=np.concatenate([np.ones(count, dtype=bool), np.zeros(8, dtype=bool)]),
    )


def test_ctrl_c_ends_a_search_with_the_best_plan_so_far_and_its_gap() -> None:
    seen: list[float] = []

    def stop_at_the_first_plan(watch: Watch) -> None:
        if watch.values is not None:
            seen.append(watch.best * watch.unit_usd)
            raise KeyboardInterrupt

    program = knapsack(30)
    found = minimum(program, time_limit_s=60, gap=0, tell=stop_at_the_first_plan)
    assert found.status is Status.LIMIT
    assert found.solve_s < 30
    assert found.gap > 0
    activity = program.matrix @ found.values
    assert activity == pytest.approx(program.low)
    assert found.values[:30] == pytest.approx(np.round(found.values[:30]))
    assert found.objective <= max(seen) + 1e-6


def test_ctrl_c_before_any_plan_ends_in_nothing() -> None:
    def stop(watch: Watch) -> None:
        raise KeyboardInterrupt

    big = knapsack(30)._replace(whole=np.zeros(38, dtype=bool))
    slow = Deaf()
    Timer(3, slow.released.set).start()
    with pytest.raises(KeyboardInterrupt):
        run(slow, Watch(), stop)
    assert minimum(big, time_limit_s=10, gap=0).status is Status.OPTIMAL


def test_no_time_for_cuts_leaves_the_program_as_it_is() -> None:
    program = arrays([-5, -4], [[6, 5]], [-np.inf], [10], whole=[True, True])
    found = minimum(program, time_limit_s=1e9, gap=0, cuts=lambda _: csr_matrix((0, 2)))
    assert found.objective == pytest.approx(-8)


def test_an_mps_file_holds_the_very_program(tmp_path: Path) -> None:
    programme = s.make_or_buy()
    size = export_mps(programme, tmp_path / "a.mps")
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.readModel(str(tmp_path / "a.mps"))
    solver.run()
    assert solver.getInfo().objective_function_value == pytest.approx(43)
    assert (solver.getNumCol(), solver.getNumRow()) == (size.columns, size.rows)
    text = (tmp_path / "a.mps").read_text()
    assert "starts_0_2" in text
    assert "balance_0_1" in text
