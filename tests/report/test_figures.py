"""Figures are valid plotly figures in both schemes and show what their rows say."""

from datetime import date
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from fabstack.report.figures import (
    agreement,
    claims,
    cost,
    curves,
    dates,
    evidence,
    flow,
    lots,
    maps,
    money,
    parts,
    plants,
    ramps,
    supply,
    waits,
    waterfalls,
)
from fabstack.report.picture import Picture
from fabstack.report.sections import DETAILS, FIRST_PAGE
from fabstack.report.theme import PALETTES, Scheme, coloured

PICTURES = {p.name: p for section in (*FIRST_PAGE, *DETAILS) for p in section.pictures}


def values(trace, key):
    return list(trace[key])


# --- Every figure -----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("name", PICTURES)
def test_plotly_accepts_every_figure(sample, name, scheme):
    from plotly.graph_objects import Figure

    Figure(coloured(PICTURES[name].figure(sample), scheme))  # raises on unknown names and values


@pytest.mark.parametrize("name", PICTURES)
def test_every_colour_is_a_role_of_the_theme(sample, name):
    figure = PICTURES[name].figure(sample)
    for scheme in Scheme:
        assert "$" not in "".join(colours(coloured(figure, scheme)))


def colours(value, inside=False):
    """Every text under a key that speaks of colour."""
    if isinstance(value, dict):
        return [c for k, part in value.items() for c in colours(part, inside or "color" in k)]
    if isinstance(value, list):
        return [c for part in value for c in colours(part, inside)]
    return [value] if inside and isinstance(value, str) else []


def test_every_picture_is_shown_once_and_every_table_it_reads_is_catalogued():
    from fabstack.results.catalogue import TABLES

    modules = (
        *(agreement, claims, cost, curves, dates, evidence, flow, lots),
        *(maps, money, plants, ramps, supply, waits, waterfalls),
    )
    made = [p for module in modules for p in vars(module).values() if isinstance(p, Picture)]
    assert sorted(p.name for p in made) == sorted(PICTURES)
    assert {table for p in made for table in p.tables} <= set(TABLES)


def test_a_name_that_looks_like_a_role_stays_a_name():
    figure = {"data": [{"name": "$blue", "marker": {"color": "$blue/0.5"}}], "layout": {}}
    trace = coloured(figure, Scheme.LIGHT)["data"][0]
    assert trace == {"name": "$blue", "marker": {"color": "rgba(0,114,178,0.5)"}}


# --- Contrast (WCAG 2.1, success criteria 1.4.3 and 1.4.11) -------------------------------------


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second):
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_contrast_of_the_norm():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("role", ["ink", "muted", "accent", "holds", "fails", "unknown"])
def test_text_can_be_read_on_both_grounds(scheme, role):
    palette = PALETTES[scheme]
    assert min(contrast(palette[role], palette[ground]) for ground in ("ground", "card")) >= 4.5


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("role", ["blue", "green", "vermillion", "purple", "grey"])
def test_marks_stand_out_from_the_card(scheme, role):
    assert contrast(PALETTES[scheme][role], PALETTES[scheme]["card"]) >= 3


def test_both_schemes_know_the_same_roles():
    assert set(PALETTES[Scheme.LIGHT]) == set(PALETTES[Scheme.DARK])


# --- What they show ---------------------------------------------------------------------------


def test_claims_are_ordered_by_factor_what_fails_first(sample):
    rows = claims.claims(sample)
    assert rows["verdict"].to_list() == ["fails"] * 5 + ["holds"] * 5
    assert rows.filter(pl.col("verdict") == "fails")["factor"].to_list() == [44, 36, 24, 12, 4]


def test_a_bar_of_a_claim_ends_at_its_factor(sample):
    bars = claims.draw(claims.claims(sample))["data"][0]
    assert bars["base"] == 1
    assert [bars["base"] + x for x in bars["x"]] == [44, 36, 24, 12, 4]


