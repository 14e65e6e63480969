"""Rules of the user: the same bits as the built-in keys, and told apart from what is no rule."""

import importlib.metadata
import os
import random
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import rule_mode

import fabstack
from fabstack.errors import FabstackError
from fabstack.simulate.rules import DISPATCH_RULES, RuleError, check_rule, register_rule
from fabstack.simulate.run import simulate
from fabstack.studies.changes import with_rule

DAYS = 40


@pytest.fixture(scope="module")
def line(project):
    return fabstack.load(project / "programmes" / "small-line")


@pytest.fixture(scope="module", autouse=True)
def own_rules():
    rule_mode.register_all()


def in_mode(project, rule, days, **environment):
    script = Path(__file__).with_name("rule_mode.py")
    programme = project / "programmes" / "small-line"
    done = subprocess.run(
        [sys.executable, str(script), str(programme), rule, str(days)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


# --- The same bits ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "known"),
    [
        ("priority > rule:own-slack", "priority > slack"),
        ("rule:own-spt > edd", "spt > edd"),
        ("rule:own-ratio", "cr"),
    ],
)
def test_a_rule_of_the_user_gives_the_bits_of_the_key_that_it_repeats(line, own, known):
    assert rule_mode.digest(line, own, DAYS) == rule_mode.digest(line, known, DAYS)


def by_group(line, rules):
    groups = tuple(
        replace(group, dispatch=rules.get(group.name, "fifo")) for group in line.tool_groups
    )
    result = simulate(
        line.model_copy(update={"tool_groups": groups}),
        until_min=1440.0 * DAYS, warm_up_min=0.0, replications=1,
    )  # fmt: skip
    return result.replications[0].finished.tobytes()


def test_each_tool_group_may_follow_a_rule_of_its_own(line):
    own = by_group(line, {"expose": "rule:own-ratio", "film": "rule:own-spt > edd"})
    assert own == by_group(line, {"expose": "cr", "film": "spt > edd"})
    assert own != by_group(line, {"expose": "spt > edd", "film": "cr"})


def test_these_rules_are_not_all_alike(line):
    rules = ("fifo", "priority > slack", "spt > edd", "cr")
    assert len({rule_mode.digest(line, rule, DAYS) for rule in rules}) == len(rules)


def test_pure_python_gives_the_same_bits(project, line):
    days = 6
    pure = in_mode(project, "rule:own-ratio", days, NUMBA_DISABLE_JIT="1")
    assert pure == rule_mode.digest(line, "rule:own-ratio", days)
    assert pure == rule_mode.digest(line, "cr", days)
    assert pure != rule_mode.digest(line, "fifo", days)


# --- What is no rule ----------------------------------------------------------------------------


def test_a_rule_that_writes_to_a_lot_is_refused():
    def greedy(now_min, lot, step):
        lot.due_min = 0.0
        return lot.due_min

    with pytest.raises(RuleError, match="the dispatch rule greedy changes a lot or a step"):
        check_rule(greedy)


def test_a_rule_that_is_no_number_is_refused():
    def empty(now_min, lot, step):
        return (lot.due_min - lot.due_min) / 0.0 if lot.carriers < 0 else float("nan")

    with pytest.raises(RuleError, match=r"the dispatch rule empty is no number \(NaN\)"):
        check_rule(empty)


def test_a_rule_that_draws_lots_is_refused():
    def lucky(now_min, lot, step):
        return random.random()

    with pytest.raises(RuleError, match=r"lucky gives 0\.\d+, then 0\.\d+: chance or memory has"):
        check_rule(lucky)


def test_a_rule_that_fails_on_a_sample_says_why():
    def painted(now_min, lot, step):
        return lot.colour

    with pytest.raises(RuleError, match=r"rule painted fails on a sample lot: .*colour"):
        check_rule(painted)


def test_a_rule_that_does_not_compile_is_refused():
    def worded(now_min, lot, step):
        return float(f"{now_min:.1f}")

    with pytest.raises(RuleError, match="the dispatch rule worded does not compile"):
        check_rule(worded)


def test_a_user_is_told_and_it_is_not_our_fault():
    assert issubclass(RuleError, FabstackError)
    assert RuleError.exit_code == 2


# --- Names --------------------------------------------------------------------------------------


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="there is a dispatch rule 'own-slack' already"):
        register_rule("own-slack", rule_mode.own_slack)


def test_an_unknown_rule_is_named_with_the_nearest_one(line):
    with pytest.raises(RuleError, match="no dispatch rule 'own-slak'; did you mean 'own-sl"):
        simulate(with_rule(line, "rule:own-slak"), until_min=1440.0)


def test_a_command_says_which_rule_is_unknown(project):
    done = subprocess.run(
        [sys.executable, "-m", "fabstack", "simulate", "programmes/small-line", "--until", "1d",
         "--rule", "rule:nobody"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no dispatch rule 'nobody'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_installed_package_offers_its_rule(line, monkeypatch):
    offer = EntryPoint("Packaged Slack", "rule_mode:own_slack", DISPATCH_RULES.group)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [offer])
    assert "packaged-slack" in DISPATCH_RULES.names()
    found = rule_mode.digest(line, "rule:packaged-slack", DAYS)
    assert found == rule_mode.digest(line, "priority > slack", DAYS)


def test_an_installed_rule_that_cannot_be_loaded_is_named(line, monkeypatch):
    offer = EntryPoint("gone", "nowhere_at_all:rule", DISPATCH_RULES.group)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [offer])
    with pytest.raises(FabstackError, match=r"'gone' \(nowhere_at_all:rule\) cannot be loaded"):
        simulate(with_rule(line, "rule:gone"), until_min=1440.0)
