"""`python -m fabstack` is the command line."""

from fabstack.cli import main

if __name__ == "__main__":
    main()
