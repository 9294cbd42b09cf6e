"""Returns on AI capital: against their cost, by definition of capex and of payback, by year, and as published."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from capcycle import study, theme, words
from capcycle.analyses.ai_roic.model import FIRST_YEAR, LAST_YEAR
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.facts import registers
from capcycle.facts.examples import examples
from capcycle.models import finance
from capcycle.study import SCENARIOS, Case, Scenarios
from capcycle.words import say

TICKERS = {"GOOG": "GOOGL"}  # an author's, and ours
AT_PACE = 0  # an author's first capex is four times the quarter's, the second the plan of the year
SAME = 0.001  # a relative difference that rounding explains
PAYBACKS = ("payback_cash", "payback_discounted", "payback_simple")


def verdict(cases: Mapping[str, Case]) -> str:
    """How many companies are set to earn more than their capital costs, in the base and in the bear case."""
    every = _against(cases)
    rows, lack = every.dropna(subset="value"), every[every["value"].isna()]
    if rows.empty:
        return words.paragraph(say("ai_roic.verdict_none"))
    if len(rows) == 1:
        told = _one(rows.iloc[0])
    else:
        above, bear = (int((rows[column] > rows["wacc"]).sum()) for column in ("value", "low"))
        key = "ai_roic.verdict_all" if above == len(rows) else "ai_roic.verdict"
        told = say(key, count=len(rows), above=above, bear=bear)
    lacking = words.counted("ai_roic.lacking", len(lack), names=words.listing(list(lack["label"]))) if len(lack) else ""
    return words.paragraph(told + lacking)


def _one(row: pd.Series) -> str:
    return say("ai_roic.verdict_1", name=row["label"], **_shares(row, "value", "low", "wacc"))


def _shares(row: pd.Series, *names: str) -> dict[str, str]:
    return {name: words.value(row[name], "fraction") for name in names}


def cloud_verdict(chain: Case, unit: Case) -> str:
    """When AI cloud passes its cost of capital, and when the money is back."""
    back = float(unit.outputs.payback_discounted)
    life = words.value(unit.inputs["ai_life"].central, "years")
    key = "ai_roic.back" if np.isfinite(back) else "ai_roic.not_back"
    return words.paragraph(_passes(chain) + say(key, years=words.value(back, "years"), life=life))


def against_cost(cases: Mapping[str, Case]) -> Exhibit:
    """The forward return of each company from the bear to the bull case, with a tick at its cost of capital."""
    rows = _against(cases).sort_values("value", ascending=False, ignore_index=True)
    held = rows.dropna(subset="value")
    notes = (say("ai_roic.flow_note"), say("study.scenarios_note"), *_one_sided(cases), *_defined(cases))
    frame = Frame("forward-roic-against-cost", _against_title(held), say("ai_roic.against_subtitle"), notes)
    made = marks.dots(rows, frame)
    return replace(made, chart=_ticked(made.chart, held)) if len(held) else made


def own_duration(cases: Mapping[str, Case]) -> Exhibit:
    """The spread over the cost of capital at the author's duration of a backlog, and at the one a company discloses."""
    told = registers.read("assumptions").query("name == 'backlog_duration_disclosed'").set_index("company")["central"]
    rows = pd.DataFrame([
        _durations(company, case, told[company]) for company, case in cases.items()
        if company in told and not case.lacking and case.inputs["backlog_duration"].central != told[company]
    ])  # fmt: skip
    subtitle = say("ai_roic.duration_subtitle")
    if rows.empty:
        return marks.nothing(Frame("own-duration", say("ai_roic.duration_none"), subtitle))
    rows = rows.assign(unit="bp", years_unit="years", disclosed_unit="years", kind="assumed")
    most = rows.loc[(rows["value"] - rows["spread"]).abs().idxmax()]
    title = say("ai_roic.duration", company=most["label"], years=words.value(most["disclosed"], "years"),
                was=words.value(most["spread"], "number"), now=words.value(most["value"], "bp"))  # fmt: skip
    names = ("label", "years", "spread", "disclosed", "value")
    frame = Frame("own-duration", title, subtitle, (say("ai_roic.duration_note"),))
    return marks.table(rows, frame, {name: say(f"ai_roic.duration_column.{name}") for name in names})


