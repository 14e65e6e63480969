"""Causes in words: what a row or a column of the program stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fabstack.model import by_key, grouped
from fabstack.model.plants import CapacityOf
from fabstack.plan.build import Model
from fabstack.plan.highs import Solution
from fabstack.plan.network import Node
from fabstack.plan.people import limited_skills
from fabstack.plan.phases import allowed, limits
from fabstack.plan.purchases import hours_added
from fabstack.plan.result import Code
from fabstack.plan.shelf import shelf_months
from fabstack.plan.types import Floats, Ints
from fabstack.plan.unbought import ToolLimits, Unbought


class Cause(NamedTuple):
    """What a unit lacks, and what one more unit of that is worth in USD of the start."""

    code: Code
    name: str
    period: int
    worth_usd: float
    explanation: str
    immaturity: float = 1.0  # units with mature yields over units now, on the way to the cause
    row: int = -1  # of the program; -1 where it is the bound of a column, or no amount


class Place(NamedTuple):
    """Where an index lies: block, thing, period."""

    block: str
    thing: int
    period: int


Say = Callable[[Place, float], Cause]


class Room(NamedTuple):
    """How much there is of something that limits, in a period."""

    name: str
    unit: str
    period: int
    amount: float


class Words:
    """Says what rows and columns stand for."""

    def __init__(self, model: Model, solution: Solution) -> None:
        self.model = model
        self.facts = model.facts
        self.programme = model.facts.programme
        self.duals = solution.duals
        built = solution.values[model.columns["built"]]
        self.allowed = allowed(model.facts, model.choices, built)
        bought, sold = (
            solution.values[model.columns[f"{name}_tools"]] for name in ("bought", "sold")
        )
        self.bought_h = hours_added(model.facts, model.purchases, bought, sold)
        self.tool_limits = ToolLimits(model, solution)

    def is_stock(self, column: int) -> bool:
        """True for stock that is carried over."""
        return _place(self.model.columns, column).block in ("stock", "waiting")

    def limit(self, row: int, worth_usd: float) -> Cause:
        """An exhausted row."""
        place = _place(self.model.rows, row)
        return self._of_row[place.block](place, worth_usd)

    def bound(self, column: int, worth_usd: float) -> Cause:
        """A closed column, or one at its bound."""
        place = _place(self.model.columns, column)
        return self._of_column[place.block](place, worth_usd)

    @property
    def _of_row(self) -> dict[str, Say]:
        return {
            "tool_hours": self._tool_hours,
            "clearing": self._clearing,
            "queue": self._clearing,
            "phases": self._phases,
            "supply": self._supply,
            "step_above": self._price_step,
            "campaign": self._campaign,
            "shelf": self._shelf,
            "people": self._people,
            "changes": self._change,
        }

    @property
    def _of_column(self) -> dict[str, Say]:
        return {
            "starts": self._start,
            "taken": self._taken,
            "converted": self._converted,
            "stock": self._stock,
        }

    def room(self, index: int, *, is_row: bool) -> Room:
        """What a limiting row or the bound of a column gives."""
        blocks = self.model.rows if is_row else self.model.columns
        place = _place(blocks, index)
        highs = self.model.arrays.high if is_row else self.model.arrays.upper
        amount = float(highs[index])
        if place.block in ("clearing", "queue"):
            return self.room(self._hours_of(place), is_row=True)
        if place.block == "tool_hours":
            name = self.programme.tool_groups[place.thing].name
            amount += float(self.bought_h[place.thing, place.period])
            return Room(name, "h", place.period, amount)
        if place.block == "phases":
            amount = float(self.allowed[place.thing, place.period])
        return Room(*self._thing(place), self._cause(place).period, amount)

    def _thing(self, place: Place) -> tuple[str, str]:
        """(name, unit) of what limits."""
        cause = self._cause(place)
        match place.block:
            case "phases":
                counted = limits(self.facts)[place.thing].counted
                return cause.name, "carriers" if counted is CapacityOf.CARRIER else "units"
            case "supply" | "taken" | "step_above":
                return cause.name, "units on offer"
            case "people":
                return cause.name, "months of work"
            case "stock":
                return cause.name, "places in stock"
            case "shelf":
                return cause.name, "units of the first day that keep"
            case "changes":
                return cause.name, "as in the earlier plan"
            case _:
                return cause.name, place.block

    def _cause(self, place: Place) -> Cause:
        return (self._of_row | self._of_column)[place.block](place, 0.0)

    def not_worth(self, row: int, cost_usd: float, worth_usd: float) -> Cause:
        """A unit that costs more than its delivery is worth."""
        node, period = self._node(row)
        money = self.facts.money[period]
        text = (
            f"one more {node.item} in {self._month(period)} costs USD {cost_usd / money:,.2f} the "
            f"cheapest way and is worth USD {worth_usd / money:,.2f}"
        )
        return Cause(Code.NOT_WORTH_SERVING, node.item, period, 0.0, text)

    def lacking(self, row: int, costs: Floats) -> Cause:
        """A balance row into which nothing leads in time."""
        node, period = self._node(row)
        later = np.flatnonzero(np.isfinite(costs[self._rows(node)[period:]]))
        if later.size == 0:
            text = f"nobody makes or sells {node.item} for {node.place}"
            return Cause(Code.MATERIAL, node.item, period, 0.0, text)
        plant = self._closed_maker(node, period)
        if plant is not None:
            return self._not_open(plant, period, 0.0)
        first = self._month(period + int(later[0]))
        text = f"no {node} before {first}: lead times from the programme's first day"
        return Cause(Code.LEAD_TIME, node.item, period, 0.0, text)

    # --- Rows -----------------------------------------------------------------------------------

    def _tool_hours(self, place: Place, worth_usd: float) -> Cause:
        group = self.programme.tool_groups[place.thing]
        text = (
            f"all usable hours of {group.name} in {group.plant} are taken in "
            f"{self._month(place.period)}; one more hour is worth USD {worth_usd:,.2f}"
        )
        limit = self.tool_limits.of(place.thing, place.period)
        if limit is None:
            return Cause(Code.TOOL_HOURS, group.name, place.period, worth_usd, text)
        return self._unbought(limit, group.name, text, worth_usd)

    def _unbought(self, limit: Unbought, tool: str, text: str, worth_usd: float) -> Cause:
        """No more tools fit, or can be paid."""
        if limit.block == "floor":
            text = (
                f"{text}, but no more {tool} fit into {limit.name} in {self._month(limit.period)}: "
                f"one takes {limit.needs:,.6g} m2 and {limit.free:,.6g} m2 are free"
            )
            return Cause(Code.FLOOR_SPACE, limit.name, limit.period, worth_usd, text)
        text = (
            f"{text}, but budget {limit.name} has USD {limit.free:,.2f} left and one more {tool} "
            f"takes USD {limit.needs:,.2f} of it"
        )
        return Cause(Code.BUDGET, limit.name, limit.period, worth_usd, text)

    def _clearing(self, place: Place, worth_usd: float) -> Cause:
        """What waits at a stage keeps its tools no busier than this."""
        row = self._hours_of(place)
        hour_usd = max(-float(self.duals[row]), 0.0)
        group = self.programme.tool_groups[self.facts.paths.stages[place.thing].group]
        text = (
            f"{group.name} in {group.plant} does no more in {self._month(place.period)} with the "
            f"work that waits there; one more hour is worth USD {hour_usd:,.2f}"
        )
        return Cause(Code.TOOL_HOURS, group.name, place.period, hour_usd, text, row=row)

    def _hours_of(self, stage: Place) -> int:
        """Row of the hours of a stage's tool group."""
        group = self.facts.paths.stages[stage.thing].group
        return int(self.model.rows["tool_hours"][group, stage.period])

    def _phases(self, place: Place, worth_usd: float) -> Cause:
        limit = limits(self.facts)[place.thing]
        allowed = self.allowed[place.thing]
        if not allowed[: place.period + 1].any():
            return self._not_open(limit.plant, place.period, worth_usd)
        what = "carriers started" if limit.counted is CapacityOf.CARRIER else "units out"
        text = (
            f"the phases of {limit.plant} allow {allowed[place.period]:,.0f} {what} in "
            f"{self._month(place.period)}; one more is worth USD {worth_usd:,.2f}"
        )
        return Cause(Code.PHASE_CAPACITY, limit.plant, place.period, worth_usd, text)

    def _supply(self, place: Place, worth_usd: float) -> Cause:
        offer = self.model.buying.terms[place.thing].offer
        most = self.model.arrays.high[self.model.rows["supply"][place.thing, place.period]]
        text = (
            f"{offer.supplier} can make {most:,.0f} {offer.item} for the programme in "
            f"{self._month(place.period)}; one more is worth USD {worth_usd:,.2f}"
        )
        return Cause(Code.SUPPLIER_CAPACITY, offer.supplier, place.period, worth_usd, text)

    def _price_step(self, place: Place, worth_usd: float) -> Cause:
        return self._supply(self._of_falling_step(place), worth_usd)

    def _of_falling_step(self, place: Place) -> Place:
        buying = self.model.buying
        return place._replace(thing=int(buying.step_of[buying.falling[place.thing] + 1]))

    def _campaign(self, place: Place, worth_usd: float) -> Cause:
        one = self.model.campaigns.terms[place.thing]
        text = (
            f"{one.name} is not set up in {self._month(place.period)}: that costs USD "
            f"{one.setup_usd[place.period]:,.2f} and takes {one.setup_h[place.period]:,.2f} h"
        )
        return Cause(Code.SETUP, one.name, place.period, worth_usd, text)

    def _shelf(self, place: Place, worth_usd: float) -> Cause:
        stores = np.array(self.facts.network.stores)
        store = stores[np.isfinite(shelf_months(self.facts))][place.thing]
        node = self.facts.network.nodes[store]
        months = by_key(self.programme.items)[node.item].shelf_life_months
        text = (
            f"{node.item} keeps {months:g} months: what {node.place} has of it in "
            f"{self._month(place.period)} would be too old; a unit that keeps is worth USD "
            f"{worth_usd:,.2f}"
        )
        return Cause(Code.SHELF_LIFE, node.item, place.period, worth_usd, text)

    def _people(self, place: Place, worth_usd: float) -> Cause:
        skill = limited_skills(self.programme)[place.thing]
        text = (
            f"all {skill.title or skill.name} who can be there are at work in "
            f"{self._month(place.period)}; a month of one more is worth USD {worth_usd:,.2f}"
        )
        return Cause(Code.PEOPLE, skill.name, place.period, worth_usd, text)

    def _change(self, place: Place, worth_usd: float) -> Cause:
        cells = self.model.changes
        assert cells is not None
        held = int(cells.held[place.thing])
        cell = cells.all[held]
        how = "is frozen" if cells.frozen[held] else "costs to change"
        text = (
            f"{cell.kind} {cell.name} in {self._month(cell.period)} was {cell.before:,.6g} in the "
            f"earlier plan and {how}; one more is worth USD {worth_usd:,.2f}"
        )
        return Cause(Code.EARLIER_PLAN, cell.name, cell.period, worth_usd, text)

    # --- Columns --------------------------------------------------------------------------------

    def _start(self, place: Place, worth_usd: float) -> Cause:
        return self._not_open(self.programme.routes[place.thing].plant, place.period, worth_usd)

    def _taken(self, place: Place, worth_usd: float) -> Cause:
        terms = self.model.buying.terms[int(self.model.buying.step_of[place.thing])]
        if terms.in_force[place.period]:
            return self._supply(
                place._replace(thing=int(self.model.buying.step_of[place.thing])), worth_usd
            )
        offer = terms.offer
        text = f"{offer.supplier} does not sell {offer.item} in {self._month(place.period)}"
        return Cause(Code.SUPPLIER_CAPACITY, offer.supplier, place.period, worth_usd, text)

    def _converted(self, place: Place, worth_usd: float) -> Cause:
        node = self.facts.network.nodes[self.facts.network.conversions[place.thing].node]
        text = f"no {node} is good in {self._month(place.period)}"
        return Cause(Code.YIELD, node.item, place.period, worth_usd, text)

    def _stock(self, place: Place, worth_usd: float) -> Cause:
        node = self.facts.network.nodes[self.facts.network.stores[place.thing]]
        text = f"the stock of {node} is full in {self._month(place.period)}"
        return Cause(Code.STORAGE, node.item, place.period, worth_usd, text)

    # --- Shared ---------------------------------------------------------------------------------

    def _not_open(self, plant: str, period: int, worth_usd: float) -> Cause:
        opens = by_key(self.programme.plants)[plant].opens
        when = f"opens on {opens}" if opens else "has no finished phase"
        text = f"{plant} {when}: nothing could leave it for {self._month(period)}"
        return Cause(Code.PLANT_NOT_OPEN, plant, period, worth_usd, text)

    def _closed_maker(self, node: Node, period: int) -> str | None:
        """A plant that makes the item of a node and is not open yet, if all that do are closed."""
        plants = [r.plant for r in grouped(self.programme.routes, "item")[node.item]]
        closed = [plant for plant in plants if self.facts.opening(plant) > period]
        return closed[0] if closed and len(closed) == len(plants) else None

    def _node(self, row: int) -> tuple[Node, int]:
        place = _place(self.model.rows, row)
        if place.block == "waiting":  # of carriers that become an item
            route = self.programme.routes[self.facts.paths.stages[place.thing].route]
            return Node(route.item, route.plant), place.period
        return self.facts.network.nodes[place.thing], place.period

    def _rows(self, node: Node) -> Ints:
        rows: Ints = self.model.rows["balance"][self.facts.network.index[node]]
        return rows

    def _month(self, period: int) -> str:
        return self.facts.periods.name(period)


def _place(blocks: dict[str, Ints], index: int) -> Place:
    for name, indices in blocks.items():
        if indices.size and indices.flat[0] <= index <= indices.flat[-1]:
            where = np.unravel_index(index - indices.flat[0], indices.shape)
            return Place(name, int(where[0]), int(where[-1]))
    raise IndexError(index)
