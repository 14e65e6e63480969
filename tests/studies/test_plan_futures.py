"""One plan for many futures: the farmer and the newsvendor as programmes, samples, the command."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.plan.plan_samples import SELLER, item, offer, phase, plant, programme, route

from fabstack import load
from fabstack.cli import exit_code
from fabstack.errors import InputError
from fabstack.formats import save
from fabstack.model import Distribution, Kind, Programme
from fabstack.model.demand import Demand
from fabstack.model.evidence import Change, Risk, Scenario
from fabstack.model.header import Finance, Planning
from fabstack.plan.stochastic import Decision, Method
from fabstack.plan.stochastic import Risk as Weight
from fabstack.results.catalogue import TABLES
from fabstack.results.store import open_run
from fabstack.studies.plan_futures import FuturesOptions, futures_of, plan_futures

FEBRUARY = date(2026, 2, 1)
MONEY = {
    "finance": Finance(discount_rate_percent=0, holding_cost_percent=0),
    "planning": Planning(backlog_months=0, shortfall_penalty_percent=0),
}


def wanted(name: str, item: str, quantity: float, price_usd: float) -> Demand:
    return Demand(name=name, item=item, date="2026-01", quantity=quantity, price_usd=price_usd)


def for_a_file(one: Programme) -> Programme:
    """With a last day behind the first."""
    head = replace(one.programme, end=date(2026, 1, 31))
    return one.model_copy(update={"programme": head})


def farm() -> Programme:
    """Birge and Louveaux, Introduction to Stochastic Programming, 1.1, with a month for the year.

    An acre is a carrier; feed has no price, so that its shortfall is the last resort.
    """
    tonnes = {"wheat": 2.5, "corn": 3.0, "beets": 20.0}
    acre_usd = {"wheat": 150.0, "corn": 230.0, "beets": 260.0}
    years = {"bad": 0.8, "fair": 1.0, "good": 1.2}
    return programme(
        months=1,
        items=tuple(item(crop) for crop in tonnes),
        plants=(plant(),),
        phases=(phase(500),),
        routes=tuple(
            route(crop, units_per_carrier=tonnes[crop], cost_usd=acre_usd[crop], lead_time_months=0)
            for crop in tonnes
        ),
        suppliers=SELLER,
        offers=(offer(238, 1e5, item="wheat"), offer(210, 1e5, item="corn")),
        demands=(
            wanted("feed-wheat", "wheat", 200, 0),
            wanted("feed-corn", "corn", 240, 0),
            wanted("sell-wheat", "wheat", 1e4, 170),
            wanted("sell-corn", "corn", 1e4, 150),
            wanted("sell-beets", "beets", 6000, 36),
            wanted("sell-more-beets", "beets", 1e5, 10),
        ),
        scenarios=tuple(Scenario(name=year) for year in years),
        changes=tuple(
            Change(
                scenario=year,
                cell=f"routes/make-{crop}/units_per_carrier",
                value=repr(tonnes[crop] * share),
            )
            for year, share in years.items()
            for crop in tonnes
        ),
        **MONEY,
    )


YEARS = FuturesOptions(
    scenarios={"bad": 1.0, "fair": 1.0, "good": 1.0},
    until=FEBRUARY,
    decisions=(Decision.STARTS,),
)


def test_the_farmer_is_a_plain_programme() -> None:
    found = plan_futures(farm(), YEARS)
    assert found.worth.recourse == pytest.approx(-108_390, abs=0.5)
    assert found.worth.expected_of_mean == pytest.approx(-107_240, abs=0.5)
    assert found.worth.wait_and_see == pytest.approx(-115_406, abs=0.5)
    acres = {row["name"]: row["planned"] for row in found.tables()["futures_decisions"].to_dicts()}
    assert acres == pytest.approx({"make-wheat": 170, "make-corn": 80, "make-beets": 250})
    assert found.tables()["futures"]["checked"].all()


def paper(**changes: object) -> Programme:
    """A newsvendor: papers at 4 are bought on the first day and sold at 10; demand is not known."""
    parts = {
        "items": (item("paper"),),
        "plants": (plant(),),
        "suppliers": SELLER,
        "offers": (offer(4, 1e4, item="paper"),),
        "demands": (wanted("readers", "paper", 150, 10),),
        "risks": (
            Risk(
                cell="demands/readers/quantity",
                distribution=Distribution(Kind.UNIFORM, (100.0, 200.0)),
            ),
        ),
        **MONEY,
    }
    found = programme(months=1, **parts)
    return found.model_copy(update=changes)


def test_a_newsvendor_orders_the_critical_ratio_of_the_sample() -> None:
    options = FuturesOptions(futures=9, seed=3, until=FEBRUARY, decisions=(Decision.ORDERS,))
    found = plan_futures(paper(), options)
    readers = sorted(one.programme.demands[0].quantity for one in found.futures)
    # the smallest order with at least 60 % of the demands at or below it: 6 of 9
    assert found.worth.best.first == pytest.approx([readers[5]])
    # a Latin hypercube has one demand in each ninth
    assert all(100 + 100 * k / 9 <= q <= 100 + 100 * (k + 1) / 9 for k, q in enumerate(readers))


def test_the_same_seed_gives_the_same_futures_and_another_one_others() -> None:
    def demands(seed: int) -> list[float]:
        options = FuturesOptions(futures=4, seed=seed)
        return [one.programme.demands[0].quantity for one in futures_of(paper(), options)]

    assert demands(1) == demands(1)
    assert demands(1) != demands(2)


@pytest.fixture(scope="module")
def unsure(project: Path) -> Programme:
    """The toy chain with a demand that is not known."""
    cell = "volumes/gadgets:2026-01-01/units_per_year"
    risk = Risk(cell=cell, distribution=Distribution(Kind.UNIFORM, (300.0, 1500.0)))
    return load(project / "programmes" / "toy-chain").model_copy(update={"risks": (risk,)})


@pytest.mark.parametrize("risk", [Weight(), Weight(1.0, 0.6)])
def test_knowing_more_never_costs_and_both_methods_agree(unsure: Programme, risk: Weight) -> None:
    options = FuturesOptions(futures=3, until=date(2026, 7, 1), risk=risk)
    found, apart = (
        plan_futures(unsure, replace(options, method=method)).worth
        for method in (Method.EXTENSIVE, Method.DECOMPOSED)
    )
    rounding = 1e-6 * abs(found.recourse)
    assert found.wait_and_see <= found.recourse + rounding
    assert found.recourse <= found.expected_of_mean + rounding
    assert found.perfect_information > 100  # packages are ordered before demand is known
    assert apart.recourse == pytest.approx(found.recourse, rel=1e-6)


def test_costs_that_nobody_decides_are_in_every_figure() -> None:
    """A shop that costs 70 a month gains 70 less, known or not; its plans say the same."""
    options = FuturesOptions(futures=3, until=FEBRUARY, decisions=(Decision.ORDERS,))
    free = plan_futures(paper(), options)
    dear = plan_futures(paper(plants=(plant(fixed_cost_usd_per_month=70.0),)), options)
    assert dear.worth.recourse == pytest.approx(free.worth.recourse + 70)
    assert dear.worth.wait_and_see == pytest.approx(free.worth.wait_and_see + 70)
    assert dear.worth.expected_of_mean == pytest.approx(free.worth.expected_of_mean + 70)
    planned = [found.objective_usd for found in dear.plans()]
    assert planned == pytest.approx((-dear.worth.best.costs).tolist())


@pytest.mark.parametrize(
    ("until", "months"), [(date(2026, 1, 1), 0), (date(2026, 1, 2), 1), (date(2026, 3, 1), 2)]
)
def test_only_what_begins_before_the_day_is_decided_first(until: date, months: int) -> None:
    head = replace(paper().programme, end=date(2026, 4, 30))
    options = FuturesOptions(futures=2, until=until, decisions=(Decision.ORDERS,))
    found = plan_futures(paper(programme=head), options)
    assert found.problem.first.tolist() == found.models[0].columns["taken"][0, :months].tolist()


def test_a_future_of_another_shape_is_refused_by_name() -> None:
    grown = farm()
    longer = Change(scenario="good", cell="programme/-/end", value="2026-03")
    with pytest.raises(InputError, match="future good"):
        plan_futures(grown.model_copy(update={"changes": (*grown.changes, longer)}), YEARS)


def test_the_command_tells_the_values_and_keeps_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, run = tmp_path / "farm", tmp_path / "run"
    save(for_a_file(farm()), folder)
    words = ["study", "plan-under-uncertainty", str(folder), "--among", "bad=1,fair=1,good=1"]
    words += ["--until", "2026-02", "--decide", "starts"]
    assert exit_code([*words, "--curve", "0.5", "--json", "--out", str(run)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["planned_usd"] == pytest.approx(108_390, abs=0.5)
    assert answer["value_of_planning_for_all_usd"] == pytest.approx(1_150, abs=1)
    assert answer["value_of_knowing_usd"] == pytest.approx(7_016, abs=1)
    assert [row["weight"] for row in answer["curve"]] == [0, 0.5]
    stored = open_run(run)
    for name in ("futures", "futures_decisions", "futures_risk"):
        assert stored.table(name).columns == [column.name for column in TABLES[name].columns]
    assert exit_code(words) == 0
    told = capsys.readouterr().out
    assert "one plan for all futures (RP)" in told
    assert "108,390" in told


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--among", "bad=x"], "'x' is no weight"),
        (["--among", "worse=1"], "no scenario 'worse'"),
        (["--until", "soon"], "'soon' is no date"),
        (["--decide", "phases,all"], "'all' is not known"),
        (["--method", "quick"], "'quick' is not known"),
        (["--curve", "-1"], "'-1' is no weight"),
    ],
)
def test_the_command_says_what_is_wrong(
    words: list[str], fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(for_a_file(farm()), tmp_path / "farm")
    line = ["study", "plan-under-uncertainty", str(tmp_path / "farm"), *words]
    assert exit_code(line) == 2
    assert fault in capsys.readouterr().err
