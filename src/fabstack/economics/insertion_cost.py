"""What tests cost: tester and handler time for each unit, retests included.

The three forms and their symbols follow google/chiplets-cost-model (2022).
"""

from __future__ import annotations

from fabstack.economics.numeric import Number


def wafer_sort_usd(
    yield_share: Number,
    *,
    cell_usd_per_h: float,
    seconds: float,
    insertions: float = 1.0,
    coverage_share: float = 1.0,
    retests: float = 0.0,
) -> Number:
    """Cost of probing one die: all insertions, and retests of those that do not pass."""
    failing = 1 - yield_share * coverage_share
    return cell_usd_per_h / 3600 * (seconds * insertions + failing * seconds * retests)


def final_test_usd(
    yield_share: Number,
    *,
    cell_usd_per_h: float,
    seconds: float,
    insertions: float = 1.0,
    sort_coverage_share: float = 1.0,
    coverage_share: float = 1.0,
    retests: float = 0.0,
) -> Number:
    """Cost of testing one package; retests are for what sort and final test judge differently."""
    failing = 1 - yield_share * (sort_coverage_share - coverage_share)
    return cell_usd_per_h / 3600 * (seconds * insertions + failing * seconds * retests)


def system_level_test_usd(
    yield_share: Number, *, cell_usd_per_h: float, seconds: float, coverage_share: float = 1.0
) -> Number:
    """Cost of system-level test of one unit: the good ones and the bad that final test let pass."""
    tested = yield_share + (1 - yield_share) * (1 - coverage_share)
    return cell_usd_per_h / 3600 * seconds * tested


def insertion_usd(seconds: Number, cell_usd_per_h: float, *, sites: float = 1.0) -> Number:
    """Cost of tester time for one of several units that are tested side by side."""
    return seconds * (cell_usd_per_h / 3600 / sites)
