"""Rules for items that become others: substitutes and bins."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.circles import circles
from fabstack.check.faults import Fault, error
from fabstack.model import Programme, grouped

ROUNDING = 1e-9  # percent


def own_substitutes(programme: Programme) -> Iterator[Fault]:
    """Items that stand in for themselves."""
    for row in programme.substitutes:
        if row.item == row.substitute:
            yield error(
                row,
                "substitute",
                "own-substitute",
                f"'{row.item}' stands in for itself",
                expected="another item",
                cure="remove this row",
            )


def overfull_bins(programme: Programme) -> Iterator[Fault]:
    """Bins that get more than there is to sort."""
    for item, rows in grouped(programme.bins, "item").items():
        total = sum(row.percent for row in rows)
        if total > 100 + ROUNDING:
            yield error(
                rows[-1],
                "percent",
                "overfull-bins",
                f"the bins of '{item}' have {total:g} percent of it",
                expected="at most 100 in all",
                cure="lower one of them",
            )


def circular_bins(programme: Programme) -> Iterator[Fault]:
    """Sorted items that come out of their own bins."""
    rows = {(row.item, row.bin): row for row in programme.bins}
    links = [*rows, *((row.child, row.parent) for row in programme.components)]
    for circle in circles(links):
        inside = [(item, bin_) for item, bin_ in rows if item in circle and bin_ in circle]
        if inside:
            yield error(
                rows[inside[0]],
                "bin",
                "circular-bins",
                f"'{inside[0][0]}' comes out of its own bin '{inside[0][1]}'",
                expected="bins that lead to something else",
                cure="remove one of the rows of this circle",
            )
