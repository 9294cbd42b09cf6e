"""What an offering's price implies, what its first day showed, and what it asks beside its peers and its home share."""

from typing import Any

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.errors import ModelError
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, PerShare, Shares, model
from capcycle.panel import select
from capcycle.quantity import Quantity, missing, newest
from capcycle.study import Case
from capcycle.words import Sentence, say

PRICES = ("issue_price", "range_low", "range_high", "first_open", "first_low", "first_close", "home_close")
SHOWN = (
    "proceeds",
    "value_at_issue",
    "float_share",
    "from_range_low",
    "return_at_open",
    "return_at_close",
    "return_at_low",
)
COVER = {"retail_cover": "times", "retail_share": "fraction", "institutional_take_up": "fraction",
         "cornerstone_share": "fraction"}  # fmt: skip


@model(verdict="return_at_close", better="higher", proceeds=Amount, value_at_issue=Amount, float_share=Fraction,
       from_range_low=Fraction, return_at_open=Fraction, return_at_low=Fraction, return_at_close=Fraction)  # fmt: skip
def offering(issue_price: PerShare, range_low: PerShare, shares_offered: Shares, shares_after: Shares,
             first_open: PerShare, first_low: PerShare, first_close: PerShare):  # fmt: skip
    """What is raised, what the company is worth at the price, and the first day at its open, its low and its close.

    Formula: proceeds = issue_price * shares_offered, before costs; float_share = shares_offered / shares_after;
             each return is a price of the first day over issue_price, less one
    Units:   one currency, prices per share, shares.
    Source:  Seres in Hong Kong, 5 November 2025: 108.619m shares at 131.5 are 14.283bn; low 118, close 131.5.

    >>> seres = offering(131.5, 131.5, 108.619e6, 1e9, 128.9, 118.0, 131.5)
    >>> round(float(seres.proceeds) / 1e9, 3), round(float(seres.return_at_low), 4), float(seres.return_at_close)
    (14.283, -0.1027, 0.0)
    """
    first_day = (per(price, issue_price) - 1 for price in (first_open, first_low, first_close))
    return (issue_price * shares_offered, issue_price * shares_after, per(shares_offered, shares_after),
                    per(issue_price, range_low) - 1, *first_day)  # fmt: skip


@model(verdict="premium_to_peers", better="lower", premium_to_peers=Fraction, fall_to_parity=Fraction,
       home_premium=Fraction)  # fmt: skip
def relative_value(pe_at_price: Multiple, peer_pe: Multiple, first_close: PerShare, home_close: PerShare):
    """What is asked beside peers, how far the price would fall to theirs, and what the share at home costs more.

    Formula: premium_to_peers = pe_at_price / peer_pe - 1; fall_to_parity = peer_pe / pe_at_price - 1
             home_premium = home_close / first_close - 1, both of the first day
    Units:   multiples of earnings of one year, prices per share in one currency.
    Source:  36Kr on Seres (7 November 2025): 26.5 against 13.6 times is 94.9 % more, or 48.7 % to fall.

    >>> [round(float(each), 3) for each in relative_value(26.5, 13.6, 131.5, 159.39)]
    [0.949, -0.487, 0.212]
    """
    return per(pe_at_price, peer_pe) - 1, per(peer_pe, pe_at_price) - 1, per(home_close, first_close) - 1


@model(verdict="issue_to_sales", better="lower", issue_to_sales=Multiple, stated_to_sales=Multiple,
       shares_needed=Shares, price_needed=PerShare)  # fmt: skip
def issue_value(issue_price: PerShare, shares_after: Shares, revenue: Amount, stated_value: Amount):
    """What an issue price makes of sales, and which shares or price a value that somebody states would need.

    Formula: issue_to_sales = issue_price * shares_after / revenue; shares_needed = stated_value / issue_price
             price_needed = stated_value / shares_after
    Units:   one currency, revenue of the year before the offering.
    Source:  CoreWeave, March 2025: 40 on about 473.5m shares is 18.94bn, 9.9 times 1.915bn; 35bn needs 875m shares.

    >>> found = issue_value(40.0, 473.5e6, 1.915e9, 35e9)
    >>> round(float(found.issue_to_sales), 1), float(found.shares_needed) / 1e6, round(float(found.price_needed), 1)
    (9.9, 875.0, 73.9)
    """
    return (per(issue_price * shares_after, revenue), per(stated_value, revenue),
                      per(stated_value, issue_price), per(stated_value, shares_after))  # fmt: skip


