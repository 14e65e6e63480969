"""Sampled dates as labelled tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.economics.disruption import bridge_stock
from fabstack.model import Programme, grouped
from fabstack.model.evidence import Measure
from fabstack.model.roadmap import Activity
from fabstack.ramp import RampResult
from fabstack.ramp.build_times import BUILD_TIMES
from fabstack.ramp.missed import meetings
from fabstack.ramp.odds import built_months
from fabstack.ramp.timeline import SAME_MONTHS
from fabstack.results.schema import table_of
from fabstack.uncertainty.percentiles import FAN, percentile

Floats = NDArray[np.float64]
Row = dict[str, Any]
SERVICE_PERCENTS = (50, 80, 90, 95)
CADENCE_PERCENTILES = (5, 10, 25, 50, 75, 90, 95)


def ramp_tables(result: RampResult, programme: Programme) -> dict[str, pl.DataFrame]:
    """Dates with percentiles and odds, their curves, and what follows for plants and people.

    `ramp_reference` and its curve are the outside view; beside `ramp_activities` and `ramp_curve`
    they show what the network leaves out.
    """
    rows = {
        "ramp_activities": _activities(result, programme),
        "ramp_curve": _curves(result, programme, dict(_ends(result))),
        "ramp_reference": _references(result, programme),
        "ramp_reference_curve": _reference_curves(result, programme),
        "ramp_critical": _critical(result),
        "ramp_capacity": _capacity(result),
        "ramp_yield": _yields(result),
        "ramp_output": _output(result),
        "ramp_bottlenecks": _bottlenecks(result),
        "ramp_tools": _tools(result),
        "ramp_bridge": _bridge(result),
        "ramp_build_times": _build_times(result, programme),
        "ramp_reviews": _reviews(result, programme),
        "ramp_roadmap": _roadmap(result, programme),
        "ramp_cadence": _cadence(result),
        "ramp_people": _people(result),
        "ramp_staff": _staff(result),
        "ramp_sensitivity": _sensitivity(result),
        "ramp_drivers": _drivers(result),
        "ramp_claims": _claims(result, programme),
        "ramp_claim_inputs": _claim_inputs(result),
    }
    return {name: table_of(name, found) for name, found in rows.items()}


# --- Dates ----------------------------------------------------------------------------------------


def _activities(result: RampResult, programme: Programme) -> Iterator[Row]:
    critical = np.max(
        [np.zeros(len(programme.activities)), *result.critical_share.values()], axis=0
    )
    for i, activity in enumerate(programme.activities):
        odds = result.odds_of_claim(activity.name)
        yield {
            "activity": activity.name,
            "title": activity.title or activity.name,
            "plant": activity.plant,
            "generation": activity.generation,
            "claimed": activity.claimed,
            **_dates(result, result.end_months(activity.name)),
            "p50_low": result.end_date_interval(activity.name, 50)[0],
            "p50_high": result.end_date_interval(activity.name, 50)[1],
            "mean_months": float(result.end_months(activity.name).mean()),
            "critical_percent": 100 * float(critical[i]),
            "futures": result.samples,
            "odds_of_claim_percent": None if odds is None else 100 * odds,
            "after": activity.after,
        }


def _dates(result: RampResult, moments: Floats) -> Row:
    """Days by which 10, 50 and 90 percent of the futures are there."""
    return {f"p{q}": result.timeline.day(percentile(moments, q)) for q in FAN}


def _ends(result: RampResult) -> Iterator[tuple[str, Floats]]:
    for name in result.dated.network.names:
        yield name, result.end_months(name)


def _curves(result: RampResult, programme: Programme, ends: dict[str, Floats]) -> Iterator[Row]:
    """Share of futures that are there, on first days of months and on every claimed date."""
    for name, moments in ends.items():
        ordered = np.sort(moments)
        days = sorted({*_month_firsts(result, ordered), *_claimed_days(programme, name)})
        moments_of_days = np.array([result.timeline.months(day) for day in days])
        there = np.searchsorted(ordered, moments_of_days + SAME_MONTHS, side="right")
        for day, share in zip(days, (there / len(ordered)).tolist(), strict=True):
            yield {"activity": name, "date": day, "probability": share}


def _month_firsts(result: RampResult, ordered: Floats) -> Iterator[date]:
    """From the month of the first future to the first day after the last."""
    first, last = result.timeline.day(ordered[0]), result.timeline.day(ordered[-1])
    month = first.replace(day=1)
    while month < last:
        yield month
        month = _next_month(month)
    yield month


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _claimed_days(programme: Programme, activity: str) -> Iterator[date]:
    claims = grouped(programme.claims, "subject")[activity]
    yield from (c.date for c in claims if c.measure is Measure.DONE_BY and c.date is not None)
    yield from (a.claimed for a in programme.activities if a.name == activity and a.claimed)


def _views(result: RampResult) -> Iterator[tuple[str, Mapping[str, Floats]]]:
    """Other answers that stand beside the network's and must not be added to it."""
    yield "others' whole projects", result.reference
    yield "stated durations", result.as_stated


