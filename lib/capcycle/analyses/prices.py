"""What a day did to prices beyond the market's move, in points and in money."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.errors import ModelError, NothingToShow, unknown
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book, door, prices
from capcycle.words import Sentence, say

ESTIMATED = {"kind": "estimated", "source": prices.SOURCE}
DRAWN = ["label", "value", "low", "high", "unit", "kind", "source", "note"]
SHOWN = ("label", "move", "market_beta", "value", "standard_error", "times", "money")
SHORTEST = 30  # days of returns from which a market model is estimated
MONTHS = pd.Timedelta(days=100)  # before an event, in which a market value is still the company's
ERRORS, CHANCE = 1.96, 0.05  # standard errors on either side, and the part of ordinary days outside of them


class MarketModel(NamedTuple):
    alpha: np.ndarray
    beta: np.ndarray
    error: np.ndarray


def market_model(returns: np.ndarray, market: np.ndarray) -> MarketModel:
    """The line through each security's returns over the market's, by ordinary least squares.

    Formula: return = alpha + beta * market; error = standard deviation of what is left, with n - 2 degrees of freedom
    Shapes:  days by securities, and days; a number for each security.
    Source:  MacKinlay, "Event Studies in Economics and Finance", Journal of Economic Literature 35 (1997).

    >>> market = np.array([0.01, -0.02, 0.03, 0.0])
    >>> [each.round(12).tolist() for each in market_model((2 * market + 0.001)[:, None], market)]
    [[0.001], [2.0], [0.0]]
    """
    spread = market - market.mean()
    beta = spread @ returns / (spread @ spread)
    alpha = returns.mean(axis=0) - beta * market.mean()
    left = returns - alpha - np.outer(market, beta)
    return MarketModel(alpha, beta, np.sqrt((left**2).sum(axis=0) / (len(market) - 2)))


class Event(NamedTuple):
    """A day's event: a row for each security, and what is beyond the market's move added up by day around it."""

    book: Book
    day: pd.Timestamp
    market: str
    rows: pd.DataFrame
    paths: pd.DataFrame


def event(book: Book, symbols: Sequence[str], day: str, market: str = "SPY", estimated_over: int = 120,
          gap: int = 10, window: int = 0, around: int = 10) -> Event:  # fmt: skip
    """What a day, and `window` trading days after it, did to some securities beyond the market's move.

    estimated_over  trading days of returns that the market model rests on, the last of which `gap` more days follow
    around          days before and after, for the path
    Errors: NothingToShow for a day after that of the book; ModelError for a security that has no daily closes, for a
            day without trading, and for one with too few days before it.
    """
    refuse_later(book, day)
    symbols = list(dict.fromkeys(symbols))
    closes = pd.concat([closes_of(book, symbols), closes_of(book, [market])], axis=1)
    at = _place(closes, day)
    returns = closes.pct_change().to_numpy()
    first = max(at - gap - estimated_over, 1)
    before, after = returns[first : at - gap], returns[at - around : at + around + 1]
    if at - gap - first < SHORTEST or np.isnan(before).any():
        raise ModelError(say("prices.too_early", day=words.day(closes.index[at]), days=SHORTEST))
    fitted = market_model(before[:, :-1], before[:, -1])
    abnormal = after[:, :-1] - fitted.alpha - np.outer(after[:, -1], fitted.beta)
    inside = slice(around, around + window + 1)
    rows = pd.DataFrame({
        "symbol": symbols, "label": [prices.names()[each] for each in symbols], "move": _moved(closes, at, window),
        "market_beta": fitted.beta, "alpha": fitted.alpha * (window + 1), "market_move": after[inside, -1].sum(),
        "value": abnormal[inside].sum(axis=0), "standard_error": fitted.error * np.sqrt(window + 1),
    }).merge(_worth(book, symbols, closes, closes.index[at - 1]), on="symbol")  # fmt: skip
    half = ERRORS * rows["standard_error"]
    rows = rows.assign(low=rows["value"] - half, high=rows["value"] + half, unit="fraction", **ESTIMATED)
    days = [each for each in range(-around, around + 1) if at + each < len(closes)]
    return Event(book, closes.index[at], market, rows, pd.DataFrame(abnormal.cumsum(axis=0), days, list(symbols)))


def refuse_later(book: Book, day: str) -> None:
    """Errors: NothingToShow for a day after that of a book."""
    if door.day(day) > book.day:
        raise NothingToShow(say("prices.later", day=words.day(book.day)))


def closes_of(book: Book, symbols: Sequence[str]) -> pd.DataFrame:
    """The daily closes of some securities.

    Errors: ModelError for one that has none, with those that have.
    """
    closes = book.prices()
    if wrong := set(symbols) - set(closes):
        raise ModelError(unknown("security with daily closes", wrong, closes.columns))
    return closes[list(dict.fromkeys(symbols))]


def _place(closes: pd.DataFrame, day: str) -> int:
    at = door.day(day)
    if at not in closes.index:
        near = closes.index[closes.index.searchsorted(at) - 1 :][:2] if len(closes) else []
        raise ModelError(say("prices.no_trading", day=day, near=words.listing([f"{each:%Y-%m-%d}" for each in near])
                             if len(near) else words.DASH))  # fmt: skip
    return closes.index.get_loc(at)


def _moved(closes: pd.DataFrame, at: int, window: int) -> np.ndarray:
    last = min(at + window, len(closes) - 1)
    return (closes.iloc[last] / closes.iloc[at - 1] - 1).to_numpy()[:-1]


def verdict(found: Event) -> Sentence:
    """What the first security lost or won, beyond the market's move, and in money."""
    first = found.rows.iloc[0]
    said = {"name": first["label"], "move": words.change(first["move"]), "day": words.day(found.day),
            "abnormal": words.points(first["value"])}  # fmt: skip
    key = "prices.verdict" if abs(first["value"]) > ERRORS * first["standard_error"] else "prices.verdict_within"
    changed, before = first["market_value_before"] * first["move"], words.value(first["market_value_before"], "USD")
    money = [say(f"prices.{'lost' if changed < 0 else 'won'}", amount=words.value(abs(changed), "USD"), before=before)]
    return words.paragraph(say(key, **said), *(money if changed == changed else []))


