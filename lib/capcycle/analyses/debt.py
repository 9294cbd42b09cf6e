"""What a company owes, at which rate, due when; and what it has signed and not yet begun to pay."""

from typing import NamedTuple

import pandas as pd

from capcycle import words
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.quantity import Quantity, newest
from capcycle.words import Sentence, say

LINES = ("facility", "loan", "bond", "vendor loan", "securitisation")
NEAR = pd.DateOffset(months=18, days=1)  # the last day of a month may come a day later


class LeaseOverhang(NamedTuple):
    share_not_commenced: Fraction
    adjusted_debt: Amount


@model(verdict="share_not_commenced", better="lower")
def lease_overhang(
    leases_not_commenced: Amount, lease_commitments: Amount, to_adjusted_debt: Multiple
) -> LeaseOverhang:
    """How much of all that is signed in leases has not begun, and the debt that it is measured against.

    Formula: leases_not_commenced / lease_commitments; adjusted_debt = leases_not_commenced / to_adjusted_debt
    Units:   one currency; a fraction; times.
    Source:  Moody's on five hyperscalers (2026): 662 of 969bn is 68%; 113% of adjusted debt makes that 586bn.

    >>> found = lease_overhang(662e9, 969e9, 1.13)
    >>> round(float(found.share_not_commenced), 3), round(float(found.adjusted_debt) / 1e9)
    (0.683, 586)
    """
    return LeaseOverhang(per(leases_not_commenced, lease_commitments), per(leases_not_commenced, to_adjusted_debt))


class LeaseGrowth(NamedTuple):
    growth_of_leases: Fraction


@model(verdict="growth_of_leases", better="lower")
def lease_growth(leases_before: Amount, leases_not_commenced: Amount) -> LeaseGrowth:
    """How much what is signed and not commenced has grown between two days.

    Formula: leases_not_commenced / leases_before - 1
    Units:   one currency; a fraction.
    Source:  CoreWeave's 10-Qs of 2025: 19.9bn in March, 39.1bn in September, 96% more.

    >>> round(float(lease_growth(19.9e9, 39.1e9).growth_of_leases), 3)
    0.965
    """
    return LeaseGrowth(per(leases_not_commenced, leases_before) - 1)


class MaturityWall(NamedTuple):
    debt_due: Amount
    due_soon: Fraction


@model(verdict="due_soon", better="lower")
def maturity_wall(due_within_18_months: Amount, due_later: Amount) -> MaturityWall:
    """All that has a date, and the part of it that is due within eighteen months.

    Formula: debt_due = due_within_18_months + due_later; due_soon = due_within_18_months / debt_due
    Units:   one currency; a fraction.
    Source:  CoreWeave's 10-Q of June 2025: 986.052 + 4,218.457m by the end of 2026, of 11,171.485m.

    >>> round(float(maturity_wall(5204.509e6, 5966.976e6).due_soon), 3)
    0.466
    """
    whole = due_within_18_months + due_later
    return MaturityWall(whole, per(due_within_18_months, whole))


def lines(book: Book, company: str) -> pd.DataFrame:
    """What a company owed, line by line, on the newest day for which most lines are on record; `rate` where stated.

    A rate given as a range counts at its middle. Errors: NothingToShow for a company without a line by the day.
    """
    own = _outstanding(book, company)
    own = own[own["type"].isin(LINES)].dropna(subset=["principal", "as_at"])
    if own.empty:
        raise NothingToShow(say("debt.nobody", name=book.names[company]))
    counts = own.groupby("as_at").size()
    rows = own[own["as_at"].eq(counts[counts.eq(counts.max())].index.max())]
    return rows.assign(rate=rows[["rate", "rate_high"]].mean(axis=1)).sort_values("principal", ascending=False)


def _outstanding(book: Book, company: str) -> pd.DataFrame:
    table = book.register("debt")
    return table[table["borrower"].eq(company) & table["stage"].eq("outstanding")]


def maturities(book: Book, company: str) -> pd.DataFrame:
    """Principal by the period in which it is due, as the newest filing gives it; else by the lines' own last days."""
    rows = _outstanding(book, company).query("type == 'maturities'")
    if rows.empty:
        return lines(book, company).assign(due=lambda each: each["due_to"]).dropna(subset="due").sort_values("due")
    last = rows[rows["as_at"].eq(rows["as_at"].max())]
    return last.assign(due=last["due_to"].fillna(last["due_from"])).sort_values("due")


