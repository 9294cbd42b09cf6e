"""Companies beside each other as one spreadsheet that goes on computing, from filed figures and assumptions upwards."""

import re
from collections.abc import Mapping
from functools import cache
from inspect import signature
from io import BytesIO
from typing import Any

import numpy as np

from capcycle import facts, words
from capcycle.exhibits.cards import Card, Groups
from capcycle.exhibits.studies.workbook import LOOKS, MADE, OPTIONS
from capcycle.facts import Book, cited
from capcycle.measures import Measures
from capcycle.metrics import ALL
from capcycle.models.cells import Cell, Workings, place
from capcycle.quantity import ASSUMED, Quantity
from capcycle.words import say

SHEETS = ("Comparison", "Inputs", "Assumptions", "Calculation", "Sources")
FIRST = 3  # the first row below title and headings
PLACE = re.compile(r"\w+!\$[A-Z]+\$\d+")
COMMENT = 700  # letters of a comment


def workbook(groups: Groups, book: Book) -> bytes:
    """A sheet that compares, on sheets of inputs, of assumptions and of what is calculated, and one of documents.

    Each output is a formula, the model's own: it is called with the cells of its inputs. Who changes an input or an
    assumption changes every figure that rests on it. Each comment says of what kind, day and document a figure is.

    >>> workbook({}, facts.open(["META"]))[:2]
    b'PK'
    """
    import xlsxwriter  # few pages have a spreadsheet

    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as made:
        made.set_properties({"created": MADE, "comments": say("workbook.made")})
        _Beside(made, book).write(groups)
    return file.getvalue()


