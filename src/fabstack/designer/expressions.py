"""Small sums as cells of a table: `rdl_layers - 1`, `panel_width_mm * panel_height_mm / 309000`.

A cell may hold numbers, names of parameters, + - * / with brackets, and a few functions. Nothing
else is read, so that a library from somebody else can do no harm.
"""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from fabstack.economics.panel import units_per_panel
from fabstack.economics.wafer_count import exact_dies_per_wafer

LONGEST = 500  # characters: a cell, not a programme


def grid(*sizes_mm: float) -> float:
    """Units on a panel: its width and height, those of a unit, margin and gap, all in mm."""
    width, height, unit_width, unit_height, margin, gap = sizes_mm
    return float(
        units_per_panel(
            panel_width_mm=width,
            panel_height_mm=height,
            width_mm=unit_width,
            height_mm=unit_height,
            margin_mm=margin,
            gap_mm=gap,
        )
    )


def dies(*sizes_mm: float) -> float:
    """Dies on a wafer: its diameter, width and height of a die, street and edge, all in mm."""
    diameter, width, height, street, edge = sizes_mm
    return float(
        exact_dies_per_wafer(
            width_mm=width,
            height_mm=height,
            diameter_mm=diameter,
            scribe_mm=street,
            edge_mm=edge,
        )
    )


def power(base: float, exponent: float) -> float:
    """A yield of several steps alike, say; the base at least 0."""
    if base < 0:
        raise ValueError(f"power() of {base:g}, which is below 0")
    return float(base**exponent)


FUNCTIONS: Mapping[str, tuple[Callable[..., float], int]] = {  # name -> function, least arguments
    "ceil": (lambda value: float(math.ceil(value)), 1),
    "dies": (functools.lru_cache(maxsize=1024)(dies), 5),
    "floor": (lambda value: float(math.floor(value)), 1),
    "grid": (grid, 6),
    "max": (max, 2),
    "min": (min, 2),
    "power": (power, 2),
}
_BINARY: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def value_of(text: str, names: Mapping[str, float]) -> float:
    """What an expression comes to.

    >>> value_of("2 * (layers - 1)", {"layers": 3.0})
    4.0

    Raises:
        KeyError: it names something that `names` does not hold.
        ValueError: it divides by 0, or is no finite number.
    """
    try:
        value = _value(_parsed(text), names)
    except (ZeroDivisionError, OverflowError):
        raise ValueError(f"'{text}' divides by 0 or is too large") from None
    if not math.isfinite(value):
        raise ValueError(f"'{text}' is no finite number")
    return value


def names_in(text: str) -> frozenset[str]:
    """The parameters that an expression names."""
    return frozenset(_names(_parsed(text)))


def _well_formed(text: str) -> str:
    _parsed(text)
    return text


Expression = Annotated[str, AfterValidator(_well_formed)]


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr:
    """The tree of an expression that holds nothing but what `_value` knows.

    Raises:
        ValueError: it holds something else, and says what.
    """
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError("this is no sum of numbers and names") from None
    _refuse_strangers(tree)
    return tree


def _refuse_strangers(node: ast.expr) -> None:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            if not math.isfinite(value):
                raise ValueError("a number in it is not finite")
        case ast.Name():
            pass
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            _refuse_strangers(inner)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            _refuse_strangers(left)
            _refuse_strangers(right)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            _refuse_call(name, arguments)
        case _:
            raise ValueError("only numbers, names, + - * / and functions stand in a sum")


def _refuse_call(name: str, arguments: list[ast.expr]) -> None:
    if name not in FUNCTIONS:
        raise ValueError(f"no function '{name}'; known: {', '.join(FUNCTIONS)}")
    least = FUNCTIONS[name][1]
    exact = name not in ("max", "min")
    if len(arguments) < least or (exact and len(arguments) > least):
        raise ValueError(f"{name}() takes {least} numbers")
    for argument in arguments:
        _refuse_strangers(argument)


def _value(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=value):
            return float(value)  # type: ignore[arg-type]
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(operand=inner):
            return -_value(inner, names)
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_value(left, names), _value(right, names))
    return _called(node, names)


def _called(node: Any, names: Mapping[str, float]) -> float:
    function, _ = FUNCTIONS[node.func.id]
    return function(*(_value(argument, names) for argument in node.args))


def _names(node: ast.expr) -> Iterator[str]:
    functions = {id(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and id(part) not in functions:
            yield part.id
