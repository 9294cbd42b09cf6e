"""Why a stake changed over a quarter: what the price did to the shares held, and what was bought or sold."""

from collections.abc import Mapping

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses.holders import holdings, whole
from capcycle.exhibits import Exhibit
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, PerShare, Shares, model
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

CLOSE = "close_split_adjusted"  # of the month
EFFECTS = ("trade_effect", "price_effect")


@model(verdict="stake_change", better="higher", stake_before=Amount, value_now=Amount, stake_change=Amount,
       price_effect=Amount, trade_effect=Amount, price_before_to_now=Fraction)  # fmt: skip
def position_change(shares_now: Shares, shares_change: Fraction, price_before: PerShare, price_now: PerShare):
    """A position's change of value over a quarter: what the price did, and what the trade added.

    Formula: shares_before = shares_now / (1 + shares_change);
             price_effect = shares_before * (price_now - price_before);
             trade_effect = (shares_now - shares_before) * price_now; the two add up to the change of value
    Units:   shares, a fraction, currency a share; amounts. Trades are valued at the end of the quarter: a filing has no
             day of trade.
    Source:  Jinglin's filing of the third quarter of 2025: 843,400 Alibaba, +81 %, so 465,967 before.

    >>> found = position_change(843_400.0, 0.81, 113.41, 179.04)
    >>> round(float(found.value_now) / 1e6), round(float(found.price_effect) / 1e6, 1)
    (151, 30.6)
    """
    before = shares_now / (1 + shares_change)
    was, now = before * price_before, shares_now * price_now
    moved = before * (price_now - price_before)
    return was, now, now - was, moved, (shares_now - before) * price_now, per(price_now, price_before) - 1


def cases(book: Book, holder: str) -> dict[str, Case]:
    """Each position of which shares or value, and the change of shares, are known, by the name of the security."""
    rows = holdings(book, holder)
    held, moved = rows[rows["action"] == "held"], rows[rows["change"].notna() & (rows["symbol"] != "")]
    pairs = (
        (position, move)
        for _, position in held.iterrows()
        for _, move in moved.iterrows()
        if position["symbol"] == move["symbol"] and position[["shares", "value"]].notna().any()
    )
    return {
        position["name"]: _change(book.into(position["currency"] or "USD"), position, move) for position, move in pairs
    }


def _change(book: Book, position: pd.Series, move: pd.Series) -> Case:
    now, before = (
        _price(book, position["symbol"], day) for day in (position["date"], position["date"] - pd.offsets.QuarterEnd())
    )
    printed = position[["shares", "value"]].notna().all()
    value = study.entry(position, "value", position["currency"], "date")
    price = (value / position["shares"]) if printed else now
    shares = study.entry(position, "shares", "shares", "date")
    shares = value / now if shares.missing else shares
    given = {
        "shares_now": shares,
        "shares_change": study.entry(move, "change", "fraction", "date"),
        "price_before": before,
        "price_now": price,
    }
    return study.case(position_change, book, position["company"], **given)


def _price(book: Book, symbol: str, day: pd.Timestamp) -> Quantity:
    """The close of a quarter's last trading day."""
    table = book.register("market")
    rows = table[
        (table["symbol"] == symbol)
        & (table["measure"] == CLOSE)
        & (table["date"] <= day)
        & (table["date"] > day - pd.Timedelta(days=7))
    ]
    if rows.empty:
        return missing("price_now", say("position_change.no_price", symbol=symbol, day=words.day(day)))
    row = rows.iloc[-1].rename({"date": "published"})  # a close is public on its day
    return study.entry(row, "value", row["currency"] + "/share", "published")


@study.starts(position_change)
def _start(book: Book, company: str) -> Case:
    table = book.register("holdings")
    every = [case for holder in dict.fromkeys(table["holder"]) for case in cases(book, holder).values()]
    return next((case for case in every if case.company == company), study.bound(position_change, book, company))


def verdict(book: Book, holder: str) -> Sentence:
    """The size of the portfolio, the quarter before at most, and its largest known change."""
    size, rows = whole(book, holder), holdings(book, holder)
    said = []
    if not size.missing:
        own = rows[(rows["symbol"] == "") & rows["value"].notna()].iloc[-1]
        grown = own["change"] == own["change"]
        before = size / (1 + own["change"])
        said.append(
            say(
                "position_change.grown" if grown else "position_change.size",
                holder=holder,
                size=size.shown,
                before=before.shown,
                day=size.days,
            )
        )
    full = [case for case in cases(book, holder).values() if not case.lacking]
    if full:
        most = max(full, key=lambda case: abs(float(case.outputs.stake_change)))
        said.append(study.tell(most, "position_change.most"))
    return words.paragraph(*(said or [say("position_change.trades", holder=holder, count=len(rows))]))


def effects(each: Mapping[str, Case], holder: str) -> Exhibit:
    """Change of value of each position split into what the price did and what was bought or sold."""
    named = {effect: words.name(effect) for effect in EFFECTS}
    ends = [case.inputs["price_now"].day for case in each.values() if not case.lacking]
    day = words.day(max(ends)) if ends else words.DASH
    return exhibits.composition(each, named, "position_change.effects", holder=holder, day=day)
