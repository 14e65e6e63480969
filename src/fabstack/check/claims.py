"""Rules for the mission and its claims: whether each can be computed at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fabstack.check.faults import Fault, error, warning
from fabstack.check.measures import CLAIMED_IN, thing, things_in, unit_factor
from fabstack.errors import did_you_mean
from fabstack.model import Programme, by_key, grouped
from fabstack.model.evidence import Claim, Measure
from fabstack.model.items import ItemKind

_SUBJECTS: Mapping[Measure, str] = {
    Measure.CHIPS_PER_YEAR: "plants",
    Measure.UNITS_PER_MONTH: "plants",
    Measure.CARRIERS_PER_MONTH: "plants",
    Measure.COVERS_DEMAND: "plants",
    Measure.BUILD_MONTHS: "plants",
    Measure.DONE_BY: "activities",
    Measure.JOINT_ODDS: "activities",
    Measure.CHEAPER_NODE: "technologies",
    Measure.QUEUE_RANK: "suppliers",
    Measure.PACKAGED_AT: "suppliers",
    Measure.STAFF: "skills",
    Measure.SELF_SUPPLY: "",
    Measure.BRIDGE: "",
}
_SEVERAL = {Measure.JOINT_ODDS: 1, Measure.CHEAPER_NODE: 2}  # at least so many subjects
_NUMBERED = frozenset(CLAIMED_IN) - {Measure.STAFF}


def subjects(claim: Claim) -> list[str]:
    """The names that a claim is about."""
    if claim.measure in _SEVERAL:
        return [name.strip() for name in claim.subject.split(";") if name.strip()]
    return [claim.subject]


def parts_without_claims(programme: Programme) -> Iterator[Fault]:
    """Rows of the mission of which nothing can be computed."""
    claimed = {claim.part for claim in programme.claims}
    for row in programme.mission:
        if row.part not in claimed:
            yield warning(
                row,
                "part",
                "part-without-claim",
                f"no claim computes part {row.part} of the mission, '{row.title}'",
                expected="a row in claims with this part",
                cure="say in claims what is to be computed",
            )


def unknown_subjects(programme: Programme) -> Iterator[Fault]:
    """Claims about something that the programme does not have."""
    for claim in programme.claims:
        if claim.measure not in _SUBJECTS:
            continue
        table = _SUBJECTS[claim.measure]
        known = tuple(by_key(programme.table(table))) if table else tuple(map(str, ItemKind))
        what = table.replace("_", " ") if table else "item kinds"
        for name in subjects(claim):
            if name not in known:
                yield error(
                    claim,
                    "subject",
                    "unknown-subject",
                    f"'{name}' is not among the {what}, which measure {claim.measure} is about",
                    expected=f"a name from {what}",
                    cure=did_you_mean(name, known),
                )


def too_few_subjects(programme: Programme) -> Iterator[Fault]:
    """Claims that compare two things and name fewer."""
    for claim in programme.claims:
        wanted = _SEVERAL.get(claim.measure, 0)
        if len(subjects(claim)) < wanted:
            yield error(
                claim,
                "subject",
                "too-few-subjects",
                f"measure {claim.measure} is about '{claim.subject}'",
                expected=f"{wanted} names or more, separated by ';'",
                cure="write them such as 'a;b'",
            )


def claims_without_a_number(programme: Programme) -> Iterator[Fault]:
    """Claims of a quantity that give none."""
    for claim in programme.claims:
        if claim.measure in _NUMBERED and claim.value is None and claim.high is None:
            yield _incomplete(claim, "value", f"a number in {CLAIMED_IN[claim.measure]}")


def claims_without_a_date(programme: Programme) -> Iterator[Fault]:
    """Claims of a date that give none."""
    for claim in programme.claims:
        if claim.measure is Measure.DONE_BY and claim.date is None:
            yield _incomplete(claim, "date", "the date by which it is done")


def wrongly_counted_claims(programme: Programme) -> Iterator[Fault]:
    """Claims that count one thing where a plant gives another: wafers of a line of panels."""
    for claim in programme.claims:
        given = _things_given(programme, claim)
        if given and not things_in(claim.unit) <= given:
            yield error(
                claim,
                "unit",
                "wrong-count",
                f"claim '{claim.name}' counts {claim.unit}, but '{claim.subject}' gives "
                + " or ".join(f"{thing}s" for thing in sorted(given)),
                expected="a unit of what the plant gives",
                cure="correct the unit, or choose the measure that counts it",
            )


def _things_given(programme: Programme, claim: Claim) -> frozenset[str]:
    """What the plant of a claim starts or gives; empty where that is not known."""
    plant = by_key(programme.plants).get(claim.subject)
    if plant is None:
        return frozenset()
    if claim.measure is Measure.CARRIERS_PER_MONTH:
        technology = by_key(programme.technologies).get(plant.technology or "")
        return frozenset({str(technology.carrier)} if technology else ())
    if claim.measure is Measure.UNITS_PER_MONTH:
        items = by_key(programme.items)
        routes = grouped(programme.routes, "plant")[plant.name]
        return frozenset(thing(items[route.item].kind.value) for route in routes)
    return frozenset()


def _incomplete(claim: Claim, column: str, expected: str) -> Fault:
    return warning(
        claim,
        column,
        "incomplete-claim",
        f"claim '{claim.name}' has no {column}, so measure {claim.measure} cannot be judged",
        expected=expected,
        cure=f"write {column}",
    )


def reversed_claims(programme: Programme) -> Iterator[Fault]:
    """Claimed ranges that end below where they begin."""
    for claim in programme.claims:
        if claim.value is not None and claim.high is not None and claim.high < claim.value:
            yield error(
                claim,
                "high",
                "reversed-range",
                f"claim '{claim.name}' runs from {claim.value:g} to {claim.high:g}",
                expected=f"at least {claim.value:g}",
                cure="swap value and high",
            )


def wrong_claim_units(programme: Programme) -> Iterator[Fault]:
    """Claims in a unit that their measure cannot be in."""
    for claim in programme.claims:
        wanted = CLAIMED_IN.get(claim.measure, "")
        if wanted and unit_factor(claim.unit, wanted) is None:
            yield error(
                claim,
                "unit",
                "wrong-claim-unit",
                f"claim '{claim.name}' is in {claim.unit}, but {claim.measure} is in {wanted}",
                expected=f"a unit like {wanted}",
                cure="correct the unit, or choose another measure",
            )
