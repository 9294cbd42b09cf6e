"""One book: what was public on one day about some companies. Nothing later than its day can be read from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from capcycle import facts
from capcycle.errors import CapcycleError
from capcycle.facts import between, door, examples, prices, registers, vintages
from capcycle.facts import currency as money
from capcycle.facts.currency import DOLLAR, Rate


@dataclass(frozen=True, eq=False)
class Book:
    """What was public on one day.

    companies  tickers, in the order asked for
    as_of      the day, as ISO text; empty for everything in the data
    currency   of all amounts; empty keeps each company's own

    A book is opened by `capcycle.facts.open`. Amounts of money are in its currency where it has one.
    """

    companies: tuple[str, ...]
    as_of: str = ""
    currency: str = ""

    @property
    def day(self) -> pd.Timestamp:
        """The day of the book; for everything in the data a day after every other."""
        return door.day(self.as_of)

    @property
    def money(self) -> str:
        """The currency of models: that of the book, else US dollars."""
        return self.currency or DOLLAR

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of every company by its ticker."""
        return facts.Names()

    @cached_property
    def facts(self) -> pd.DataFrame:
        """What was known of the companies, a row per concept and period, in their own currencies: see `facts.load`."""
        return facts.load(self.companies, self.as_of)

    @cached_property
    def prepared(self) -> list[Any]:
        """What was worked out for each company, by this book or by another: see `facts.prepared`."""
        return facts.prepared(self.companies, self.as_of)

    @cached_property
    def history(self) -> pd.DataFrame:
        """Every value of every period that was public by the day: see `facts.history`."""
        return facts.history(self.companies, self.as_of)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """What is missing and why: figures known to be (`facts.gaps`), and quarters not derived (`facts.refused`)."""
        return pd.concat([facts.gaps(), facts.refused(self.companies, self.as_of)], ignore_index=True)

    @property
    def revisions(self) -> pd.DataFrame:
        """Every later value of a period beside the one it replaced, from the best kind of source that gives the period.

        Adds `before`, `change` (fraction) and `cause`: rounding, split or restatement.
        """
        return vintages.revisions(vintages.best_tier(self.history))

    def changes(self, before: str | date) -> pd.DataFrame:
        """What became known of the companies after an earlier day: see `between.changes`.

        Errors: CapcycleError for a bad date, and for one that is not before the day of this book.

        >>> changed = facts.open(["META"], "2025-02-01").changes("2024-10-30").query("cause == 'restatement'")
        >>> changed[changed.period_end == "2023-12-31"].query("concept == 'capex'")[["before", "value"]].values.tolist()
        [[27266000000.0, 27045000000.0]]
        """
        if not before or door.day(before) >= self.day:
            raise CapcycleError(f"before is '{before}' and after '{self.as_of}'; give two dates, the earlier one first")
        return between.changes(self.on(before).history, self.history)

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """Every assumption: as it was public on the day, else as it is in the data.

        A model needs a value whatever the day; `capcycle.study.assumption` marks what was not yet public.
        """
        public, every = (registers.read("assumptions", day) for day in (self.as_of, ""))
        key = registers.key("assumptions")
        later = ~pd.MultiIndex.from_frame(every[key]).isin(pd.MultiIndex.from_frame(public[key]))
        return pd.concat([public, every[later]], ignore_index=True)

    @cached_property
    def judgements(self) -> dict[str, list[dict]]:
        """The rows of `assumptions` by name, the general one of each before those of companies."""
        rows: dict[str, list[dict]] = {}
        for row in self.assumptions.sort_values("company", kind="stable").to_dict("records"):
            rows.setdefault(row["name"], []).append(row)
        return rows

    def register(self, name: str) -> pd.DataFrame:
        """A table beside the facts, of each row the newest version that was public: see `registers.read`."""
        return registers.read(name, self.as_of)

    def versions(self, name: str) -> pd.DataFrame:
        """Every version of every row of a table beside the facts that was public."""
        return registers.history(name, self.as_of)

    def prices(self) -> pd.DataFrame:
        """The close of every security by day, restated for splits, to the day of the book: see `facts.prices`.

        >>> facts.open(as_of="2025-01-27").prices()["NVDA"].tail(2).tolist()
        [142.62, 118.42]
        """
        return prices.prices(self.day)

    def examples(self) -> pd.DataFrame:
        """The published worked examples that were public on the day."""
        return examples.examples(self.as_of)

    @cached_property
    def panels(self) -> dict[tuple, Any]:
        """The panels of the book by span, calendar and years: `capcycle.panel.select` makes each once."""
        return {}

    @cached_property
    def _kin(self) -> dict[tuple, "Book"]:
        """All books that were asked of one, or of each other: what is read for one of them is not read again."""
        return {self._identity: self}

    @property
    def _identity(self) -> tuple:
        return self.companies, self.as_of, self.currency

    def _with(self, **other: Any) -> "Book":
        asked = replace(self, **other)
        known = self._kin.setdefault(asked._identity, asked)
        known.__dict__["_kin"] = self._kin  # a frozen dataclass is told of its family in this way alone
        return known

    def on(self, day: str | date) -> "Book":
        """The book of the same companies on an earlier day.

        Errors: CapcycleError for a bad date, and for a day after that of this book.

        >>> facts.open(["MSFT"], "2025-06-30").on("2024-08-01").facts["published"].max()
        Timestamp('2024-07-30 00:00:00')
        """
        if door.day(day) > self.day:
            raise CapcycleError(f"{day} is after {self.as_of}, the day of this book: give an earlier day")
        return self._with(as_of=f"{door.day(day):%Y-%m-%d}" if day else "")

    def of(self, *companies: str) -> "Book":
        """The book of other companies, or groups, on the same day and in the same currency.

        >>> facts.open(["MSFT"]).of("neoclouds").companies
        ('CRWV', 'NBIS')
        """
        return self._with(companies=tuple(facts.tickers(companies)))

    def into(self, currency: str) -> "Book":
        """The same book with amounts in another currency.

        >>> facts.open(["BABA"]).into("USD").money
        'USD'
        """
        if currency:
            money.known(currency)
        return self if currency == self.currency else self._with(currency=currency)

    def own(self, company: str) -> "Book":
        """The book of one company in the currency that it reports in: a rate of exchange is no growth.

        >>> facts.open(["BABA", "MSFT"], currency="USD").own("BABA").money
        'CNY'
        """
        return self.of(company).into(facts.company(company)["currency"])

    def rate(self, own: str, currency: str = "") -> Rate:
        """The last rate of the day, or before it, at which an amount becomes one in another currency.

        >>> facts.open(["BABA"], "2024-06-30").rate("USD", "CNY").day
        Timestamp('2024-06-28 00:00:00')
        """
        return money.newest_rate(own, currency or self.money, self.day)

    def convert(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table of figures with their periods in the currency of the book: see `facts.convert`."""
        return money.convert(table, self.money)

    def restated(self, table: pd.DataFrame, amounts: Sequence[str]) -> pd.DataFrame:
        """A table of records with some columns in the currency of the book, at its last rates: see `facts.restated`."""
        return money.restated(table, amounts, self.money, self.day)

    def public(self, source: str) -> bool:
        """Whether every one of some documents was public on the day; one of an unknown day was not.

        >>> facts.open(["MSFT"], "2025-06-30").public("golden-sun-2025-12-12")
        False
        """
        return not self.as_of or bool((self._days(source) <= self.day).all())

    def later(self, source: str) -> bool:
        """Whether one of some documents is known to be of a day after that of the book.

        >>> facts.open(as_of="2025-06-30").later("golden-sun-2025-12-12")
        True
        """
        return bool((self._days(source) > self.day).any())

    @cached_property
    def _seen(self) -> dict[str, pd.Series]:
        return {}

    def _days(self, source: str) -> pd.Series:
        if source not in self._seen:
            self._seen[source] = _days(source)
        return self._seen[source]


def _days(source: str) -> pd.Series:
    return pd.to_datetime(facts.cited(source.split())["published"].replace("", None), format="ISO8601")


def opened(companies: Sequence[str] | None = None, as_of: str | date | None = None, currency: str = "") -> Book:
    """The book of some companies, all of them by default, as it was on a day.

    companies  tickers, or names of groups
    as_of      ISO date: only what was public then; empty for everything in the data
    currency   of all amounts; empty keeps each company's own
    Errors:    CapcycleError for an unknown company or currency, and for a bad date.

    >>> book = facts.open(["MSFT"], as_of="2024-08-01")
    >>> quarter = book.facts[book.facts["period_start"] == "2024-04-01"].set_index("concept")
    >>> quarter.loc[["capex"], ["value", "kind"]].values.tolist()  # 44.477bn for the year less 30.604bn for nine months
    [[13873000000.0, 'derived']]
    """
    day = f"{door.day(as_of):%Y-%m-%d}" if as_of else ""  # whatever form of the date was given
    if currency:
        money.known(currency)
    return Book(tuple(facts.tickers(companies)), day, currency)
