"""Programme folders as a user would write them, and what `fabstack plan` answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from fabstack.cli.plan import plan

app = typer.Typer()
app.command()(plan)

HEAD = """\
[programme]
name = "instance"
start = 2026-01-01
end = {end}

[finance]
discount_rate_percent = 0

[planning]
x_factor = 0
backlog_months = {backlog_months}
"""


def month(index: int) -> str:
    return f"{2026 + index // 12}-{index % 12 + 1:02d}"


def table(head: str, *rows: tuple[Any, ...]) -> str:
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


def written(folder: Path, months: int, *, backlog_months: int = 0, **tables: str) -> Path:
    """A programme folder of so many months."""
    folder.mkdir(exist_ok=True)
    head = HEAD.format(end=f"{month(months - 1)}-28", backlog_months=backlog_months)
    (folder / "programme.toml").write_text(head)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def planned(folder: Path, *words: str) -> dict[str, Any]:
    """What `fabstack plan` answers."""
    done = CliRunner().invoke(app, [str(folder), "--json", *words])
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["checked"]["holds"], answer["checked"]
    return answer


def cost(answer: dict[str, Any]) -> float:
    return -float(answer["objective_usd"])


def short(answer: dict[str, Any]) -> float:
    return float(sum(row["quantity"] for row in answer["short"]))
