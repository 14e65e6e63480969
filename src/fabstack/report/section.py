"""A section of the page: a question or a subject."""

from __future__ import annotations

from dataclasses import dataclass

from fabstack.report.picture import Picture
from fabstack.report.tiles import Tiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One question or subject: its tiles, then its pictures; `half` ones stand side by side.

    A note below them says how to have what a run does not hold by itself.
    """

    name: str
    menu: str
    title: str
    tiles: tuple[Tiles, ...] = ()
    pictures: tuple[Picture, ...] = ()
    half: tuple[Picture, ...] = ()
    note: str = ""