def _durations(company: str, case: Case, disclosed: float) -> dict:
    taken = case.inputs["backlog_duration"].central
    spread = float(case.evaluate(backlog_duration=disclosed).forward_spread)
    return {"label": parts.names()[company], "years": taken, "disclosed": disclosed, "value": spread * 1e4,
            "spread": float(case.outputs.forward_spread) * 1e4, "source": case.source}  # fmt: skip


def _one_sided(cases: Mapping[str, Case]) -> list[str]:
    """Whose base case has an input at the better end of its range already."""
    held = {company: study.scenarios(case).stuck("bull") for company, case in cases.items() if not case.lacking}
    told = [say("study.whose", company=parts.names()[company], what=words.lower(words.name(name)))
            for company, names in held.items() for name in names]  # fmt: skip
    return [say("ai_roic.one_sided", inputs=words.listing(told))] if told else []


def _defined(cases: Mapping[str, Case]) -> tuple[str, ...]:
    """The ids of the definitions behind some cases, with their formulas."""
    used = {case.model.__name__: parts.FORMULA.search(case.model.__doc__)[1] for case in cases.values()}
    return tuple(say("ai_roic.definition", id=name, formula=formula) for name, formula in used.items())


def _against(cases: Mapping[str, Case]) -> pd.DataFrame:
    return pd.DataFrame([_range(company, case) for company, case in cases.items()]).assign(unit="fraction")


def _range(company: str, case: Case) -> dict:
    three = study.scenarios(case).outputs.loc["forward_roic"]
    wacc, base = case.inputs["wacc"].central, three["base"]
    told = say("ai_roic.cost", wacc=words.value(wacc, "fraction"), spread=words.points(base - wacc))
    return {
        "label": parts.names()[company], "low": three[list(SCENARIOS)].min(), "value": base,
        "high": three[list(SCENARIOS)].max(), "wacc": wacc, "kind": case.kind, "source": case.source,
        "note": case.lacking or told,
    }  # fmt: skip


def _against_title(held: pd.DataFrame) -> str:
    if held.empty:
        return say("ai_roic.verdict_none")
    spread = held["value"] - held["wacc"]
    top, bottom = held.loc[spread.idxmax()], held.loc[spread.idxmin()]
    ends = {"top": top["label"], "top_spread": words.points(spread.max())}
    ends |= {"bottom": bottom["label"], "bottom_spread": words.points(spread.min())}
    return words.counted("ai_roic.against", len(held), **ends)


def _ticked(chart: alt.LayerChart, held: pd.DataFrame) -> alt.LayerChart:
    data = held[["label", "wacc"]].assign(shown=[words.value(each, "fraction") for each in held["wacc"]])
    tick = alt.Chart(data).mark_tick(thickness=3, size=24, color=theme.LIGHT["text"])
    tip = alt.Tooltip("shown:N", title=words.name("wacc"))
    return alt.layer(chart, tick.encode(x="wacc:Q", y=alt.Y("label:N", sort=None), tooltip=[tip]))


def denominators(bases: Mapping[str, Mapping[str, Case]]) -> Exhibit:
    """The forward return of each company on each year of capex that it could be divided by."""
    rows = pd.DataFrame([
        {"label": parts.names()[company], "group": say(f"ai_roic.basis.{basis}"), "value": _forward(case),
         "kind": case.kind, "source": case.source, "note": case.lacking}
        for basis, cases in bases.items() for company, case in cases.items()
    ]).assign(unit="fraction")  # fmt: skip
    wide = rows.dropna(subset="value").groupby("label", sort=False)["value"].agg(["min", "max"])
    order = wide["max"].sort_values(ascending=False).index
    rows = rows.assign(place=rows["label"].map({label: place for place, label in enumerate(order)})).sort_values(
        "place", kind="stable", ignore_index=True
    )
    frame = Frame("forward-roic-denominators", _widest(wide), say("ai_roic.denominators_subtitle"),
                  (say("ai_roic.denominators_note"),))  # fmt: skip
    made = marks.dots(_once(rows).drop(columns="place"), frame)
    # the numbers would stand on each other: they are in the table
    return replace(made, chart=alt.layer(made.chart.layer[0], data=made.chart.data, height=alt.Step(marks.ROW)))


