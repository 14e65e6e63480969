"""What a request can do wrong, as problem documents (RFC 9457) with the findings of the house."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field

from fabstack.errors import Finding


class FindingModel(BaseModel):
    """One thing that is wrong or doubtful, where it stands, and the cure."""

    file: str
    line: int = Field(description="from 1; 0: none")
    column: int = Field(description="from 1; 0: none")
    code: str
    message: str
    expected: str = ""
    cure: str = ""
    severity: str = "error"


class ProblemModel(BaseModel):
    """A problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    findings: list[FindingModel] = []


class Problem(Exception):
    """A request that is refused, in words for whoever sent it."""

    def __init__(self, status: int, detail: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(detail)
        self.status = HTTPStatus(status)
        self.detail = detail
        self.findings = tuple(findings)

    def document(self) -> dict[str, Any]:
        """The problem as JSON has it."""
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
            "findings": [finding.as_dict() for finding in self.findings],
        }


def not_found(what: str, name: str) -> Problem:
    """Nothing of that name, or nothing that may be read here."""
    return Problem(404, f"there is no {what} '{name[:120]}'")


def unfit(detail: str, findings: Iterable[Finding] = ()) -> Problem:
    """Understood, and not acceptable."""
    return Problem(422, detail, findings)
