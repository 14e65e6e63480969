"""The long parts of a ramp as pieces with a name, so that a stopped one need not do them again.

A piece is a few arrays that depend on the programme, the samples, the seed and the design alone.
Whoever keeps pieces gives back the same bits that making them would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from fabstack.uncertainty.chance import Floats

Make = Callable[[], Sequence[Floats]]


class Keep(Protocol):
    """Gives a piece, made now or before."""

    def expect(self, pieces: int) -> None:
        """Hear that so many more pieces will be asked for."""
        ...

    def piece(self, name: str, make: Make) -> Sequence[Floats]:
        """The arrays of a piece."""
        ...


class MakeAll:
    """Keeps nothing."""

    def expect(self, pieces: int) -> None:
        """Nobody is told."""

    def piece(self, name: str, make: Make) -> Sequence[Floats]:
        """The arrays, made now."""
        return make()
