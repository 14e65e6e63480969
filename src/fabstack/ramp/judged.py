"""The chance of claims that arithmetic judges future by future, and why others have none.

Futures are judged some at a time, so that a ramp that is stopped keeps those that it has judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, partial

import numpy as np

from fabstack.check.arithmetic import JUDGES as STATED
from fabstack.model import Programme
from fabstack.model.days import month_index
from fabstack.model.evidence import Claim
from fabstack.ramp.allocation import queues, sampled_award, terms
from fabstack.ramp.events import short_share, up_share
from fabstack.ramp.futures import Futures
from fabstack.ramp.inputs import Input, number_inputs
from fabstack.ramp.judges import JUDGES, Future
from fabstack.ramp.moved import Dates, in_future
from fabstack.ramp.odds import Odds, odds_of
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.result import RampResult
from fabstack.ramp.timeline import month_grid
from fabstack.uncertainty.chance import Floats

MOST_FUTURES = 200  # judged one by one
AT_ONCE = 25  # futures of one piece


def pieces_judged(programme: Programme, samples: int, most: int = MOST_FUTURES) -> int:
    """How many pieces judging takes."""
    return len(_parts(min(most, samples))) if _of_arithmetic(programme) else 0


def with_judged(
    result: RampResult, keep: Keep | None = None, most: int = MOST_FUTURES
) -> RampResult:
    """The result with the chances of those claims, too, and why others have none."""
    judging = Judging(result, min(most, result.samples))
    parts = judging.parts(keep or MakeAll(), backwards=True)
    found = {one.claim: one for one in (*result.odds, *judging.odds(parts, result.inputs))}
    claims = result.programme.claims
    return replace(
        result,
        odds=tuple(found[claim.name] for claim in claims if claim.name in found),
        unjudged={c.name: _why_unknown(result, c) for c in claims if c.name not in found},
    )


def _of_arithmetic(programme: Programme) -> list[Claim]:
    return [claim for claim in programme.claims if claim.measure in JUDGES]


def _parts(count: int) -> list[range]:
    return [range(first, min(first + AT_ONCE, count)) for first in range(0, count, AT_ONCE)]


def _why_unknown(result: RampResult, claim: Claim) -> str:
    static = STATED.get(claim.measure)
    verdict = static(result.programme, claim) if static else None
    why = verdict.evidence.get("unknown") if verdict else None
    return str(why or "nothing that is sampled tells whether it holds")


class Judging:
    """The first futures of a ramp, judged one by one."""

    def __init__(self, result: Dates, count: int = MOST_FUTURES) -> None:
        self.claims = _of_arithmetic(result.programme)
        self.count = min(count, result.samples)
        self._result = result
        self._up: dict[str, Floats] = {}

    def parts(self, keep: Keep, *, backwards: bool = False) -> list[Sequence[Floats]]:
        """Every part in its order; backwards they are asked for from the last one on.

        Two that share what is kept, one from either end, do not do the same work twice.
        """
        found: dict[range, Sequence[Floats]] = {}
        order = _parts(self.count) if self.claims else []
        for part in reversed(order) if backwards else order:
            name = f"judged/{part[0]}-{part[-1]}"
            found[part] = keep.piece(name, partial(self.spares, part))
        return [found[part] for part in order]

    def spares(self, numbers: Sequence[int]) -> Sequence[Floats]:
        """Whether each claim is known and holds, and what it has to spare, each [claim, future]."""
        columns = [[self._spare(future, c) for c in self.claims] for future in self._some(numbers)]
        known, holds, amounts = np.array(columns, dtype=float).transpose(2, 1, 0)
        return known, holds, amounts

    def odds(self, parts: Sequence[Sequence[Floats]], of_dates: Iterable[Input]) -> Iterator[Odds]:
        """The chance of each claim that every future can tell."""
        if not parts:
            return
        known, holds, amounts = (np.concatenate(p, axis=1) for p in zip(*parts, strict=True))
        inputs = self._inputs(of_dates)
        for i, claim in enumerate(self.claims):
            if known[i].all():
                unit, fact = JUDGES[claim.measure].unit, partial(self._fact, claim)
                yield odds_of(claim, holds[i], amounts[i], unit, inputs, fact)

    def _some(self, numbers: Sequence[int]) -> Iterator[Future]:
        return (self._future(number) for number in numbers)

    def _spare(self, future: Future, claim: Claim) -> tuple[float, float, float]:
        one = JUDGES[claim.measure].of(future, claim)
        return (0.0, 0.0, 0.0) if one is None else (1.0, float(one.holds), one.amount)

    def _fact(self, claim: Claim) -> str:
        """What is so in the first future, and in all where nothing that varies moves it."""
        one = JUDGES[claim.measure].of(self._future(0), claim)
        if one is not None and one.why:
            return one.why
        static = STATED.get(claim.measure)
        if static is None:
            return ""
        return static(self._result.programme, claim).finding.removeprefix(f"{claim.statement}: ")

    def _inputs(self, of_dates: Iterable[Input]) -> list[Input]:
        """Everything that varies: inputs of dates, then numbers and events."""
        numbers = number_inputs(self._result.programme, self._result.futures.first(self.count))
        found: dict[str, Input] = {}
        for one in (*of_dates, *numbers):
            if len(one.values) > 1:
                found.setdefault(one.name, one._replace(values=one.values[: self.count]))
        return list(found.values())

    # --- One future -------------------------------------------------------------------------------

    def _future(self, number: int) -> Future:
        programme = in_future(self._result.programme, self._result, number)
        return Future(programme, partial(self._sold, programme, number))

    def _sold(self, programme: Programme, number: int, item: str, asked: float, day: date) -> float:
        """Units that suppliers give of those asked for in the month of a day."""
        month = month_index(programme.programme.start, day)
        left = np.array([asked])
        for one in terms(programme, item, day):
            given = sampled_award(
                left,
                one.capacity_per_month * _at(self._up_share(one.supplier), month, number),
                np.array([one.committed_per_month]),
                queues(programme, one.supplier),
                _at(self._short_share, month, number),
            )
            left = np.maximum(left - given, 0.0)
        return asked - float(left[0])

    def _up_share(self, supplier: str) -> Floats:
        if supplier not in self._up:
            self._up[supplier] = up_share(
                self._result.programme, self._futures, supplier, self._grid
            )
        return self._up[supplier]

    @cached_property
    def _short_share(self) -> Floats:
        return short_share(self._result.programme, self._futures, self._grid)

    @cached_property
    def _futures(self) -> Futures:
        return self._result.futures.first(self.count)

    @cached_property
    def _grid(self) -> Floats:
        timeline = self._result.timeline
        return np.array([timeline.months(day) for day in month_grid(self._result.programme)])


def _at(shares: Floats, month: int, number: int) -> Floats:
    """The share of a month in a future, [1]; of the nearest month where a day lies outside."""
    row = shares[min(max(month, 0), len(shares) - 1)]
    share: Floats = row[[number if len(row) > 1 else 0]]
    return share
