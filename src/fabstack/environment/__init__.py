"""Dispatching as a Gymnasium environment: an agent chooses the next lot, the kernel does the rest.

Needs the extra `gym`. Nothing of Gymnasium is imported before one of the classes is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from fabstack.errors import MissingExtra

if TYPE_CHECKING:
    from fabstack.environment.registration import register
    from fabstack.environment.rewards import REWARDS, Books, Reward
    from fabstack.environment.single import FabEnv
    from fabstack.environment.vector import VectorFabEnv

_HOMES = {
    "REWARDS": "rewards",
    "Books": "rewards",
    "FabEnv": "single",
    "Reward": "rewards",
    "VectorFabEnv": "vector",
    "register": "registration",
}

__all__ = ["REWARDS", "Books", "FabEnv", "Reward", "VectorFabEnv", "register"]


def __getattr__(name: str) -> Any:
    """The public name, imported on first use (PEP 562).

    Raises:
        MissingExtra: Gymnasium is not installed.
    """
    if name not in _HOMES:
        raise AttributeError(f"module 'fabstack.environment' has no attribute '{name}'")
    try:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "gymnasium":
            raise
        raise MissingExtra("the environment for learning agents", "gym") from None
