"""The name by which `gymnasium.make` knows the environment."""

from __future__ import annotations

import gymnasium

NAME = "fabstack/Dispatch-v0"


def register() -> str:
    """Let `gymnasium.make` and `make_vec` find the environment; returns its name.

    Calling it again changes nothing.
    """
    if NAME not in gymnasium.registry:
        gymnasium.register(
            id=NAME,
            entry_point="fabstack.environment:FabEnv",
            vector_entry_point="fabstack.environment:VectorFabEnv",
        )
    return NAME