def total(book: Book, company: str) -> Quantity:
    """All lines of the newest day together."""
    rows = lines(book, company)
    return Quantity("debt", float(rows["principal"].sum()), rows["currency"].iloc[0], kind=rows["kind"].iloc[0],
                    source=" ".join(dict.fromkeys(" ".join(rows["source"]).split())), day=rows["as_at"].iloc[0],
                    since=rows["as_at"].iloc[0])  # fmt: skip


def weighted_rate(book: Book, company: str) -> float:
    """The mean rate, each line weighing what it owes; not a number where no line states one."""
    rated = lines(book, company).dropna(subset="rate")
    return float((rated["rate"] * rated["principal"]).sum() / rated["principal"].sum()) if len(rated) else float("nan")


def due_soon(book: Book, company: str) -> float:
    """The part of what is due by period that is due within eighteen months of the day it is of."""
    rows = maturities(book, company)
    soon = rows["due"] <= rows["as_at"].max() + NEAR
    return float(rows.loc[soon, "principal"].sum() / rows["principal"].sum()) if len(rows) else float("nan")


def not_commenced(book: Book, company: str) -> Quantity:
    """Leases signed of which the building or the chips are not handed over yet, the newest figure."""
    table = book.register("debt")
    rows = table[table["borrower"].eq(company) & table["type"].eq("lease not commenced")]
    rows = rows[rows["as_at"].eq(rows["as_at"].max()) | rows["as_at"].isna()]
    return newest(rows, "leases_not_commenced", say("debt.no_leases"), "principal", "as_at")


def verdict(book: Book, company: str) -> Sentence:
    """How much is owed at which rate, how much of it soon, and what is signed beside it."""
    owed, rate, leases = total(book, company), weighted_rate(book, company), not_commenced(book, company)
    said = {"name": book.names[company], "owed": owed.shown, "day": owed.days, "count": len(lines(book, company)),
            "soon": words.value(due_soon(book, company), "fraction")}  # fmt: skip
    first = say("debt.verdict" if rate == rate else "debt.verdict_no_rate", rate=words.value(rate, "fraction"), **said)
    rest = [] if leases.missing else [say("debt.leases", amount=leases.shown, day=leases.days)]
    return words.paragraph(first, *rest)


def stack(book: Book, company: str) -> Exhibit:
    """Every line of debt with its rate, its end and its collateral."""
    rows = lines(book, company)
    owed = [words.value(*each) for each in zip(rows["principal"], rows["currency"], strict=True)]
    shown = pd.DataFrame({
        "label": rows["instrument"], "principal": owed,
        "rate": [words.value(each, "fraction") for each in rows["rate"]], "due": rows["due_to"].map(words.day),
        "collateral": rows["collateral"].replace("", words.DASH), "value": rows["principal"], "unit": rows["currency"],
        "kind": rows["kind"], "source": rows["source"], "note": "",
    }).reset_index(drop=True)  # fmt: skip
    title = words.counted("debt.stack.title", len(rows), name=book.names[company], owed=total(book, company).shown)
    frame = marks.worded("debt.stack", id=parts.slug("debt-stack", company), title=title)
    columns = {name: say(f"debt.column.{name}") for name in ("label", "principal", "rate", "due", "collateral")}
    return marks.table(shown, frame, columns)


def wall(book: Book, company: str) -> Exhibit:
    """What is due in which period, as filed, or by the last day of each line."""
    rows = maturities(book, company)
    ends = zip(rows["due"], rows["due_to"].isna(), strict=True)
    labels = [say("debt.from", day=words.day(due)) if no_end else words.day(due) for due, no_end in ends]
    shown = pd.DataFrame({
        "label": labels, "value": rows["principal"], "unit": rows["currency"], "kind": rows["kind"],
        "source": rows["source"], "note": rows["instrument"],
    }).reset_index(drop=True)  # fmt: skip
    soon = words.value(due_soon(book, company), "fraction")
    title = say("debt.wall.title", name=book.names[company], soon=soon)
    return marks.columns(shown, marks.worded("debt.wall", id=parts.slug("maturity-wall", company), title=title))
