"""Cases as a spreadsheet that goes on computing: inputs to change, outputs as formulas, the documents beside them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.facts import sources
from capcycle.models.cells import Cell, Workings, place
from capcycle.study import SCENARIOS, Case
from capcycle.words import say

MADE = datetime(2020, 1, 1, tzinfo=UTC)  # the same cases give the same bytes
VALUE = 1  # the column of what is computed with; that of bear, base and bull follow
SCENARIO, HEAD = 3, 5  # rows: the scenario that is chosen, the heading of the inputs
NAME = 31  # the longest name of a sheet


def workbook(cases: Sequence[Case]) -> bytes:
    """Each case on a sheet: inputs with their range and evidence, a scenario to choose, and every output as a formula.

    The formulas are the model's own: it is called with the cells of the inputs.

    >>> workbook([study.start("cost_of_ownership")])[:2]
    b'PK'
    """
    import xlsxwriter  # half of the pages have no assumptions

    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        book.set_properties({"created": MADE, "comments": say("workbook.made")})
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        for number, case in enumerate(cases, 1):
            name = f"{case.model.__name__}_{number}"[:NAME]  # a plain name needs no quotes in a formula
            _Sheet(book.add_worksheet(name), book, looks, case).write()
    return file.getvalue()


LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "text_wrap": True},
    "text": {},
    "input": {"font_color": "#0000FF", "bg_color": "#FFF9E5"},
    "fraction": {"num_format": "0.0%"},
    "rate": {"num_format": "0.00%"},
    "amount": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.00##"},
}


class _Sheet:
    """One case on its sheet, from the top: the scenario, inputs, outputs, what goes by year, workings."""

    def __init__(self, sheet: Any, book: Any, looks: Mapping[str, Any], case: Case):
        self.sheet, self.book, self.looks, self.case = sheet, book, looks, case
        self.found = study.scenarios(case)
        model = case.model
        self.single = [name for name, each in case.inputs.items() if np.ndim(each.central) == 0]
        self.lists = [name for name in case.inputs if name not in self.single]
        self.outputs = [name for name in model.outputs if name not in model.by_year]
        self.by_year = [name for name in model.outputs if name in model.by_year]
        self.rows = dict(self._rows())

    def _rows(self) -> Iterator[tuple[str, int]]:
        """The row of each name, and of the headings."""
        row = HEAD
        for heading, names in (("inputs", self.single), ("lists", self.lists), ("outputs", self.outputs),
                               ("by_year", self.by_year)):  # fmt: skip
            yield heading, row
            for name in names:
                row += 1
                yield name, row
            row += 2 if names else 0
        yield "workings", row

    def write(self) -> None:
        self._top()
        self._inputs()
        self._outputs()
        self.sheet.freeze_panes(HEAD + 1, 1)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)

    def _top(self) -> None:
        case = self.case
        self.sheet.set_column(0, 0, 46)
        self.sheet.set_column(1, 4, 18)
        self.sheet.set_column(5, 6, 16)
        self.sheet.set_column(7, 9, 60)
        company = facts.companies()["name"][case.company] if case.company else ""
        self.sheet.write(0, 0, words.name(case.model.__name__), self.looks["title"])
        self.sheet.write(1, 0, say("workbook.about", company=company or words.DASH, currency=case.currency))
        self.sheet.write(SCENARIO, 0, say("workbook.scenario"), self.looks["head"])
        self.sheet.write(SCENARIO, VALUE, _scenario("base"), self.looks["input"])
        choice = {"validate": "list", "source": [_scenario(each) for each in SCENARIOS]}
        self.sheet.data_validation(SCENARIO, VALUE, SCENARIO, VALUE, choice)

    def _inputs(self) -> None:
        texts = ("workbook.unit", "workbook.kind.heading", "workbook.reason", "workbook.document", "workbook.address")
        self._heading("inputs", [say("workbook.input"), say("workbook.value"), *map(_scenario, SCENARIOS),
                                 *map(say, texts)])  # fmt: skip
        for name in self.single:
            self._input(name)
        if self.lists:
            self._heading("lists", [say("workbook.by_year_input")])
        for name in self.lists:
            self._label(name)
            for column, value in enumerate(self.case.inputs[name].central):
                self._number(self.rows[name], VALUE + column, value, self.case.unit(name), "input")

    def _input(self, name: str) -> None:
        row, unit, each = self.rows[name], self.case.unit(name), self.case.inputs[name]
        self._label(name)
        cells, heads = (f"{place(at, VALUE + 1)}:{place(at, VALUE + 3)}" for at in (row, HEAD))
        chosen = f"=INDEX({cells},MATCH({place(SCENARIO, VALUE)},{heads},0))"
        self.sheet.write_formula(row, VALUE, chosen, self._look(unit, each.central, "input"), _plain(each.central))
        for column, value in enumerate(self.found.inputs.loc[name, list(SCENARIOS)], VALUE + 1):
            self._number(row, column, value, unit)
        sheet = self.sheet.get_name()
        self.book.define_name(f"{sheet}!{name}", f"={sheet}!{place(row, VALUE)}")
        cards = sources().loc[each.source.split()]
        evidence = (unit, say(f"workbook.kind.{each.kind}"), each.reason,
                    "; ".join(cards["title"]), next(iter(cards["url"]), ""))  # fmt: skip
        for column, text in enumerate(evidence, VALUE + 4):
            self.sheet.write_string(row, column, text)

    def _outputs(self) -> None:
        workings = Workings(self.rows["workings"] + 1, VALUE)
        found = self.case.evaluate(**self._cells(workings))
        self._heading("outputs", [say("workbook.output"), say("workbook.value"), *map(_scenario, SCENARIOS),
                                  say("workbook.unit")])  # fmt: skip
        for name in self.outputs:
            row, unit = self.rows[name], self.case.unit(name)
            self._label(name)
            self._formula(row, VALUE, getattr(found, name), unit)
            for column, value in enumerate(self.found.outputs.loc[name, list(SCENARIOS)], VALUE + 1):
                self._number(row, column, value, unit)
            self.sheet.write_string(row, VALUE + 4, unit)
        if self.by_year:
            self._heading("by_year", [say("workbook.by_year_output")])
        for name in self.by_year:
            self._label(name)
            for column, value in enumerate(getattr(found, name)):
                self._formula(self.rows[name], VALUE + column, value, self.case.unit(name))
        self._workings(workings)

    def _cells(self, workings: Workings) -> dict[str, Any]:
        """The inputs as the model is to be called with them: by name, and those by year by their places."""
        single = {name: Cell(name, self.case.inputs[name].central, workings) for name in self.single}
        return single | {
            name: [Cell(place(self.rows[name], VALUE + column), value, workings)
                   for column, value in enumerate(self.case.inputs[name].central)]
            for name in self.lists
        }  # fmt: skip

    def _workings(self, workings: Workings) -> None:
        if workings.rows:
            self._heading("workings", [say("workbook.workings")])
        for row, cells in enumerate(workings.rows, workings.first):
            for column, cell in enumerate(cells, VALUE):
                self._formula(row, column, cell, "")

    def _heading(self, row: str, texts: Sequence[str]) -> None:
        for column, text in enumerate(texts):
            self.sheet.write_string(self.rows[row], column, text, self.looks["head"])

    def _label(self, name: str) -> None:
        self.sheet.write_string(self.rows[name], 0, words.name(name))

    def _formula(self, row: int, column: int, cell: Any, unit: str) -> None:
        if isinstance(cell, Cell):
            self.sheet.write_formula(row, column, f"={cell.text}", self._look(unit, cell.value), _plain(cell.value))
        else:
            self._number(row, column, cell, unit)

    def _number(self, row: int, column: int, value: Any, unit: str, own: str = "") -> None:
        if pd.isna(value):
            self.sheet.write_formula(row, column, "=NA()", self.looks[own or "number"], "#N/A")
        else:
            self.sheet.write_number(row, column, float(value), self._look(unit, value, own))

    def _look(self, unit: str, value: Any, own: str = "") -> Any:
        """The format of a number in its unit; inputs are blue, as bankers have them."""
        form = unit if unit in ("fraction", "rate") else "amount" if abs(_finite(value)) >= 1000 else "number"
        return self.book.add_format(LOOKS[form] | LOOKS["input"]) if own else self.looks[form]


def _scenario(name: str) -> str:
    return say(f"study.{name}")


def _finite(value: Any) -> float:
    return float(value) if np.isfinite(value) else 0.0


def _plain(value: Any) -> Any:
    """A value as a spreadsheet shows it before it has computed anything."""
    return "#N/A" if not np.isfinite(value) else bool(value) if isinstance(value, np.bool_) else float(value)
