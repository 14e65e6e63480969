"""The public testbed SMT2020 reads as what others have counted in it.

Numbers: ../shared/reference/smt2020.md, sections 1.2 to 1.8 (counted from the files), and
semantics.md, section 1. Raw process times are those that FH Zwickau published for products 3 and 4.
"""

from collections import Counter
from itertools import pairwise

import pytest

from fabstack import formats
from fabstack.check import check
from fabstack.formats import autosched
from fabstack.model import Programme, by_key, grouped
from fabstack.model.routes import Basis

COPIES = ("HVLM", "LVHM")


@pytest.fixture(scope="module")
def models(shared) -> dict[str, Programme]:
    folder = shared / "smt2020"
    if not folder.is_dir():
        pytest.skip("the copy of SMT2020 (../shared/smt2020) is not beside this checkout")
    return {name: formats.load(folder / name) for name in COPIES}


def _both(models, count) -> tuple[int, int]:
    return count(models["HVLM"]), count(models["LVHM"])


def test_tools_and_areas(models):
    assert _both(models, lambda m: len(m.tool_groups)) == (106, 106)
    assert _both(models, lambda m: sum(group.tools for group in m.tool_groups)) == (1443, 1313)
    areas = Counter(group.area for group in models["LVHM"].tool_groups)
    assert areas == {
        "Dry_Etch": 21, "Wet_Etch": 14, "Litho": 11, "TF": 11, "Dielectric": 10, "Diffusion": 10,
        "Implant": 9, "Def_Met": 7, "Planar": 6, "Litho_Met": 4, "TF_Met": 2, "Delay_32": 1,
    }  # fmt: skip
    assert Counter(group.bay for group in models["HVLM"].tool_groups) == {"Fab": 105, "Delay": 1}
    assert by_key(models["HVLM"].tool_groups)["Delay_32"].tools == 400


def test_rules(models):
    for name, last in (("HVLM", "fifo"), ("LVHM", "cr")):
        rules = Counter(group.dispatch for group in models[name].tool_groups)
        assert rules == {f"priority > {last}": 103, f"priority > setup > {last}": 3}
        assert sum(group.least_setup_tool for group in models[name].tool_groups) == 9


def test_steps_of_each_route(models):
    lengths = [len(grouped(models["HVLM"].steps, "route")[r]) for r in ("r_3", "r_4")]
    assert lengths == [583, 343]
    routes = [f"r_{number}" for number in range(1, 11)]
    lengths = [len(grouped(models["LVHM"].steps, "route")[route]) for route in routes]
    assert lengths == [521, 529, 583, 343, 242, 293, 353, 375, 384, 390]


def test_how_times_are_given(models):
    ways = Counter((s.basis, s.interval_min is not None) for s in models["LVHM"].steps)
    assert ways == {
        (Basis.LOT, False): 1703,
        (Basis.LOT, True): 401,
        (Basis.CARRIER, False): 507,
        (Basis.CARRIER, True): 1267,
        (Basis.BATCH, False): 135,
    }
    sizes = {(s.batch_minimum, s.batch_maximum) for s in models["LVHM"].steps if s.batch_maximum}
    assert sizes == {(75, 100), (100, 125), (125, 150)}


def test_setups_dedication_queue_limits_sampling_and_rework(models):
    count = {
        "setups": lambda s: bool(s.setup),
        "dedications": lambda s: s.same_tool_as is not None,
        "queue limits": lambda s: s.queue_limit_h is not None,
        "sampled": lambda s: s.sampling_percent < 100,
        "reworked": lambda s: s.rework_percent > 0,
    }
    found = {
        what: _both(models, lambda m, test=test: sum(map(test, m.steps)))
        for what, test in count.items()
    }
    assert found["setups"] == (58 + 35, 401)
    assert found["dedications"] == (11 + 7, 73)
    assert found["queue limits"] == (41 + 25, 264)
    assert found["sampled"][0] == 95 + 54
    assert found["reworked"] == (7 + 7, 52)
    limits = {step.queue_limit_h for step in models["LVHM"].steps} - {None}
    assert limits == {1, 2, 4, 5, 6, 8, 10, 16, 24}
    assert {s.rework_percent for s in models["LVHM"].steps} == {0, 0.5, 0.7, 1, 1.4, 1.7, 1.8}


def test_dedications_are_chains_on_one_tool_group(models):
    steps = by_key(models["LVHM"].steps)
    for step in models["LVHM"].steps:
        if step.same_tool_as is not None:
            first = steps[f"{step.route}:{step.same_tool_as}"]
            assert first.tool_group == step.tool_group
            assert first.step < step.step


