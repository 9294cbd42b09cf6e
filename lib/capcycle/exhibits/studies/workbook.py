"""Cases as a spreadsheet that goes on computing: inputs to change, outputs as formulas, the documents beside them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.facts import cited
from capcycle.models.cells import Cell, Workings, place
from capcycle.study import SCENARIOS, Case
from capcycle.words import say

MADE = datetime(2020, 1, 1, tzinfo=UTC)  # the same cases give the same bytes
OPTIONS = {"in_memory": True, "nan_inf_to_errors": True, "strings_to_formulas": False}  # a formula is the model's own
VALUE = 1  # the column of what is computed with; that of bear, base and bull follow
SCENARIO, HEAD = 3, 5  # rows: the scenario that is chosen, the heading of the inputs
NAME = 31  # the longest name of a sheet


def workbook(cases: Sequence[Case]) -> bytes:
    """Each case on a sheet: inputs with their range and evidence, a scenario to choose, and every output as a formula.

    The formulas are the model's own: it is called with the cells of the inputs.

    Errors: TypeError for a model with a step that a spreadsheet has no sign for.

    >>> workbook([analyses.start("cost_of_ownership", facts.open())])[:2]
    b'PK'
    """
    import xlsxwriter  # half of the pages have no assumptions

    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        book.set_properties({"created": MADE, "comments": say("workbook.made")})
        looks = {name: book.add_format(look) for name, look in LOOKS.items()}
        for number, case in enumerate(cases, 1):
            name = f"{case.model.__name__}_{number}"[:NAME]  # a plain name needs no quotes in a formula
            _Sheet(book.add_worksheet(name), book, looks, case).write()
    return file.getvalue()


SHOWN = [f"study.{name}" for name in SCENARIOS]
HEADINGS = {
    "inputs": ["workbook.input", "workbook.value", *SHOWN, "workbook.unit", "workbook.kind.heading", "workbook.reason",
               "workbook.document", "workbook.address"],
    "lists": ["workbook.by_year_input"],
    "outputs": ["workbook.output", "workbook.value", *SHOWN, "workbook.unit"],
    "by_year": ["workbook.by_year_output"],
    "workings": ["workbook.workings"],
}  # fmt: skip
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "text_wrap": True},
    "input": {"font_color": "#0000FF", "bg_color": "#FFF9E5"},
    "fraction": {"num_format": "0.0%"},
    "rate": {"num_format": "0.00%"},
    "points": {"num_format": "0.0%"},  # which no spreadsheet has a form of
    "amount": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.00##"},
}


class _Sheet:
    """One case on its sheet, from the top: the scenario, inputs, outputs, what goes by year, workings."""

    def __init__(self, sheet: Any, book: Any, looks: Mapping[str, Any], case: Case):
        self.sheet, self.book, self.looks, self.case = sheet, book, looks, case
        self.scenarios = study.scenarios(case)
        by_year, lists = case.model.by_year, [name for name, each in case.inputs.items() if np.ndim(each.value)]
        self.groups = {
            "inputs": [name for name in case.inputs if name not in lists],
            "lists": lists,
            "outputs": [name for name in case.model.outputs if name not in by_year],
            "by_year": [name for name in case.model.outputs if name in by_year],
        }
        self.rows = dict(self._rows())

    def _rows(self) -> Iterator[tuple[str, int]]:
        """The row of each name, and of the headings."""
        row = HEAD
        for group, names in self.groups.items():
            yield group, row
            yield from zip(names, range(row + 1, row + 1 + len(names)), strict=True)
            row += len(names) + 2 if names else 0
        yield "workings", row

    def write(self) -> None:
        self._top()
        self._names()
        for name in self.groups["inputs"]:
            self._input(name)
        for name in self.groups["lists"]:
            self._values(self.rows[name], VALUE, self.case.inputs[name].value, self.case.unit(name), "input")
        self._outputs()
        self.sheet.freeze_panes(HEAD + 1, 1)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)

    def _top(self) -> None:
        case = self.case
        for first, last, width in ((0, 0, 46), (1, 4, 18), (5, 6, 16), (7, 9, 60)):
            self.sheet.set_column(first, last, width)
        company = facts.Names()[case.company] if case.company else ""
        self.sheet.write(0, 0, words.name(case.model.__name__), self.looks["title"])
        self.sheet.write(1, 0, say("workbook.about", company=company or words.DASH, currency=case.currency))
        self.sheet.write(SCENARIO, 0, say("workbook.scenario"), self.looks["head"])
        self.sheet.write(SCENARIO, VALUE, say("study.base"), self.looks["input"])
        choice = {"validate": "list", "source": list(map(say, SHOWN))}
        self.sheet.data_validation(SCENARIO, VALUE, SCENARIO, VALUE, choice)

    def _names(self) -> None:
        for group, names in self.groups.items():
            if names:
                self._heading(group)
            for name in names:
                self.sheet.write_string(self.rows[name], 0, words.name(name))

    def _heading(self, group: str) -> None:
        self.sheet.write_row(self.rows[group], 0, map(say, HEADINGS[group]), self.looks["head"])

    def _input(self, name: str) -> None:
        row, unit, each = self.rows[name], self.case.unit(name), self.case.inputs[name]
        cells, heads = (f"{place(at, VALUE + 1)}:{place(at, VALUE + 3)}" for at in (row, HEAD))
        chosen = f"=INDEX({cells},MATCH({place(SCENARIO, VALUE)},{heads},0))"
        self.sheet.write_formula(row, VALUE, chosen, self._look(unit, each.value, "input"), _plain(each.value))
        self._values(row, VALUE + 1, self.scenarios.inputs.loc[name, list(SCENARIOS)], unit)
        sheet = self.sheet.get_name()
        self.book.define_name(f"{sheet}!{name}", f"={sheet}!{place(row, VALUE)}")
        found = cited(each.source.split())
        evidence = (unit, say(f"workbook.kind.{each.kind}"), each.reason,
                    words.clauses(found["title"]), next(iter(found["url"]), ""))  # fmt: skip
        for column, text in enumerate(evidence, VALUE + 4):
            self.sheet.write_string(row, column, text)

    def _outputs(self) -> None:
        workings = Workings(self.rows["workings"] + 1, VALUE)
        outputs = self.case.evaluate(**self._cells(workings))
        for name in self.groups["outputs"]:
            row, unit, three = self.rows[name], self.case.unit(name), self.scenarios.outputs.loc[name, list(SCENARIOS)]
            self._values(row, VALUE, [getattr(outputs, name), *three], unit)
            self.sheet.write_string(row, VALUE + 4, unit)
        for name in self.groups["by_year"]:
            self._values(self.rows[name], VALUE, getattr(outputs, name), self.case.unit(name))
        if workings.rows:
            self._heading("workings")
        for row, cells in enumerate(workings.rows, workings.first):
            self._values(row, VALUE, cells, "")

    def _cells(self, workings: Workings) -> dict[str, Any]:
        """The inputs as the model is to be called with them: by name, and those by year by their places."""
        single = {name: Cell(name, self.case.inputs[name].value, workings) for name in self.groups["inputs"]}
        return single | {
            name: [Cell(place(self.rows[name], VALUE + column), value, workings)
                   for column, value in enumerate(self.case.inputs[name].value)]
            for name in self.groups["lists"]
        }  # fmt: skip

    def _values(self, row: int, first: int, values: Iterable[Any], unit: str, own: str = "") -> None:
        """Formulas and numbers side by side from a column on; what is missing is no number there either."""
        for column, value in enumerate(values, first):
            if isinstance(value, Cell):
                look = self._look(unit, value.value)
                self.sheet.write_formula(row, column, f"={value.text}", look, _plain(value.value))
            elif pd.isna(value):
                self.sheet.write_formula(row, column, "=NA()", self.looks[own or "number"], "#N/A")
            else:
                self.sheet.write_number(row, column, float(value), self._look(unit, value, own))

    def _look(self, unit: str, value: Any, own: str = "") -> Any:
        """The format of a number in its unit; inputs are blue, as bankers have them."""
        form = unit if unit in ("fraction", "rate", "points") else "amount" if abs(value) >= 1000 else "number"
        return self.book.add_format(LOOKS[form] | LOOKS["input"]) if own else self.looks[form]


def _plain(value: Any) -> Any:
    """A value as a spreadsheet shows it before it has computed anything."""
    return "#N/A" if not np.isfinite(value) else bool(value) if isinstance(value, np.bool_) else float(value)
