"""Settings of the documentation (`make docs`)."""

project = "fabstack"
author = "the fabstack authors"
copyright = "2026, the fabstack authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "fabstack"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
