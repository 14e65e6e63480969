"""Whole ticks, in which tables of many rows keep times: they compare and sort exactly."""

TICKS_PER_MIN = 3600
TICKS_PER_DAY = TICKS_PER_MIN * 24 * 60
