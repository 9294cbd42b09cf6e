"""Who holds and trades the shares: change of a position split into price and trade, weights, and running sums."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from capcycle import study, words
from capcycle.errors import ModelError
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, PerShare, Shares, model
from capcycle.quantity import DERIVED, Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

CLOSE = "close_split_adjusted"  # of the month
SIGN = {"bought": 1, "opened": 1, "cut": -1, "closed": -1}
EFFECTS = ("price_effect", "trade_effect")
APART = 0.005  # a sum that another row repeats to half a percent is the same trade told twice


class PositionChange(NamedTuple):
    value_before: Amount
    value_now: Amount
    value_change: Amount
    price_effect: Amount
    trade_effect: Amount
    price_before_to_now: Fraction


@model(verdict="value_change", better="higher")
def position_change(
    shares_now: Shares, shares_change: Fraction, price_before: PerShare, price_now: PerShare
) -> PositionChange:
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
    return PositionChange(
        was, now, now - was, moved, (shares_now - before) * price_now, per(price_now, price_before) - 1
    )


class Portfolio(NamedTuple):
    portfolio_before: Amount
    weight: Fraction
    price_paid: PerShare


@model(verdict="weight", better="higher")
def portfolio(
    position: Amount, position_shares: Shares, whole_portfolio: Amount, portfolio_change: Fraction
) -> Portfolio:
    """A position's weight and price, and what the whole portfolio was a quarter before.

    Formula: weight = position / whole_portfolio; price_paid = position / position_shares;
             portfolio_before = whole_portfolio / (1 + portfolio_change)
    Units:   amounts in one currency, shares, fractions. A 13F is the US-listed book only.
    Source:  Jinglin's filing of the third quarter of 2025: 4.44bn, up by more than half; 151m of Alibaba.

    >>> found = portfolio(151e6, 843_400.0, 4.44e9, 0.5)
    >>> round(float(found.portfolio_before) / 1e9, 2), round(float(found.weight), 3), round(float(found.price_paid), 2)
    (2.96, 0.034, 179.04)
    """
    return Portfolio(
        whole_portfolio / (1 + portfolio_change), per(position, whole_portfolio), per(position, position_shares)
    )


def chosen(book: Book, holder: str = "") -> str:
    """The manager asked for, or where none is the one of whom most is public by the day.

    >>> chosen(facts.open(as_of="2024-12-31"))
    'Bull Street Advisors'
    """
    public = book.register("holdings")["holder"].value_counts()
    return holder or next(iter(public.index), "")


def holdings(book: Book, holder: str) -> pd.DataFrame:
    """What is known of one manager, of each row the newest version.

    Errors: ModelError for a manager of whom nothing is public by the day, with those of whom something is.
    """
    table = book.register("holdings")
    if holder not in set(table["holder"]):
        known, by = ", ".join(sorted(set(table["holder"]))) or "none", f" by {book.as_of}" if book.as_of else ""
        raise ModelError(f"nothing of {holder or 'no manager'} is public{by}; there is {known}")
    return table[table["holder"] == holder]


def changes(book: Book, holder: str) -> dict[str, Case]:
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
    value = _quantity(position, "value", position["currency"])
    price = (value / position["shares"]) if printed else now
    shares = _quantity(position, "shares", "shares") if position["shares"] == position["shares"] else value / now
    given = {
        "shares_now": shares,
        "shares_change": _quantity(move, "change", "fraction"),
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
        return missing("price_now", say("holders.no_price", symbol=symbol, day=words.day(day)))
    row = rows.iloc[-1]
    return Quantity(
        "price",
        float(row["value"]),
        row["currency"] + "/share",
        kind=row["kind"],
        source=row["source"],
        published=row["date"],
        since=row["date"],
        day=row["date"],
    )


def _quantity(row: pd.Series, column: str, unit: str) -> Quantity:
    return Quantity(
        column,
        float(row[column]),
        unit,
        kind=row["kind"],
        source=row["source"],
        reason=row["note"],
        published=row["published"],
        since=row["date"],
        day=row["date"],
    )


@study.starts(position_change)
def _start(book: Book, company: str) -> Case:
    table = book.register("holdings")
    every = [case for holder in dict.fromkeys(table["holder"]) for case in changes(book, holder).values()]
    return next((case for case in every if case.company == company), study.bound(position_change, book, company))


def whole(book: Book, holder: str) -> Quantity:
    """The value of a manager's whole portfolio as filed; missing where it is not known."""
    rows = holdings(book, holder).query("symbol == '' and action == 'held' and value.notna()", engine="python")
    lacking = missing("whole_portfolio", say("holders.no_whole", holder=holder))
    return lacking if rows.empty else _quantity(rows.iloc[-1], "value", rows.iloc[-1]["currency"])


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
                "holders.grown" if grown else "holders.size",
                holder=holder,
                size=size.shown,
                before=before.shown,
                day=size.days,
            )
        )
    full = [case for case in changes(book, holder).values() if not case.lacking]
    if full:
        most = max(full, key=lambda case: abs(float(case.outputs.value_change)))
        said.append(study.tell(most, "holders.most"))
    return words.paragraph(*(said or [say("holders.trades", holder=holder, count=len(rows))]))


