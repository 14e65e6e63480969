"""Hiring against closed forms; ../shared/reference/ramp.md, 6.5."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ramp_made import activity, header, programme

from fabstack.model.evidence import Risk
from fabstack.model.items import Item, ItemKind
from fabstack.model.plants import CapacityOf, Phase, Plant, PlantKind, Staffing
from fabstack.model.routes import Route
from fabstack.model.workforce import Skill
from fabstack.ramp import RampResult, ramp
from fabstack.ramp.people import (
    NEVER,
    heads,
    hired,
    month_end_hiring,
    pay_usd_per_month,
    productive,
    steady_flow,
)

ONE = np.ones(1)


def steady(rate: float, months: int) -> np.ndarray:
    return np.full((months + 1, 1), float(rate))


def test_steady_hiring_lies_on_the_solution_of_its_equation():
    """H' = h - a H from nothing: h / a (1 - e^(-a t)), 20 a month and 10 % a year."""
    path = heads(0 * ONE, steady(20, 36), steady_flow(0.10 * ONE))[:, 0]
    assert path[[12, 24, 36]] == pytest.approx([228.3902, 435.0462, 622.0363], abs=5e-5)


def test_hiring_at_month_ends_is_a_geometric_sum():
    path = heads(0 * ONE, steady(20, 24), month_end_hiring(0.01 * ONE))[:, 0]
    assert path[24] == pytest.approx(428.6437, abs=5e-5)


def test_newcomers_of_a_year_are_170_experts_of_240_heads():
    """Linear learning over 6 months, 20 joining at each month end, nobody leaves."""
    stay = month_end_hiring(0 * ONE)
    hires = steady(20, 12)
    there = heads(0 * ONE, hires, stay)
    effect = productive(there, hires, stay, 6.0)[:, 0]
    assert there[12, 0] == 240
    assert effect[12] == pytest.approx(170)


def test_who_is_productive_at_once_is_an_expert_at_once():
    there = heads(5 * ONE, steady(3, 4), steady_flow(0 * ONE))
    assert (productive(there, steady(3, 4), steady_flow(0 * ONE), 0.0) == there).all()


@settings(max_examples=60, deadline=None)
@given(
    wanted=st.lists(st.floats(0, 1000), min_size=2, max_size=24),
    first=st.floats(0, 500),
    most=st.floats(0, 80),
    attrition=st.floats(0, 2),
)
def test_hiring_fills_what_is_missing_as_far_as_it_can(wanted, first, most, attrition):
    turnover = steady_flow(attrition * ONE)
    need = np.array(wanted)[:, None]
    hires = hired(need, first * ONE, most * ONE, turnover)
    there = heads(first * ONE, hires, turnover)
    assert (hires >= 0).all()
    assert (hires <= most).all()
    short = there[1:] < need[1:] - 1e-9
    assert (hires[:-1][short] == most).all()
    over = there[1:] > need[1:] + 1e-9
    assert (hires[:-1][over] == 0).all()


def test_pay_is_the_middle_of_the_range_with_bonus_load_and_stock():
    skill = Skill(name="s", bonus_percent=10, equity_percent=20, load_factor=1.5)
    cash, stock = pay_usd_per_month(skill, 120_000 * ONE, 180_000 * ONE)
    assert cash[0] == pytest.approx(150_000 / 12 * 1.1 * 1.5)
    assert stock[0] == pytest.approx(150_000 / 12 * 1.1 * 0.2 / 0.8)


# --- In a programme -------------------------------------------------------------------------------


def staffed(*rows, **tables) -> RampResult:
    settings = header(end=date(2028, 12, 31))
    return ramp(programme(*rows, programme=settings, **tables), samples=200, seed=1)


def skill(**other) -> Skill:
    return Skill(name="crew", hires_per_month=10, **other)


def test_a_target_is_reached_when_hiring_has_got_there():
    result = staffed(skills=[skill(headcount=20, target=80)])
    crew = result.people[0]
    assert crew.reached_months.tolist() == [6.0]
    assert crew.heads[1, :8].tolist() == [20, 30, 40, 50, 60, 70, 80, 80]


def test_a_target_beyond_what_attrition_leaves_is_never_reached():
    result = staffed(skills=[skill(target=200, attrition_percent_per_year=90)])
    crew = result.people[0]
    assert crew.reached_months.tolist() == [NEVER]
    assert crew.heads[1, -1] < 10 / (0.9 / 12)


def test_without_a_target_the_first_days_people_are_kept():
    crew = staffed(skills=[skill(headcount=50, attrition_percent_per_year=20)]).people[0]
    assert crew.heads[1] == pytest.approx(50)


def test_activities_ask_for_people_while_they_last():
    rows = [activity("a", 2, skill="crew", people=30), activity("b", 1.5, "a")]
    crew = staffed(*rows, skills=[skill()]).people[0]
    assert crew.wanted[:4].tolist() == [30, 30, 0, 0]


def test_a_plant_asks_for_its_crew_from_its_opening_and_for_more_as_it_grows():
    rows = [activity("build", 4, claimed="2026-03-01")]
    plant = Plant(name="fab", kind=PlantKind.FAB, opens="2026-03-01", opens_with="build")
    phase = Phase(
        plant="fab", phase="one", capacity_per_month=4000, ready="2026-05-01", ramp_months=2
    )
    need = Staffing(plant="fab", skill="crew", people=7, people_per_1000_per_month=5)
    result = staffed(*rows, plants=[plant], phases=[phase], staffings=[need], skills=[skill()])
    assert result.people[0].wanted[:9].tolist() == [0, 0, 0, 0, 7, 17, 27, 27, 27]


def test_capacity_in_units_asks_for_the_people_of_its_carriers():
    """2,000 units a month at 50 a panel are 40 panels; 100 people for 1,000 panels make 4."""
    plant = Plant(name="line", kind=PlantKind.PACKAGING)
    phase = Phase(
        plant="line", phase="one", capacity_per_month=2000, ready="2025-01-01",
        capacity_of=CapacityOf.UNIT,
    )  # fmt: skip
    tables = {
        "plants": [plant],
        "phases": [phase],
        "staffings": [Staffing(plant="line", skill="crew", people_per_1000_per_month=100)],
        "skills": [skill()],
        "items": [Item(name=name, kind=ItemKind.PACKAGE) for name in ("big", "small")],
        "routes": [
            Route(name="big", item="big", plant="line", units_per_carrier=10),
            Route(name="small", item="small", plant="line", units_per_carrier=50),
        ],
    }
    assert staffed(**tables).people[0].wanted == pytest.approx(4)


def test_an_uncertain_rate_of_hiring_spreads_the_date():
    risk = Risk(cell="skills/crew/hires_per_month", distribution="uniform(5, 20)")
    crew = staffed(skills=[skill(target=100)], risks=[risk]).people[0]
    assert crew.reached_months.min() == 6
    assert crew.reached_months.max() == 20
    assert (np.diff(crew.heads[:, 4]) > 0).all()


def test_uncertain_attrition_alone_spreads_the_heads():
    risk = Risk(cell="skills/crew/attrition_percent_per_year", distribution="uniform(5, 60)")
    crew = staffed(skills=[skill(headcount=100, target=500)], risks=[risk]).people[0]
    assert (np.diff(crew.heads[:, 20]) > 0).all()
    assert np.isfinite(crew.cost_usd).all()