def test_cumulative_ends_at_the_sums(sample):
    table = sample.table("plan_volumes").filter(pl.col("item") == "terminal")
    last = supply.cumulative(sample).filter(pl.col("item") == "terminal")[-1]
    assert last["wanted"].item() == pytest.approx(table["wanted"].sum(), rel=1e-12)
    assert last["delivered_p50"].item() == pytest.approx(table["delivered_p50"].sum(), rel=1e-12)


def test_make_or_buy_adds_up_the_items_of_a_kind(sample):
    rows = supply.make_buy(sample)
    first = sample.table("plan_items").filter(pl.col("kind") == "package")[0]
    shown = rows.filter(pl.col("kind") == "package")[0]
    assert shown["made"].item() == first["made"].item()
    total = first["made"].item() + first["converted"].item() + first["bought"].item()
    assert shown["bought_percent"].item() == pytest.approx(100 * first["bought"].item() / total)


def test_shares_of_the_shortfall_are_of_the_demand_of_the_horizon(sample):
    row = supply.shortfall(sample).filter(pl.col("item") == "terminal").row(0, named=True)
    short = sample.table("plan_short").filter(pl.col("item") == "terminal")["quantity"].sum()
    wanted = sample.table("plan_items").filter(pl.col("item") == "terminal")["wanted"].sum()
    assert row["percent_of_demand"] == pytest.approx(100 * short / wanted)


def test_dates_are_only_those_that_are_claimed(sample):
    rows = dates.dates(sample)
    assert rows["claimed"].null_count() == 0
    assert "Fab: decision" not in rows["title"].to_list()
    assert rows["claimed"].is_sorted()


def test_the_span_of_a_date_runs_from_p10_to_p90(sample):
    span = dates.draw_dates(dates.dates(sample))["data"][0]
    row = dates.dates(sample).row(0, named=True)
    assert span["x"][:3] == [row["p10"], row["p90"], None]
    assert isinstance(span["x"][0], date)


def test_equal_titles_get_lines_of_their_own():
    rows = pl.DataFrame({"title": ["Ramp", "Ramp", "Ramp"], "plant": ["fab", "fab", ""]})
    assert dates.titled(rows) == ["Ramp · fab", "Ramp · fab (2)", "Ramp"]


def test_outcomes_with_the_same_first_cause_are_shown_once(sample):
    assert [frame["outcome"][0] for frame in dates.unlike(dates.influences(sample))] == [
        "end of fab-volume"
    ]


def test_the_cost_of_scarcity_is_the_worth_of_all_used_hours_of_all_months(sample):
    row = plants.ranking(sample).row(0, named=True)
    months = sample.table("plan_capacity").filter(pl.col("tool_group") == row["tool_group"])
    products = zip(months["value_usd_per_h"], months["used_h"], strict=True)
    assert row["scarcity_usd"] == pytest.approx(sum(worth * hours for worth, hours in products))


def test_an_hour_of_tools_that_are_not_there_is_no_bottleneck(sample):
    class Before:
        tables = sample.tables

        def table(self, name):
            frame = sample.table(name)
            if name != "plan_capacity":
                return frame
            absent = pl.col("tool_group") == "fab-litho"
            hours = pl.when(absent).then(0.0).otherwise(pl.col("available_h"))
            return frame.with_columns(available_h=hours)

    row = plants.ranking(Before()).filter(pl.col("tool_group") == "fab-litho").row(0, named=True)
    assert (row["scarcity_usd"], row["peak_value_usd_per_h"]) == (0.0, None)


def test_the_bottleneck_of_a_plant_is_the_scarcest(sample):
    first = plants.bottlenecks(sample).group_by("plant", maintain_order=True).first()
    assert first["tool_group"].to_list() == ["foplp-place", "pcb-image", "fab-litho"]
    assert (first["peak_value_usd_per_h"] > 0).all()


