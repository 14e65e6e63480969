"""Flow, static capacity, cost chain and spread on a programme that can be worked out by hand."""

from datetime import date

import pytest

from fabstack.arrays.types import ToolState
from fabstack.economics.capacity import (
    availability,
    hours_per_carrier,
    hours_per_tool_month,
    line_yield,
    lot_visits,
    move_min,
    raw_process_min,
)
from fabstack.economics.chain import unit_costs
from fabstack.economics.flow import (
    children_per_parent,
    gross_dies,
    learned,
    units_per_carrier,
    yield_share,
)
from fabstack.economics.spread import bands, swings
from fabstack.formats import load
from fabstack.model import Distribution, Kind, Programme, by_key
from fabstack.model.routes import Step
from fabstack.plan import PlanOptions
from fabstack.plan.checker_terms import Terms
from fabstack.plan.timing import timing
from fabstack.simulate import simulate

MINUTE = Distribution(Kind.CONSTANT, (1.0,))

BASE = {
    "programme": {"name": "hand", "title": "", "start": "2026-01", "end": "2027-12"},
    "finance": {"equipment_share_percent": 100.0, "equipment_life_years": 5.0},
    "planning": {"max_load_percent": 100.0},
    "technologies": [
        {
            "name": "logic",
            "carrier": "wafer",
            "diameter_mm": 300,
            "edge_mm": 3,
            "scribe_mm": 0.1,
            "yield_model": "poisson",
            "d0_start_per_cm2": 1.0,
            "d0_mature_per_cm2": 0.5,
            "learning_months": 12,
        },
        {
            "name": "panel",
            "carrier": "panel",
            "panel_width_mm": 510,
            "panel_height_mm": 515,
            "edge_mm": 10,
            "scribe_mm": 0.2,
            "yield_start_percent": 50,
            "yield_mature_percent": 90,
            "learning_months": 6,
        },
    ],
    "items": [
        {"name": "wafer", "kind": "wafer"},
        {"name": "die", "kind": "die", "technology": "logic", "width_mm": 10, "height_mm": 10},
        {
            "name": "chip",
            "kind": "package",
            "technology": "panel",
            "width_mm": 5,
            "height_mm": 5,
            "make_cost_usd": 0.5,
        },
        {"name": "frame", "kind": "material"},
    ],
    "components": [
        {"parent": "die", "child": "wafer"},
        {"parent": "chip", "child": "die", "quantity": 1, "yield_percent": 80},
        {"parent": "chip", "child": "frame", "quantity": 2},
    ],
    "plants": [
        {"name": "fab", "kind": "fab", "fixed_cost_usd_per_month": 1_000_000},
        {"name": "pack", "kind": "packaging"},
    ],
    "phases": [{"plant": "fab", "phase": "1", "capacity_per_month": 1000, "capex_usd": 60_000_000}],
    "tool_groups": [
        {"name": "litho", "plant": "fab", "tools": 2, "running_cost_usd_per_h": 100},
        {"name": "oven", "plant": "fab", "load_min": 5, "unload_min": 5},
    ],
    "breakdowns": [
        {"tool_group": "litho", "name": "down", "between": 90, "repair": "exponential(10)"}
    ],
    "maintenances": [{"tool_group": "litho", "name": "pm", "every_h": 100, "duration": 5}],
    "routes": [
        {"name": "make", "item": "wafer", "plant": "fab", "carriers_per_lot": 25, "move": 10},
        {"name": "pack", "item": "chip", "plant": "pack", "carriers_per_lot": 10},
    ],
    "steps": [
        {
            "route": "make",
            "step": 10,
            "name": "expose",
            "tool_group": "litho",
            "process": 2,
            "basis": "carrier",
            "rework_percent": 20,
            "yield_percent": 90,
        },
        {
            "route": "make",
            "step": 20,
            "name": "bake",
            "tool_group": "oven",
            "process": 120,
            "basis": "batch",
            "batch_maximum": 100,
            "sampling_percent": 50,
        },
    ],
    "suppliers": [{"name": "shop"}],
    "offers": [
        {
            "supplier": "shop",
            "item": "frame",
            "from_date": "2026-01",
            "price_usd": 0.25,
            "capacity_per_month": 1e9,
        }
    ],
    "sources": [
        {
            "cell": "offers/shop:frame:2026-01-01/price_usd",
            "low": 0.2,
            "high": 0.45,
            "year": 2026,
            "source": "made up",
            "grade": "estimate",
        }
    ],
}


