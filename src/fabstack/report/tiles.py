"""The answer of each question in a few numbers, above its pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from fabstack.report import answer
from fabstack.report.figures.cost import chips, swings
from fabstack.report.figures.dates import EVEN_PERCENT, influences, unlike
from fabstack.report.figures.evidence import WEAK, graded
from fabstack.report.figures.plants import BUILDING, bottlenecks
from fabstack.report.figures.supply import kind_words, make_buy, volumes
from fabstack.report.html import Child, Html, element
from fabstack.report.language import say, say_alike
from fabstack.report.numbers import address, month, percent, plain, rounded, times, usd
from fabstack.results.run import Run

MANY = 3  # of one kind
SHORT = 16  # letters that stand well in large type


class Tile(NamedTuple):
    """One number with what it is and a remark."""

    label: str
    value: str
    note: Child = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Some tiles and the tables that they need."""

    tables: tuple[str, ...]
    of: Callable[[Run], Sequence[Tile]]


def html_tiles(tiles: Sequence[Tile]) -> Html | None:
    """The tiles side by side."""
    return element("div", [_tile(tile) for tile in tiles], class_="tiles") if tiles else None


def _tile(tile: Tile) -> Html:
    return element(
        "div",
        element("div", tile.label, class_="label"),
        element("div", tile.value, class_="value" if len(tile.value) <= SHORT else "value long"),
        element("div", tile.note, class_="note"),
        class_="tile",
    )


# --- One function for each question -----------------------------------------------------------


def breaks(run: Run) -> list[Tile]:
    """The claim missed by the largest factor, and the first month in which a market is short."""
    head = answer.headline(run)
    return [*_missed(head.get("breaks_first")), *_short(head.get("first_shortage"))]


def _missed(worst: answer.Entry | None) -> list[Tile]:
    if not worst:
        return []
    label = say("Missed most: part {part}", part=worst.get("part", ""))
    return [Tile(label, times(worst.get("factor")), worst.get("what", ""))]


def _short(short: answer.Entry | None) -> list[Tile]:
    if not short:
        return []
    units = f"{rounded(short.get('units'))} {short.get('item', '')}"
    when = month(_day(short.get("month")))
    label = say("First market short: {market}", market=short.get("market", ""))
    return [Tile(label, f"{when}: {units}", short.get("explanation", ""))]


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def served(run: Run) -> list[Tile]:
    """Share of the demand that is served, for the items that miss most of it."""
    sums = volumes(run).group_by("item", maintain_order=True).agg(pl.exclude("month").sum())
    wanted = sums.filter(pl.col("wanted") > 0)
    worst = wanted.sort(pl.col("delivered_p50") / pl.col("wanted"), maintain_order=True)
    return [_served(row) for row in worst.head(MANY).iter_rows(named=True)]


def _served(row: dict[str, Any]) -> Tile:
    likely, claimed, late = (
        percent(100 * row[f"delivered_{case}"] / row["wanted"])
        for case in ("p50", "claimed", "p90")
    )
    note = say(
        "of {wanted} wanted; {claimed} on claimed dates, {late} on late ones",
        wanted=rounded(row["wanted"]),
        claimed=claimed,
        late=late,
    )
    return Tile(say("{item}, served on likely dates", item=row["item"]), likely, note)


def punctual(run: Run) -> list[Tile]:
    """How many claimed dates are more likely kept than not."""
    claimed = run.table("ramp_activities").filter(pl.col("claimed").is_not_null())
    odds = claimed["odds_of_claim_percent"].drop_nulls()
    kept = (odds >= EVEN_PERCENT).sum()
    if not len(odds):
        return []
    note = say("the least likely has a chance of {chance}", chance=percent(float(min(odds))))
    counted = say("{count} of {all}", count=kept, all=len(odds))
    return [Tile(say("Claimed dates with an even chance"), counted, note)]


def dearest(run: Run) -> list[Tile]:
    """Cost of the dearest package and die."""
    first = chips(run).group_by("kind", maintain_order=True).first()
    return [
        Tile(
            say("One good {item}, the dearest {kind}", item=row["item"], kind=say(row["kind"])),
            usd(row["total_usd"]),
            _band(row),
        )
        for row in first.iter_rows(named=True)
    ]


