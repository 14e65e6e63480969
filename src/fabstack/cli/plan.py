"""`fabstack plan`: what to make, buy and deliver in each month, and why not more."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.plan_changes import changes_answer, replan_of
from fabstack.cli.plan_limits import bottlenecks, slopes
from fabstack.cli.plan_safety import safety_lacking
from fabstack.cli.plan_text import ROUNDING, readable

if TYPE_CHECKING:
    import polars as pl

    from fabstack.model import Programme
    from fabstack.plan import PlanOptions, PlanResult

    Tables = dict[str, pl.DataFrame]


def plan(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    scenario: Annotated[str | None, typer.Option(help="Named scenario of the programme.")] = None,
    out: Annotated[Path | None, typer.Option(help="Run folder to write the tables into.")] = None,
    relaxed: Annotated[
        bool, typer.Option("--relaxed", help="Phases may be built in part: faster, and a bound.")
    ] = False,
    shortage: Annotated[
        bool,
        typer.Option("--shortage", help="Suppliers' other customers want what they want then."),
    ] = False,
    x_factor: Annotated[
        float | None,
        typer.Option(min=0, help="Cycle time over process time; 0: routes take no time."),
    ] = None,
    clearing: Annotated[
        bool,
        typer.Option(
            "--clearing",
            help="Carriers wait by load for the tool groups in the table clearing_points.",
        ),
    ] = False,
    gap: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Relative gap at which whole numbers are good enough; else 1e-6, and 0.001 where "
            "the program is large or time runs out.",
        ),
    ] = None,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds for the solver.")] = 120.0,
    mps: Annotated[
        Path | None,
        typer.Option(help="Write the program as an MPS file (.mps) and solve nothing."),
    ] = None,
    expand: Annotated[
        int,
        typer.Option(min=0, help="Scarce tool groups to solve again with one more tool of each."),
    ] = 0,
    window: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Plan so many periods one by one at a time and merge later ones; the gap told is "
            "the distance to the best of all plans.",
        ),
    ] = None,
    told: Annotated[
        int | None,
        typer.Option(
            "--slopes",
            min=0,
            help="Limits to solve again with one more and one fewer, where a dual may not say all; "
            "default: 8, and none where the program is large.",
        ),
    ] = None,
    earlier: Annotated[
        Path | None,
        typer.Option("--from", help="Run folder of an earlier plan that this one is held to."),
    ] = None,
    freeze: Annotated[
        str | None,
        typer.Option(
            help="Periods of the near term that stay as in the earlier plan: how many, or all that "
            "begin before a day."
        ),
    ] = None,
    keep_close: Annotated[
        float,
        typer.Option(min=0, help="Price of other changes, as a share of the value changed."),
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> int:
    """Plan a programme: delivered against wanted, make or buy, bottlenecks, reasons for shortfalls.

    With --from it is planned again: --freeze keeps starts, orders, tools and phases of the near
    term, and says why where one cannot stay; --keep-close lets the rest change only where that is
    worth more than its price. All changes are told.

    Example: fabstack plan programmes/texas --out texas-plan
    """
    from fabstack.cli.progress import solving
    from fabstack.plan import Status
    from fabstack.plan import plan as planned
    from fabstack.results.plan_tables import plan_tables

    loaded = read_checked(programme, scenario)
    options = _options(
        relaxed=relaxed, shortage=shortage, x_factor=x_factor, gap=gap, time_limit=time_limit
    )
    options = replace(options, expand=expand, window=window, slopes=told, clearing=clearing)
    if mps is not None:
        return _exported(loaded, mps, options)
    replan = replan_of(loaded, earlier, freeze, keep_close)
    with solving() as tell:
        result = planned(loaded, options=options, replan=replan, tell=tell)
    tables = plan_tables(result, loaded)
    answer = {"scenario": scenario, **_answer(result, tables, loaded)}
    answer["changes"] = changes_answer(result, replan)
    if out is not None:
        _write(out, loaded, tables, answer)
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2, default=str) + "\n")
    else:
        sys.stdout.write("\n".join(readable(answer)) + "\n")
    return 4 if result.status is Status.LIMIT else 0


def _exported(loaded: Programme, path: Path, options: PlanOptions) -> int:
    """Write the program for other solvers."""
    from fabstack.plan import export_mps

    size = export_mps(loaded, path, options=options)
    sys.stdout.write(
        f"{path}: {size.columns:,} columns ({size.whole_columns:,} whole), {size.rows:,} rows, "
        f"{size.entries:,} entries\n"
    )
    return 0


def read_checked(path: Path, scenario: str | None) -> Programme:
    """The programme, if it has no errors."""
    from fabstack.check import check
    from fabstack.errors import InputError
    from fabstack.formats import read

    loaded = read(path, scenario)
    findings = [finding for finding in check(loaded) if finding.severity == "error"]
    if findings:
        raise InputError(findings)
    return loaded.programme


def _options(
    *, relaxed: bool, shortage: bool, x_factor: float | None, gap: float | None, time_limit: float
) -> PlanOptions:
    from fabstack.plan import Integers, PlanOptions, Supply

    return PlanOptions(
        integers=Integers.RELAXED if relaxed else Integers.WHOLE,
        supply=Supply.SHORTAGE if shortage else Supply.NORMAL,
        x_factor=x_factor,
        time_limit_s=time_limit,
        gap=gap,
    )


def _write(out: Path, loaded: Programme, tables: Tables, answer: dict[str, Any]) -> None:
    from fabstack import formats
    from fabstack.results.store import RunWriter

    with RunWriter(
        out,
        programme=loaded.programme.name,
        digest=formats.digest(loaded),
        scenario=answer["scenario"] or "",
        command=shlex.join(["fabstack", *sys.argv[1:]]),
    ) as writer:
        for name, table in tables.items():
            writer.table(name, table)
        writer.summary(answer)


def _answer(result: PlanResult, tables: Tables, loaded: Programme) -> dict[str, Any]:
    head = loaded.programme
    return {
        "programme": head.name,
        "title": head.title or head.name,
        "status": str(result.status),
        "objective_usd": result.objective_usd,
        "npv_usd": result.npv_usd,
        "npv_after_tax_usd": result.npv_after_tax_usd,
        "cost_usd": _cost_usd(tables),
        "gap": result.gap if result.gap < float("inf") else None,
        "size": {
            "columns": result.columns,
            "rows": result.rows,
            "entries": result.entries,
            "whole_columns": result.whole_columns,
        },
        "build_s": round(result.build_s, 3),
        "solve_s": round(result.solve_s, 3),
        "checked": _audited(result),
        "demand": _demand(tables),
        "make_or_buy": _make_or_buy(tables),
        "phases": tables["plan_phases"].to_dicts(),
        "tools_bought": _tools_bought(result),
        "bottlenecks": bottlenecks(result),
        "queues": tables["plan_queues"].to_dicts(),
        "slopes": slopes(result),
        "expansion": tables["plan_expansion"].to_dicts(),
        "short": tables["plan_short"].to_dicts(),
        "safety_lacking": safety_lacking(result),
        "cash": tables["plan_cash"].to_dicts(),
        "lead_months": dict(result.lead_months),
        "assumptions": list(result.assumptions),
    }


def _cost_usd(tables: Tables) -> dict[str, float]:
    """Sums over the horizon, not discounted."""
    totals: dict[str, float] = tables["plan_cash"].drop("month").sum().row(0, named=True)
    return totals


def _audited(result: PlanResult) -> dict[str, Any] | None:
    audit = result.audit
    if audit is None:
        return None
    return {
        "holds": audit.holds,
        "balance_error": audit.balance_error,
        "limit_error": audit.limit_error,
        "objective_error": audit.objective_error,
        "worst": audit.worst,
    }


def _demand(tables: Tables) -> list[dict[str, Any]]:
    """Wanted, delivered and short by item and year."""
    return _by_year(tables, "wanted", "delivered", "short")


def _make_or_buy(tables: Tables) -> list[dict[str, Any]]:
    """Made on own routes and bought by item and year, of items that are both or bought."""
    return [
        row for row in _by_year(tables, "made", "bought") if row["made"] + row["bought"] >= ROUNDING
    ]


def _tools_bought(result: PlanResult) -> list[dict[str, Any]]:
    """Tools that the plan buys and sells again, by tool group and period."""
    return [
        {
            "tool_group": key.split(":")[0],
            "ordered": str(month),
            "tools": float(bought[place]),
            "sold": float(sold[place]),
        }
        for key, bought, sold in zip(
            result.names.options, result.bought_tools, result.sold_tools, strict=True
        )
        for place, month in enumerate(result.names.months)
        if bought[place] > ROUNDING or sold[place] > ROUNDING
    ]


def _by_year(tables: Tables, *columns: str) -> list[dict[str, Any]]:
    import polars as pl

    year = pl.col("month").dt.year().alias("year")
    table = tables["plan_items"].group_by("item", "kind", year).agg(pl.col(columns).sum())
    kept = table.filter(pl.sum_horizontal(columns) > 0)
    return kept.sort("kind", "item", "year").to_dicts()
