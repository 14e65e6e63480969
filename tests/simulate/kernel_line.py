"""A second simulator, from the rules in words: an event list, no tricks, carriers one by one.

It shares with the kernel the description of a fab (Parts) and nothing else; the random numbers are
worked out here once more. It knows what the tests of test_kernel_peer_line.py need: lots that are
listed, sampling, rework, transport, vehicles, tools kept for lots on the way, ranks, rules of
several keys, cascades, setups, runs, bound tools, choice of tools, batches that wait for their
minimum or look ahead, and breakdowns. No two things may happen at one minute. Groups that look
ahead have their say when all else of an event has happened.
"""

import hashlib
import heapq
import itertools
import math
from dataclasses import dataclass, field
from typing import Any

from fabstack.arrays.types import NEVER, Basis, Choice, Draw, Key, Law

WORD = 2**64
GOLDEN = 0x9E3779B97F4A7C15


def scrambled(bits):
    """The output function of SplitMix64."""
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 % WORD
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB % WORD
    return bits ^ bits >> 31


def key_of(name, seed, row=0):
    named = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") + row
    return scrambled(((named ^ scrambled((seed + GOLDEN) % WORD)) + GOLDEN) % WORD)


def bits_of(key, purpose, place=0, times=0):
    return scrambled((key + GOLDEN * (purpose + 2**8 * place + 2**32 * times)) % WORD)


def share_of(bits):
    return ((bits >> 11) + 0.5) / 2**53


def value_of(chance, bits):
    if chance.law is Law.CONSTANT:
        return chance.mean_min
    if chance.law is Law.UNIFORM:
        return chance.a + chance.b * share_of(bits)
    assert chance.law is Law.EXPONENTIAL
    return -chance.mean_min * math.log(share_of(bits))


@dataclass(eq=False)
class Lot:
    name: tuple[int, int]
    steps: Any
    key: int
    carriers: int
    rank: int
    due_min: float
    reserves: bool
    place: int = 0
    visit: int = 0
    since_min: float = 0.0
    used: dict[int, Any] = field(default_factory=dict)  # step -> tool, the last time

    @property
    def step(self):
        return self.steps[self.place]

    def bits(self, purpose):
        return bits_of(self.key, purpose, self.place + 1, self.visit)

    def happens(self, share, purpose):
        return share_of(self.bits(purpose)) < share


@dataclass(eq=False)
class Tool:
    group: int
    place: int  # from 1
    key: int
    inside: list[list[Any]] = field(default_factory=list)  # [lots, minute at which they leave]
    carriers: int = 0  # taken so far
    free_since: int | None = None  # number of the moment from which on it may take a lot
    slots_min: list[float] = field(default_factory=lambda: [0.0, 0.0])
    loaded_min: float = 0.0
    setup: Any = None
    run: int = 0
    is_down: bool = False
    epoch: int = 0  # what was planned in an earlier one does not happen


def carriers_of(lots):
    return sum(lot.carriers for lot in lots)


