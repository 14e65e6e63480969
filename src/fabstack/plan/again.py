"""Plans of programmes that differ in numbers only, solved one after the other from one basis.

Every plan begins at the basis of the first programme, not at that of the plan before it: so it is
the same whatever was planned earlier, in any order and by any worker.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fabstack.errors import LimitError
from fabstack.model import Programme
from fabstack.plan.build import build
from fabstack.plan.checker import audit
from fabstack.plan.extract import result_of
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Status
from fabstack.plan.options import Integers, PlanOptions
from fabstack.plan.result import PlanResult
from fabstack.plan.run import accept
from fabstack.plan.warm import Warm


def resolve(
    base: Programme,
    others: Iterable[Programme],
    *,
    options: PlanOptions | None = None,
    checked: bool = True,
) -> Iterator[PlanResult]:
    """The plans of `others`, with whole numbers relaxed, from the basis of the plan of `base`.

    The nearer the base lies to the others, the faster: for sampled futures take the programme at
    their medians. One that has more or fewer columns or rows than the base is planned from nothing.
    Reasons and expansions are left out; the checker is, where `checked` is false.

    Raises:
        LimitError: the time limit of a plan came before its optimum.
        PlanError: the numbers of a programme allow an unlimited gain.
        SolverError: HiGHS breaks down.

    """
    relaxed = replace(options or PlanOptions(), integers=Integers.RELAXED)
    start = _Start(base, relaxed)
    for programme in others:
        found = start.plan(programme)
        yield replace(found, audit=audit(programme, found)) if checked else found


class _Start:
    """The program of a programme, and its optimal basis."""

    def __init__(self, programme: Programme, options: PlanOptions) -> None:
        self.options = options
        arrays = build(Facts.of(programme, options)).arrays
        self.shape = arrays.matrix.shape
        self.warm = Warm(arrays, time_limit_s=options.time_limit_s)

    def plan(self, programme: Programme) -> PlanResult:
        started = time.perf_counter()
        model = build(Facts.of(programme, self.options))
        build_s = time.perf_counter() - started
        if model.arrays.matrix.shape == self.shape:
            solution = self.warm.solve(model.arrays, keep=False)
        else:
            solution = Warm(model.arrays, time_limit_s=self.options.time_limit_s).solution
        if solution.status is Status.LIMIT:
            raise LimitError(f"no optimum was found within {self.options.time_limit_s:g} s")
        accept(solution, self.options)
        return result_of(model, solution, build_s=build_s)
