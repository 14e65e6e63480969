"""A process family: format, layers, yield and how it learns."""

from __future__ import annotations

from enum import StrEnum

from fabstack.model.fields import chosen, counted, measured, named, row, worded


class Carrier(StrEnum):
    """What travels through a plant and is processed as one piece."""

    WAFER = "wafer"
    PANEL = "panel"
    BOARD = "board"
    SYSTEM = "system"


@row()
class Technology:
    """How a family of items is made."""

    name: str = named("unique name")
    title: str = worded("for people")
    carrier: Carrier = chosen("what goes through the plant")
    node_nm: float | None = measured("nm", "name of the logic node", default=None, gt=0)
    diameter_mm: float | None = measured("mm", "of the wafer", default=None, gt=0)
    panel_width_mm: float | None = measured("mm", "of the panel", default=None, gt=0)
    panel_height_mm: float | None = measured("mm", "of the panel", default=None, gt=0)
    edge_mm: float = measured(
        "mm", "edge exclusion of a wafer, margin of a panel", default=3.0, ge=0
    )
    scribe_mm: float = measured("mm", "saw street or routing gap between items", default=0.1, ge=0)
    mask_layers: int = counted("lithography layers", default=0)
    euv_layers: int = counted("of them exposed with EUV", default=0)
    metal_layers: int = counted("metal or RDL layers", default=0)
    yield_model: str = worded("name of the die yield model", default="negative-binomial")
    alpha: float = measured("", "clustering of defects", default=3.0, gt=0)
    critical_area_ratio: float = measured(
        "", "share of the area that can fail", default=1.0, gt=0, le=1
    )
    d0_start_per_cm2: float = measured("1/cm2", "defect density at first output", default=0.0, ge=0)
    d0_mature_per_cm2: float = measured("1/cm2", "defect density in the end", default=0.0, ge=0)
    yield_start_percent: float = measured(
        "percent",
        "composite yield of carriers or units at first output, beside defects",
        default=100.0,
        gt=0,
        le=100,
    )
    yield_mature_percent: float = measured(
        "percent", "composite yield in the end", default=100.0, gt=0, le=100
    )
    learning_months: float = measured(
        "month",
        "time constant of the exponential approach to the mature values",
        default=12.0,
        gt=0,
    )
    rate_start_percent: float = measured(
        "percent", "of the full speed of tools and people at first", default=100.0, gt=0, le=100
    )
    rate_learning_carriers: float | None = measured(
        "",
        "started until 63 percent of the missing speed is learned; blank: full speed at once",
        default=None,
        gt=0,
    )
    mask_set_usd: float = measured("USD", "a full set of masks", default=0.0, ge=0)
    design_cost_usd: float = measured("USD", "of one chip in this technology", default=0.0, ge=0)
    capex_per_1000_per_month_usd: float = measured(
        "USD", "published plant capital for 1,000 carriers a month", default=0.0, ge=0
    )
