"""What `fabstack plan --from` takes and tells: a plan held to an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fabstack.model import Programme
    from fabstack.plan import PlanResult
    from fabstack.plan.replan import Replan

MOST_ROWS = 8  # without --json


def replan_of(
    programme: Programme, run: Path | None, freeze: str | None, weight: float
) -> Replan | None:
    """What a plan is held to; None where no earlier plan is named.

    Raises:
        InputError: the run holds no plan, or a price or a date is given without one.

    """
    from fabstack.plan.replan import Replan
    from fabstack.results.plan_decisions import earlier_of
    from fabstack.results.store import open_run

    if run is None:
        if freeze is not None or weight:
            _refuse("--from", "there is no earlier plan to hold to", "--from with a run folder")
        return None
    frozen = 0 if freeze is None else _frozen(programme, freeze)
    return Replan(earlier_of(open_run(run)), frozen, weight)


def _frozen(programme: Programme, text: str) -> int:
    """Periods that are frozen: a number of them, or all that begin before a day."""
    from fabstack.model.days import read_day
    from fabstack.plan.periods import Periods
    from fabstack.plan.replan import periods_before

    if text.isdigit() and len(text) < 4:
        return int(text)
    try:
        return periods_before(Periods.of(programme), read_day(text))
    except ValueError as error:
        _refuse("--freeze", str(error), "a number of periods, or a day such as 2026-04")
        raise


def _refuse(option: str, message: str, expected: str) -> None:
    from fabstack.errors import Finding, InputError

    raise InputError([Finding(option, 0, 0, "bad-option", message, expected)])


def changes_answer(result: PlanResult, replan: Replan | None) -> dict[str, Any] | None:
    """What differs from the earlier plan, under stable keys."""
    if replan is None or result.changes is None:
        return None
    months = result.names.months
    value: dict[str, float] = {}
    for one in result.changes:
        value[one.kind] = value.get(one.kind, 0.0) + one.value_usd
    return {
        "frozen_until": months[replan.frozen] if replan.frozen < len(months) else result.names.end,
        "keep_close": replan.weight,
        "value_usd": sum(value.values()),
        "value_by_kind_usd": value,
        "rows": [{**one._asdict(), "period": months[one.period]} for one in result.changes],
    }


def changes_lines(answer: dict[str, Any] | None) -> Iterator[str]:
    """The changes that weigh most, and every one of what was frozen."""
    if answer is None:
        return
    rows = answer["rows"]
    frozen = [row for row in rows if row["is_frozen"]]
    others = sorted(
        (row for row in rows if not row["is_frozen"]), key=lambda row: -row["value_usd"]
    )
    yield ""
    yield (
        f"Against the earlier plan, frozen until {answer['frozen_until']}: {len(rows):,} changes "
        f"worth USD {answer['value_usd']:,.0f}"
    )
    for row in (*frozen[:MOST_ROWS], *others[: max(MOST_ROWS - len(frozen), 3)]):
        why = f"; frozen, but {row['reason']}" if row["is_frozen"] else ""
        yield (
            f"  {row['period']} {row['kind']} {row['name']}: {row['before']:,.6g} -> "
            f"{row['after']:,.6g}{why}"
        )
