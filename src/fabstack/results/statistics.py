"""What independent replications say of a mean."""

from __future__ import annotations

import math
from collections.abc import Sequence


def half_width_95(means: Sequence[float]) -> float | None:
    """Half the width of the 95 % interval of the mean of independent runs; None for fewer than 2.

    t x s / sqrt(n), Student's t with n - 1 degrees of freedom (Law, Simulation Modeling, ch. 9).
    """
    from scipy.special import stdtrit

    count = len(means)
    if count < 2:
        return None
    mean = math.fsum(means) / count
    variance = math.fsum((value - mean) ** 2 for value in means) / (count - 1)
    return float(stdtrit(count - 1, 0.975)) * math.sqrt(variance / count)
