"""A small language for checking figures: arithmetic and comparisons over named values, and nothing else.

Nothing is executed: the text is read into a tree, the tree is checked part by part, and only then worked out.
"""

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from capcycle.errors import CapcycleError

LONGEST = 600  # characters
DEEPEST = 40  # brackets and signs inside one another
LARGEST_POWER = 100
LARGEST = 1e40
ALPHABET = re.compile(r"[A-Za-z0-9_.,'\"()+\-*/<>= \t]*")

ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
ORDER = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq}
SIGNS = {ast.USub: operator.neg, ast.UAdd: operator.pos}

Value = float | bool | str
Functions = Mapping[str, Callable[..., Value]]


class ExpressionError(CapcycleError):
    """An expression that cannot be read or worked out, with the part at fault."""


def near(value: float, other: float, tolerance: float) -> bool:
    """Whether two figures are the same within a tolerance, as a fraction of the second.

    >>> near(102, 100, 0.02), near(103, 100, 0.02)
    (True, False)
    """
    return abs(value - other) <= tolerance * abs(other) * (1 + 1e-9)


FUNCTIONS: Functions = {"min": min, "max": max, "abs": abs, "near": near}


def evaluate(text: str, names: Mapping[str, float], functions: Functions | None = None) -> Value:
    """What an expression comes to: a number, or whether a comparison holds.

    Errors: ExpressionError for anything but numbers, names in `names`, + - * / **, comparisons, and, or, not,
            brackets, and calls of min, max, abs, near and of `functions`; also for what has no finite value.

    >>> evaluate("(c1 + c2) / 2 >= 15", {"c1": 10.0, "c2": 20.0})
    True
    >>> evaluate("9**9**9", {})
    Traceback (most recent call last):
    capcycle.claims.expressions.ExpressionError: 9**9**9: the power 387420489 is above 100
    """
    known = {**FUNCTIONS, **(functions or {})}
    try:
        return _sound(_value(parse(text), names, known))
    except OverflowError as error:
        raise ExpressionError(f"{_short(text)}: a number too large to work with") from error
    except ExpressionError as error:
        raise ExpressionError(f"{_short(text)}: {error}") from error


def number(text: str, names: Mapping[str, float], functions: Functions | None = None) -> float:
    """What an expression comes to, where that must be a number."""
    value = evaluate(text, names, functions)
    if isinstance(value, bool | str):
        raise ExpressionError(f"{_short(text)}: gives {value!r}, not a number")
    return value


def names_in(text: str) -> list[str]:
    """The names that an expression uses, once each, in order.

    >>> names_in("c120/c122 + near(c120h, 1, 0.1)")
    ['c120', 'c122', 'c120h']
    """
    nodes = list(ast.walk(parse(text)))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
    return list(dict.fromkeys(node.id for node in sorted(names, key=lambda node: node.col_offset)))


@lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """The tree of an expression; its parts are checked when it is worked out."""
    if len(text) > LONGEST:
        raise ExpressionError(f"longer than {LONGEST} characters")
    if not ALPHABET.fullmatch(text):
        wrong = next(sign for sign in text if not ALPHABET.fullmatch(sign))
        raise ExpressionError(f"{wrong!r} has no place in an expression")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"cannot be read: {getattr(error, 'msg', error)}") from error
    _limit(tree)
    return tree


def _limit(tree: ast.expr) -> None:
    level, depth = [tree], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
        if depth > 2 * DEEPEST:
            raise ExpressionError(f"more than {DEEPEST} levels deep")


def _value(node: ast.expr, names: Mapping[str, float], functions: Functions) -> Value:
    match node:
        case ast.Constant(value=bool() | None) | ast.Constant(value=complex()) | ast.Constant(value=bytes()):
            raise ExpressionError(f"{node.value!r} is not a number")
        case ast.Constant(value=str()):
            return node.value
        case ast.Constant(value=int() | float()):
            return _sound(float(node.value))
        case ast.Name(id=name):
            if name not in names:
                raise ExpressionError(f"there is no {name}")
            return float(names[name])
        case ast.UnaryOp(op=ast.Not()):
            return not _truth(_value(node.operand, names, functions))
        case ast.UnaryOp(op=sign) if type(sign) in SIGNS:
            return SIGNS[type(sign)](_number(_value(node.operand, names, functions)))
        case ast.BinOp(op=sign) if type(sign) in ARITHMETIC:
            return _reckon(type(sign), *(_value(side, names, functions) for side in (node.left, node.right)))
        case ast.BoolOp(op=op):
            parts = [_truth(_value(part, names, functions)) for part in node.values]
            return all(parts) if isinstance(op, ast.And) else any(parts)
        case ast.Compare():
            return _compare(node, names, functions)
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return _call(name, [_value(part, names, functions) for part in node.args], functions)
    raise ExpressionError(f"{_short(ast.unparse(node))} is not arithmetic")


def _number(value: Value) -> float:
    if isinstance(value, bool | str):
        raise ExpressionError(f"{value!r} is not a number")
    return value


def _truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise ExpressionError(f"{value!r} is not a comparison")
    return value


def _reckon(sign: type, left: Value, right: Value) -> float:
    left, right = _number(left), _number(right)
    if sign is ast.Pow and abs(right) > LARGEST_POWER:
        raise ExpressionError(f"the power {right:.0f} is above {LARGEST_POWER}")
    try:
        return _sound(ARITHMETIC[sign](left, right))
    except ZeroDivisionError as error:
        raise ExpressionError("divides by nothing") from error


def _compare(node: ast.Compare, names: Mapping[str, float], functions: Functions) -> bool:
    sides = [_value(side, names, functions) for side in (node.left, *node.comparators)]
    holds = []
    for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
        texts = isinstance(left, str) and isinstance(right, str) and isinstance(op, ast.Eq)
        if type(op) not in ORDER:
            raise ExpressionError(f"{_short(ast.unparse(node))} is not a comparison known here: < <= > >= ==")
        holds.append(left == right if texts else ORDER[type(op)](_number(left), _number(right)))
    return all(holds)


def _call(name: str, arguments: list[Value], functions: Functions) -> Value:
    if name not in functions:
        raise ExpressionError(f"there is no function {name}; there are: {', '.join(sorted(functions))}")
    try:
        return functions[name](*arguments)
    except (TypeError, ValueError, KeyError) as error:
        raise ExpressionError(f"{name}: {error}") from error


def _sound(value: Any) -> Value:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, complex) or not math.isfinite(value) or abs(value) > LARGEST:
        raise ExpressionError("has no finite value that is a real number")
    return float(value)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
