"""Leases that are signed and have not begun: on no balance sheet, and growing; and the rows of debt beside them."""

from functools import cache

import pandas as pd

from capcycle import facts, study
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.quantity import Quantity, missing
from capcycle.study import Case

LEASES = ("leases_before", "leases_not_commenced", "lease_growth")


@model(verdict="lease_growth", better="lower", lease_growth=Fraction, not_commenced_share=Fraction,
       adjusted_debt=Amount)  # fmt: skip
def lease_overhang(leases_not_commenced: Amount, leases_before: Amount, lease_commitments: Amount,
                   leases_to_adjusted_debt: Multiple):  # fmt: skip
    """Leases that are signed and have not begun: how fast they grew, and beside all leases and adjusted debt.

    Formula: lease_growth = leases_not_commenced / leases_before - 1; not_commenced_share = leases_not_commenced /
             lease_commitments; adjusted_debt = leases_not_commenced / leases_to_adjusted_debt
    Units:   one currency, undiscounted payments. They are on no balance sheet until they begin.
    Source:  Moody's (February 2026): 662bn of 969bn, 113 % of adjusted debt; CoreWeave 10-Q: 19.9bn, then 39.1bn.

    >>> found = lease_overhang(662.0, 662.0, 969.0, 1.13)
    >>> round(float(found.not_commenced_share), 3), round(float(found.adjusted_debt))
    (0.683, 586)
    """
    return (per(leases_not_commenced, leases_before) - 1, per(leases_not_commenced, lease_commitments),
                         per(leases_not_commenced, leases_to_adjusted_debt))  # fmt: skip


@cache
def rows(book: Book, company: str) -> pd.DataFrame:
    """A company's rows, drawn or signed, in the currency of the book, the newest day last."""
    table = book.register("debt").query("borrower == @company and stage != 'planned' and principal == principal")
    rows = book.into(book.money).restated(table, ["principal"])
    return rows.assign(rate=table["rate"]).sort_values("as_at", kind="stable")  # interest, not that of exchange


def added(rows: pd.DataFrame, name: str, amounts: pd.Series | None = None) -> Quantity:
    """Some amounts of rows together, by default their principals, of the days of the rows."""
    if rows.empty:
        return missing(name, study.not_public(name))
    amounts = rows["principal"] if amounts is None else amounts
    return Quantity(name, float(amounts.sum()), rows["currency"].iloc[0], kind=facts.weakest(rows["kind"]),
                    source=facts.documents(rows["source"]), since=rows["as_at"].min(),
                    day=rows["as_at"].max())  # fmt: skip


def overhang(book: Book, company: str) -> Case:
    """A company's leases that are signed and not commenced, on its newest day and the one before."""
    now, before = signed(book, company)
    given = {name: missing(name, study.not_public(name)) for name in ("lease_commitments", "leases_to_adjusted_debt")}
    return study.bound(lease_overhang, book, company, leases_not_commenced=now, leases_before=before, **given)


def signed(book: Book, company: str) -> tuple[Quantity, Quantity]:
    """What is signed and has not begun on the newest day, and on the day before that somebody counts."""
    own = rows(book, company).query("type == 'lease not commenced'")
    days = sorted(set(own["as_at"]), reverse=True)
    each = [own[own["as_at"].eq(day)] for day in (*days[:2], *[pd.NaT] * (2 - len(days[:2])))]
    names = ("leases_not_commenced", "leases_before")
    return tuple(added(part, name) for part, name in zip(each, names, strict=True))


study.starts(lease_overhang)(lambda book, company: overhang(book, company) if company else
                             study.bound(lease_overhang, book))  # fmt: skip
