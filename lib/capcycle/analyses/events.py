"""What happened to a company: offering, contracts, guidance, lives of servers, newest results, restated figures."""

from collections.abc import Iterator
from operator import itemgetter

import pandas as pd

from capcycle import words
from capcycle.facts import Book
from capcycle.quantity import marked
from capcycle.words import say

COLUMNS = ["day", "label", "weight", "source"]
WEIGHT = itemgetter(2)
LONGEST = 16  # letters of a name on a chart
MOST = {"offering": 1, "contract": 2, "lives": 1, "guidance": 1, "results": 1, "restated": 1}  # the heaviest first
RESTATED, LEAST = ("capex", "revenue"), 0.005  # of which figures, and from which part of a figure on


def of(book: Book, company: str) -> pd.DataFrame:
    """The events of a company that were public on the day of the book, a few of each kind, the earliest first.

    >>> of(facts.open(["CRWV"], "2025-06-30"), "CRWV")["label"].tolist()[1]
    'IPO at $40.00'
    """
    found = {
        "offering": _offerings(book, company),
        "contract": _contracts(book, company),
        "lives": _lives(book, company),
        "guidance": _guidance(book, company),
        "results": _results(book, company),
        "restated": _restated(book, company),
    }
    some = [row for kind, rows in found.items() for row in sorted(rows, key=WEIGHT, reverse=True)[: MOST[kind]]]
    table = pd.DataFrame(some, columns=COLUMNS).drop(columns="weight").sort_values("day", ignore_index=True)
    return table.astype({"day": "datetime64[ns]"})


def _offerings(book: Book, company: str) -> Iterator[tuple]:
    for row in _own(book, "offerings", "company", company).drop_duplicates("date", keep="last").itertuples():
        price = words.value(row.price, f"{row.currency}/share").partition("/")[0]
        yield row.date, say("event.offering", price=price), 1.0, row.source


def _contracts(book: Book, company: str) -> Iterator[tuple]:
    every = book.versions("contracts").sort_values("published", kind="stable")
    deals = every.dropna(subset=["announced", "contract_value"]).drop_duplicates("contract")  # as it was announced
    for side, other in (("lessor", "tenant"), ("tenant", "lessor")):
        for row in deals[deals[side] == company].to_dict("records"):
            name = str(row[f"{other}_name"])
            amount = words.value(row["contract_value"], row["currency"])
            key = "event.contract" if len(name) <= LONGEST else "event.contract_unnamed"
            yield row["announced"], say(key, name=name, amount=amount), row["contract_value"], row["source"]


def _lives(book: Book, company: str) -> Iterator[tuple]:
    lives = _own(book, "useful_lives", "company", company).dropna(subset=["effective", "from_years", "to_years"])
    for row in lives.drop_duplicates("effective", keep="last").itertuples():
        label = say("event.lives", before=f"{row.from_years:g}", after=f"{row.to_years:g}")
        yield row.effective, label, row.effective.toordinal(), row.source


def _guidance(book: Book, company: str) -> Iterator[tuple]:
    given = _own(book, "estimates", "subject", company).dropna(subset=["published", "low"])
    for row in given[(given["measure"] == "guidance") & (given["about"] == "capex")].itertuples():
        amount = words.between(row.low, row.high, row.unit)
        yield (
            row.published,
            say("event.guidance", year=row.period, amount=amount),
            row.published.toordinal(),
            row.source,
        )


def _results(book: Book, company: str) -> Iterator[tuple]:
    for row in _own(book, "surprises", "company", company).itertuples():
        shown = {name: words.value(getattr(row, name), f"{row.currency}/share").partition("/")[0]
                 for name in ("actual", "estimate")}  # fmt: skip
        label = marked(say("event.results", **shown), row.kind)
        yield row.announced, label, row.announced.toordinal(), row.source


def _restated(book: Book, company: str) -> Iterator[tuple]:
    table = book.own(company).revisions
    table = table[table["concept"].isin(RESTATED) & (table["cause"] == "restatement") & (table["change"].abs() > LEAST)]
    for row in table.itertuples():
        until = {"concept": words.name(row.concept), "until": f"{row.period_end:%Y-%m}"}
        yield (
            row.published,
            say("event.restated", change=words.change(row.change), **until),
            abs(row.change),
            row.source,
        )


def _own(book: Book, register: str, column: str, company: str) -> pd.DataFrame:
    table = book.register(register)
    return table[table[column] == company]
