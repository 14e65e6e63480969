"""`fabstack scenarios`: the named readings of a programme, and what each of them changes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fabstack.formats import Loaded

MOST_CELLS = 12  # of each scenario, without --json


def scenarios(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON on stdout.")] = False,
) -> int:
    """List the scenarios of a programme with every cell and row that each of them changes.

    A scenario is a folder scenarios/NAME with tables that lie over those of the programme (rows
    by key; a blank cell leaves what is there; remove = yes takes a row away) and a programme.toml
    with settings; or it is rows of changes.csv; or both. Any command takes it with --scenario.
    One that cannot be read is told with all that is wrong with it, and the exit code is 2.

    Example: fabstack scenarios programmes/texas
    """
    from fabstack import formats

    base = formats.read(programme)
    names = formats.scenario_names(programme, base.programme)
    found = [_scenario(programme, base, name) for name in names]
    answer = {"programme": base.programme.programme.name, "scenarios": found}
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2, default=str) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(answer)) + "\n")
    return 2 if any(one["findings"] for one in found) else 0


def _scenario(path: Path, base: Loaded, name: str) -> dict[str, Any]:
    from fabstack import formats
    from fabstack.errors import InputError
    from fabstack.model import by_key
    from fabstack.model.differences import differences

    row = by_key(base.programme.scenarios).get(name)
    about = {"name": name, "title": row.title if row else "", "meaning": row.meaning if row else ""}
    try:
        found = differences(base.programme, formats.load(path, name))
    except InputError as error:
        findings = [finding.as_dict() for finding in error.findings]
        return {**about, "changed": [], "added": [], "removed": [], "findings": findings}
    return {
        **about,
        "changed": [
            {"cell": str(one.cell), "before": one.before, "after": one.after}
            for one in found.changed
        ],
        "added": [one._asdict() for one in found.added],
        "removed": [one._asdict() for one in found.removed],
        "findings": [],
    }


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    if not answer["scenarios"]:
        yield f"{answer['programme']} has no scenarios."
    for one in answer["scenarios"]:
        told = ": ".join(filter(None, (one["name"], one["title"])))
        yield told + (f" ({one['meaning']})" if one["meaning"] else "")
        yield from _changes(one)


def _changes(one: dict[str, Any]) -> Iterator[str]:
    from fabstack.errors import Finding

    changes = [
        *(
            f"  {row['cell']}: {_told(row['before'])} -> {_told(row['after'])}"
            for row in one["changed"]
        ),
        *(f"  + {row['table']}/{row['key']}" for row in one["added"]),
        *(f"  - {row['table']}/{row['key']}" for row in one["removed"]),
    ]
    yield from changes[:MOST_CELLS]
    if len(changes) > MOST_CELLS:
        yield f"  and {len(changes) - MOST_CELLS:,} more"
    yield from (f"  {Finding(**finding)}" for finding in one["findings"])
    if not (changes or one["findings"]):
        yield "  changes nothing"


def _told(value: Any) -> str:
    return "blank" if value is None or value == "" else str(value)
