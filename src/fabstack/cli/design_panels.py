"""`fabstack design packaging` and `fabstack design pcb`: plants of panels and boards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabstack.cli.design import (
    AsJson,
    Folders,
    Loading,
    Out,
    Seed,
    Setting,
    Start,
    XFactor,
    assigned,
    day,
    save,
    show,
)
from fabstack.cli.design_closed import closed_plant, target_of
from fabstack.cli.quantities import Quantities

if TYPE_CHECKING:
    from fabstack.designer import Flow, Library
    from fabstack.studies.design_time import Target

PANELS = "--panels-per-month"


@dataclass(frozen=True)
class Wish:
    """A plant as asked for; the volume is carriers started, or good items that come out."""

    technology: str
    starts: float | None
    good: float | None
    loads: Mapping[str, float]
    settings: Mapping[str, float]
    first_day: date
    target: Target | None  # to hold in simulation
    seed: int


def packaging(
    technology: Annotated[
        str, typer.Option(help="Such as foplp-face-down; see fabstack design list.")
    ],
    panels_per_month: Annotated[
        str | None, typer.Option(help="Panels started in a month, such as 2000.")
    ] = None,
    packages_per_month: Annotated[
        str | None, typer.Option(help="Instead: good packages that come out in a month.")
    ] = None,
    x_factor: XFactor = None,
    seed: Seed = 1,
    loading: Loading = None,
    setting: Setting = None,
    library: Folders = None,
    start: Start = "2026-01-01",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Design a plant for packages on panels: chip first face down or face up, or RDL first.

    Format, package, die and layers are parameters: panel_width_mm, panel_height_mm,
    package_width_mm, package_height_mm, die_width_mm, die_height_mm, dies_per_package, rdl_layers;
    data/panel/parameters.csv has all of them, with options such as stepper=1 or underfill=0.
    Bonders count dies, saws metres of cut, testers packages; wafers are ground and diced as many as
    fill the panels. Panels that break are lost on the way, bad packages are found at the end.

    Example: fabstack design packaging --technology foplp-face-down --panels-per-month 2000
    --set rdl_layers=3 --set panel_width_mm=700 --set panel_height_mm=700 --out foplp
    """
    asked = Quantities()
    wish = _wish(
        asked,
        technology,
        _volumes(asked, panels_per_month, "--packages-per-month", packages_per_month),
        x_factor=x_factor,
        seed=seed,
        loading=loading,
        setting=setting,
        start=start,
    )
    _design(wish, ("packaging",), library=library, out=out, as_json=as_json)


def pcb(
    technology: Annotated[
        str, typer.Option(help="Such as pcb-any-layer; see fabstack design list.")
    ],
    panels_per_month: Annotated[
        str | None, typer.Option(help="Production panels (with board-smt: boards) started.")
    ] = None,
    boards_per_month: Annotated[
        str | None, typer.Option(help="Instead: good boards that come out, such as 600000.")
    ] = None,
    x_factor: XFactor = None,
    seed: Seed = 1,
    loading: Loading = None,
    setting: Setting = None,
    library: Folders = None,
    start: Start = "2026-01-01",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Design a plant for bare boards, HDI or any-layer, or one that puts parts on them.

    Boards and layers are parameters: layers, buildups, board_width_mm, board_height_mm,
    panel_width_mm, panel_height_mm, vias_per_layer_pair, through_holes, stack_height, placements;
    data/board/parameters.csv has all of them, with options such as osp=1 or fixture_test=0.
    Laser drills count vias, mechanical drills hits of a stack, testers boards, placers parts.

    Example: fabstack design pcb --technology pcb-any-layer --boards-per-month 600000
    --set layers=12 --out boards
    """
    asked = Quantities()
    wish = _wish(
        asked,
        technology,
        _volumes(asked, panels_per_month, "--boards-per-month", boards_per_month),
        x_factor=x_factor,
        seed=seed,
        loading=loading,
        setting=setting,
        start=start,
    )
    _design(wish, ("pcb", "assembly"), library=library, out=out, as_json=as_json)


def _volumes(
    asked: Quantities, panels: str | None, option: str, items: str | None
) -> tuple[float | None, float | None]:
    """Carriers started or good items out, of which one is to be given."""
    starts = None if panels is None else asked.read(PANELS, panels, "", above=0)
    good = None if items is None else asked.read(option, items, "", above=0)
    if (starts is None) == (good is None):
        found = "no volume" if starts is None else "two volumes"
        asked.reject(PANELS, found, f"{PANELS} or {option}", "bad-volume", "give one of the two")
    return starts, good


def _wish(
    asked: Quantities,
    technology: str,
    volumes: tuple[float | None, float | None],
    *,
    x_factor: str | None,
    seed: int,
    loading: list[str] | None,
    setting: list[str] | None,
    start: str,
) -> Wish:
    loads = assigned(asked, "--loading", loading or (), "85 or panel_oven=92", alone=True)
    settings = assigned(asked, "--set", setting or (), "rdl_layers=3")
    first_day = day(asked, start)
    target = target_of(asked, None, x_factor, needed=False)
    asked.finish()
    return Wish(technology, *volumes, loads, settings, first_day, target, seed)


def _design(
    wish: Wish,
    plant_kinds: tuple[str, ...],
    *,
    library: list[Path] | None,
    out: Path | None,
    as_json: bool,
) -> None:
    from fabstack.designer import design, expand, read_library

    known = read_library(*library or ())
    flow = expand(known, wish.technology, wish.settings)
    _refuse_other_plants(flow, plant_kinds)
    starts = wish.starts or (wish.good or 0.0) / flow.good_units_per_carrier
    if wish.target is not None:
        _close(wish, known, starts, as_json=as_json, out=out)
        return
    plant = design(known, wish.technology, starts, loads=wish.loads, settings=wish.settings)
    if out is not None:
        save(plant, wish.first_day, out)
    show(plant, as_json=as_json, out=out)


def _close(wish: Wish, known: Library, starts: float, *, as_json: bool, out: Path | None) -> None:
    from fabstack.studies.design_phases import Step

    options = {
        "target": wish.target,
        "limits": wish.loads,
        "settings": wish.settings,
        "seed": wish.seed,
    }
    steps = (Step(wish.first_day, starts),)
    closed_plant(known, wish.technology, steps, options, as_json=as_json, out=out)


def _refuse_other_plants(flow: Flow, plant_kinds: tuple[str, ...]) -> None:
    from fabstack.errors import Finding, InputError

    found = flow.technology
    if found.plant_kind not in plant_kinds:
        message = f"'{found.name}' is made in a plant of kind '{found.plant_kind}'"
        expected = f"a technology of kind {' or '.join(plant_kinds)}"
        cure = "see fabstack design list"
        raise InputError([Finding("--technology", 0, 0, "wrong-plant", message, expected, cure)])