def _reference_curves(result: RampResult, programme: Programme) -> Iterator[Row]:
    for view, ends in _views(result):
        for row in _curves(result, programme, dict(ends)):
            yield {"activity": row["activity"], "view": view, **row}


def _references(result: RampResult, programme: Programme) -> Iterator[Row]:
    for view, ends in _views(result):
        for activity in programme.activities:
            if activity.name in ends and activity.claimed is not None:
                yield _reference(result, programme, activity, view, ends[activity.name])


def _reference(
    result: RampResult, programme: Programme, activity: Activity, view: str, moments: Floats
) -> Row:
    claimed = activity.claimed or programme.programme.end
    kept = moments <= result.timeline.months(claimed) + SAME_MONTHS
    return {
        "activity": activity.name,
        "view": view,
        "title": activity.title or activity.name,
        "promised": activity.promised or programme.programme.start,
        "claimed": claimed,
        **_dates(result, moments),
        "odds_of_claim_percent": 100 * float(kept.mean()),
        "network_p50": result.end_date(activity.name, 50),
    }


def _critical(result: RampResult) -> Iterator[Row]:
    for finish, shares in sorted(result.critical_share.items()):
        for activity, share in zip(result.dated.network.names, shares.tolist(), strict=True):
            if share > 0:
                yield {"finish": finish, "activity": activity, "critical_percent": 100 * share}


# --- What follows ---------------------------------------------------------------------------------


def _capacity(result: RampResult) -> Iterator[Row]:
    for fan in sorted(result.capacity, key=lambda fan: fan.plant):
        for i, month in enumerate(result.months):
            spread = dict(zip(("p10", "p50", "p90"), fan.percentiles[:, i].tolist(), strict=True))
            yield {"month": month, "plant": fan.plant, "claimed": float(fan.claimed[i]), **spread}


def _yields(result: RampResult) -> Iterator[Row]:
    for fan in sorted(result.yields, key=lambda fan: fan.item):
        for i, month in enumerate(result.months):
            shares = (100 * fan.percentiles[:, i]).tolist()
            names = ("p10_percent", "p50_percent", "p90_percent")
            spread = dict(zip(names, shares, strict=True))
            yield {"month": month, "item": fan.item, "plant": fan.plant, **spread}


def _output(result: RampResult) -> Iterator[Row]:
    for fan in sorted(result.output.fans, key=lambda fan: (fan.plant, fan.item)):
        for i, month in enumerate(result.months):
            spread = dict(zip(("p10", "p50", "p90"), fan.percentiles[:, i].tolist(), strict=True))
            yield {"month": month, "plant": fan.plant, "item": fan.item, **spread}


def _bottlenecks(result: RampResult) -> Iterator[Row]:
    for one in sorted(result.output.bottlenecks, key=lambda one: (one.plant, -one.share)):
        yield {"plant": one.plant, "tool_group": one.group, "share_percent": 100 * one.share}


def _tools(result: RampResult) -> Iterator[Row]:
    for one in result.arrivals:
        yield {
            "tool_group": one.group.name,
            "date": one.delivery.date,
            "plant": one.group.plant,
            "tools": one.delivery.tools,
            "order_by": result.timeline.day(one.ordered),
            "docked_p50": result.timeline.day(percentile(one.docked, 50)),
            **_dates(result, one.released),
        }


def _build_times(result: RampResult, programme: Programme) -> Iterator[Row]:
    """Claims of a time to build beside the network's answer and what is published by region."""
    for claim in programme.claims:
        if claim.measure is Measure.BUILD_MONTHS:
            taken = built_months(programme, result.dated, claim)
            for one in BUILD_TIMES:
                yield {
                    "claim": claim.name,
                    "plant": claim.subject,
                    "prior": one.name,
                    "region": one.region,
                    "span": one.span,
                    "claimed_months": claim.value,
                    "network_p50_months": None if taken is None else percentile(taken, 50),
                    "low_months": one.low,
                    "published_months": one.value,
                    "high_months": one.high,
                    "year": one.year,
                    "grade": str(one.grade),
                    "source": one.source,
                }


def _reviews(result: RampResult, programme: Programme) -> Iterator[Row]:
    for one in meetings(programme, result.futures, result.dated, result.timeline):
        yield {
            "review": one.review,
            "generation": one.generation,
            "until": one.until,
            "meetings_mean": one.meetings,
            "stops_mean": one.stops,
            "lost_days_mean": one.lost_days,
            "missed_days": one.missed_days,
            "people": one.people,
            "missed_usd": one.missed_usd,
        }


