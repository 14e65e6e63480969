"""Dispatch rules as text: which waiting lot goes first, such as `priority > setup > fifo`.

A rule is a row of keys. Lots are compared by the first one; those that tie by the next, and so on.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from fabstack.errors import did_you_mean


class Key(StrEnum):
    """What a rule can look at; the comment says which lot goes first."""

    PRIORITY = "priority"  # the larger priority
    SETUP = "setup"  # the shorter change of setup on this tool
    FIFO = "fifo"  # the earlier arrival at this queue
    EARLIEST_DUE_DATE = "edd"  # the earlier due date
    CRITICAL_RATIO = "cr"  # the less time to the due date over the work that remains
    SLACK = "slack"  # the less time to the due date beyond the work that remains
    SHORTEST_TIME = "spt"  # the shorter process time of this step
    REMAINING_WORK = "remaining"  # the less work on the steps that remain
    QUEUE_TIME_RATIO = "qtcr"  # the less time to the queue limit over the work up to its end
    QUEUE_TIME_SLACK = "qts"  # the less time to the queue limit beyond the work up to its end
    NEXT_QUEUE = "next-queue"  # the less work waiting at the next step
    BATCH = "batch"  # the fuller batch


SEPARATOR = " > "
OWN = "rule:"  # before the name of a user's own key
_OWN_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def parse_rule(text: str) -> tuple[str, ...]:
    """The keys of a rule, first things first; one word alone comes after priority.

    >>> parse_rule("edd")
    ('priority', 'edd')
    >>> parse_rule("priority > setup > fifo")
    ('priority', 'setup', 'fifo')

    Raises:
        ValueError: a key is unknown, blank or doubled, or two are the user's own.

    """
    keys = tuple(_key(word.strip()) for word in text.split(SEPARATOR.strip()))
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"'{key}' stands twice in the rule")
    if sum(key.startswith(OWN) for key in keys) > 1:
        raise ValueError(f"a rule has room for one {OWN}NAME; join two in one function")
    if len(keys) == 1 and keys[0] != Key.PRIORITY:
        return (Key.PRIORITY.value, *keys)
    return keys


def _key(word: str) -> str:
    if not word:
        raise ValueError("a key is blank; write keys such as priority > setup > fifo")
    if word.startswith(OWN):
        if not _OWN_NAME.fullmatch(word.removeprefix(OWN)):
            raise ValueError(f"'{word}' names no rule; write {OWN}NAME with letters, digits, _ . -")
        return word
    if word not in set(Key):
        raise ValueError(f"no key '{word}'; {did_you_mean(word, _KNOWN)}")
    return word


_KNOWN = tuple(key.value for key in Key)


def spelt(text: str) -> str:
    """A rule as it was written, with single blanks around each `>`.

    Raises:
        ValueError: it is no rule.

    """
    parse_rule(text)
    return SEPARATOR.join(word.strip() for word in text.split(SEPARATOR.strip()))


DispatchRule = Annotated[str, AfterValidator(spelt)]

MEANING = (
    f"which lot goes first: keys joined by '>' from {', '.join(_KNOWN)}, or {OWN}NAME for your own;"
    " one word alone comes after priority"
)
