"""The money of private rounds by year: its sum, the rounds, how much the largest takes, and what suppliers put in."""

from collections.abc import Mapping

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Number, model
from capcycle.quantity import Quantity, missing, total
from capcycle.study import Case
from capcycle.words import say

NEW = "equity"  # neither old shares nor loans
GIVEN = ("paid", "signed")
BY_YEAR, BY_NAME = "venture_monitor.years", "venture_monitor.suppliers"


@model(verdict="largest_round_share", better="lower", mean_of_year=Amount, largest_round_share=Fraction)
def venture_year(money_of_year: Amount, rounds_of_year: Number, largest_of_year: Amount):
    """The mean of a year's private rounds, and how much of the money the largest took.

    Formula: mean_of_year = money_of_year / rounds_of_year; largest_round_share = largest_of_year / money_of_year
    Units:   one currency. New shares alone; a round that is paid in parts counts whole on its day.
    Source:  hand arithmetic on 2025: 40bn and 13bn are 53bn, 26.5bn each; the larger is 75 %.

    >>> found = venture_year(53e9, 2, 40e9)
    >>> float(found.mean_of_year), round(float(found.largest_round_share), 3)
    (26500000000.0, 0.755)
    """
    return per(money_of_year, rounds_of_year), per(largest_of_year, money_of_year)


@model(verdict="supplier_share", better="lower", supplier_share=Fraction)
def supplier_part(supplier_equity: Amount, equity_raised: Amount):
    """How much of what a company raised comes from those who sell it chips and computing.

    Formula: supplier_share = supplier_equity / equity_raised
    Units:   one currency, both of the same time.
    Source:  hand arithmetic on OpenAI, October 2024 to March 2026: 15bn and 30bn are 45bn, of 168.6bn in three rounds
             27 %.

    >>> round(float(supplier_part(45e9, 168.6e9).supplier_share), 3)
    0.267
    """
    return per(supplier_equity, equity_raised)


def raised(book: Book) -> pd.DataFrame:
    """The rounds of new shares whose sum and day are public, the oldest first, in the currency of the book."""
    rows = book.register("rounds").query("type == @NEW and amount == amount and date == date")
    table = book.into(book.money).restated(rows.sort_values("date"), ["amount"])
    return table.assign(year=pd.to_datetime(table["date"]).dt.year)


def years(book: Book) -> dict[str, Case]:
    """A case for each year in which a round is on record, the newest first."""
    found = {}
    for year, rows in raised(book).groupby("year"):
        each = [_amount(row, "money_of_year") for row in rows.to_dict("records")]
        largest = max(each, key=lambda one: one.value).called("largest_of_year")
        count = Quantity("rounds_of_year", float(len(rows)), "number", kind="derived", source=largest.source)
        found[str(year)] = study.case(venture_year, book, "", money_of_year=total(each, "money_of_year"),
                                      rounds_of_year=count, largest_of_year=largest)  # fmt: skip
    return dict(reversed(found.items()))


def suppliers(book: Book) -> dict[str, Case]:
    """What suppliers paid or signed for shares of each company in the time of its rounds, against what these raised.

    What they gave before the first round on record, after the last, or on a day that is not told is left out: it is in
    none of the sums that it would be set against.
    """
    promises, table = book.register("commitments").query("form == @NEW and status in @GIVEN"), raised(book)
    promises = book.into(book.money).restated(promises[promises["giver"].isin(list(book.names))], ["amount"])
    found = {}
    for name, rows in table.groupby("name", sort=False):
        within = promises["date"].between(rows["date"].min() - pd.offsets.MonthBegin(1), rows["date"].max())
        own = promises[promises["taker_name"].eq(name) & promises["amount"].notna() & within]
        given = [_amount(row, "supplier_equity") for row in own.to_dict("records")]
        none = missing("supplier_equity", study.not_public("supplier_equity"))
        equity = total([_amount(row, "equity_raised") for row in rows.to_dict("records")], "equity_raised")
        found[name] = study.case(supplier_part, book, "", equity_raised=equity,
                                 supplier_equity=total(given, "supplier_equity") if given else none)  # fmt: skip
    return found


def _amount(row: Mapping, name: str) -> Quantity:
    return Quantity(name, float(row["amount"]), row["currency"], kind=row["kind"], source=row["source"],
                    published=row["published"])  # fmt: skip


def by_year(book: Book) -> Exhibit:
    """Who raised how much in which year."""
    rows = raised(book).assign(x=lambda table: table["year"].astype(str), value=lambda table: table["amount"],
                               unit=book.money, group=lambda table: table["name"])  # fmt: skip
    ways = {"value": "sum", "unit": "first", "kind": "first", "source": " ".join}
    sums = rows.groupby(["x", "group"], sort=False, as_index=False).agg(ways).assign(note="")
    if rows.empty:
        return marks.nothing(marks.worded("venture_monitor.money", title=say("venture_monitor.none")))
    last = rows[rows["x"] == rows["x"].max()]
    shown = {"year": last["x"].iloc[0], "money": words.value(float(last["value"].sum()), book.money),
             "count": f"{len(last)}"}  # fmt: skip
    return marks.stacked(sums.assign(label=sums["x"]), marks.worded("venture_monitor.money", **shown))


def table(book: Book) -> Exhibit:
    """Each year's money, rounds, their mean, and the part of the largest."""
    found = {year: case for year, case in years(book).items() if case.inputs["rounds_of_year"].value > 1}
    if found:
        names = ["money_of_year", "rounds_of_year", "mean_of_year", "largest_of_year", "largest_round_share"]
        return exhibits.table(found, names, BY_YEAR)
    return marks.nothing(marks.worded(BY_YEAR, title=say("venture_monitor.none")))


def overlap(book: Book) -> Exhibit:
    """What those who sell chips and computing have put into each company that raised money."""
    if found := suppliers(book):
        return exhibits.table(found, ["equity_raised", "supplier_equity", "supplier_share"], BY_NAME)
    return marks.nothing(marks.worded(BY_NAME, title=say("venture_monitor.none")))
