"""One house theme, light and dark, safe for colour-blind readers.

A figure names roles instead of colours: `$made`, or `$made/0.2` for a see-through one. The page
puts in the colours of the reader's scheme; `coloured` does the same in Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Figure = dict[str, Any]


class Scheme(StrEnum):
    """How bright the reader wants the page."""

    LIGHT = "light"
    DARK = "dark"


# Hues after Okabe and Ito (Color Universal Design, 2008), their lightness fitted to each ground so
# that text keeps a contrast of 4.5 and marks of 3 (WCAG 2.1).
PALETTES: Mapping[Scheme, Mapping[str, str]] = {
    Scheme.LIGHT: {
        "ground": "#f5f6f4",
        "card": "#ffffff",
        "ink": "#161b22",
        "muted": "#56606d",
        "line": "#dcdfe3",
        "grid": "#e9ebee",
        "accent": "#0b5fa5",
        "holds": "#00704f",
        "fails": "#b83c00",
        "unknown": "#7a5b00",
        "blue": "#0072b2",
        "orange": "#d98200",
        "green": "#009e73",
        "vermillion": "#d55e00",
        "sky": "#56b4e9",
        "purple": "#b4649a",
        "yellow": "#c9b400",
        "grey": "#8a93a0",
        "pale": "#cfd4da",
        "heat-0": "#f1f4f8",
        "heat-1": "#bcd4e8",
        "heat-2": "#5b9bc9",
        "heat-3": "#1f5f96",
        "heat-4": "#d55e00",
    },
    Scheme.DARK: {
        "ground": "#0e1217",
        "card": "#161c24",
        "ink": "#e8ecf1",
        "muted": "#a0abb8",
        "line": "#2c3541",
        "grid": "#252d38",
        "accent": "#6cb8f0",
        "holds": "#45d0a3",
        "fails": "#ff9466",
        "unknown": "#e3c04f",
        "blue": "#4ba6e0",
        "orange": "#f0a63a",
        "green": "#35c79b",
        "vermillion": "#f5803a",
        "sky": "#8fd0f7",
        "purple": "#d68fbe",
        "yellow": "#ecdc55",
        "grey": "#7f8a98",
        "pale": "#465160",
        "heat-0": "#1b232d",
        "heat-1": "#23455f",
        "heat-2": "#2f7db3",
        "heat-3": "#8fd0f7",
        "heat-4": "#f5803a",
    },
}

# What the hues mean everywhere.
MADE, BOUGHT, SHORT = "$blue", "$orange", "$vermillion"
WANTED, CLAIMED, LIKELY, LATE = "$ink", "$grey", "$blue", "$purple"
SERIES = ("$blue", "$orange", "$green", "$purple", "$sky", "$vermillion", "$yellow", "$grey")
GRADES = {
    "published": "$green",
    "press": "$sky",
    "estimate": "$orange",
    "claim": "$vermillion",
}

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", '
    '"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif'
)

_ROLE = re.compile(r"\$([a-z0-9-]+)(?:/([0-9.]+))?")


def faint(role: str, opacity: float) -> str:
    """A role that what lies behind shines through."""
    return f"{role}/{opacity}"


def coloured(figure: Figure, scheme: Scheme) -> Figure:
    """The figure with colours in place of roles."""
    painted: Figure = _painted(figure, PALETTES[scheme], colours=False)
    return painted


def _painted(value: Any, palette: Mapping[str, str], *, colours: bool) -> Any:
    """Roles stand under keys that speak of colour and nowhere else: a name may begin with $."""
    if isinstance(value, Mapping):
        return {
            key: _painted(part, palette, colours=colours or "color" in key)
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [_painted(part, palette, colours=colours) for part in value]
    if colours and isinstance(value, str) and (found := _ROLE.fullmatch(value)):
        return _colour(palette[found[1]], found[2])
    return value


def _colour(hexadecimal: str, opacity: str | None) -> str:
    if opacity is None:
        return hexadecimal
    red, green, blue = (int(hexadecimal[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def css_variables(scheme: Scheme) -> str:
    """The palette as CSS custom properties."""
    return "".join(f"--{name}:{colour};" for name, colour in PALETTES[scheme].items())
