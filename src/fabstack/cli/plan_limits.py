"""What limits a plan, and what a little more of it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fabstack.cli.tables import MOST_ROWS, table_lines

if TYPE_CHECKING:
    from fabstack.plan import PlanResult
    from fabstack.plan.result import Slope


def bottlenecks(result: PlanResult) -> list[dict[str, Any]]:
    """What limits, by what one percent more of it in every month is worth."""
    names = result.names
    kinds = (
        ("tool-hours", list(names.groups), result.duals.tool_hours, result.usable_h),
        ("phase", [limit.plant for limit in names.limits], result.duals.phases, result.allowed),
        ("supplier", list(names.offers), result.duals.supply, result.on_offer),
    )
    again = {(one.kind, one.name): one for one in result.slopes if one.period is None}
    rows: list[dict[str, Any]] = [
        {
            "kind": kind,
            "name": name,
            "months": int(((value > 0) & (capacity > 0)).sum()),
            "one_percent_more_usd": float((value * capacity).sum() / 100),
            **_solved_again(again.get((kind, name))),
        }
        for kind, labels, values, capacities in kinds
        for name, value, capacity in zip(labels, values, capacities, strict=True)
    ]
    binding = [row for row in rows if row["one_percent_more_usd"] > 0]
    return sorted(binding, key=lambda row: (-row["one_percent_more_usd"], row["name"]))


def _solved_again(slope: Slope | None) -> dict[str, Any]:
    if slope is None:
        return {"gain_usd": None, "loss_usd": None, "is_one_number": True}
    return {
        "gain_usd": slope.more_usd,
        "loss_usd": slope.less_usd,
        "is_one_number": slope.is_one_number,
    }


def slopes(result: PlanResult) -> list[dict[str, Any]]:
    """What one more of a limit gains and one fewer loses, beside the dual; USD of the start."""
    return [
        {
            "kind": one.kind,
            "name": one.name,
            "month": None if one.period is None else result.names.months[one.period],
            "step": "one percent in every month" if one.period is None else "one unit",
            "worth_usd": one.worth_usd,
            "more_usd": one.more_usd,
            "less_usd": one.less_usd,
            "is_one_number": one.is_one_number,
        }
        for one in result.slopes
    ]


def limit_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The scarcest limits; gain and loss where they were solved again and differ."""
    head = ("bottleneck", "kind", "months full", "1 % more is worth USD")
    cells = [
        (row["name"], row["kind"], row["months"], f"{row['one_percent_more_usd']:,.0f}")
        for row in rows[:MOST_ROWS]
    ]
    yield from table_lines(head, cells) if cells else ["\nNothing limits the plan."]
    yield from (_degenerate(row) for row in rows[:MOST_ROWS] if _differ(row))


def _differ(row: dict[str, Any]) -> bool:
    """True where gain and loss are not the number in the table, as it is rounded."""
    known = [row[key] for key in ("one_percent_more_usd", "gain_usd", "loss_usd")]
    return len({f"{usd:,.0f}" for usd in known if usd is not None}) > 1


def _degenerate(row: dict[str, Any]) -> str:
    parts = [
        f"{words} USD {usd:,.0f}"
        for words, usd in (("1 % more gains", row["gain_usd"]), ("1 % less loses", row["loss_usd"]))
        if usd is not None
    ]
    return f"{row['name']}: solved again, {', '.join(parts)}; the dual is one slope of several"
