"""When things happen: sampled dates, and the roadmap, capacity and people that follow from them.

`ramp` draws the futures, `RampResult` answers questions about them, `at_percentile` gives the
programme with its dates moved. Formulas and sources: docs/background/ramp.md.
"""

from fabstack.ramp.moved import at_percentile
from fabstack.ramp.reference import reference_class
from fabstack.ramp.result import CapacityFan, RampResult
from fabstack.ramp.run import CADENCE, ramp
from fabstack.ramp.textbook import ClassicEnd, classic_pert
from fabstack.uncertainty.uniforms import Design

__all__ = [
    "CADENCE",
    "CapacityFan",
    "ClassicEnd",
    "Design",
    "RampResult",
    "at_percentile",
    "classic_pert",
    "ramp",
    "reference_class",
]
