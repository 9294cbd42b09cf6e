"""How much of a company's revenue hangs on its largest customers, and what is left if the largest goes."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from capcycle import study, words
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.registry import Amount, Fraction, model
from capcycle.panel import select
from capcycle.quantity import Quantity, missing, newest
from capcycle.study import Case
from capcycle.words import Sentence, say

SHOWN = ("largest_share", "period_revenue", "lost_revenue", "operating_income", "profit_without", "ebitda_without")
LEAVES = [0.0, 0.5, 1.0]  # no source gives it
DAYS_PER_MONTH, MONTHS_PER_QUARTER = 30.4, 3


@model(verdict="profit_without", better="higher", lost_revenue=Amount, revenue_without=Amount, profit_without=Amount,
       ebitda_without=Amount)  # fmt: skip
def customer_loss(period_revenue: Amount, operating_income: Amount, depreciation_amortization: Amount,
                  largest_share: Fraction, cost_that_leaves: Fraction):  # fmt: skip
    """Revenue, operating profit and EBITDA of a period without the largest customer.

    Formula: lost_revenue = period_revenue * largest_share; profit_without = operating_income - lost_revenue
             + (period_revenue - operating_income) * largest_share * cost_that_leaves
             ebitda_without = the same of ebitda = operating_income + depreciation_amortization
    Units:   one currency, the period of the share; cost_that_leaves is the part of the customer's own share of the
             costs that goes with it: 0 where all costs are fixed, 1 where none is.
    Source:  CoreWeave 2024 (prospectus of March 2025): 62% of 1,915m is 1,187m.

    >>> found = customer_loss(1915e6, 324e6, 863e6, 0.62, 0.0)
    >>> [round(each / 1e6) for each in (found.lost_revenue, found.profit_without, found.ebitda_without)]
    [1187, -863, 0]
    """
    lost, ebitda = period_revenue * largest_share, operating_income + depreciation_amortization
    profit, cash_profit = (result - lost + (period_revenue - result) * largest_share * cost_that_leaves
                           for result in (operating_income, ebitda))  # fmt: skip
    return lost, period_revenue - lost, profit, cash_profit


@study.starts_by_company(customer_loss)
def cases(book: Book, **numbers: float) -> dict[str, Case]:
    """Each company's largest disclosed customer, with revenue and profit of the same period."""
    leaves = study.declared("cost_that_leaves", LEAVES, "fraction", say("customers.open"))
    return {company: study.case(customer_loss, book, company, cost_that_leaves=leaves, **_of_period(book, company))
            .chosen(**numbers) for company in book.companies}  # fmt: skip


def _of_period(book: Book, company: str) -> dict[str, Quantity]:
    """The largest customer's part, and revenue and profit of the same period, a year or a quarter."""
    share, rows = largest(book, company), _rows(book, company)
    span = _span(*rows.iloc[-1][["period_start", "period_end"]]) if len(rows) else "quarter"
    filed = {"period_revenue": "revenue", "operating_income": "operating_income",
             "depreciation_amortization": "depreciation_amortization"}  # fmt: skip
    found = {name: _filed(book.of(company), span, concept, share.day) for name, concept in filed.items()}
    if found["depreciation_amortization"].missing:
        alone = _filed(book.of(company), span, "depreciation", share.day)
        found["depreciation_amortization"] = alone.called(
            "depreciation_amortization", reason=say("multiples.depreciation_only")
        )
    if len(rows):  # so that a quarter does not stand beside a year as if it were one
        found["period_revenue"] = replace(found["period_revenue"], since=rows["period_start"].iloc[-1])
    return {"largest_share": share} | found


def _span(start: pd.Timestamp, end: pd.Timestamp) -> str:
    return "year" if (end - start).days / DAYS_PER_MONTH > MONTHS_PER_QUARTER + 1 else "quarter"


def period(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """A quarter or a year of a share, in words.

    >>> period(pd.Timestamp("2025-04-28"), pd.Timestamp("2025-07-27"))
    'quarter to 27 Jul 2025'
    """
    return say(f"customers.{_span(start, end)}", day=words.day(end))


def _filed(book: Book, span: str, concept: str, day: pd.Timestamp) -> Quantity:
    try:
        table = measure(concept, select(book, span, "fiscal")).table
    except NothingToShow:
        return missing(concept, study.not_public(concept))
    return newest(table[table["period_end"].eq(day)], concept, study.not_public(concept), "value", "period_end")


def _rows(book: Book, company: str, count: int = 1) -> pd.DataFrame:
    table = book.register("customers").assign(unit="fraction")
    own = table[table["company"].eq(company) & table["customers"].eq(count)]
    return own.sort_values(["period_end", "share"])


def largest(book: Book, company: str) -> Quantity:
    """The largest customer's part of revenue in the newest period for which one is disclosed.

    >>> largest(facts.open(as_of="2025-06-30"), "CRWV").value
    0.62
    """
    return newest(_rows(book, company), "largest_share", study.not_public("largest_share"), "share", "period_end")


def second(book: Book, company: str) -> Quantity:
    """The second customer's part: what the two largest have less the largest's, of one period.

    >>> round(second(facts.open(as_of="2025-06-30"), "CRWV").value, 2)
    0.15
    """
    both = newest(_rows(book, company, 2), "two_largest", say("customers.no_two"), "share", "period_end")
    first = _rows(book, company)
    of_it = first[first["period_end"].eq(both.day)]
    return both - newest(of_it, "largest_share", study.not_public("largest_share"), "share", "period_end")


def verdict(each: Mapping[str, Case]) -> Sentence:
    """Whose revenue hangs most on one customer, and what its profit would be without."""
    full = [case for case in each.values() if not case.lacking]
    if not full:
        return words.paragraph(say("customers.none"))
    return study.verdict(max(full, key=lambda case: case.inputs["largest_share"].value), "customers.verdict")


def shares(book: Book) -> Exhibit:
    """Every disclosed part of revenue of one customer or two, with its period; the newest first."""
    table = book.register("customers")
    rows = table[table["company"].isin(book.companies)].sort_values(["name", "period_end"], ascending=[True, False])
    shown = pd.DataFrame({
        "label": rows["name"], "customer": rows["customer_name"],
        "until": list(map(period, rows["period_start"], rows["period_end"])),
        "share": rows["share"], "share_unit": "fraction", "share_kind": rows["kind"], "note": rows["note"],
        "value": rows["share"], "unit": "fraction", "kind": rows["kind"], "source": rows["source"],
    })  # fmt: skip
    silent = [book.names[each] for each in book.companies if each not in set(rows["company"])]
    notes = [say("customers.silent", names=words.listing(silent))] if silent else []
    title = words.counted("customers.shares.title", rows["company"].nunique())
    frame = marks.worded("customers.shares", *notes, id="customer-shares", title=title)
    columns = {name: say(f"customers.column.{name}") for name in ("label", "customer", "share", "until", "note")}
    return marks.table(shown.reset_index(drop=True), frame, columns) if len(shown) else marks.nothing(frame)
