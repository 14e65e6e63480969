"""What is known of a solve while it runs: the best plan so far, and the bound on every plan."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fabstack.plan.types import Floats


@dataclass(slots=True)
class Watch:
    """Hears a solver; costs are those of the program that it was given, below 0 for a gain."""

    unit_usd: float = 1.0  # of the solver's objective
    started: float = field(default_factory=time.perf_counter)
    values: Floats | None = None  # of the best plan so far, in the solver's units
    best: float = np.inf
    bound: float = -np.inf

    def listen(self, solver: Any) -> None:
        """Be told of every better plan, and now and then of the bound."""
        solver.cbMipImprovingSolution += self._better
        solver.cbMipLogging += self._bounded

    def _better(self, event: Any) -> None:
        found = event.data_out
        self.values = np.array(found.mip_solution, dtype=float)
        self.best = float(found.objective_function_value)
        self._bounded(event)

    def _bounded(self, event: Any) -> None:
        self.bound = max(self.bound, float(event.data_out.mip_dual_bound))

    @property
    def seconds(self) -> float:
        """Since the solve began."""
        return time.perf_counter() - self.started

    @property
    def gap(self) -> float:
        """Relative distance of the best plan to the bound; infinite where either is unknown."""
        if self.values is None or not np.isfinite(self.bound):
            return np.inf
        return abs(self.best - self.bound) / max(abs(self.best), 1e-12)


Tell = Callable[[Watch], None]


def searched(search: Watch) -> str:
    """Time, bound, best plan and gap of a search in a line; gains are above 0."""
    words = [f"solving {search.seconds:.0f} s"]
    if np.isfinite(search.bound):
        words.append(f"bound USD {-search.bound * search.unit_usd:,.0f}")
    if np.isfinite(search.best):
        words.append(f"best USD {-search.best * search.unit_usd:,.0f}")
    if np.isfinite(search.gap):
        words.append(f"gap {100 * search.gap:.2f} %")
    return ", ".join(words)


def tell_nobody(_: Watch) -> None:
    """Where nobody looks."""
