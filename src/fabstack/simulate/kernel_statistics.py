"""The books: what tools, waiting lines, stocks and products have done since minute 0.

The books only ever grow, and nothing in them steers the run. What happened in a period is the
difference of two readings (see readings.py).
"""

from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_tables import (
    facts_of,
    finished_at,
    now_of,
    room_of,
    seen_at,
    stream_at,
    tally_at,
)


@compiled
def change_state(tool, now_min, state):
    """From now on the minutes of the tool count as another state (SEMI E10)."""
    tool.minutes[tool.state] += now_min - tool.since_min
    tool.since_min = now_min
    tool.state = state


@compiled
def age_line(line, now_min):
    """Bring the areas of a tool group up to now, before its lots change."""
    age_min = now_min - line.since_min
    line.waiting_area += line.waiting * age_min
    line.inside_area += line.inside * age_min
    line.since_min = now_min


@compiled
def age_tally(tally, now_min):
    """Bring the area of a product up to now, before its lots change."""
    tally.area += tally.inside * (now_min - tally.since_min)
    tally.since_min = now_min


@compiled
def age_store(store, now_min):
    """Bring the area of a stock up to now, before its units change."""
    store.area += store.units * (now_min - store.since_min)
    store.since_min = now_min


@compiled
def count_in(world, lot):
    tally = tally_at(world, stream_at(world, lot.stream).product)
    age_tally(tally, now_of(world).now_min)
    tally.inside += 1
    tally.entered += 1
    tally.carriers_entered += lot.carriers


@inlined
def count_out(world, lot):
    """A lot leaves the plant, or is scrapped where none of its carriers is left."""
    now_min = now_of(world).now_min
    tally = tally_at(world, stream_at(world, lot.stream).product)
    age_tally(tally, now_min)
    tally.inside -= 1
    tally.stay_min += now_min - max(0.0, lot.entered_min)
    if lot.carriers > 0:
        tally.left += 1
        tally.carriers_left += lot.carriers
    else:
        tally.scrapped += 1
    write_finished(world, lot)


@compiled
def count_scrapped_carriers(world, lot, carriers):
    tally = tally_at(world, stream_at(world, lot.stream).product)
    tally.carriers_scrapped += carriers


@compiled
def write_finished(world, lot):
    """Add a lot that leaves to the record of finished lots."""
    now = now_of(world)
    line = finished_at(world, now.finished)
    now.finished += 1
    if now.finished + facts_of(world).most_lots > room_of(world).finished:
        now.is_full = 1
    line.left_min = now.now_min
    line.entered_min = lot.entered_min
    line.due_min = lot.due_min
    line.serial = lot.serial
    line.stream = lot.stream
    line.product = stream_at(world, lot.stream).product
    line.carriers = lot.carriers
    line.rank = lot.rank


@compiled
def see_lot(world, lot, tool_id, saw):
    """Write a line of the event log, if one is kept."""
    if room_of(world).seen > 0:
        write_seen(world, lot.serial, lot.stream, lot.step, tool_id, saw)


@compiled
def see_tool(world, tool_id, plan_id, saw):
    if room_of(world).seen > 0:
        write_seen(world, 0, plan_id, 0, tool_id, saw)


@compiled
def write_seen(world, serial, stream, step, tool_id, saw):
    now = now_of(world)
    line = seen_at(world, now.seen)
    now.seen += 1
    if 2 * now.seen > room_of(world).seen:
        now.is_full = 1
    line.time_min = now.now_min
    line.serial = serial
    line.stream = stream
    line.step = step
    line.tool = tool_id
    line.saw = saw
