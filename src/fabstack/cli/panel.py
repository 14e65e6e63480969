"""`fabstack panel`: units on a rectangular panel, packages or boards."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.quantities import Quantities

if TYPE_CHECKING:
    from fabstack.economics import UnitOnPanel

MOST_ACROSS = 100_000


def panel(
    panel: Annotated[str, typer.Option(help="Sides of the panel: 510x515mm, 18x24in.")],
    package: Annotated[
        str,
        typer.Option(
            "--package", "--board", "--unit", help="Sides of a unit: 5x5mm; 5mm is square."
        ),
    ],
    margin: Annotated[
        str, typer.Option(help="Edge that is clamped or not plated, on each side.")
    ] = "10mm",
    gap: Annotated[str, typer.Option(help="Saw street or routing gap between units.")] = "0.2mm",
    layout: Annotated[
        str, typer.Option(help="grid: one rotation; mixed: both, in blocks parted by cuts.")
    ] = "grid",
    panel_cost: Annotated[
        str | None, typer.Option(help="Cost of a finished panel in USD, for the cost of a unit.")
    ] = None,
    yield_share: Annotated[
        str, typer.Option("--yield", help="Share of units that are good: 0.95 or 95%.")
    ] = "1",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Count the packages on a panel, or the boards on a production panel.

    Example: fabstack panel --panel 510x515mm --package 5x5mm --margin 10mm --gap 0.2mm
    Boards:  fabstack panel --panel 18x24in --board 200x150mm --margin 20mm --gap 2.4mm
    """
    from fabstack.economics import UnitOnPanel

    asked = Quantities()
    sides = asked.sides("--panel", panel, "mm"), asked.sides("--package", package, "mm")
    spaces = (
        asked.read("--margin", margin, "mm", at_least=0),
        asked.read("--gap", gap, "mm", at_least=0),
    )
    chosen = asked.name("--layout", layout, ("grid", "mixed"))
    good_share = asked.read("--yield", yield_share, "", above=0, at_most=1)
    panel_usd = asked.money("--panel-cost", panel_cost)
    if max(sides[0]) > MOST_ACROSS * min(sides[1]):
        expected = f"at most {MOST_ACROSS:,} units side by side"
        words = f"'{package}' is too small for a panel of '{panel}'"
        asked.reject("--package", words, expected, "out-of-range", "check the units")
    asked.finish()

    answer = _counted(UnitOnPanel(*sides[0], *sides[1], *spaces), chosen)
    answer |= _priced(answer["units_per_panel"], good_share, panel_usd)
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2, allow_nan=False) + "\n")
    else:
        _show(answer)


def _counted(unit: UnitOnPanel, layout: str) -> dict[str, Any]:
    """The panel as asked for, and all counts."""
    from fabstack.economics import area_ratio_to_wafer, mixed_units_per_panel, panel_layouts

    as_given, rotated = panel_layouts(unit)
    better = max(as_given, rotated, key=lambda grid: grid.units)
    mixed = mixed_units_per_panel(unit)
    units = mixed if layout == "mixed" else better.units
    return {
        **asdict(unit),
        "units_per_panel": units,
        "layout": layout,
        "orientation": "mixed" if units > better.units else str(better.orientation),
        "units_across": better.across,
        "units_down": better.down,
        "units_by_layout": {
            "as_given": as_given.units,
            "rotated": rotated.units,
            "mixed": mixed,
        },
        "utilisation": units * unit.area_ratio,
        "panel_area_mm2": unit.panel_width_mm * unit.panel_height_mm,
        "area_ratio_to_300mm_wafer": area_ratio_to_wafer(unit.panel_width_mm, unit.panel_height_mm),
        "units_per_300mm_wafer": _on_wafer(unit),
    }


def _on_wafer(unit: UnitOnPanel) -> int:
    """The same units on a round wafer, for comparison: 3 mm edge, the gap as street."""
    from fabstack.economics import exact_dies_per_wafer

    return exact_dies_per_wafer(
        width_mm=unit.width_mm, height_mm=unit.height_mm, scribe_mm=unit.gap_mm
    )


def _priced(units: int, good_share: float, panel_usd: float | None) -> dict[str, Any]:
    good = units * good_share
    return {
        "yield": good_share,
        "good_units_per_panel": good,
        "panel_cost_usd": panel_usd,
        "cost_per_good_unit_usd": panel_usd / good if panel_usd is not None and good else None,
    }


def _show(answer: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    sides = (answer[f"{name}_mm"] for name in ("width", "height", "panel_width", "panel_height"))
    table = Table(title="{:g} x {:g} mm on {:g} x {:g} mm".format(*sides))
    table.add_column("quantity")
    table.add_column("value", justify="right")
    for name, value in _lines(answer):
        table.add_row(name, value)
    Console().print(table)


def _lines(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The rows of the table: words and a number with its unit."""
    grids = answer["units_by_layout"]
    lines = [
        ("units per panel", f"{answer['units_per_panel']}"),
        ("  as given", f"{grids['as_given']}"),
        ("  rotated", f"{grids['rotated']}"),
        ("  both mixed", f"{grids['mixed']}"),
        ("utilisation", f"{answer['utilisation']:.1%}"),
        ("area in 300 mm wafers", f"{answer['area_ratio_to_300mm_wafer']:.3f}"),
        ("units on a 300 mm wafer", f"{answer['units_per_300mm_wafer']}"),
    ]
    if answer["cost_per_good_unit_usd"] is not None:
        lines.append(("cost per good unit", f"{answer['cost_per_good_unit_usd']:,.4f} USD"))
    return lines
