"""What is wrong with a yield model of one's own: each fault as a finding, all at once."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from fabstack.economics.numeric import Floats
from fabstack.economics.yields import YieldModel
from fabstack.errors import Finding

# From no defect at all to a hundred on every die: all that a yield model may be asked.
TRIAL_DEFECTS: Floats = np.concatenate([[0.0], np.geomspace(1e-9, 100.0, 200)])
TRIAL_SETTINGS = (
    {"alpha": 3.0, "layers": 1.0},
    {"alpha": 0.5, "layers": 12.0},
    {"alpha": np.inf, "layers": 13.5},
)


def check_yield_model(model: YieldModel, *, name: str = "") -> tuple[Finding, ...]:
    """Everything that keeps a function from being a yield model; nothing when it is one.

    A yield is 1 without defects, never rises with them, stays within 0 and 1, and is the same for
    a number as for that number in an array.
    """
    return tuple(dict.fromkeys(_finding(model, name, *fault) for fault in _faults(model)))


Fault = tuple[str, str, str, str]  # code, what was found, what was expected, the cure


def _faults(model: YieldModel) -> Iterator[Fault]:
    for settings in TRIAL_SETTINGS:
        try:
            with np.errstate(all="ignore"):
                yield from _faults_of_curve(model, settings)
                yield from _faults_of_number(model, settings)
        except Exception as error:
            yield (
                "yield-model-fails",
                f"called with {_words(settings)} it raises {type(error).__name__}: {error}",
                "a function model(defects, *, alpha, layers)",
                "take a number or an array of defects, and both keywords, used or not",
            )


def _faults_of_curve(model: YieldModel, settings: dict[str, float]) -> Iterator[Fault]:
    given = TRIAL_DEFECTS.copy()
    share = np.asarray(model(given, **settings))
    if not np.array_equal(given, TRIAL_DEFECTS):
        yield (
            "yield-model-changes-input",
            "it changes the array of defects that it is given",
            "a function that leaves its arguments alone",
            "work on a copy",
        )
    if share.shape != TRIAL_DEFECTS.shape:
        yield (
            "yield-model-not-vectorised",
            f"it gives shape {share.shape} for defects of shape {TRIAL_DEFECTS.shape}",
            "one yield for each element",
            "use NumPy functions in place of those of math",
        )
        return
    yield from _faults_of_values(share.astype(float), _words(settings))


def _faults_of_values(share: Floats, where: str) -> Iterator[Fault]:
    if not np.all(np.isfinite(share)):
        at = TRIAL_DEFECTS[~np.isfinite(share)][0]
        yield (
            "yield-model-not-finite",
            f"it is not a number at {at:g} defects with {where}",
            "a finite yield for any number of defects, 0 among them",
            "give the limit by hand where the formula is 0/0",
        )
        return
    if share.min() < 0 or share.max() > 1 + 1e-12:
        worst = share.min() if share.min() < 0 else share.max()
        yield (
            "yield-model-out-of-range",
            f"it gives {worst:g} with {where}",
            "a share between 0 and 1",
            "return a share, not a percentage, and check the sign of the exponent",
        )
    if abs(share[0] - 1) > 1e-9:
        yield (
            "yield-model-loses-without-defects",
            f"it gives {share[0]:g} without any defect with {where}",
            "a yield of 1",
            "keep losses that are not due to random defects for the line yield",
        )
    rises = np.flatnonzero(np.diff(share) > 1e-12)
    if rises.size:
        low, high = TRIAL_DEFECTS[rises[0]], TRIAL_DEFECTS[rises[0] + 1]
        yield (
            "yield-model-rises",
            f"it rises between {low:g} and {high:g} defects with {where}",
            "a yield that never rises with the number of defects",
            "check the sign of the exponent",
        )


def _faults_of_number(model: YieldModel, settings: dict[str, float]) -> Iterator[Fault]:
    whole = np.asarray(model(TRIAL_DEFECTS.copy(), **settings))
    for index in (0, 1, 100):
        alone = model(float(TRIAL_DEFECTS[index]), **settings)
        if np.ndim(alone) != 0:
            found = f"it gives an array of shape {np.shape(alone)} for a single number"
        elif whole.shape == TRIAL_DEFECTS.shape and not np.isclose(
            alone, whole[index], rtol=1e-12, atol=0, equal_nan=True
        ):
            found = f"it gives {alone:g} for {TRIAL_DEFECTS[index]:g} defects, but not in an array"
        else:
            continue
        yield (
            "yield-model-not-elementwise",
            found,
            "the same yield for a number as for that number in an array",
            "treat each element alone",
        )
        return


def _finding(
    model: YieldModel, name: str, code: str, found: str, expected: str, cure: str
) -> Finding:
    file, line = _place(model)
    called = name or getattr(model, "__name__", type(model).__name__)
    return Finding(file, line, 0, code, f"yield model '{called}': {found}", expected, cure)


def _place(model: Any) -> tuple[str, int]:
    try:
        return inspect.getsourcefile(model) or "?", inspect.getsourcelines(model)[1]
    except (TypeError, OSError):
        return getattr(model, "__module__", "?") or "?", 0


def _words(settings: dict[str, float]) -> str:
    return " and ".join(f"{key} {value:g}" for key, value in settings.items())
