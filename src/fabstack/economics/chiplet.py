"""One large chip or several small ones: the model of Chiplet Actuary (Feng and Ma, DAC 2022).

Chips on an organic substrate (OS), on fan-out layers (FO) or on a silicon interposer (SI). A cost
is split in five, so that the price of failing chips and of failing packages can be seen apart.
Parameters: `parameter.ini` of Yinxiao-Feng/chiplet-actuary, b85c29f.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fabstack.economics.scrap import (
    BuildOrder,
    PackageYields,
    lost_per_good,
    wasted_carrier_usd,
    wasted_dies_usd,
)
from fabstack.economics.wafer_count import chiplet_actuary_dies
from fabstack.economics.yield_formulas import negative_binomial_yield


@dataclass(frozen=True, slots=True)
class WaferProcess:
    """A process as far as the cost of its chips goes."""

    wafer_usd: float
    d0_per_cm2: float
    design_usd: float = 0.0  # non-recurring, for a chip of 300 mm2, first tape-out included
    alpha: float = 10.0
    diameter_mm: float = 300.0
    scribe_mm: float = 0.2
    edge_mm: float = 5.0

    def dies(self, area_mm2: float) -> float:
        """Dies of an area on a wafer; not a whole number."""
        return chiplet_actuary_dies(self.diameter_mm - 2 * self.edge_mm, area_mm2, self.scribe_mm)

    def yield_share(self, area_mm2: float) -> float:
        """Negative binomial yield of a die."""
        return negative_binomial_yield(self.d0_per_cm2 * area_mm2 / 100, self.alpha)

    def raw_die_usd(self, area_mm2: float) -> float:
        """Cost of a die, good or bad; the die must be one that the wafer can hold."""
        dies = self.dies(area_mm2)
        if not dies > 0:
            raise ValueError(f"a die of {area_mm2} mm2 does not fit on the wafer")
        return self.wafer_usd / dies

    def good_die_usd(self, area_mm2: float) -> float:
        """Cost of a known good die."""
        return self.raw_die_usd(area_mm2) / self.yield_share(area_mm2)


# Feature size in nm: wafer price and design cost in USD, defects per cm2. The author calls the
# figures for 3 nm an inaccurate assumption; wafer prices of 90 to 5 nm go back to CSET (2020).
PROCESSES: dict[int, WaferProcess] = {
    3: WaferProcess(30_000, 0.20, 1000e6),
    5: WaferProcess(16_988, 0.11, 542e6),
    7: WaferProcess(9_346, 0.09, 298e6),
    10: WaferProcess(5_992, 0.08, 174e6),
    14: WaferProcess(3_984, 0.08, 106e6),
    20: WaferProcess(3_677, 0.07, 70e6),
    28: WaferProcess(2_891, 0.07, 51e6),
    40: WaferProcess(2_274, 0.07, 38e6),
    55: WaferProcess(1_937, 0.07, 28e6),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A die in a package."""

    area_mm2: float
    process: WaferProcess


@dataclass(frozen=True, slots=True)
class Substrate:
    """An organic substrate and how chips are bonded to it."""

    area_ratio: float = 4.0
    usd_per_mm2: float = 0.005
    bump_usd_per_mm2: float = 0.005
    bonding_share: float = 0.99

    def usd(self, chips: Sequence[Chip]) -> float:
        """Cost of the substrate under chips; more than one need more layers, by the size."""
        area_mm2 = chip_area_mm2(chips) * self.area_ratio
        return area_mm2 * self.usd_per_mm2 * _layer_factor(len(chips), area_mm2)


@dataclass(frozen=True, slots=True)
class Interposer:
    """Fan-out layers or a silicon interposer between chips and substrate."""

    process: WaferProcess
    area_ratio: float
    bonding_share: float
    bump_usd_per_mm2: float = 0.01
    substrate: Substrate = field(default_factory=Substrate)


FAN_OUT = Interposer(WaferProcess(1_200, 0.05, alpha=3.0), area_ratio=1.2, bonding_share=0.98)
SILICON_INTERPOSER = Interposer(
    WaferProcess(PROCESSES[55].wafer_usd, 0.06, alpha=6.0), area_ratio=1.1, bonding_share=0.95
)


