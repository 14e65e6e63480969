"""What `fabstack study agree` runs and says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fabstack.model import Programme
    from fabstack.studies.agree import Agreement, AgreeOptions


def run(path: Path, scenario: str | None, options: AgreeOptions) -> tuple[Programme, Agreement]:
    """The study of a programme, after its check.

    Raises:
        InputError: the programme has nothing to plan for.
    """
    from fabstack.cli.progress import stages
    from fabstack.cli.simulated import read_programme
    from fabstack.studies.agree import agree

    programme = read_programme(path, scenario)
    _refuse_without_demand(path, programme)
    with stages() as tell:
        return programme, agree(programme, options, tell)


def _refuse_without_demand(path: Path, programme: Programme) -> None:
    from fabstack.errors import Finding, InputError

    if not programme.needs and not programme.demands:
        message = "there is no demand to plan for"
        expected, cure = (
            "markets with needs and volumes, or demands",
            "add tables needs and volumes",
        )
        raise InputError([Finding(str(path), 0, 0, "no-demand", message, expected, cure)])


def answer(agreement: Agreement) -> dict[str, Any]:
    """The document that is printed and kept."""
    tables = agreement.tables()
    return {
        "agrees": agreement.agrees,
        "delivers": agreement.delivers,
        "lead_error_percent": agreement.options.lead_error_percent,
        "delivered_error_percent": agreement.options.delivered_error_percent,
        "iterations": len(agreement.iterations),
        "ended": agreement.ended,
        "was_stopped": agreement.was_stopped,
        "plants": tables["agree_plants"].to_dicts(),
        "routes": tables["agree_routes"].to_dicts(),
        "tool_groups": tables["agree_tool_groups"].to_dicts(),
        "items": tables["agree_items"].to_dicts(),
    }


def readable(found: dict[str, Any]) -> Iterator[str]:
    """Errors by iteration and plant; then the last iteration, route by route and item by item."""
    yield f"{'iteration':<11}{'plant':<24}{'routes':>7}{'agree':>7}{'worst %':>9}{'mean %':>9}"
    yield from (
        f"{row['iteration']:<11}{row['plant']:<24}{row['routes']:>7}{row['routes_that_agree']:>7}"
        f"{_number(row['error_percent_worst']):>9}{_number(row['error_percent_mean']):>9}"
        for row in found["plants"]
    )
    yield ""
    yield f"{'route':<24}{'lead time d':>12}{'cycle time d':>18}{'error %':>9}  verdict"
    yield from (_route(row) for row in _last(found, "routes"))
    yield ""
    yield f"{'item':<24}{'planned':>14}{'simulated':>14}{'apart %':>9}"
    yield from (
        f"{row['item']:<24}{row['units_planned']:>14,.0f}{row['units_simulated']:>14,.0f}"
        f"{row['difference_percent']:>+9.2f}"
        for row in _last(found, "items")
    )
    yield ""
    yield _verdict(found)


def _verdict(found: dict[str, Any]) -> str:
    words = "agree" if found["agrees"] else "do not agree"
    delivered = "delivers" if found["delivers"] else "does not deliver"
    return (
        f"After {found['iterations']} iterations ({found['ended']}): plan and simulation {words} "
        f"within {found['lead_error_percent']:g} %; the executed plan {delivered} within "
        f"{found['delivered_error_percent']:g} % of every item."
    )


def _last(found: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [row for row in found[part] if row["iteration"] == found["iterations"]]


def _route(row: dict[str, Any]) -> str:
    mean, half = row["cycle_time_days_mean"], row["cycle_time_days_ci95"]
    measured = "none" if mean is None else f"{mean:.4g}" + (f" ±{half:.2g}" if half else "")
    why = f": {row['why']}" if row["why"] else ""
    return (
        f"{row['route']:<24}{row['lead_time_days_planned']:>12.4g}{measured:>18}"
        f"{_number(row['error_percent']):>9}  {row['verdict']}{why}"
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