@pytest.fixture(scope="module")
def programme() -> Programme:
    return Programme.model_validate(BASE)


def test_a_panel_route_holds_what_fits_on_the_panel(programme):
    """490 x 495 mm usable, pitch 5.2: floor(490.2 / 5.2) x floor(495.2 / 5.2)."""
    assert units_per_carrier(programme, "pack") == 94 * 95


def test_a_wafer_route_gives_one_item_for_each_carrier(programme):
    assert units_per_carrier(programme, "make") == 1.0


def test_dies_on_the_wafer_are_the_exact_count(programme):
    """economics reference, section 2.1: 616 dies of 10 x 10 mm, street 0.1, edge 3 mm."""
    assert gross_dies(programme, "die") >= 616


def test_die_yield_learns_from_the_starting_to_the_mature_defect_density(programme):
    """Poisson, 1 cm2: exp(-1) at the start, exp(-0.5) in the end."""
    die = by_key(programme.items)["die"]
    assert yield_share(programme, die, 0) == pytest.approx(0.367879, abs=1e-6)
    assert yield_share(programme, die, 1e4) == pytest.approx(0.606531, abs=1e-6)


def test_learning_covers_the_share_one_minus_1_over_e_in_one_time_constant():
    assert learned(1.0, 0.0, 12, 12) == pytest.approx(0.36787944)


def test_before_the_opening_a_plant_has_learned_nothing():
    assert learned(3.0, 1.0, 12, -5) == 3.0


def test_a_die_takes_one_over_its_good_dies_of_a_wafer(programme):
    component = programme.components[0]
    good = gross_dies(programme, "die") * 0.6065306597
    assert children_per_parent(programme, component, 1e6) == pytest.approx(1 / good)


def test_hours_per_carrier_hold_rework_sampling_scrap_and_full_batches(programme):
    """Litho 2 min x 1 / (1 - 0.2); oven 0.5 x 0.9 x (120 + 10) / 100."""
    hours = hours_per_carrier(programme, "make")
    assert hours["litho"] == pytest.approx(2.5 / 60)
    assert hours["oven"] == pytest.approx(0.45 * 1.3 / 60)


def test_line_yield_is_the_product_over_the_steps(programme):
    assert line_yield(programme, "make") == pytest.approx(0.9)


def test_raw_process_time_counts_handling_and_transport(programme):
    """1.25 x 50 + 0.25 x 10 + 0.5 x (120 + 10 + 10); a lot is at its first step from the start."""
    assert raw_process_min(programme, "make") == pytest.approx(65 + 70)


def test_ways_lead_to_the_steps_that_lots_are_not_spared_and_back():
    """From A 40 % go to B and the others past it to C; one in five of C goes back to A."""
    steps = [("A", 100, 0, None), ("B", 40, 0, None), ("C", 100, 20, 1), ("A", 100, 0, None)]
    programme = _with_ways(
        steps,
        moves=[
            {"plant": "fab", "move": 1},
            {"plant": "fab", "from_bay": "A", "move": 10},
            {"plant": "fab", "from_bay": "A", "to_bay": "B", "move": 100},
        ],
    )
    from_a, from_b, from_c = 0.4 * 100 + 0.6 * 10, 1, 1
    passes = 1 / (1 - 0.2)
    tools_min = 5 * (passes * (1 + 0.4 + 1) + 1)
    ways_min = passes * (from_a + 0.4 * from_b + from_c)
    assert raw_process_min(programme, "make") == pytest.approx(tools_min + ways_min)