def _worth(book: Book, symbols: Sequence[str], closes: pd.DataFrame, before: pd.Timestamp) -> pd.DataFrame:
    """Each company's market value at a close, with the documents: the screener's shares of the last month's end.

    Missing of funds, and of companies without a market value in the months before.
    """
    table = book.register("market").query("symbol in @symbols and currency == 'USD'")
    table = table[table["date"].between(before - MONTHS, before)]
    wide = table.pivot_table(index=["symbol", "date"], columns="measure", values="value").sort_index()
    wide = wide.reindex(columns=["market_value", "last_sale"]).dropna()
    newest = wide.groupby(level="symbol").tail(1).reset_index("date").to_dict("index")
    worth = [
        own["market_value"] / own["last_sale"] * closes.at[before, symbol]
        * _split(own["last_sale"] / closes.loc[: own["date"], symbol].iloc[-1])
        if (own := newest.get(symbol)) else np.nan for symbol in symbols
    ]  # fmt: skip
    behind = table.groupby("symbol")["source"].agg(lambda each: facts.documents([prices.SOURCE, *each]))
    return pd.DataFrame({"symbol": symbols, "market_value_before": worth,
                         "worth_source": [behind.get(symbol, "") for symbol in symbols]})  # fmt: skip


def _split(ratio: float) -> float:
    """New shares for one old, by what a share was sold at over its close as it is restated now; 1 without a split.

    >>> _split(877.57 / 86.4), _split(137.49 / 134.29)  # NVIDIA in April 2024, before ten for one, and in December
    (10.0, 1.0)
    """
    return float(max(round(ratio), 1))


def abnormal(found: Event) -> Exhibit:
    """Each security's move beyond the market's, with two standard errors on either side."""
    rows = found.rows.assign(note=[say("prices.moved", move=words.change(each.move), beta=f"{each.market_beta:.2f}")
                                   for each in found.rows.itertuples()])  # fmt: skip
    sure = int((rows["value"].abs() > ERRORS * rows["standard_error"]).sum())
    frame = marks.worded("prices.abnormal", *_own_results(found), id="abnormal-returns", day=words.day(found.day),
                         sure=sure, count=len(rows), market=prices.names()[found.market],
                         expected=f"{len(rows) * CHANCE:.1f}")  # fmt: skip
    return marks.dots(rows[DRAWN], frame, mark=0.0)


def _own_results(found: Event) -> list[str]:
    """Whose own results were announced on the day of the event or the day before, which moves a price by itself."""
    told = found.book.register("surprises").set_index("announced").sort_index()
    near = told.loc[found.day - pd.Timedelta(days=1) : found.day, "company"]
    own = found.rows["label"][found.rows["symbol"].isin(near)].tolist()
    return [say("prices.own_results", names=words.listing(own))] if own else []


def in_money(found: Event) -> Exhibit:
    """Each security's move and what is beyond the market's, in standard errors and in market value."""
    rows = found.rows.assign(times=found.rows["value"] / found.rows["standard_error"],
                             money=found.rows["move"] * found.rows["market_value_before"])  # fmt: skip
    rows = rows.assign(source=rows["source"].where(rows["money"].isna(), rows["worth_source"]))
    known = rows["money"].dropna()
    without = rows["label"][rows["money"].isna()].tolist()
    lacking = [say("prices.no_value", names=words.listing(without))] if without else []
    units = {"move_unit": "fraction", "market_beta_unit": "number", "standard_error_unit": "fraction",
             "times_unit": "number", "market_value_before_unit": "USD", "money_unit": "USD"}  # fmt: skip
    title = words.counted("prices.in_money.title", len(known), day=words.day(found.day),
                          amount=words.value(float(known.sum()), "USD"))  # fmt: skip
    frame = marks.worded("prices.in_money", *lacking, id="event-in-money", title=title)
    return marks.table(rows.assign(**units), frame, {name: say(f"prices.column.{name}") for name in SHOWN})


def path(found: Event) -> Exhibit:
    """What each security won or lost beyond the market's move, added up from ten days before the event."""
    long = found.paths.rename_axis(index="x", columns="symbol").stack().rename("value").reset_index()
    rows = long.assign(
        group=long["symbol"].map(prices.names()), label=long["x"].astype(str), unit="fraction", **ESTIMATED
    )
    last = found.paths.iloc[-1]
    ends = {"top": prices.names()[last.idxmax()], "bottom": prices.names()[last.idxmin()],
            "days": words.counted("prices.days", int(last.name))}  # fmt: skip
    frame = marks.worded("prices.path", id="abnormal-path", **ends, day=words.day(found.day),
                         least=words.points(last.min()), most=words.points(last.max()))  # fmt: skip
    return marks.paths(rows.drop(columns="symbol"), frame, x_unit="number", mark=0)
