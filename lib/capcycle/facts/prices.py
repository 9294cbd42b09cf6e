"""Daily closes of securities: shares of companies, and funds that stand for an index."""

from functools import lru_cache

import pandas as pd

from capcycle import reads
from capcycle.facts import door, tables

FILE, SOURCE = "prices.csv", "yahoo-bars"
LARGEST_DAILY_CHANGE = 2.5  # times; the largest in the data is Applied Digital's doubling on 2022-07-19
LONGEST_PAUSE = 6  # days between two closes, holidays included


def prices(as_of: pd.Timestamp = pd.Timestamp.max) -> pd.DataFrame:
    """The close of every security, a column each, by day and to a day; in US dollars, restated for splits only.

    A close is missing before the security was listed, or listed again. Dividends are not added back.
    Errors: DataError with every fault of the file.

    >>> bool(prices(pd.Timestamp("2025-01-27"))["NVDA"].iloc[-1] == 118.42)
    True
    """
    return reads.ask(_closes, str(as_of))


def _closes(as_of: str) -> pd.DataFrame:
    return _typed(tables.stamp(FILE)).loc[: pd.Timestamp(as_of)]


def names() -> dict[str, str]:
    """What each security is, by its symbol.

    >>> names()["SPY"]
    'SPDR S&P 500 ETF'
    """
    return {symbol: what for symbol, what in tables.columns(FILE).items() if symbol != "date"}


@lru_cache(maxsize=2)
def _typed(stamp: str) -> pd.DataFrame:
    """Typed and checked only when asked for; `stamp` tells when the file has changed."""
    raw = door.table(FILE, _rules)
    closes = raw[list(names())].apply(pd.to_numeric)
    return closes.set_index(pd.DatetimeIndex(door.dates(raw["date"]), name="date"))


def _rules(raw: pd.DataFrame) -> door.Rules:
    days = door.dates(raw["date"])
    yield "date '{date}' is not a date such as 2024-06-30", door.bad_date(raw["date"])
    yield "date {date} does not come after the one above", raw["date"] <= raw["date"].shift(fill_value="")
    yield f"{{date}} is more than {LONGEST_PAUSE} days after the one above", days.diff().dt.days > LONGEST_PAUSE
    for symbol in names():
        close = pd.to_numeric(raw[symbol], errors="coerce")
        filled = raw[symbol] != ""
        yield (
            f"{symbol} '{{{symbol}}}' is not a positive number",
            filled & (door.bad_number(raw[symbol]) | (close <= 0)),
        )
        yield f"{symbol} has no close on {{date}}, after days that have one", ~filled & filled.cummax()
        change = close / close.shift()
        jump = (change > LARGEST_DAILY_CHANGE) | (change < 1 / LARGEST_DAILY_CHANGE)
        yield f"{symbol} {{{symbol}}} jumps from the day above: a slip of the pen, or a split?", jump
