"""What a company takes in for each of its users, by quarter."""

from collections.abc import Mapping

import pandas as pd

from capcycle import study, words
from capcycle.analyses.operating import counts
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, PerUserMonth, Users, Years, model
from capcycle.panel import select
from capcycle.quantity import DERIVED, Quantity, missing
from capcycle.study import Case
from capcycle.units import MONTHS_PER_YEAR
from capcycle.words import Sentence, say

PEOPLE = "people"
QUARTER = 0.25  # of a year


@model(verdict="revenue_per_user_year", better="higher", revenue_per_user_month=PerUserMonth,
       revenue_per_user_year=Amount)  # fmt: skip
def per_user(period_revenue: Amount, users: Users, period: Years):
    """What a company takes in for each of its users.

    Formula: revenue_per_user_year = period_revenue / users / period; a month's is a twelfth
    Units:   an amount of one period, the users counted in it, the period in years; currency.
    Source:  Meta in the June quarter of 2024: 39.071bn (10-Q) from 3.27bn people a day.

    >>> round(float(per_user(39.071e9, 3.27e9, 0.25).revenue_per_user_month), 2)
    3.98
    """
    year = per(period_revenue, users * period)
    return year / MONTHS_PER_YEAR, year


@study.starts(per_user)
def _start(book: Book, company: str) -> Case:
    each = cases(book.of(company)) if company else {}
    return next(reversed(each.values()), None) or study.bound(per_user, book, company)


def cases(book: Book) -> dict[str, Case]:
    """Revenue of a quarter for each of the people counted in it, by words for company and quarter."""
    rows = counts(book)
    rows = rows[rows["unit"].eq(PEOPLE) & rows["stale"].eq("no") & rows["value"].notna()]
    return {
        say("per_user.quarter", company=row["name"], day=words.day(row["period_end"])): case
        for _, row in rows.iterrows()
        for case in [_earned(book, row)]
        if not case.lacking
    }


def _earned(book: Book, row: pd.Series) -> Case:
    own = book.own(row["company"])
    lacking = missing("period_revenue", study.not_public("revenue"))
    end = row["period_end"]
    revenue = lacking if own.facts.empty else study.summed(measure("revenue", select(own)), row["company"], end, end)
    return study.case(
        per_user,
        own,
        row["company"],
        period_revenue=revenue,
        users=study.entry(row, "value", "users"),
        period=Quantity("period", QUARTER, "years", kind=DERIVED),
    )


def verdict(book: Book, each: Mapping[str, Case]) -> Sentence:
    """The count that grew most, and what a user earns now."""
    full = {name: case for name, case in each.items() if not case.lacking}
    if counts(book).empty:
        return words.paragraph(say("operating.none"))
    fastest = max(full.items(), key=lambda pair: pair[1].inputs["count_growth"].value, default=None)
    said = [study.tell(fastest[1], "per_user.fastest", what=fastest[0])] if fastest else []
    said += [study.tell(case, "per_user.earns") for case in list(cases(book).values())[-1:]]
    return words.paragraph(*(said or [say("operating.no_growth")]))


def earnings(each: Mapping[str, Case]) -> Exhibit:
    """Revenue a year for each person counted, by quarter: a line for each company."""
    frame = {"id": "revenue-per-user"}
    if len(each) < 2:
        return marks.nothing(marks.worded("per_user.earnings", title=say("per_user.no_users"), **frame))
    rows = pd.DataFrame(
        [
            {
                "x": f"{case.inputs['users'].day:%Y}Q{case.inputs['users'].day.quarter}",
                "label": name,
                "group": case.name,
                "value": float(case.outputs.revenue_per_user_year),
                "unit": case.currency,
                "kind": case.kind,
                "source": case.source,
            }
            for name, case in each.items()
        ]
    )
    last = rows.iloc[-1]
    before = rows[rows["x"].eq(f"{int(last['x'][:4]) - 1}{last['x'][4:]}") & rows["group"].eq(last["group"])]
    first = before.iloc[0] if len(before) else rows.iloc[0]  # of the same season, where that is known
    amounts = {end: words.value(row["value"], row["unit"]) for end, row in (("first", first), ("last", last))}
    title = say("per_user.earnings.title", company=last["group"], since=first["x"], now=last["x"], **amounts)
    return marks.paths(rows, marks.worded("per_user.earnings", title=title, **frame))
