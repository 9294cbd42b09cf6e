"""Exhibits of a year of contracts over a year of AI capex: against the cost of capital, by payer, by author."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import altair as alt
import pandas as pd

from capcycle import facts, study, theme, words
from capcycle.analyses.laboratory_orders import share as laboratory_share
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.quantity import Quantity, marked
from capcycle.study import SCENARIOS, Case
from capcycle.words import Sentence, say

TICKERS = {"GOOG": "GOOGL"}  # an author's, and ours
SAME = 0.001  # a relative difference that rounding explains
PAYS = {"whole": 1.0, "half": 0.5, "none": 0.0}


def contracted(cases: Mapping[str, Case | Quantity]) -> dict[str, Case]:
    """The cases of those that have contracts: of others a part of their revenue stands in, or nothing does.

    >>> from capcycle.analyses.ai_roic.cases import forward
    >>> from capcycle.measure import measure
    >>> from capcycle.panel import select
    >>> quarters = select(facts.open(["META", "MSFT"]), "quarter", since=2026)
    >>> list(contracted(forward(quarters, measure("capex_run_rate", quarters))))
    ['MSFT']
    """
    return {company: case for company, case in cases.items() if isinstance(case, Case) and "backlog" in case.inputs}


def verdict(cases: Mapping[str, Case]) -> Sentence:
    """Of how many a year of contracts would earn more than capital costs, in the base and in the bear case."""
    every = _against(contracted(cases) or cases)
    rows, lack = every.dropna(subset="value"), every[every["value"].isna()]
    lacking = words.counted("ai_roic.lacking", len(lack), names=words.listing(list(lack["label"]))) if len(lack) else ""
    return words.paragraph(_verdict(rows, cases) + lacking, *study.hindsight(*cases.values()))


def _verdict(rows: pd.DataFrame, cases: Mapping[str, Case]) -> str:
    if rows.empty:
        return say("ai_roic.verdict_none")
    if len(rows) == 1:
        case = next(each for each in cases.values() if each.name == rows["label"].iloc[0])
        key = "ai_roic.verdict_1" if "backlog" in case.inputs else "ai_roic.verdict_by_revenue"
        return study.tell(case, key, low=words.value(rows["low"].iloc[0], "fraction"))
    above, bear = (int((rows[column] > 0).sum()) for column in ("spread", "spread_bear"))
    key = "ai_roic.verdict_all" if above == len(rows) else "ai_roic.verdict"
    return say(key, count=len(rows), above=above, bear=bear)


def shortfall(cases: Mapping[str, Case]) -> str:
    """Whose contracts alone would earn less than capital costs, and by how much; nothing where none has the figures."""
    full = {case.name: case for case in contracted(cases).values() if not case.lacking}
    short = [say("ai_roic.short_by", name=name, spread=words.value(-float(case.outputs.yield_spread), "points"))
             for name, case in full.items() if float(case.outputs.yield_spread) < 0]  # fmt: skip
    if not full:
        return ""
    names = {"names": words.listing(list(full)), "short": words.listing(short) if short else ""}
    return words.counted("ai_roic.shortfall", len(short), **names)


def against_cost(cases: Mapping[str, Case]) -> Exhibit:
    """The forward return of each company from the bear to the bull case, with a tick at its cost of capital."""
    rows = _against(cases).sort_values("value", ascending=False, ignore_index=True)
    known = rows.dropna(subset="value")
    titled = _against(contracted(cases) or cases).dropna(subset="value")
    notes = (say("ai_roic.flow_note"), say("study.scenarios_note"), *_one_sided(cases), *definitions(cases))
    frame = Frame("capex-yield-against-cost", _against_title(titled), say("ai_roic.against_subtitle"), notes)
    shown = marks.dots(rows, frame)
    return replace(shown, chart=_ticked(shown.chart, known)) if len(known) else shown


def _against(cases: Mapping[str, Case]) -> pd.DataFrame:
    return pd.DataFrame([_row(company, case) for company, case in cases.items()]).assign(unit="fraction")


def _row(company: str, case: Case) -> dict:
    outputs = study.scenarios(case).outputs
    three = outputs.loc["capex_yield", list(SCENARIOS)]
    return {
        "label": case.name, "low": three.min(), "value": three["base"], "high": three.max(),
        "wacc": case.inputs["wacc"].value, "kind": case.kind, "source": case.source,
        "spread": outputs.at["yield_spread", "base"], "spread_bear": outputs.at["yield_spread", "bear"],
        "note": case.lacking or study.tell(case, f"ai_roic.cost{'' if 'backlog' in case.inputs else '_by_revenue'}"),
    }  # fmt: skip


def _against_title(known: pd.DataFrame) -> str:
    if known.empty:
        return say("ai_roic.verdict_none")
    spread = known["spread"]
    top, bottom = known.loc[spread.idxmax()], known.loc[spread.idxmin()]
    ends = {"top": top["label"], "top_spread": words.points(spread.max())}
    ends |= {"bottom": bottom["label"], "bottom_spread": words.points(spread.min())}
    return words.counted("ai_roic.against", len(known), **ends)


def _ticked(chart: alt.LayerChart, known: pd.DataFrame) -> alt.LayerChart:
    data = known[["label", "wacc"]].assign(shown=[words.value(each, "fraction") for each in known["wacc"]])
    tick = alt.Chart(data).mark_tick(thickness=3, size=24, color=theme.LIGHT["text"])
    tip = alt.Tooltip("shown:N", title=words.name("wacc"))
    return alt.layer(chart, tick.encode(x=alt.X("wacc:Q"), y=alt.Y("label:N", sort=None), tooltip=[tip]))


def _one_sided(cases: Mapping[str, Case]) -> list[str]:
    """Whose base case has an input at the better end of its range already."""
    stuck = {company: study.scenarios(case).stuck("bull") for company, case in cases.items() if not case.lacking}
    inputs = [say("study.whose", company=cases[company].book.names[company], what=words.lower(words.name(name)))
              for company, names in stuck.items() for name in names]  # fmt: skip
    return [say("ai_roic.one_sided", inputs=words.listing(inputs))] if inputs else []


def definitions(cases: Mapping[str, Case]) -> tuple[str, ...]:
    """The ids of the definitions behind some cases, with their formulas."""
    used = {case.model.__name__: parts.formula(case.model) for case in cases.values()}
    return tuple(
        say("ai_roic.definition", name=words.lower(words.name(name)), formula=formula) for name, formula in used.items()
    )


def laboratories(cases: Mapping[str, Case]) -> Exhibit:
    """The same with OpenAI and Anthropic paying all, half and none of their share of each backlog."""
    full = {company: case for company, case in contracted(cases).items() if not case.lacking}
    known = {company: case for company, case in full.items() if not _share(case).missing}
    rows = pd.DataFrame([
        {"label": case.name, "group": say(f"ai_roic.pays.{name}"), "value": float(paid(case, part).capex_yield),
         "pays": name, "wacc": case.inputs["wacc"].value, "unit": "fraction", "kind": "assumed",
         "source": facts.documents([case.source, _share(case).source]), "note": ""}
        for name, part in PAYS.items() for case in known.values()
    ])  # fmt: skip
    if rows.empty:
        return marks.nothing(Frame("laboratories", say("ai_roic.laboratories.title_0"), ""))
    above = rows[rows["value"] > rows["wacc"]].groupby("pays").size().reindex(list(PAYS), fill_value=0)
    title = say("ai_roic.laboratories.title", **above.to_dict())
    if len(known) == 1:
        each = rows.set_index("pays")["value"].map(lambda value: words.value(value, "fraction"))
        title = say("ai_roic.laboratories.title_1", name=rows["label"].iloc[0], **each.to_dict())
    shares = words.listing([say("ai_roic.share_of", name=case.name, share=_share(case).marked, day=_share(case).days)
                            for case in known.values()])  # fmt: skip
    shown = marks.dots(rows, marks.worded("ai_roic.laboratories", id="laboratories", title=title, shares=shares))
    return replace(shown, chart=_ticked(shown.chart, rows.drop_duplicates("label")))


def _share(case: Case) -> Quantity:
    return laboratory_share(case.book, case.company)


def paid(case: Case, part: float) -> Any:
    """The outputs of a case where OpenAI and Anthropic pay a part of what they have promised the company."""
    share = _share(case)
    left = case.inputs["ai_share_of_backlog"].value - (0.0 if share.missing else share.value) * (1 - part)
    return case.evaluate(ai_share_of_backlog=max(left, 0.0))


def denominators(bases: Mapping[str, Mapping[str, Case]]) -> Exhibit:
    """The forward return of each company on each year of capex that it could be divided by."""
    rows = pd.DataFrame([
        {"label": case.book.names[company], "group": say(f"ai_roic.basis.{basis}"),
         "value": float(case.outputs.capex_yield), "kind": case.kind, "source": case.source, "note": case.lacking}
        for basis, cases in bases.items() for company, case in cases.items()
    ]).assign(unit="fraction")  # fmt: skip
    wide = rows.dropna(subset="value").groupby("label", sort=False)["value"].agg(["min", "max"])
    order = list(wide["max"].sort_values(ascending=False).index)
    rows = rows.sort_values("label", key=lambda labels: labels.map({each: place for place, each in enumerate(order)}),
                            kind="stable", ignore_index=True)  # fmt: skip
    rows = rows[rows["value"].notna() | ~rows["label"].duplicated()].reset_index(drop=True)
    frame = marks.worded("ai_roic.denominators", id="capex-yield-denominators", title=_widest(wide))
    return marks.dots(rows, frame)


def _widest(wide: pd.DataFrame) -> str:
    if wide.empty:
        return say("ai_roic.verdict_none")
    label = (wide["max"] - wide["min"]).idxmax()
    low, high = (words.value(wide.at[label, end], "fraction") for end in ("min", "max"))
    key = "title_alike" if low == high else "title_1" if len(wide) == 1 else "title"
    return say(f"ai_roic.denominators.{key}", company=label, low=low, high=high)


def beside_author(cases: Mapping[str, Case]) -> Exhibit:
    """Each forward return beside the one its author printed, and what of the difference is capex and what the rest.

    cases  in US dollars, as the author's amounts are
    """
    rows = pd.DataFrame([row for company, case in cases.items() for row in _beside(company, case)])
    title, subtitle = _beside_title(rows), say("ai_roic.beside_subtitle")
    if rows.empty:
        return marks.nothing(Frame("capex-yield-beside-author", title, subtitle))
    names = ("label", "value", "author", "by_judgement", "by_amount", "by_capex", "note")
    columns = {name: say(f"ai_roic.beside.{name}") for name in names}
    return marks.table(rows, Frame("capex-yield-beside-author", title, subtitle), columns)


def _beside(company: str, case: Case) -> list[dict]:
    """One company's figure here and as printed, with the author's judgements put in, then the amount, and the capex."""
    table = case.book.examples()
    printed = table[table["model"].eq(case.model.__name__) & table["about"].replace(TICKERS).eq(company)]
    if printed.empty or case.lacking:
        return []
    inputs, author = printed["inputs"].iloc[0], printed["outputs"].iloc[0]["capex_yield"][0]
    amount = "backlog" if "backlog" in inputs else "annual_revenue"
    theirs = {amount: inputs[amount], "annual_capex": inputs["annual_capex"][0]}  # the first of two: the quarter's pace
    judged = {name: value for name, value in inputs.items() if name in case.inputs and name not in (*theirs, "wacc")}
    here, with_judgement, with_amount, with_both = (
        float(case.evaluate(**put).capex_yield)
        for put in ({}, judged, judged | {amount: theirs[amount]}, judged | theirs)
    )
    return [{
        "label": case.name, "value": here, "author": author, "printed": author,
        "by_judgement": _points(here - with_judgement), "by_amount": _points(with_judgement - with_amount),
        "by_capex": _points(with_amount - with_both), "capex_points": with_amount - with_both,
        "amount_points": with_judgement - with_amount, "note": _differs(case, judged | theirs), "unit": "fraction",
        "kind": case.kind, "source": case.source,
    }]  # fmt: skip


def _points(difference: float) -> str:
    return marked(words.points(difference), "assumed")


def _differs(case: Case, theirs: Mapping[str, float]) -> str:
    """The figures that differ, each here and as the author has it."""
    differ = [name for name in theirs if abs(case.inputs[name].value / theirs[name] - 1) > SAME]
    each = [say("ai_roic.beside_each", name=words.lower(words.name(name)), here=case.inputs[name].marked,
                there=words.value(theirs[name], case.unit(name))) for name in differ]  # fmt: skip
    return parts.upper(words.clauses(each)) or say("ai_roic.beside_same")


def _beside_title(rows: pd.DataFrame) -> str:
    if rows.empty:
        return say("ai_roic.beside_none")
    most = rows.loc[(rows["value"] - rows["printed"]).abs().idxmax()]
    if abs(most["value"] - most["printed"]) < SAME:
        return say("ai_roic.beside_all")
    return say(
        "ai_roic.beside_title",
        company=most["label"],
        capex=words.points(most["capex_points"]),
        **{name: words.value(most[of], "fraction") for name, of in (("here", "value"), ("author", "printed"))},
    )