def test_setup_times_and_runs(models):
    for model in models.values():
        rows = {(s.tool_group, s.from_setup, s.to_setup): s for s in model.setups}
        assert len(rows) == 13
        assert rows["DE_BE_13", "DE_BE_13_1", "DE_BE_13_2"].setup_min == 7
        assert rows["Implant_128", "", "SU128_2"].setup_min == 72
        runs = {s.tool_group for s in model.setups if s.minimum_run}
        assert runs == {"Implant_91", "Implant_128", "Implant_132"}
        assert {s.minimum_run for s in model.setups} == {0, 7}


def test_breakdowns_and_maintenance(models):
    for model in models.values():
        assert len(model.breakdowns) == 105  # one for each group of 11 areas
        kinds = Counter(plan.every_h is not None for plan in model.maintenances)
        assert kinds == {True: 79, False: 213}
        each = Counter(Counter(plan.tool_group for plan in model.maintenances).values())
        assert each == {3: 82, 2: 23}
        for plan in model.maintenances:
            first = plan.first_h if plan.every_h else plan.first_carriers
            assert 0.84 < first / (plan.every_h or plan.every_carriers) < 1.15


@pytest.mark.parametrize(
    ("area", "down_percent"), [("Litho", 6.54), ("Diffusion", 1.48), ("TF", 4.31)]
)
def test_share_of_time_down_is_that_of_the_formula(models, area, down_percent):
    groups = {group.name for group in models["LVHM"].tool_groups if group.area == area}
    for row in models["LVHM"].breakdowns:
        if row.tool_group in groups:
            share = row.repair.mean / (row.repair.mean + row.between.mean)
            assert 100 * share == pytest.approx(down_percent, abs=0.005)


def test_maintenance_of_litho_takes_the_published_share(models):
    groups = {group.name for group in models["LVHM"].tool_groups if group.area == "Litho"}
    for name in groups:
        plans = grouped(models["LVHM"].maintenances, "tool_group")[name]
        share = sum(plan.duration.mean / plan.every_h for plan in plans)
        assert 100 * share == pytest.approx(7.02, abs=0.02)


def test_orders_and_lots_inside(models):
    hvlm, lvhm = by_key(models["HVLM"].orders), by_key(models["LVHM"].orders)
    assert (len(hvlm), len(lvhm)) == (5, 21)
    assert _both(models, lambda m: len(m.wip)) == (2255, 2156)
    assert hvlm["Lot_3"].every_h * 60 == pytest.approx(51.69)
    assert hvlm["Lot_3"].lots == 200_000
    days = [hvlm[name].due_days for name in ("Lot_3", "Lot_4", "HotLot_3", "HotLot_4")]
    assert days == pytest.approx([53.839, 30.312, 33.333, 19.554], abs=0.0005)
    assert Counter(order.priority for order in lvhm.values()) == {10: 10, 20: 10, 30: 1}
    assert not any(order.reserves_tools for order in lvhm.values())
    for model in models.values():
        weekly = sum(7 * 24 / order.every_h for order in model.orders)
        assert weekly == pytest.approx(400.4, abs=0.1)


@pytest.mark.parametrize(("route", "published_days"), [("r_3", 27.25), ("r_4", 15.94)])
def test_raw_process_time_is_the_published_one(models, route, published_days):
    """Process, two minutes of handling and 7.5 of transport, without rework; within 1 percent."""
    model = models["HVLM"]
    groups, steps = by_key(model.tool_groups), grouped(model.steps, "route")[route]
    total = sum(
        step.sampling_percent / 100 * (_alone_min(step) + 2 * groups[step.tool_group].load_min)
        for step in steps
    )
    for before, step in pairwise(steps):
        bays = {groups[before.tool_group].bay, groups[step.tool_group].bay}
        total += step.sampling_percent / 100 * 7.5 if bays == {"Fab"} else 0
    assert total / 1440 == pytest.approx(published_days, rel=0.01)


def _alone_min(step) -> float:
    if step.basis is not Basis.CARRIER:
        return step.process.mean
    return step.process.mean + 24 * (step.interval_min or step.process.mean)


def test_nothing_is_left_out_and_no_check_complains(shared, models):
    for name in models:
        loaded = formats.read(shared / "smt2020" / name)
        assert loaded.findings == ()
        assert check(loaded) == ()


def test_saved_programmes_are_the_same(shared, models, tmp_path):
    spread = autosched.read(shared / "smt2020" / "LVHM", due_spread_percent=20).programme
    for model in (*models.values(), spread):
        formats.save(model, tmp_path)
        assert formats.load(tmp_path) == model
