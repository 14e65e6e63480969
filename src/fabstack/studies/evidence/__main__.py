"""Print the page: python -m fabstack.studies.evidence FOLDER, with a copy of SMT2020's HVLM."""

import sys
from pathlib import Path

from fabstack import formats
from fabstack.designer import read_library
from fabstack.errors import FabstackError
from fabstack.studies.evidence import page


def main() -> int:
    """The page on stdout; 2 where its folder is missing or wrong."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m fabstack.studies.evidence FOLDER (SMT2020's HVLM)\n")
        return 2
    try:
        sys.stdout.write(page(read_library(), formats.load(Path(sys.argv[1]))))
    except FabstackError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
