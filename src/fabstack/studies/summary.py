"""The answer in a page of numbers: what `--json` prints and the report's first page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from fabstack.errors import Finding
from fabstack.model import Programme
from fabstack.results.bottlenecks import ranking
from fabstack.studies.mission import all_hold

Tables = Mapping[str, pl.DataFrame]
Row = dict[str, Any]
MANY = 12  # rows of a list that people read to the end


def summary(
    programme: Programme, tables: Tables, parts: Sequence[Row], findings: Sequence[Finding]
) -> Row:
    """Everything the first page of the report says, under stable keys."""
    return {
        "programme": identity(programme),
        "headline": headline(programme, tables, parts),
        "mission": {str(part["part"]): part for part in parts},
        "volumes": volumes(tables),
        "dates": dates(tables),
        "cost": costs(tables),
        "bottlenecks": bottlenecks(tables),
        "sensitivity": sensitivity(tables),
        "estimates": estimates(tables),
        "findings": [finding.as_dict() for finding in findings],
    }


def identity(programme: Programme) -> Row:
    """Who and when."""
    header = programme.programme
    return {
        "name": header.name,
        "title": header.title,
        "description": header.description,
        "start": header.start.isoformat(),
        "end": header.end.isoformat(),
        "currency": header.currency,
        "price_year": header.price_year,
    }


def headline(programme: Programme, tables: Tables, parts: Sequence[Row]) -> Row:
    """Whether the programme holds together, and what breaks first."""
    answers = [part["holds"] for part in parts]
    holds = all_hold(answers)
    failing, open_ = answers.count(False), answers.count(None)
    title = programme.programme.title or programme.programme.name
    told = {
        True: f"{title} holds together: all {len(answers)} parts of its mission hold.",
        False: f"{title} does not hold together as claimed: {failing} of {len(answers)} parts fail"
        + (f", {_are(open_)} open." if open_ else "."),
        None: f"{title} may hold together: {_are(open_)} open of {len(answers)} parts."
        if answers
        else f"{title} names no mission; the plan and the simulation speak for themselves.",
    }
    return {
        "holds": holds,
        "sentence": told[holds],
        "breaks_first": worst(parts),
        "first_shortage": first_shortage(tables),
    }


def _are(count: int) -> str:
    return "1 is" if count == 1 else f"{count} are"


def worst(parts: Sequence[Row]) -> Row | None:
    """The failing claim that is missed by the largest factor; one without a factor comes last."""
    failing = [
        {"part": part["part"], "claim": name, "what": found["finding"], "factor": found["factor"]}
        for part in parts
        for name, found in part["evidence"].items()
        if found["holds"] is False
    ]
    return max(failing, key=lambda row: row["factor"] or 0.0, default=None)


def first_shortage(tables: Tables) -> Row | None:
    """The first month in which a market goes short, and why."""
    short = tables["plan_short"].filter(pl.col("quantity") > 0)
    if short.is_empty():
        return None
    row = short.sort(["month", "quantity"], descending=[False, True]).row(0, named=True)
    return {
        "month": row["month"].isoformat(),
        "market": row["market"],
        "item": row["item"],
        "units": row["quantity"],
        "cause": row["cause"],
        "explanation": row["explanation"],
    }


def volumes(tables: Tables) -> list[Row]:
    """Units wanted and delivered by year: as dated by the claims, and in the sampled futures."""
    yearly = (
        tables["plan_volumes"]
        .group_by("item", pl.col("month").dt.year().alias("year"))
        .agg(pl.exclude("month").sum())
        .sort("item", "year")
    )
    return yearly.to_dicts()


def dates(tables: Tables) -> list[Row]:
    """Every claimed date with its percentiles and the chance that it holds."""
    claimed = tables["ramp_activities"].filter(pl.col("claimed").is_not_null())
    shown = ["activity", "title", "claimed", "p10", "p50", "p90", "odds_of_claim_percent"]
    return [_isoformat(row) for row in claimed.select(shown).iter_rows(named=True)]


def costs(tables: Tables) -> list[Row]:
    """Cost of a good die and a good package, with the band that the sources allow."""
    chips = tables["cost_items"].filter(pl.col("kind").is_in(["die", "package"]))
    return chips.to_dicts()


def bottlenecks(tables: Tables) -> list[Row]:
    """What limits each plant: in the plan by the cost of scarcity, in the simulation by rank."""
    ranked = ranking(tables["plan_capacity"], tables["sim_tool_groups"])
    waits = ranked.filter(pl.col("bottleneck_rank") == 1)
    simulated = {row["plant"]: row for row in waits.iter_rows(named=True)}
    planned = ranked.filter(pl.col("scarcity_usd").is_not_null())
    firsts = planned.group_by("plant", maintain_order=True).first().sort("plant")
    return [
        {
            "plant": row["plant"],
            "planned_bottleneck": row["tool_group"],
            "peak_load_percent": row["peak_load_percent"],
            "value_usd_per_h": row["peak_value_usd_per_h"],
            "scarcity_usd": row["scarcity_usd"],
            "simulated_bottleneck": simulated.get(row["plant"], {}).get("tool_group"),
            "utilisation_of_available_percent": simulated.get(row["plant"], {}).get(
                "simulated_percent"
            ),
        }
        for row in firsts.iter_rows(named=True)
    ]


def sensitivity(tables: Tables) -> list[Row]:
    """What moves each sampled outcome most, then what moves the cost of a chip most."""
    ramped = tables["ramp_sensitivity"].sort(
        ["outcome", "share_percent", "input"], descending=[False, True, False]
    )
    rows = ramped.group_by("outcome", maintain_order=True).head(3).to_dicts()
    chips = set(tables["cost_items"].filter(pl.col("kind") == "package")["item"])
    swings = tables["cost_swings"].filter(pl.col("item").is_in(list(chips)))
    widest = swings.group_by("item", maintain_order=True).head(3)
    return rows + [
        {
            "outcome": f"cost of {row['item']}",
            "input": row["cell"],
            "at_low_usd": row["at_low_usd"],
            "at_high_usd": row["at_high_usd"],
        }
        for row in widest.iter_rows(named=True)
    ]


def estimates(tables: Tables) -> list[Row]:
    """Assumptions that are nobody's fact, those that move a cost most first."""
    reach = tables["cost_swings"].group_by("cell").agg(pl.col("width_usd").max())
    graded = tables["sources"].filter(pl.col("grade").is_in(["estimate", "claim"]))
    ranked = graded.join(reach, on="cell", how="left").sort(
        ["width_usd", "cell"], descending=[True, False], nulls_last=True
    )
    return ranked.head(4 * MANY).to_dicts()


def _isoformat(row: Row) -> Row:
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in row.items()
    }
