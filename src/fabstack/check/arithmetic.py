"""The arithmetic of claims: what can be judged without running an engine.

`verdicts` gives one verdict on every claim; where only an engine can tell, `holds` is None. What is
false by arithmetic alone is also a finding of the check, at the line of its claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from fabstack.check.balance import euv_scanners, needs_beyond_supply
from fabstack.check.chip_claims import chips_claim
from fabstack.check.faults import Fault, Rule, warning
from fabstack.check.output_claims import carriers_claim, coverage_claim, units_claim
from fabstack.check.people_claims import staff_claim
from fabstack.check.spend_claims import spend_claim
from fabstack.check.supply_claims import cheaper_claim, place_claim, queue_claim
from fabstack.check.time_claims import build_months_claim, done_by_claim
from fabstack.check.verdict import Verdict, open_verdict
from fabstack.model import Programme, by_key
from fabstack.model.evidence import Claim, Measure

Judge = Callable[[Programme, Claim], Verdict]

JUDGES: Mapping[Measure, Judge] = {
    Measure.CHIPS_PER_YEAR: chips_claim,
    Measure.CHIP_SPEND: spend_claim,
    Measure.UNITS_PER_MONTH: units_claim,
    Measure.CARRIERS_PER_MONTH: carriers_claim,
    Measure.COVERS_DEMAND: coverage_claim,
    Measure.DONE_BY: done_by_claim,
    Measure.BUILD_MONTHS: build_months_claim,
    Measure.CHEAPER_NODE: cheaper_claim,
    Measure.QUEUE_RANK: queue_claim,
    Measure.PACKAGED_AT: place_claim,
    Measure.STAFF: staff_claim,
}

# What does not depend on any claim.
RULES: tuple[Rule, ...] = (needs_beyond_supply, euv_scanners)


def verdicts(programme: Programme) -> tuple[Verdict, ...]:
    """A verdict on every claim, in their order; the programme has no errors of structure.

    `holds` is None where arithmetic alone cannot tell: dates with chances, plans, simulations.
    """
    return tuple(_verdict(programme, claim) for claim in programme.claims)


def _verdict(programme: Programme, claim: Claim) -> Verdict:
    if claim.measure not in JUDGES:
        return open_verdict(claim, "only a run can tell")
    return JUDGES[claim.measure](programme, claim)


def contradictions(programme: Programme, found: Sequence[Verdict]) -> Iterator[Fault]:
    """Claims that arithmetic alone shows to be false."""
    claims = by_key(programme.claims)
    for verdict in found:
        if verdict.holds is False:
            yield warning(
                claims[verdict.claim],
                _column(claims[verdict.claim]),
                "claim-contradicted",
                verdict.finding,
                cure="correct the numbers behind it, or report the claim as it is",
            )


def _column(claim: Claim) -> str:
    """The column that a claim can be held to."""
    columns = ("value", "high", "date")
    return next((name for name in columns if getattr(claim, name) is not None), "statement")
