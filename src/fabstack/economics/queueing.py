"""How long things wait: closed formulas for a tool group.

Times are in any one unit; a squared coefficient of variation (scv) is variance over mean squared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabstack.economics.numeric import Number, power


def kingman_wait(
    utilisation_share: Number, *, service_time: float, arrival_scv: float, service_scv: float
) -> Number:
    """Mean wait at one tool: (ca2 + ce2) / 2 x u / (1 - u) x te (Kingman 1961).

    >>> round(kingman_wait(0.8, service_time=1.0, arrival_scv=1.0, service_scv=1.0), 9)
    4.0
    """
    crowding = utilisation_share / (1 - utilisation_share)
    return (arrival_scv + service_scv) / 2 * crowding * service_time


def sakasegawa_wait(
    utilisation_share: Number,
    *,
    tools: float,
    service_time: float,
    arrival_scv: float = 1.0,
    service_scv: float = 1.0,
) -> Number:
    """Mean wait at a group of equal tools (Sakasegawa 1977), Kingman's for one tool.

    (ca2 + ce2) / 2 x u^(sqrt(2(m+1)) - 1) / (m (1 - u)) x te
    """
    crowding = power(utilisation_share, math.sqrt(2 * (tools + 1)) - 1)
    idle = tools * (1 - utilisation_share)
    return (arrival_scv + service_scv) / 2 * crowding / idle * service_time


def erlang_b(offered_load: float, tools: int) -> float:
    """Share of arrivals that find all tools busy when nobody may wait (M/G/m/m)."""
    blocked = 1.0
    for tool in range(1, tools + 1):
        blocked = offered_load * blocked / (tool + offered_load * blocked)
    return blocked


def erlang_c(offered_load: float, tools: int) -> float:
    """Share of arrivals that have to wait (M/M/m); 1 where the tools cannot keep up."""
    if offered_load >= tools:
        return 1.0
    blocked = erlang_b(offered_load, tools)
    return blocked / (1 - offered_load / tools * (1 - blocked))


def mmm_wait(utilisation_share: float, *, tools: int, service_time: float) -> float:
    """Exact mean wait in M/M/m; infinite from a utilisation of 1.

    >>> round(mmm_wait(0.9, tools=3, service_time=1.0), 5)
    2.72354
    """
    if utilisation_share >= 1:
        return math.inf
    waiting = erlang_c(utilisation_share * tools, tools)
    return waiting * service_time / (tools * (1 - utilisation_share))


@dataclass(frozen=True, slots=True)
class EffectiveTime:
    """Process time as a queue sees it, breakdowns included."""

    mean: float
    scv: float


def uptime_share(mean_time_to_failure: Number, mean_time_to_repair: float) -> Number:
    """Share of time up: mf / (mf + mr)."""
    return mean_time_to_failure / (mean_time_to_failure + mean_time_to_repair)


def effective_time(
    natural_time: float,
    *,
    natural_scv: float,
    mean_time_to_failure: float,
    mean_time_to_repair: float,
    repair_scv: float = 1.0,
) -> EffectiveTime:
    """Process time with breakdowns (Hopp and Spearman, Factory Physics).

    te = t0 / A; ce2 = c0^2 + (1 + cr2) A (1 - A) mr / t0
    """
    up = uptime_share(mean_time_to_failure, mean_time_to_repair)
    added = (1 + repair_scv) * up * (1 - up) * mean_time_to_repair / natural_time
    return EffectiveTime(natural_time / up, natural_scv + added)


def departure_scv(
    utilisation_share: Number, *, arrival_scv: float, service_scv: float, tools: float = 1.0
) -> Number:
    """What the next group sees: 1 + (1 - u2)(ca2 - 1) + u2 / sqrt(m) (ce2 - 1)."""
    square = utilisation_share * utilisation_share
    served = square / math.sqrt(tools) * (service_scv - 1)
    return 1 + (1 - square) * (arrival_scv - 1) + served


def batch_forming_wait(batch_size: Number, arrivals_per_time: float) -> Number:
    """Mean wait of a lot until its batch is full: (k - 1) / (2 lambda)."""
    return (batch_size - 1) / (2 * arrivals_per_time)


def work_in_process(throughput: Number, cycle_time: float) -> Number:
    """WIP = throughput x cycle time (Little 1961).

    >>> round(work_in_process(100_000 / 30.4, 80 * 1.2))
    315789
    """
    return throughput * cycle_time


def x_factor(cycle_time: Number, raw_process_time: float) -> Number:
    """Cycle time in raw process times."""
    return cycle_time / raw_process_time


def fab_cycle_days(mask_layers: Number, days_per_mask_layer: float) -> Number:
    """Cycle time of a wafer fab by its mask layers and the days that one takes (DPML)."""
    return mask_layers * days_per_mask_layer
