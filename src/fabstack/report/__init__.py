"""A run as one page to look at: self-contained HTML, pictures before tables."""

from fabstack.report.page import report

__all__ = ["report"]
