"""Exhibits of what the capital in place has earned: against its own cost, ranked where that holds, and on new money."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import metrics, study, words
from capcycle.analyses.ai_roic.capex_yield import shortfall
from capcycle.analyses.ai_roic.capital import TENTHS, owed, owed_days
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import marked, unlike
from capcycle.study import Case
from capcycle.study.simulate import SEED
from capcycle.words import Sentence, say

SURE = 0.9  # the share of draws in which an order must hold for a rank to be shown
INPUTS = ("beta", "debt_weight")
RETURNS = {"all": metrics.roic_all_debt, "added": metrics.roic_incremental_all_debt}


def returns_verdict(cases: Mapping[str, Case], contracts: Mapping[str, Case]) -> Sentence:
    """How many companies' capital in place earns more than it costs, whatever the draw; and whose contracts do not."""
    of_all = [_title(cases, _drawn(_full(cases)), "all"), *filter(None, [shortfall(contracts)])]
    return words.paragraph(*of_all, *study.hindsight(*_full(cases).values()))


def over_cost(cases: Mapping[str, Case]) -> Exhibit:
    """The realised return less its cost: the middle of eight of ten draws, and a rank where it holds in nine of ten."""
    drawn = _drawn(_full(cases))
    ranks = _ranks(drawn)
    rows = pd.DataFrame([_row(company, case, drawn, ranks) for company, case in cases.items()])
    rows = rows.sort_values("value", ascending=False, ignore_index=True).assign(unit="points")
    apart = unlike({case.name: case.inputs["roic_before_tax"] for case in _full(cases).values()})
    frame = marks.worded("ai_roic.over_cost", *apart, id="roic-over-cost", title=_title(cases, drawn))
    return marks.dots(rows, frame, 0.0 if rows["value"].notna().any() else None)


def _row(company: str, case: Case, drawn: Mapping[str, np.ndarray], ranks: Mapping[str, str]) -> dict:
    row = {"label": case.name, "value": np.nan, "low": np.nan, "high": np.nan, "kind": "", "source": "",
           "note": case.lacking}  # fmt: skip
    if company not in drawn:
        return row
    low, high = np.quantile(drawn[company], TENTHS)
    note = study.tell(case, "ai_roic.earned")
    label = say("ai_roic.ranked", name=case.name, rank=ranks[company]) if len(ranks) > 1 else case.name
    return row | {"label": label, "value": float(case.outputs.roic_spread), "low": low, "high": high, "note": note,
                  "kind": case.kind, "source": case.source}  # fmt: skip


def _full(cases: Mapping[str, Case]) -> dict[str, Case]:
    return {company: case for company, case in cases.items() if not case.lacking}


def _drawn(cases: Mapping[str, Case], what: str = "roic_spread") -> dict[str, np.ndarray]:
    """Draws of each company's result, each by itself, so that an order is no surer than it is."""
    return {company: study.simulate(case, seed=SEED + place).values(what)
            for place, (company, case) in enumerate(cases.items())}  # fmt: skip


def _ranks(drawn: Mapping[str, np.ndarray]) -> dict[str, str]:
    """The rank of each company whose place holds; of others that it does not."""
    return {company: say("ai_roic.rank", place=place, count=len(drawn)) if place else say("ai_roic.no_rank")
            for company, place in _places(drawn).items()}  # fmt: skip


def _places(drawn: Mapping[str, np.ndarray]) -> dict[str, int]:
    """The place of each company, the largest first, that holds beside each other one in nine of ten draws; else 0."""
    places = {}
    for company, own in drawn.items():
        above = [float((own > other).mean()) for name, other in drawn.items() if name != company]
        sure = all(max(each, 1 - each) >= SURE for each in above)
        places[company] = 1 + sum(each < 0.5 for each in above) if sure else 0
    return places


