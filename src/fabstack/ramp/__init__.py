"""When things happen: sampled dates, and the roadmap, capacity and people that follow from them.

`ramp` draws the futures, `RampResult` answers questions about them, `at_percentile` and `in_future`
give the programme with its dates moved, `shortest` the best order under shared limits. Formulas and
sources: docs/background/ramp.md.
"""

from fabstack.ramp.moved import at_percentile, in_future
from fabstack.ramp.reference import reference_class
from fabstack.ramp.result import CapacityFan, RampResult
from fabstack.ramp.run import CADENCE, ramp
from fabstack.ramp.shortest import Shortest, shortest
from fabstack.ramp.textbook import ClassicEnd, classic_pert
from fabstack.uncertainty.uniforms import Design

__all__ = [
    "CADENCE",
    "CapacityFan",
    "ClassicEnd",
    "Design",
    "RampResult",
    "Shortest",
    "at_percentile",
    "classic_pert",
    "in_future",
    "ramp",
    "reference_class",
    "shortest",
]
