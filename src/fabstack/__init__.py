"""Describe a chip maker in a folder of plain files; check, plan, simulate and cost it.

>>> import fabstack
>>> fabstack.__version__
'0.1.0'

Each engine is a package with a function of its own name (`fabstack.plan.plan(programme)`); the
names below are what most scripts need. All of them are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fabstack.errors import FabstackError, Finding, InputError
    from fabstack.formats import load, read, save
    from fabstack.model import Distribution, Programme
    from fabstack.results.store import open_run
    from fabstack.studies.run import RunOptions, run_programme

__version__ = "0.1.0"

_HOMES = {
    "Distribution": "fabstack.model",
    "FabstackError": "fabstack.errors",
    "Finding": "fabstack.errors",
    "InputError": "fabstack.errors",
    "Programme": "fabstack.model",
    "RunOptions": "fabstack.studies.run",
    "load": "fabstack.formats",
    "open_run": "fabstack.results.store",
    "read": "fabstack.formats",
    "run_programme": "fabstack.studies.run",
    "save": "fabstack.formats",
}
_PACKAGES = frozenset(
    {
        "check",
        "designer",
        "economics",
        "environment",
        "formats",
        "model",
        "plan",
        "ramp",
        "report",
        "results",
        "serve",
    }
    | {"simulate", "studies", "uncertainty", "units", "errors"}
)

__all__ = [
    "Distribution",
    "FabstackError",
    "Finding",
    "InputError",
    "Programme",
    "RunOptions",
    "load",
    "open_run",
    "read",
    "run_programme",
    "save",
]


def __getattr__(name: str) -> Any:
    """The public name or package `name`, imported on first use (PEP 562)."""
    if name in _PACKAGES:
        return importlib.import_module(f"fabstack.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'fabstack' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """What a user may ask for."""
    return sorted({*__all__, *_PACKAGES, "__version__"})
