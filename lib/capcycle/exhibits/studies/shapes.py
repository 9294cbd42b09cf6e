"""General exhibits of cases: a bridge, bars, a ranking, ranges, an output over an input, by year, and a table.

The words of each stand under a key: `title`, `subtitle`, `note`; what has none there is said in general words. Those
of a single case name its inputs and outputs, as `capcycle.study.tell` fills them; those of several cases name the
highest and the lowest, and have other titles for one case alone (`title_1`) and for cases all alike (`title_alike`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.errors import ModelError, NothingToShow
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.exhibits.studies.cases import lacking
from capcycle.quantity import APART, DERIVED, Quantity, spanned, unlike
from capcycle.study import SCENARIOS, Case
from capcycle.words import say

TAKEN, ADDED, TOTAL = "-", "+", "="  # before the name of a step: it is taken off, or added; it is a sum
POINTS = 41
MANY = 10  # points of which a straight line says something


def bridge(case: Case, steps: Sequence[str], key: str = "", **more: Any) -> Exhibit:
    """From one amount of a case to another over what is added and taken away.

    steps  names of inputs and outputs of one unit; "-name" is taken off, "+name" added, "=name" is a sum that stands on
           the axis. Without a sign the first and the last are sums, the others added.
    Errors: ModelError for a name that is neither, and for steps of unlike units.

    >>> bridge(analyses.start("required_revenue", facts.open(), "MSFT"), ["ai_revenue", "revenue_required"]).id
    'bridge-required-revenue-revenue-required-msft'
    """
    names = [step.lstrip(TAKEN + ADDED + TOTAL) for step in steps]
    ends = (steps[0], steps[-1])
    sums = [step.startswith(TOTAL) or (step in ends and step in names) for step in steps]
    signs = [-1.0 if step.startswith(TAKEN) else 1.0 for step in steps]
    rows = _amounts(case, names)
    rows = rows.assign(value=rows["value"] * signs, total=sums)
    first, last = (case.quantity(names[place]) for place in (0, -1))
    title = study.tell(case, _words(key, "title", "study.bridge"), first=first, last=last, **more)
    return marks.waterfall(rows, _frame("bridge", case, names[-1], key, title, more))


def columns(case: Case, names: Sequence[str], key: str = "", **more: Any) -> Exhibit:
    """Several inputs and outputs of one case and unit side by side, a bar each.

    Errors: ModelError for a name that is neither, and for unlike units.

    >>> columns(analyses.start("required_revenue", facts.open(), "MSFT"), ["depreciation", "required_return"]).title
    'Depreciation is $14.0bn, return on the capital $7.0bn'
    """
    ends = {"first": case.quantity(names[0]), "last": case.quantity(names[-1])}
    title = parts.upper(study.tell(case, _words(key, "title", "study.columns"), **ends, **more))
    return marks.columns(_amounts(case, names), _frame("columns", case, names[0], key, title, more))


def composition(
    cases: Mapping[str, Case], named: Mapping[str, str], key: str, leads: Collection[str] = (), **more: Any
) -> Exhibit:
    """Some inputs or outputs of one unit, stacked to a column for each case; who lacks a figure is listed.

    cases  by ticker, or by the words for each
    named  what each input or output is called; the title is of the case in which the first of them is largest
    leads  the cases of which the title may be; all of them where none is named
    Errors: ModelError for a name that is neither, and for unlike units.

    >>> needed = {company: analyses.start("required_revenue", facts.open(), company) for company in ("MSFT", "AMZN")}
    >>> named = {"depreciation": "Wear", "required_return": "Return"}
    >>> composition(needed, named, "study.columns", first="Wear", last="all").figures["x"].tolist()
    ['Microsoft', 'Microsoft', 'Amazon', 'Amazon']
    """
    full = {_called(name, case): case for name, case in cases.items() if not case.lacking}
    lacking = pd.DataFrame([{"label": _called(name, case), "value": np.nan, "note": case.lacking}
                            for name, case in cases.items() if case.lacking])  # fmt: skip
    notes = marks.noted(lacking) if len(lacking) else []
    if not full:
        return marks.nothing(marks.worded(key, *notes, title=say(f"{key}.title_0", **more), **more))
    rows = pd.concat([_amounts(case, list(named)).assign(x=name, label=name, group=list(named.values()), note="")
                      for name, case in full.items()], ignore_index=True)  # fmt: skip
    may = [_called(name, cases[name]) for name in leads] or list(full)
    top = max(may, key=lambda name: float(full[name].quantity(next(iter(named))).value))
    title = study.tell(full[top], f"{key}.title", label=top, **more)
    return marks.stacked(rows, marks.worded(key, *notes, title=title, **more))


def ranking(cases: Mapping[str, Case], of: str | None = None, key: str = "", **more: Any) -> Exhibit:
    """One output of each case, the highest first; who lacks a figure is listed with what it lacks.

    cases  by ticker, or by the words for each
    Errors: ModelError for no case, and for an output that the model does not give.

    >>> needed = {company: analyses.start("revenue_for_capex", facts.open(), company) for company in ("MSFT", "AMZN")}
    >>> ranking(needed, "gap_multiple").figures["label"].tolist()
    ['Amazon', 'Microsoft']
    """
    _, of = _first(cases, of)
    rows = pd.DataFrame([_row(name, case, of) for name, case in cases.items()])
    return marks.columns(_ranked(rows), _compared("ranking", cases, of, key, rows, more))


def ranges(cases: Mapping[str, Case], of: str | None = None, key: str = "study.ranges", **more: Any) -> Exhibit:
    """One output of each case with its range from the bear to the bull case; who lacks a figure is listed.

    Errors: ModelError for no case, and for an output that the model does not give.

    >>> ranges({company: analyses.start("revenue_for_capex", facts.open(), company) for company in ("MSFT", "AMZN")}).id
    'ranges-revenue-for-capex-revenue-required'
    """
    _, of = _first(cases, of)
    rows = pd.DataFrame([_row(name, case, of) | _ends(case, of) for name, case in cases.items()])
    return marks.dots(_ranked(rows), _compared("ranges", cases, of, key, rows, more))


def over(case: Case, x: str, of: Sequence[str], key: str = "", values: Sequence[float] = (),
         **more: Any) -> Exhibit:  # fmt: skip
    """Outputs of one unit along an input: over its range, or at some values.

    Errors: ModelError for an output that is not given, for unlike units, and for an input without range or values.

    >>> over(analyses.start("required_revenue", facts.open(), "MSFT"), "it_life", ["revenue_required"]).id
    'over-required-revenue-it-life-revenue-required-msft'
    """
    across = np.asarray(values, float) if len(values) else _steps(case, x)
    found, unit = case.evaluate(**{x: across}), _one_unit(case, of)
    called = tails([words.name(name) for name in of])
    rows = pd.concat([
        pd.DataFrame({"x": across, "value": np.broadcast_to(np.asarray(getattr(found, name), float), across.shape),
                      "label": [words.value(float(each), case.unit(x)) for each in across], "group": group})
        for name, group in zip(of, called, strict=True)
    ], ignore_index=True).assign(unit=unit, kind=case.kind, source=case.source)  # fmt: skip
    named = {"output": case.quantity(of[0]), "input": case.quantity(x)}
    title = study.tell(case, _words(key, "title", "study.over"), **named, **more)
    frame = _frame("over", case, x, key, title, {"output": words.name(of[0]), "unit": parts.unit(unit)} | more, *of)
    shown = rows if rows["value"].notna().any() else rows[:0]
    return marks.paths(shown, frame, x_unit=case.unit(x), x_title=words.name(x))


def tails(names: Sequence[str]) -> list[str]:
    """Names without the beginning that all share up to a comma: a key cuts long ones, and would have them all alike.

    >>> tails(["Return on money, with tokens", "Return on money, without"]), tails(["Capex", "Capex, net"])
    (['With tokens', 'Without'], ['Capex', 'Capex, net'])
    """
    heads = {name.rpartition(", ")[0] for name in names}
    if len(names) < 2 or len(heads) > 1 or not heads.pop():
        return list(names)
    return [parts.upper(name.rpartition(", ")[2]) for name in names]


def along(cases: Mapping[str, Case], x: str, of: str, values: Sequence[float], key: str = "", **more: Any) -> Exhibit:
    """An output at several values of an input, a line for each case; the title compares them at the first value.

    Errors: ModelError for no case, no value, and for an output that the model does not give.

    >>> needed = {"MSFT": analyses.start("revenue_for_capex", facts.open(), "MSFT")}
    >>> along(needed, "it_life", "revenue_required", [3, 5]).figures["group"].tolist()
    ['Microsoft', 'Microsoft']
    """
    first, of = _first(cases, of)
    if not len(values):
        raise ModelError(f"there is no value of {x} to show: give some, such as {x}=[3, 5]")
    rows = pd.DataFrame([
        _row(name, case.with_inputs(**{x: each}), of) | {"x": each}
        for name, case in cases.items() for each in sorted(values)
    ])  # fmt: skip
    rows = rows.assign(group=rows["label"], note=rows["note"].replace("", say("reason.no_result")))
    at = {"input": words.lower(words.name(x)), "at": words.value(min(values), first.unit(x))}
    frame = _compared("along", cases, of, key or "study.along", rows[rows["x"] == min(values)], at | more)
    frame, known = _lacking(frame, rows), rows.dropna(subset="value")
    drawn = (rows if known.empty else known).drop(columns="note")
    return marks.paths(drawn, frame, x_unit=first.unit(x), x_title=words.name(x))


def against(cases: Mapping[str, Case], x: str, of: str, key: str = "study.against", **more: Any) -> Exhibit:
    """A point for each case: an input or output across, another one up, and how much of the one goes with the other.

    key  the words around it, which may name {fit}: R squared of a straight line through three points or more; of
         fewer than ten the title does not
    Errors: ModelError for no case, and for a name that is neither an input nor an output.

    >>> needed = {company: analyses.start("revenue_for_capex", facts.open(), company) for company in ("MSFT", "AMZN")}
    >>> sorted(against(needed, "ai_revenue", "gap_multiple").figures["label"])
    ['Amazon', 'Microsoft']
    """
    first, _ = _first(cases, None)
    rows = pd.DataFrame([
        _row(name, case, of) | {"x": float(along.value), "kind": facts.weakest([DERIVED, along.kind, up.kind]),
                                "source": facts.documents([up.source, along.source])}
        for name, case in cases.items() for along, up in [(case.alone(x), case.alone(of))]
    ])  # fmt: skip
    known = _ranked(rows.dropna(subset=["value", "x"]).drop(columns="note"))
    fit = np.corrcoef(known["x"], known["value"])[0, 1] ** 2 if len(known) > 2 else np.nan
    said = {"input": words.lower(words.name(x)), "fit": words.value(float(fit), "fraction"), **more}
    without = rows["label"][~rows["label"].isin(known["label"])].tolist()
    notes = [say("study.against.without", names=words.listing(without))] if without else []
    frame = _compared("against", cases, of, key, known, said)
    own = replace(frame, id=parts.slug(frame.id, x), notes=(*frame.notes, *notes))
    return marks.bubble(known, own, words.name(x), words.name(of), first.unit(x))


def paths(cases: Mapping[str, Case], of: str, key: str = "", begin: int = 0, **more: Any) -> Exhibit:
    """An output by year, a line for each case.

    cases  by ticker, or by the words for each
    begin  the number of the first year: 0 for today, 1 for the first year under something new
    Errors: ModelError for no case, and for an output that is not by year.

    >>> paths({"Base": analyses.start("gpu_cloud", facts.open())}, "cash_by_year").id
    'paths-gpu-cloud-cash-by-year'
    """
    rows = _by_year(cases, of, begin)
    last = rows[rows["x"] == rows["x"].max()]
    frame = _compared("paths", cases, of, key, last, more)
    return marks.paths(rows.drop(columns="note"), _lacking(frame, last))


def layers(cases: Mapping[str, Case], of: str, key: str = "", begin: int = 0, **more: Any) -> Exhibit:
    """An output by year of several cases on top of each other, to the last year and of the cases that have any.

    cases, begin  as for `paths`
    Errors: ModelError for no case, and for an output that is not by year.

    >>> layers({"Base": analyses.start("gpu_cloud", facts.open())}, "cash_by_year").id
    'layers-gpu-cloud-cash-by-year'
    """
    rows = _by_year(cases, of, begin)
    some = rows[rows["value"].fillna(0) != 0]
    kept = rows[(rows["x"] <= some["x"].max()) & rows["group"].isin(some["group"])] if len(some) else rows
    frame = _compared("layers", cases, of, key, kept, more)
    return marks.stacked(kept.drop(columns="note"), _lacking(frame, kept))


def _by_year(cases: Mapping[str, Case], of: str, begin: int) -> pd.DataFrame:
    first = next(iter(cases.values()), None)
    if first is None or of not in first.model.by_year:
        raise ModelError(f"{of} by year needs a case of a model that gives it by year")
    return pd.DataFrame([
        {"x": year, "label": str(year), "group": _called(name, case), "value": float(value), "kind": case.kind,
         "source": case.source, "note": case.lacking}
        for name, case in cases.items() for year, value in enumerate(getattr(case.outputs, of), begin)
    ]).assign(unit=first.unit(of))  # fmt: skip


def _lacking(frame: Frame, rows: pd.DataFrame) -> Frame:
    """With who lacks a figure: a case once, not for each point of its line."""
    return replace(frame, notes=(*frame.notes, *marks.noted(rows.assign(label=rows["group"]))))


def _amounts(case: Case, names: Sequence[str]) -> pd.DataFrame:
    unit = _one_unit(case, names)
    return pd.DataFrame([
        {"label": words.name(each.name), "value": float(each.value), "unit": unit, "kind": each.kind,
         "source": each.source, "note": each.reason if each.missing or each.name in case.inputs else ""}
        for each in map(case.alone, names)
    ])  # fmt: skip


def _one_unit(case: Case, names: Sequence[str]) -> str:
    units = {name: case.quantity(name).unit for name in names}
    if len(set(units.values())) > 1:
        each = ", ".join(f"{name} in {unit or 'no unit'}" for name, unit in units.items())
        raise ModelError(f"{case.model.__name__}: one chart has one unit, not {each}")
    return units[names[0]]


def _first(cases: Mapping[str, Case], of: str | None) -> tuple[Case, str]:
    if not cases:
        raise NothingToShow("no case is given: choose companies that have one, or a later date")
    first = next(iter(cases.values()))
    return first, first.output(of)


def _called(name: str, case: Case) -> str:
    """The name of a company, or the words that a case is given under."""
    return case.book.names.get(name, name)


def _row(name: str, case: Case, of: str) -> dict[str, Any]:
    each = case.alone(of)
    return {"label": _called(name, case), "value": float(each.value), "unit": each.unit, "kind": each.kind,
            "source": each.source, "day": each.iso, "note": each.reason if each.missing else ""}  # fmt: skip


def _ends(case: Case, of: str) -> dict[str, float]:
    if np.isnan(_row("", case, of)["value"]):
        return {"low": np.nan, "high": np.nan}
    three = study.scenarios(case).outputs.loc[of, list(SCENARIOS)]
    return {"low": float(three.min()), "high": float(three.max())}


def _steps(case: Case, x: str) -> np.ndarray:
    each = case.inputs.get(x)
    if each is None or not each.varied:
        raise ModelError(f"{case.model.__name__}: {x} has no range: give values, or one of {', '.join(case.varied)}")
    return np.linspace(each.low, each.high, POINTS)


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("value", ascending=False, ignore_index=True)


def _words(key: str, part: str, general: str = "study.shape") -> str:
    """The sentence under the key of an exhibit, else the general one; empty where there is neither."""
    return next((each for each in (f"{key}.{part}", f"{general}.{part}") if each in words.catalogue()), "")


def _frame(shape: str, case: Case, of: str, key: str, title: str, more: Mapping[str, Any], *others: str) -> Frame:
    """The words around an exhibit of one case."""
    id = parts.slug(shape, case.model.__name__, of, *others, case.company)
    if case.lacking:
        return Frame(id, parts.upper(say("study.not_known", subject=study.subject(case))), "", lacking(case))
    given = {"output": words.name(of), "unit": parts.unit(case.quantity(of).unit), **more}
    subtitle, note = (_words(key, part) for part in ("subtitle", "note"))
    notes = [study.tell(case, note, **given)] if note else []
    return Frame(id, title, study.tell(case, subtitle, **given), tuple(notes))


def _compared(
    shape: str, cases: Mapping[str, Case], of: str, key: str, rows: pd.DataFrame, more: Mapping[str, Any]
) -> Frame:
    """The words around an exhibit of several cases, and of which days their figures are where not of one period."""
    first = next(iter(cases.values()))
    known = rows.dropna(subset="value").sort_values("value", ascending=False)
    given = {"output": words.name(of), "unit": parts.unit(first.unit(of)), **more}
    subtitle, note = (_words(key, part) for part in ("subtitle", "note"))
    apart = [] if shape == "table" else unlike({_called(name, case): case.alone(of) for name, case in cases.items()})
    notes = (*([say(note, **given)] if note else []), *apart)
    ends = pd.to_datetime(known.get("day", pd.Series(dtype=str)), errors="coerce")
    days = spanned([Quantity(of, 0.0, since=ends.min(), day=ends.max())])
    title = ranked_title(known, of, key, {"days": days, **more})
    reasons = set(rows.get("note", ()))
    if known.empty and len(reasons) == 1:
        title, notes = say("study.not_known", subject=words.name(of)), (*notes, parts.upper(reasons.pop()))
    return Frame(parts.slug(shape, first.model.__name__, of), title, say(subtitle, **given), notes)


def _of_period(known: pd.DataFrame, one: int) -> pd.DataFrame:
    """The rows of the period of one of them, among which alone it has a place."""
    days = pd.to_datetime(known.get("day", pd.Series("", known.index)), errors="coerce")
    return known if pd.isna(days[one]) else known[(days - days[one]).abs() <= APART]


def ranked_title(known: pd.DataFrame, of: str, key: str, more: Mapping[str, Any]) -> str:
    """The title of a comparison: who is highest and who lowest; another where there is one, or where all are alike.

    known  rows with a value, the highest first: label, value, unit
    more   what else the words ask for; with a `subject`, the title says where that one stands, or that it is not known

    >>> one = pd.DataFrame({"label": ["Meta"], "value": [0.2], "unit": "fraction"})
    >>> ranked_title(one, "wacc", "", {})
    'Cost of capital is 20.0% (Meta)'
    """
    if known.empty:
        return say("finding.none", metric=words.name(of))
    own = known[known["label"] == more.get("subject")]
    if len(own) and len(like := _of_period(known, own.index[0])) > 2:
        place = {
            "place": like.index.get_loc(own.index[0]) + 1,
            "count": len(like),
            "value": words.value(*own.iloc[0][["value", "unit"]]),
        }
        return say(_words(key, "title_subject"), output=words.lower(words.name(of)), **place, **more)
    if more.get("subject") and own.empty:
        return say("study.shape.title_unknown", output=words.name(of), **more)
    known = own if len(own) else known
    top, bottom = known.iloc[0], known.iloc[-1]
    ends = [words.value(each["value"], each["unit"]) for each in (top, bottom)]
    alike, names = len(known) > 1 and ends[0] == ends[1], dict(zip(("top_value", "bottom_value"), ends, strict=True))
    names |= {"top": top.get("group") or top["label"], "bottom": bottom.get("group") or bottom["label"]}
    own = _words(key, "title_alike" if alike else f"title_{len(known)}", key)
    few = "fit" in more and 1 < len(known) < MANY  # too few for a straight line to say anything
    own = own or ("study.against.title_few" if few and not alike else "" if few else _words(key, "title", key))
    sentence = own or _words("", "title_alike" if alike else f"title_{len(known)}") or _words("", "title")
    return say(sentence, output=words.name(of), count=len(known), **names, **more)
