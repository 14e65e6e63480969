"""`fabstack die`: dies per wafer, yield and cost of one die size."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.quantities import Quantities

if TYPE_CHECKING:
    from fabstack.economics import DieOnWafer, Placement

PICTURE_ROWS = 48  # more rows of dies than this are not drawn


def die(
    width: Annotated[str, typer.Option(help="Width of the die without street: 26mm.")],
    height: Annotated[str, typer.Option(help="Height of the die without street: 16.5mm.")],
    diameter: Annotated[str, typer.Option(help="Of the wafer: 300mm, 12in.")] = "300mm",
    scribe: Annotated[str, typer.Option(help="Saw street between dies.")] = "0.1mm",
    scribe_x: Annotated[
        str | None, typer.Option(help="Street between dies of a row; default: --scribe.")
    ] = None,
    scribe_y: Annotated[
        str | None, typer.Option(help="Street between rows; default: --scribe.")
    ] = None,
    edge: Annotated[str, typer.Option(help="Edge exclusion; dies lie wholly inside.")] = "3mm",
    flat: Annotated[
        str, typer.Option(help="Length of the primary flat, or 'semi' for that of SEMI M1.")
    ] = "0mm",
    notch: Annotated[
        str, typer.Option(help="Depth of the keep-out at the notch, from the wafer's edge.")
    ] = "0mm",
    phase: Annotated[
        str, typer.Option(help="Where the grid may lie: exact, four-phase or phase-grid.")
    ] = "exact",
    d0: Annotated[
        str, typer.Option(help="Killing defects: 0.1/cm2; of one layer for bose-einstein.")
    ] = "0.1/cm2",
    yield_model: Annotated[
        str, typer.Option("--yield", help="Yield model: poisson, murphy, seeds, ...")
    ] = "negative-binomial",
    alpha: Annotated[
        str, typer.Option(help="Clustering of defects; 'inf' for none (Poisson).")
    ] = "3",
    layers: Annotated[
        str, typer.Option(help="Critical layers (bose-einstein), complexity (hennessy-patterson).")
    ] = "1",
    critical_area_ratio: Annotated[
        str, typer.Option(help="Share of the die's area in which a defect kills.")
    ] = "1",
    line_yield: Annotated[
        str, typer.Option(help="Share of wafers that reach the end of the line: 0.98 or 98%.")
    ] = "1",
    wafer_cost: Annotated[
        str | None, typer.Option(help="Cost of a processed wafer in USD, for the cost of a die.")
    ] = None,
    field: Annotated[
        str, typer.Option(help="Exposure field, for the count of dies in whole fields.")
    ] = "26x33mm",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Count the dies of a size on a wafer, exactly and by the usual formulas; yield and cost.

    Example: fabstack die --width 26mm --height 16.5mm --yield murphy --wafer-cost 16988
    """
    asked = Quantities()
    lengths = _lengths_mm(
        asked,
        {
            "--width": width,
            "--height": height,
            "--diameter": diameter,
            "--scribe": scribe,
            "--scribe-x": scribe_x,
            "--scribe-y": scribe_y,
            "--edge": edge,
            "--flat": flat,
            "--notch": notch,
        },
    )
    from fabstack.economics import PLACEMENTS, YIELD_MODELS, DieOnWafer

    method = asked.name("--phase", phase, PLACEMENTS)
    model = asked.name("--yield", yield_model, YIELD_MODELS.names())
    defects = _defects(asked, d0, alpha, layers, critical_area_ratio)
    line_share = asked.read("--line-yield", line_yield, "", above=0, at_most=1)
    wafer_usd = asked.money("--wafer-cost", wafer_cost)
    field_mm = asked.sides("--field", field, "mm")
    asked.finish()

    on_wafer = DieOnWafer(**lengths)
    placement = PLACEMENTS[method](on_wafer)
    answer = _counted(on_wafer, method, placement, field_mm)
    answer |= _good(on_wafer, model, defects)
    answer |= _priced(answer, line_share, wafer_usd)
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2, allow_nan=False) + "\n")
    else:
        _show(answer, on_wafer, placement)


