"""Yield of a die by a named model; a user's own model is one `register_yield_model` away.

A defect density means nothing without its model: keep (D0, model, alpha, critical-area ratio)
together. Bose-Einstein takes the density of one layer, all others that of the whole process.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, overload

import numpy as np

from fabstack.economics import yield_formulas as formulas
from fabstack.economics.numeric import Floats, plain
from fabstack.economics.registry import Registry


class YieldModelName(StrEnum):
    """The yield models that come with fabstack."""

    POISSON = "poisson"
    MURPHY = "murphy"
    RECTANGULAR = "rectangular"
    SEEDS = "seeds"
    SEEDS_SQRT = "seeds-sqrt"
    NEGATIVE_BINOMIAL = "negative-binomial"
    BOSE_EINSTEIN = "bose-einstein"
    HENNESSY_PATTERSON = "hennessy-patterson"
    PATTERSON_HENNESSY = "patterson-hennessy"
    ANYSILICON_MURPHY = "anysilicon-murphy"


class YieldModel(Protocol):
    """Yield as a function of the mean number of killing defects on a die, number or array.

    `alpha` is the clustering of defects and `layers` the number of critical layers; a model takes
    both and uses what it needs. `check_yield_model` tells what is wrong with one.
    """

    def __call__(self, defects: Any, *, alpha: Any, layers: Any) -> Any:
        """Share of good dies, 1 where there are no defects."""
        ...


YIELD_MODELS: Registry[YieldModel] = Registry("yield model", "fabstack.yield_models")


def register_yield_model(name: str, model: YieldModel) -> None:
    """Make a model known under a name of its own, for `die_yield` and `fabstack die --yield`.

    Raises:
        ValueError: the name is taken or not of the form 'my-own-model'.
    """
    YIELD_MODELS.register(name, model)


def yield_model(name: str) -> YieldModel:
    """The model of a name, from fabstack, registered, or from an installed package.

    Raises:
        UnknownNameError: there is none; the message says which names are near.
    """
    return YIELD_MODELS.named(name)


def yield_model_names() -> tuple[str, ...]:
    """The names of all yield models that can be used."""
    return YIELD_MODELS.names()


@overload
def die_yield(
    model: str,
    *,
    area_cm2: float,
    d0_per_cm2: float,
    alpha: float = ...,
    critical_area_ratio: float = ...,
    layers: float = ...,
) -> float: ...
@overload
def die_yield(
    model: str,
    *,
    area_cm2: Floats | float,
    d0_per_cm2: Floats | float,
    alpha: Floats | float = ...,
    critical_area_ratio: Floats | float = ...,
    layers: Floats | float = ...,
) -> Floats | float: ...
def die_yield(
    model: str,
    *,
    area_cm2: Floats | float,
    d0_per_cm2: Floats | float,
    alpha: Floats | float = 3.0,
    critical_area_ratio: Floats | float = 1.0,
    layers: Floats | float = 1.0,
) -> Floats | float:
    """Share of dies that no random defect kills, by a named model.

    Numbers or arrays of one shape; `d0_per_cm2` is per layer for `bose-einstein`.

    >>> round(die_yield("murphy", area_cm2=1.0, d0_per_cm2=1.271), 3)
    0.32

    Raises:
        ValueError: an unknown model, or a number that is negative or not a number.
    """
    _refuse_negative(
        area_cm2=area_cm2, d0_per_cm2=d0_per_cm2, critical_area_ratio=critical_area_ratio
    )
    _refuse_not_positive(alpha=alpha, layers=layers)
    defects = plain(np.multiply(area_cm2, d0_per_cm2) * critical_area_ratio)
    share: Floats | float = yield_model(model)(defects, alpha=alpha, layers=layers)
    return share


def d0_for_yield(
    model: str, yield_share: float, *, area_cm2: float, alpha: float = 3.0, layers: float = 1.0
) -> float:
    """Defect density (per cm2) at which a die of an area has the given yield, by a named model.

    >>> round(d0_for_yield("poisson", 0.425, area_cm2=1.0), 2)
    0.86

    Raises:
        ValueError: the yield is not above 0 and at most 1, or no density gives it.
    """
    from scipy.optimize import brentq

    if not 0 < yield_share <= 1:
        raise ValueError(f"a yield of {yield_share} has no defect density: it lies in (0, 1]")
    if yield_share == 1:
        return 0.0

    def excess(defects: float) -> float:
        share = yield_model(model)(defects, alpha=alpha, layers=layers)
        return float(share) - yield_share

    enough = 1.0
    while excess(enough) > 0:
        enough *= 4
        if enough > 1e12:
            raise ValueError(f"the model '{model}' never falls to a yield of {yield_share}")
    return float(brentq(excess, 0.0, enough, xtol=1e-14, rtol=1e-13)) / area_cm2


def _refuse_negative(**quantities: Floats | float) -> None:
    for name, value in quantities.items():
        if not np.all(np.greater_equal(value, 0) & np.isfinite(value)):
            raise ValueError(f"{name} must be a finite number of at least 0, not {value}")


def _refuse_not_positive(**quantities: Floats | float) -> None:
    for name, value in quantities.items():
        if not np.all(np.greater(value, 0)):
            raise ValueError(f"{name} must be above 0, not {value}")


def _of_defects(formula: Callable[[Any], Any]) -> YieldModel:
    return lambda defects, *, alpha, layers: formula(defects)  # noqa: PLW0108 (keywords differ)


def _of_clusters(formula: Callable[[Any, Any], Any]) -> YieldModel:
    return lambda defects, *, alpha, layers: formula(defects, alpha)


def _of_layers(formula: Callable[[Any, Any], Any]) -> YieldModel:
    return lambda defects, *, alpha, layers: formula(defects, layers)


for _name, _model in {
    YieldModelName.POISSON: _of_defects(formulas.poisson_yield),
    YieldModelName.MURPHY: _of_defects(formulas.murphy_yield),
    YieldModelName.RECTANGULAR: _of_defects(formulas.rectangular_yield),
    YieldModelName.SEEDS: _of_defects(formulas.seeds_yield),
    YieldModelName.SEEDS_SQRT: _of_defects(formulas.seeds_sqrt_yield),
    YieldModelName.NEGATIVE_BINOMIAL: _of_clusters(formulas.negative_binomial_yield),
    YieldModelName.BOSE_EINSTEIN: _of_layers(formulas.bose_einstein_yield),
    YieldModelName.HENNESSY_PATTERSON: _of_layers(formulas.hennessy_patterson_yield),
    YieldModelName.PATTERSON_HENNESSY: _of_defects(formulas.patterson_hennessy_yield),
    YieldModelName.ANYSILICON_MURPHY: _of_clusters(formulas.anysilicon_murphy_yield),
}.items():
    register_yield_model(_name, _model)
