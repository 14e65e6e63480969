"""What a processed wafer costs, built up from its parts, and what a foundry asks for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fabstack.economics.numeric import Number


@dataclass(frozen=True, slots=True)
class WaferCost:
    """Cost of one wafer out, by what it is spent on."""

    depreciation_usd: float
    materials_usd: float = 0.0  # bare wafer, chemicals, gases, masks, spare parts
    labour_usd: float = 0.0
    other_usd: float = 0.0  # power, water, building, maintenance contracts

    @property
    def total_usd(self) -> float:
        """All parts together."""
        return self.depreciation_usd + self.materials_usd + self.labour_usd + self.other_usd

    def sale_price_usd(self, gross_margin_share: float) -> float:
        """The price at which this much of it is left after the cost."""
        return self.total_usd / (1 - gross_margin_share)


def depreciation_per_wafer_usd(
    capex_usd: Number, *, wafers_per_month: float, life_years: float = 5.0, load_share: float = 1.0
) -> Number:
    """Straight-line depreciation of a fab on each wafer that it makes.

    >>> round(depreciation_per_wafer_usd(560e6, wafers_per_month=1000, load_share=0.9))
    10370
    """
    return capex_usd / (wafers_per_month * 12 * life_years * load_share)


def labour_per_wafer_usd(
    people: float, *, pay_usd_per_year: float, wafers_per_month: float, loaded_factor: float = 1.35
) -> float:
    """Pay of a plant's people on each wafer; `loaded_factor` adds benefits and taxes to the pay."""
    return people * pay_usd_per_year * loaded_factor / (12 * wafers_per_month)


def mask_cost_per_wafer_usd(mask_set_usd: Number, wafers: float) -> Number:
    """Cost of a mask set on each of the wafers that are made with it."""
    return mask_set_usd / wafers


def energy_per_wafer_kwh(kwh_per_cm2: Number, diameter_mm: float = 300.0) -> Number:
    """Electricity of a whole wafer from that of a square centimetre.

    >>> round(energy_per_wafer_kwh(3.25))
    2297
    """
    return kwh_per_cm2 * (math.pi * (diameter_mm / 20) ** 2)


def capex_per_1000_wspm_usd(investment_per_wafer_year_usd: Number) -> Number:
    """Capital for 1,000 wafer starts a month from the capital for one wafer a year (CSET 2020)."""
    return 12_000 * investment_per_wafer_year_usd


def foundry_price_usd(capital_consumed_usd: Number, other_and_markup_usd: Number) -> Number:
    """Sale price of a wafer: capital used up in it, plus other cost with markup (CSET 2020)."""
    return capital_consumed_usd + other_and_markup_usd


def chip_price_usd(
    wafer_price_usd: float,
    chips_per_wafer: float,
    *,
    design_usd: float = 0.0,
    assembly_test_share: float = 0.0,
) -> float:
    """Price of a chip: its part of the wafer, a share of that for assembly and test, and design.

    >>> round(chip_price_usd(16988, 71.4, design_usd=108, assembly_test_share=0.3348))
    426
    """
    return wafer_price_usd / chips_per_wafer * (1 + assembly_test_share) + design_usd


def price_per_mm2_usd(wafer_price_usd: Number, usable_diameter_mm: float = 294.0) -> Number:
    """Wafer price spread over the usable area, as CATCH takes it (arXiv 2503.15753, 2025)."""
    return wafer_price_usd / (math.pi * (usable_diameter_mm / 2) ** 2)
