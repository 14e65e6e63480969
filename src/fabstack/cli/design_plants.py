"""`fabstack design plants`: the plants of a programme from tables of products, mixes and stages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.design import AsJson, Folders

if TYPE_CHECKING:
    from fabstack.designer.site import DesignedPlant, Grown
    from fabstack.designer.sizing import ToolGroup
    from fabstack.model import Programme


def plants(
    tables: Annotated[
        Path, typer.Argument(help="Folder with plants.csv, products.csv, mixes.csv, stages.csv.")
    ],
    into: Annotated[
        Path | None, typer.Option(help="Programme folder whose plants are written anew.")
    ] = None,
    library: Folders = None,
    as_json: AsJson = False,
) -> None:
    """Design the plants of a programme: several products on shared tools, in stages of growth.

    plants.csv names plants of the programme, products.csv what each makes by which technology,
    mixes.csv shares that a plant must hold (each of them, so all between), stages.csv the volume
    from a day on. A stage has the tools of a design of its volume; what it has more than the stage
    before is delivered on its day. A stage with a scenario stands in that scenario instead.

    With --into, the programme's tool groups, stops, deliveries, routes, steps and moves of these
    plants are replaced, with their sources, and floor and capital of plants and phases are set. The
    same tables give the same bytes.

    Example: fabstack design plants programmes/texas/design --into programmes/texas
    """
    from fabstack.designer import read_library
    from fabstack.designer.site import designed_plants
    from fabstack.designer.site_rows import read_site

    found = designed_plants(read_library(*library or ()), read_site(tables))
    if into is not None:
        _write(found, into)
    rows = [_stage(one, grown) for one in found for grown in (*one.stages, *one.others)]
    if as_json:
        sys.stdout.write(json.dumps({"stages": rows}, indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(rows, into)) + "\n")


def _write(found: Sequence[DesignedPlant], folder: Path) -> None:
    from fabstack import formats
    from fabstack.designer.site_programme import WRITTEN, with_plants

    before = formats.load(folder)
    after: Programme = with_plants(before, found)
    formats.save_tables(after, folder, WRITTEN)


def _stage(one: DesignedPlant, grown: Grown) -> dict[str, Any]:
    plant, stage = grown.design, grown.stage
    return {
        "plant": one.plant.plant,
        "phase": stage.phase,
        "scenario": stage.scenario,
        "date": stage.date.isoformat() if stage.date else None,
        "meaning": stage.meaning,
        "carriers_per_month": stage.carriers_per_month,
        "products": [made.route for made in one.made],
        "steps": {made.route: len(made.flow.steps) for made in one.made},
        "tool_groups": len(plant.groups),
        "tools": plant.tools,
        "purchase_musd": plant.money.purchase_musd,
        "capital_musd": plant.money.capital_musd,
        "clean_room_m2": plant.space.clean_room_m2,
        "sub_fab_m2": plant.space.sub_fab_m2,
        "headcount": plant.headcount,
        "power_mw": plant.power_mw,
        "scanners": sum(group.tools for group in plant.scanners),
        "euv_scanners": plant.euv_scanners,
        "euv_years_of_world_output": plant.euv_years_of_world_output,
        "limits": [_limit(group) for group in plant.limits[:3]],
    }


def _limit(group: ToolGroup) -> dict[str, Any]:
    return {"tool_group": group.name, "limit_per_month": group.limit_per_month}


def _lines(rows: Sequence[dict[str, Any]], into: Path | None) -> Iterator[str]:
    yield (
        f"{'plant':<14} {'phase':<12} {'from':<10} {'carriers':>10} {'tools':>7} {'MUSD':>8} "
        f"{'clean m2':>9} {'people':>7} {'MW':>7} {'EUV':>5} {'EUV years':>9}"
    )
    for row in rows:
        when = row["date"] or row["scenario"] or "start"
        yield (
            f"{row['plant']:<14} {row['phase']:<12} {when:<10} "
            f"{row['carriers_per_month']:>10,.0f} {row['tools']:>7,} {row['capital_musd']:>8,.0f} "
            f"{row['clean_room_m2']:>9,.0f} {row['headcount']:>7,} {row['power_mw']:>7,.1f} "
            f"{row['euv_scanners']:>5,} {row['euv_years_of_world_output']:>9.2f}"
        )
    if into is not None:
        yield f"Written into {into}: fabstack check {into}"
