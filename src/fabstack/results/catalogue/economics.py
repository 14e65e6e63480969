"""The tables of the economics, and the sources."""

from fabstack.results.catalogue.columns import ITEM, Engine, ResultTable, number, text, whole

ECONOMICS = (
    ResultTable(
        "cost_items",
        Engine.ECONOMICS,
        "Cost of one good unit at mature yield.",
        ("item",),
        (
            ITEM,
            text("kind", "wafer, die, package, board, system, material, substrate"),
            number("material_usd", "USD", "bought parts and materials"),
            number("make_usd", "USD", "running the plants, without capital"),
            number("capital_usd", "USD", "depreciation of tools and buildings"),
            number("yield_loss_usd", "USD", "spent on units that fail"),
            number("total_usd", "USD", "sum"),
            number("low_usd", "USD", "at the low ends of the sources' ranges, combined"),
            number("high_usd", "USD", "at the high ends of the sources' ranges, combined"),
            text("grade", "weakest grade among the three numbers that move it most"),
        ),
    ),
    ResultTable(
        "cost_swings",
        Engine.ECONOMICS,
        "Cost of one good unit when one sourced number goes to an end of its range.",
        ("item", "cell"),
        (
            ITEM,
            text("cell", "address of the number, table/key/column"),
            number("at_low_usd", "USD", "cost when the number is at its low end"),
            number("at_high_usd", "USD", "cost when the number is at its high end"),
            number("width_usd", "USD", "distance of the two"),
        ),
    ),
    ResultTable(
        "cost_dies",
        Engine.ECONOMICS,
        "Dies of a wafer, yield and cost of every die.",
        ("item",),
        (
            ITEM,
            text("technology", "how it is made"),
            number("area_mm2", "mm2", "of the die without street"),
            whole("gross_dies", "die", "whole dies on a wafer, by exact placement"),
            number("yield_start", "", "share of good dies at first output"),
            number("yield_mature", "", "share of good dies in the end"),
            number("good_dies_start", "die", "on a wafer at first output"),
            number("good_dies_mature", "die", "on a wafer in the end"),
            number("wafer_cost_usd", "USD", "of the processed wafer"),
            number("cost_per_good_die_usd", "USD", "in the end"),
        ),
    ),
    ResultTable(
        "sources",
        Engine.ECONOMICS,
        "Where every outside number comes from and how far it can be trusted.",
        ("cell",),
        (
            text("cell", "address of the number, table/key/column"),
            text("value", "as the programme has it"),
            number("low", "", "low end, in the unit of the row"),
            number("high", "", "high end, in the unit of the row"),
            text("unit", "of low and high"),
            whole("year", "", "the number is of"),
            text("grade", "published, press, estimate or claim"),
            text("source", "who says so"),
            text("note", "what to know about it"),
        ),
    ),
)
