"""Tables of cases: a row for each, or a column for each beside the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.exhibits import marks
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.studies.shapes import _called, _compared, _first, _row
from capcycle.quantity import ASSUMED, listed, spanned
from capcycle.study import Case
from capcycle.words import say


def table(cases: Mapping[str, Case], names: Sequence[str], key: str = "", of: str = "", **more: Any) -> Exhibit:
    """A row for each case, and a column for each of some inputs and outputs, each in its own unit, with their days.

    of  which of them the title compares, by default the last
    Errors: ModelError for no case, and for a name that is neither an input nor an output.

    >>> table({"MSFT": analyses.start("required_revenue", facts.open(), "MSFT")}, ["it_life"]).view.columns.tolist()[1]
    'Life of chips and servers'
    """
    first, _ = _first(cases, None)
    of = of or names[-1]
    rows = pd.DataFrame([_cells(name, case, names, of) for name, case in cases.items()])
    last = rows.assign(value=rows[of], unit=first.unit(of))
    days = spanned(case.alone(of) for case in cases.values())
    frame = _compared("table", cases, of, key, last, {"days": days, **more})
    headings = {"label": say("marks.column.label")} | {name: words.name(name) for name in names}
    headings |= {"days": say("study.peers.day")} if rows["days"].any() else {}
    results = [name for name in names if name in first.model.outputs] or list(names)
    if rows[results].isna().all(axis=None):
        return marks.nothing(frame)
    notes = (*frame.notes, *marks.noted(rows.assign(value=np.nan)))  # a column of reasons beside figures is cut off
    return marks.table(rows, replace(frame, notes=notes), headings)


def side_by_side(cases: Mapping[str, Case], of: str | None = None) -> Exhibit:
    """A column for each case of one model: its outputs, and the inputs in which the cases differ; single numbers only.

    of  the output that the title compares, by default the model's verdict
    Errors: NothingToShow for no case.

    >>> start = analyses.start("gpu_hour", facts.open())
    >>> shown = side_by_side({"As it is": start, "Dear": start.with_inputs(gpu_rent=4.0)})
    >>> shown.view.columns.tolist()[1:], shown.view.iloc[-1, 2]
    (['As it is', 'Dear'], '$4.00/GPU-h (a)')
    """
    first, of = _first(cases, of)
    single = [name for name in first.model.outputs if name not in first.model.by_year]
    given = [name for name, each in first.inputs.items() if np.ndim(each.value) == 0]
    found = {name: [case.quantity(name) for case in cases.values()] for name in (*single, *given)}
    shown = [
        name for name in found if name in single or np.unique([float(each.value) for each in found[name]]).size > 1
    ]
    rows = pd.DataFrame([
        {"label": words.name(name), "unit": found[name][0].unit, "kind": first.kind if name in single else ASSUMED,
         **{f"case {place}": float(each.value) for place, each in enumerate(found[name])}} for name in shown
    ])  # fmt: skip
    each = pd.DataFrame([_row(name, case, of) for name, case in cases.items()])
    frame = _compared("side-by-side", cases, of, "", each, {})
    columns = {"label": say("marks.column.label")} | {f"case {place}": name for place, name in enumerate(cases)}
    return marks.table(rows.assign(source=first.source), frame, columns)


def _cells(name: str, case: Case, names: Sequence[str], of: str) -> dict[str, Any]:
    found = {each: case.alone(each) for each in names}
    return {"label": _called(name, case), "kind": case.kind, "source": case.source, "days": spanned(found.values()),
            "day": "" if found[of].missing else found[of].iso,
            "note": listed(each.reason for each in found.values() if each.missing),
            **{each: float(one.value) for each, one in found.items()},
            **{f"{each}_unit": one.unit for each, one in found.items()},
            **{f"{each}_kind": one.kind for each, one in found.items()}}  # fmt: skip
