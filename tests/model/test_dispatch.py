"""Dispatch rules: what they mean, and what is said of those that mean nothing."""

import pytest

from fabstack import formats
from fabstack.errors import InputError
from fabstack.model.dispatch import Key, parse_rule, spelt
from small_programme import FILES


@pytest.mark.parametrize("word", ["fifo", "edd", "cr", "slack", "rule:mine"])
def test_one_word_comes_after_priority(word):
    assert parse_rule(word) == ("priority", word)


def test_several_keys_are_taken_as_they_stand():
    assert parse_rule("setup>fifo") == ("setup", "fifo")
    assert parse_rule(" priority >  setup > next-queue ") == ("priority", "setup", "next-queue")
    assert parse_rule("priority") == ("priority",)


def test_every_key_is_understood():
    assert parse_rule(" > ".join(Key)) == tuple(Key)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("priority > sepup", "no key 'sepup'; did you mean 'setup'?"),
        ("priority > > fifo", "a key is blank"),
        ("", "a key is blank"),
        ("fifo > fifo", "'fifo' stands twice"),
        ("rule:", "names no rule"),
        ("rule:a b", "names no rule"),
        ("rule:a > rule:b", "a rule has room for one rule:NAME"),
        ("FIFO", "no key 'FIFO'"),
    ],
)
def test_a_rule_that_means_nothing_is_named(text, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        parse_rule(text)


def test_a_rule_is_kept_as_written_but_for_blanks():
    assert spelt("priority>  setup >fifo") == "priority > setup > fifo"
    assert spelt("cr") == "cr"


def test_a_bad_rule_in_a_file_is_a_finding_with_its_place(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    groups = FILES["tool_groups.csv"].splitlines()
    groups = [
        f"{groups[0]},dispatch",
        f"{groups[1]},priority > fido",
        *(f"{g}," for g in groups[2:]),
    ]
    (tmp_path / "tool_groups.csv").write_text("\n".join(groups) + "\n")
    with pytest.raises(InputError) as caught:
        formats.read(tmp_path)
    (found,) = caught.value.findings
    assert (found.line, found.code) == (2, "bad-text")
    assert "did you mean 'fifo'?" in found.message
    assert found.column == len(groups[1]) - len("priority > fido") + 1
