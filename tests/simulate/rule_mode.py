"""Runs the small line by a rule, in the mode that the environment asks for; prints a digest.

usage: python rule_mode.py PROGRAMME RULE DAYS
"""

import hashlib
import sys

import fabstack
from fabstack.simulate.rules import register_rule
from fabstack.simulate.run import simulate
from fabstack.studies.changes import with_rule


def own_slack(now_min, lot, step):
    return lot.due_min - lot.work_left_min


def own_spt(now_min, lot, step):
    return step.process.mean_min


def own_ratio(now_min, lot, step):
    if lot.work_left_min <= 0.0:
        return 0.0
    return (lot.due_min - now_min) / lot.work_left_min


def digest(programme, rule, days):
    """Of every lot that finished, under a rule."""
    result = simulate(
        with_rule(programme, rule), until_min=1440.0 * days, warm_up_min=0.0, replications=1
    )
    finished = result.replications[0].finished
    return f"{finished.size} {hashlib.sha256(finished.tobytes()).hexdigest()}"


def register_all():
    register_rule("own-slack", own_slack)
    register_rule("own-spt", own_spt)
    register_rule("own-ratio", own_ratio)


if __name__ == "__main__":
    register_all()
    print(digest(fabstack.load(sys.argv[1]), sys.argv[2], float(sys.argv[3])))  # noqa: T201
