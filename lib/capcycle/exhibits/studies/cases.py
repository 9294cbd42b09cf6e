"""A case and its scenarios: the table of assumptions, bear, base and bull side by side, companies beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.exhibits.studies.workbook import workbook
from capcycle.facts import sources
from capcycle.models import finance
from capcycle.study import SCENARIOS, Case, Scenarios
from capcycle.words import say


def assumptions(*cases: Case, beside: Sequence[study.Input] = (), as_of: str = "") -> Exhibit:
    """Every input of some cases: its value and range, what kind of figure it is, why, and where it stands.

    beside  inputs that no model takes
    as_of   the day whose knowledge the page shows: assumptions are today's, and those that were not public by that
            day, or on no known day, are marked; empty marks none
    """
    inputs = [each for case in cases for each in case.inputs.values()]
    rows = pd.DataFrame([_input(each, as_of) for each in (*inputs, *beside)]).drop_duplicates("label")
    assumed = int((rows["kind"] == "assumed").sum())
    columns = {name: say(f"marks.column.{name}") for name in ("label", "low", "value", "high", "why")}
    frame = Frame(
        parts.slug("assumptions", cases[0].model.__name__),
        say("study.assumptions_all", total=len(rows))
        if assumed == len(rows) > 1
        else words.counted("study.assumptions", assumed, total=len(rows)),
        say("study.assumptions_subtitle"),
        _not_yet(rows["when"], as_of),
    )
    shown = marks.table(rows.assign(why=[_why(row) for row in rows.itertuples()]), frame, columns)
    return replace(shown, figures=rows, workbook=workbook(cases))


def _input(each: study.Input, as_of: str) -> dict:
    when = _when(each, as_of)
    late = say(f"study.{when}", day=words.day(_known(each))) if when else ""
    number = each.central if np.ndim(each.central) == 0 else np.nan
    ends = {"low": each.low, "high": each.high} if each.varied else {"low": np.nan, "high": np.nan}
    return ends | {
        "label": words.name(each.name),
        "value": number if np.ndim(each.central) == 0 else say("study.by_year", count=len(each.central)),
        "unit": each.unit,
        "kind": each.kind,
        "note": f"{each.reason} {late}".strip(),
        "source": each.source,
        "when": when,
    }


def _when(each: study.Input, as_of: str) -> str:
    """Whether an assumption was published `later` than a day or on no known day (`undated`); empty where before it."""
    if not as_of or not each.source or each.kind != "assumed" or each.reason == say("study.given"):
        return ""  # figures are those known on the day, and what a reader chose is of the reader's own day
    known = _known(each)
    return "undated" if pd.isna(known) else "later" if known > pd.Timestamp(as_of) else ""


def _known(each: study.Input) -> pd.Timestamp:
    """From when an assumption was public: its own day, else that of the newest of its documents if all have one."""
    if pd.notna(each.published):
        return each.published
    days = pd.to_datetime(sources().loc[each.source.split(), "published"].replace("", None), format="ISO8601")
    return days.max() if days.notna().all() else pd.NaT


def _not_yet(when: pd.Series, as_of: str) -> tuple[str, ...]:
    counts = {state: int((when == state).sum()) for state in ("later", "undated")}
    if not any(counts.values()):
        return ()
    return (say("study.not_yet", day=words.day(pd.Timestamp(as_of)), **counts),)


def _why(row) -> str | dict:
    """The reason of an input, then a link to the first of its documents, with how many more there are."""
    if not row.source:
        return row.note
    first, *others = row.source.split()
    card = sources().loc[first]
    title = say("note.more", title=card["title"], count=len(others)) if others else card["title"]
    return {"before": row.note, "text": title, "href": card["url"]}


def scenarios(found: Scenarios) -> Exhibit:
    """Bear, base and bull side by side: the outputs, and the inputs that differ."""
    case = found.case
    varied = found.inputs.loc[list(case.varied)].astype(float)
    varied = varied[varied.nunique(axis=1) > 1]
    rows = pd.concat([_three(found.outputs, case, case.kind), _three(varied, case, "assumed")], ignore_index=True)
    columns = {"label": say("marks.column.label")} | {each: say(f"study.{each}") for each in SCENARIOS}
    ends = {each: said(case, case.model.verdict, found.outputs.at[case.model.verdict, each]) for each in SCENARIOS}
    frame = Frame(
        parts.slug("scenarios", case.model.__name__, case.company),
        say("study.scenarios", output=whose(case, case.model.verdict), **ends),
        say("study.scenarios_subtitle"),
        (say("study.scenarios_note"), *_one_sided(found), *_gaps(found)),
    )
    return marks.table(rows.assign(source=case.source), frame, columns)


def _one_sided(found: Scenarios) -> list[str]:
    """Which inputs the base case has at one end of their range already."""
    told = {say_as: found.stuck(end) for end, say_as in (("bull", "better"), ("bear", "worse"))}
    return [
        say(f"study.one_sided_{end}", inputs=words.listing([words.lower(words.name(name)) for name in names]))
        for end, names in told.items()
        if names
    ]


def _gaps(found: Scenarios) -> list[str]:
    """Why the table has dashes."""
    if found.case.lacking:
        return [parts.upper(found.case.lacking)]
    dashes = [say("study.scenarios_dash")] if found.outputs.isna().any(axis=None) else []
    return [*dashes, *_no_rates(found)]


def _no_rates(found: Scenarios) -> list[str]:
    """Why a rate of return is missing in a scenario, and all that fit where there are several."""
    missing = [
        (irr, flows, scenario)
        for irr, flows in found.case.model.flows.items()
        for scenario in SCENARIOS
        if np.isnan(found.outputs.at[irr, scenario])
    ]
    return [_no_rate(found, *each) for each in missing]


def _no_rate(found: Scenarios, irr: str, flows: str, scenario: str) -> str:
    rates = finance.rates([float(flow) for flow in getattr(found.results[scenario], flows)])
    told = [words.value(rate, "fraction") for rate in rates.values]
    all_ = say("study.all_rates", rates=words.listing(told)) if told else ""
    return say("study.no_rate", output=words.name(irr), scenario=words.lower(say(f"study.{scenario}")),
               reason=rates.reason, all=all_)  # fmt: skip


def _three(table: pd.DataFrame, case: Case, kind: str) -> pd.DataFrame:
    units = [case.unit(name) for name in table.index]
    labels = [words.name(name) for name in table.index]
    return table.reset_index(drop=True).assign(label=labels, unit=units, kind=kind)


def across(cases: Mapping[str, Case], of: str | None = None) -> Exhibit:
    """One output of each company, with its range from the bear to the bull case; who lacks a figure is listed."""
    first = next(iter(cases.values()))
    of, unit = first.output(of), first.unit(first.output(of))
    rows = pd.DataFrame([_range(company, case, of) for company, case in cases.items()]).assign(unit=unit)
    rows = rows.sort_values("value", ascending=False, ignore_index=True)
    held = rows.dropna(subset="value")
    frame = Frame(
        parts.slug("across", first.model.__name__, of),
        _across_title(held, of, unit),
        say("study.across_subtitle", output=words.name(of), unit=parts.unit(unit)),
    )
    return marks.dots(rows, frame)


def _range(company: str, case: Case, of: str) -> dict:
    three = study.scenarios(case).outputs.loc[of]
    return {
        "label": parts.names()[company],
        "low": three[list(SCENARIOS)].min(),
        "value": three["base"],
        "high": three[list(SCENARIOS)].max(),
        "kind": case.kind,
        "source": case.source,
        "note": case.lacking,
    }


def _across_title(held: pd.DataFrame, of: str, unit: str) -> str:
    if held.empty:
        return say("finding.none", metric=words.name(of))
    top, bottom = held.iloc[0], held.iloc[-1]
    return words.counted(
        "study.across", len(held), output=words.name(of), top=top["label"], top_value=words.value(top["value"], unit),
        bottom=bottom["label"], bottom_value=words.value(bottom["value"], unit),
    )  # fmt: skip


def by_year(found: Scenarios, of: str) -> Exhibit:
    """An output by year, a line per scenario."""
    case, unit = found.case, found.case.unit(of)
    rows = pd.DataFrame(
        [
            {"x": year, "value": float(value), "group": say(f"study.{each}"), "label": str(year)}
            for each in SCENARIOS
            for year, value in enumerate(getattr(found.results[each], of))
        ]
    ).assign(unit=unit, kind=case.kind, source=case.source)
    last = rows[rows["x"] == rows["x"].max()].set_index("group")["value"]
    ends = {each: words.value(last[say(f"study.{each}")], unit) for each in SCENARIOS}
    frame = Frame(
        parts.slug("by-year", case.model.__name__, of, case.company),
        say("study.by_year_title", output=whose(case, of), year=rows["x"].max(), **ends),
        say("study.by_year_subtitle", output=words.name(of), unit=parts.unit(unit)),
    )
    return marks.paths(rows, frame)


def whose(case: Case, name: str) -> str:
    """The name of an output at the head of a title: with the company's where the case is about one."""
    return phrase(case, name) if case.company else words.name(name)


def phrase(case: Case, name: str) -> str:
    """The name of an output inside a sentence."""
    what = words.lower(words.name(name))
    if not case.company:
        return say("study.the", what=what)
    return say("study.whose", company=parts.names().get(case.company, case.company), what=what)


def said(case: Case, name: str, value: float) -> str:
    """A value of an input or an output, in words."""
    return words.value(float(value), case.unit(name))