class Plant:
    """Runs a fab of Parts; `left` has the minute at which each lot left."""

    def __init__(self, parts, seed, end_min):
        self.parts, self.seed, self.now = parts, seed, 0.0
        self.numbers, self.events, self.left = itertools.count(), [], {}
        self.waiting = [[] for _ in parts.groups]
        self.kept = [0 for _ in parts.groups]  # tools, for lots on the way
        self.roads = {}  # lot on its way: minute at which it comes
        self.vehicles, self.parked = parts.vehicles, []
        self.look = []  # groups that look again when the event is over
        self.tools = [
            [Tool(g, k + 1, key_of(f"{group.name}#{k + 1}", seed)) for k in range(group.tools)]
            for g, group in enumerate(parts.groups)
        ]
        for tool in itertools.chain(*self.tools):
            self.review(tool)
            for stop in parts.groups[tool.group].stops:
                first_min = value_of(stop.between, bits_of(tool.key, Draw.FIRST_STOP))
                self.plan(first_min, self.breaks, tool, stop, 0)
        for number, stream in enumerate(parts.streams):
            key = key_of(stream.name, seed)
            for serial, one in enumerate(stream.listed):
                steps = parts.routes[stream.route].steps
                lot_key = bits_of(key, Draw.LOT, 0, serial)
                what = (one.carriers, one.rank, one.due_min, stream.reserves)
                lot = Lot((number, serial), steps, lot_key, *what)
                self.plan(one.at_min, self.enters, lot)
        while self.events and self.events[0][0] < end_min:
            self.now, _, what, about = heapq.heappop(self.events)
            what(*about)
            while self.look:
                self.dispatch(self.look.pop(0))

    def plan(self, minute, what, *about):
        heapq.heappush(self.events, (minute, next(self.numbers), what, about))

    # --- Lots -----------------------------------------------------------------------------------

    def enters(self, lot):
        if self.finds_next(lot):
            self.arrives(lot)

    def finds_next(self, lot):
        """Skip steps that the lot is spared; says whether one is left."""
        while lot.place < len(lot.steps):
            if lot.happens(lot.step.performed_share, Draw.SAMPLING):
                return True
            lot.place += 1
        self.left[lot.name] = self.now
        return False

    def arrives(self, lot):
        lot.since_min = self.now
        group = self.parts.groups[lot.step.group]
        self.waiting[lot.step.group].append(lot)
        self.dispatch(lot.step.group)
        if self.family(lot) is not None and group.batch_wait_min < NEVER:
            self.plan(self.now + group.batch_wait_min, self.dispatch, lot.step.group)

    def is_through(self, lot):
        here = self.parts.groups[lot.step.group].place
        if lot.happens(lot.step.rework_share, Draw.REWORK):
            lot.place, lot.visit = lot.step.rework_to, lot.visit + 1
        else:
            lot.place += 1
        if self.finds_next(lot):
            there = self.parts.groups[lot.step.group].place
            way_min = value_of(self.parts.hops[here][there], lot.bits(Draw.TRANSPORT))
            self.sets_out(lot, way_min)

    def sets_out(self, lot, way_min):
        """A lot travels as soon as there is a vehicle; a tool may be kept free for it."""
        self.kept[lot.step.group] += lot.reserves
        if self.parts.vehicles and self.vehicles == 0:
            self.parked.append((lot, way_min))
        else:
            self.vehicles -= 1
            self.travels(lot, way_min)

    def travels(self, lot, way_min):
        self.roads[lot] = self.now + way_min
        self.look_again(lot.step)
        self.plan(self.now + way_min, self.comes, lot)

    def comes(self, lot):
        del self.roads[lot]
        self.kept[lot.step.group] -= lot.reserves
        self.vehicles += 1
        if self.parked:
            self.vehicles -= 1
            self.travels(*self.parked.pop(0))
        self.arrives(lot)

    # --- Who goes where -------------------------------------------------------------------------

    def dispatch(self, group):
        """The best pairs of a tool and a lot that it takes start, one after the other.

        Where lots share jobs, the lot leads those of its family that fit, the most urgent first.
        """
        while self.free(group) > self.kept[group]:
            pairs = itertools.product(self.tools[group], self.waiting[group])
            pairs = [pair for pair in pairs if self.may_take(*pair) and self.is_ready(pair[1])]
            if not pairs:
                return
            tool, lead = min(pairs, key=lambda pair: self.urgency(*pair))
            job = [lead]
            while more := self.that_fit(tool, job):
                job.append(more[0])
            for lot in job:
                self.waiting[group].remove(lot)
            self.starts(tool, job)

    def free(self, group):
        return sum(tool.free_since is not None for tool in self.tools[group])

    def may_take(self, tool, lot):
        own = lot.used.get(lot.step.same_tool_as, tool)
        changes = lot.step.setup not in (None, tool.setup)
        breaks_run = tool.run > 0 and changes
        is_early = changes and self.chooses(tool.group) and self.is_ready_early(tool, lot)
        return tool.free_since is not None and own is tool and not breaks_run and not is_early

    def is_ready_early(self, tool, lot):
        """Whether a tool with a lot inside would have changed before its first slot is free."""
        group = self.parts.groups[tool.group]
        ready_min = self.now + self.setup_min(tool, lot) + group.load_min + group.unload_min
        return bool(tool.inside) and self.cascades(tool.group) and ready_min < tool.slots_min[0]

    def chooses(self, group):
        """Whether what a tool may or would rather take depends on the tool."""
        words = self.parts.groups[group]
        is_bound = any(step.same_tool_as is not None for step in self.steps_of(group))
        prefers = words.prefers_least_setup and self.has_setups(group)
        return bool(is_bound or prefers or Key.SETUP in words.keys or words.least_runs)

    def has_setups(self, group):
        return any(step.setup is not None for step in self.steps_of(group))

    def urgency(self, tool, lot):
        """First what the rule looks at, then the time of arrival, then what suits the lot."""
        group = self.parts.groups[tool.group]
        prefers = group.prefers_least_setup or Key.SETUP in group.keys
        suits = self.setup_min(tool, lot) if prefers else 0.0
        if group.choice is Choice.RANDOM:
            tie = bits_of(lot.bits(Draw.TOOL_CHOICE), tool.place)
        elif group.choice is Choice.LEAST_USED:
            tie = (tool.carriers, tool.place)
        else:
            tie = tool.free_since
        return (*[self.value(key, tool, lot) for key in group.keys], lot.since_min, suits, tie)

    def value(self, key, tool, lot):
        if key is Key.PRIORITY:
            return lot.rank
        if key is Key.SETUP:
            return self.setup_min(tool, lot)
        if key is Key.FIFO:
            return lot.since_min
        if key is Key.EARLIEST_DUE_DATE:
            return lot.due_min
        if key is Key.SHORTEST_PROCESS:
            return lot.step.process.mean_min
        if key is Key.FULLEST_BATCH:
            return -carriers_of(self.mates(lot))
        later_min = 0.0
        for step, ahead in itertools.pairwise(lot.steps[lot.place :]):
            here, there = self.parts.groups[step.group], self.parts.groups[ahead.group]
            later_min += self.parts.hops[here.place][there.place].mean_min
            later_min += ahead.process.mean_min
        if key is Key.CRITICAL_RATIO:
            return (lot.due_min - self.now) / later_min if later_min > 0.0 else 0.0
        assert key is Key.LEAST_SLACK
        return lot.due_min - later_min

    def setup_min(self, tool, lot):
        step, changes = lot.step, self.parts.groups[tool.group].changes_min
        if step.setup in (None, tool.setup):
            return 0.0
        if step.setup_min is not None:
            return step.setup_min
        pairs = [(tool.setup, step.setup), (None, step.setup)]
        return next((changes[pair] for pair in pairs if pair in changes), 0.0)

    # --- Batches --------------------------------------------------------------------------------

    def family(self, lot, step=None):
        """Lots with the same one may share a job; None: the lot works alone."""
        step = lot.step if step is None else step
        if step.basis is not Basis.BATCH:
            return None
        place = next(place for place, other in enumerate(lot.steps) if other is step)
        return step.batch_family or (id(lot.steps), place)

    def mates(self, lot):
        """All that wait and may share its job."""
        family = self.family(lot)
        return [other for other in self.waiting[lot.step.group] if self.family(other) == family]

    def that_fit(self, tool, job):
        if self.family(job[0]) is None:
            return []
        room = job[0].step.most_carriers - carriers_of(job)
        more = [lot for lot in self.mates(job[0]) if lot not in job and lot.carriers <= room]
        return sorted(more, key=lambda lot: self.urgency(tool, lot))

    def is_ready(self, lot):
        """Whether a job with the lot may start now, and would not rather wait for more."""
        if self.family(lot) is None:
            return True
        group, mates = self.parts.groups[lot.step.group], self.mates(lot)
        limit_min = min(mate.since_min for mate in mates) + group.batch_wait_min
        if carriers_of(mates) < lot.step.least_carriers and limit_min > self.now:
            return False
        return not (group.looks_ahead and self.gains_by_waiting(mates, limit_min))

    def gains_by_waiting(self, mates, limit_min):
        """NACH: whether those who come next would gain more than those lose who are here."""
        lead = min(mates, key=lambda lot: self.urgency(self.tools[lot.step.group][0], lot))
        step = lead.step
        room = step.most_carriers - carriers_of(mates)
        coming = [(at, lot) for at, lot in self.coming(self.family(lead)) if lot.carriers <= room]
        if not coming or room <= 0:
            return False
        first_min = min(at for at, _ in coming)
        joining = [lot for at, lot in coming if at == first_min]
        if first_min > limit_min:
            return False
        many = len(joining) * min(1.0, room / carriers_of(joining))
        group = self.parts.groups[step.group]
        busy = [tool for tool in self.tools[step.group] if tool.inside and not tool.is_down]
        ends = [tool.inside[0][1] for tool in busy]
        ends.append(self.now + step.process.mean_min + group.load_min + group.unload_min)
        if (
            self.free(step.group) - 1 > self.kept[step.group]
            and carriers_of(joining) >= step.least_carriers
        ):
            ends.append(self.now)
        return len(mates) * (first_min - self.now) < many * (min(ends) - first_min)

    def coming(self, family):
        """(minute, lot) of all on the road to a family, or in a tool that runs at the step before.

        On the road the minute is known; behind a tool the way is taken to be a mean one.
        """
        for lot, minute in self.roads.items():
            if self.family(lot) == family:
                yield minute, lot
        for tool in itertools.chain(*self.tools):
            for lots, minute in tool.inside if not tool.is_down else []:
                for lot in lots:
                    if lot.place + 1 < len(lot.steps):
                        ahead = lot.steps[lot.place + 1]
                        here = self.parts.groups[tool.group].place
                        there = self.parts.groups[ahead.group].place
                        if self.family(lot, ahead) == family is not None:
                            yield minute + self.parts.hops[here][there].mean_min, lot

    def look_again(self, step):
        """What is known of lots that come for a step has changed."""
        if self.parts.groups[step.group].looks_ahead:
            self.look.append(step.group)

    def look_behind(self, lots):
        """The same for the steps after the one that lots are at."""
        for lot in lots:
            if lot.place + 1 < len(lot.steps):
                self.look_again(lot.steps[lot.place + 1])

    # --- Work -----------------------------------------------------------------------------------

    def cascades(self, group):
        return any(s.interval_min is not None for s in self.steps_of(group))

    def steps_of(self, group):
        return [s for route in self.parts.routes for s in route.steps if s.group == group]

    def starts(self, tool, job):
        lot, group = job[0], self.parts.groups[tool.group]
        tool.carriers += carriers_of(job)
        change_min = self.setup_min(tool, lot)
        if lot.step.setup == tool.setup:
            tool.run = max(tool.run - 1, 0) if tool.setup is not None else tool.run
        elif lot.step.setup is not None:
            tool.setup, tool.run = lot.step.setup, group.least_runs.get(lot.step.setup, 0)
        for one in job:
            one.used[one.place] = tool
        process_min = value_of(lot.step.process, lot.bits(Draw.PROCESS))
        units = lot.carriers if lot.step.basis is Basis.CARRIER else 1
        begins_min = max(self.now, tool.loaded_min) if tool.inside else self.now
        tool.loaded_min = begins_min + change_min + group.load_min
        if self.cascades(tool.group):
            through_min = self.passes(tool, lot.step, process_min, units)
        else:
            through_min = tool.loaded_min + process_min * units
        tool.inside.append([job, through_min + group.unload_min])
        tool.free_since = None
        self.look_behind(job)
        self.goes_on(tool)

    def passes(self, tool, step, process_min, units):
        """Carrier by carrier; a whole lot leaves the first slot when the second is free.

        Where the rule looks at setups, the first carrier enters when both are.
        """
        first_min = process_min if step.interval_min is None else step.interval_min
        by_carrier, ahead_min = step.basis is Basis.CARRIER, tool.slots_min[1]
        for unit in range(units):
            is_first = unit == 0 and Key.SETUP in self.parts.groups[tool.group].keys
            enters_min = max(tool.loaded_min, tool.slots_min[1 if is_first else 0])
            passes_min = enters_min + first_min
            if not by_carrier:
                passes_min = max(passes_min, ahead_min)
            tool.slots_min = [passes_min, passes_min + max(process_min - first_min, 0.0)]
        if by_carrier:
            tool.slots_min[1] = max(tool.slots_min[1], ahead_min + first_min)
        return tool.slots_min[1]

    def goes_on(self, tool):
        """Plan anew what a tool does next, from what is inside it."""
        tool.epoch += 1
        for job, leaves_min in tool.inside:
            self.plan(leaves_min, self.leaves_tool, tool, job, tool.epoch)
        self.review(tool)

    def review(self, tool):
        """When the tool may take a lot; it takes the next one early if it cascades."""
        group = self.parts.groups[tool.group]
        if not tool.inside:
            self.opens(tool, tool.epoch)
        elif self.cascades(tool.group) and len(tool.inside) == 1:
            early_min = tool.slots_min[0] - group.load_min
            at_min = tool.loaded_min if self.has_setups(tool.group) else early_min
            if at_min <= self.now:
                self.opens(tool, tool.epoch)
            else:
                self.plan(at_min, self.opens_later, tool, tool.epoch)

    def opens(self, tool, epoch):
        if epoch == tool.epoch and not tool.is_down and tool.free_since is None:
            tool.free_since = next(self.numbers)

    def opens_later(self, tool, epoch):
        if epoch == tool.epoch:
            self.opens(tool, epoch)
            self.dispatch(tool.group)

    def leaves_tool(self, tool, job, epoch):
        if epoch != tool.epoch:
            return
        assert tool.inside[0][0] is job
        was_open = tool.free_since is not None
        del tool.inside[0]
        self.goes_on(tool)
        has_opened = tool.free_since is not None and not was_open
        self.look_behind(job)
        for lot in job:
            self.is_through(lot)
        if has_opened or not tool.inside:
            self.dispatch(tool.group)

    # --- Breakdowns -----------------------------------------------------------------------------

    def breaks(self, tool, stop, times):
        tool.is_down, tool.free_since, tool.epoch = True, None, tool.epoch + 1
        self.look_behind(itertools.chain(*[job for job, _ in tool.inside]))
        repair_min = value_of(stop.length, bits_of(tool.key, Draw.STOP_LENGTH, 0, times))
        self.plan(self.now + repair_min, self.is_repaired, tool, stop, times + 1, repair_min)

    def is_repaired(self, tool, stop, times, pause_min):
        tool.is_down = False
        if tool.inside:
            tool.inside = [[job, leaves_min + pause_min] for job, leaves_min in tool.inside]
            self.look_behind(itertools.chain(*[job for job, _ in tool.inside]))
            tool.slots_min = [minute + pause_min for minute in tool.slots_min]
            tool.loaded_min += pause_min
        up_min = value_of(stop.between, bits_of(tool.key, Draw.BETWEEN_STOPS, 0, times))
        self.plan(self.now + up_min, self.breaks, tool, stop, times)
        self.goes_on(tool)
        if tool.free_since is not None:
            self.dispatch(tool.group)
