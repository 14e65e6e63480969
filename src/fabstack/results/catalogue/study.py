"""The tables of studies."""

from fabstack.results.catalogue.columns import Engine, ResultTable, number, text, whole

STUDIES = (
    ResultTable(
        "curve_points",
        Engine.STUDY,
        "An operating curve: cycle time of all lots against loading, rule by rule.",
        ("load_percent", "rule"),
        (
            number("load_percent", "percent", "asked for: utilisation of the busiest tool group"),
            text("rule", "dispatch rule of all tool groups; own: as the programme says"),
            number("starts_factor", "", "times the programme's own starts"),
            number("utilisation_percent", "percent", "of the busiest tool group, as simulated"),
            text("busiest_tool_group", "in the first replication"),
            number("cycle_time_days_mean", "day", "of lots that leave after the warm-up"),
            number("cycle_time_days_ci95", "day", "half width of the 95 % interval of that mean"),
            number("cycle_time_days_p95", "day", "nineteen in twenty lots are faster"),
            number("x_factor", "", "their cycle times over their raw process times"),
            number("x_factor_ci95", "", "half width of the 95 % interval of that mean"),
            number("on_time_percent", "percent", "of lots with a due date, ready by it"),
            number("lots_per_day", "1/day", "that leave"),
            number("wip_lots_mean", "lot", "inside, over time"),
            whole("replications", "", "independent futures, the same for all points"),
        ),
    ),
    ResultTable(
        "curve_differences",
        Engine.STUDY,
        "Rules compared on the same luck, replication by replication.",
        ("load_percent", "rule", "against"),
        (
            number("load_percent", "percent", "asked for"),
            text("rule", "which rule"),
            text("against", "the rule that it is compared with"),
            number("cycle_time_days_difference", "day", "mean; negative: `rule` is faster"),
            number("cycle_time_days_difference_ci95", "day", "half width of its 95 % interval"),
            number("x_factor_difference", "", "mean"),
            number("x_factor_difference_ci95", "", "half width of its 95 % interval"),
            number("on_time_points_difference", "percent", "points, mean"),
            whole("replications", "", "pairs of runs"),
        ),
    ),
)
