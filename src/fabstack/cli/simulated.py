"""What commands that simulate share: options, reading the programme, run folder, answer."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fabstack.cli.quantities import Quantities
    from fabstack.model import Programme
    from fabstack.results.store import RunWriter

# --- Options ------------------------------------------------------------------------------------

Subject = Annotated[Path, typer.Argument(help="Programme or AutoSched folder, or workbook.")]
Until = Annotated[
    str | None, typer.Option(help="Simulated time, such as 730d; default: the programme's.")
]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same bits.")]
Scenario = Annotated[str | None, typer.Option(help="Named scenario of the programme.")]
Out = Annotated[Path | None, typer.Option(help="Run folder to write the tables into.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def minutes(quantities: Quantities, option: str, text: str | None, **limits: float) -> float | None:
    """A time in an option that may be left out; limits as of `Quantities.read`."""
    return None if text is None else quantities.read(option, text, "min", **limits)


def rules(quantities: Quantities, texts: Iterable[str | None]) -> list[str]:
    """The dispatch rules that are given, each once, in the spelling of the programme."""
    from fabstack.model import dispatch

    found = []
    for text in filter(None, texts):
        try:
            found.append(dispatch.spelt(text))
        except ValueError as error:
            quantities.reject("--rule", str(error), dispatch.MEANING, "bad-rule", "")
    return list(dict.fromkeys(found))


def load_percents(quantities: Quantities, text: str) -> list[float]:
    """Loads in percent, each once, the smallest first."""
    found = []
    for word in text.split(","):
        try:
            load = float(word.strip().removesuffix("%"))
        except ValueError:
            load = 0.0
        if not 0 < load < 100:
            message, cure = f"'{word.strip()}' is no load", "write --loads 70,80,90,95"
            quantities.reject("--loads", message, "percent above 0, below 100", "bad-load", cure)
        found.append(load)
    return sorted(set(found))


# --- What goes in and comes out -----------------------------------------------------------------


def read_programme(path: Path, scenario: str | None) -> Programme:
    """The programme; on stderr what was found in it, and whether the kernel must be compiled.

    Raises:
        InputError: it is no sound programme.
    """
    from fabstack import formats
    from fabstack.simulate.simulation import announce_compilation

    loaded = formats.read(path, scenario)
    for finding in loaded.findings:
        sys.stderr.write(f"{finding}\n")
    announce_compilation(lambda words: sys.stderr.write(f"fabstack: {words}\n"))
    return loaded.programme


def refuse_without_starts(path: Path, programme: Programme) -> None:
    """Let pass a programme whose starts can be scaled to a load.

    Raises:
        InputError: it starts nothing by rate.
    """
    from fabstack.errors import Finding, InputError

    if not programme.starts and all(order.every_h is None for order in programme.orders):
        message = "there are no starts to scale"
        expected, cure = "rows of starts, or orders with every_h", "add a table starts"
        raise InputError([Finding(str(path), 0, 0, "no-starts", message, expected, cure)])


@contextmanager
def run_folder(out: Path, programme: Programme, answer: Mapping[str, Any]) -> Iterator[RunWriter]:
    """The run folder of this command line, whole or not at all; scenario and seed from the answer.

    Raises:
        OutputError: it cannot be written.
    """
    from fabstack import formats
    from fabstack.results.store import RunWriter

    with RunWriter(
        out,
        programme=programme.programme.name,
        digest=formats.digest(programme),
        scenario=answer["scenario"],
        seed=answer["seed"],
        command=shlex.join(["fabstack", *sys.argv[1:]]),
    ) as writer:
        yield writer


def print_answer(answer: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """One JSON document, or the lines for people."""
    from fabstack.results.documents import json_bytes

    sys.stdout.write(json_bytes(answer).decode() if as_json else "\n".join(lines) + "\n")
