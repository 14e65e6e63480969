"""Settings of the documentation (`make docs`)."""

import re
from typing import Any

from fabstack.report.theme import PALETTES, Scheme

project = "fabstack"
author = "the fabstack authors"
copyright = "2026, the fabstack authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "fabstack"
html_show_sphinx = False
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3


def _brand(scheme: Scheme) -> dict[str, str]:
    """The accent of the report, so that pages and pictures belong together."""
    accent = PALETTES[scheme]["accent"]
    names = ("color-brand-primary", "color-brand-content", "color-brand-visited")
    return dict.fromkeys(names, accent)


html_theme_options = {
    "light_css_variables": _brand(Scheme.LIGHT),
    "dark_css_variables": _brand(Scheme.DARK),
    "top_of_page_buttons": [],
}


# A block `text mine/items.csv` is written into that file by the tests; readers see the name, too.
_FILE = re.compile(r"^```(toml|text) ([\w./-]+\.\w+)(?: not run)?\n", re.MULTILINE)


def _name_files(_app: Any, _page: str, source: list[str]) -> None:
    source[0] = _FILE.sub(r"```{code-block} \1\n:caption: \2\n\n", source[0])


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _name_files)
