"""The tables of a library: tools, masks, modules, technologies and what they are measured by.

A library is a folder. Every file is a table with a header, as in a programme; a cell that takes an
expression may name any parameter (see `expressions`).
"""

from __future__ import annotations

from enum import StrEnum

from fabstack.designer.expressions import Expression
from fabstack.designer.upkeep import Stops
from fabstack.model.evidence import Grade
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded
from fabstack.model.items import ItemKind
from fabstack.model.plants import PlantKind
from fabstack.model.technology import Carrier


class Form(StrEnum):
    """How a tool takes what it works on."""

    CASCADE = "cascade"  # a new lot enters while the one before leaves: scanners, lines
    CLUSTER = "cluster"  # likewise, through several chambers
    CARRIER = "carrier"  # one wafer, panel or board after the other, one lot at a time
    LOT = "lot"  # the lot as a whole takes as long as its carriers need
    BATCH = "batch"  # several lots together: furnaces, ovens, benches, presses
    SAMPLE = "sample"  # a lot takes the same time whatever its size: metrology on a few carriers


@row("kind")
class Tool:
    """One kind of tool: what it does in an hour, what stops it, what it costs and needs."""

    kind: str = named("unique name")
    title: str = worded("for people", default=...)
    area: str = named("department")
    form: Form = chosen("how it takes what it works on")
    rate: float = measured(
        "", "things in an hour of undisturbed work (nameplate, the usual recipe)", gt=0
    )
    rate_of: str = named("what is counted: wafer, panel, board, lot, die, via, hit ...")
    rate_low: float | None = measured("", "least that is published", default=None, gt=0)
    rate_high: float | None = measured("", "most that is published", default=None, gt=0)
    cee: float = measured(
        "", "share of the nameplate that it gives in all hours when it limits the plant", gt=0, le=1
    )
    load: float = measured("", "carriers in a full batch", default=0.0, ge=0)
    least_load_share: float = measured(
        "", "of a full batch that is waited for", default=1.0, gt=0, le=1
    )
    longest_wait_h: float = measured("h", "for a full enough batch", default=8.0, ge=0)
    latency_min: float = measured(
        "min", "that a carrier spends inside beyond its interval", default=0.0, ge=0
    )
    load_min: float = measured("min", "to load a lot", default=0.0, ge=0)
    unload_min: float = measured("min", "to unload a lot", default=0.0, ge=0)
    mttf_h: float | None = measured("h", "between failures; blank: never", default=None, gt=0)
    mttr_h: float = measured("h", "to repair", default=0.0, ge=0)
    stops: Stops = worded("planned: '6.7 h every 168 h, 13.3 h every 720 h'")
    max_load_percent: float = measured(
        "percent", "of available time that a plan may use", default=88.0, gt=0, le=100
    )
    price_musd: float = measured("", "million USD, of one tool, new", ge=0)
    price_low: float | None = measured("", "million USD", default=None, ge=0)
    price_high: float | None = measured("", "million USD", default=None, ge=0)
    linked_kind: str | None = refers(
        "tools", "kind that stands with each one, such as its track", default=None
    )
    footprint_m2: float = measured("m2", "of one tool", default=0.0, ge=0)
    power_kw: float = measured("kW", "connected, of one tool", default=0.0, ge=0)
    operators: float = measured("person", "for each tool and shift", default=0.0, ge=0)
    technicians: float = measured("person", "for each tool, all shifts", default=0.0, ge=0)
    engineers: float = measured("person", "for each tool, all shifts", default=0.0, ge=0)
    lead_months: float = measured("month", "order to dock", default=0.0, ge=0)
    install_weeks: float = measured("", "weeks from dock to release", default=0.0, ge=0)
    minimum: int = counted("tools of a group that is needed at all", default=1, ge=1)
    by_segment: bool = chosen(
        "each segment of a route has its own: no copper where transistors are made", default=False
    )
    rate_grade: Grade = chosen("of rate, load and times", default=Grade.ESTIMATE)
    rate_source: str = worded("who says so")
    rate_year: int = counted("the rate is of", default=2026, ge=1900)
    price_grade: Grade = chosen("of the price", default=Grade.ESTIMATE)
    price_source: str = worded("who says so")
    price_year: int = counted("the price is of", default=2026, ge=1900)
    upkeep_grade: Grade = chosen("of MTTF, MTTR and stops", default=Grade.ESTIMATE)
    upkeep_source: str = worded("who says so")
    upkeep_year: int = counted("they are of", default=2026, ge=1900)
    rest_grade: Grade = chosen("of all other figures", default=Grade.ESTIMATE)
    rest_source: str = worded("who says so")
    rest_year: int = counted("they are of", default=2026, ge=1900)


@row("mask")
class Mask:
    """One kind of exposure: which tool does it and how often it is done again."""

    mask: str = named("unique name")
    title: str = worded("for people", default=...)
    tool: str = refers("tools", "that exposes it")
    rework_percent: float = measured("percent", "of exposures done again", default=0.0, ge=0, lt=50)
    euv: bool = chosen("exposed with EUV", default=False)
    critical: bool = chosen("a lot may be bound to one scanner for these", default=False)
    grade: Grade = chosen("of the rework", default=Grade.ESTIMATE)
    source: str = worded("who says so")
    year: int = counted("it is of", default=2026, ge=1900)


