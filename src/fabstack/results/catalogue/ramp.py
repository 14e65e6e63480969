"""The tables of the ramp."""

from fabstack.results.catalogue.columns import (
    MONTH,
    PLANT,
    Engine,
    ResultColumn,
    ResultTable,
    day,
    number,
    text,
    whole,
)


def _dates() -> tuple[ResultColumn, ...]:
    return (
        day("p10", "one in ten futures is there by"),
        day("p50", "half of the futures are there by"),
        day("p90", "nine in ten futures are there by"),
    )


def _amounts(unit: str) -> tuple[ResultColumn, ...]:
    return (
        number("p10", unit, "exceeded in nine of ten futures"),
        number("p50", unit, "exceeded in half of the futures"),
        number("p90", unit, "exceeded in one of ten futures"),
    )


RAMP = (
    ResultTable(
        "ramp_activities",
        Engine.RAMP,
        "When every activity ends, claimed and sampled.",
        ("activity",),
        (
            text("activity", "which"),
            text("title", "for people"),
            text("plant", "it belongs to; blank: none"),
            text("generation", "chip it belongs to; blank: none"),
            day("claimed", "end as claimed"),
            *_dates(),
            day("p50_low", "the true median lies after this day with 97.5 % confidence"),
            day("p50_high", "the true median lies before this day with 97.5 % confidence"),
            number("mean_months", "month", "from the programme's start to the end, mean"),
            number("critical_percent", "percent", "of the futures in which it decides the end"),
            number("odds_of_claim_percent", "percent", "of the futures that keep the claim"),
            text("after", "what it waits for"),
        ),
    ),
    ResultTable(
        "ramp_curve",
        Engine.RAMP,
        "Distribution of the end of every activity.",
        ("activity", "date"),
        (
            text("activity", "which"),
            day("date", "by this day"),
            number("probability", "", "that it has ended"),
        ),
    ),
    ResultTable(
        "ramp_reference",
        Engine.RAMP,
        "The outside view: when alike projects of others ended, beside the network's answer.",
        ("activity",),
        (
            text("activity", "which"),
            text("title", "for people"),
            day("promised", "when the date was claimed"),
            day("claimed", "end as claimed"),
            *_dates(),
            number("odds_of_claim_percent", "percent", "of alike projects that keep such a claim"),
            day("network_p50", "half of the sampled futures are there by"),
        ),
    ),
    ResultTable(
        "ramp_reference_curve",
        Engine.RAMP,
        "Distribution of the end by the outside view.",
        ("activity", "date"),
        (
            text("activity", "which"),
            day("date", "by this day"),
            number("probability", "", "that it has ended"),
        ),
    ),
    ResultTable(
        "ramp_critical",
        Engine.RAMP,
        "Which activities decide when a last activity ends.",
        ("finish", "activity"),
        (
            text("finish", "an activity that nothing waits for"),
            text("activity", "which"),
            number("critical_percent", "percent", "of the futures in which it decides"),
        ),
    ),
    ResultTable(
        "ramp_capacity",
        Engine.RAMP,
        "Capacity of every plant's phases, claimed and sampled.",
        ("month", "plant"),
        (
            MONTH,
            PLANT,
            number("claimed", "1/month", "carriers or units, if every date holds"),
            *_amounts("1/month"),
        ),
    ),
    ResultTable(
        "ramp_yield",
        Engine.RAMP,
        "Yield of every item as its plant learns.",
        ("month", "item"),
        (
            MONTH,
            text("item", "what"),
            PLANT,
            number("p10_percent", "percent", "exceeded in nine of ten futures"),
            number("p50_percent", "percent", "exceeded in half of the futures"),
            number("p90_percent", "percent", "exceeded in one of ten futures"),
        ),
    ),
    ResultTable(
        "ramp_roadmap",
        Engine.RAMP,
        "Volume of every chip generation.",
        ("generation",),
        (
            text("generation", "which"),
            day("claimed", "volume as claimed"),
            *_dates(),
            number("odds_percent", "percent", "of the futures that keep the claim"),
        ),
    ),
    ResultTable(
        "ramp_cadence",
        Engine.RAMP,
        "Months between the volumes of successive chips.",
        ("percentile",),
        (
            whole("percentile", "percent", "of the futures"),
            number("months", "month", "mean gap is at most this"),
            number("longest_gap_months", "month", "longest gap is at most this"),
        ),
    ),
    ResultTable(
        "ramp_people",
        Engine.RAMP,
        "Heads and pay of every skill.",
        ("month", "skill"),
        (
            MONTH,
            text("skill", "which"),
            number("heads_p10", "person", "more are employed in nine of ten futures"),
            number("heads_p50", "person", "more are employed in half of the futures"),
            number("heads_p90", "person", "more are employed in one of ten futures"),
            number("productive_p50", "person", "of full effect, median future"),
            number("wanted", "person", "asked for by the programme"),
            number("cost_usd", "USD", "pay of the month with stock, mean of the futures"),
            number("stock_usd", "USD", "of it in stock"),
        ),
    ),
    ResultTable(
        "ramp_staff",
        Engine.RAMP,
        "When every skill reaches its target.",
        ("skill",),
        (
            text("skill", "which"),
            text("title", "for people"),
            number("headcount", "person", "on the first day"),
            number("target", "person", "wanted in the end"),
            number("reached_percent", "percent", "of the futures that reach it in the horizon"),
            day("reached_p10", "one in ten futures is there by; blank: not in the horizon"),
            day("reached_p50", "half of the futures are there by; blank: not in the horizon"),
            day("reached_p90", "nine in ten futures are there by; blank: not in the horizon"),
            number("short_person_months_mean", "person-month", "missing over the horizon, mean"),
            number("cost_usd", "USD", "pay over the horizon with stock, mean of the futures"),
        ),
    ),
    ResultTable(
        "ramp_sensitivity",
        Engine.RAMP,
        "What moves each sampled outcome.",
        ("outcome", "input"),
        (
            text("outcome", "such as the end of an activity"),
            text("input", "what varies"),
            text("title", "the input for people"),
            number("rank_correlation", "", "Spearman, -1 to 1"),
            number("share_percent", "percent", "of the spread that the input explains"),
        ),
    ),
)