def _row(book: Book, company: str) -> pd.Series:
    table = book.register("offerings").query("price == price")
    own = table[table["company"] == company].sort_values(["published", "date"], kind="stable")
    if own.empty:
        others, by = ", ".join(sorted(set(table["company"]))) or "none", book.as_of and f" by {book.as_of}"
        raise ModelError(f"the data has no offering of {company}{by}; companies with one: {others}")
    return own.loc[own.notna().sum(axis=1).idxmax()]  # the final terms rather than those that were expected


def _given(row: pd.Series, name: str, unit: str) -> Quantity:
    """A figure of an offering, of its first day."""
    value = row["price" if name == "issue_price" else name]
    if pd.isna(value):
        return missing(name, study.not_public(name), unit, kind=row["kind"])
    return Quantity(name, float(value), unit, kind=row["kind"], source=row["source"], published=row["published"],
                    since=row["date"], day=row["date"])  # fmt: skip


def figures(book: Book, company: str) -> dict[str, Quantity]:
    """What is known of a company's offering by name, in the currencies in which it was printed."""
    row = _row(book, company)
    units = {name: f"{row['home_currency' if name == 'home_close' else 'currency']}/share" for name in PRICES}
    units |= {"shares_offered": "shares", "shares_after": "shares", "proceeds_net": row["currency"]}
    return {name: _given(row, name, unit) for name, unit in
            {**units, **dict.fromkeys(["pe_at_price", "peer_pe"], "multiple"), **COVER}.items()}  # fmt: skip


def case(book: Book, company: str, which: Any = offering) -> Case:
    """A company's offering in its own currency, by one of the models of this room."""
    row, known = _row(book, company), figures(book, company)
    own = book.of(company).into(row["currency"])
    if "revenue" in which.parameters:
        known["revenue"] = study.figure(measure("revenue", select(own, "year")), company, str(row["date"].year - 1))
        stated = own.register("estimates").sort_values("period").query("subject == @company and measure == 'valuation'")
        known["stated_value"] = newest(stated, "stated_value", study.not_public("stated_value"), "low", "published")
    if "home_close" in which.parameters and not known["home_close"].missing:
        known["home_close"] = _abroad(known["home_close"], own.on(row["date"].date()), row)
    return study.case(which, own, company, **{name: known[name] for name in which.parameters})


def _starts(which: Any) -> None:
    @study.starts(which)
    def start(book: Book, company: str) -> Case:
        known = set(book.register("offerings").query("price == price")["company"])
        return case(book, company, which) if company in known else study.bound(which, book, company)


def _abroad(price: Quantity, book: Book, row: pd.Series) -> Quantity:
    """A price at home in the currency of the offering, at the rate of the first day."""
    home, own = row["home_currency"], row["currency"]
    found = book.rate(home, own)
    rate = Quantity("rate", found.value, f"{own}/{home}", kind=price.kind, source=found.source)
    return (price * rate).called(price.name, f"{own}/share")


for each in (offering, relative_value, issue_value):
    _starts(each)


def verdict(sold: Case, valued: Case, beside: Case) -> Sentence:
    """The first day, what the price makes of sales, and what it asks beside its peers: what is known of the three."""
    told = [study.tell(one, f"offerings.verdict_{key}") for one, key, needed in
            ((sold, "day", "return_at_low"), (valued, "sales", "issue_to_sales"), (beside, "peers", "premium_to_peers"))
            if not one.quantity(needed).missing]  # fmt: skip
    return words.paragraph(*(told or [say("offerings.verdict_none", company=sold.name)]))


def sheet(book: Book, company: str) -> Exhibit:
    """The deal sheet: prices, shares, and how each tranche was taken, each as printed."""
    row, known = _row(book, company), figures(book, company)
    rows = marks.rows((_called(name), one) for name, one in known.items() if not one.missing)
    lacking = [words.lower(_called(name)) for name, one in known.items() if one.missing]
    notes = [row["note"], *([say("offerings.sheet.lacking", names=words.listing(lacking))] if lacking else [])]
    notes += [say("offerings.sheet.greenshoe")] if row["greenshoe_used"] == "yes" else []
    sold = known["shares_offered"]
    terms = {"shares": sold.shown, "price": known["issue_price"].shown, "day": words.day(row["date"])}
    title = say("offerings.sheet.title", company=book.names[company], **terms)
    frame = marks.worded("offerings.sheet", *notes, id=parts.slug("offering", company), title=title)
    return marks.table(rows, frame, {"label": say("marks.column.label"), "value": say("marks.column.value")})


def first_day(sold: Case) -> Exhibit:
    """Open, low and close of the first day apart: a low that is told as the day's fall is not the close."""
    return exhibits.table({sold.company: sold}, SHOWN, "offerings.first_day")


def _called(name: str) -> str:
    """What a reader calls a figure that is an input, or only on the sheet."""
    only = words.said(f"offerings.figure.{name}", "")
    return say(only) if only else words.name(name)
