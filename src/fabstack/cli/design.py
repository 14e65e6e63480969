"""`fabstack design`: from a technology and a volume to a plant in ordinary programme files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.quantities import Quantities

if TYPE_CHECKING:
    from fabstack.designer import Library

app = typer.Typer(
    help="Design a plant from a technology and a volume.\n\n"
    "Example: fabstack design fab --technology logic-14 --wspm 100000 --out fab14",
    no_args_is_help=True,
    rich_markup_mode=None,
)

# Options of every command that designs a plant.
Loading = Annotated[
    list[str] | None,
    typer.Option(
        help="Percent of available time that may be planned: 85 for all tools, or KIND=92 for a "
        "kind such as litho_euv; again for each. Default: as tools.csv says, 88."
    ),
]
Setting = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="Another value of a parameter, such as line_yield_percent=95; again."
    ),
]
Folders = Annotated[
    list[Path] | None,
    typer.Option(
        help="Folder with own tables (tools.csv, modules.csv, flows/NAME.csv ...) laid over ours."
    ),
]
XFactor = Annotated[
    str | None,
    typer.Option(
        help="Cycle time to hold in simulation, over raw process time without transport: 2.5."
    ),
]
Seed = Annotated[int, typer.Option(help="Of the simulations.", min=0)]
Start = Annotated[str, typer.Option(help="First day of the programme.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write the plant into, as a programme.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.callback()
def design() -> None:
    """Design a plant from a technology and a volume.

    Technologies, process modules, tools and published ranges are tables that you can read, change
    and add to: docs/background/designer.md says how.

    Example: fabstack design fab --technology logic-14 --wspm 100000 --out fab14
    """


@app.command(name="list")
def list_(
    library: Folders = None,
    as_json: AsJson = False,
) -> None:
    """List the technologies that can be designed, with their masks and steps.

    Example: fabstack design list
    """
    from fabstack.designer import expand, read_library

    known = read_library(*library or ())
    rows = [_technology(expand(known, name)) for name in known.technologies]
    if as_json:
        write_json({"technologies": rows})
    else:
        from fabstack.cli.design_text import technologies_in_words

        sys.stdout.write(technologies_in_words(rows))


def _technology(flow: Any) -> dict[str, Any]:
    found = flow.technology
    return {
        "technology": found.name,
        "title": found.title,
        "carrier": str(found.carrier),
        "plant_kind": str(found.plant_kind),
        "masks": flow.masks.total(),
        "masks_by_kind": dict(flow.masks),
        "levels": flow.levels,
        "steps": len(flow.steps),
        "note": found.note,
    }


@app.command()
def fab(
    technology: Annotated[str, typer.Option(help="Such as logic-14; see fabstack design list.")],
    wspm: Annotated[
        str | None, typer.Option(help="Wafers started in a month, such as 100000.")
    ] = None,
    days_per_mask: Annotated[
        str | None,
        typer.Option(help="Cycle time to hold in simulation, in days for each mask layer: 1.3."),
    ] = None,
    x_factor: XFactor = None,
    phases: Annotated[
        str | None,
        typer.Option(
            help="Instead of --wspm: volumes one after the other, a year apart or by date: "
            "5000,100000 or 2027-01:5000,2028-07:100000."
        ),
    ] = None,
    seed: Seed = 1,
    loading: Loading = None,
    setting: Setting = None,
    library: Folders = None,
    start: Start = "2026-01-01",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Design a wafer fab: routes, tool groups, counts, space, people, power and capital.

    The technology's flow is expanded into its route, step by step. Each step's work is added up for
    its tool group: starts, survivors, sampling, rework, and the tool's nameplate rate times its CEE
    (the share of it that a tool gives in all hours when it limits the plant). Needs are rounded up.
    Tools that may not be shared are groups of their own: front end and copper, furnaces by process.

    Each total stands beside its published range with the ratio to the middle of it; where a design
    lies outside, the reason is printed. "Limits next" says at which volume which group runs out.

    The plant is an ordinary programme: check, simulate and plan it, or change its files. The counts
    are static: they hold waiting times only as far as CEE does.

    With a cycle time to hold, the plant is simulated and its counts are changed until throughput,
    cycle time and loading hold: the fewest tools that stay below 97 percent of their available time
    (or --loading), more where queues are too long for the target. What neither tools, queues nor
    transport explain of the target is dwell, found by difference and written into the routes.
    Ctrl-C keeps the best design so far.

    With phases, each adds to the tools of the one before, and says when they have to be ordered.

    Example: fabstack design fab --technology logic-14 --wspm 100000 --days-per-mask 1.3 --out fab14
    """
    from fabstack.cli.design_closed import closed_plant, target_of, volumes_of
    from fabstack.designer import read_library

    asked = Quantities()
    first_day = day(asked, start)
    steps = volumes_of(asked, wspm, phases, first_day)
    target = target_of(asked, days_per_mask, x_factor, needed=phases is not None)
    loads = assigned(asked, "--loading", loading or (), "85 or litho_euv=92", alone=True)
    settings = assigned(asked, "--set", setting or (), "line_yield_percent=95")
    asked.finish()

    known = read_library(*library or ())
    _wafers_only(known, technology)
    if target is not None:
        wish = {"target": target, "limits": loads, "settings": settings, "seed": seed}
        closed_plant(known, technology, steps, wish, as_json=as_json, out=out)
        return
    from fabstack.designer import design as designed

    plant = designed(known, technology, steps[0].carriers_per_month, loads=loads, settings=settings)
    if out is not None:
        save(plant, first_day, out)
    show(plant, as_json=as_json, out=out)


