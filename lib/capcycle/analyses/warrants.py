"""What a customer's warrant is worth, whom it dilutes, and how large a rebate it is for each gigawatt bought."""

from typing import NamedTuple

import numpy as np

from capcycle import exhibits, study
from capcycle.errors import ModelError
from capcycle.exhibits import Exhibit
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import maximum, per
from capcycle.models.registry import GW, Amount, Fraction, PerGW, PerShare, Shares, model
from capcycle.panel import select
from capcycle.quantity import Quantity, newest
from capcycle.study import Case
from capcycle.words import Sentence

TERMS = {"warrant_shares": ("shares", "shares"), "strike": ("strike", "USD/share"), "hurdle": ("hurdle", "USD/share"),
         "gigawatts": ("gw", "GW")}  # fmt: skip
STEPS = 13  # of the price


class Warrant(NamedTuple):
    warrant_value: Amount
    value_at_hurdle: Amount
    dilution: Fraction
    rebate_per_gw: PerGW
    rebate_at_hurdle: PerGW


@model(verdict="warrant_value", better="higher")
def warrant(warrant_shares: Shares, share_price: PerShare, strike: PerShare, hurdle: PerShare, gigawatts: GW,
            shares_diluted: Shares) -> Warrant:  # fmt: skip
    """The intrinsic value of a warrant that vests as its holder buys, all of it vested.

    Formula: warrant_value = warrant_shares * max(share_price - strike, 0); dilution = warrant_shares / (warrant_shares
             + shares_diluted); rebate = value / gigawatts
    Units:   currency, shares, GW. An upper bound: a tranche may never vest.
    Source:  AMD's warrant for OpenAI, 8-K of 2025-10-06: 160m shares at 0.01 and 600 dollars, 6 GW.

    >>> amd = warrant(160e6, 206.0, 0.01, 600.0, 6.0, 1.64e9)
    >>> round(float(amd.value_at_hurdle) / 1e9, 3), round(float(amd.rebate_per_gw) / 1e9, 2)
    (95.998, 5.49)
    """
    value, at_hurdle = (warrant_shares * maximum(price - strike, 0.0) for price in (share_price, hurdle))
    diluted = per(warrant_shares, warrant_shares + shares_diluted)
    return Warrant(value, at_hurdle, diluted, per(value, gigawatts), per(at_hurdle, gigawatts))


def case(book: Book, company: str) -> Case:
    """The newest warrant that a company has given a customer, at the newest price of its share.

    Errors: ModelError for a company that has given none by the day, with those that have.
    """
    if not company:
        return study.bound(warrant, book)
    table = book.register("commitments").query("form == 'warrant'")
    if company not in set(table["giver"]):
        others, by = ", ".join(sorted(set(table["giver"]))) or "none", book.as_of and f" by {book.as_of}"
        raise ModelError(f"{company} has given no warrant that is public{by}; those that have: {others}")
    rows = table[table["giver"] == company]
    terms = {name: newest(rows, name, study.not_public(name), column, "published").called(name, unit)
             for name, (column, unit) in TERMS.items()}  # fmt: skip
    shares = study.newest(measure("shares_diluted", select(book.of(company), "quarter")), company)
    return study.case(warrant, book, company, share_price=price(book, company), shares_diluted=shares, **terms)


@study.starts(warrant)
def _start(book: Book, company: str) -> Case:
    givers = book.register("commitments").query("form == 'warrant'")["giver"]
    return case(book, company) if company in set(givers) else study.bound(warrant, book, company)


def price(book: Book, company: str) -> Quantity:
    """The last sale of a company's share by the day of a book."""
    sales = book.register("market").query("company == @company and measure == 'last_sale'")
    return newest(sales.assign(unit=sales["currency"] + "/share"), "share_price", study.not_public("share_price"))


def verdict(warrant: Case) -> Sentence:
    """What the warrant is worth at the newest price and at its last hurdle."""
    return study.verdict(warrant, "warrants.verdict")


def by_price(warrant: Case) -> Exhibit:
    """The value of a warrant over the price of the share, up to that of its last hurdle."""
    prices = np.linspace(0.0, warrant.inputs["hurdle"].value, STEPS)
    return exhibits.over(warrant, "share_price", ["warrant_value"], "warrants.by_price", prices)
