"""Plans of programmes that differ in numbers only, solved one after the other from one basis.

Every plan begins at the basis of the first programme, not at that of the plan before it: so it is
the same whatever was planned earlier, in any order and by any worker.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fabstack.errors import LimitError
from fabstack.model import Programme
from fabstack.model.header import Service
from fabstack.plan.build import build
from fabstack.plan.checker import audit
from fabstack.plan.extract import result_of
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Status
from fabstack.plan.options import Integers, PlanOptions
from fabstack.plan.result import PlanResult
from fabstack.plan.run import accept, plan
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
    their medians. Reasons and expansions are left out; the checker is, where `checked` is false.
    What is more than one program of one shape is planned from nothing: a programme that has more or
    fewer columns or rows than the base, classes of demand in strict order, windows.

    Raises:
        LimitError: the time limit of a plan came before its optimum.
        PlanError: the numbers of a programme allow an unlimited gain.
        SolverError: HiGHS breaks down.

    """
    start = Start(base, options)
    for programme in others:
        yield start.plan(programme, checked=checked)


class Start:
    """The plan of a programme as the place where the plans of others begin, see `resolve`."""

    def __init__(self, programme: Programme, options: PlanOptions | None = None) -> None:
        self.programme = programme
        self.options = replace(options or PlanOptions(), integers=Integers.RELAXED)

    def plan(self, programme: Programme, *, checked: bool = True) -> PlanResult:
        """The plan of another programme; what was planned before does not change it."""
        if not self._is_one_program(programme):
            return plan(programme, options=self.options)
        started = time.perf_counter()
        model = build(Facts.of(programme, self.options))
        build_s = time.perf_counter() - started
        if model.arrays.matrix.shape == self._warm.shape:
            solution = self._warm.solve(model.arrays, keep=False)
        else:
            solution = Warm(model.arrays, time_limit_s=self.options.time_limit_s).solution
        if solution.status is Status.LIMIT:
            raise LimitError(f"no optimum was found within {self.options.time_limit_s:g} s")
        accept(solution, self.options)
        found = result_of(model, solution, build_s=build_s)
        return replace(found, audit=audit(programme, found)) if checked else found

    @functools.cached_property
    def _warm(self) -> Warm:
        arrays = build(Facts.of(self.programme, self.options)).arrays
        return Warm(arrays, time_limit_s=self.options.time_limit_s)

    def _is_one_program(self, programme: Programme) -> bool:
        is_strict = programme.planning.service is Service.LEXICOGRAPHIC
        return self.options.window is None and not is_strict