class _Beside:
    """The sheets while they are written: which row holds what, and the outputs of each case as cells."""

    def __init__(self, made: Any, book: Book):
        self.looks = {name: made.add_format(look) for name, look in LOOKS.items()}
        self.inputs = {form: made.add_format(LOOKS[form] | LOOKS["input"]) for form in ("fraction", "amount", "number")}
        self.sheets = {name: made.add_worksheet(name) for name in SHEETS}
        self.rows: dict[str, dict[str, int]] = {name: {} for name in SHEETS}
        self.filled: dict[tuple[str, int, int], float] = {}
        self.columns = {company: place_ for place_, company in enumerate(book.companies, 1)}
        self.book, self.outputs, self.documents = book, {}, dict[str, None]()
        self.workings = Workings(0, 1)

    def write(self, groups: Groups) -> None:
        # workings lie below the outputs of all lines, so that their rows are known beforehand
        self.workings.first = FIRST + 2 + sum(len(lines) for lines in groups.values())
        row = FIRST
        for heading, lines in groups.items():
            self.sheets["Comparison"].write_string(row, 0, heading, self.looks["head"])
            for row_, (label, cards) in enumerate(lines.items(), row + 1):
                self.sheets["Comparison"].write_string(row_, 0, label)
                for card in cards:
                    self._compared(row_, label, card)
            row += len(lines) + 2
        for number, cells in enumerate(self.workings.rows, self.workings.first):
            for column, each in enumerate(cells, self.workings.column):
                self._formula("Calculation", number, column, each, "number")
        self._headed()
        self._sources()

    def _compared(self, row: int, label: str, card: Card) -> None:
        column, each, sheet = self.columns[card.company], card.quantity, self.sheets["Comparison"]
        if each.missing:
            sheet.write_string(row, column, say("cards.missing"))
        elif card.origin is None:
            sheet.write_number(row, column, float(each.value), self.looks[_form(each.unit, each.value)])
        else:
            cell = self._origin(card)
            if not PLACE.fullmatch(
                cell.text
            ):  # steps are kept on the sheet of calculation, and named as they are there
                cell = self._calculated(label, column, cell, each.unit)
            self._formula("Comparison", row, column, cell, each.unit)
        self._comment("Comparison", row, column, each)

    def _calculated(self, label: str, column: int, cell: Cell, unit: str) -> Cell:
        row = self._row("Calculation", label)
        self._formula("Calculation", row, column, cell, unit)
        return Cell(f"Calculation!{place(row, column)}", cell.value, self.workings)

    def _origin(self, card: Card) -> Cell:
        """The cell or the formula of a figure."""
        if isinstance(card.origin, Measures):
            return self._measured(card.origin, card)
        if isinstance(card.origin, Quantity):
            return self._input(card.company, card.quantity.name, card.quantity, "")
        case, model = card.origin.of(card.quantity.name), words.name(card.origin.model.__name__)
        if id(case) not in self.outputs:
            given = {name: self._input(case.company, name, each, f"{model}, {each.days}" if each.days else model)
                     for name, each in case.inputs.items()}  # fmt: skip
            self.outputs[id(case)] = {**given, **case.evaluate(**given)._asdict()}
        return self.outputs[id(case)][card.quantity.name]

    def _measured(self, measured: Measures, card: Card) -> Cell:
        """A metric of the filed figures behind its newest value."""
        own = measured.known_of(card.company)
        used = measured.used(card.company, own["period"].iloc[-1])
        given = {
            fact.input: self._input(card.company, fact.input, Quantity(
                fact.input, fact.value, fact.unit, kind=fact.kind, source=fact.source, reason=fact.note,
                since=fact.period_end, day=fact.period_end), "")
            for fact in used.itertuples()
        }  # fmt: skip
        return _formula(measured.name, given)

    def _input(self, company: str, name: str, each: Quantity, model: str) -> Any:
        """The cell of an input, or those of its years; one figure stands in one cell however many models take it."""
        if np.ndim(each.value):
            labels = [
                say("beside.year", name=words.name(name), place=number) for number in range(1, len(each.value) + 1)
            ]
            return [self._placed(company, label, value, each, model)
                    for label, value in zip(labels, each.value, strict=True)]  # fmt: skip
        return self._placed(company, words.name(name), each.value, each, model)

    def _placed(self, company: str, label: str, value: float, each: Quantity, model: str) -> Cell:
        judged = each.kind == ASSUMED and not each.missing
        if (own := each.unit[:3]) in facts.currencies() and own != self.book.money:
            label = say("beside.of_model", name=label, model=own)
        name, column = "Assumptions" if judged else "Inputs", self.columns[company]
        row = self._row(name, label)
        if not np.array_equal(
            self.filled.get((name, row, column), value), value, equal_nan=True
        ):  # the same name for another figure
            row = self._row(name, say("beside.of_model", name=label, model=model))
        if (name, row, column) not in self.filled:
            self.filled[name, row, column] = value
            form, sheet = _form(each.unit, value), self.sheets[name]
            if np.isfinite(value):
                sheet.write_number(row, column, float(value), self.inputs[form])
            else:
                sheet.write_formula(row, column, "=NA()", self.inputs[form], "#N/A")
            self._comment(name, row, column, each)
        return Cell(f"{name}!{place(row, column)}", value, self.workings)

    def _row(self, sheet: str, label: str) -> int:
        rows = self.rows[sheet]
        if label not in rows:
            rows[label] = FIRST + len(rows)
            self.sheets[sheet].write_string(rows[label], 0, label)
        return rows[label]

    def _formula(self, sheet: str, row: int, column: int, cell: Any, unit: str) -> None:
        value = float(cell.value)
        shown = value if np.isfinite(value) else "#N/A"
        self.sheets[sheet].write_formula(row, column, f"={cell.text}", self.looks[_form(unit, value)], shown)

    def _comment(self, sheet: str, row: int, column: int, each: Quantity) -> None:
        self.documents |= dict.fromkeys(each.source.split())
        titles = list(map(_title, dict.fromkeys(each.source.split())))
        kind = "" if each.missing else say(f"workbook.kind.{each.kind}")
        span = words.between(each.low, each.high, each.unit) if each.varied else ""
        said = "\n".join(filter(None, [kind, each.days, span, each.reason, words.clauses(titles)]))[:COMMENT]
        if said:
            self.sheets[sheet].write_comment(row, column, said, {"x_scale": 2.5, "y_scale": 1.5})

    def _headed(self) -> None:
        for name, sheet in self.sheets.items():
            sheet.write_string(0, 0, say(f"beside.{name.lower()}", currency=self.book.money), self.looks["title"])
            if name != "Sources":
                names = [self.book.names[company] for company in self.columns]
                sheet.write_row(2, 0, [say("beside.figure"), *names], self.looks["head"])
            sheet.set_column(0, 0, 52)
            sheet.set_column(1, len(self.columns), 18)
            sheet.freeze_panes(FIRST, 1)

    def _sources(self) -> None:
        sheet, columns = self.sheets["Sources"], ["title", "publisher", "published", "url"]
        sheet.write_row(2, 0, [say(f"beside.{name}") for name in columns],
                        self.looks["head"])  # fmt: skip
        for row, card in enumerate(cited(self.documents)[columns].itertuples(index=False), FIRST):
            for column, text in enumerate(card):
                sheet.write_string(row, column, str(text))


def _formula(name: str, cells: Mapping[str, Cell]) -> Cell:
    """A metric of cells by the names that it takes; where it rests on either of two, of the one that is there.

    >>> sheet = Workings()
    >>> _formula("fcf", {name: Cell(name, 1.0, sheet) for name in ("operating_cash_flow", "capex")}).text
    '(operating_cash_flow-capex)'
    """
    if name in cells:
        return cells[name]
    metric = ALL[name]
    parts = signature(metric).parameters
    if getattr(metric, "either", False):
        return next(each for part in parts if (each := _known(part, cells)) is not None)
    return metric(**{part: _formula(part, cells) for part in parts})


def _known(name: str, cells: Mapping[str, Cell]) -> Cell | None:
    try:
        return _formula(name, cells)
    except KeyError:  # one of its parts is not among the cells
        return None


@cache
def _title(document: str) -> str:
    return cited([document])["title"].item()


def _form(unit: str, value: float) -> str:
    return "fraction" if unit in ("fraction", "rate", "points") else "amount" if abs(value) >= 1000 else "number"
