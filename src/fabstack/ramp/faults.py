"""What can be wrong with a programme's activities before any date is drawn; all is said at once."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.errors import Finding, did_you_mean
from fabstack.model import Programme, grouped
from fabstack.model.roadmap import Activity, Review, occupied, predecessors
from fabstack.ramp.build_times import PRIORS

FILE = "activities.csv"
TIMES = ("duration", "repeat", "slip", "reference_slip")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def finding(
    code: str, message: str, *, expected: str = "", cure: str = "", file: str = FILE
) -> Finding:
    """A fault of a table as a whole; `check` knows the lines."""
    return Finding(file, 0, 0, code, message, expected, cure)


def faults(programme: Programme) -> Iterator[Finding]:
    """References that lead nowhere, times below 0, and reviews that leave no time for work."""
    names = tuple(row.name for row in programme.activities)
    known = frozenset(names)
    for row in programme.activities:
        yield from _predecessor_faults(row, names, known)
        yield from _limit_faults(row, programme)
        yield from _time_faults(row)
        yield from _prior_faults(row)
    for review in programme.reviews:
        yield from _review_faults(review, names)
    yield from _endless_reviews(programme)
    yield from _delay_faults(programme)


def weekdays(review: Review) -> tuple[int, ...]:
    """Days of the week on which a review is held, Monday is 0; empty where a word is none."""
    words = [word.strip().lower()[:3] for word in review.weekdays.split(";") if word.strip()]
    if not set(words) <= set(WEEKDAYS):
        return ()
    return tuple(sorted({WEEKDAYS.index(word) for word in words}))


def _predecessor_faults(
    row: Activity, names: tuple[str, ...], known: frozenset[str]
) -> Iterator[Finding]:
    try:
        wanted = predecessors(row.after)
    except ValueError as error:
        yield finding("bad-after", f"activity '{row.name}': {error}")
        return
    for entry in wanted:
        if entry.activity not in known:
            yield finding(
                "unknown-reference",
                f"activity '{row.name}' comes after '{entry.activity}', which does not exist",
                expected="names of activities, separated by ';'",
                cure=did_you_mean(entry.activity, names),
            )


def _limit_faults(row: Activity, programme: Programme) -> Iterator[Finding]:
    try:
        wanted = occupied(row.limit)
    except ValueError as error:
        yield finding("bad-limit", f"activity '{row.name}': {error}", expected="crew 2; crane")
        return
    shared = {limit.name: limit for limit in grouped(programme.shared_limits, "plant")[row.plant]}
    for one in wanted:
        if one.limit not in shared:
            yield finding(
                "unknown-reference",
                f"activity '{row.name}' occupies the shared limit '{one.limit}', "
                f"which plant '{row.plant or ''}' does not have",
                expected="the name of a shared limit of the activity's plant",
                cure=did_you_mean(one.limit, list(shared)),
            )
        elif one.units > shared[one.limit].units:
            yield finding(
                "too-few-units",
                f"activity '{row.name}' takes {one.units} units of '{one.limit}', "
                f"of which there are {shared[one.limit].units}; it never starts",
                expected=f"at most {shared[one.limit].units}",
            )


def _time_faults(row: Activity) -> Iterator[Finding]:
    for column in TIMES:
        distribution = getattr(row, column)
        if distribution is not None and distribution.lowest < 0:
            yield finding(
                "negative-time",
                f"{column} of activity '{row.name}' can be {distribution.lowest:g}",
                expected="at least 0",
                cure="an overlap is a start lag, such as 'shell start + 6', not a negative time",
            )


def _prior_faults(row: Activity) -> Iterator[Finding]:
    """Published times that do not exist, or to which delays are added that they hold already."""
    if row.prior and row.prior not in PRIORS:
        yield finding(
            "unknown-prior",
            f"activity '{row.name}' draws from '{row.prior}', which is no published time to build",
            expected=f"one of {', '.join(PRIORS)}",
            cure=did_you_mean(row.prior, list(PRIORS)),
        )
    counted = [column for column in ("slip", "repeat_percent") if getattr(row, column)]
    if row.prior and counted:
        yield finding(
            "delay-counted-twice",
            f"activity '{row.name}' draws from '{row.prior}' and states {' and '.join(counted)}, "
            "but published times of whole buildings hold what others lost",
            expected="either a prior, or a duration with slip and repeats",
            cure=f"leave {' and '.join(counted)} blank",
        )


def _review_faults(review: Review, names: tuple[str, ...]) -> Iterator[Finding]:
    if review.until not in names:
        yield finding(
            "unknown-reference",
            f"review '{review.name}' is held until '{review.until}', which does not exist",
            cure=did_you_mean(review.until, names),
            file="reviews.csv",
        )
    if not weekdays(review):
        yield finding(
            "bad-weekday",
            f"review '{review.name}' is held on '{review.weekdays}'",
            expected="weekdays such as 'Tue;Sat'",
            file="reviews.csv",
        )


def _endless_reviews(programme: Programme) -> Iterator[Finding]:
    """Reviews of one chip that cost a day of work, or more, on every day."""
    for generation, reviews in grouped(programme.reviews, "generation").items():
        lost = sum(_days_lost_per_day(review) for review in reviews)
        if lost >= 1:
            yield finding(
                "reviews-never-end",
                f"reviews of '{generation}' cost {lost:.3g} days of work a day; none is left",
                expected="less than 1: reviews a day x chance of a stop x days that a stop costs",
                cure="lower stop_percent or cost_days, or hold fewer reviews",
                file="reviews.csv",
            )


def _days_lost_per_day(review: Review) -> float:
    return len(weekdays(review)) / 7 * review.stop_percent / 100 * review.cost_days


def _delay_faults(programme: Programme) -> Iterator[Finding]:
    """Events that hold up what does not exist."""
    tables = (programme.activities, programme.tool_groups, programme.vendor_lines)
    known = [row.name for rows in tables for row in rows]
    for row in programme.risk_events:
        for name in row.named:
            if name not in known:
                yield finding(
                    "unknown-reference",
                    f"event '{row.name}' delays '{name}', which does not exist",
                    expected="names of activities, tool groups and vendor lines, separated by ';'",
                    cure=did_you_mean(name, known),
                    file="risk_events.csv",
                )