def beside_author(cases: Mapping[str, Case]) -> Exhibit:
    """Each forward return beside the one its author printed, and what of the difference is capex and what the rest.

    cases  in US dollars, as the author's amounts are
    """
    printed = _printed()
    rows = pd.DataFrame([_beside(company, case, printed.loc[company]) for company, case in cases.items()
                         if company in printed.index and not case.lacking])  # fmt: skip
    shown = ("label", "value", "author", "by_amount", "by_capex", "note")
    frame = Frame("forward-roic-beside-author", _beside_title(rows), say("ai_roic.beside_subtitle"))
    columns = {name: say(f"ai_roic.beside.{name}") for name in shown}
    return marks.table(rows if len(rows) else pd.DataFrame(columns=[*shown, "kind", "source"]), frame, columns)


def _printed() -> pd.DataFrame:
    """What the author of the forward returns took and printed, by company."""
    table = examples()
    table = table[["forward_roic" in each for each in table["outputs"]]]
    return table.set_index(table["about"].map(lambda ticker: TICKERS.get(ticker, ticker)))


def _beside(company: str, case: Case, example: pd.Series) -> dict:
    """One company's return here and as printed, with the author's backlog or revenue put in, and then the capex too."""
    taken = example["inputs"]
    amount = "backlog" if "backlog" in taken else "annual_revenue"
    theirs = {amount: taken[amount], "annual_capex": taken["annual_capex"][AT_PACE]}
    here, with_amount = _forward(case), float(case.evaluate(**{amount: theirs[amount]}).forward_roic)
    with_both, author = float(case.evaluate(**theirs).forward_roic), example["outputs"]["forward_roic"][AT_PACE]
    return {
        "label": parts.names()[company], "value": here, "author": words.value(author, "fraction"), "printed": author,
        "by_amount": words.points(here - with_amount), "by_capex": words.points(with_amount - with_both),
        "capex_points": with_amount - with_both, "amount_points": here - with_amount,
        "note": _why_beside(case, theirs, amount), "unit": "fraction", "kind": case.kind, "source": case.source,
    }  # fmt: skip


def _why_beside(case: Case, theirs: Mapping[str, float], amount: str) -> str:
    """The figures that differ, each here and as the author has it."""
    differ = [name for name in (amount, "annual_capex") if abs(case.inputs[name].central / theirs[name] - 1) > SAME]
    here = {name: words.value(case.inputs[name].central, case.currency) for name in differ}
    told = [say("ai_roic.beside_each", name=words.lower(words.name(name)), here=here[name],
                there=words.value(theirs[name], case.currency)) for name in differ]  # fmt: skip
    return parts.upper("; ".join(told)) or say("ai_roic.beside_same")


def _beside_title(rows: pd.DataFrame) -> str:
    if rows.empty:
        return say("ai_roic.beside_none")
    gap = rows["value"] - rows["printed"]
    most = rows.loc[gap.abs().idxmax()]
    if abs(most["value"] - most["printed"]) < SAME:
        return say("ai_roic.beside_all")
    return say("ai_roic.beside_title", company=most["label"], here=words.value(most["value"], "fraction"),
               author=most["author"], capex=most["by_capex"], amount=most["by_amount"])  # fmt: skip


