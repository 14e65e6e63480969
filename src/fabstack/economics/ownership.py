"""Cost of ownership of a tool for each good unit that it makes (SEMI E35)."""

from __future__ import annotations

from fabstack.economics.numeric import Number

HOURS_PER_YEAR = 8760.0


def cost_of_ownership_usd(
    *,
    fixed_usd: Number,
    throughput_per_h: float,
    life_years: float,
    variable_usd: float = 0.0,
    yield_loss_usd: float = 0.0,
    composite_yield_share: float = 1.0,
    utilisation_share: float = 1.0,
) -> Number:
    """Cost of one good unit: (F + V + Y) / (L x TPT x Y_c x U) over the life of a tool.

    Fixed, variable and yield-loss cost are for the whole life; L is in hours. Structure of SEMI
    E35 (SEMATECH 1995).

    >>> round(cost_of_ownership_usd(fixed_usd=20e6, variable_usd=7.5e6, life_years=5,
    ...     throughput_per_h=60, composite_yield_share=0.995, utilisation_share=0.75), 2)
    14.02

    Raises:
        ValueError: the tool never makes a good unit.
    """
    good_units = (
        life_years * HOURS_PER_YEAR * throughput_per_h * composite_yield_share * utilisation_share
    )
    if not good_units > 0:
        raise ValueError("a tool without life, throughput, yield or utilisation makes no good unit")
    return (fixed_usd + variable_usd + yield_loss_usd) / good_units


def yield_loss_cost_usd(units_per_life: Number, loss_share: float, unit_value_usd: float) -> Number:
    """Value of the units that a tool spoils during its life: the third cost of E35."""
    return units_per_life * loss_share * unit_value_usd


def machine_time_usd(
    seconds: Number,
    *,
    price_usd: float,
    life_years: float,
    uptime_share: float = 1.0,
    people_usd_per_year: float = 0.0,
) -> Number:
    """Cost of a few seconds on a machine: its price over its life, and its people.

    The form of assembly costs in CATCH (arXiv 2503.15753, 2025).
    """
    usd_per_year = price_usd / life_years + people_usd_per_year
    return seconds * (usd_per_year / (HOURS_PER_YEAR * 3600 * uptime_share))
