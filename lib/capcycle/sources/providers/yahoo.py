"""Closing prices from Yahoo Finance, through the package yfinance: what each was on its own day, and estimated."""

from collections.abc import Sequence

import pandas as pd

from capcycle.facts import door
from capcycle.sources.own import split_note
from capcycle.sources.providers import needed
from capcycle.sources.web import SourceError, Web

PERIOD = "5y"
RECENT = pd.Timedelta(days=270)  # for which a split may lie between a price and the share count beside it


def fetch(names: Sequence[str], web: Web) -> dict[str, pd.DataFrame]:
    """The last close of each month of five years, and the newest, of some securities.

    Errors: SourceError for a security without closes, and for an answer of another form.
    """
    yfinance = needed("yfinance", "live")
    known = set(door.reference().companies.index)
    return {"prices": pd.concat([_closes(yfinance, each, known) for each in names], ignore_index=True)}


def _closes(yfinance, symbol: str, known: set[str]) -> pd.DataFrame:
    security = yfinance.Ticker(symbol)
    try:
        bars = security.history(period=PERIOD, auto_adjust=False, actions=True)
        if bars.empty:
            raise SourceError(f"{symbol}: Yahoo Finance has no closes of such a security")
        days, closes, splits = pd.DatetimeIndex(bars.index.date), bars["Close"], bars["Stock Splits"]
        currency = security.get_history_metadata()["currency"]
    except (AttributeError, KeyError) as error:
        raise SourceError(f"{symbol}: Yahoo Finance gives another form than it did: {error!r}") from error
    table = pd.DataFrame({"close": closes.to_numpy(float), "split": splits.to_numpy(float)}, days).dropna()
    table["split"] = table["split"].where(table["split"] > 0, 1.0)
    later = table["split"][::-1].cumprod()[::-1] / table["split"]  # closes come restated for every later split
    table["price"] = table["close"] * later
    last = table.groupby([table.index.year, table.index.month]).tail(1)
    day = f"{table.index[-1]:%Y-%m-%d}"
    return pd.DataFrame({
        "date": last.index.strftime("%Y-%m-%d"), "symbol": symbol, "company": symbol if symbol in known else "",
        "price": [f"{price:.6g}" for price in last["price"]], "currency": currency,
        "source": f"yahoo-{symbol.lower()}-{day}", "locator": "daily close, as it was before later splits",
        "note": [_note(table, each) for each in last.index],
        "title": f"Yahoo Finance, closes of {symbol} to {day}", "publisher": "Yahoo Finance",
        "url": f"https://finance.yahoo.com/quote/{symbol}/history", "tier": "aggregator",
    })  # fmt: skip


def _note(table: pd.DataFrame, day: pd.Timestamp) -> str:
    """The splits that lie so near before a day that the share count beside its price may be of before them."""
    recent = table[(table["split"] != 1) & (table.index <= day) & (table.index > day - RECENT)]
    return "; ".join(split_note(each.split, f"{each.Index:%Y-%m-%d}") for each in recent.itertuples())
