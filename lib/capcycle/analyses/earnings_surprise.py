"""Earnings a share against the mean of analysts: the last surprise in deviations, and how often there was one."""

import pandas as pd

from capcycle import study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Number, PerShare, model
from capcycle.quantity import missing, spanned
from capcycle.study import Case
from capcycle.words import say

ENOUGH = 4  # earlier surprises, for a standard deviation


@model(verdict="standardised_surprise", better="higher", eps_difference=PerShare, standardised_surprise=Number)
def standardised_surprise(actual_eps: PerShare, estimated_eps: PerShare, past_deviation: PerShare):
    """A surprise in earnings a share over the spread of a company's earlier ones.

    Formula: (actual_eps - estimated_eps) / past_deviation, the standard deviation of the earlier differences
    Units:   currency a share on one share count and one basis; a number of deviations.
    Source:  the definition of standardised unexpected earnings; hand arithmetic: 0.06 on a deviation of 0.03 is 2.

    >>> round(float(standardised_surprise(1.06, 1.0, 0.03).standardised_surprise), 6)
    2.0
    """
    difference = actual_eps - estimated_eps
    return difference, per(difference, past_deviation)


@study.starts_by_company(standardised_surprise)
def cases(book: Book) -> dict[str, Case]:
    """Each company's newest earnings a share against the estimate, and the spread of earlier surprises."""
    table = history(book)
    return {company: _newest(book, company, table[table["company"] == company]) for company in book.companies}


def history(book: Book) -> pd.DataFrame:
    """Every announcement of the companies with its difference from the estimate, the oldest first."""
    table = book.register("surprises")
    table = table[table["company"].isin(book.companies)].sort_values("announced", kind="stable")
    return table.assign(difference=table["actual"] - table["estimate"])


def _newest(book: Book, company: str, rows: pd.DataFrame) -> Case:
    if len(rows) <= ENOUGH:
        lacking = missing("actual_eps", say("earnings_surprise.too_few", count=ENOUGH))
        given = dict.fromkeys(standardised_surprise.parameters, lacking)
    else:
        last = rows.iloc[-1].copy()
        book = book.into(last["currency"])  # in which analysts expect: a rate of exchange is no surprise
        last["past_deviation"] = rows.iloc[:-1]["difference"].std()
        columns = {"actual_eps": "actual", "estimated_eps": "estimate", "past_deviation": "past_deviation"}
        given = {
            name: study.entry(last, column, last["currency"] + "/share", "announced")
            for name, column in columns.items()
        }
    return study.case(standardised_surprise, book, company, **given)


def record(book: Book) -> Exhibit:
    """Each company's track record: how often it came out above, by how much, and how far the last time."""
    table, each = history(book), cases(book)
    full = {company: case for company, case in each.items() if not case.lacking}
    rows = pd.DataFrame([_record(case, table[table["company"] == company]) for company, case in full.items()])
    lacking = [words.say("note.lacking", name=case.name, reason=case.lacking) for case in each.values() if case.lacking]
    above = sum(float(case.outputs.eps_difference) > 0 for case in full.values())
    title = say(f"earnings_surprise.record.{'title' if full else 'none'}", above=above, all=len(full),
                days=spanned(case.inputs["actual_eps"] for case in full.values()))  # fmt: skip
    frame = marks.worded("earnings_surprise.record", *lacking, id="earnings-record", title=title)
    heads = {
        name: say(f"earnings_surprise.column.{name}")
        for name in ("label", "day", "actual", "estimate", "value", "mean", "beats")
    }
    return marks.table(rows, frame, heads) if full else marks.nothing(frame)


def _record(case: Case, rows: pd.DataFrame) -> dict:
    share = rows["difference"].gt(0).mean()
    return {
        "label": case.name,
        "day": case.inputs["actual_eps"].day,
        "actual": case.inputs["actual_eps"].shown,
        "estimate": case.inputs["estimated_eps"].shown,
        "value": float(case.outputs.standardised_surprise),
        "mean": words.value(float(rows["difference"].mean()), rows["currency"].iloc[-1] + "/share"),
        "beats": say("earnings_surprise.beats", share=words.value(share, "fraction"), count=len(rows)),
        "unit": "number",
        "kind": case.kind,
        "source": case.source,
    }