def _forward(case: Case) -> float:
    return float(case.outputs.forward_roic)


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without a value told once for each label."""
    return rows[rows["value"].notna() | ~rows["label"].duplicated()].reset_index(drop=True)


def _widest(wide: pd.DataFrame) -> str:
    if wide.empty:
        return say("ai_roic.verdict_none")
    label = (wide["max"] - wide["min"]).idxmax()
    ends = {name: words.value(wide.at[label, name[:3]], "fraction") for name in ("minimum", "maximum")}
    return say("ai_roic.denominators", company=label, low=ends["minimum"], high=ends["maximum"])


def by_year(found: Scenarios) -> Exhibit:
    """The return on AI capital from 2025 to 2030 in three scenarios, beside the cost of capital."""
    case, years = found.case, range(FIRST_YEAR, LAST_YEAR + 1)
    lines = {say(f"study.{each}"): found.results[each].roic for each in SCENARIOS}
    lines[words.name("wacc")] = [case.inputs["wacc"].central] * len(years)
    frame = Frame(parts.slug("roic-by-year", case.company), _passes(case), say("ai_roic.by_year_subtitle"),
                  (*_defined({case.company: case}), say("ai_roic.chain_note")))  # fmt: skip
    return marks.paths(_paths(lines, years, "fraction", case), frame)


def _passes(case: Case) -> str:
    company, spread = parts.names()[case.company], case.outputs.roic_spread
    above = [FIRST_YEAR + year for year, each in enumerate(spread) if each >= 0]
    ends = {"company": company, "last": LAST_YEAR, "roic": words.value(case.outputs.roic_2030, "fraction"),
            "wacc": words.value(case.inputs["wacc"].central, "fraction")}  # fmt: skip
    ends["printed"] = words.value(_untaxed(case).roic_2030, "fraction")
    return say("ai_roic.passes", year=above[0], **ends) if above else say("ai_roic.never_passes", **ends)


def _untaxed(case: Case) -> Any:
    """As the author prints it: the return is margin times turns, with no tax taken off."""
    return case.evaluate(tax_rate=0.0)


def readings(case: Case) -> Exhibit:
    """The author's pair of margin and return read in three ways: as printed, taxed, and with the tax in it already."""
    turns, company = case.inputs["capital_turns"], parts.names()[case.company]
    read = {"printed": _untaxed(case), "taxed": case.outputs}
    read |= {"tax_inside": case.evaluate(capital_turns=turns.high)} if turns.varied else {}
    at = {"tax_inside": turns.high}
    rows = pd.DataFrame([{
        "label": say(f"ai_roic.reading.{name}"), "turns": at.get(name, turns.central), "value": found.roic_2030,
        "spread": found.spread_2030, "payback": found.payback_simple,
    } for name, found in read.items()]).assign(
        unit="fraction", turns_unit="number", payback_unit="years", kind=case.kind, source=turns.source
    )  # fmt: skip
    told = {name: words.value(found.roic_2030, "fraction") for name, found in read.items()}
    title = say("ai_roic.readings", company=company, printed=told["printed"], taxed=told["taxed"], last=LAST_YEAR,
                wacc=words.value(case.inputs["wacc"].central, "fraction"))  # fmt: skip
    frame = Frame(parts.slug("readings", case.company), title, say("ai_roic.readings_subtitle"),
                  (turns.reason,))  # fmt: skip
    names = ("label", "turns", "value", "spread", "payback")
    return marks.table(rows, frame, {name: say(f"ai_roic.reading_column.{name}") for name in names})


def cash_curve(found: Scenarios) -> Exhibit:
    """What a build has cost and brought in, added up by year, until the last of it is worn out."""
    case = found.case
    lines = {say(f"study.{each}"): found.results[each].cumulative_cash for each in SCENARIOS}
    worn = max(_last_move(line) for line in lines.values())
    lines = {name: line[: worn + 1] for name, line in lines.items()}
    unit = case.unit("cumulative_cash")
    frame = Frame(parts.slug("cash-curve", case.company), _cash_title(case), say("ai_roic.cash_subtitle", unit=unit),
                  (say("ai_roic.cash_note"),))  # fmt: skip
    return marks.paths(_paths(lines, range(FIRST_YEAR, FIRST_YEAR + worn + 1), unit, case), frame)


def _last_move(line: Sequence[float]) -> int:
    """The last year in which the sum still changes."""
    moves = np.flatnonzero(np.abs(np.diff(np.asarray(line, float))) > 1e-9 * np.max(np.abs(line)))
    return int(moves[-1]) + 1 if len(moves) else 1


def _cash_title(case: Case) -> str:
    total = np.asarray(case.outputs.cumulative_cash, float)
    back = [FIRST_YEAR + year for year in range(1, len(total)) if total[year] >= 0 and total[year - 1] < 0]
    unit = case.unit("peak_funding")
    ends = {"company": parts.names()[case.company], "peak": words.value(case.outputs.peak_funding, unit)}
    return say("ai_roic.cash", year=back[0], **ends) if back else say("ai_roic.cash_never", **ends)


