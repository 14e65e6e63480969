"""How a plan is made: what the command may say beside the programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fabstack.model import Programme
from fabstack.model.plants import PlantKind


class Integers(StrEnum):
    """What happens to yes-or-no decisions (optional phases, falling price breaks)."""

    WHOLE = "whole"
    RELAXED = "relaxed"  # half a phase may be built: faster, and a bound on the whole ones


class Supply(StrEnum):
    """Which share the suppliers' other customers take first."""

    NORMAL = "normal"
    SHORTAGE = "shortage"


# X-factor: cycle time over raw process time. Loaded wafer fabs run at 2 to 3 (Hopp and Spearman,
# Factory Physics, ch. 9); shorter lines queue less. An assumption until the simulator gives a time.
X_FACTORS: Mapping[PlantKind, float] = {
    PlantKind.FAB: 2.5,
    PlantKind.PACKAGING: 2.0,
    PlantKind.PCB: 2.0,
    PlantKind.ASSEMBLY: 1.5,
    PlantKind.OTHER: 1.5,
}


EXACT, GOOD = 1e-6, 1e-3
MANY_COLUMNS = 20_000  # from here on a program is large


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """Switches of a plan; every default is stated in the result.

    `lead_times_months` (by route) and `efficiencies` (by tool group, share of the available hours)
    replace the planner's own figures; a simulation may supply both.
    """

    integers: Integers = Integers.WHOLE
    supply: Supply = Supply.NORMAL
    # queues of the tool groups in the table of clearing points grow with their load; off, every
    # lead time is fixed
    clearing: bool = False
    x_factor: float | None = None  # of all plants, whatever the programme says
    x_factors: Mapping[PlantKind, float] = field(default_factory=lambda: dict(X_FACTORS))
    lead_times_months: Mapping[str, float] = field(default_factory=dict)
    efficiencies: Mapping[str, float] = field(default_factory=dict)
    # limits, the scarcest first, of which one more and one fewer are solved again; None: 8, and
    # none where the program is large
    slopes: int | None = 0
    expand: int = 0  # tool groups, the scarcest first, that are solved again with one more tool
    class_weight: float = 2.0  # a demand class outweighs the one below it by this factor
    time_limit_s: float = 120.0
    window: int | None = None  # periods that are planned one by one at a time; None: all at once
    # relative distance to the optimum at which a search over whole numbers may stop; None: EXACT,
    # and GOOD where the program is large or time runs out
    gap: float | None = None


def x_factor(programme: Programme, options: PlanOptions, kind: PlantKind) -> float:
    """Cycle time over raw process time in a plant of some kind."""
    for given in (options.x_factor, programme.planning.x_factor):
        if given is not None:
            return given
    return options.x_factors.get(kind, 1.0)
