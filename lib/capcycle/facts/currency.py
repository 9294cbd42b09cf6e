"""Amounts in another currency: flows at the average rate of their period, balances at the rate of its last day."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import reads
from capcycle.errors import CapcycleError, unknown
from capcycle.facts import door, layers, tables

SOURCE, DOLLAR_SOURCE = "ecb-eurofxref", "fed-h10"
EURO_FILE, DOLLAR_FILE = "fx.csv", "fx_usd.csv"
BASE, DOLLAR = "EUR", "USD"
WEEKEND = pd.Timedelta(days=4)  # a fixing holds until the next, over Easter too
ADDED = "rates.csv"  # what the own layer adds is called by, though no such table is reviewed
LARGEST_DAILY_CHANGE = 1.05  # the largest move between two fixings since 2012 is one of 3.6%
LARGEST_SLIP = 2.0  # of a currency that nobody has looked at: more is a slip of the pen, or a new currency
PER_UNIT = "/(?:share|ADS)$"
LAST = pd.Timestamp.max


def rates(file: str = EURO_FILE) -> pd.DataFrame:
    """Units of each currency by day, checked: for one euro, or for one US dollar what the euro's file does not have.

    >>> rates(DOLLAR_FILE).loc["2023-12-29", "TWD"].item()  # as TSMC's 20-F for 2023 quotes it
    30.62
    """
    return reads.ask(_rates_of, file)


def _rates_of(file: str) -> pd.DataFrame:
    return _typed(file, tables.stamp(file))


@lru_cache(maxsize=4)
def _typed(file: str, stamp: str) -> pd.DataFrame:
    """Every case may ask for a rate; `stamp` tells when the file has changed."""
    raw = table(file)
    return raw.drop(columns=["date", "file", "line"]).astype(float).set_index(door.dates(raw["date"]))


def table(file: str) -> pd.DataFrame:
    """The rates as text, checked, each row with its file and line.

    Errors: DataError with every fault of the file.
    """
    return door.table(file, _rules)


def _rules(raw: pd.DataFrame) -> door.Rules:
    yield "date '{date}' is not a date such as 2024-06-30", door.bad_date(raw["date"])
    yield "date {date} does not come after the one above", raw["date"] <= raw["date"].shift(fill_value="")
    for currency in raw.columns.drop(["date", "file", "line"]):
        rate = pd.to_numeric(raw[currency], errors="coerce")
        yield f"{currency} '{{{currency}}}' is not a positive number", door.bad_number(raw[currency]) | (rate <= 0)
        change = rate / rate.shift()
        jump = (change > LARGEST_DAILY_CHANGE) | (change < 1 / LARGEST_DAILY_CHANGE)
        yield f"{currency} {{{currency}}} jumps from the day above: a slip of the pen?", jump


def added_rules(rows: pd.DataFrame) -> door.Rules:
    """What the door asks of rates of the user's own, a row each: date, currency, per, rate."""
    yield "date '{date}' is not a date such as 2024-06-30", door.bad_date(rows["date"])
    yield "currency '{currency}' is not a three-letter code", ~rows["currency"].str.fullmatch("[A-Z]{3}")
    yield from door.one_of(rows, per=[BASE, DOLLAR])
    yield "rate is of a currency for itself", rows["currency"] == rows["per"]
    rate = pd.to_numeric(rows["rate"], errors="coerce")
    yield "rate '{rate}' is not a positive number", door.bad_number(rows["rate"]) | ~(rate > 0)
    before = rate.groupby([rows["currency"], rows["per"]]).shift()
    slip = (rate / before > LARGEST_SLIP) | (rate / before < 1 / LARGEST_SLIP)
    yield "{currency} {rate} jumps from the row above: a slip of the pen?", slip


@lru_cache(maxsize=2)
def _added(stamp: str) -> pd.DataFrame:
    """Rates of the user's own layer; `stamp` tells when they have changed."""
    rows = layers.own(ADDED, ["date", "currency", "per", "rate", "source"])
    return rows.assign(rate=rows["rate"].astype(float), date=door.dates(rows["date"]))


def currencies() -> list[str]:
    """Every currency that amounts can be converted from and into.

    >>> currencies()
    ['CNY', 'EUR', 'HKD', 'TWD', 'USD']
    """
    return reads.ask(_currencies)


def _currencies() -> list[str]:
    return sorted(_per_dollar())


class Rate(NamedTuple):
    """Units of one currency for one of another, the day of the fixing, and the documents that give it."""

    value: float
    day: pd.Timestamp
    source: str