def _paths(lines: Mapping[str, Sequence[float]], years: Sequence[int], unit: str, case: Case) -> pd.DataFrame:
    rows = [
        {"x": year, "value": float(value), "group": name, "label": str(year)}
        for name, line in lines.items()
        for year, value in zip(years, line, strict=True)
    ]
    return pd.DataFrame(rows).assign(unit=unit, kind=case.kind, source=case.source)


def paybacks(case: Case) -> Exhibit:
    """Years until AI capital is back by three definitions, each from the bear to the bull case."""
    found = study.scenarios(case).outputs
    rows = pd.DataFrame([
        {"label": words.name(name), "low": found.loc[name].min(), "value": found.at[name, "base"],
         "high": found.loc[name].max(), "note": _never(found.loc[name])}
        for name in PAYBACKS
    ]).assign(unit="years", kind=case.kind, source=case.source)  # fmt: skip
    said = {name: words.value(found.at[name, "base"], "years") for name in PAYBACKS}
    key = "ai_roic.paybacks" if np.isfinite(found.at["payback_discounted", "base"]) else "ai_roic.paybacks_not"
    life = words.value(case.inputs["ai_life"].central, "years")
    title = say(key, company=parts.names()[case.company], life=life, **said)
    notes = (*_defined({case.company: case}), say("ai_roic.paybacks_note"))
    frame = Frame(parts.slug("paybacks", case.company), title, say("ai_roic.paybacks_subtitle"), notes)
    return marks.dots(rows, frame)


def _never(three: pd.Series) -> str:
    lost = [words.lower(say(f"study.{each}")) for each in SCENARIOS if np.isnan(three[each])]
    return say("ai_roic.never", cases=words.listing(lost)) if lost else ""


def old_and_new(found: Scenarios) -> Exhibit:
    """The return of 2030 on all AI capital in service, and on what was added since the first year of earning."""
    case, names = found.case, ("roic_average", "roic_incremental")
    three = found.outputs.loc[list(names), list(SCENARIOS)]
    rows = pd.DataFrame([
        {"label": words.name(name), "low": three.loc[name].min(), "value": three.at[name, "base"],
         "high": three.loc[name].max(), "note": case.lacking}
        for name in names
    ]).assign(unit="fraction", kind=case.kind, source=case.source)  # fmt: skip
    said = {name: words.value(three.at[name, "base"], "fraction") for name in names}
    frame = Frame(parts.slug("old-and-new", case.company), say("ai_roic.old_and_new", last=LAST_YEAR,
                  company=parts.names()[case.company], **said), say("ai_roic.old_and_new_subtitle"),
                  (say("ai_roic.old_and_new_note"),))  # fmt: skip
    return marks.dots(rows, frame)


def rates(found: Scenarios) -> Exhibit:
    """Net present value and every rate of return of one unit of AI capital, with the reason where there is none."""
    case = found.case
    rows = pd.DataFrame([
        {"label": say(f"study.{each}"), "value": float(result.npv_per_capital), **_rates(result.build_cash)}
        for each, result in found.results.items()
    ]).assign(unit="fraction", kind=case.kind, source=case.source)  # fmt: skip
    base = rows[rows["label"] == say("study.base")].iloc[0]
    wacc = words.value(case.inputs["wacc"].central, "fraction")
    frame = Frame(
        parts.slug("rates", case.company),
        say("ai_roic.rates" if base["value"] >= 0 else "ai_roic.rates_less", company=parts.names()[case.company],
            npv=words.value(abs(base["value"]), "fraction"), rate=base["rates"], wacc=wacc),
        say("ai_roic.rates_subtitle"),
    )  # fmt: skip
    columns = {"label": say("ai_roic.column.scenario"), "value": words.name("npv_per_capital"),
               "rates": words.name("irr"), "note": say("marks.column.note")}  # fmt: skip
    return marks.table(rows, frame, columns)


def _rates(flows: Sequence[float]) -> dict[str, str]:
    found = finance.rates([float(flow) for flow in flows])
    told = words.listing([words.value(rate, "fraction") for rate in found.values]) if found.values else words.DASH
    return {"rates": told, "note": found.reason or words.DASH}