def _title(cases: Mapping[str, Case], drawn: Mapping[str, np.ndarray], every: str = "title_all") -> str:
    if not drawn:
        return say("ai_roic.over_cost.title_0")
    above = [cases[company].name for company, each in drawn.items() if np.quantile(each, TENTHS[0]) > 0]
    below = [cases[company].name for company in drawn if cases[company].name not in above]
    if len(drawn) == 1:
        return study.tell(next(iter(_full(cases).values())), "ai_roic.over_cost.title_1")
    key = every if not below else "title_none" if not above else "title"
    names = {name: words.listing(each) if each else "" for name, each in (("above", above), ("below", below))}
    return say(f"ai_roic.over_cost.{key}", **names)


def capital_costs(cases: Mapping[str, Case]) -> Exhibit:
    """Each company's beta with its error, weight of debt and cost of capital, beside the industry's number."""
    rows = pd.DataFrame([_cost(case) for case in cases.values()])
    columns = {name: say(f"ai_roic.cost_column.{name}") for name in ("label", *INPUTS, "day", "wacc", "industry")}
    lacking = [
        words.say("note.lacking", name=row["label"], reason=row["note"]) for _, row in rows.iterrows() if row["note"]
    ]
    frame = marks.worded("ai_roic.costs", *lacking, id="cost-of-capital", title=_costs_title(rows, cases))
    return marks.table(rows.assign(value=rows["wacc_central"], unit="fraction"), frame, columns)


def _cost(case: Case) -> dict:
    industry = study.assumption(case.book, "wacc", case.company)
    shown = {name: case.inputs[name].ranged for name in INPUTS}
    lacking = [case.inputs[name].reason for name in INPUTS if case.inputs[name].missing]
    cost = words.DASH if lacking else _ends(study.simulate(case).values("wacc"))
    return {"company": case.company, "label": case.name, **shown, "wacc": marked(cost, "assumed"), "ends": cost,
            "industry": industry.ranged,
            "kind": case.kind,
            "source": case.source, "wacc_central": float(case.outputs.wacc),
            "note": words.clauses(lacking), "day": owed_days(owed(case.book, case.company))}  # fmt: skip


def _ends(values: np.ndarray) -> str:
    return words.between(*np.quantile(values, TENTHS), "fraction")


def _costs_title(rows: pd.DataFrame, cases: Mapping[str, Case]) -> str:
    """The ends of what capital costs; that one is the most or the least where the order holds in nine of ten draws."""
    known = rows.dropna(subset="wacc_central").sort_values("wacc_central")
    if known.empty:
        return say("ai_roic.costs.title_0")
    least, most = known.iloc[0], known.iloc[-1]
    places = _places(_drawn({name: cases[name] for name in known["company"]}, "wacc"))
    sure = {"least": places[least["company"]] == len(known), "most": places[most["company"]] == 1}
    kind = "title" if all(sure.values()) else f"title_{next((end for end in sure if sure[end]), 'unsure')}"
    return words.counted(f"ai_roic.costs.{kind}", len(known), least=least["label"], low=least["ends"],
                         most=most["label"], high=most["ends"])  # fmt: skip


def old_and_added(book: Book, tax_rate: float) -> Exhibit:
    """The newest return on all capital in place of each company, and on what was added the year before."""
    panel = select(book, "ttm")
    both = {name: measure(metric, panel, tax_rate=tax_rate) for name, metric in RETURNS.items()}
    rows = pd.DataFrame([
        {"company": company, "of": name, "label": book.names[company], "group": say(f"ai_roic.of.{name}"),
         "value": each.value, "unit": "fraction", "kind": "" if each.missing else each.kind, "source": each.source,
         "note": each.reason if each.missing else each.days}
        for company in book.companies for name, each in study.of_one_period(both, company).items()
    ])  # fmt: skip
    wide = rows.pivot(index="company", columns="of", values="value").dropna()
    shown = wide.round(3)  # as they are shown: what reads alike is not less
    less, first = int((shown["added"] < shown["all"]).sum()), wide.head(1)
    one = {name: words.value(first[name].sum(), "fraction") for name in RETURNS}
    name = "".join(book.names[each] for each in first.index)
    title = words.counted("ai_roic.added.title", len(wide), less=less, name=name, **one)
    return marks.dots(rows, marks.worded("ai_roic.added", id="roic-old-and-added", title=title))
