"""A model on the cells of a spreadsheet: its arithmetic yields their formulas, with the values beside them.

A formula that grows long is put in a row of workings and named by its place from then on, so that no cell holds more
than a reader can follow and none passes a spreadsheet's limit.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from capcycle.errors import unknown

LONG = 160  # characters of a formula, from which on it is kept as a row of workings
LARGE_LOSS = -0.5  # from which a search for a rate of return reaches the losses that lie far off
HUGE = 9.99e307  # the largest number of a spreadsheet, in the place of infinity
SIGNS = {np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.power: "^", np.equal: "=", np.less: "<",
         np.less_equal: "<=", np.greater: ">", np.greater_equal: ">="}  # fmt: skip


class Workings:
    """Rows of cells between inputs and outputs, from a row of their sheet downwards; rows and columns from zero."""

    def __init__(self, first: int = 0, column: int = 1):
        self.first, self.column = first, column
        self.rows: list[list[Cell]] = []

    def keep(self, cells: Sequence[Any]) -> list["Cell"]:
        """Put cells side by side in a new row and name each by its place."""
        own = [each if isinstance(each, Cell) else Cell(_text(each), each, self) for each in cells]
        self.rows.append(own)
        row = self.first + len(self.rows) - 1
        return [Cell(place(row, self.column + column), each.value, self) for column, each in enumerate(own)]


class Cell(NDArrayOperatorsMixin):
    """A formula, without its equals sign, and its value.

    >>> sheet = Workings()
    >>> capex, life = Cell("B2", 400.0, sheet), Cell("B3", 5.0, sheet)
    >>> a_year = 1 + capex / life
    >>> a_year.text, float(a_year.value)
    ('(1+(B2/B3))', 81.0)
    """

    def __init__(self, text: str, value: Any, workings: Workings):
        self.text, self.value, self.workings = text, value, workings

    def __bool__(self) -> bool:
        raise TypeError("a cell is neither true nor false: use where(condition, then, otherwise)")

    def __array_ufunc__(self, work: np.ufunc, method: str, *given: Any, out: Any = None) -> "Cell":
        """A cell that is new, even where an operator such as += asks for its place (`out`)."""
        if work is np.negative:
            return 0 - given[0]
        if work is np.bitwise_and:
            return _called("AND", given, np.logical_and)
        if work not in SIGNS:
            raise TypeError(unknown("function of cells", [work.__name__], [sign.__name__ for sign in SIGNS]))
        return _cell(f"({SIGNS[work].join(map(_text, given))})", work, *given)

    def __array_function__(self, work: Callable, types: Any, given: Sequence[Any], named: Any) -> "Cell":
        """A choice between two, which metrics write as numpy's own; nothing else of numpy's has a sign here."""
        if work is np.where:
            return Functions.if_(*given)
        raise TypeError(unknown("function of cells", [work.__name__], ["where"]))


class Functions:
    """What a chart's expressions call by these names, in a spreadsheet's."""

    NaN = np.nan

    @staticmethod
    def if_(condition: Any, then: Any, otherwise: Any) -> Cell:
        return _called("IF", (condition, then, otherwise), lambda a, b, c: b if a else c)

    @staticmethod
    def min(*values: Any) -> Cell:
        return _called("MIN", values, lambda *all_: np.min(all_))

    @staticmethod
    def max(*values: Any) -> Cell:
        return _called("MAX", values, lambda *all_: np.max(all_))

    @staticmethod
    def ceil(value: Any) -> Cell:
        return -_called("INT", (-value,), np.floor)

    @staticmethod
    def log(value: Any) -> Cell:
        return _called("LN", (value,), np.log)


def irr(flows: Sequence[Any], value: float) -> Cell:
    """The rate of return of a row of cells, searched for by the spreadsheet from the value that is known.

    In another scenario the rate can be too far away for that: it is then searched for from a large loss.
    """
    kept = _workings(*flows).keep(flows)
    row, guess = f"{kept[0].text}:{kept[-1].text}", _text(value) if np.isfinite(value) else "0.1"
    return Cell(f"IFERROR(IRR({row},{guess}),IRR({row},{LARGE_LOSS}))", value, kept[0].workings)


def place(row: int, column: int) -> str:
    """The fixed address of a cell, row and column counted from zero.

    >>> place(0, 27)
    '$AB$1'
    """
    from xlsxwriter.utility import xl_rowcol_to_cell  # only a workbook needs it

    return xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)


def _called(name: str, values: Sequence[Any], work: Callable) -> Cell:
    return _cell(f"{name}({','.join(map(_text, values))})", work, *values)


def _cell(text: str, work: Callable, *values: Any) -> Cell:
    workings = _workings(*values)
    with np.errstate(all="ignore"):
        value = work(*(np.float64(getattr(each, "value", each)) for each in values))
    found = Cell(text, value, workings)
    return workings.keep([found])[0] if len(text) > LONG else found


def _workings(*values: Any) -> Workings:
    return next(each.workings for each in values if isinstance(each, Cell))


def _text(value: Any) -> str:
    """A cell's formula, or a number as a spreadsheet writes it."""
    if isinstance(value, Cell):
        return value.text
    number = float(value)
    if np.isnan(number):
        return "NA()"
    return repr(float(np.clip(number, -HUGE, HUGE))).removesuffix(".0")