def effects(each: Mapping[str, Case], holder: str) -> Exhibit:
    """Change of value of each position split into what the price did and what was bought or sold."""
    full = {name: case for name, case in each.items() if not case.lacking}
    rows = pd.DataFrame(
        [
            {
                "x": name,
                "label": name,
                "group": words.name(effect),
                "value": part.value,
                "unit": part.unit,
                "kind": part.kind,
                "source": part.source,
            }
            for name, case in full.items()
            for effect in EFFECTS
            for part in [case.quantity(effect)]
        ]
    )
    lacking = [f"{name}: {case.lacking}." for name, case in each.items() if case.lacking]
    if not full:
        return marks.nothing(marks.worded("holders.effects", *lacking, title=say("holders.no_change", holder=holder)))
    name, most = max(full.items(), key=lambda pair: float(pair[1].outputs.trade_effect))
    title = study.tell(most, "holders.effects.title", name=name)
    return marks.stacked(rows, marks.worded("holders.effects", *lacking, title=title))


def positions(book: Book, holder: str) -> Exhibit:
    """Every row of a manager: rank, shares, value, weight, price, change, what was opened and closed."""
    rows, size = holdings(book, holder), whole(book, holder)
    table = rows.assign(
        label=rows["name"],
        weight=rows["value"] / size.value,
        paid=rows["value"] / rows["shares"],
        rank=[words.DASH if one != one else f"{one:.0f}" for one in rows["rank"]],
        what=[say(f"holders.action.{each}") for each in rows["action"]],
        change_unit="fraction",
        weight_unit="fraction",
        shares_unit="shares",
        value_unit=rows["currency"],
        paid_unit=rows["currency"].where(rows["currency"] != "", "USD") + "/share",
        unit="number",
    )
    named = rows[rows["symbol"] != ""]
    held, opened, closed = (int((named["action"] == each).sum()) for each in ("held", "opened", "closed"))
    told = rows.loc[(rows["action"] == "closed") & (rows["symbol"] == ""), "positions"].max()
    closed = closed if told != told else int(told)
    title = say("holders.positions.title", holder=holder, held=held, opened=opened, closed=closed)
    heads = ("label", "what", "date", "rank", "shares", "value", "weight", "paid", "change", "note")
    return marks.table(
        table, marks.worded("holders.positions", title=title), {each: say(f"holders.column.{each}") for each in heads}
    )


def trades(book: Book) -> Exhibit:
    """Purchases and sales by manager and security with the price of each and the running sum."""
    table = book.register("holdings")
    rows = table[table["action"].isin(list(SIGN)) & table["value"].notna()].sort_values("date", kind="stable")
    if rows.empty:
        return marks.nothing(marks.worded("holders.trades_log", title=say("holders.no_trade")))
    signed = rows["value"] * rows["action"].map(SIGN)
    own = signed.groupby([rows["holder"], rows["name"], rows["source"]])
    running, count = own.cumsum(), own.transform("size")
    shown = rows.assign(
        label=rows["holder"],
        paid=rows["value"] / rows["shares"],
        running=running,
        unit=rows["currency"],
        paid_unit=rows["currency"] + "/share",
        shares_unit="shares",
    )
    top = shown.loc[
        running.groupby([rows["holder"], rows["name"], rows["source"]])
        .transform("last")
        .where(count == count.max())
        .idxmax()
    ]
    last = own.sum()[(top["holder"], top["name"], top["source"])]
    title = say(
        "holders.trades_log.title",
        holder=top["holder"],
        name=top["name"],
        count=int(count.max()),
        sum=words.value(last, top["unit"]),
    )
    heads = ("label", "fund", "name", "date", "shares", "value", "paid", "running", "note")
    frame = marks.worded("holders.trades_log", *_told_twice(rows), title=title)
    return marks.table(shown, frame, {each: say(f"holders.column.{each}") for each in heads})


def _told_twice(rows: pd.DataFrame) -> list[str]:
    """Sums of one security that equal, to half a percent, another row's amount: perhaps one trade in two texts."""
    said = []
    for (holder, name), own in rows.groupby(["holder", "name"]):
        others = rows[(rows["holder"] == holder) & ~rows["symbol"].isin(own["symbol"])]
        total = own["value"].sum()
        for _, other in others[(others["value"] / total - 1).abs() < APART].iterrows():
            said.append(
                say(
                    "holders.twice",
                    sum=words.value(total, own["currency"].iloc[0]),
                    name=name,
                    other=other["name"],
                    amount=words.value(other["value"], other["currency"]),
                )
            )
    return list(dict.fromkeys(said))


def overlap(book: Book) -> Exhibit:
    """Securities that several managers held or traded, and on which days: a row for each security."""
    table = book.register("holdings").query("symbol != ''")
    names = table.groupby("symbol")["holder"].nunique()
    shared = table[table["symbol"].isin(names[names > 1].index)]
    frame = {"id": "holders-overlap"}
    if shared.empty:
        return marks.nothing(marks.worded("holders.overlap", title=say("holders.no_overlap"), **frame))
    rows = [
        {
            "label": own["name"].iloc[0],
            "managers": "; ".join(
                dict.fromkeys(
                    say(
                        "holders.told",
                        holder=row["holder"],
                        action=say(f"holders.action.{row['action']}"),
                        day=words.day(row["date"]),
                    )
                    for _, row in own.iterrows()
                )
            ),
            "value": float("nan"),
            "unit": "number",
            "kind": DERIVED,
            "source": " ".join(dict.fromkeys(own["source"])),
        }
        for _, own in shared.groupby("symbol")
    ]
    title = say(
        "holders.overlap.title",
        names=words.listing([row["label"] for row in rows[:3]]),
        count=table["holder"].nunique(),
    )
    heads = {"label": say("holders.column.label_security"), "managers": say("holders.column.managers")}
    return marks.table(pd.DataFrame(rows), marks.worded("holders.overlap", title=title, **frame), heads)