def _band(row: dict[str, Any]) -> Child:
    grade = (
        element("span", say(row["grade"]), class_=f"grade {row['grade']}") if row["grade"] else ""
    )
    if row["low_usd"] is None:
        return grade
    low, high = plain(row["low_usd"]), plain(row["high_usd"])
    return [say("{low} to {high} by the sources", low=low, high=high), " ", grade]


def bought(run: Run) -> list[Tile]:
    """How much of each kind is bought in the first and in the last year."""
    table = make_buy(run)
    return [
        _bought(str(kind), frame) for (kind,), frame in table.group_by("kind", maintain_order=True)
    ]


def _bought(kind: str, frame: pl.DataFrame) -> Tile:
    first, last = (_bought_percent(months) for months in (frame.head(12), frame.tail(12)))
    label = say("{kind} bought, last year", kind=kind_words(kind))
    return Tile(label, percent(last), say("{share} in the first year", share=percent(first)))


def _bought_percent(frame: pl.DataFrame) -> float | None:
    parts = frame.select("made", "converted", "bought").sum().row(0)
    return 100 * parts[2] / sum(parts) if sum(parts) else None


def limits(run: Run) -> list[Tile]:
    """What limits each plant."""
    first = bottlenecks(run).group_by("plant", maintain_order=True).first()
    return [_limit(row) for row in first.iter_rows(named=True)]


def _limit(row: dict[str, Any]) -> Tile:
    group, worth = str(row["tool_group"]), row["peak_value_usd_per_h"]
    is_building = group.startswith(BUILDING)
    name = say("the building") if is_building else group
    load = say("{share} loaded in the fullest month", share=percent(row["peak_load_percent"]))
    unit = "one more unit is worth up to {worth}"
    hour = "one more hour is worth up to {worth}"
    more = [say(unit if is_building else hour, worth=usd(worth))] if worth else []
    return Tile(str(row["plant"]), name, say("; ").join([load, *more]))


def cost_drivers(run: Run) -> list[Tile]:
    """The number that moves the cost of the dearest chips most."""
    first = swings(run).group_by("item", maintain_order=True).first().head(2)
    return [
        Tile(
            say("Cost of {item} hangs most on", item=row["item"]),
            address(row["cell"]),
            say(
                "from {low} to {high} over its range",
                low=usd(row["at_low_usd"]),
                high=usd(row["at_high_usd"]),
            ),
        )
        for row in first.iter_rows(named=True)
    ]


def date_drivers(run: Run) -> list[Tile]:
    """The input that moves each sampled outcome most."""
    first = [frame.row(0, named=True) for frame in unlike(influences(run))]
    return [
        Tile(
            say("{outcome} hangs most on", outcome=row["of"]),
            say_alike(row["title"]),
            say("it explains {share} of the spread", share=percent(row["share_percent"])),
        )
        for row in first[:MANY]
    ]


def weakness(run: Run) -> list[Tile]:
    """How many of the sourced numbers are estimates or claims, and how many of them matter."""
    table = graded(run)
    weak = table.filter(pl.col("grade").is_in(WEAK))
    heavy = weak.filter(pl.col("moves_percent") >= 10)
    if table.is_empty():
        return []
    share = percent(100 * weak.height / table.height)
    matter = say("move the cost of an item by a tenth or more over their range")
    counted = say("{count} of {all}", count=f"{weak.height:,}", all=f"{table.height:,}")
    return [
        Tile(say("Estimates and claims"), counted, say("sourced numbers, {share}", share=share)),
        Tile(say("Of them matter"), f"{heavy.height:,}", matter),
    ]


BREAKS = Tiles((), breaks)
SERVED = Tiles(("plan_volumes",), served)
PUNCTUAL = Tiles(("ramp_activities",), punctual)
DEAREST = Tiles(("cost_items",), dearest)
BOUGHT = Tiles(("plan_items",), bought)
LIMITS = Tiles(("plan_capacity", "sim_tool_groups"), limits)
COST_DRIVERS = Tiles(("cost_items", "cost_swings"), cost_drivers)
DATE_DRIVERS = Tiles(("ramp_sensitivity", "ramp_activities"), date_drivers)
WEAKNESS = Tiles(("sources", "cost_swings", "cost_items"), weakness)
