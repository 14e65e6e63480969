"""HTML as values: whatever is not marked as HTML is escaped, so a name can never become a tag."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

Child = object  # text, Html, numbers, None, or lists of them
VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "col"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *children: Child, **attributes: object) -> Html:
    """One element; `class_` and `aria_label` stand for class and aria-label, None leaves out."""
    start = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Html(start if name in VOID else f"{start}{joined(children)}</{name}>")


def joined(children: Iterable[Child]) -> Html:
    """Children one after another; lists are opened, None is left out, plain text is escaped."""
    return Html("".join(_content(child) for child in children))


def _content(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return str(child)
    if isinstance(child, str):
        return escape(_visible(child), quote=False)
    if isinstance(child, Iterable):
        return joined(child)
    return escape(str(child))


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(_visible(str(value)))}"'


def _visible(text: str) -> str:
    """The text without characters that HTML does not allow."""
    return "".join(c for c in text if c in "\t\n" or not (ord(c) < 32 or 127 <= ord(c) < 160))
