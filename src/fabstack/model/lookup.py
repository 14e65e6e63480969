"""Finding rows, and what follows from them, without a pass over the tables each time.

Rows are frozen, so what was worked out from a table stays true for as long as its very tuple lives.
The tuples are kept beside the answer so that their ids are not reused; the least recently used
answers go first.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from fabstack.model.fields import keys_of
from fabstack.model.programme import Programme

Row = TypeVar("Row")
P = ParamSpec("P")
R = TypeVar("R")
Rows = tuple[Any, ...]

_KEPT = 4096
_ANSWERS: OrderedDict[Hashable, tuple[tuple[Rows, ...], Any]] = OrderedDict()


def by_key(rows: tuple[Row, ...]) -> Mapping[str, Row]:
    """The rows of one table by their key."""
    index: Mapping[str, Row] = _remembered(
        "by_key", (rows,), lambda: dict(zip(keys_of(rows), rows, strict=True))
    )
    return index


def grouped(rows: tuple[Row, ...], column: str) -> Mapping[Any, list[Row]]:
    """The rows of one table by the value of a column; a value without rows gives an empty list."""
    index: Mapping[Any, list[Row]] = _remembered(column, (rows,), lambda: _groups(rows, column))
    return index


def follows_from(
    *tables: str,
) -> Callable[[Callable[Concatenate[Programme, P], R]], Callable[Concatenate[Programme, P], R]]:
    """Work a function of a programme out once for as long as the tables it reads stay the same."""

    def decorate(
        function: Callable[Concatenate[Programme, P], R],
    ) -> Callable[Concatenate[Programme, P], R]:
        @functools.wraps(function)
        def answer(programme: Programme, /, *args: P.args, **kwargs: P.kwargs) -> R:
            rows = tuple(programme.table(name) for name in tables)
            name = (function, args, tuple(kwargs.items()))
            found: R = _remembered(name, rows, lambda: function(programme, *args, **kwargs))
            return found

        return answer

    return decorate


class _Groups(dict[Any, list[Any]]):
    """Rows by a value; looking one up that has no rows leaves nothing behind."""

    def __missing__(self, value: Any) -> list[Any]:
        return []


def _groups(rows: tuple[Row, ...], column: str) -> _Groups:
    groups = _Groups()
    for row in rows:
        groups.setdefault(getattr(row, column), []).append(row)
    return groups


def _remembered(name: Hashable, rows: tuple[Rows, ...], build: Callable[[], Any]) -> Any:
    address = (name, *map(id, rows))
    found = _ANSWERS.get(address)
    if found is None:
        found = _ANSWERS[address] = (rows, build())
        if len(_ANSWERS) > _KEPT:
            _ANSWERS.popitem(last=False)
    _ANSWERS.move_to_end(address)
    return found[1]
