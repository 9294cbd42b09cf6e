"""What the registers give of a company: contracts, capacity, customers, commitments, targets, prices."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from capcycle.claims.text.known import NO_DAY, Figure
from capcycle.claims.text.times import Time
from capcycle.claims.text.vocabulary import RECORDS
from capcycle.facts import Book, prices

COMPANIES = ("company", "lessor", "tenant", "giver", "taker", "subject")
PARTIES = {"lessor_name": "lessor", "tenant_name": "tenant", "giver_name": "giver", "taker_name": "taker",
           "customer_name": "customer", "author": "", "site": ""}  # fmt: skip
DAYS = ("date", "announced", "period_end")
ABOUT = ("contract", "commitment", "site", "stage", "basis", "customer_name", "author", "scope")
CLOSE = "market.close"
CHOSEN = {"close": "close_split_adjusted"}  # the register's own name of a measure
LONG = {"market": ("measure", "value"), "estimates": ("measure", "low")}  # registers of many measures: name, value


class Record(NamedTuple):
    """A figure of a register: the companies that it concerns, every name on it with its ticker, what it is about."""

    figure: Figure
    companies: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    about: str


def records(
    book: Book, measure: str, companies: tuple[str, ...], parties: set[str], text: str, time: Time | None
) -> tuple[list[Record], bool]:
    """The records of a measure that concern the companies, and whether a text says which of them it means.

    It does by naming the other party, or the site; or where there is one alone. A price is that of the day it names.
    parties  every company that the text names

    >>> found, meant = records(facts.open(), "contracts.critical_it_mw", ("CIFR",), {"CIFR", "AMZN"}, "to AWS", None)
    >>> [each.figure.value for each in found], meant
    ([216.0, 70.0], True)
    """
    own = [each for each in _table(book, measure) if set(companies) <= set(each.companies)]
    if measure.startswith("market."):
        on_day = [each for each in own if time and time.day and f"{each.figure.end:%Y-%m-%d}" == time.day]
        return on_day or list(_closes(book, measure, companies, time)), True
    others = parties - set(companies)
    named = [each for each in own if others & set(each.companies) or _is_named(each, companies, text)]
    return named or own, bool(named) or len(own) == 1


def _closes(book: Book, measure: str, companies: tuple[str, ...], time: Time | None) -> Iterator[Record]:
    """The close of the day that a text names, of days on which the register has no price."""
    if measure == CLOSE and time and time.day:
        closes, day = book.prices(), pd.Timestamp(time.day)
        for company in companies:
            if day in closes.index and pd.notna(close := closes.get(company, pd.Series(dtype=float)).get(day)):
                figure = Figure(float(close), "USD", "estimated", prices.SOURCE, "", day, day, day.toordinal())
                yield Record(figure, (company,), (), "")


def _is_named(record: Record, companies: tuple[str, ...], text: str) -> bool:
    return any(_in(name, text) for name, ticker in record.names if ticker not in companies)


def _in(name: str, text: str) -> bool:
    """Whether a text names a party, by the first word of its name at least."""
    return re.search(rf"\b{re.escape(name.split()[0])}\b", text, re.IGNORECASE) is not None


@lru_cache(maxsize=32)
def _table(book: Book, measure: str) -> list[Record]:
    register, column = measure.split(".")
    rows = book.register(register).copy(deep=False)
    if register in LONG:
        name, value = LONG[register]
        rows = rows[rows[name] == CHOSEN.get(column, column)]
        column = value
    unit = RECORDS[measure]
    return [_record(row, column, unit) for row in rows.to_dict("records") if pd.notna(row[column])]


def _record(row: dict, column: str, unit: str) -> Record:
    day = next((row[name] for name in DAYS if pd.notna(row.get(name))), pd.NaT)
    published = row.get("published", day)
    companies = tuple(dict.fromkeys(row[name] for name in COMPANIES if row.get(name)))
    names = tuple((row[name], row.get(ticker) or "") for name, ticker in PARTIES.items() if row.get(name))
    figure = Figure(
        value=float(row[column]),
        unit=row.get("currency") or row.get("unit") or "USD" if unit == "currency" else unit,
        kind=row["kind"],
        source=row["source"],
        locator=row.get("locator") or row.get("note", ""),
        start=day,
        end=day,
        published=NO_DAY if pd.isna(published) else published.toordinal(),
    )
    return Record(figure, companies, names, ", ".join(row[name] for name in ABOUT if row.get(name)))
