"""A two-stage problem: programs of one shape whose first columns are decided before it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_matrix

from fabstack.plan.program import Arrays
from fabstack.plan.stochastic.measure import Risk, cvar, mean, weighed
from fabstack.plan.types import Floats, Ints

# By how much what was decided may move, relative: nothing, or else the rounding of a solver.
SLACKS = (0.0, 1e-8)


@dataclass(frozen=True, slots=True)
class TwoStage:
    """One linear program for each future; costs are minimised.

    The columns `first` get the same values in all futures, the others their own in each.
    """

    programs: tuple[Arrays, ...]
    chances: Floats  # [future] they add up to 1
    constants: Floats  # [future] cost that no decision changes
    first: Ints  # columns, the same in every program

    @property
    def second(self) -> Ints:
        """Columns that are decided when the future is known."""
        everything = np.arange(self.programs[0].cost.size)
        return np.setdiff1d(everything, self.first, assume_unique=True)

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """(lowest, highest) of the first columns: what every future allows."""
        lower = np.max([one.lower[self.first] for one in self.programs], axis=0)
        upper = np.min([one.upper[self.first] for one in self.programs], axis=0)
        return lower, upper

    @property
    def can_be_decomposed(self) -> bool:
        """True where nothing is whole that is decided later."""
        return not self.programs[0].whole[self.second].any()

    def mean_program(self) -> Arrays:
        """The program of the mean future: every number is the mean over the futures."""
        means = {
            name: np.average(
                [getattr(one, name) for one in self.programs], axis=0, weights=self.chances
            )
            for name in ("cost", "lower", "upper", "low", "high")
        }
        matrix = sum(
            chance * one.matrix for chance, one in zip(self.chances, self.programs, strict=True)
        )
        return self.programs[0]._replace(matrix=csc_matrix(matrix), **means)

    def held(self, program: Arrays, values: Floats, slack: float = 0.0) -> Arrays:
        """A program whose first columns are what was decided, but for a relative slack."""
        lower, upper = program.lower.copy(), program.upper.copy()
        width = slack * np.maximum(np.abs(values), 1.0)
        lower[self.first] = np.where(program.whole[self.first], values, values - width)
        upper[self.first] = np.where(program.whole[self.first], values, values + width)
        return program._replace(lower=lower, upper=upper)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is decided first, and what each future then comes to."""

    first: Floats  # [first column]
    values: Floats  # [future, column] all decisions; NaN where a future has none
    costs: Floats  # [future] constants included; infinite where the first ones cannot be kept
    chances: Floats
    risk: Risk
    gap: float  # relative distance of `weighed` to the best that can exist
    rounds: int = 0  # of a decomposition
    solve_s: float = 0.0

    @property
    def mean(self) -> float:
        """Expected cost."""
        return mean(self.costs, self.chances)

    @property
    def cvar(self) -> float:
        """Mean cost of the worst cases."""
        return cvar(self.costs, self.chances, self.risk.tail)

    @property
    def weighed(self) -> float:
        """What is minimised."""
        return weighed(self.costs, self.chances, self.risk)

    def under(self, risk: Risk) -> Answer:
        """The same decisions, seen with another risk."""
        return replace(self, risk=risk)
