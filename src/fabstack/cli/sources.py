"""`fabstack sources`: where the numbers of a programme come from."""

from __future__ import annotations

import json
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fabstack.model.sourcing import Sourced

GRADES = "published, press, estimate or claim"


def sources(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    grade: Annotated[str | None, typer.Option(help=f"Only this grade: {GRADES}.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Named scenario of the programme.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON on stdout.")] = False,
) -> None:
    """List every number that has a source, with its range, year and grade; count the others.

    Example: fabstack sources programmes/texas --grade estimate
    """
    from fabstack import formats
    from fabstack.model.sourcing import numbers_without_source, sourced

    wanted = _grade(grade)
    loaded = formats.load(programme, scenario)
    found = [one for one in sourced(loaded) if wanted in (None, one.grade)]
    missing = numbers_without_source(loaded)
    if as_json:
        sys.stdout.write(json.dumps(_document(found, missing), indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write("\n".join(_readable(found, missing)) + "\n")


def _grade(name: str | None) -> str | None:
    from fabstack.errors import Finding, InputError, did_you_mean
    from fabstack.model.evidence import Grade

    if name is not None and name not in set(Grade):
        message, cure = f"no grade '{name}'", did_you_mean(name, tuple(Grade))
        raise InputError([Finding("--grade", 0, 0, "unknown-grade", message, cure=cure)])
    return name


def _document(found: Sequence[Sourced], missing: Counter[str]) -> dict[str, Any]:
    return {
        "sources": [{**one._asdict(), "value": _value(one)} for one in found],
        "count_by_grade": dict(sorted(Counter(str(one.grade) for one in found).items())),
        "numbers_without_source": missing.total(),
        "numbers_without_source_by_table": dict(sorted(missing.items())),
    }


def _value(one: Sourced) -> Any:
    """The value as JSON has it; dates, choices and distributions as text."""
    plain = one.value is None or isinstance(one.value, bool | int | float)
    return one.value if plain else str(one.value)


def _readable(found: Sequence[Sourced], missing: Counter[str]) -> Iterator[str]:
    for one in found:
        yield f"{one.cell} = {_number(one.value)}{_range(one)} {one.unit}".rstrip()
        words = f"{one.grade}, {one.year}: {one.source}" + (f" ({one.note})" if one.note else "")
        yield from textwrap.wrap(words, 100, initial_indent="    ", subsequent_indent="    ")
    grades = Counter(str(one.grade) for one in found)
    yield ", ".join(f"{count} {grade}" for grade, count in sorted(grades.items())) or "no source"
    yield f"numbers without a source: {missing.total()}" + _by_table(missing)


def _range(one: Sourced) -> str:
    if one.low is None and one.high is None:
        return ""
    return f" ({_number(one.low)} to {_number(one.high)})"


def _number(value: Any) -> str:
    if value is None:
        return "?"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _by_table(missing: Counter[str]) -> str:
    tables = ", ".join(f"{table} {count}" for table, count in missing.most_common())
    return f" ({tables})" if tables else ""
