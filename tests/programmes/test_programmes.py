"""The programmes that come with fabstack: they load, and say where their numbers come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from fabstack.check import check, verdicts
from fabstack.economics.capacity import hours_per_carrier, hours_per_tool_month, raw_process_min
from fabstack.economics.flow import gross_dies, units_per_carrier
from fabstack.formats import load, read
from fabstack.model import Distribution, Programme, by_key, columns_of, key_of, tables
from fabstack.model.cells import Cell, value_at
from fabstack.model.evidence import Grade, Source
from fabstack.model.sourcing import backed_cells
from fabstack.plan import PlanOptions
from fabstack.plan.timing import timing

FOLDER = Path(__file__).resolve().parents[2] / "programmes"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())

# Numbers from outside; a cell of these columns that is given and not 0 needs a source.
OUTSIDE = {
    "technologies": {
        column.name
        for column in columns_of(tables()["technologies"])
        if column.kind in ("number", "integer") and column.name not in ("node_nm", "diameter_mm")
    },
    "items": {"width_mm", "height_mm", "yield_percent", "make_cost_usd", "value_usd", "price_usd"},
    "tool_groups": {"price_usd", "lead_time_months"},
    "phases": {"capacity_per_month", "capex_usd"},
    "offers": {"price_usd", "capacity_per_month", "minimum_per_month", "lead_time_months"},
    "volumes": {"units_per_year"},
    "activities": {"duration", "chance_percent", "slip", "repeat_percent", "reference_slip"},
    "skills": {"pay_low_usd_per_year", "pay_high_usd_per_year", "hires_per_month"},
    "claims": {"value", "high"},
}


@pytest.fixture(scope="module")
def texas() -> Programme:
    return load(FOLDER / "texas")


@pytest.mark.parametrize("name", NAMES)
def test_every_programme_loads_and_is_called_as_its_folder(name: str) -> None:
    assert load(FOLDER / name).programme.name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_of_every_programme_loads_and_changes_it(name: str) -> None:
    base = load(FOLDER / name)
    for scenario in base.scenarios:
        assert load(FOLDER / name, scenario.name) != base


@pytest.mark.parametrize("name", NAMES)
def test_the_check_finds_no_error_and_no_number_without_a_source(name: str) -> None:
    findings = check(read(FOLDER / name))
    assert [str(f) for f in findings if f.severity == "error" or f.code == "no-source"] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_programme_has_a_readme_that_names_each_of_its_scenarios(name: str) -> None:
    text = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    assert len(text) > 500
    assert [s.name for s in load(FOLDER / name).scenarios if s.name not in text] == []


# --- Texas: the mission ---------------------------------------------------------------------------


def test_every_row_of_the_mission_has_a_claim_that_can_be_computed(texas: Programme) -> None:
    assert [row.part for row in texas.mission] == list(range(1, 13))
    assert {claim.part for claim in texas.claims} == set(range(1, 13))


def test_the_ambiguous_claims_have_a_scenario_for_their_other_reading(texas: Programme) -> None:
    dollars = load(FOLDER / "texas", "chips-as-dollars")
    assert claim(texas, "ai-chips").measure == "chips-per-year"
    assert claim(dollars, "ai-chips").measure == "chip-spend"
    panels = load(FOLDER / "texas", "foplp-panels")
    assert phase(texas, "bastrop-foplp:first").capacity_of == "unit"
    assert phase(panels, "bastrop-foplp:first").capacity_of == "carrier"
    assert claim(panels, "first-packages").measure == "carriers-per-month"


def test_arithmetic_alone_refutes_the_claims_that_cannot_hold(texas: Programme) -> None:
    found = {verdict.claim: verdict for verdict in verdicts(texas)}
    # 1,000,000 wafers a month are 12 million a year: 100 billion chips need 8,333 from each
    assert found["ai-chips"].holds is False
    assert 3 < found["ai-chips"].factor < 60  # power chips alone to edge chips alone
    assert found["packages-covered"].holds is False
    assert found["packages-covered"].factor > 10_000
    assert found["dojo-arizona"].holds is None


def claim(programme: Programme, name: str):
    return by_key(programme.claims)[name]


def phase(programme: Programme, key: str):
    return by_key(programme.phases)[key]


def test_the_base_carries_the_figures_of_the_article(texas: Programme) -> None:
    chips = claim(texas, "ai-chips")
    assert (chips.value, chips.high) == (100e9, 200e9)
    assert phase(texas, "bastrop-foplp:first").capacity_per_month == 2000
    assert fab_capacity(texas, until="2030-01-31") == 100_000
    assert fab_capacity(texas, until="2035-12-31") == 1_000_000
    designers = by_key(texas.skills)["physical-design"]
    assert (designers.pay_low_usd_per_year, designers.pay_high_usd_per_year) == (152e3, 264e3)
    assert by_key(texas.skills)["signal-integrity"].pay_high_usd_per_year == 318e3
    assert by_key(texas.technologies)["logic-14"].node_nm == 14
    assert texas.reviews[0].weekdays == "Tue;Sat"


def fab_capacity(programme: Programme, *, until: str) -> float:
    rows = [row for row in programme.phases if row.plant == "texas-fab"]
    return sum(row.capacity_per_month for row in rows if row.ready.isoformat() <= until)


def test_dates_of_plants_and_phases_are_the_claimed_dates_of_their_activities(
    texas: Programme,
) -> None:
    activities = by_key(texas.activities)
    dated = [(plant.opens_with, plant.opens) for plant in texas.plants]
    dated += [(row.ready_with, row.ready) for row in texas.phases]
    dated += [(chip.volume_with, chip.claimed_volume) for chip in texas.generations]
    assert [name for name, day in dated if name and activities[name].claimed != day] == []


def test_the_packaging_partner_is_unverified(texas: Programme) -> None:
    assert "New Mexico" in by_key(texas.suppliers)["intel-arizona"].unverified


def test_every_market_reaches_wafers_through_the_bill_of_materials(texas: Programme) -> None:
    children = {row.parent: set[str]() for row in texas.components}
    for row in texas.components:
        children[row.parent].add(row.child)
    kinds = {item.name: item.kind for item in texas.items}
    for market in texas.markets:
        reached = {need.item for need in texas.needs if need.market == market.name}
        for _ in range(6):
            reached |= {child for parent in reached for child in children.get(parent, ())}
        assert "wafer" in {kinds[name] for name in reached}, market.name


def test_each_market_needs_exactly_one_computer_at_any_time(texas: Programme) -> None:
    for market in ("cars", "robots"):
        spans = sorted((n.from_date, n.to_date) for n in texas.needs if n.market == market)
        assert spans[0][0] == texas.programme.start
        assert spans[-1][1] is None
        gaps = [(after[0] - before[1]).days for before, after in pairwise(spans)]
        assert gaps == [1] * len(gaps)


# --- Texas: the evidence --------------------------------------------------------------------------


def outside_cells(programme: Programme) -> Iterator[str]:
    for table, columns in OUTSIDE.items():
        defaults = {column.name: column.default for column in columns_of(tables()[table])}
        for row in programme.table(table):
            for name in sorted(columns):
                value = getattr(row, name)
                if value != defaults[name] and number(value) != 0:
                    yield f"{table}/{key_of(row)}/{name}"


def number(value: float | Distribution | None) -> float:
    return value.mean if isinstance(value, Distribution) else float(value or 0.0)


def test_every_number_from_outside_has_a_source(texas: Programme) -> None:
    known = backed_cells(texas)
    cells = list(outside_cells(texas))
    assert len(cells) > 400
    assert [cell for cell in cells if cell not in known] == []


def of_one_number(programme: Programme) -> list[Source]:
    """Sources of one cell: those of a designed column speak of thousands and have no one range."""
    return [source for source in programme.sources if "*" not in source.cell]


def test_no_value_lies_outside_the_range_of_its_source(texas: Programme) -> None:
    outside = []
    for source in of_one_number(texas):
        value = number(value_at(texas, Cell.parse(source.cell)))
        if source.low is None or source.high is None or not source.low <= value <= source.high:
            outside.append((source.cell, source.low, value, source.high))
    assert outside == []


def test_estimates_are_ranges_and_the_articles_own_figures_are_graded_as_claims(
    texas: Programme,
) -> None:
    points = [
        source.cell
        for source in of_one_number(texas)
        if source.grade is Grade.ESTIMATE and source.low == source.high
    ]
    assert points == []
    claimed = {source.cell for source in texas.sources if source.grade is Grade.CLAIM}
    assert {"phases/bastrop-foplp:first/capacity_per_month", "claims/ai-chips/value"} <= claimed
    assert {source.grade for source in texas.sources} == set(Grade)


def test_risks_and_correlations_name_cells_that_hold_numbers(texas: Programme) -> None:
    for risk in texas.risks:
        value = number(value_at(texas, Cell.parse(risk.cell)))
        assert risk.distribution.lowest <= value
    varying = {risk.cell for risk in texas.risks}
    assert {c.first for c in texas.correlations} | {c.second for c in texas.correlations} <= varying


# --- Texas: the plants ----------------------------------------------------------------------------


def test_panels_hold_the_modules_that_geometry_gives(texas: Programme) -> None:
    # 700 x 700 mm, margin 10, gap 0.2: 25,921 modules of 4 x 4 mm (worked example)
    assert units_per_carrier(texas, "foplp-rf") == 25_921


def test_half_a_reticle_gives_132_dies(texas: Programme) -> None:
    # 26 x 16.5 mm on 300 mm, street 0.1, edge 3: 125 to 133 by method
    assert gross_dies(texas, "ai5-die") == 132


EDGE_ALONE = {"fab-edge": 1.0}
MIXES = (EDGE_ALONE, {"fab-edge": 0.4, "fab-pmic": 0.6})  # of design/mixes.csv


def fab_tools(programme: Programme, wafers_per_month: float, mix: dict[str, float]) -> Counter[str]:
    needed: Counter[str] = Counter()
    for route, share in mix.items():
        for group, hours in hours_per_carrier(programme, route).items():
            usable = by_key(programme.tool_groups)[group].max_load_percent / 100
            tool_hours = hours_per_tool_month(programme, group) * usable
            needed[group] += share * wafers_per_month * hours / tool_hours
    return needed


def test_the_fabs_tools_carry_both_claimed_volumes_in_every_mix_without_padding(
    texas: Programme,
) -> None:
    for until, wafers in (("2030-01-31", 100e3), ("2035-12-31", 1e6)):
        mixes = [fab_tools(texas, wafers, mix) for mix in MIXES]
        for group in set().union(*mixes):
            there = sum(
                d.tools
                for d in texas.deliveries
                if d.tool_group == group and d.date.isoformat() <= until
            )
            tools = max(mix[group] for mix in mixes)
            assert 0.9999 * tools <= there < tools + 1.001, (group, tools, there)


def test_the_fab_costs_and_holds_what_published_14_nm_fabs_do(texas: Programme) -> None:
    # 15 to 28 tools for 1,000 wafers a month from 14 to 3 nm; equipment about USD 130M at 14 nm
    tools = fab_tools(texas, 1000, EDGE_ALONE)
    price = by_key(texas.tool_groups)
    assert 15 < sum(tools.values()) < 28
    assert 115e6 < sum(price[group].price_usd * n for group, n in tools.items()) < 150e6


def test_a_plan_takes_about_1_3_days_for_a_mask_layer_and_a_fifth_of_them_is_work(
    texas: Programme,
) -> None:
    layers = by_key(texas.technologies)["logic-14"].mask_layers
    route = by_key(texas.routes)["fab-edge"]
    lead_days = timing(texas, route, PlanOptions()).lead_months * 365.25 / 12
    assert 1.2 < lead_days / layers < 1.4
    assert 0.15 < raw_process_min(texas, "fab-edge") / 1440 / lead_days < 0.3


HUNDREDTHS = 0.1  # of a board that lead times of minutes move between months


# --- Teaching programmes --------------------------------------------------------------------------


def load_percent(programme: Programme, group: str) -> float:
    hours = sum(
        start.carriers_per_month * hours_per_carrier(programme, start.route).get(group, 0.0)
        for start in programme.starts
    )
    tools = by_key(programme.tool_groups)[group].tools
    return 100 * hours / (tools * hours_per_tool_month(programme, group))


def test_the_single_queue_is_loaded_to_90_percent() -> None:
    assert load_percent(load(FOLDER / "single-queue"), "machine") == pytest.approx(90.0, abs=1e-9)


def test_the_small_lines_loads_are_those_of_its_readme() -> None:
    line = load(FOLDER / "small-line")
    loads = {group.name: round(load_percent(line, group.name)) for group in line.tool_groups}
    assert loads == {"furnace": 88, "film": 70, "expose": 85, "etch": 80, "measure": 84}


def test_the_toy_chain_is_short_of_160_boards_as_worked_by_hand() -> None:
    from fabstack.plan import plan

    toy = load(FOLDER / "toy-chain")
    found = plan(toy)
    assert found.short.sum() == pytest.approx(160, abs=HUNDREDTHS)
    assert found.delivered.sum() == pytest.approx(2240, abs=HUNDREDTHS)
    assert found.cash.revenue.sum() == pytest.approx(44_800, abs=20 * HUNDREDTHS)
    assert {reason.cause for reason in found.reasons} == {"bridge"}
    assert found.reasons[0].worth_usd == pytest.approx(23.0, abs=1e-6)


def test_without_the_bridge_the_toy_chain_is_short_of_400_boards() -> None:
    from fabstack.plan import plan

    assert plan(load(FOLDER / "toy-chain", "no-bridge")).short.sum() == pytest.approx(
        400, abs=2 * HUNDREDTHS
    )