def test_the_heat_map_has_one_cell_for_each_group_and_month(sample):
    heat = plants.draw_load(plants.load(sample))["data"][0]
    assert len(heat["z"]) == len(heat["y"]) == 14
    assert {len(line) for line in heat["z"]} == {len(heat["x"])} == {60}
    row = sample.table("plan_capacity").filter(
        (pl.col("tool_group") == "fab-litho") & (pl.col("month") == heat["x"][40])
    )
    line = heat["z"][heat["y"].index("fab-litho · texas-fab")]
    assert line[40] == row["load_percent"].item()


def test_e10_states_of_a_group_add_up_to_all_time(sample):
    figure = plants.draw_states(plants.states(sample))
    sums = [sum(parts) for parts in zip(*(values(t, "x") for t in figure["data"]), strict=True)]
    assert sums == pytest.approx([100.0] * len(sums))


def test_parts_of_a_cost_add_up_to_all_of_it(sample):
    figure = cost.draw_parts(cost.chips(sample))
    sums = [sum(parts) for parts in zip(*(values(t, "x") for t in figure["data"]), strict=True)]
    assert sums == pytest.approx([100.0] * 4)


def test_packages_come_before_dies_and_the_dearest_first(sample):
    assert cost.chips(sample)["item"].to_list() == [
        "ai5-package",
        "rf-module",
        "ai5-die",
        "edge-die",
    ]


def test_a_tornado_is_in_percent_of_the_cost(sample):
    row = cost.swings(sample).row(0, named=True)
    assert row["item"] == "ai5-package"
    assert row["at_low_percent"] == pytest.approx(-20)
    assert row["at_high_percent"] == pytest.approx(30)


def test_money_of_a_year_is_the_sum_of_its_months(sample):
    rows = money.yearly(sample)
    table = sample.table("plan_cash")
    of_2027 = table.filter(pl.col("month").dt.year() == 2027)
    year = rows.filter(pl.col("year") == 2027)
    assert year["capex_usd"].item() == pytest.approx(of_2027["capex_usd"].sum())
    assert rows["discounted_sum_usd"][-1] == pytest.approx(table["discounted_usd"].sum())


@pytest.mark.parametrize(
    ("most", "unit"), [(28e9, "USD billion"), (1.9e9, "USD million"), (500.0, "USD"), (None, "USD")]
)
def test_money_is_told_in_the_unit_that_reads_best(most, unit):
    size, told = parts.money_unit([most, -1.0, None])
    assert told == unit
    assert size == {"USD billion": 1e9, "USD million": 1e6, "USD": 1.0}[unit]


def test_revenue_less_what_is_drawn_below_it_is_the_line(sample):
    figure = money.draw_yearly(money.yearly(sample))
    bars = [values(t, "y") for t in figure["data"] if t["type"] == "bar"]
    net = values(figure["data"][-1], "y")
    assert [sum(parts) for parts in zip(*bars, strict=True)] == pytest.approx(net)


def test_what_matters_is_the_widest_swing_of_any_item(sample):
    row = evidence.weak(sample).row(0, named=True)
    assert row["cell"] == "technologies/logic-14/d0_mature_per_cm2"
    assert row["moves_percent"] == pytest.approx(50)
    assert set(evidence.weak(sample)["grade"]) <= {"estimate", "claim"}


def test_plan_and_simulation_are_compared_in_the_simulated_months_only(sample):
    rows = lots.confirmed(sample)
    assert rows["month"].n_unique() == 12
    assert rows["planned"].null_count() == 0
    assert (rows["units_mean"] / rows["planned"]).to_list() == pytest.approx([0.95] * rows.height)


