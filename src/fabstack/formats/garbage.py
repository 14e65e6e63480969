"""Python's garbage collector stays out of the way while millions of rows are built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """No cycles are looked for inside: rows hold none, and looking takes longer than loading."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def spare(count: int) -> None:
    """Exempt what is alive now from later collections, if it is as much as `count` large rows."""
    if count > _MANY:
        gc.freeze()


_MANY = 200_000