def known(*names: str) -> None:
    """Refuse a currency that has no rates.

    >>> known("XYZ")
    Traceback (most recent call last):
    capcycle.errors.CapcycleError: unknown currency XYZ; there are: CNY, EUR, HKD, TWD, USD
    """
    if wrong := set(names) - set(currencies()):
        raise CapcycleError(unknown("currency", wrong, currencies()))


def newest_rate(own: str, currency: str, day: pd.Timestamp = LAST) -> Rate:
    """The last rate, by default of all, by which an amount in its own currency becomes one in another.

    Errors:  CapcycleError for a currency without rates, or a day before the first of them.

    >>> rate = newest_rate("EUR", "EUR")
    >>> rate.value
    1.0
    """
    known(currency, own)
    if own == currency:
        return Rate(1.0, pd.NaT, "")
    return reads.ask(_newest_rate, own, currency, str(day))


def _newest_rate(own: str, currency: str, day: str) -> Rate:
    day, daily = pd.Timestamp(day), _daily(own, currency)
    until = daily.loc[: _released(day) if _by_dollar(own, currency) else day]
    if until.empty:
        raise CapcycleError(
            f"no rate of {own} to {currency} by {day:%Y-%m-%d}: the first is of {daily.index[0]:%Y-%m-%d}"
        )
    return Rate(float(until.iloc[-1]), until.index[-1], _sources(currency, own).strip())


def _released(day: pd.Timestamp) -> pd.Timestamp:
    """The last day of which the Federal Reserve had given rates by a day: a week's come on the Monday after.

    >>> _released(pd.Timestamp("2024-06-12")), _released(pd.Timestamp("2024-06-17"))  # a Wednesday, and a Monday
    (Timestamp('2024-06-09 00:00:00'), Timestamp('2024-06-16 00:00:00'))
    """
    return day if day == LAST else day - pd.Timedelta(days=day.weekday() + 1)


def restated(table: pd.DataFrame, amounts: Sequence[str], currency: str, day: pd.Timestamp = LAST) -> pd.DataFrame:
    """A table of records, such as contracts, with some columns in one currency at the last rate by a day.

    The column `currency` says what a row is in, and then what it is made into; `own_currency` keeps what its document
    has, `rate` and `rate_day` say how it was converted.
    Errors:  CapcycleError for a currency without rates.

    >>> record = pd.DataFrame({"price": [2.0], "currency": "USD", "kind": "reported", "source": "s1"})
    >>> restated(record, ["price"], "EUR")[["currency", "own_currency", "kind", "source"]].values.tolist()
    [['EUR', 'USD', 'derived', 's1 ecb-eurofxref']]
    """
    own = table["currency"].where(table["currency"] != "", currency)  # a row without an amount is in none
    rates = {each: newest_rate(each, currency, day) for each in {*own, currency}}
    other, rate = own != currency, own.map({each: found.value for each, found in rates.items()}).astype(float)
    return table.assign(
        **{name: table[name] * rate for name in amounts},
        currency=currency,
        own_currency=own,
        rate=rate,
        rate_day=own.map({each: found.day for each, found in rates.items()}),
        kind=table["kind"].mask(other & (table["kind"] == "reported"), "derived"),
        source=table["source"].mask(other, table["source"] + " " + own.map(lambda each: rates[each].source)),
    )


def convert(table: pd.DataFrame, currency: str) -> pd.DataFrame:
    """`table` with every amount in `currency`; figures in other units, such as shares, are left alone.

    Formula: amount × (currency per dollar ÷ own currency per dollar), the mean of the daily quotients over the
             period for a flow, the quotient of the last fixing on or before its end for a stock. A currency of
             another list than the other's takes the days on which both have a fixing.
    Errors:  CapcycleError for a currency without rates, or a period outside the dates of its rates.
    Source:  European Central Bank, euro foreign exchange reference rates; TWD: Federal Reserve, H.10.

    >>> twd = {"value": 5_532_196.6e6, "unit": "TWD", "period_start": pd.NaT, "period_end": pd.Timestamp("2023-12-31")}
    >>> row = convert(pd.DataFrame([{**twd, "kind": "reported", "source": "20-F"}]), "USD").iloc[0]
    >>> round(float(row["value"]) / 1e6, 1), row["source"]  # TSMC's total assets; its 20-F says 180,672.7
    (180672.7, '20-F fed-h10')
    """
    own = table["unit"].str.replace(PER_UNIT, "", regex=True)
    money = ~own.isin(["shares", "fraction"]) & own.ne(currency)
    if not money.any():
        return table
    if wrong := {currency, *own[money]} - set(quotes := currencies()):
        raise CapcycleError(unknown("currency", wrong, quotes))
    spans = table.loc[money, ["period_start", "period_end"]].assign(own=own)
    last = str(spans["period_end"].max() + WEEKEND)
    daily = {name: reads.ask(_daily, name, currency, last) for name in sorted(set(own[money]))}
    documents = {name: _sources(currency, name) for name in daily}
    rate = pd.concat([_rates(rows, daily[name], {currency, name}) for name, rows in spans.groupby("own")])
    return table.assign(
        value=table["value"].mul(rate.reindex(table.index), fill_value=1.0),
        unit=table["unit"].mask(money, table["unit"].str.replace(r"^[A-Z]{3}", currency, regex=True)),
        kind=table["kind"].mask(money & (table["kind"] == "reported"), "derived"),
        source=table["source"].mask(money, table["source"] + own[money].map(documents)),
    )