def test_a_plan_of_quarters_is_compared_month_by_month():
    """920 units in the third quarter of 92 days: 310, 310 and 300 in its months."""
    day = [date(2026, month, 1) for month in (7, 8, 9, 10)]
    plant = {"plant": "fab", "item": "wafer"}
    simulated = [{"month": at, **plant, "units_mean": 300.0} for at in day[:3]]
    tables = {
        "plan_periods": pl.DataFrame({"month": [day[0]], "until": [day[3]], "months": [3.0]}),
        "plan_starts": pl.DataFrame([{"month": day[0], **plant, "units_out": 920.0}]),
        "sim_output": pl.DataFrame(simulated),
    }
    rows = lots.confirmed(SimpleNamespace(table=tables.__getitem__))
    assert rows["month"].to_list() == day[:3]
    assert rows["planned"].to_list() == pytest.approx([310, 310, 300])


def test_every_die_of_a_wafer_is_on_its_map_and_inside_the_edge_exclusion(sample):
    row = maps.on_wafers(sample).row(0, named=True)
    grid = maps.grid_on_wafer(row)
    assert len(grid.x_mm) == row["units"] == 616
    corner = np.hypot(np.abs(grid.x_mm) + 5, np.abs(grid.y_mm) + 5)
    assert corner.max() <= row["carrier_width_mm"] / 2 - row["edge_mm"] + 1e-6


def test_every_package_of_a_panel_is_on_its_map_and_inside_the_margin(sample):
    row = maps.on_panels(sample).row(0, named=True)
    grid = maps.grid_on_panel(row)
    assert len(grid.x_mm) == row["units"] == 225
    assert np.abs(grid.x_mm).max() + 45 / 2 <= 350 - 10
    assert np.abs(grid.y_mm).max() + 45 / 2 <= 350 - 10


def test_units_that_fit_better_when_turned_are_drawn_turned():
    row = {"carrier_width_mm": 100.0, "carrier_height_mm": 60.0, "width_mm": 25.0}
    grid = maps.grid_on_panel(row | {"height_mm": 40.0, "edge_mm": 5.0, "gap_mm": 0.0})
    assert (grid.pitch_x_mm, grid.pitch_y_mm) == (40.0, 25.0)
    assert len(grid.x_mm) == 4
    assert sorted(set(grid.x_mm)) == [-20.0, 20.0]


def test_a_map_marks_as_many_bad_units_as_the_yield_expects(sample):
    heat = maps.draw_wafers(maps.on_wafers(sample))["data"][0]
    cells = [cell for line in heat["z"] for cell in line if cell is not None]
    assert len(cells) == 616
    assert cells.count(0) == round(0.2 * 616)


def test_a_map_has_its_dies_where_the_placement_puts_them(sample):
    row = maps.on_wafers(sample).row(0, named=True)
    heat, grid = maps.draw_wafers(maps.on_wafers(sample))["data"][0], maps.grid_on_wafer(row)
    placed = {(round(x, 6), round(y, 6)) for x, y in zip(grid.x_mm, grid.y_mm, strict=True)}
    drawn = {
        (round(heat["x0"] + i * heat["dx"], 6), round(heat["y0"] + k * heat["dy"], 6))
        for k, line in enumerate(heat["z"])
        for i, cell in enumerate(line)
        if cell is not None
    }
    assert drawn == placed


def test_a_cost_waterfall_climbs_from_nought_to_the_sum(sample):
    traces = waterfalls.draw_cost_steps(waterfalls.cost_steps(sample))["data"][:5]
    ends = [trace["base"][0] + trace["y"][0] for trace in traces]
    assert [trace["base"][0] for trace in traces[1:4]] == pytest.approx(ends[:3])
    assert ends[3] == pytest.approx(ends[4]) == pytest.approx(261)


def test_a_yield_waterfall_loses_every_die_once(sample):
    row = waterfalls.yield_steps(sample).row(0, named=True)
    lost = row["lost_in_the_end"] + row["lost_while_learning"]
    assert row["gross_dies"] == pytest.approx(lost + row["good_at_first"])
    assert row["good_in_the_end"] - row["good_at_first"] == pytest.approx(
        row["lost_while_learning"]
    )


