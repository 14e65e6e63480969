"""`fabstack serve`: programmes, runs and jobs in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    runs: Annotated[Path, typer.Argument(help="Folder of runs.")] = Path("runs"),
    programmes: Annotated[
        Path, typer.Option(help="Folder of programme folders to open, edit and run.")
    ] = Path("programmes"),
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond this machine a token is needed.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0: any free one.")] = 8080,
    token_file: Annotated[
        Path | None,
        typer.Option(
            help="File with the hash of the token; made, and the token shown, if missing."
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="Jobs that work at a time on this machine.")
    ] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(help="Dask scheduler that jobs work on, such as tcp://10.0.0.1:8786."),
    ] = None,
) -> None:
    """Open programmes, edit them, run them and look at runs in a browser; with a REST API.

    Example: fabstack serve runs --programmes programmes
    """
    try:
        import nicegui  # noqa: F401 - it is imported late, when pages are made

        from fabstack.serve.server import Options, serve
    except ImportError as error:
        from fabstack.errors import MissingExtra

        raise MissingExtra("the dashboard", "app") from error
    _refuse_no_folders(runs, programmes)
    serve(
        Options(
            runs=runs,
            programmes=programmes,
            host=host,
            port=port,
            token_file=token_file,
            workers=jobs,
            cluster=cluster,
        )
    )


def _refuse_no_folders(runs: Path, programmes: Path) -> None:
    """The folder of runs is made where it is missing; that of programmes must be there."""
    from fabstack.errors import Finding, InputError

    findings = []
    if (runs / "manifest.json").exists():
        found, cure = "this is one run", f"give the folder that holds it: {runs.resolve().parent}"
        findings.append(Finding(str(runs), 0, 0, "not-a-folder-of-runs", found, cure=cure))
    if not programmes.is_dir():
        found, cure = "there is no such folder", "name one with --programmes"
        findings.append(Finding(str(programmes), 0, 0, "missing-folder", found, cure=cure))
    if findings:
        raise InputError(findings)
