"""A case and its scenarios: the table of assumptions, bear, base and bull side by side, companies beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.exhibits.studies.workbook import workbook
from capcycle.facts import cited
from capcycle.models import finance
from capcycle.quantity import Quantity
from capcycle.study import SCENARIOS, Case, Scenarios
from capcycle.words import say


def assumptions(*cases: Case, beside: Sequence[Quantity] = ()) -> Exhibit:
    """Every input of some cases: its value and range, what kind of figure it is, why, and where it stands.

    beside  inputs that no model takes

    >>> assumptions(analyses.start("cost_of_ownership", facts.open())).id
    'assumptions-cost-of-ownership'
    """
    inputs = [each for case in cases for each in case.inputs.values()]
    rows = pd.DataFrame([_input(each) for each in (*inputs, *beside)]).drop_duplicates("label")
    known = rows[rows["value"].notna()]  # what the data lacks is neither assumed nor anything else
    assumed = int((known["kind"] == "assumed").sum())
    columns = {name: say(f"marks.column.{name}") for name in ("label", "low", "value", "high", "why")}
    some = words.counted("study.assumptions", assumed, total=len(known))
    title = say("study.assumptions_all", total=len(known)) if assumed == len(known) > 1 else some
    id, subtitle = parts.slug("assumptions", cases[0].model.__name__), say("study.assumptions_subtitle")
    later = len({each.name for each in inputs if each.hindsight})
    notes = (words.counted("study.hindsight_note", later, day=words.day(cases[0].book.day)),) if later else ()
    frame = Frame(id, title, subtitle, notes)
    shown = marks.table(rows.assign(why=[_why(row) for row in rows.itertuples()]), frame, columns)
    return replace(shown, figures=rows, workbook=workbook(cases))


def _input(each: Quantity) -> dict:
    low, high = (each.low, each.high) if each.varied else (np.nan, np.nan)
    value = each.value if np.ndim(each.value) == 0 else say("study.by_year", count=len(each.value))
    return {"low": low, "high": high, "label": words.name(each.name), "value": value, "unit": each.unit,
            "kind": each.kind, "note": each.reason, "source": each.source}  # fmt: skip


def _why(row) -> str | dict:
    """The reason of an input, then a link to the first of its documents, with how many more there are."""
    if not row.source:
        return row.note
    first, *others = row.source.split()
    card = cited([first]).loc[first]
    title = say("note.more", title=card["title"], count=len(others)) if others else card["title"]
    return {"before": row.note, "text": title, "href": card["url"]}


def scenarios(three: Scenarios) -> Exhibit:
    """Bear, base and bull side by side: the outputs, and the inputs that differ.

    >>> scenarios(study.scenarios(analyses.start("cost_of_ownership", facts.open()))).view.columns.tolist()[1:]
    ['Bear', 'Base', 'Bull']
    """
    case = three.case
    varied = three.inputs.loc[list(case.varied)].astype(float)
    varied = varied[varied.nunique(axis=1) > 1]
    own = [case.alone(name).kind for name in three.outputs.index]  # a figure as filed is no judgement
    rows = pd.concat([_three(three.outputs, case, own), _three(varied, case, "assumed")], ignore_index=True)
    columns = {"label": say("marks.column.label")} | {each: say(f"study.{each}") for each in SCENARIOS}
    ends = {each: said(case, case.model.verdict, three.outputs.at[case.model.verdict, each]) for each in SCENARIOS}
    frame = Frame(
        parts.slug("scenarios", case.model.__name__, case.company),
        titled(case, case.model.verdict, "study.scenarios", ends),
        say("study.scenarios_subtitle"),
        (say("study.scenarios_note"), *_idle(three), *_one_sided(three), *_gaps(three)),
    )
    return marks.table(rows.assign(source=case.source), frame, columns)


def _idle(three: Scenarios) -> list[str]:
    """Which inputs with a range stay at their centre in all three, and why."""
    case, names = three.case, [words.lower(words.name(name)) for name in three.idle]
    return [say("study.idle", inputs=words.listing(names), output=words.name(case.model.verdict))] if names else []


def _one_sided(three: Scenarios) -> list[str]:
    """Which inputs the base case has at one end of their range already."""
    stuck = {word: three.stuck(end) for end, word in (("bull", "better"), ("bear", "worse"))}
    return [
        say(f"study.one_sided_{end}", inputs=words.listing([words.lower(words.name(name)) for name in names]))
        for end, names in stuck.items()
        if names
    ]


def _gaps(three: Scenarios) -> list[str]:
    """Why the table has dashes."""
    if three.case.lacking:
        return [*lacking(three.case)]
    dashes = [say("study.scenarios_dash")] if three.outputs.isna().any(axis=None) else []
    missing = three.outputs.T.isna()
    no_rates = [
        _no_rate(three, irr, flows, scenario)
        for irr, flows in three.case.model.flows.items()
        for scenario in missing.index[missing[irr]]
    ]
    return [*dashes, *no_rates]


def _no_rate(three: Scenarios, irr: str, flows: str, scenario: str) -> str:
    """Why a rate of return is missing in a scenario, and all that fit where there are several."""
    rates = finance.rates([float(flow) for flow in getattr(three.results[scenario], flows)])
    fitting = [words.value(rate, "fraction") for rate in rates.values]
    all_ = say("study.all_rates", rates=words.listing(fitting)) if fitting else ""
    return say("study.no_rate", output=words.name(irr), scenario=words.lower(say(f"study.{scenario}")),
               reason=rates.reason, all=all_)  # fmt: skip


def _three(table: pd.DataFrame, case: Case, kind: str | list[str]) -> pd.DataFrame:
    units = [case.unit(name) for name in table.index]
    labels = [words.name(name) for name in table.index]
    return table.reset_index(drop=True).assign(label=labels, unit=units, kind=kind)


def by_year(three: Scenarios, of: str, mark: float | None = None, notes: Sequence[str] = (), begin: int = 0) -> Exhibit:
    """An output by year, a line per scenario, to the last year in which one of them moves.

    begin  the number of the first year: 0 for today
    mark   a year to draw a line through, such as the end of a contract; `notes` say what it is
    Errors: AttributeError for an output that the model does not give.

    >>> by_year(study.scenarios(analyses.start("ai_cloud_payback", facts.open())), "build_cash").id
    'by-year-ai-cloud-payback-build-cash'
    """
    case, unit = three.case, three.case.unit(of)
    lines = {each: np.array([float(value) for value in getattr(three.results[each], of)]) for each in SCENARIOS}
    last = max([int(np.flatnonzero(np.diff(line)).max(initial=-1)) + 1 for line in lines.values()])
    rows = pd.DataFrame([
        {"x": begin + year, "value": line[year], "group": say(f"study.{each}"), "label": str(begin + year)}
        for each, line in lines.items() for year in range(last + 1)
    ]).assign(unit=unit, kind=case.kind, source=case.source)  # fmt: skip
    ends = {each: words.value(line[last], unit) for each, line in lines.items()}
    frame = Frame(
        parts.slug("by-year", case.model.__name__, of, case.company),
        titled(case, of, "study.by_year_title", ends, year=last),
        say("study.by_year_subtitle", output=words.name(of), unit=parts.unit(unit)),
        (*notes, *lacking(case)),
    )
    return marks.paths(rows, frame, mark=mark or None)


def titled(case: Case, of: str, key: str, ends: Mapping[str, str], **more: Any) -> str:
    """A title that gives some values of an output: one where all are alike, another where one is missing.

    ends  the values in words, by their place in the sentence
    Errors: CapcycleError for a sentence that there is not, or that lacks a value.

    >>> case = analyses.start("cost_of_ownership", facts.open())
    >>> titled(case, "annual_cost", "study.heat_map", {"low": "–", "high": "$2bn"})
    'Annual cost cannot be worked out: the formula has no result for these figures'
    """
    if words.DASH in ends.values():
        key, reason = "study.not_known" if case.lacking else "study.cannot", say("reason.no_result")
        return say(key, subject=whose(case, of), reason=reason)
    alike = len(set(ends.values())) == 1
    values = {"output": whose(case, of), **ends, **more}
    return say(words.said(f"{key}_alike", key) if alike else key, **values)


def lacking(case: Case, of: str = "") -> tuple[str, ...]:
    """The note that says why nothing can be worked out, or why one output cannot; none where it can.

    Errors: ModelError for an output that the model does not give.

    >>> from capcycle import analyses, facts
    >>> lacking(analyses.start("cost_of_ownership", facts.open()))
    ()
    """
    why = (case.alone(of).missing and case.alone(of).reason) if of else case.lacking
    return (parts.upper(why),) if why else ()


def whose(case: Case, name: str) -> str:
    """The name of an output at the head of a title: with the company's where the case is about one.

    >>> case = analyses.start("gpu_hour", facts.open())
    >>> whose(case, "gpu_hour_cost")
    'Cost per GPU-hour sold'
    """
    return phrase(case, name) if case.company else words.name(name)


def phrase(case: Case, name: str) -> str:
    """The name of an output inside a sentence.

    >>> phrase(analyses.start("gpu_hour", facts.open()), "gpu_hour_cost")
    'the cost per GPU-hour sold'
    """
    what = words.lower(words.name(name))
    if not case.company:
        return say("study.the", what=what)
    return say("study.whose", company=parts.company_names().get(case.company, case.company), what=what)


def said(case: Case, name: str, value: float) -> str:
    """A value of an input or an output, in words.

    Errors: KeyError for what is neither an input nor an output.

    >>> said(analyses.start("gpu_hour", facts.open()), "gpu_hour_cost", 2.5)
    '$2.50/GPU-h'
    """
    return words.value(float(value), case.unit(name))
