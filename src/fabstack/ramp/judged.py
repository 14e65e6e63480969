"""The chance of claims that arithmetic judges: demand, spend, what plants and suppliers can give.

Each of the first futures is the programme with its dates and numbers, and is judged as `check`
judges it: no plan is made, processes are mature, and a few days stand for the time between them. So
what fails here fails in any plan; what holds may still fail for want of stock, time or learning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial

import numpy as np

from fabstack.check.balance import bought_per_month, made_per_month
from fabstack.check.chip_claims import chips_claim
from fabstack.check.output_claims import coverage_claim
from fabstack.check.requirements import all_units, delivered
from fabstack.check.spend_claims import spend_claim
from fabstack.check.verdict import Verdict
from fabstack.model import Programme
from fabstack.model.cells import Cell
from fabstack.model.days import month_start
from fabstack.model.evidence import Claim, Measure
from fabstack.ramp.inputs import Input
from fabstack.ramp.moved import in_future
from fabstack.ramp.odds import Odds, beyond_chance, causes
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.result import RampResult
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import share_interval

MOST_FUTURES = 200  # judged one by one
QUARTER, YEARS = 3, 36  # months between the days on which supply is judged
COVERED_SHARE = 0.995  # a supply that lacks less is rounding, as for a plan
NOT_AN_ACTIVITY = -1

Spare = tuple[bool, float]  # whether the claim holds, and have / need - 1


def with_judged(
    result: RampResult, keep: Keep | None = None, most: int = MOST_FUTURES
) -> RampResult:
    """The result with the chances of those claims, too, in the order of the claims."""
    keep = keep or MakeAll()
    judged = [claim for claim in result.programme.claims if claim.measure in JUDGES]
    keep.expect(len(judged))
    inputs = tuple(_inputs(result, min(most, result.samples)))
    found = {one.claim: one for one in result.odds}
    # whatever is found out of a future is remembered for the next claim
    future = cache(partial(in_future, result.programme, result))
    for claim in judged:
        make = partial(_spares, future, min(most, result.samples), claim)
        holds, margin = keep.piece(f"judged/{claim.name}", make)
        if len(holds):
            found[claim.name] = _odds(claim, holds, margin, inputs)
    names = (claim.name for claim in result.programme.claims)
    return replace(result, odds=tuple(found[name] for name in names if name in found))


def _spares(future: Callable[[int], Programme], count: int, claim: Claim) -> Sequence[Floats]:
    """Whether a claim holds and what it has to spare in percent, [future]; empty: nobody knows."""
    judge = JUDGES[claim.measure]
    found = []
    for number in range(count):
        spare = judge(future(number), claim)
        if spare is None:
            return np.empty(0), np.empty(0)
        found.append(spare)
    holds, spares = zip(*found, strict=True)
    return np.array(holds, dtype=float), 100 * np.array(spares)


def _odds(claim: Claim, holds: Floats, margin: Floats, inputs: tuple[Input, ...]) -> Odds:
    return Odds(
        claim.name,
        float(holds.mean()),
        share_interval(int(holds.sum()), len(holds)),
        float(np.median(margin)),
        "percent",
        tuple(causes(holds, margin, inputs, beyond_chance(len(holds)))),
    )


def _inputs(result: RampResult, count: int) -> Iterator[Input]:
    """Everything that varies, in the first futures: inputs of dates, then cells of the risks."""
    seen: set[str] = set()
    for one in result.inputs:
        if one.name not in seen and len(one.values) > 1:
            seen.add(one.name)
            yield one._replace(values=one.values[:count])
    for cell, distribution in result.futures.risks.items():
        if cell not in seen and result.futures.varies(cell):
            values = result.futures.draw(cell, distribution)[:count]
            yield Input(cell, _title(Cell.parse(cell)), NOT_AN_ACTIVITY, values)


def _title(cell: Cell) -> str:
    return f"{cell.column.replace('_', ' ')} of {cell.key.replace(':', ', ')}"


# --- Judges ---------------------------------------------------------------------------------------


def _by_arithmetic(
    judge: Callable[[Programme, Claim], Verdict],
) -> Callable[[Programme, Claim], Spare | None]:
    def spare(programme: Programme, claim: Claim) -> Spare | None:
        verdict = judge(programme, claim)
        if verdict.holds is None:
            return None
        return verdict.holds, -1.0 if verdict.factor is None else 1 / verdict.factor - 1

    return spare


def self_supply(programme: Programme, claim: Claim) -> Spare | None:
    """Whether own plants can give all that is needed of a kind, from the date to the end."""
    since, end = claim.date or programme.programme.start, programme.programme.end
    return _least(programme, claim.subject, list(_days(since, end, YEARS)), made_per_month)


def bridge(programme: Programme, claim: Claim) -> Spare | None:
    """Whether own plants and suppliers can give what is needed, every quarter until the date."""

    def given(programme: Programme, item: str, needed: Mapping[str, float], day: date) -> float:
        made = made_per_month(programme, item, needed, day)
        return made + bought_per_month(programme, item, day)

    until = claim.date or programme.programme.end
    days = [day for day in _days(programme.programme.start, until, QUARTER) if day < until]
    return _least(programme, claim.subject, days, given)


def _least(
    programme: Programme,
    kind: str,
    days: list[date],
    given: Callable[[Programme, str, Mapping[str, float], date], float],
) -> Spare | None:
    """The item of a kind, and the day, with the least to spare; None where none is needed."""
    items = [item.name for item in programme.items if item.kind == kind]
    shares = []
    for day in days:
        needed = all_units(programme, delivered(programme, day))
        wanted = ((item, needed.get(item, 0.0)) for item in items)
        shares += [given(programme, item, needed, day) / need for item, need in wanted if need > 0]
    return None if not shares else (min(shares) >= COVERED_SHARE, min(shares) - 1)


def _days(since: date, until: date, months: int) -> Iterator[date]:
    """Some days from one to another, with both."""
    day, steps = since, 0
    while day < until:
        yield day
        steps += months
        day = month_start(since, steps)
    yield until


JUDGES: Mapping[Measure, Callable[[Programme, Claim], Spare | None]] = {
    Measure.CHIPS_PER_YEAR: _by_arithmetic(chips_claim),
    Measure.CHIP_SPEND: _by_arithmetic(spend_claim),
    Measure.COVERS_DEMAND: _by_arithmetic(coverage_claim),
    Measure.SELF_SUPPLY: self_supply,
    Measure.BRIDGE: bridge,
}