def test_a_yield_chain_ends_at_the_product_of_its_stages(sample):
    figure = waterfalls.draw_chain_steps(waterfalls.chain_steps(sample))
    die = [t for t in figure["data"] if t["xaxis"] == "x"]
    assert [t["y"][0] for t in die[:3]] == pytest.approx([100, 2, 98 * 0.35])
    assert die[-1]["y"][0] == pytest.approx(98 * 0.65 * 0.95 * 0.99)
    assert sum(t["y"][0] for t in die[1:]) == pytest.approx(100)  # every unit ends once


def test_an_operating_curve_goes_through_the_point_where_the_plant_works(sample):
    row = curves.operating(sample).row(0, named=True)
    load = row["load_percent"] / 100
    assert row["x_factor"] == pytest.approx(1 + row["variability"] * load / (1 - load))
    assert row["variability_low"] < row["variability"] < row["variability_high"]
    assert row["replications"] == 3


def test_the_drawn_curve_meets_the_drawn_point(sample):
    traces = curves.draw_operating(curves.operating(sample))["data"][:4]
    line, point = traces[2], traces[3]
    met = np.interp(point["x"][0], line["x"], line["y"])
    assert met == pytest.approx(point["y"][0], rel=0.01)
    assert line["y"][0] == 1.0  # an empty plant works at the raw process time


def test_what_came_in_less_what_went_out_is_the_stock(sample):
    first = flow.flow(sample).filter(pl.col("kind") == "package")[0]
    assert (first["came_in"] - first["went_out"]).item() == pytest.approx(first["stock_end"].item())


def test_shares_of_late_lots_add_up_to_all_late_ones(sample):
    figure = waits.draw_limits(waits.limits(sample))
    sums = [sum(parts) for parts in zip(*(values(t, "x") for t in figure["data"]), strict=True)]
    assert sums == pytest.approx(waits.limits(sample)["late_percent"].to_list())


def test_nineteen_in_twenty_lots_are_done_where_the_dashed_line_stands(sample):
    rows = waits.spread(sample).filter(pl.col("plant") == "texas-fab")
    dashed = waits.draw_spread(rows)["data"][1]
    assert dashed["x"] == [61.0 * (0.8 + 0.004 * 95)] * 2


def test_an_area_holds_the_lots_of_all_its_groups(sample):
    rows = waits.areas(sample)
    groups = sample.table("sim_tool_groups")
    assert rows["wip_lots_mean"].sum() == pytest.approx(groups["wip_lots_mean"].sum())
    assert rows.height == groups.select("plant", "area").n_unique()


def test_the_error_of_an_output_is_that_of_the_sums_over_the_months(sample):
    rows = agreement.output_errors(sample)
    assert rows["error_percent"].to_list() == pytest.approx([-5.0] * rows.height)
    assert (rows["error_low_percent"] <= rows["error_percent"]).all()


def test_lead_times_are_compared_after_the_last_round_only(sample):
    rows = agreement.lead_times(sample)
    assert rows["iteration"].unique().to_list() == [2]
    assert rows["difference_percent"].to_list() == pytest.approx([15.0, 15.0])


def test_an_item_without_output_has_no_curve(sample):
    assert ramps.outputs(sample)["item"].unique(maintain_order=True).to_list() == [
        "rf-module",
        "ai5-package",
    ]


def test_the_chance_of_a_claim_stands_within_its_interval(sample):
    rows = ramps.chances(sample)
    assert rows["part"].to_list() == [3, 9, 1]  # the least likely first; part 1 has no chance
    drawn = ramps.draw_chances(rows)
    span, dots = drawn["data"]
    assert span["x"][:3] == [2.0, 6.0, None]
    assert dots["x"] == [4.0, 85.0, None]
    told = [one["text"].replace("<br>", " ") for one in drawn["layout"]["annotations"]]
    assert "duration of building (62\u00a0%) · duration of tools (20\u00a0%)" in told[0]
    assert told[1].endswith("duration of building · duration of tools")
    assert told[2] == "<b>no chance</b>  no source confirms it"