def _per_dollar() -> dict[str, pd.Series | float]:
    """Units of each currency for one US dollar, on each day on which it is quoted."""
    return _quotes()[0]


def _quoted_by() -> dict[str, list[str]]:
    """The documents that quote each currency, but for the dollar, which is quoted by those of the euro."""
    return reads.ask(_documents)


def _documents() -> dict[str, list[str]]:
    return _quotes()[1]


def _quotes() -> tuple[dict[str, pd.Series | float], dict[str, list[str]]]:
    """Both, of the reviewed files and, where these have no rate, of the user's own layer."""
    return _all_quotes(*(tables.stamp(name) for name in (EURO_FILE, DOLLAR_FILE, ADDED)))


@lru_cache(maxsize=2)
def _all_quotes(*stamps: str) -> tuple[dict[str, pd.Series | float], dict[str, list[str]]]:
    """Amounts are converted a thousand times on a page; `stamps` tell when a file has changed."""
    euro, dollar, added = _typed(EURO_FILE, stamps[0]), _typed(DOLLAR_FILE, stamps[1]), _added(stamps[2])
    documents = {name: [SOURCE] for name in (BASE, *euro)} | {name: [DOLLAR_SOURCE] for name in dollar}
    for per, rows in added.groupby("per"):
        own = rows.pivot(index="date", columns="currency", values="rate")
        euro, dollar = (euro.combine_first(own), dollar) if per == BASE else (euro, dollar.combine_first(own))
    for name, rows in added.groupby("currency"):
        documents[name] = list(dict.fromkeys([*documents.get(name, []), *rows["source"]]))
    quotes = dict(dollar.items()) | {name: euro[name] / euro[DOLLAR] for name in euro} | {BASE: 1 / euro[DOLLAR]}
    return quotes | {DOLLAR: 1.0}, documents


def _by_dollar(*pair: str) -> bool:
    """Whether a currency of the pair is quoted by its rate for the dollar, which the Federal Reserve gives."""
    return any(each.startswith(DOLLAR_SOURCE) for name in pair for each in _quoted_by().get(name, []))


def _daily(own: str, currency: str, until: str = "") -> pd.Series:
    """How many of one currency are one of another, on each day on which both are quoted."""
    quotes = _per_dollar()
    daily = pd.Series(quotes[currency] / quotes[own]).dropna()
    return daily.loc[: pd.Timestamp(until)] if until else daily


def _sources(*pair: str) -> str:
    """The documents that give the rates between two currencies."""
    quoted = {name: _quoted_by()[name] for name in pair if name != DOLLAR}
    euros = [each for found in quoted.values() for each in found if not each.startswith(DOLLAR_SOURCE)]
    dollars = [each for found in quoted.values() for each in found if each.startswith(DOLLAR_SOURCE)]
    return "".join(f" {each}" for each in dict.fromkeys([*euros, *dollars]))


def _rates(spans: pd.DataFrame, daily: pd.Series, pair: set[str]) -> pd.Series:
    start = spans["period_start"].fillna(spans["period_end"])
    first = daily.index.searchsorted(start)
    after = daily.index.searchsorted(spans["period_end"], side="right")
    outside = (start < daily.index[0]) | (spans["period_end"] > daily.index[-1] + WEEKEND)
    if outside.any():
        days, by_dollar = _daily(*pair).index, _by_dollar(*pair)
        file, bank, base = (DOLLAR_FILE, "h10", DOLLAR) if by_dollar else (EURO_FILE, "ecb", BASE)
        raise CapcycleError(
            f"no exchange rate for the period to {spans.loc[outside, 'period_end'].max():%Y-%m-%d}: "
            f"data/{file} runs from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}; "
            f"`capcycle add --from {bank} {' '.join(sorted(pair - {base}))}` brings in more"
        )
    total = np.concatenate([[0.0], daily.cumsum()])
    mean = (total[after] - total[first]) / np.maximum(after - first, 1)
    return pd.Series(np.where(spans["period_start"].isna(), daily.iloc[after - 1], mean), index=spans.index)
