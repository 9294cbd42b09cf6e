"""From backlog to disclosed revenue: what contracts imply of AI revenue a year, what is disclosed, and the gap."""

import math
from collections.abc import Mapping

import pandas as pd

from capcycle import study, words
from capcycle.analyses import laboratory_orders, required_revenue
from capcycle.analyses.ai_roic.capex_yield import TICKERS
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, Years, model
from capcycle.panel import select
from capcycle.quantity import Quantity, marked
from capcycle.study import Case
from capcycle.units import MONTHS_PER_YEAR
from capcycle.words import Sentence, say

JUDGED = ("ai_share_of_backlog", "backlog_duration")
SHOWN = ("ai_revenue", "implied_by_laboratories", "implied_by_others", "duration_that_closes")


@model(verdict="implied_multiple", better="lower", ai_revenue_implied=Amount, implied_by_laboratories=Amount,
       implied_by_others=Amount, implied_multiple=Multiple, duration_that_closes=Years)  # fmt: skip
def backlog_to_revenue(
    backlog: Amount,
    ai_share_of_backlog: Fraction,
    backlog_duration: Years,
    laboratory_share_of_backlog: Fraction,
    timed_orders_a_year: Amount,
    timed_share_of_backlog: Fraction,
    ai_revenue: Amount,
):
    """AI revenue a year that a backlog implies if it is earned evenly, against what a company discloses.

    Formula: ai_revenue_implied = timed_orders_a_year + backlog * (ai_share_of_backlog - timed_share_of_backlog) /
             backlog_duration: orders of the laboratories that tell their years by those, the rest by the duration
             implied_by_others = backlog * (ai_share_of_backlog - laboratory_share_of_backlog) / backlog_duration
             implied_multiple = ai_revenue_implied / ai_revenue
             duration_that_closes = backlog * ai_share_of_backlog / ai_revenue
    Units:   amounts in one currency, fractions, years.
    Source:  Microsoft 10-K 2026 at the judgements of ai-capex-roic (2026): 684bn, half of it AI, over 2.5 years is
             136.8bn, against 37bn disclosed.

    >>> found = backlog_to_revenue(684e9, 0.5, 2.5, 0.45, 0.0, 0.0, 37e9)
    >>> round(found.ai_revenue_implied / 1e9, 1), round(float(found.implied_multiple), 1)
    (136.8, 3.7)
    """
    implied = timed_orders_a_year + backlog * (ai_share_of_backlog - timed_share_of_backlog) / backlog_duration
    others = backlog * (ai_share_of_backlog - laboratory_share_of_backlog) / backlog_duration
    closes = per(backlog * ai_share_of_backlog, ai_revenue)
    return implied, implied - others, others, per(implied, ai_revenue), closes


@study.starts_by_company(backlog_to_revenue)
def cases(book: Book, **numbers: float) -> dict[str, Case]:
    """Each company's newest backlog against the AI revenue that it discloses; who lacks one of them says so."""
    backlogs = measure("rpo", select(book, "quarter"))
    return {company: study.case(backlog_to_revenue, book, company, backlog=study.newest(backlogs, company),
                                ai_revenue=required_revenue.disclosed(book, company),
                                laboratory_share_of_backlog=laboratory_orders.share(book, company),
                                **laboratory_orders.timed(book, company)).chosen(**numbers)
            for company in book.companies}  # fmt: skip


def _known(each: Mapping[str, Case], of: str = "implied_multiple") -> dict[str, Case]:
    """The cases with a backlog and a disclosed AI revenue, whether an order of the laboratories is on record or not."""
    return {company: case for company, case in each.items() if not case.alone(of).missing}


def verdict(each: Mapping[str, Case]) -> Sentence:
    """What each backlog implies, against what is disclosed."""
    said = [study.tell(case, "backlog.verdict") for case in _known(each).values()]
    return words.paragraph(*(said or [say("backlog.verdict_none")]), *study.hindsight(*each.values()))


