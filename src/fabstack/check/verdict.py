"""What arithmetic says of a claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fabstack.model.evidence import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a claim holds, by how much it misses, and the numbers behind the answer."""

    claim: str
    holds: bool | None  # None: not to be told (from arithmetic alone)
    finding: str  # a sentence with numbers and units
    factor: float | None = None  # how many times what is needed exceeds what there is
    evidence: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The verdict under the stable keys of `--json`."""
        return {
            "claim": self.claim,
            "holds": self.holds,
            "finding": self.finding,
            "factor": self.factor,
            "evidence": self.evidence,
        }


def open_verdict(claim: Claim, why: str, **evidence: Any) -> Verdict:
    """A verdict that arithmetic alone cannot give, and the reason."""
    return Verdict(
        claim=claim.name,
        holds=None,
        finding=f"{claim.statement}: unknown, {why}.",
        evidence={**evidence, "unknown": why},
    )
