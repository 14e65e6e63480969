"""Who works on a study, and where finished work is kept: options that studies share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fabstack.results.shelf import Shelf
    from fabstack.studies.tasks import Account, Crew

Workers = Annotated[int, typer.Option(min=1, help="Processes on this machine.")]
OnCluster = Annotated[
    str | None,
    typer.Option("--cluster", help="Dask scheduler to work on, such as tcp://10.0.0.1:8786."),
]
Store = Annotated[
    str | None,
    typer.Option(
        help="Where finished runs are kept and found again: a folder or an address such as "
        "s3://bucket/studies; default: a folder of the user's cache."
    ),
]


def crew_of(workers: int, cluster: str | None) -> Crew:
    """One process, several of them, or a cluster."""
    from fabstack.studies.cluster import Cluster
    from fabstack.studies.tasks import Alone
    from fabstack.studies.workers import Processes

    if cluster is not None:
        return Cluster(cluster, say)
    return Alone() if workers == 1 else Processes(workers, say)


def shelf_at(store: str | None) -> Shelf:
    """Where finished runs are kept."""
    from fabstack.results.shelf import open_shelf, user_shelf

    return open_shelf(store or user_shelf())


def say(words: str) -> None:
    """Tell the user what happened, above the bar of progress."""
    sys.stderr.write(f"fabstack: {words}\n")


def told(account: Account) -> str:
    """What became of the runs, in a sentence."""
    words = f"{account.done} run now, {account.found} found finished"
    if account.redone:
        words += f", {len(account.redone)} done again after a lost worker"
    return words + ("; stopped" if account.was_stopped else "")
