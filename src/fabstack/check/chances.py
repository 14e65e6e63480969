"""Rules for distributions: times below 0, times of 0, spreads that cannot be meant."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fabstack.check.faults import Fault, error, note, warning
from fabstack.model import Distribution, Kind, Programme, columns_of, tables

WILD_SIGMA = 2.0  # a lognormal's mean is then 7 times its median
WILD_VARIATION = 5.0
CUT_SD = 2.0  # a normal nearer to 0 than this loses more than 2 % of its cases to the cut

_ANY_SIGN = {("risks", "distribution")}  # values of any cell, judged against it
_ABOVE_ZERO = {
    ("breakdowns", "between"): "a tool would break at every moment",
    ("activities", "slip"): "nothing would take any time",
    ("activities", "reference_slip"): "nothing would take any time",
}
_USUALLY_ABOVE_ZERO = {
    ("steps", "process"): "the step takes no time",
    ("breakdowns", "repair"): "the breakdown takes no time",
    ("maintenances", "duration"): "the stop takes no time",
}
_SPREAD_OVER_A_RANGE = (Kind.UNIFORM, Kind.TRIANGULAR, Kind.PERT)


def negative_times(programme: Programme) -> Iterator[Fault]:
    """Distributions that can give less than nothing."""
    for table, row, column, found in _distributions(programme):
        if (table, column) not in _ANY_SIGN and (found.lowest < 0 or found.mean < 0):
            lowest = min(found.lowest, found.mean)
            yield error(
                row,
                column,
                "negative-time",
                f"{column} {found} can be {lowest:g}",
                expected="at least 0 for every case",
                cure="raise the low end; activities overlap by a lag such as 'shell start + 6'",
            )


def zero_times(programme: Programme) -> Iterator[Fault]:
    """Distributions of 0 where nothing can be 0, or where it makes a row pointless."""
    for table, row, column, found in _distributions(programme):
        if found.mean != 0:
            continue
        if (table, column) in _ABOVE_ZERO:
            why = _ABOVE_ZERO[table, column]
            yield error(row, column, "zero-time", f"{column} is 0: {why}", expected="above 0")
        elif (table, column) in _USUALLY_ABOVE_ZERO:
            why = _USUALLY_ABOVE_ZERO[table, column]
            yield warning(row, column, "zero-time", f"{column} is 0: {why}", expected="above 0")


def cut_normals(programme: Programme) -> Iterator[Fault]:
    """Normal distributions of which the cut at 0 takes a part that moves the mean."""
    for table, row, column, found in _distributions(programme):
        if found.kind is not Kind.NORMAL or (table, column) in _ANY_SIGN:
            continue
        mean, sd = found.parameters
        if 0 <= mean < CUT_SD * sd:
            share = 0.5 * math.erfc(mean / sd / math.sqrt(2))
            yield warning(
                row,
                column,
                "cut-normal",
                f"{share:.0%} of {found} lies below 0 and is cut there: the mean is not {mean:g}",
                expected=f"a standard deviation up to {mean / CUT_SD:g}",
                cure="use gamma(mean, cv) or lognormal(median, sigma) for a wide spread",
            )


def wild_spreads(programme: Programme) -> Iterator[Fault]:
    """Shapes that look like a time: sigma and cv have no unit."""
    for _, row, column, found in _distributions(programme):
        if found.kind not in (Kind.LOGNORMAL, Kind.GAMMA):
            continue
        name, most = (
            ("sigma", WILD_SIGMA) if found.kind is Kind.LOGNORMAL else ("cv", WILD_VARIATION)
        )
        if found.parameters[1] > most:
            yield warning(
                row,
                column,
                "wild-spread",
                f"{name} of {found} is {found.parameters[1]:g}: its mean is {found.mean:.4g}",
                expected=f"{name} up to {most:g}; it has no unit",
                cure=f"write {name} as a ratio, not in the unit of the column",
            )


def lost_spreads(programme: Programme) -> Iterator[Fault]:
    """Ranges whose ends are the same: a number in disguise, or an end that was not typed."""
    for _, row, column, found in _distributions(programme):
        if found.kind in _SPREAD_OVER_A_RANGE and min(found.parameters) == max(found.parameters):
            yield note(
                row,
                column,
                "no-spread",
                f"{column} {found} always gives {found.mean:g}",
                expected="a low end below the high end",
                cure=f"write {found.mean:g} if no spread is meant",
            )


def _distributions(programme: Programme) -> Iterator[tuple[str, object, str, Distribution]]:
    """Every cell that holds a distribution: table, row, column, value."""
    for table, row_class in tables().items():
        columns = [column.name for column in columns_of(row_class) if column.kind == "distribution"]
        for column in columns:
            for row in programme.table(table):
                found = getattr(row, column)
                if found is not None:
                    yield table, row, column, found
