"""What a customer's warrant is worth, whom it dilutes, and how large a rebate it is for each gigawatt bought."""

from dataclasses import replace

import numpy as np

from capcycle import exhibits, study
from capcycle.errors import ModelError
from capcycle.exhibits import Exhibit
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import maximum, per
from capcycle.models.registry import GW, Amount, Fraction, PerGW, PerShare, Shares, model
from capcycle.panel import select
from capcycle.quantity import ASSUMED, Quantity, newest
from capcycle.study import Case
from capcycle.words import Sentence, say

TERMS = {"warrant_shares": ("shares", "shares"), "strike": ("strike", "USD/share"), "hurdle": ("hurdle", "USD/share"),
         "gigawatts": ("gw", "GW")}  # fmt: skip
STEPS = 13  # of the price


@model(verdict="warrant_value", better="higher", warrant_value=Amount, value_at_hurdle=Amount, dilution=Fraction,
       rebate_per_gw=PerGW, rebate_at_hurdle=PerGW)  # fmt: skip
def warrant(warrant_shares: Shares, share_price: PerShare, strike: PerShare, hurdle: PerShare, gigawatts: GW,
            shares_diluted: Shares):  # fmt: skip
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
    return value, at_hurdle, diluted, per(value, gigawatts), per(at_hurdle, gigawatts)


@model(verdict="contra_revenue", better="lower", eps_without_warrant=PerShare, eps_with_warrant=PerShare,
       dilution_of_eps=Fraction, contra_revenue=Fraction, offsetting_profit=PerGW)  # fmt: skip
def warrant_cost(net_income: Amount, shares_diluted: Shares, warrant_shares: Shares, warrant_worth: Amount,
                 gigawatts: GW, content_per_gw: PerGW):  # fmt: skip
    """What a warrant takes from the revenue it is given for, and from earnings a share once all of it is exercised.

    Formula: eps_with_warrant = net_income / (shares_diluted + warrant_shares); dilution_of_eps against without it
             contra_revenue = warrant_worth / gigawatts / content_per_gw: a rebate, which lowers revenue
             offsetting_profit = net_income * warrant_shares / shares_diluted / gigawatts: what each GW must add
    Units:   currency, shares, GW. What the holder pays, a cent a share, buys back no shares worth counting.
    Source:  AMD's 8-K of 2025-10-06 at 600 dollars, 96bn for 6 GW, against Bernstein's 15 to 20bn a GW (October 2025).

    >>> found = warrant_cost(6.4e9, 1.64e9, 160e6, 96e9, 6.0, 16e9)
    >>> round(float(found.eps_with_warrant), 3), round(float(found.dilution_of_eps), 3), float(found.contra_revenue)
    (3.556, -0.089, 1.0)
    """
    without, with_all = per(net_income, shares_diluted), per(net_income, shares_diluted + warrant_shares)
    change = per(shares_diluted, shares_diluted + warrant_shares) - 1
    return (without, with_all, change, per(per(warrant_worth, gigawatts), content_per_gw),
                       per(per(net_income * warrant_shares, shares_diluted), gigawatts))  # fmt: skip


def case(book: Book, company: str) -> Case:
    """The newest warrant that a company has given a customer for buying, at the newest price of its share.

    Errors: ModelError for a company that has given none by the day, with those that have.
    """
    if not company:
        return study.bound(warrant, book)
    every = book.register("commitments").query("form == 'warrant'")
    table = every[every["hurdle"].notna()]
    if company not in set(table["giver"]):
        others, by = ", ".join(sorted(set(table["giver"]))) or "none", book.as_of and f" by {book.as_of}"
        own = ", only for a guarantee" if company in set(every["giver"]) else ""
        raise ModelError(
            f"{company} has given no warrant for purchases that is public{by}{own}; those that have: {others}"
        )
    rows = table[table["giver"] == company]
    terms = {name: newest(rows, name, study.not_public(name), column, "published").called(name, unit)
             for name, (column, unit) in TERMS.items()}  # fmt: skip
    shares = study.newest(measure("shares_diluted", select(book.of(company), "quarter")), company)
    return study.case(warrant, book, company, share_price=price(book, company), shares_diluted=shares, **terms)


@study.starts(warrant)
def _start(book: Book, company: str) -> Case:
    givers = book.register("commitments").query("form == 'warrant' and hurdle == hurdle")["giver"]
    return case(book, company) if company in set(givers) else study.bound(warrant, book, company)


def price(book: Book, company: str) -> Quantity:
    """The last sale of a company's share by the day of a book."""
    sales = book.register("market").query("company == @company and measure == 'last_sale'")
    return newest(sales.assign(unit=sales["currency"] + "/share"), "share_price", study.not_public("share_price"))


def costs(warrant: Case, expected: float) -> dict[str, Case]:
    """What the warrant costs holders at today's share price, at its last hurdle, and weighed by what vests.

    expected  its value of today weighed by what vests: `capcycle.analyses.vesting`
    """
    ttm = select(warrant.book.of(warrant.company), "ttm")
    income = study.newest(measure("net_income", ttm), warrant.company)
    same = {name: warrant.inputs[name] for name in ("shares_diluted", "warrant_shares", "gigawatts")}
    worth = {"now": warrant.quantity("warrant_value"), "hurdle": warrant.quantity("value_at_hurdle"),
             "expected": replace(warrant.quantity("warrant_value"), value=expected, kind=ASSUMED)}  # fmt: skip
    same |= {"net_income": income}
    return {say(f"warrants.worth.{key}"): study.case(warrant_cost, warrant.book, warrant.company, warrant_worth=each,
                                                     **same) for key, each in worth.items()}  # fmt: skip


def verdict(warrant: Case) -> Sentence:
    """What the warrant is worth at the newest price and at its last hurdle."""
    return study.verdict(warrant, "warrants.verdict")


def by_price(warrant: Case) -> Exhibit:
    """The value of a warrant over the price of the share, up to that of its last hurdle."""
    prices = np.linspace(0.0, warrant.inputs["hurdle"].value, STEPS)
    return exhibits.over(warrant, "share_price", ["warrant_value"], "warrants.by_price", prices)
