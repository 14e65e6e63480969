"""How far a command is, by the lines of JSON that it writes on stderr, and its other words."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel


class Progress(BaseModel):
    """The last that a command said of its progress; `of` is 0 where nobody can tell."""

    stage: str = ""
    done: float = 0
    of: float = 0
    words: str = ""


def told(stderr: str) -> tuple[Progress, list[str]]:
    """The progress, and the lines that are for people."""
    progress, lines = Progress(), []
    for line in stderr.splitlines():
        document = _progress(line)
        if document is None:
            lines.append(line)
        else:
            progress = document
    return progress, lines


def _progress(line: str) -> Progress | None:
    if not line.startswith('{"progress"'):
        return None
    try:
        found: Any = json.loads(line)["progress"]
        return Progress.model_validate(found)
    except (ValueError, KeyError, TypeError):
        return None
