"""What a warrant given for a guarantee costs: a fee in shares to whoever stands behind a weak tenant's rent."""

from collections.abc import Mapping

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses import warrants
from capcycle.analyses.power_value.figures import figures
from capcycle.exhibits import Exhibit
from capcycle.facts import Book, prices
from capcycle.models.maths import maximum, per
from capcycle.models.registry import Amount, Fraction, PerShare, Shares, model
from capcycle.quantity import Quantity, missing, total
from capcycle.study import Case
from capcycle.words import say

SHOWN = ("value_at_grant", "fee_for_guarantee", "rent_given_back", "warrant_value", "dilution")


@model(verdict="fee_for_guarantee", better="lower", value_at_grant=Amount, fee_for_guarantee=Fraction,
       rent_given_back=Fraction, warrant_value=Amount, dilution=Fraction)  # fmt: skip
def guarantee_warrant(
    warrant_shares: Shares, strike: PerShare, grant_price: PerShare, share_price: PerShare,
    shares_with_warrants: Shares, guarantee: Amount, lease_rent: Amount,
):  # fmt: skip
    """What a warrant for a guarantee was worth when it was given, over the guarantee and over the rent that it secures.

    Formula: value_at_grant = warrant_shares * max(grant_price - strike, 0), warrant_value the same at today's price;
             fee_for_guarantee = value_at_grant / guarantee; rent_given_back = value_at_grant / lease_rent;
             dilution = warrant_shares / shares_with_warrants
    Units:   currency, shares. The price of the grant is the last close before the news, which has not moved it.
    Source:  TeraWulf's 8-K of August 2025: 41,011,803 shares at a cent to Google for 1.8bn of a lease of 3.7bn.

    >>> found = guarantee_warrant(41_011_803, 0.01, 5.46, 15.64, 560e6, 1.8e9, 3.7e9)
    >>> round(float(found.value_at_grant) / 1e6), round(float(found.fee_for_guarantee), 3)
    (224, 0.124)
    """
    then, now = (warrant_shares * maximum(price - strike, 0.0) for price in (grant_price, share_price))
    return (then, per(then, guarantee), per(then, lease_rent), now,
                            per(warrant_shares, shares_with_warrants))  # fmt: skip


def cases(book: Book, *givers: str) -> dict[str, Case]:
    """Every warrant that was given for a guarantee by the day of a book, or by some, by giver and day of the grant."""
    rows = book.register("commitments")
    given = rows[(rows["form"] == "warrant") & rows["hurdle"].isna() & (rows["contract"] != "")]
    given = given[given["giver"].isin(givers)] if givers else given
    return {say("guarantees.label", company=book.of(row["giver"]).names[row["giver"]], day=words.day(row["date"])):
            _case(book.of(row["giver"]), row, rows) for _, row in given.iterrows()}  # fmt: skip


def by_giver(book: Book) -> dict[str, Case]:
    """The newest of them whose value is known, of each company of a book that has given one."""
    every = cases(book, *book.companies).values()
    return {case.company: case for case in sorted(every, key=lambda case: not case.alone("fee_for_guarantee").missing)}


def _case(book: Book, row: pd.Series, rows: pd.DataFrame) -> Case:
    company, lease = row["giver"], book.register("contracts").query("contract == @row.contract")
    values = lease[lease["contract_value"].notna()]
    value = _of(values.iloc[-1], "contract_value", values["currency"].iloc[-1], "published") if len(values) else None
    return study.case(
        guarantee_warrant, book, company,
        warrant_shares=_of(row, "shares", "shares"), strike=_of(row, "strike", "USD/share"),
        grant_price=_before(book, company, row["date"]), share_price=warrants.price(book, company),
        shares_with_warrants=figures(book)[company]["shares"].called("shares_with_warrants", "shares"),
        guarantee=_guarantee(rows, row["contract"]),
        lease_rent=value or missing("lease_rent", study.not_public("lease_rent")),
    )  # fmt: skip


def _of(row: pd.Series, column: str, unit: str, day: str = "date") -> Quantity:
    known = row[column] == row[column]
    return study.entry(row, column, unit, day) if known else missing(column, study.not_public(column))


def _guarantee(rows: pd.DataFrame, contract: str) -> Quantity:
    """What stands behind a lease, without what the same sum counts of another."""
    own = rows[(rows["form"] == "guarantee") & (rows["contract"] == contract)]
    if own.empty:
        return missing("guarantee", study.not_public("guarantee"))
    row = own.iloc[-1]
    whole, inside = _of(row, "amount", row["currency"]), rows[rows["counted_in"] == row["commitment"]]
    return (
        whole - total(_of(each, "amount", each["currency"]) for _, each in inside.iterrows()) if len(inside) else whole
    )


def _before(book: Book, company: str, day: pd.Timestamp) -> Quantity:
    """The last close before a day."""
    closes = book.prices().get(company, pd.Series(dtype=float)).dropna()
    closes = closes[closes.index < day]
    if closes.empty:
        return missing("grant_price", study.not_public("grant_price"))
    return Quantity("grant_price", float(closes.iloc[-1]), "USD/share", kind="estimated", source=prices.SOURCE,
                    reason=say("guarantees.close"), since=closes.index[-1], day=closes.index[-1])  # fmt: skip


@study.starts(guarantee_warrant)
def _start(book: Book, company: str) -> Case:
    own = [*cases(book, company).values()]
    return own[-1] if own else study.bound(guarantee_warrant, book, company)


def table(each: Mapping[str, Case]) -> Exhibit:
    """Every warrant for a guarantee: its value then and now, the fee that it is, and what it takes of the company."""
    return exhibits.peers(each, SHOWN, "guarantees.table")
