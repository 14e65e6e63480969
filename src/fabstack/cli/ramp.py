"""`fabstack ramp`: when everything happens, and how sure that is."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.errors import InputError

if TYPE_CHECKING:
    import polars as pl

    from fabstack.formats import Loaded
    from fabstack.ramp import RampResult
    from fabstack.results.shelf import Shelf

    Tables = dict[str, pl.DataFrame]

WHOLE_PROJECTS = "others' whole projects"
MOST_INFLUENCES = 3  # of each outcome


def ramp(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    samples: Annotated[
        int | None, typer.Option(min=1, help="Sampled futures; default: the programme's.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bits.")] = 1,
    scenario: Annotated[str | None, typer.Option(help="Named scenario of the programme.")] = None,
    design: Annotated[
        str, typer.Option(help="How futures are spread: latin-hypercube, sobol or plain.")
    ] = "latin-hypercube",
    store: Annotated[
        str | None,
        typer.Option(
            help="Folder or address (s3://...) where the parts of the work are kept, so that a "
            "stopped ramp goes on where it was."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Run folder to write the tables into.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Sample the dates of a programme: each claim beside P10, P50 and P90, with its odds.

    Example: fabstack ramp programmes/texas --samples 10000
    """
    from fabstack import formats
    from fabstack.cli.progress import stages
    from fabstack.ramp.judged import pieces_judged, with_judged
    from fabstack.results.documents import json_bytes
    from fabstack.results.ramp_tables import ramp_tables
    from fabstack.studies.ramp_ahead import judged_ahead
    from fabstack.studies.ramp_pieces import KeptPieces

    loaded = formats.read(programme, scenario)
    settings = {"seed": seed, "design": _design(design)}
    count = samples or loaded.programme.ramp.samples
    with stages() as tell, judged_ahead(loaded.programme, count, **settings, place=store) as place:
        keep = KeptPieces(loaded.programme, count, **settings, shelf=_shelf(place), tell=tell)
        keep.expect(pieces_judged(loaded.programme, count))
        result = with_judged(_sampled(loaded, samples=count, **settings, keep=keep), keep)
    tables = ramp_tables(result, loaded.programme)
    answer = {"scenario": scenario, **_answer(result, tables)}
    if out is not None:
        _write(out, result, tables, answer)
    if as_json:
        sys.stdout.write(json_bytes(answer).decode())
    else:
        sys.stdout.write("\n".join(_readable(answer)) + "\n")


def _sampled(loaded: Loaded, **settings: Any) -> RampResult:
    """The ramp; where the programme is at fault, the check says the same with lines."""
    from fabstack.check import check
    from fabstack.ramp import ramp as sampled

    try:
        return sampled(loaded.programme, **settings)
    except InputError:
        errors = [finding for finding in check(loaded) if finding.severity == "error"]
        if errors:
            raise InputError(errors) from None
        raise


def _shelf(store: str | None) -> Shelf:
    from fabstack.results.shelf import Borrowed, open_shelf

    return Borrowed() if store is None else open_shelf(store)


def _design(name: str) -> Any:
    from fabstack.ramp import Design

    if name not in set(Design):
        raise typer.BadParameter(f"'{name}' is none of {', '.join(Design)}")
    return Design(name)


def _write(out: Path, result: RampResult, tables: Tables, answer: dict[str, Any]) -> None:
    from fabstack import formats
    from fabstack.results.store import RunWriter

    with RunWriter(
        out,
        programme=result.programme.programme.name,
        digest=formats.digest(result.programme),
        scenario=answer["scenario"] or "",
        seed=result.seed,
        command=shlex.join(["fabstack", *sys.argv[1:]]),
    ) as writer:
        for name, table in tables.items():
            writer.table(name, table)
        writer.summary(answer)


# --- The answer as one document -------------------------------------------------------------------


