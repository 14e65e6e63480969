"""From order to output: tools in time, speed that is learned, WIP, and units a cycle later."""

import math
from datetime import date

import numpy as np
import pytest
from ramp_made import activity, header, programme

from fabstack.model.evidence import Risk
from fabstack.model.header import Ramp
from fabstack.model.items import Item, ItemKind
from fabstack.model.plants import Phase, Plant, PlantKind, Staffing
from fabstack.model.routes import Route, Step
from fabstack.model.technology import Carrier, Technology
from fabstack.model.tools import Delivery, ToolGroup
from fabstack.model.workforce import Skill
from fabstack.ramp import RampResult, at_percentile, ramp

WEEKS = 365.25 / 12 / 7
HOURS = 365.25 / 12 * 24  # of a month


def line(
    *,
    technology=None,
    plant=None,
    phases=None,
    steps=False,
    rows=(),
    samples=200,
    settings=None,
    **tables,
):
    """A plant for one board, 10 of them a carrier, a month from start to finish."""
    technology = {"name": "pcb", "carrier": Carrier.BOARD, **(technology or {})}
    plant = {"name": "plant", "kind": PlantKind.PCB, "technology": "pcb", **(plant or {})}
    case = programme(
        *rows,
        technologies=[Technology(**technology)],
        items=[Item(name="board", kind=ItemKind.BOARD, technology="pcb")],
        plants=[Plant(**plant)],
        phases=phases if phases is not None else [phase()],
        routes=[
            Route(name="r", item="board", plant="plant", units_per_carrier=10, lead_time_months=1)
        ],
        steps=[
            Step(route="r", step=n, name=name, tool_group=name, process="60", basis="carrier")
            for n, name in enumerate(("drill", "etch") if steps else (), start=1)
        ],
        programme=header(end=date(2027, 12, 31)),
        **tables,
    )
    if settings is not None:
        case = case.model_copy(update={"ramp": settings})
    return ramp(case, samples=samples)


def phase(capacity: float = 100, **other) -> Phase:
    when = {"ready": "2026-01-01", **other}
    return Phase(plant="plant", phase="one", capacity_per_month=capacity, **when)


def weekly(result: RampResult) -> np.ndarray:
    (fan,) = result.output.fans
    return fan.percentiles


def test_units_come_a_cycle_after_their_start():
    out = weekly(line(phases=[phase(ready="2026-03-01")]))[1]
    assert out[:3].tolist() == [0, 0, 0]
    assert out[3:].tolist() == pytest.approx([1000 / WEEKS] * (len(out) - 3))


def test_a_ramp_that_learns_its_yield_is_the_product_of_both():
    """Starts grow straight over four months; yield 50 to 90 % with tau of 6 months."""
    technology = {"yield_start_percent": 50, "yield_mature_percent": 90, "learning_months": 6}
    result = line(technology=technology, phases=[phase(ready="2026-05-01", ramp_months=4)])
    starts = [100 * min(m / 4, 1) for m in range(24)]
    yields = [0.9 - 0.4 * math.exp(-m / 6) for m in range(24)]
    good = [0, *(10 * s * y / WEEKS for s, y in zip(starts, yields, strict=True))][:24]
    assert weekly(result)[1] == pytest.approx(good)


def test_speed_is_learned_with_what_has_been_started():
    result = line(technology={"rate_start_percent": 40, "rate_learning_carriers": 150})
    begun, expected = 0.0, [0.0]
    for _ in range(23):
        starts = 100 * (1 - 0.6 * math.exp(-begun / 150))
        begun += starts
        expected.append(10 * starts / WEEKS)
    assert weekly(result)[1] == pytest.approx(expected)


def test_work_in_process_limits_starts_by_littles_law():
    assert weekly(line(plant={"wip_limit": 30}))[1][5] == pytest.approx(300 / WEEKS)


def groups(drill: int, etch: int, **other) -> list[ToolGroup]:
    terms = {"plant": "plant", "lead_time_months": 6, "install_months": 2, **other}
    return [
        ToolGroup(name="drill", tools=drill, **terms),
        ToolGroup(name="etch", tools=etch, **terms),
    ]


def test_the_scarcest_tools_set_the_pace_until_more_are_released():
    """An hour a carrier on each group: a tool does as many carriers a month as it has hours."""
    result = line(
        steps=True, phases=[phase(10_000)], tool_groups=groups(2, 5),
        deliveries=[Delivery(tool_group="drill", date="2026-07-01", tools=4)],
    )  # fmt: skip
    out = weekly(result)[1] * WEEKS / 10 / HOURS
    assert out[1:7] == pytest.approx([2] * 6)
    assert out[7:] == pytest.approx([5] * 17)  # now etching
    shares = {one.group: one.share for one in result.output.bottlenecks}
    assert shares == pytest.approx({"drill": 6 / 24, "etch": 18 / 24})


