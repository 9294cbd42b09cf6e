"""What a day did to prices beyond the market's move, and who led between two days."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.errors import ModelError, NothingToShow, unknown
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book, door, prices
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.words import Sentence, say

ESTIMATED = {"kind": "estimated", "source": prices.SOURCE}
SHORTEST = 30  # days of returns from which a market model is estimated
ERRORS = 1.96  # standard errors on either side hold nineteen of twenty cases


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

    estimated_over  trading days of returns that the market model rests on, which end `gap` days before the event
    around          days before and after, for the path
    Errors: NothingToShow for a day after that of the book; ModelError for a security that has no daily closes, for a
            day without trading, and for one with too few days before it.
    """
    _refuse_later(book, day)
    symbols = list(dict.fromkeys(symbols))
    closes = pd.concat([_closes(book, symbols), _closes(book, [market])], axis=1)
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
        "beta": fitted.beta, "value": abnormal[inside].sum(axis=0), "error": fitted.error * np.sqrt(window + 1),
    })  # fmt: skip
    half = ERRORS * rows["error"]
    rows = rows.assign(low=rows["value"] - half, high=rows["value"] + half, unit="fraction", **ESTIMATED)
    days = [each for each in range(-around, around + 1) if at + each < len(closes)]
    return Event(book, closes.index[at], market, rows, pd.DataFrame(abnormal.cumsum(axis=0), days, list(symbols)))


def _refuse_later(book: Book, day: str) -> None:
    if door.day(day) > book.day:
        raise NothingToShow(say("prices.later", day=words.day(book.day)))


def _closes(book: Book, symbols: Sequence[str]) -> pd.DataFrame:
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
    key = "prices.verdict" if abs(first["value"]) > ERRORS * first["error"] else "prices.verdict_within"
    return words.paragraph(say(key, **said), *_in_money(found, first))


def _in_money(found: Event, first: pd.Series) -> list[str]:
    """The change of value of a company with a share count; nothing of a fund or of another company."""
    if not facts.company(first["symbol"]):
        return []
    book = found.book.on(f"{found.day:%Y-%m-%d}")
    shares = study.newest(measure("shares_diluted", select(book.of(first["symbol"]), "quarter")), first["symbol"])
    if shares.missing:
        return []
    before = book.prices()[first["symbol"]].iloc[-2]
    amount = before * first["move"] * shares.value
    key = "prices.lost" if amount < 0 else "prices.won"
    return [say(key, amount=words.value(abs(amount), "USD"), shares=shares.shown, day=shares.days)]


def abnormal(found: Event) -> Exhibit:
    """Each security's move beyond the market's, with two standard errors on either side."""
    rows = found.rows.assign(note=[say("prices.moved", move=words.change(each.move), beta=f"{each.beta:.2f}")
                                   for each in found.rows.itertuples()])  # fmt: skip
    sure = int((rows["value"].abs() > ERRORS * rows["error"]).sum())
    frame = marks.worded("prices.abnormal", id="abnormal-returns", day=words.day(found.day), sure=sure,
                         count=len(rows), market=prices.names()[found.market])  # fmt: skip
    return marks.dots(rows.drop(columns=["symbol", "move", "beta", "error"]), frame, mark=0.0)


def path(found: Event) -> Exhibit:
    """What each security won or lost beyond the market's move, added up from ten days before the event."""
    long = found.paths.rename_axis(index="x", columns="symbol").stack().rename("value").reset_index()
    rows = long.assign(
        group=long["symbol"].map(prices.names()), label=long["x"].astype(str), unit="fraction", **ESTIMATED
    )
    last = found.paths.iloc[-1]
    ends = {"top": prices.names()[last.idxmax()], "bottom": prices.names()[last.idxmin()]}
    frame = marks.worded("prices.path", id="abnormal-path", **ends, least=words.points(last.min()),
                         most=words.points(last.max()))  # fmt: skip
    return marks.paths(rows.drop(columns="symbol"), frame, x_unit="number", mark=0)


def league(book: Book, symbols: Sequence[str], start: str, end: str, market: str = "SPY") -> Exhibit:
    """The change of price of each security between two days, the largest first, beside the market's.

    Each day counts at its close, or at the last before it. Dividends are not added.
    Errors: NothingToShow for a day after that of the book; ModelError for a security without closes, and for a day
            before all of them.
    """
    _refuse_later(book, end)
    closes = _closes(book, [*symbols, market])
    ends = [closes.loc[: door.day(each)].tail(1) for each in (start, end)]
    if any(each.empty for each in ends):
        raise ModelError(say("prices.before_all", day=start))
    change = (ends[1].iloc[0] / ends[0].iloc[0] - 1).dropna()
    own = change.drop(market).sort_values(ascending=False)
    rows = pd.DataFrame({"label": own.index.map(prices.names()), "value": own.to_numpy()})
    rows = pd.concat([rows, pd.DataFrame({"label": [prices.names()[market]], "value": [change[market]]})])
    lacking = [each for each in dict.fromkeys(symbols) if each not in own]
    notes = [say("prices.unlisted", names=words.listing([prices.names()[each] for each in lacking]))] if lacking else []
    numbers = {"mean": own.mean(), "median": own.median(), "market_change": change[market]}
    frame = marks.worded(
        "prices.league", *notes, id="league", top=prices.names()[own.index[0]], first=words.day(ends[0].index[0]),
        last=words.day(ends[1].index[0]), market=prices.names()[market], count=len(own),
        **{name: words.change(each) for name, each in numbers.items()},
    )  # fmt: skip
    return marks.columns(rows.assign(unit="fraction", note="", **ESTIMATED), frame)