def test_dwell_on_a_way_is_no_raw_process_time():
    """Of 60 minutes to C, 6 count, and none of the 30 of all other ways."""
    steps = [("A", 100, 0, None), ("B", 100, 0, None), ("C", 100, 0, None)]
    moves = [{"plant": "fab", "to_bay": "C", "move": 60, "raw_min": 6}]
    programme = _with_ways(steps, moves=moves, move=30, move_raw_min=0)
    assert raw_process_min(programme, "make") == pytest.approx(15 + 6)
    groups = by_key(programme.tool_groups)
    assert move_min(programme, groups["B"], groups["C"]) == 60
    assert move_min(programme, groups["A"], groups["B"]) == 30


def _with_ways(steps, *, moves, **route):
    """A fab whose bays have one tool group each; every step takes five minutes."""
    rows = [
        {
            "step": number,
            "name": group,
            "tool_group": group,
            "process": 5,
            "sampling_percent": sampling,
            "rework_percent": rework,
            "rework_to": back,
        }
        for number, (group, sampling, rework, back) in enumerate(steps, 1)
    ]
    return Programme.model_validate(
        {
            "programme": BASE["programme"],
            "items": [{"name": "wafer", "kind": "wafer"}],
            "plants": [{"name": "fab", "kind": "fab"}],
            "tool_groups": [{"name": name, "plant": "fab", "bay": name} for name in "ABC"],
            "routes": [{"name": "make", "item": "wafer", "plant": "fab", **route}],
            "steps": [{"route": "make", **row} for row in rows],
            "moves": moves,
        }
    )


def test_rework_repeats_every_step_since_the_one_it_returns_to(programme):
    """Half go back from step 3 to 2: both are passed 1 / (1 - 0.5) times; 3 is sampled at 80 %."""
    steps = [
        Step(route="make", step=number, name="s", tool_group="litho", process=MINUTE, **more)
        for number, more in (
            (1, {}),
            (2, {}),
            (3, {"rework_percent": 62.5, "rework_to": 2, "sampling_percent": 80}),
            (4, {}),
        )
    ]
    assert lot_visits(steps) == pytest.approx([1.0, 2.0, 1.6, 1.0])


def test_hours_per_carrier_are_those_that_a_simulation_books():
    """Half of the lots are measured and 30 % of those exposed again, with the step in between."""
    steps = [
        {"name": "expose", "tool_group": "scanner", "process": 7},
        {"name": "develop", "tool_group": "track", "process": 3},
        {
            "name": "measure",
            "tool_group": "gauge",
            "process": 2,
            "sampling_percent": 50,
            "rework_percent": 30,
            "rework_to": 1,
        },
        {"name": "etch", "tool_group": "etcher", "process": 5},
    ]
    groups = [step["tool_group"] for step in steps]
    start = BASE["programme"] | {"start": "2026-01-01"}
    programme = Programme.model_validate(
        {
            "programme": start,
            "items": [{"name": "wafer", "kind": "wafer"}],
            "plants": [{"name": "fab", "kind": "fab"}],
            "tool_groups": [{"name": name, "plant": "fab", "tools": 3} for name in groups],
            "routes": [{"name": "make", "item": "wafer", "plant": "fab", "carriers_per_lot": 5}],
            "steps": [{"route": "make", "step": n, **step} for n, step in enumerate(steps, 1)],
            "starts": [{"route": "make", "date": "2026-01-01", "carriers_per_month": 36_525}],
        }
    )
    again = 0.5 * 0.3  # of passes, so a lot passes 1 / (1 - again) times, with this variance
    passes, variance = 1 / (1 - again), again / (1 - again) ** 2
    hours = hours_per_carrier(programme, "make")
    assert hours == pytest.approx(
        {
            "scanner": 7 * passes / 300,
            "track": 3 * passes / 300,
            "gauge": 2 * passes / 2 / 300,
            "etcher": 5 / 300,
        }
    )
    (run,) = simulate(programme, until_min=100 * 1440, replications=1).replications
    busy_min = run.readings[-1].state_min[:, ToolState.PRODUCTIVE]
    lots = 36_525 / 5 / 30.4375 * 100
    seen = dict(zip(groups, busy_min / 60 / (5 * lots), strict=True))
    assert seen == pytest.approx(hours, rel=5 * (variance / lots) ** 0.5 / passes)


