"""Pieces of a ramp on a shelf: one that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import numpy as np

from fabstack import formats
from fabstack.model import Programme
from fabstack.ramp.pieces import Make
from fabstack.results.shelf import Shelf
from fabstack.studies.tasks import Tell, code_digest
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.uniforms import Design


class KeptPieces:
    """The pieces of one ramp; whoever asks for the same ramp finds them."""

    def __init__(
        self,
        programme: Programme,
        samples: int,
        seed: int,
        design: Design,
        shelf: Shelf,
        tell: Tell,
    ) -> None:
        what = f"ramp {formats.digest(programme)} {samples} {seed} {design} {code_digest()}"
        self._what = what
        self._shelf = shelf
        self._tell = tell
        self._wanted = self._asked = 0
        self.found = 0

    def expect(self, pieces: int) -> None:
        """Hear that so many more pieces will be asked for."""
        self._wanted += pieces

    def piece(self, name: str, make: Make) -> Sequence[Floats]:
        """The arrays of a piece, found or made and kept."""
        digest = hashlib.sha256(f"{self._what}\n{name}".encode()).hexdigest()
        content = self._shelf.get(digest)
        if content is None:
            arrays = make()
            self._shelf.put(digest, _packed(arrays))
        else:
            arrays = _unpacked(content)
            self.found += 1
        self._asked += 1
        self._tell("ramp", self._asked, max(self._wanted, self._asked))
        return arrays


def _packed(arrays: Sequence[Floats]) -> bytes:
    buffer = io.BytesIO()
    for array in arrays:
        np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=False)
    return buffer.getvalue()


def _unpacked(content: bytes) -> Sequence[Floats]:
    buffer, arrays = io.BytesIO(content), []
    while buffer.tell() < len(content):
        arrays.append(np.lib.format.read_array(buffer, allow_pickle=False))
    return arrays
