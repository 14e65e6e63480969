"""The tables of a study of sensitivity."""

from fabstack.results.catalogue.columns import Engine, ResultTable, number, text, whole

OUTCOME = text("outcome", "milestone:NAME, claim:NAME or cadence")

SENSITIVITY = (
    ResultTable(
        "sensitivity_outcomes",
        Engine.STUDY,
        "The outcomes that were asked about.",
        ("outcome",),
        (
            OUTCOME,
            text("title", "for people"),
            text("unit", "month, or the margin of a claim in its own unit"),
            whole("samples", "", "futures"),
            number("mean", "", "in the unit"),
            number("deviation", "", "standard deviation, in the unit"),
            number("worst_fifth_mean", "", "mean of the worst fifth, in the unit"),
            number(
                "perfect_information_months",
                "month",
                "worth of knowing the future before a date is promised; blank: no date",
            ),
        ),
    ),
    ResultTable(
        "sensitivity_percentiles",
        Engine.STUDY,
        "Percentiles of every outcome with their confidence.",
        ("outcome", "percentile"),
        (
            OUTCOME,
            whole("percentile", "percent", "of the futures are not above"),
            number("value", "", "in the unit of the outcome"),
            number("low", "", "the true percentile is not below, with 97.5 %"),
            number("high", "", "the true percentile is not above, with 97.5 %"),
        ),
    ),
    ResultTable(
        "sensitivity_inputs",
        Engine.STUDY,
        "Every input that moves an outcome: tornado, rank, and worth of knowing it.",
        ("outcome", "input"),
        (
            OUTCOME,
            text("input", "what varies"),
            text("title", "the input for people"),
            number("rank_correlation", "", "Spearman, -1 to 1"),
            number("at_low", "", "outcome with the input at its P10, all others at P50"),
            number("at_high", "", "outcome with the input at its P90, all others at P50"),
            number("swing", "", "between these two"),
            number(
                "information_months",
                "month",
                "worth of knowing the input before a date is promised; blank: no date, or fewer "
                "than 200 futures",
            ),
        ),
    ),
    ResultTable(
        "sensitivity_groups",
        Engine.STUDY,
        "Sobol's indices of every group of inputs that hang together, with intervals of 95 %.",
        ("outcome", "rank"),
        (
            OUTCOME,
            whole("rank", "", "1 explains most in all"),
            text("group", "for people"),
            text("inputs", "of the group"),
            number("first_percent", "percent", "of the variance that the group explains alone"),
            number("first_low_percent", "percent", "lower end"),
            number("first_high_percent", "percent", "upper end"),
            number("total_percent", "percent", "of the variance, with all its interactions"),
            number("total_low_percent", "percent", "lower end"),
            number("total_high_percent", "percent", "upper end"),
        ),
    ),
    ResultTable(
        "sensitivity_worst",
        Engine.STUDY,
        "Where the strongest inputs lay in the worst futures.",
        ("outcome", "rank", "input"),
        (
            OUTCOME,
            whole("rank", "", "1 is the worst"),
            whole("future", "", "its number in the sample, from 0"),
            number("value", "", "of the outcome, in its unit"),
            text("input", "what varies"),
            text("title", "the input for people"),
            number("share_percent", "percent", "of all cases in which the input is smaller"),
        ),
    ),
)
