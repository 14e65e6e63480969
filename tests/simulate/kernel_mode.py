"""Runs the fab of everything in the mode that the environment asks for; prints its digest.

usage: python kernel_mode.py SEED END_MINUTE
"""

import sys

from kernel_fabs import digest, everything, run

if __name__ == "__main__":
    print(digest(run(everything(), int(sys.argv[1]), float(sys.argv[2]))))  # noqa: T201
