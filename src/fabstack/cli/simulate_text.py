"""A simulation in words and columns for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST_GROUPS = 5  # of each plant


def readable(answer: dict[str, Any]) -> Iterator[str]:
    """The lines that `fabstack simulate` prints."""
    yield (
        f"{answer['days']:g} days, the first {answer['warm_up_days']:g} left out, "
        f"{answer['replications']} replications"
    )
    yield ""
    yield f"{'lots':<22}{'out':>10}{'cycle time d':>16}{'p95 d':>9}{'X':>7}{'on time %':>11}"
    yield from map(_lot_line, answer["lots"])
    yield from _initial_lines(answer["initial_wip"])
    yield ""
    yield (
        f"{'tool group':<22}{'plant':<16}{'tools':>6}{'busy %':>9}{'down %':>9}{'PM %':>8}"
        f"{'queue h':>9}{'lots':>8}"
    )
    ranked = sorted(answer["toolgroups"], key=lambda row: (row["plant"], row["bottleneck_rank"]))
    yield from (_group_line(row) for row in ranked if row["bottleneck_rank"] <= MOST_GROUPS)
    yield ""
    if answer["queue_time_violation_percent"] is not None:
        share = answer["queue_time_violation_percent"]
        yield f"{share:.2f} % of limited queue times were exceeded"
    yield from (f"Left out: {words}" for words in answer["left_out"])
    done = answer["performance"]
    yield f"{done['lot_steps']:,} lot-steps in {done['wall_s']:g} s"


def _lot_line(lot: dict[str, Any]) -> str:
    times = lot["cycle_time_days"]
    if times["mean"] is None:
        return f"{lot['name']:<22}{lot['completed']:>10,.0f}   none finished"
    half = times["ci95"]
    mean = f"{times['mean']:.3g}" + (f" ±{half:.2g}" if half is not None else "")
    return (
        f"{lot['name']:<22}{lot['completed']:>10,.0f}{mean:>16}"
        f"{times['p95']:>9.3g}{lot['x_factor'] or 0:>7.2f}{_share(lot['on_time_percent']):>11}"
    )


def _initial_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    if rows:
        out = sum(row["completed"] for row in rows)
        yield f"{'inside at the start':<22}{out:>10,.0f}   since an unknown day"


def _share(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.1f}"


def _group_line(group: dict[str, Any]) -> str:
    queue = group["queue_time_h_mean"]
    return (
        f"{group['name']:<22}{group['plant']:<16}{group['tools']:>6}"
        f"{group['utilisation_of_available_percent']:>9.1f}{group['down_percent']:>9.1f}"
        f"{group['pm_percent']:>8.1f}{'' if queue is None else f'{queue:.2f}':>9}"
        f"{group['wip_lots_mean'] or 0:>8.1f}"
    )
