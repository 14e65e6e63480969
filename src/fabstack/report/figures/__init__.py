"""The figures of the report: each a small function from rows to a plotly figure."""