@dataclass(frozen=True, slots=True)
class PackageCost:
    """Manufacturing cost of one good package, in the five parts of Chiplet Actuary."""

    raw_chips_usd: float
    chip_defects_usd: float
    raw_package_usd: float
    package_defects_usd: float
    wasted_chips_usd: float  # good ones, lost with a failed package

    @property
    def total_usd(self) -> float:
        """All five parts."""
        chips_usd = self.raw_chips_usd + self.chip_defects_usd + self.wasted_chips_usd
        return chips_usd + self.raw_package_usd + self.package_defects_usd

    @property
    def chip_defect_share(self) -> float:
        """Part of the cost that goes into chips that fail."""
        return self.chip_defects_usd / self.total_usd


def chip_area_mm2(chips: Sequence[Chip]) -> float:
    """Area of all chips."""
    return sum(chip.area_mm2 for chip in chips)


def split(chip: Chip, parts: int, link_share: float = 0.1) -> list[Chip]:
    """A chip as equal chiplets, each larger by the area of its links to the others."""
    return [Chip(chip.area_mm2 / parts * (1 + link_share), chip.process)] * parts


def organic_package(chips: Sequence[Chip], substrate: Substrate | None = None) -> PackageCost:
    """Cost of chips on an organic substrate: one as a plain package, several as a module."""
    substrate = substrate or Substrate()
    raw_usd, defects_usd = _chips_usd(chips, substrate.bump_usd_per_mm2)
    package_usd = substrate.usd(chips)
    survival = substrate.bonding_share ** len(chips)
    return PackageCost(
        raw_usd,
        defects_usd,
        package_usd,
        lost_per_good(package_usd, survival),
        lost_per_good(raw_usd + defects_usd, survival),
    )


def interposer_package(
    chips: Sequence[Chip], interposer: Interposer, order: BuildOrder = BuildOrder.CHIP_LAST
) -> PackageCost:
    """Cost of chips on fan-out layers or a silicon interposer that sits on an organic substrate."""
    substrate, area_mm2 = interposer.substrate, chip_area_mm2(chips) * interposer.area_ratio
    raw_usd, defects_usd = _chips_usd(chips, interposer.bump_usd_per_mm2)
    carrier_usd = interposer.process.raw_die_usd(area_mm2) + area_mm2 * substrate.bump_usd_per_mm2
    substrate_usd = area_mm2 * substrate.area_ratio * substrate.usd_per_mm2
    yields = PackageYields(
        interposer.process.yield_share(area_mm2),
        interposer.bonding_share ** len(chips),
        substrate.bonding_share,
    )
    return PackageCost(
        raw_usd,
        defects_usd,
        carrier_usd + substrate_usd,
        wasted_carrier_usd(carrier_usd, order, yields)
        + lost_per_good(substrate_usd, yields.final_share),
        wasted_dies_usd(raw_usd + defects_usd, order, yields),
    )


def design_usd(chips: Sequence[Chip], *, module: float = 0.5, chip: float = 0.3) -> float:
    """Cost of designing different chips once: modules and chips by area, the rest fixed."""
    return sum(
        each.process.design_usd * ((module + chip) * each.area_mm2 / 300 + 1 - module - chip)
        for each in dict.fromkeys(chips)
    )


def _chips_usd(chips: Sequence[Chip], bump_usd_per_mm2: float) -> tuple[float, float]:
    """Cost of raw chips with their bumps, and of those that fail."""
    raw_usd = sum(chip.process.raw_die_usd(chip.area_mm2) for chip in chips)
    good_usd = sum(chip.process.good_die_usd(chip.area_mm2) for chip in chips)
    return raw_usd + chip_area_mm2(chips) * bump_usd_per_mm2, good_usd - raw_usd


def _layer_factor(chips: int, substrate_mm2: float) -> float:
    """Cost of the added substrate layers that connect several chips."""
    if chips == 1:
        return 1.0
    if substrate_mm2 > 30 * 30:
        return 2.0
    return 1.75 if substrate_mm2 > 17 * 17 else 1.5
