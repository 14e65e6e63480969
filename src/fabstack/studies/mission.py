"""Every claim of the mission held against what the engines found.

`check` judges what needs no run. Here the rest: dates against the sampled futures, supply against
the plan, the chain against plan and simulation. A part of the mission holds when all its claims do,
fails when one fails, and is unknown otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from fabstack.check.verdict import Verdict, open_verdict
from fabstack.model import Programme, grouped
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.evidence import Claim, Measure, MissionRow
from fabstack.model.items import ItemKind
from fabstack.studies.planned_periods import periods_of

# A dated claim holds from this chance on, and fails below an even chance; between, nobody knows.
SURE_SHARE = 0.8
EVEN_SHARE = 0.5
# A supply counts as covered when less than this share is missing: rounding, not shortage.
COVERED_SHARE = 0.005

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the engines found: labelled tables, and the chance that several dates hold at once."""

    programme: Programme
    tables: Tables
    joint_odds: Callable[[Sequence[str]], float]


def judged(found: Findings, static: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """A verdict on every claim, in the order of the claims."""
    known = {verdict.claim: verdict for verdict in static}
    return tuple(_verdict(found, claim, known[claim.name]) for claim in found.programme.claims)


def _verdict(found: Findings, claim: Claim, static: Verdict) -> Verdict:
    if claim.measure in JUDGES:
        return JUDGES[claim.measure](found, claim)
    if claim.measure in SAMPLED and static.holds:
        return SAMPLED[claim.measure](found, claim, static)
    return static


def mission(programme: Programme, verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """One entry for each part of the mission: claim, finding, holds, evidence."""
    by_claim = {verdict.claim: verdict for verdict in verdicts}
    claims = grouped(programme.claims, "part")
    return [
        _part(row, [by_claim[claim.name] for claim in claims[row.part]]) for row in _rows(programme)
    ]


def _rows(programme: Programme) -> list[MissionRow]:
    return sorted(programme.mission, key=lambda row: row.part)


def _part(row: MissionRow, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    ranked = sorted(verdicts, key=_weight)
    return {
        "part": row.part,
        "title": row.title,
        "claim": row.claim,
        "finding": " ".join(verdict.finding for verdict in ranked)
        or "No claim of this part can be computed.",
        "holds": all_hold([verdict.holds for verdict in verdicts]),
        "evidence": {
            verdict.claim: {
                "holds": verdict.holds,
                "finding": verdict.finding,
                "factor": verdict.factor,
                **verdict.evidence,
            }
            for verdict in verdicts
        },
    }


def _weight(verdict: Verdict) -> int:
    """What fails is said first, then what is open, then what holds."""
    return {False: 0, None: 1, True: 2}[verdict.holds]


def all_hold(answers: Sequence[bool | None]) -> bool | None:
    """True where all hold, False where one fails, None where it is open or nothing is asked."""
    if not answers:
        return None
    if False in answers:
        return False
    return None if None in answers else True


# --- Dates ------------------------------------------------------------------------------------


def done_by(found: Findings, claim: Claim) -> Verdict:
    """The chance that an activity has ended by the claimed date."""
    if claim.date is None:
        return open_verdict(claim, "the claim names no date")
    curve = found.tables["ramp_curve"].filter(pl.col("activity") == claim.subject)
    dates = found.tables["ramp_activities"].filter(pl.col("activity") == claim.subject)
    if dates.is_empty():
        return open_verdict(claim, f"no activity '{claim.subject}' was sampled")
    odds = _chance_by(curve, claim.date)
    p10, p50, p90 = (dates.item(0, name) for name in ("p10", "p50", "p90"))
    return Verdict(
        claim=claim.name,
        holds=_by_odds(odds),
        finding=f"{claim.statement}: {odds:.0%} chance; half of the futures are there by "
        f"{p50:%B %Y}, nine in ten by {p90:%B %Y}.",
        evidence={
            "odds_percent": round(100 * odds, 2),
            "claimed": claim.date.isoformat(),
            "p10": p10.isoformat(),
            "p50": p50.isoformat(),
            "p90": p90.isoformat(),
        },
    )


def in_time(found: Findings, claim: Claim, static: Verdict) -> Verdict:
    """Whether a capacity that the claimed phases allow is there by its date in sampled futures."""
    day = min(claim.date or found.programme.programme.end, found.programme.programme.end)
    fan = found.tables["ramp_capacity"].filter(
        (pl.col("plant") == claim.subject) & (pl.col("month") <= day)
    )
    if fan.is_empty() or not claim.value:
        return static
    p10, p50, p90 = (float(fan.sort("month").row(-1, named=True)[q]) for q in ("p10", "p50", "p90"))
    return Verdict(
        claim=claim.name,
        holds=True if p10 >= claim.value else (False if p50 < claim.value else None),
        finding=f"{claim.statement}: the phases as dated allow it; by {day:%B %Y} the median "
        f"future has {p50:,.0f} a month ({p10:,.0f} to {p90:,.0f} in eight of ten futures).",
        factor=claim.value / p50 if p50 else None,
        evidence={
            **static.evidence,
            "month": day.isoformat(),
            "p10_per_month": p10,
            "p50_per_month": p50,
            "p90_per_month": p90,
        },
    )


def built_in(found: Findings, claim: Claim, static: Verdict) -> Verdict:
    """The chance that a plant is in volume within the claimed months, slips and deferrals in it.

    Months count from the likely start of the path that decides, as in the arithmetic of `check`.
    """
    path, days = static.evidence["path"], static.evidence["starts_after_days"]
    first, last = next(iter(path)), list(path)[-1]
    dates = found.tables["ramp_activities"].filter(pl.col("activity") == last)
    if dates.is_empty():
        return static
    begins = found.programme.programme.start + timedelta(days=days)
    claimed = max(claim.value or 0.0, claim.high or 0.0)
    curve = found.tables["ramp_curve"].filter(pl.col("activity") == last)
    odds = _chance_by(curve, begins + timedelta(days=claimed * DAYS_PER_MONTH))
    p10, p50, p90 = (_months_from(begins, dates.item(0, name)) for name in ("p10", "p50", "p90"))
    return Verdict(
        claim=claim.name,
        holds=_by_odds(odds),
        finding=f"{claim.statement}: {odds:.0%} chance of '{last}' within {claimed:g} months from "
        f"the start of '{first}' in {begins:%B %Y}; the median future takes {p50:.0f} months "
        f"({p10:.0f} to {p90:.0f} in eight of ten futures), the mean durations add up to "
        f"{static.evidence['mean_months']:.1f} if nothing slips.",
        factor=p50 / claimed if claimed else None,
        evidence={
            **static.evidence,
            "odds_percent": round(100 * odds, 2),
            "months_p10": round(p10, 2),
            "months_p50": round(p50, 2),
            "months_p90": round(p90, 2),
        },
    )


def _months_from(begins: date, ends: date) -> float:
    return (ends - begins).days / DAYS_PER_MONTH


def _chance_by(curve: pl.DataFrame, day: date) -> float:
    """Probability that the end lies on or before a day, from points of its distribution."""
    before = curve.filter(pl.col("date") <= day)
    return max(before["probability"], default=0.0)


def _by_odds(odds: float) -> bool | None:
    if odds >= SURE_SHARE:
        return True
    return False if odds < EVEN_SHARE else None


def joint_odds(found: Findings, claim: Claim) -> Verdict:
    """The chance that all named activities end by their claimed dates in the same future."""
    names = [part.strip() for part in claim.subject.split(";") if part.strip()]
    odds = found.joint_odds(names)
    return Verdict(
        claim=claim.name,
        holds=_by_odds(odds),
        finding=f"{claim.statement}: all {len(names)} dates hold together in {odds:.1%} of the "
        "futures.",
        evidence={"odds_percent": round(100 * odds, 3), "activities": names},
    )


def cadence(found: Findings, claim: Claim) -> Verdict:
    """Months between the volumes of successive generations, against the claim."""
    table = found.tables["ramp_cadence"]
    if table.is_empty() or claim.value is None:
        return open_verdict(claim, "fewer than two generations have a date of volume")
    months = {row["percentile"]: row["months"] for row in table.iter_rows(named=True)}
    p50 = months[50]
    return Verdict(
        claim=claim.name,
        holds=True if months[90] <= claim.value else (False if p50 > claim.value else None),
        finding=f"{claim.statement}: {p50:.1f} months between generations in the median future "
        f"({months[10]:.1f} to {months[90]:.1f}).",
        factor=p50 / claim.value,
        evidence={f"months_p{percent}": round(value, 2) for percent, value in months.items()},
    )


# --- Supply -----------------------------------------------------------------------------------


def self_supply(found: Findings, claim: Claim) -> Verdict:
    """Nothing of a kind is bought after the date."""
    since = claim.date or found.programme.programme.start
    flow = _between(found, _of_kind(found, claim.subject), since=since)
    bought, made = float(flow["bought"].sum()), float(flow["made"].sum())
    if bought + made == 0:
        return open_verdict(claim, f"the plan handles no {claim.subject} after {since:%B %Y}")
    share = bought / (bought + made)
    return Verdict(
        claim=claim.name,
        holds=share <= COVERED_SHARE,
        finding=f"{claim.statement}: after {since:%B %Y} the plan still buys {share:.1%} of all "
        f"{claim.subject}s ({bought:,.0f} of {bought + made:,.0f}).",
        evidence={
            "bought_units": bought,
            "made_units": made,
            "bought_percent": round(100 * share, 3),
        },
    )


def bridge(found: Findings, claim: Claim) -> Verdict:
    """Bought supply covers what own plants cannot give yet."""
    until = claim.date or found.programme.programme.end
    flow = _between(found, _of_kind(found, claim.subject), until=until)
    bought, made = float(flow["bought"].sum()), float(flow["made"].sum())
    missing = _missing(found, set(flow["item"].unique()), until)
    needed = bought + made + missing
    if needed == 0:
        return open_verdict(claim, f"no {claim.subject} is wanted before {until:%B %Y}")
    return Verdict(
        claim=claim.name,
        holds=missing <= COVERED_SHARE * needed,
        finding=f"{claim.statement}: until {until:%B %Y} the programme buys {bought:,.0f} and "
        f"makes {made:,.0f} {claim.subject}s, and lacks {missing:,.0f} "
        f"({missing / needed:.0%} of the need).",
        factor=needed / (bought + made) if bought + made else None,
        evidence={"bought_units": bought, "made_units": made, "missing_units": missing},
    )


def _missing(found: Findings, items: set[str], until: date) -> float:
    """Units of `items` that short deliveries would have needed, through the bill of materials."""
    short = _between(found, found.tables["plan_short"], until=until)
    per_unit = {
        name: _units_within(found.programme, name, items) for name in short["item"].unique()
    }
    return sum((row["quantity"] * per_unit[row["item"]] for row in short.to_dicts()), start=0.0)


def _units_within(programme: Programme, item: str, wanted: set[str], depth: int = 0) -> float:
    if item in wanted:
        return 1.0
    if depth > 30:  # `check` refuses supply loops; this only keeps a bare call from hanging
        return 0.0
    return sum(
        (component.quantity or 0.0) * _units_within(programme, component.child, wanted, depth + 1)
        for component in grouped(programme.components, "parent")[item]
    )


def _between(
    found: Findings, table: pl.DataFrame, *, since: date = date.min, until: date = date.max
) -> pl.DataFrame:
    """Amounts of a plan from a day on and before another; a period's are spread over its days."""
    shares = {
        period.first: max(period.share_before(until) - period.share_before(since), 0.0)
        for period in periods_of(found.tables)
    }
    share = pl.col("month").replace_strict(shares, return_dtype=pl.Float64)
    amounts = [name for name in ("bought", "made", "quantity") if name in table.columns]
    cut = table.with_columns(pl.col(name) * share for name in amounts)
    return cut.filter(share > 0)


def _of_kind(found: Findings, kind: str) -> pl.DataFrame:
    return found.tables["plan_items"].filter(pl.col("kind") == kind)


# --- The whole --------------------------------------------------------------------------------


def one_chain(found: Findings, claim: Claim) -> Verdict:
    """Every market hangs on wafers through one bill of materials, one plan and one clock."""
    programme = found.programme
    planned = set(found.tables["plan_items"]["item"].unique())
    simulated = set(found.tables["sim_products"]["plant"].unique())
    producing = {route.plant for route in programme.routes}
    loose = sorted(m.name for m in programme.markets if not _reaches_wafers(programme, m.name))
    unplanned = sorted({need.item for need in programme.needs} - planned)
    unsimulated = sorted(producing - simulated)
    holds = not (loose or unplanned or unsimulated)
    gaps = [
        f"{words} {', '.join(names)}"
        for words, names in (
            ("markets without own wafers:", loose),
            ("not in the plan:", unplanned),
            ("idle or absent in the simulation:", unsimulated),
        )
        if names
    ]
    told = (
        "; ".join(gaps)
        if gaps
        else (
            f"{len(programme.markets)} markets, {len(planned)} items and {len(simulated)} plants "
            "share one demand, one bill of materials, one plan and one clock"
        )
    )
    return Verdict(
        claim=claim.name,
        holds=holds,
        finding=f"{claim.statement}: {told}.",
        evidence={"markets": len(programme.markets), "plants": sorted(simulated), "gaps": gaps},
    )


def _reaches_wafers(programme: Programme, market: str) -> bool:
    kinds = {item.name: item.kind for item in programme.items}
    todo = [need.item for need in grouped(programme.needs, "market")[market]]
    seen: set[str] = set()
    while todo:
        item = todo.pop()
        if kinds[item] is ItemKind.WAFER:
            return True
        if item not in seen:
            seen.add(item)
            todo += [c.child for c in grouped(programme.components, "parent")[item]]
    return False


# What arithmetic does not refute, sampled futures may.
SAMPLED: Mapping[Measure, Callable[[Findings, Claim, Verdict], Verdict]] = {
    Measure.CARRIERS_PER_MONTH: in_time,
    Measure.UNITS_PER_MONTH: in_time,
    Measure.BUILD_MONTHS: built_in,
}
JUDGES: Mapping[Measure, Callable[[Findings, Claim], Verdict]] = {
    Measure.DONE_BY: done_by,
    Measure.JOINT_ODDS: joint_odds,
    Measure.CADENCE_MONTHS: cadence,
    Measure.SELF_SUPPLY: self_supply,
    Measure.BRIDGE: bridge,
    Measure.ONE_CHAIN: one_chain,
}
