"""Four kinds of precedence, several limits, calendars, scarce tools and loops of rework."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ramp_made import activity, header, programme

from fabstack.errors import InputError
from fabstack.model.plants import Calendar, Plant, PlantKind, SharedLimit
from fabstack.model.roadmap import occupied, predecessors
from fabstack.model.supply import VendorLine
from fabstack.ramp import RampResult, ramp
from fabstack.ramp.network import Link, network
from fabstack.ramp.schedule import critical, schedule, slack_months

PLANT = Plant(name="p", kind=PlantKind.FAB)
KINDS = ("FS", "SS", "FF", "SF")


# --- Four kinds -----------------------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn):
    lengths = draw(st.lists(st.integers(0, 6), min_size=2, max_size=7))
    links = []
    for after in range(1, len(lengths)):
        for before in draw(st.sets(st.integers(0, after - 1), max_size=3)):
            link = (before, after, draw(st.sampled_from(KINDS)), draw(st.integers(-2, 4)))
            links.append(link)
    return lengths, links


def made(lengths, links):
    rows = [
        activity(f"a{i}", d, ";".join(f"a{b} {k} + {lag}" for b, a, k, lag in links if a == i))
        for i, d in enumerate(lengths)
    ]
    return network(programme(*rows))


def relaxed(lengths, links) -> list[float]:
    """Starts by pushing until nothing moves: each kind as the inequality that defines it."""
    held = {a for _, a, kind, _ in links if kind in ("FS", "SS")}
    start = [-math.inf if i in held else 0.0 for i in range(len(lengths))]
    for _ in lengths:
        for b, a, kind, lag in links:
            from_time = start[b] + (lengths[b] if kind[0] == "F" else 0)
            own = lengths[a] if kind[1] == "F" else 0
            start[a] = max(start[a], from_time + lag - own)
    return start


@settings(max_examples=300, deadline=None)
@given(networks())
def test_starts_satisfy_every_kind_and_none_is_later_than_it_must_be(case):
    lengths, links = case
    dated = schedule(made(lengths, links), np.array(lengths, dtype=float)[:, None])
    assert dated.starts[:, 0].tolist() == relaxed(lengths, links)


@settings(max_examples=200, deadline=None)
@given(networks())
def test_critical_is_what_moves_the_last_end_when_it_takes_longer(case):
    lengths, links = case
    net, finish = made(lengths, links), len(lengths) - 1
    dated = schedule(net, np.array(lengths, dtype=float)[:, None])
    for i in range(len(lengths)):
        longer = list(lengths)
        longer[i] += 1 / 64
        moved = relaxed(longer, links)[finish] + longer[finish] > dated.ends[finish, 0]
        assert critical(dated, finish)[i, 0] == moved


@settings(max_examples=200, deadline=None)
@given(networks(), st.integers(0, 6))
def test_an_end_can_be_put_off_by_its_slack_and_no_more(case, which):
    lengths, links = case
    finish, i = len(lengths) - 1, which % len(lengths)
    net = made(lengths, links)
    dated = schedule(net, np.array(lengths, dtype=float)[:, None])
    slack = slack_months(dated, finish)[i, 0]
    if math.isfinite(slack) and i != finish:
        for more, moves in ((0.0, False), (0.25, True)):
            start = [*dated.starts[:, 0]]
            start[i] += slack + more
            for _ in lengths:
                for b, a, kind, lag in links:
                    out = start[b] + (lengths[b] if kind[0] == "F" else 0)
                    own = lengths[a] if kind[1] == "F" else 0
                    start[a] = max(start[a], out + lag - own)
            assert (start[finish] + lengths[finish] > dated.ends[finish, 0]) == moves


def test_the_words_of_the_four_kinds():
    found = predecessors("a; b FS + 1; c SS + 2; d start + 3; e FF + 4; f SF")
    assert [(p.from_start, p.to_end, p.lag_months) for p in found] == [
        (False, False, 0), (False, False, 1), (True, False, 2), (True, False, 3),
        (False, True, 4), (True, True, 0),
    ]  # fmt: skip
    net = network(programme(activity("a", 1), activity("b", 1, "a SF + 6")))
    assert net.links_into[1] == (Link(0, 1, True, 6.0, True),)


def test_who_must_end_late_begins_late():
    result = ramp(programme(activity("a", 10), activity("b", 3, "a FF + 1")), samples=1)
    assert result.starts_months[0].tolist() == [0, 8]
    assert result.end_months("b")[0] == 11


# --- Shared limits --------------------------------------------------------------------------------


def limited(*rows, **units):
    limits = [SharedLimit(plant="p", name=name, units=n) for name, n in units.items()]
    return programme(*rows, plants=[PLANT], shared_limits=limits)


def row(name: str, length: float, limit: str = "", after: str = ""):
    return activity(name, length, after, plant="p", limit=limit)


def starts(case) -> dict[str, float]:
    net = network(case)
    work = np.array([[one.duration.mean] for one in case.activities])
    return dict(zip(net.names, schedule(net, work).starts[:, 0].tolist(), strict=True))


def test_an_activity_takes_as_many_units_as_it_says():
    rows = [row("a", 5, "crew 2"), row("b", 4, "crew 3"), row("c", 1, "crew")]
    assert starts(limited(*rows, crew=4)) == {"a": 0, "b": 5, "c": 5}
    assert starts(limited(*rows, crew=5)) == {"a": 0, "b": 0, "c": 4}
    assert starts(limited(*rows, crew=6)) == {"a": 0, "b": 0, "c": 0}


def test_an_activity_that_needs_a_crew_and_a_crane_waits_for_both():
    rows = [
        row("a", 5, "crew"),
        row("b", 8, "crane"),
        row("c", 2, "crew; crane"),
        row("d", 1, "crew"),
    ]
    found = starts(limited(*rows, crew=1, crane=1))
    assert found["c"] == 8
    assert found["d"] == 10  # nobody overtakes: the crew is kept for c from month 5


def in_turn(lengths, wanted, capacity) -> list[float]:
    """The same rule activity by activity: the soonest moment at which units enough are free."""
    found: list[float] = []
    for i, length in enumerate(lengths):
        moment = max(found, default=0.0)
        while length and any(
            sum(
                wanted[j].get(name, 0)
                for j in range(i)
                if lengths[j] and found[j] <= moment < found[j] + lengths[j]
            )
            + wanted[i].get(name, 0)
            > units
            for name, units in capacity.items()
        ):
            moment += 1
        found.append(moment)
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), min_size=1, max_size=7))
def test_activities_that_are_ready_together_are_served_in_turn(case):
    lengths = [length for length, _ in case]
    rows = [row(f"a{i}", d, f"crew {n}") for i, (d, n) in enumerate(case)]
    wanted = [{"crew": n} for _, n in case]
    found = starts(limited(*rows, crew=4))
    assert list(found.values()) == in_turn(lengths, wanted, {"crew": 4})


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=7
    )
)
def test_no_limit_is_ever_exceeded(case):
    rows = [
        row(f"a{i}", d, "; ".join(f"{n} {k}" for n, k in (("crew", c), ("crane", h)) if k))
        for i, (d, c, h) in enumerate(case)
    ]
    found = list(starts(limited(*rows, crew=2, crane=3)).values())
    for moment in found:
        running = [k for k, s in enumerate(found) if s <= moment < s + case[k][0]]
        assert sum(case[k][1] for k in running) <= 2
        assert sum(case[k][2] for k in running) <= 3


def test_words_of_limits_that_make_no_sense_are_input_errors():
    assert [tuple(one) for one in occupied("tool crew 12; x")] == [("tool crew", 12), ("x", 1)]
    for text in ("crew; crew", "crew 0"):
        with pytest.raises(InputError, match="names a limit twice or takes 0"):
            network(limited(row("a", 1, text), crew=2))
    with pytest.raises(InputError, match="takes 3 units of 'crew', of which there are 2"):
        network(limited(row("a", 1, "crew 3"), crew=2))


# --- Calendars ------------------------------------------------------------------------------------


def worked(calendar: Calendar, months: float, start: date) -> tuple[date, RampResult]:
    case = programme(
        activity("a", months, earliest=start, calendar="c"),
        programme=header(start=date(2026, 1, 1)), calendars=[calendar],
    )  # fmt: skip
    result = ramp(case, samples=1)
    return result.end_date("a", 50), result


WEEK = 365.2425 * 5 / 7 / 12  # working days of a month


def test_five_working_days_from_thursday_end_on_the_next_wednesday():
    end, _ = worked(Calendar(name="c", days_per_week=5), 5 / WEEK, date(2026, 1, 8))
    assert end == date(2026, 1, 15)  # Thursday 8 to the end of Wednesday 14


def test_who_starts_on_saturday_works_from_monday():
    end, _ = worked(Calendar(name="c", days_per_week=5), 1 / WEEK, date(2026, 1, 10))
    assert end == date(2026, 1, 13)


def test_a_shutdown_at_the_years_end_is_jumped_over():
    month = (365.2425 - 10) / 12
    closed = Calendar(name="c", shutdown_days_per_year=10)
    end, _ = worked(closed, 20 / month, date(2026, 12, 12))
    assert end == date(2027, 1, 11)  # ten days to the 22nd, and ten from the first of January
    end, _ = worked(closed, 10 / month, date(2026, 12, 12))
    assert end == date(2026, 12, 22)


def test_ten_years_of_work_take_ten_years_on_any_calendar():
    for calendar in (
        Calendar(name="c", days_per_week=5),
        Calendar(name="c", days_per_week=3.5, shutdown_days_per_year=21),
        Calendar(name="c"),
    ):
        _, result = worked(calendar, 120, date(2026, 1, 1))
        assert result.end_months("a")[0] == pytest.approx(120, abs=0.8)


def test_a_calendar_that_is_always_open_changes_nothing():
    _, result = worked(Calendar(name="c"), 7.25, date(2026, 3, 1))
    assert result.end_months("a")[0] == pytest.approx(2 + 7.25, abs=0.05)


# --- Scarce tools ---------------------------------------------------------------------------------


def euv(share: float, tools: float, **other) -> date:
    line = VendorLine(
        name="euv", from_date=date(2027, 1, 1), units_per_year="80", growth_per_year="10",
        most_per_year=150, share_percent=str(share), **other,
    )  # fmt: skip
    case = programme(activity("a", 1, vendor_line="euv", line_tools=tools), vendor_lines=[line])
    return ramp(case, samples=1).end_date("a", 50)


@pytest.mark.parametrize(
    ("share", "tools", "year"),
    [(10, 56, 2032), (20, 56, 2030), (30, 56, 2029), (10, 556, 2065), (20, 556, 2047),
     (30, 556, 2041)],
)  # fmt: skip
def test_the_last_lithography_tool_comes_in_the_year_of_the_reference(share, tools, year):
    """Summary 4 of ../shared/reference/ramp.md: 80 a year in 2027, 10 more each year up to 150."""
    assert euv(share, tools).year == year


def test_a_plan_that_is_half_delivered_is_half_a_share():
    assert euv(20, 56, delivered_share="0.5") == euv(10, 56)


def test_rows_are_served_from_the_top_and_late_tools_hold_up_no_one_else():
    line = VendorLine(name="v", from_date="2026-01-01", units_per_year="12", share_percent="100")
    asked = [(1, 3), (20, 2), (2, 4)]
    rows = [activity(f"a{i}", d, vendor_line="v", line_tools=n) for i, (d, n) in enumerate(asked)]
    result = ramp(programme(*rows, vendor_lines=[line]), samples=1)
    assert result.ends_months[0].tolist() == pytest.approx([3, 20, 9])


def test_an_uncertain_share_spreads_the_date_and_is_among_its_inputs():
    line = VendorLine(
        name="v", title="Scanners", from_date="2026-01-01", units_per_year="12",
        share_percent="uniform(50, 100)",
    )  # fmt: skip
    row = activity("a", 1, vendor_line="v", line_tools=12)
    result = ramp(programme(row, vendor_lines=[line]), samples=500)
    assert result.end_months("a").min() == pytest.approx(12, abs=0.1)
    assert result.end_months("a").max() == pytest.approx(24, abs=0.2)
    (one,) = result.influences
    assert one.rank_correlation == pytest.approx(-1)
    assert result.titles[one.input] == "share percent of Scanners"


def test_a_line_that_never_delivers_is_an_input_error():
    with pytest.raises(InputError, match="does not deliver 5 tools"):
        euv(0, 5)


# --- Loops of rework ------------------------------------------------------------------------------


def looped(**other) -> RampResult:
    rows = [
        activity("tune", 2),
        activity("run", 3, "tune"),
        activity("audit", 1, "tune + 0.5"),
        activity("qualify", 4, "run; audit", repeat_percent=60, **other),
        activity("volume", 1, "qualify"),
    ]
    return ramp(programme(*rows), samples=40_000, seed=3)


def lengths_of(result: RampResult) -> dict[float, float]:
    values, counts = np.unique(result.end_months("qualify").round(9), return_counts=True)
    return dict(zip(values.tolist(), (counts / result.samples).tolist(), strict=True))


def test_a_failure_sends_work_back_and_all_on_the_way_is_done_again():
    """Each failure costs 2 + 3 + 4 months more; they are geometric with .6."""
    found = lengths_of(looped(repeat_from="tune"))
    for k in range(4):
        share = 0.6**k * 0.4
        error = 4 * math.sqrt(share / 40_000)
        assert found[9.0 + 9 * k] == pytest.approx(share, abs=error)


def test_a_failure_may_send_work_back_a_part_of_the_way_only():
    assert min(set(lengths_of(looped(repeat_from="run"))) - {9.0}) == 9 + 7
    assert min(set(lengths_of(looped())) - {9.0}) == 9 + 4


def test_after_the_most_repeats_it_passes():
    found = lengths_of(looped(repeat_from="tune", repeat_most=2))
    assert sorted(found) == [9, 18, 27]
    assert found[27.0] == pytest.approx(0.36, abs=4 * math.sqrt(0.36 * 0.64 / 40_000))


def test_the_mean_of_a_loop_with_spread_is_attempts_times_the_way():
    rows = [
        activity("tune", "uniform(1, 3)"),
        activity(
            "qualify", "pert(2, 3, 8)", "tune", repeat_percent=50, repeat_again_percent=20,
            repeat_from="tune", repeat="uniform(1, 2)", slip="2",
        ),
    ]  # fmt: skip
    values = ramp(programme(*rows), samples=60_000, seed=5).end_months("qualify")
    first = 2 + 2 * (2 + 12 + 8) / 6
    again = 0.5 / 0.8 * (2 + 2 * 1.5)
    error = 4 * values.std() / math.sqrt(len(values))
    assert values.mean() == pytest.approx(first + again, abs=error)


def test_a_loop_back_to_something_that_does_not_lead_here_is_an_input_error():
    rows = [activity("a", 1), activity("b", 1, repeat_percent=10, repeat_from="a")]
    with pytest.raises(InputError, match="does not lead to it"):
        network(programme(*rows))