# --- From options to numbers ----------------------------------------------------------------------


def _lengths_mm(asked: Quantities, texts: dict[str, str | None]) -> dict[str, float]:
    """The arguments of `DieOnWafer`; an option that was left out has no text."""
    given = {option: text for option, text in texts.items() if text is not None}
    lengths = {
        option: asked.read(option, given.pop(option), "mm", above=0)
        for option in ("--width", "--height", "--diameter")
    }
    diameter = lengths["--diameter"]
    given["--flat"] = _standard_flat(asked, given["--flat"], diameter)
    lengths |= {
        option: asked.read(option, text, "mm", at_least=0) for option, text in given.items()
    }
    if not asked.findings:
        for option, most in (("--edge", diameter / 2), ("--flat", diameter), ("--notch", diameter)):
            _refuse_whole_wafer(asked, option, lengths[option], most)
    scribe = lengths.pop("--scribe")
    lengths = {"--scribe-x": scribe, "--scribe-y": scribe} | lengths
    _refuse_dust(asked, lengths["--height"] + lengths["--scribe-y"], diameter)
    return {option[2:].replace("-", "_") + "_mm": length for option, length in lengths.items()}


def _refuse_whole_wafer(asked: Quantities, option: str, length_mm: float, most_mm: float) -> None:
    if length_mm >= most_mm:
        found = f"{length_mm:g} mm leaves nothing of the wafer"
        asked.reject(option, found, f"below {most_mm:g} mm", "out-of-range", "check the units")


def _refuse_dust(asked: Quantities, pitch_mm: float, diameter_mm: float) -> None:
    from fabstack.economics import smallest_pitch_mm

    smallest = smallest_pitch_mm(diameter_mm)
    if pitch_mm < smallest:
        found = f"a die and street of {pitch_mm:g} mm are too small to count in rows"
        asked.reject("--height", found, f"{smallest:g} mm", "out-of-range", "check the unit")


def _standard_flat(asked: Quantities, text: str, diameter_mm: float) -> str:
    from fabstack.economics import FLAT_MM

    if text.strip().lower() != "semi":
        return text
    if diameter_mm not in FLAT_MM:
        known = ", ".join(f"{size:g}" for size in FLAT_MM)
        found = f"SEMI M1 has no flat for a wafer of {diameter_mm:g} mm"
        cure = "wafers of 200 mm and more have a notch: --notch 1mm"
        asked.reject("--flat", found, f"a diameter of {known} mm", "no-standard-flat", cure)
    return str(FLAT_MM.get(diameter_mm, 0.0))


def _defects(
    asked: Quantities, d0: str, alpha: str, layers: str, critical_area_ratio: str
) -> dict[str, float]:
    """The arguments of `die_yield` that describe random defects."""
    endless = alpha.strip().lower() in ("inf", "infinity", "infinite")
    return {
        "d0_per_cm2": asked.read("--d0", d0, "1/cm2", at_least=0),
        "alpha": math.inf if endless else asked.read("--alpha", alpha, "", above=0),
        "layers": asked.read("--layers", layers, "", above=0),
        "critical_area_ratio": asked.read(
            "--critical-area-ratio", critical_area_ratio, "", at_least=0, at_most=1
        ),
    }


# --- Answers --------------------------------------------------------------------------------------


def _counted(
    die: DieOnWafer, method: str, placement: Placement, field_mm: tuple[float, float]
) -> dict[str, Any]:
    """The wafer as asked for, and all counts."""
    from fabstack.economics import dies_by_method, full_field_count

    fields = full_field_count(die, field_mm)
    return {
        **asdict(die),
        "die_area_mm2": die.area_mm2,
        "gross_dies": placement.dies,
        "gross_dies_method": method,
        "gross_dies_upper_bound": placement.upper_bound,
        "phase_x_mm": placement.phase_x_mm,
        "phase_y_mm": placement.phase_y_mm,
        "gross_dies_by_method": {
            name.replace("-", "_"): dies if isinstance(dies, int) else float(dies)
            for name, dies in dies_by_method(die).items()
        },
        "field_width_mm": field_mm[0],
        "field_height_mm": field_mm[1],
        "dies_per_field": fields.dies_per_field if fields else 0,
        "fields_per_wafer": fields.fields if fields else 0,
        "gross_dies_in_full_fields": fields.dies if fields else 0,
    }


