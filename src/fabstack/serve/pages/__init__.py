"""The pages: what NiceGUI shows. Each has a URL of its own, and filters stay in it."""

from __future__ import annotations

from fastapi import FastAPI

from fabstack.serve.context import Context


def add_pages(app: FastAPI, context: Context) -> None:
    """Put the pages onto the application of the API."""
    from nicegui import ui

    from fabstack.serve.pages import (
        assets,
        compare,
        home,
        jobs,
        programmes,
        reference,
        run,
        start,
        table,
    )

    app.include_router(assets.router)
    for pages in (home, programmes, jobs, start, table, run, compare):
        pages.add(context)
    reference.add(app)
    ui.run_with(app, title="fabstack", dark=None, favicon=assets.ICON, language="en-US",
                show_welcome_message=False, tailwind=False, reconnect_timeout=10.0,
                message_history_length=200)  # fmt: skip
