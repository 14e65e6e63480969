"""Why one should believe the designer: designs made now beside figures that are published.

`python -m fabstack.studies.evidence ../shared/smt2020/HVLM` prints the page that stands in
docs/background/designer-evidence.md; the folder is a copy of the public testbed SMT2020.
"""

from fabstack.studies.evidence.page import page, published_sections, testbed_section
from fabstack.studies.evidence.testbed import pair_of

__all__ = ["page", "pair_of", "published_sections", "testbed_section"]