def test_a_date_with_a_class_of_others_has_both_curves(sample):
    rows = dates.odds(sample)
    both = rows.filter(pl.col("activity") == "fab-volume")
    assert both["view"].unique().sort().to_list() == ["", dates.OTHERS]
    assert rows["activity"][0] == "fab-volume"
    drawn = dates.draw_odds(rows)["data"]
    first = [trace["name"] for trace in drawn if trace["xaxis"] == "x"]
    assert first == ["chance that it is done", dates.OTHERS, "claimed"]
    marked = next(
        t for t in dates.draw_dates(dates.dates(sample))["data"] if t["name"] == dates.OTHERS
    )
    assert len(marked["x"]) == 1


def test_only_risks_that_delay_are_told_and_the_worst_first(sample):
    rows = ramps.drivers(sample)
    assert rows.select("outcome", "mean_months").rows() == [
        ("fab-volume", 9.0),
        ("fab-volume", 4.0),
        ("foplp-volume", 2.0),
    ]
    assert rows["of"][0] == "Fab: volume · texas-fab"


def test_a_tornado_runs_from_the_low_to_the_high_end_of_each_input(sample):
    rows = ramps.tornado(sample)
    assert rows["swing"].to_list() == [18.0, 6.0]
    span, low, high = ramps.draw_tornado(rows)["data"]
    assert span["x"][:2] == [low["x"][0], high["x"][0]] == [60.0, 78.0]


def test_a_long_title_of_a_panel_is_cut_before_the_next_begins():
    shown = parts.panels({"n" * 80: [], "b": [], "c": [], "d": []}, x={}, y={}, columns=4)
    titles = [a["text"] for a in shown["layout"]["annotations"]]
    assert titles == [f"<b>{'n' * 27}…</b>", "<b>b</b>", "<b>c</b>", "<b>d</b>"]


def test_chinese_signs_take_the_room_of_two_letters():
    assert parts.wrapped("AI5: bring-up and respins 返工损失的月数", 34) == (
        "AI5: bring-up and respins<br>返工损失的月数"
    )
    assert parts.wrapped("months lost in repeats of AI5", 34) == "months lost in repeats of AI5"


def test_the_first_states_are_the_bottlenecks_of_all_plants(sample):
    first = plants.states(sample).head(3)
    assert first["plant"].n_unique() == 3
    assert first["bottleneck_rank"].to_list() == [1, 1, 1]
    drawn = plants.draw_states(plants.states(sample))["data"][0]["y"]
    ended = [name.rpartition(" · ")[2] for name in drawn]
    assert ended == sorted(ended)  # drawn plant by plant


def test_an_item_has_no_median_yield_before_its_plant_opens():
    months = [date(2026, 1, 1), date(2026, 2, 1)]
    shares = {"p10_percent": [0.0, 0.0], "p50_percent": [0.0, 60.0], "p90_percent": [50.0, 80.0]}
    rows = pl.DataFrame({"month": months, "item": ["die", "die"], **shares})
    assert evidence.draw_yields(rows)["data"][2]["y"] == [None, 60.0]


def test_a_layer_of_lots_is_named_in_its_middle():
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    lots = {"thick": 100.0, "thin": 2.0}
    rows = pl.DataFrame(
        [
            {"month": month, "plant": "fab", "route": route, "wip_lots_mean": size}
            for route, size in lots.items()
            for month in months
        ]
    )
    title, name = waits.draw_wip(rows)["layout"]["annotations"]
    assert title["text"] == "<b>fab: thick, thin</b>"
    assert (name["text"], name["y"]) == ("thick", 50.0)


def test_panels_do_not_overlap(sample):
    layout = PICTURES["people"].figure(sample)["layout"]
    domains = sorted(layout[axis]["domain"] for axis in layout if axis.startswith("xaxis"))
    assert all(a[1] < b[0] for a, b in pairwise(domains))
