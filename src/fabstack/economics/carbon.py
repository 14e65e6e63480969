"""Carbon of a die, in the form of ACT (Gupta et al., ISCA 2022)."""

from __future__ import annotations

from fabstack.economics.numeric import Number

PACKAGING_G = 150.0  # for each integrated circuit, ACT


def die_carbon_g(
    area_cm2: Number,
    *,
    yield_share: float,
    energy_kwh_per_cm2: float,
    grid_g_per_kwh: float,
    gas_g_per_cm2: float,
    material_g_per_cm2: float = 500.0,
    packaging_g: float = PACKAGING_G,
) -> Number:
    """Embodied carbon: (energy x grid + gases + materials) x area / yield + package.

    The area in `area_cm2` and all intensities are per square centimetre of wafer.
    """
    per_cm2 = energy_kwh_per_cm2 * grid_g_per_kwh + gas_g_per_cm2 + material_g_per_cm2
    return per_cm2 * area_cm2 / yield_share + packaging_g