def test_where_the_phases_are_scarcer_no_tool_is_the_bottleneck():
    result = line(steps=True, tool_groups=groups(2, 5))
    assert [(one.group, one.share) for one in result.output.bottlenecks] == [("", 1.0)]


def test_tools_come_later_by_the_slip_of_order_of_installation_and_of_the_opening():
    result = line(
        steps=True, tool_groups=groups(1, 1),
        rows=[activity("build", 5, claimed=date(2026, 3, 1))],
        plant={"opens": "2026-03-01", "opens_with": "build"},
        deliveries=[Delivery(tool_group="drill", date="2027-01-01", tools=4)],
        settings=Ramp(lead_slip="1.5", install_slip="2"),
    )  # fmt: skip
    (one,) = result.arrivals
    assert one.ordered == pytest.approx(12 + 3 - 8)
    assert one.docked == pytest.approx(7 + 9)
    assert one.released == pytest.approx(7 + 9 + 4)


def second(**terms) -> Phase:
    return Phase(plant="plant", phase="two", capacity_per_month=10_000, **terms)


def test_tools_of_a_phase_come_later_by_its_slip():
    """The activity of the second phase ends five months late; the opening is in time."""
    later = second(ready="2027-01-01", ready_with="extend")
    rows = [Delivery(tool_group="drill", date="2027-01-01", tools=4, phase="two"),
            Delivery(tool_group="etch", date="2027-01-01", tools=4)]  # fmt: skip
    result = line(
        steps=True, tool_groups=groups(1, 1), phases=[phase(), later], deliveries=rows,
        rows=[activity("extend", 6, claimed=date(2026, 2, 1))],
    )  # fmt: skip
    assert [one.released[0] for one in result.arrivals] == pytest.approx([12 + 5, 12])
    moved = at_percentile(result.programme, result, 50)
    assert [row.date for row in moved.deliveries] == [date(2027, 6, 1), date(2027, 1, 1)]
    assert moved.phases[1].ready == date(2027, 6, 1)


def test_tools_of_a_phase_that_nobody_has_decided_on_do_not_count():
    rows = [Delivery(tool_group="drill", date="2026-07-01", tools=4, phase="two")]
    outs = [
        weekly(line(
            steps=True, tool_groups=groups(2, 5), phases=[phase(10_000), second(**terms)],
            deliveries=rows,
        ))[1][-1] * WEEKS / 10 / HOURS
        for terms in ({"optional": True}, {"ready": "2026-07-01", "optional": True})
    ]  # fmt: skip
    assert outs == pytest.approx([2, 5])


def test_makers_are_late_together_and_each_with_all_its_tools():
    deliveries = [
        Delivery(tool_group=name, date=day, tools=1)
        for name in ("drill", "etch")
        for day in ("2026-07-01", "2027-01-01")
    ]
    result = line(
        steps=True, tool_groups=groups(1, 1), deliveries=deliveries, samples=4000,
        settings=Ramp(lead_slip="lognormal(1, 0.3)", lead_correlation=0.5),
    )  # fmt: skip
    first, second, other, _ = (one.released for one in result.arrivals)
    assert second - first == pytest.approx(6)
    scores = np.corrcoef(np.log(first / 6 + 1 / 3), np.log(other / 6 + 1 / 3))[0, 1]
    assert scores == pytest.approx(0.5, abs=4 * 0.75 / math.sqrt(4000))


def test_a_lead_time_that_is_a_risk_is_drawn():
    risk = Risk(cell="tool_groups/drill/lead_time_months", distribution="uniform(6, 12)")
    result = line(
        steps=True, tool_groups=groups(1, 1), risks=[risk],
        deliveries=[Delivery(tool_group="drill", date="2026-09-01", tools=1)],
    )  # fmt: skip
    released = result.arrivals[0].released
    assert released.min() == pytest.approx(8, abs=0.04)
    assert released.max() == pytest.approx(14, abs=0.04)


def test_missing_people_slow_the_line_by_their_share():
    result = line(
        skills=[Skill(name="s", headcount=30, target=30, hires_per_month=0)],
        staffings=[Staffing(plant="plant", skill="s", people=60)],
    )
    assert weekly(result)[1][5] == pytest.approx(500 / WEEKS)


def test_the_fan_of_a_late_opening_is_wide_and_then_closes():
    result = line(
        rows=[activity("build", "uniform(4, 8)", claimed=date(2026, 6, 1))],
        plant={"opens": "2026-06-01", "opens_with": "build"},
        phases=[phase(ready="2026-06-01", ready_with="build")], samples=2000,
    )  # fmt: skip
    low, middle, high = weekly(result)
    assert (low[6], high[6]) == (0, pytest.approx(1000 / WEEKS))
    assert low[-1] == middle[-1] == high[-1] == pytest.approx(1000 / WEEKS)
    assert (low <= middle).all()
    assert (middle <= high).all()