def _bridge(result: RampResult) -> Iterator[Row]:
    for one in result.bridges:
        kept = {
            "enough_normally_percent": 100 * float((one.unmet_normally < 1).mean()),
            "enough_in_shortage_percent": 100 * float((one.unmet_in_shortage < 1).mean()),
            "enough_percent": 100 * float((one.unmet < 1).mean()),
        }
        for service in SERVICE_PERCENTS:
            yield {
                "item": one.item,
                "plant": one.plant,
                "service_percent": service,
                "units": bridge_stock(one.units, service),
                "peak_per_month": bridge_stock(one.peak_per_month, service),
                "covered_by": _reached(result, one.covered_months, service),
                **kept,
            }


def _roadmap(result: RampResult, programme: Programme) -> Iterator[Row]:
    for chip in programme.generations:
        if chip.name in result.volumes:
            moments, claimed = result.volumes[chip.name], chip.claimed_volume
            odds = None
            if claimed is not None:
                odds = 100 * float(
                    (moments <= result.timeline.months(claimed) + SAME_MONTHS).mean()
                )
            dates = _dates(result, moments)
            yield {"generation": chip.name, "claimed": claimed, **dates, "odds_percent": odds}


def _cadence(result: RampResult) -> Iterator[Row]:
    mean, longest = result.cadence_months(), result.longest_gap_months()
    for q in CADENCE_PERCENTILES if mean.size else ():
        yield {
            "percentile": q,
            "months": percentile(mean, q),
            "longest_gap_months": percentile(longest, q),
        }


def _people(result: RampResult) -> Iterator[Row]:
    for staff in sorted(result.people, key=lambda staff: staff.skill.name):
        for i, month in enumerate(result.months):
            yield {
                "month": month,
                "skill": staff.skill.name,
                "heads_p10": float(staff.heads[0, i]),
                "heads_p50": float(staff.heads[1, i]),
                "heads_p90": float(staff.heads[2, i]),
                "productive_p50": float(staff.productive[i]),
                "wanted": float(staff.wanted[i]),
                "cost_usd": float(staff.cost_usd[i]),
                "stock_usd": float(staff.stock_usd[i]),
            }


def _staff(result: RampResult) -> Iterator[Row]:
    for staff in sorted(result.people, key=lambda staff: staff.skill.name):
        reached = staff.reached_months
        yield {
            "skill": staff.skill.name,
            "title": staff.skill.title or staff.skill.name,
            "headcount": staff.skill.headcount,
            "target": staff.skill.target,
            "reached_percent": 100 * float(np.isfinite(reached).mean()),
            **{f"reached_p{q}": _reached(result, reached, q) for q in FAN},
            "short_person_months_mean": float(staff.short_person_months.mean()),
            "cost_usd": float(staff.cost_usd.sum()),
        }


def _reached(result: RampResult, moments: Floats, percent: float) -> date | None:
    """The first of the month by which so many futures have the people; None: not in the horizon."""
    moment = float(np.percentile(moments, percent, method="inverted_cdf"))
    return result.timeline.day(moment) if np.isfinite(moment) else None


def _sensitivity(result: RampResult) -> Iterator[Row]:
    for one in result.influences:
        yield {
            "outcome": one.outcome,
            "input": one.input,
            "title": result.titles[one.input],
            "rank_correlation": one.rank_correlation,
            "share_percent": 100 * one.variance_share,
        }


def _drivers(result: RampResult) -> Iterator[Row]:
    for one in result.drivers:
        yield {
            "outcome": one.outcome,
            "input": one.input,
            "title": one.title,
            "mean_months": one.mean_months,
            "p50_months": one.median_months,
            "p80_months": one.late_months,
            "worst_fifth_months": one.worst_months,
            "odds_gain_percent": None if one.odds_gain is None else 100 * one.odds_gain,
        }


def _claims(result: RampResult, programme: Programme) -> Iterator[Row]:
    """Every claim; without a chance where sampled futures cannot judge it."""
    odds = {one.claim: one for one in result.odds}
    for claim in programme.claims:
        one = odds.get(claim.name)
        causes = one.causes if one else ()
        yield {
            "claim": claim.name,
            "part": claim.part,
            "statement": claim.statement,
            "date": claim.date,
            "odds_percent": 100 * one.chance if one else None,
            "low_percent": 100 * one.interval.low if one else None,
            "high_percent": 100 * one.interval.high if one else None,
            "margin_p50": one.margin_median if one else None,
            "margin_unit": one.unit if one else "",
            "inputs": "; ".join(cause.title for cause in causes),
            "why": one.why if one else result.unjudged.get(claim.name, ""),
            "futures": one.futures if one else None,
        }


def _claim_inputs(result: RampResult) -> Iterator[Row]:
    for one in result.odds:
        for rank, cause in enumerate(one.causes, start=1):
            yield {
                "claim": one.claim,
                "rank": rank,
                "input": cause.input,
                "title": cause.title,
                "share_percent": 100 * cause.share,
                "odds_low_percent": 100 * cause.odds_low,
                "odds_high_percent": 100 * cause.odds_high,
            }
