"""Who led between two days, and what drove it: earnings or the multiple, and what investors say when asked."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.analyses import bubble
from capcycle.analyses.prices import ESTIMATED, closes_of, refuse_later
from capcycle.errors import ModelError, NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book, door, prices
from capcycle.study import Cases
from capcycle.words import Sentence, say


def table(book: Book, symbols: Sequence[str], start: str, end: str, market: str = "SPY") -> Exhibit:
    """The change of price of each security between two days, the largest first, beside the market's.

    Each day counts at its close, or at the last before it. Dividends are not added.
    Errors: NothingToShow for a day after that of the book; ModelError for a security without closes, and for a day
            before all of them.
    """
    refuse_later(book, end)
    closes = closes_of(book, [*symbols, market])
    ends = [closes.loc[: door.day(each)].tail(1) for each in (start, end)]
    if any(each.empty for each in ends):
        raise ModelError(say("league.before_all", day=start))
    change = (ends[1].iloc[0] / ends[0].iloc[0] - 1).dropna()
    own = change.drop(market).sort_values(ascending=False)
    rows = pd.DataFrame({"label": own.index.map(prices.names()), "value": own.to_numpy()})
    rows = pd.concat([rows, pd.DataFrame({"label": [prices.names()[market]], "value": [change[market]]})])
    lacking = [each for each in dict.fromkeys(symbols) if each not in own]
    notes = [say("league.unlisted", names=words.listing([prices.names()[each] for each in lacking]))] if lacking else []
    numbers = {"mean": own.mean(), "median": own.median(), "market_change": change[market]}
    frame = marks.worded(
        "league.table", *notes, id="league", top=prices.names()[own.index[0]], first=words.day(ends[0].index[0]),
        last=words.day(ends[1].index[0]), market=prices.names()[market], count=len(own),
        **{name: words.change(each) for name, each in numbers.items()},
    )  # fmt: skip
    return marks.columns(rows.assign(unit="fraction", note="", **ESTIMATED), frame)


def returns(book: Book, symbols: Sequence[str], start: str, end: str) -> Cases:
    """The return of each company among some securities between two closes, by earnings per share and the multiple.

    Errors: NothingToShow where none is a company of the data, and for days without closes.
    """
    if not (companies := [each for each in dict.fromkeys(symbols) if facts.company(each)]):
        raise NothingToShow(say("league.no_company"))
    return bubble.decompositions(book.of(*companies), start, end)


def verdict(found: Cases) -> Sentence:
    """Of how many companies the multiple brought more than earnings did."""
    known = [case for case in found.values() if not case.lacking]
    if not known:
        return words.paragraph(say("bubble.verdict_0"))
    paid = [case for case in known if float(case.outputs.from_valuation) > float(case.outputs.from_earnings)]
    names = words.listing([case.name for case in paid]) if paid else ""
    return words.paragraph(words.counted("league.verdict", len(paid), all=len(known), names=names))


def survey(book: Book, symbols: Sequence[str]) -> Exhibit:
    """What investors named as the driver of a price, with the share that named it.

    Errors: NothingToShow where nobody was asked about any of the securities.
    """
    table = book.register("estimates").query("measure == 'driver' and subject in @symbols")
    if table.empty:
        raise NothingToShow(say("league.nobody_asked"))
    rows = table.assign(label=table["name"], value=table["low"], asked=table["author"]).sort_values(
        "value", ascending=False, ignore_index=True
    )
    shares = rows.groupby("label")["value"].sum()
    notes = [say("league.survey.over", name=name, sum=words.value(share, "fraction"))
             for name, share in shares.items() if not np.isclose(share, 1)]  # fmt: skip
    top = rows.iloc[0]
    frame = marks.worded("league.survey", *notes, id="survey", name=top["label"], about=top["about"],
                         share=words.value(top["value"], "fraction"))  # fmt: skip
    columns = {name: say(f"league.column.{name}") for name in ("label", "about", "value", "period", "asked")}
    return marks.table(pd.DataFrame(rows), frame, columns)
