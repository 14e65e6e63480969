"""What a solver cannot tell from nothing is written as nothing.

HiGHS keeps the rows of a plan, in units of the size of its own numbers, to `FEASIBILITY`. So a flow
is rounding when it is no more than that share of the largest flow of the same item in any month, or
of one unit if all are smaller. The arrays of a plan keep every bit, and the checker reads those;
only tables are cleaned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fabstack.model import Programme, by_key
from fabstack.plan.result import PlanResult, Reason
from fabstack.plan.solver import FEASIBILITY
from fabstack.plan.types import Floats

Rows = tuple[Sequence[Hashable], Floats]  # the owner of each row, and the rows [row, month]


def without_rounding(result: PlanResult, programme: Programme) -> PlanResult:
    """The plan with 0 for every flow, payment and hour that is rounding."""
    flows = _flows(result, programme)
    peaks = _peaks(flows.values())
    cleaned: dict[str, Any] = {name: _cleaned(rows, peaks) for name, rows in flows.items()}
    for name, rows in _others(result, programme).items():
        cleaned[name] = _cleaned(rows, _peaks([rows]))
    return replace(
        result,
        **cleaned,
        used_h=_within(result.used_h, result.available_h),
        counted=_within(result.counted, result.allowed),
        reasons=_reasons(result, peaks),
    )


def _flows(result: PlanResult, programme: Programme) -> dict[str, Rows]:
    """Units of items; all flows of an item have one size."""
    names = result.names
    routes, offers = by_key(programme.routes), by_key(programme.offers)
    nodes = [node.item for node in names.nodes]
    wants = [want.item for want in names.wants]
    return {
        "output": ([routes[name].item for name in names.routes], result.output),
        "bought": ([offers[key].item for key in names.offers], result.bought),
        "ordered": ([offers[key].item for key in names.offers], result.ordered),
        "converted": ([node.item for node in names.conversions], result.converted),
        "regraded": ([regrade.item for regrade in names.regrades], result.regraded),
        "became": (nodes, result.became),
        "used": (nodes, result.used),
        "stock": (nodes, result.stock),
        **{name: (wants, getattr(result, name)) for name in _OF_WANTS},
    }


_OF_WANTS = ("delivered", "wanted", "short", "backlog")


def _others(result: PlanResult, programme: Programme) -> dict[str, Rows]:
    """Carriers have the size of their plant, payments that of all offers of an item."""
    routes, offers = by_key(programme.routes), by_key(programme.offers)
    return {
        "starts": ([routes[name].plant for name in result.names.routes], result.starts),
        "paid": ([offers[key].item for key in result.names.offers], result.paid),
    }


def _peaks(blocks: Iterable[Rows]) -> dict[Hashable, float]:
    """The largest number of each owner, at least 1."""
    peaks: defaultdict[Hashable, float] = defaultdict(lambda: 1.0)
    for owners, array in blocks:
        for owner, row in zip(owners, array, strict=True):
            peaks[owner] = max(peaks[owner], float(np.abs(row).max(initial=0.0)))
    return peaks


def _cleaned(rows: Rows, peaks: dict[Hashable, float]) -> Floats:
    owners, array = rows
    least = FEASIBILITY * np.array([peaks[owner] for owner in owners]).reshape(-1, 1)
    return np.where(np.abs(array) <= least, 0.0, array)


def _within(used: Floats, limit: Floats) -> Floats:
    """What is used of a limit, cleaned by the size of the limit."""
    sizes = np.maximum(limit.max(axis=1, initial=1.0), used.max(axis=1, initial=1.0))
    cleaned: Floats = np.where(np.abs(used) <= FEASIBILITY * sizes[:, None], 0.0, used)
    return cleaned


def _reasons(result: PlanResult, peaks: dict[Hashable, float]) -> tuple[Reason, ...]:
    """Reasons for units that are short by more than rounding."""
    return tuple(r for r in result.reasons if r.quantity > FEASIBILITY * peaks[r.item])
