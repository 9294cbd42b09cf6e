"""What was said of the market's regime, and what prices did afterwards: each dated call scored by a rule of its own."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book, prices
from capcycle.words import Sentence, say

RIGHT, WRONG, OPEN, UNKNOWN = "right", "wrong", "open", "unknown"


class Score(NamedTuple):
    """How a call came out, what its security did, and what that is held against."""

    state: str
    value: float = np.nan
    against: float = np.nan
    day: object = pd.NaT


def change(closes: pd.Series) -> float:
    """From the first close to the last.

    >>> round(change(pd.Series([100.0, 80.0, 110.0])), 2)
    0.1
    """
    return float(closes.iloc[-1] / closes.iloc[0] - 1)


def worst_fall(closes: pd.Series) -> float:
    """The deepest fall from any close to a later one, as a negative fraction; 0 where none is below an earlier one.

    >>> round(worst_fall(pd.Series([100.0, 120.0, 90.0, 130.0])), 2)
    -0.25
    """
    return float((closes / closes.cummax() - 1).min())


def score(call: pd.Series, closes: pd.DataFrame) -> Score:
    """What became of a call by the closes that are known: right, wrong, open until its time is over, or not to be told.

    The rules: `leads`, a security beats another from the first day to the last; `milder`, its worst fall is less deep
    than in the earlier time; `falls_less`, less deep than the limit; `peak`, its highest close from the earlier first
    day on lies between the first day and the last.
    """
    needed = [each for each in (call["symbol"], call["against"]) if each]
    if not set(needed) <= set(closes) or closes.empty:
        return Score(UNKNOWN)
    own = closes[call["symbol"]].dropna()
    span = own.loc[call["start"] : call["end"]]
    if own.index[-1] < call["end"]:
        return Score(OPEN)
    if len(span) < 2:
        return Score(UNKNOWN)
    return RULES[call["test"]](call, span, own, closes)


def _leads(call: pd.Series, span: pd.Series, own: pd.Series, closes: pd.DataFrame) -> Score:
    other = closes[call["against"]].dropna().loc[call["start"] : call["end"]]
    return _scored(change(span) > change(other), change(span), change(other))


def _milder(call: pd.Series, span: pd.Series, own: pd.Series, closes: pd.DataFrame) -> Score:
    before = own.loc[call["earlier_start"] : call["earlier_end"]]
    return _scored(worst_fall(span) > worst_fall(before), worst_fall(span), worst_fall(before))


def _falls_less(call: pd.Series, span: pd.Series, own: pd.Series, closes: pd.DataFrame) -> Score:
    return _scored(worst_fall(span) > -call["limit"], worst_fall(span), -call["limit"])


def _peak(call: pd.Series, span: pd.Series, own: pd.Series, closes: pd.DataFrame) -> Score:
    top = own.loc[call["earlier_start"] :].idxmax()
    return Score(RIGHT if call["start"] <= top <= call["end"] else WRONG, day=top)


def _scored(right: bool, value: float, against: float) -> Score:
    return Score(RIGHT if right else WRONG, value, against)


RULES = {"leads": _leads, "milder": _milder, "falls_less": _falls_less, "peak": _peak}


def scores(book: Book) -> pd.DataFrame:
    """The calls that were public on the day of a book, each with its score by the closes to that day.

    Errors: NothingToShow where none was public.
    """
    table = book.register("calls").sort_values(["published", "call"], ignore_index=True)
    if table.empty:
        raise NothingToShow(say("calls.none"))
    closes = book.prices()
    return table.assign(score=[score(call, closes) for _, call in table.iterrows()])


def verdict(scored: pd.DataFrame) -> Sentence:
    """How many calls have come out, and how many of them were right."""
    states = [each.state for each in scored["score"]]
    done = states.count(RIGHT) + states.count(WRONG)
    return words.paragraph(words.counted("calls.verdict", done, right=states.count(RIGHT), all=len(states)))


def scoreboard(scored: pd.DataFrame) -> Exhibit:
    """Each call with its day, its rule in words, what happened and whether it was right."""
    each = [call for _, call in scored.iterrows()]
    rows = scored.assign(
        label=[say("calls.who", author=call["author"], day=words.day(call["published"])) for call in each],
        rule=list(map(_rule, each)),
        happened=list(map(_happened, each)), state=[say(f"calls.{call['score'].state}") for call in each],
        value=np.nan, unit="fraction", source=[facts.documents([one, prices.SOURCE]) for one in scored["source"]],
    ).drop(columns="score")  # fmt: skip
    names = ("label", "said", "rule", "happened", "state")
    wrong = sum(each.state == WRONG for each in scored["score"])
    frame = marks.worded("calls.scoreboard", title=words.counted("calls.scoreboard.title", wrong, all=len(scored)))
    return marks.table(rows, frame, {name: say(f"calls.column.{name}") for name in names})


def _rule(call: pd.Series) -> str:
    said = {
        "symbol": _name(call["symbol"]),
        "against": _name(call["against"]),
        "limit": words.value(call["limit"], "fraction"),
    }
    days = {name: words.day(call[name]) for name in ("start", "end", "earlier_start", "earlier_end")}
    return say(f"calls.rule_{call['test']}", **said, **days)


def _happened(call: pd.Series) -> str:
    found = call["score"]
    if found.state in (OPEN, UNKNOWN):
        return words.DASH
    if call["test"] == "peak":
        return say("calls.top", day=words.day(found.day))
    return say("calls.figures", value=words.change(found.value), against=words.change(found.against))


def _name(symbol: str) -> str:
    return prices.names().get(symbol, symbol)