def _answer(result: RampResult, tables: Tables) -> dict[str, Any]:
    head = result.programme.programme
    claimed = [row.name for row in result.programme.activities if row.claimed is not None]
    odds = result.cadence_odds()
    return {
        "programme": head.name,
        "title": head.title or head.name,
        "start": head.start,
        "samples": result.samples,
        "seed": result.seed,
        "design": str(result.design),
        "activities": tables["ramp_activities"].to_dicts(),
        "outside_view": tables["ramp_reference"].to_dicts(),
        "all_claims_odds_percent": 100 * result.joint_odds(claimed) if claimed else None,
        "roadmap": tables["ramp_roadmap"].to_dicts(),
        "cadence": tables["ramp_cadence"].to_dicts(),
        "yearly_chip_odds_percent": None if odds is None else 100 * odds,
        "staff": tables["ramp_staff"].to_dicts(),
        "claims": tables["ramp_claims"].to_dicts(),
        "sensitivity": _strongest(tables, "ramp_sensitivity"),
        "drivers": _strongest(tables, "ramp_drivers"),
    }


def _strongest(tables: Tables, name: str) -> list[dict[str, Any]]:
    table = tables[name]
    return table.group_by("outcome", maintain_order=True).head(MOST_INFLUENCES).to_dicts()


# --- The answer for people ------------------------------------------------------------------------


def _readable(answer: dict[str, Any]) -> Iterator[str]:
    yield f"{answer['title']}: {answer['samples']:,} futures, seed {answer['seed']}"
    yield from _dates(answer)
    yield from _claims(answer)
    yield from _roadmap(answer)
    yield from _staff(answer)


def _dates(answer: dict[str, Any]) -> Iterator[str]:
    views = answer["outside_view"]
    outside = {row["activity"]: row["p50"] for row in views if row["view"] == WHOLE_PROJECTS}
    rows = [
        (
            row["title"],
            *(row[name] for name in ("claimed", "p10", "p50", "p90")),
            _percent(row["odds_of_claim_percent"]),
            outside.get(row["activity"], ""),
        )
        for row in answer["activities"]
        if row["claimed"]
    ]
    if not rows:
        yield "\nNo activity claims a date."
        return
    head = ("milestone", "claimed", "P10", "P50", "P90", "odds", "outside view")
    yield from _table(head, rows)
    yield f"\nAll of these claims at once: {_percent(answer['all_claims_odds_percent'])}"


def _claims(answer: dict[str, Any]) -> Iterator[str]:
    rows = answer["claims"]
    if rows:
        yield ""
        width = max(len(row["claim"]) for row in rows)
        for row in rows:
            odds = "no" if row["odds_percent"] is None else _percent(row["odds_percent"])
            first = row["inputs"].split("; ")[0]
            told = f"hangs most on {first}" if first else row["why"]
            yield f"{row['claim'].ljust(width)}  {odds.rjust(5)} chance; {told}"


def _percent(odds: float) -> str:
    """Whole percent, but never 0 or 100 for what is not certain."""
    if 0 < odds < 0.5:
        return "<1 %"
    return ">99 %" if 99.5 <= odds < 100 else f"{odds:.0f} %"


def _roadmap(answer: dict[str, Any]) -> Iterator[str]:
    months = {row["percentile"]: row for row in answer["cadence"]}
    if months:
        p10, p50, p90 = (months[q]["months"] for q in (10, 50, 90))
        yield (
            f"From chip to chip: {p50:.1f} months on average ({p10:.1f} to {p90:.1f}); "
            f"never more than 12 in {answer['yearly_chip_odds_percent']:.1f} % of the futures"
        )


def _staff(answer: dict[str, Any]) -> Iterator[str]:
    rows = [
        (
            row["title"],
            f"{row['headcount']:,.0f}",
            f"{row['target']:,.0f}",
            row["reached_p50"] or "not in time",
            f"{row['cost_usd'] / 1e6:,.0f}",
        )
        for row in answer["staff"]
    ]
    if rows:
        yield from _table(("people", "now", "target", "there by (P50)", "USD million"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    cells = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    yield ""
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((first, *rest)).rstrip()
