"""First days, last days and ends of ranges: on which side of a line the arithmetic stands."""

from datetime import date
from pathlib import Path

import pytest
from sound_programme import read

from fabstack.check import verdicts
from fabstack.check.capacity import OPENING, limits, mix_for, tools_on
from fabstack.check.circles import circles
from fabstack.check.supply_claims import in_force
from fabstack.model.supply import Offer


@pytest.mark.parametrize(("day", "prices"), [(28, []), (31, [5.0]), (32, [4.0]), (90, [])])
def test_an_offer_holds_from_its_first_day_to_its_last_or_the_next_one(day, prices):
    offers = [
        Offer(supplier="a", item="x", from_date="2026-01-31", price_usd=5, capacity_per_month=1),
        Offer(
            supplier="a",
            item="x",
            from_date="2026-02-01",
            to_date="2026-02-28",
            price_usd=4,
            capacity_per_month=1,
        ),
    ]
    when = date.fromordinal(date(2025, 12, 31).toordinal() + day)
    assert [offer.price_usd for offer in in_force(offers, when)] == prices


def test_a_plant_works_on_the_day_it_opens(tmp_path: Path) -> None:
    programme = read(tmp_path / "p").programme  # the line opens on 31 March 2026
    mix = mix_for(programme, "line", {"chip": 1000.0, "brain": 1000.0})
    before, on = (limits(programme, "line", mix, date(2026, 3, d)) for d in (30, 31))
    assert [limit.name for limit in before] == [OPENING]
    assert OPENING not in [limit.name for limit in on]


@pytest.mark.parametrize(
    ("day", "tools"), [(date(2026, 6, 30), 3), (date(2026, 7, 1), 4), (None, 4)]
)
def test_a_tool_counts_from_its_delivery_on(tmp_path: Path, day: date | None, tools: int) -> None:
    assert tools_on(read(tmp_path / "p").programme, "litho", day) == tools


@pytest.mark.parametrize(("claimed", "holds"), [("6,", True), ("1,6", True), ("1,", False)])
def test_the_upper_end_of_a_claimed_time_to_build_counts(tmp_path, claimed, holds):
    change = ("claims.csv", "build-months,line,6,,", f"build-months,line,{claimed},")
    programme = read(tmp_path / "p", {change[0]: change[1:]}).programme
    assert next(v for v in verdicts(programme) if v.claim == "built").holds is holds


def test_every_circle_is_told_at_once() -> None:
    links = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "e"), ("e", "c"), ("a", "c")]
    assert sorted(sorted(set(circle)) for circle in circles(links)) == [["a", "b"], ["c", "d", "e"]]
