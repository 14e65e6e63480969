"""The tables of plans under uncertainty."""

from fabstack.results.catalogue.columns import Engine, ResultTable, day, flag, number, text

FUTURES: tuple[ResultTable, ...] = (
    ResultTable(
        "futures",
        Engine.STUDY,
        "What each future gains: known beforehand, with the plan for all, with that for the mean.",
        ("future",),
        (
            text("future", "number of a sampled one, or a scenario"),
            number("chance_percent", "percent", "how likely it is; all add up to 100"),
            number("known_usd", "USD", "objective if it were known from the start"),
            number("planned_usd", "USD", "objective with the first decisions of the plan for all"),
            number("of_mean_usd", "USD", "with those for the mean future; blank: cannot be kept"),
            number("short_percent", "percent", "of all units wanted, under the plan for all"),
            flag("checked", "the independent checker agrees with its plan"),
        ),
    ),
    ResultTable(
        "futures_decisions",
        Engine.STUDY,
        "What is decided before the future shows.",
        ("decision", "name", "date"),
        (
            text("decision", "phase, tool ordered, tool sold, order or start"),
            text("name", "phase, option, offer or route"),
            day("date", "period of the decision; of a phase with a date that date"),
            number("planned", "", "share, tools, units or carriers in the plan for all futures"),
            number("of_mean", "", "the same in the plan for the mean future"),
        ),
    ),
    ResultTable(
        "futures_risk",
        Engine.STUDY,
        "Expected gain against that of the worst futures, by the weight of these.",
        ("weight",),
        (
            number("weight", "", "of the mean of the worst futures, beside the mean of all"),
            number("expected_usd", "USD", "mean objective of all futures"),
            number("worst_usd", "USD", "mean objective of the worst futures (CVaR)"),
            number("gap_percent", "percent", "distance to the best that can exist"),
        ),
    ),
)