def test_a_plan_and_its_checker_ask_for_the_same_hours_as_static_capacity(project):
    """On a line with sampling, rework that repeats steps, scrap, batches and wear."""
    line = load(project / "programmes" / "small-line")
    options = PlanOptions()
    for route in line.routes:
        asked = hours_per_carrier(line, route.name)
        of_plan = timing(line, route, options).hours_by_group()
        assert {name: sum(hours) for name, (_, hours) in of_plan.items()} == pytest.approx(asked)
        of_checker = dict.fromkeys(asked, 0.0)
        for group, _, hours, _ in Terms(line, options).hours_of_start(route):
            of_checker[group] += hours
        assert of_checker == pytest.approx(asked)


def test_availability_is_uptime_outside_repair_and_maintenance(programme):
    """90 / (90 + 10) x (1 - 5 / 100)."""
    assert availability(programme, "litho") == pytest.approx(0.855)
    assert hours_per_tool_month(programme, "litho") == pytest.approx(0.855 * 730.5)


def test_wafer_cost_is_running_fixed_and_depreciation_over_the_line_yield(programme):
    """Running 100 x 2.5 / 60, fixed 1000, capital 60 M / 60 months / 1000; all over 0.9."""
    cost = unit_costs(programme)["wafer"]
    assert cost.make_usd == pytest.approx(1000 + 100 * 2.5 / 60)
    assert cost.capital_usd == pytest.approx(1000)
    assert cost.total_usd == pytest.approx((2000 + 100 * 2.5 / 60) / 0.9)


def test_chip_cost_adds_up_over_the_chain(programme):
    """die = wafer / good dies; chip = 0.5 + (die / 0.8 + 2 x 0.25) / 0.9 of panel yield."""
    costs = unit_costs(programme, months=1e6)
    die = costs["wafer"].total_usd / (gross_dies(programme, "die") * 0.6065306597)
    assert costs["die"].total_usd == pytest.approx(die)
    assert costs["chip"].total_usd == pytest.approx(0.5 + (die / 0.8 + 0.5) / 0.9)


def test_without_losses_the_chip_would_cost_its_ideal_parts(programme):
    costs = unit_costs(programme, months=1e6)
    wafer_usd = 2000 + 100 * 2.5 / 60
    ideal = 0.5 + 0.5 + wafer_usd / gross_dies(programme, "die")
    assert costs["chip"].before_losses_usd == pytest.approx(ideal)


def test_an_item_that_nothing_supplies_has_no_cost(programme):
    bare = programme.model_copy(update={"offers": ()})
    assert "frame" not in unit_costs(bare)
    assert "chip" not in unit_costs(bare)


def test_a_supply_loop_has_no_cost_and_does_not_hang():
    loop = BASE | {
        "components": [
            {"parent": "chip", "child": "frame", "quantity": 1},
            {"parent": "frame", "child": "chip", "quantity": 1},
        ],
        "offers": [],
    }
    assert "chip" not in unit_costs(Programme.model_validate(loop))


def test_the_band_of_a_cost_is_what_the_ends_of_its_sources_make_of_it(programme):
    """Frames at 0.20 and 0.45 instead of 0.25, two in a chip, over the panel yield of 0.9."""
    costs = unit_costs(programme)
    found = swings(programme, costs)
    assert [swing.item for swing in found] == ["chip", "frame"]
    band = bands(costs, found)["chip"]
    share = yield_share(programme, by_key(programme.items)["chip"], 120)
    assert band.low_usd == pytest.approx(costs["chip"].total_usd - 2 * 0.05 / share)
    assert band.high_usd == pytest.approx(costs["chip"].total_usd + 2 * 0.20 / share)


def test_offers_are_keyed_by_supplier_item_and_first_day(programme):
    assert by_key(programme.offers)["shop:frame:2026-01-01"].from_date == date(2026, 1, 1)


@pytest.mark.parametrize("size_mm", [400.0, 1000.0])
def test_what_does_not_fit_on_its_carrier_cannot_be_made(size_mm):
    items = [
        item | {"width_mm": size_mm, "height_mm": size_mm} if item["kind"] == "die" else item
        for item in BASE["items"]
    ]
    costs = unit_costs(Programme.model_validate(BASE | {"items": items}))
    assert "die" not in costs
    assert "chip" not in costs
    assert "wafer" in costs
