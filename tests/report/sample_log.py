"""A made event log of three days: two tools, three lots, one batch, one breakdown."""

import polars as pl

HOUR = 60 * 3600
DAY = 24 * HOUR
SCHEMA = {
    "time_ticks": pl.Int64,
    "what": pl.String,
    "order": pl.String,
    "lot": pl.Int64,
    "product": pl.String,
    "step": pl.Int32,
    "tool_group": pl.String,
    "tool": pl.Int32,
    "stop": pl.String,
}
LINES = (  # hour, what, lot, step, tool group, tool, stop
    (0, "queued", 0, 10, "fab-litho", None, None),
    (1, "queued", 1, 10, "fab-litho", None, None),
    (20, "started", 0, 10, "fab-litho", 1, None),
    (30, "ended", 0, 10, "fab-litho", 1, None),
    (30, "queued", 0, 20, "fab-etch", None, None),
    (31, "started", 1, 10, "fab-litho", 1, None),
    (34, "ended", 1, 10, "fab-litho", 1, None),
    (34, "queued", 1, 20, "fab-etch", None, None),
    (34, "stopped", None, None, "fab-etch", 1, "unscheduled_down"),
    (36, "went_on", None, None, "fab-etch", 1, "unscheduled_down"),
    (40, "started", 0, 20, "fab-etch", 1, None),
    (40, "started", 1, 20, "fab-etch", 1, None),
    (50, "ended", 0, 20, "fab-etch", 1, None),
    (50, "ended", 1, 20, "fab-etch", 1, None),
    (50, "left", 0, None, None, None, None),
    (50, "scrapped", 1, None, None, None, None),
    (60, "queued", 2, 10, "fab-litho", None, None),
    (70, "started", 2, 10, "fab-litho", 1, None),
)


def write_log(file, lines=LINES):
    """Write the log and give its path."""
    rows = [
        (hour * HOUR, what, None if lot is None else "make", lot, None, step, group, tool, stop)
        for hour, what, lot, step, group, tool, stop in lines
    ]
    pl.DataFrame(rows, schema=SCHEMA, orient="row").write_parquet(file)
    return file