def gap(each: Mapping[str, Case]) -> Exhibit:
    """What is disclosed, what the backlog implies by two judgements, and what a year's build needs."""
    full = _known(each)
    rows = pd.DataFrame([
        {"label": case.name, "group": say(f"backlog.{name}"), "value": level.value, "unit": case.currency,
         "kind": level.kind, "source": level.source, "note": ""}
        for case in full.values() for name, level in _levels(case).items() if not level.missing
    ], columns=["label", "group", "value", "unit", "kind", "source", "note"])  # fmt: skip
    parts = [study.tell(case, "backlog.of") for case in full.values()]
    title = say("backlog.gap.title", parts=words.listing(parts)) if parts else say("backlog.verdict_none")
    lacking = [words.say("note.lacking", name=case.name, reason=case.alone("implied_multiple").reason)
               for company, case in each.items() if company not in full]  # fmt: skip
    return marks.dots(rows, marks.worded("backlog.gap", *lacking, id="backlog-gap", title=title))


def _levels(case: Case) -> dict[str, Quantity]:
    need = required_revenue.against_disclosed(case.book.of(case.company))[case.company]
    return {"disclosed": case.inputs["ai_revenue"], "implied": case.quantity("ai_revenue_implied"),
            "author": _by_author(case), "needed": need.quantity("revenue_required")}  # fmt: skip


def _by_author(case: Case) -> Quantity:
    """The implied revenue at the judgements of ai-capex-roic; missing before they were public."""
    table = case.book.examples()
    rows = table[table["model"].eq("backlog_yield") & table["about"].replace(TICKERS).eq(case.company)]
    judged = {name: rows["inputs"].iloc[0][name] if len(rows) else math.nan for name in JUDGED}
    one = dict.fromkeys(laboratory_orders.TIMED, 0.0)  # that author spreads all of it over one duration
    return case.with_inputs(**judged, **one).quantity("ai_revenue_implied")


def closes(each: Mapping[str, Case]) -> Exhibit:
    """What closes the gap: the laboratories' part and what they paid, the rest, a longer duration, growth."""
    full = list(_known(each, "implied_by_others").values())
    below = [case.name for case in full if float(case.outputs.implied_by_others) < case.inputs["ai_revenue"].value]
    title = words.counted("backlog.closes.title", len(below), names=words.listing(below) if below else "")
    title = title if full else say("backlog.closes.none")
    frame = marks.worded("backlog.closes", id="backlog-closes", title=title)
    rows = pd.DataFrame([
        {"label": case.name, **{name: case.alone(name).marked for name in SHOWN}, "paid": _paid(case),
         "growth": pace, "value": float(case.outputs.implied_multiple), "unit": "multiple", "kind": case.kind,
         "source": f"{case.source} {source}".strip()}
        for case in full for pace, source in [_growth(case)]
    ])  # fmt: skip
    columns = {"label": say("column.company"), **{name: words.name(name) for name in SHOWN},
               **{name: say(f"backlog.column.{name}") for name in ("paid", "growth")}}  # fmt: skip
    return marks.table(rows, frame, columns) if full else marks.nothing(frame)


def _paid(case: Case) -> str:
    """The revenue from a laboratory in the newest year for which a company says so."""
    table = case.book.register("customers")
    rows = table[table["company"].eq(case.company) & table["customer_name"].isin(laboratory_orders.LABORATORIES)]
    if rows.empty:
        return say("backlog.paid_none")
    row, years = rows.iloc[-1], select(case.book.of(case.company), "ttm")
    revenue = study.summed(measure("revenue", years), case.company, row["period_end"], row["period_end"])
    return say("backlog.paid", name=row["customer_name"], amount=(row["share"] * revenue).shown,
               until=words.day(row["period_end"]))  # fmt: skip


def _growth(case: Case) -> tuple[str, str]:
    """Years until disclosure is what the backlog implies, at the pace of the last two, and the sources of these."""
    table = case.book.versions("ai_revenue")
    rows = table[table["company"].eq(case.company) & table["value"].notna()].sort_values("period_end")
    if len(rows) < 2:
        return say("backlog.no_pace") if len(rows) else words.DASH, ""
    (_, old), (_, new) = rows.tail(2).iterrows()
    months = (new["period_end"].to_period("M") - old["period_end"].to_period("M")).n
    pace = (new["value"] / old["value"]) ** (MONTHS_PER_YEAR / months)
    years = math.log(float(case.outputs.implied_multiple)) / math.log(pace)
    since = {"old": words.value(old["value"], old["currency"]), "day": words.day(old["period_end"])}
    told = say("backlog.pace", years=words.value(years, "years"), pace=words.change(pace - 1), **since)
    return marked(told, case.kind), f"{old['source']} {new['source']}"