def save(plant: Any, first_day: date, out: Path) -> None:
    """Write a plant as a programme."""
    from fabstack import formats
    from fabstack.designer import programme_of

    formats.save(programme_of(plant, start=first_day), out)


def _wafers_only(known: Library, technology: str) -> None:
    """Refuse technologies of other plants, which are not sized by wafers."""
    from fabstack.errors import Finding, InputError
    from fabstack.model.technology import Carrier

    found = known.technologies.get(technology)
    if found is not None and found.carrier is not Carrier.WAFER:
        message = f"'{technology}' is made on a {found.carrier}, not on wafers"
        expected = "a technology of a fab"
        cure = "see fabstack design list"
        raise InputError([Finding("--technology", 0, 0, "wrong-plant", message, expected, cure)])


def assigned(
    asked: Quantities, option: str, texts: Sequence[str], example: str, *, alone: bool = False
) -> Mapping[str, float]:
    """Numbers by name from texts like NAME=NUMBER; with `alone`, "" for a number alone."""
    found: dict[str, float] = {}
    for text in texts:
        name, equals, number = text.rpartition("=")
        if not name and (equals or not alone):
            asked.reject(option, f"'{text}' names nothing", "NAME=NUMBER", "bad-setting", example)
        else:
            found[name.strip()] = asked.read(option, number, "")
    return found


def day(asked: Quantities, text: str) -> date:
    """The first day of a programme."""
    from fabstack.model.days import read_day

    try:
        found: date = read_day(text)
    except ValueError:
        expected = "a date such as 2026-01-01"
        asked.reject(
            "--start", f"'{text}' is no date", expected, "bad-date", "write year-month-day"
        )
        return date(2026, 1, 1)
    return found


# --- The answer as one document -------------------------------------------------------------------


def show(plant: Any, *, as_json: bool, out: Path | None) -> None:
    """Print a design, in words or as one document."""
    answer = answer_of(plant)
    if as_json:
        write_json(answer)
        return
    from fabstack.cli.design_text import design_in_words

    sys.stdout.write(design_in_words(answer, out))


def answer_of(plant: Any) -> dict[str, Any]:
    """A design as one document."""
    from fabstack.designer import beside_published

    flow = plant.flow
    return {
        "technology": flow.technology.name,
        "title": flow.technology.title,
        "carrier": str(flow.technology.carrier),
        "item": str(flow.technology.item_kind),
        "note": flow.technology.note,
        "carriers_per_month": plant.carriers_per_month,
        "line_yield_percent": 100 * flow.line_yield,
        "units_per_carrier": flow.parameters["units_per_carrier"],
        "unit_yield_percent": 100 * flow.unit_yield,
        "good_units_per_month": plant.carriers_per_month * flow.good_units_per_carrier,
        "steps": len(flow.steps),
        "masks_by_kind": dict(flow.masks),
        "visits_by_area": dict(flow.visits_by_area),
        "steps_by_area": dict(flow.listed_by_area),
        "tools": plant.tools,
        "tools_by_area": _tools_by_area(plant.groups),
        "groups": [_group(group) for group in plant.groups],
        "limits": [_limit(plant, place) for place in range(min(3, len(plant.limits)))],
        "money": _fields(plant.money),
        "space": _fields(plant.space),
        "people": {role.role: role.people for role in plant.people},
        "headcount": plant.headcount,
        "power_mw": plant.power_mw,
        "euv_scanners": plant.euv_scanners,
        "euv_years_of_world_output": plant.euv_years_of_world_output,
        "published": [beside(row) for row in beside_published(plant)],
    }


def _tools_by_area(groups: Iterable[Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for group in groups:
        counts[group.tool.area] = counts.get(group.tool.area, 0) + group.tools
    return counts


def _group(group: Any) -> dict[str, Any]:
    return {
        "tool_group": group.name,
        "kind": group.tool.kind,
        "area": group.tool.area,
        "needed": group.needed,
        "tools": group.tools,
        "load_percent": group.load_percent,
        "planned_load_percent": group.planned_load_percent,
        "limit_per_month": group.limit_per_month if group.needed else None,
        "visits_per_carrier": group.visits_per_carrier,
        "price_musd": group.price_musd,
        "all_musd": group.tools * group.price_musd,
        "lead_time_months": group.tool.lead_months,
    }


def _limit(plant: Any, place: int) -> dict[str, Any]:
    """A group that runs out, and how far one more of its tools would carry it."""
    group = plant.limits[place]
    with_one_more = group.limit_per_month * (group.tools + 1) / group.tools
    return {
        "tool_group": group.name,
        "limit_per_month": group.limit_per_month if group.needed else None,
        "one_more_costs_musd": group.price_musd,
        "one_more_carries_to_per_month": with_one_more if group.needed else None,
        "lead_time_months": group.tool.lead_months,
    }


def beside(row: Any) -> dict[str, Any]:
    """A measure with its published range."""
    band = row.band
    return {
        "measure": row.measure,
        "value": row.value,
        "unit": row.unit,
        "low": band.low if band else None,
        "high": band.high if band else None,
        "ratio": row.ratio,
        "inside": row.is_inside,
        "source": band.source if band else "",
        "grade": str(band.grade) if band else "",
        "year": band.year if band else None,
        "why_outside": band.why if band and not row.is_inside else "",
    }


def _fields(record: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(record)


def write_json(document: Mapping[str, Any]) -> None:
    """Print a document."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
