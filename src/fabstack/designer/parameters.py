"""The numbers that expressions may name, from the narrowest scope that has them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from fabstack.designer.expressions import value_of
from fabstack.designer.library import Library
from fabstack.designer.rows import Technology
from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.formats.faults import Fault
from fabstack.formats.places import Place


class Names(Mapping[str, float]):
    """Parameters by name, each worked out when it is asked for."""

    def __init__(self, texts: Mapping[str, str], outer: Names | None = None) -> None:
        self._texts = texts
        self._outer = outer
        self._known: dict[str, float] = {}
        self._asked: set[str] = set()

    def __getitem__(self, name: str) -> float:
        if name not in self._texts:
            if self._outer is None:
                raise KeyError(name)
            return self._outer[name]
        if name not in self._known:
            self._known[name] = self._worked_out(name)
        return self._known[name]

    def _worked_out(self, name: str) -> float:
        if name in self._asked:
            raise ValueError(f"parameter '{name}' depends on itself")
        self._asked.add(name)
        # What an execution sets is worked out from what holds around it.
        return value_of(self._texts[name], self if self._outer is None else self._outer)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*(self._outer or ()), *self._texts]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def with_values(self, texts: Mapping[str, str]) -> Names:
        """The same with some parameters set anew."""
        return Names(texts, self) if texts else self

    def all(self) -> Iterator[tuple[str, float]]:
        """Every parameter that can be worked out, by name."""
        for name in sorted(self):
            try:
                yield name, self[name]
            except (KeyError, ValueError):  # needs a parameter that this technology has not
                continue


def parameters_of(library: Library, technology: Technology, settings: Mapping[str, float]) -> Names:
    """The parameters of a technology, `settings` before all.

    Raises:
        InputError: a setting that nothing knows, or that is no finite number.
    """
    findings = [*_unknown_settings(library, settings), *_endless_settings(settings)]
    if findings:
        raise InputError(findings)
    scopes = ("", technology.factory, technology.name)
    texts = {"level": "1"}
    for wanted in scopes:
        for (scope, name), row in library.parameters.items():
            if scope == wanted:
                texts[name] = row.value
    return Names(texts | {name: repr(float(value)) for name, value in settings.items()})


def _unknown_settings(library: Library, settings: Mapping[str, float]) -> Iterator[Finding]:
    known = {name for _, name in library.parameters}
    for name in settings:
        if name not in known:
            cure = did_you_mean(name, tuple(known))
            fault = Fault("unknown-parameter", f"no parameter '{name}'", cure=cure)
            yield fault.at(Place("--set"))


def _endless_settings(settings: Mapping[str, float]) -> Iterator[Finding]:
    for name, value in settings.items():
        if not math.isfinite(value):
            fault = Fault("bad-setting", f"parameter '{name}' is {value}", "a finite number")
            yield fault.at(Place("--set"))