def _good(die: DieOnWafer, model: str, defects: dict[str, float]) -> dict[str, Any]:
    """The defects as asked for, and the yield by the model asked for and by the others."""
    from fabstack.economics import YieldModelName, die_yield

    area_cm2 = die.area_mm2 / 100
    others = {name: float(die_yield(name, area_cm2=area_cm2, **defects)) for name in YieldModelName}
    return {
        **defects,
        "alpha": None if math.isinf(defects["alpha"]) else defects["alpha"],  # JSON has no infinity
        "yield_model": model,
        "yield": float(die_yield(model, area_cm2=area_cm2, **defects)),
        "yield_by_model": {name.replace("-", "_"): share for name, share in others.items()},
    }


def _priced(answer: dict[str, Any], line_share: float, wafer_usd: float | None) -> dict[str, Any]:
    """Good dies of a started wafer, and what each costs; None where nothing can be said."""
    gross = answer["gross_dies"]
    good = gross * answer["yield"] * line_share
    return {
        "line_yield": line_share,
        "good_dies": good,
        "wafer_cost_usd": wafer_usd,
        "cost_per_gross_die_usd": wafer_usd / gross if wafer_usd is not None and gross else None,
        "cost_per_good_die_usd": wafer_usd / good if wafer_usd is not None and good else None,
    }


# --- For people -----------------------------------------------------------------------------------


def _show(answer: dict[str, Any], die: DieOnWafer, placement: Placement) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"{die.width_mm:g} x {die.height_mm:g} mm on {die.diameter_mm:g} mm")
    table.add_column("quantity")
    table.add_column("value", justify="right")
    for name, value in _lines(answer):
        table.add_row(name, value)
    console.print(table)
    picture = wafer_picture(die, placement)
    if picture:
        console.print(picture, highlight=False)


def _lines(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The rows of the table: words and a number with its unit."""
    lines = [(f"gross dies, {answer['gross_dies_method']}", f"{answer['gross_dies']}")]
    for name, dies in answer["gross_dies_by_method"].items():
        if name != answer["gross_dies_method"].replace("-", "_"):
            lines.append((f"  {name.replace('_', ' ')}", f"{dies:.1f}".removesuffix(".0")))
    in_fields = answer["gross_dies_in_full_fields"]
    lines += [
        (f"  in {answer['fields_per_wafer']} full fields", f"{in_fields}"),
        (f"yield, {answer['yield_model']}", f"{answer['yield']:.2%}"),
        ("good dies", f"{answer['good_dies']:.1f}"),
    ]
    if answer["cost_per_good_die_usd"] is not None:
        lines.append(("cost per good die", f"{answer['cost_per_good_die_usd']:,.2f} USD"))
    return lines


def wafer_picture(die: DieOnWafer, placement: Placement) -> str:
    """The dies of a wafer, one square each; nothing where they are too many to draw."""
    from fabstack.economics import die_centres_mm

    if not placement.dies or die.diameter_mm / min(die.pitch_x_mm, die.pitch_y_mm) > PICTURE_ROWS:
        return ""
    x, y = die_centres_mm(die, placement)
    columns = ((x - x.min()) / die.pitch_x_mm).round().astype(int)
    rows = ((y.max() - y) / die.pitch_y_mm).round().astype(int)
    lines = [[" "] * (columns.max() + 1) for _ in range(rows.max() + 1)]
    for row, column in zip(rows, columns, strict=True):
        lines[row][column] = "■"
    return "\n".join("  " + " ".join(line).rstrip() for line in lines)