@row("module", "step")
class ModuleStep:
    """One step of a process module, or another module in its place.

    In expressions `level` counts the executions of a repeated module, from 1.
    """

    module: str = named("which")
    step: int = counted("position; rising, gaps allowed", ge=1)
    name: str = worded("operation; {level} is replaced")
    tool: str | None = refers("tools", "that performs it", default=None)
    exposure: bool = chosen("the next mask of the execution is exposed here", default=False)
    uses: str | None = refers("modules", "module whose steps stand here", default=None)
    repeat: Expression = worded("how often, each for itself", default="1")
    values: str = worded("parameters of the module used: 'implants=2 films=layers-1'")
    quantity: Expression = worded(
        "things on one carrier, of those that the tool's rate counts: dies, vias", default="1"
    )
    rate_factor: Expression = worded("of the tool's rate at this step", default="1")
    sampling_percent: Expression = worded("of lots", default="100")
    rework_percent: Expression = worded("of visits that go back", default="0")
    rework_to: int | None = counted(
        "step of this module; blank: the last exposure before", default=None, ge=1
    )
    yield_percent: Expression = worded("of carriers that survive", default="100")
    unit_yield_percent: Expression = worded(
        "of items that are still good; bad ones stay on their carrier to the end", default="100"
    )
    queue_limit_h: float | None = measured(
        "h", "longest time to the start of `queue_limit_to`", default=None, gt=0
    )
    queue_limit_to: int | None = counted(
        "step of this module; blank: the next step that no lot leaves out", default=None, ge=1
    )
    family: str = worded("steps with the same word may share a batch; blank: the same step alone")
    dedicated: str = named("tools kept for such steps, as a part of the group's name", default="")
    visit: bool = chosen(
        "counts as a visit in place of a mask, where there are none", default=False
    )


@row("position")
class Execution:
    """One line of a technology's flow: a module, done once or several times.

    The file is `flows/TECHNOLOGY.csv`.
    """

    position: int = counted("rising, gaps allowed", ge=1)
    name: str = worded("prefix of its steps; {level} is replaced", default=...)
    module: str = refers("modules", "what is done", default=...)
    repeat: Expression = worded("how often, one after the other", default="1")
    masks: str = worded("kinds of the module's masks in order, with blanks between them")
    values: str = worded("parameters for this execution: 'implants=2 vias=3'")
    segment: str = named("part of the route with its own tools: feol, beol", default="")


class LossAt(StrEnum):
    """Where the line yield of a technology is lost."""

    STEP = "step"  # evenly over all steps
    MASK = "mask"  # evenly over the exposures (visits where there are none)


@row()
class Technology:
    """How a family of items is made; its steps are in `flows/NAME.csv`."""

    name: str = named("unique name")
    title: str = worded("for people", default=...)
    plant_kind: PlantKind = chosen("what the plant does")
    carrier: Carrier = chosen("what goes through the plant")
    item_kind: ItemKind = chosen("what comes out of a carrier")
    carriers_per_lot: int = counted("wafers, panels or boards in a lot", ge=1)
    node_nm: float | None = measured("nm", "name of the logic node", default=None, gt=0)
    diameter_mm: float | None = measured("mm", "of the wafer", default=None, gt=0)
    factory: str = named("rules for people, space and money: scope of parameters and staff")
    follows: str | None = refers(
        "technologies", "older one of the same family, with no more masks", default=None
    )
    loss_at: LossAt = chosen("where the line yield is lost", default=LossAt.MASK)
    metal_levels: int = counted("metal, RDL or build-up layers", default=0)
    note: str = worded("what to know about it")


@row("scope", "name")
class Parameter:
    """A number that expressions may name.

    The narrowest scope counts: technology, then factory, then blank.
    """

    scope: str = named("technology or factory; blank: all", default="")
    name: str = named("as in expressions")
    value: Expression = worded("number or expression", default=...)
    unit: str = worded("of the value")
    low: float | None = measured("", "in the same unit", default=None)
    high: float | None = measured("", "in the same unit", default=None)
    year: int = counted("the number is of", default=2026, ge=1900)
    grade: Grade = chosen("how far it can be trusted", default=Grade.ESTIMATE)
    source: str = worded("who says so")
    meaning: str = worded("what it is")


@row("factory", "role")
class Staff:
    """People of one role: fixed, by volume, by tools; the sum is rounded up."""

    factory: str = named("whose rule")
    role: str = named("who")
    fixed: float = measured("person", "whatever the volume", default=0.0, ge=0)
    per_1000_per_month: float = measured(
        "person", "for each 1,000 carriers started a month", default=0.0, ge=0
    )
    operators: float = measured("", "times the tools' operators (people per shift)", default=0.0)
    technicians: float = measured("", "times the tools' technicians", default=0.0, ge=0)
    engineers: float = measured("", "times the tools' engineers", default=0.0, ge=0)
    grade: Grade = chosen("how far it can be trusted", default=Grade.ESTIMATE)
    source: str = worded("who says so")
    year: int = counted("it is of", default=2026, ge=1900)


@row("technology", "measure")
class Band:
    """A published range that a design is put beside."""

    technology: str = named("whose; blank: all", default="")
    measure: str = named("what; see `fabstack design --help`")
    low: float = measured("", "of the range")
    high: float = measured("", "of the range")
    unit: str = worded("of both")
    year: int = counted("they are of", ge=1900)
    grade: Grade = chosen("how far they can be trusted")
    source: str = worded("who says so", default=...)
    why: str = worded("why a design may fall outside")
