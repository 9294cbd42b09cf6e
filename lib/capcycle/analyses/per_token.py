"""What a cloud takes in for the tokens that its customers process, by quarter: an upper bound of their price."""

from collections.abc import Mapping

import pandas as pd

from capcycle import study, words
from capcycle.analyses.operating import counts
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Number, PerMillionTokens, TokensPerMinute, model
from capcycle.panel import select
from capcycle.quantity import DERIVED, Quantity, missing
from capcycle.study import Case
from capcycle.words import say

PACE = "tokens/minute"
MILLION, MINUTES = 1e6, 1440  # of a day


@model(verdict="revenue_per_million_tokens", better="higher", revenue_per_million_tokens=PerMillionTokens)
def per_token(cloud_revenue: Amount, tokens_per_minute: TokensPerMinute, days_counted: Number):
    """What a cloud takes in for a million tokens that its customers process.

    Formula: revenue_per_million_tokens = cloud_revenue * 1e6 / (tokens_per_minute * days_counted * 1440)
    Units:   currency of a quarter, tokens a minute at its end, its days. An upper bound of the price of tokens: most of
             a cloud's revenue is for other things, and tokens grow within the quarter.
    Source:  Google Cloud in the third quarter of 2025: 15.157bn (10-Q), 7bn tokens a minute (call), 92 days.

    >>> round(float(per_token(15.157e9, 7e9, 92.0).revenue_per_million_tokens), 2)
    16.34
    """
    return per(cloud_revenue * MILLION, tokens_per_minute * days_counted * MINUTES)


@study.starts(per_token)
def _start(book: Book, company: str) -> Case:
    each = cases(book.of(company)) if company else {}
    return next(reversed(each.values()), None) or study.bound(per_token, book, company)


def cases(book: Book) -> dict[str, Case]:
    """Each quarter of which a company gives its cloud's revenue and its customers' tokens a minute."""
    rows = counts(book)
    rows = rows[rows["unit"].eq(PACE) & rows["stale"].eq("no") & rows["value"].notna()]
    found = {f"{row['period_end']:%Y}Q{row['period_end'].quarter} {row['name']}": _taken(book, row)
             for _, row in rows.iterrows()}  # fmt: skip
    return {name: case for name, case in found.items() if not case.lacking}


def _taken(book: Book, row: pd.Series) -> Case:
    own, end = book.own(row["company"]), row["period_end"]
    lacking = missing("cloud_revenue", study.not_public("cloud_revenue"))
    revenue = measure("cloud_revenue", select(own)) if not own.facts.empty else None
    days = float((end - row["period_start"]).days + 1)
    return study.case(
        per_token, own, row["company"], tokens_per_minute=study.entry(row, "value", PACE),
        cloud_revenue=study.summed(revenue, row["company"], end, end) if revenue else lacking,
        days_counted=Quantity("days_counted", days, kind=DERIVED),
    )  # fmt: skip


def by_quarter(each: Mapping[str, Case]) -> Exhibit:
    """Cloud revenue for a million tokens of customers, by quarter."""
    if not each:
        return marks.nothing(marks.worded("per_token.by_quarter", title=say("per_token.none"), id="per-token"))
    rows = pd.DataFrame([
        {"label": name, "value": float(case.outputs.revenue_per_million_tokens), "kind": case.kind,
         "unit": f"{case.currency}/million_tokens", "source": case.source,
         "note": case.inputs["tokens_per_minute"].shown}
        for name, case in each.items()
    ])  # fmt: skip
    first, last = rows.iloc[0], rows.iloc[-1]
    shown = {end: words.value(row["value"], row["unit"]) for end, row in (("first", first), ("last", last))}
    days = [case.inputs["tokens_per_minute"].day for case in each.values()]
    shown |= {name: f"{day:%Y}Q{day.quarter}" for name, day in (("since", days[0]), ("now", days[-1]))}
    title = say("per_token.by_quarter.title", company=next(iter(each.values())).name, **shown)
    return marks.columns(rows, marks.worded("per_token.by_quarter", title=title, id="per-token"))
