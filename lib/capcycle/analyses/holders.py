"""Who holds what: a manager's positions with their weights, and the securities that several managers hold."""

import pandas as pd

from capcycle import study, words
from capcycle.errors import ModelError
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, PerShare, Shares, model
from capcycle.quantity import DERIVED, Quantity, missing
from capcycle.words import say


@model(verdict="weight", better="higher", portfolio_before=Amount, weight=Fraction, price_paid=PerShare)
def portfolio(position: Amount, position_shares: Shares, whole_portfolio: Amount, portfolio_change: Fraction):
    """A position's weight and price, and what the whole portfolio was a quarter before.

    Formula: weight = position / whole_portfolio; price_paid = position / position_shares;
             portfolio_before = whole_portfolio / (1 + portfolio_change)
    Units:   amounts in one currency, shares, fractions. A 13F is the US-listed book only.
    Source:  Jinglin's filing of the third quarter of 2025: 4.44bn, up by more than half; 151m of Alibaba.

    >>> found = portfolio(151e6, 843_400.0, 4.44e9, 0.5)
    >>> round(float(found.portfolio_before) / 1e9, 2), round(float(found.weight), 3), round(float(found.price_paid), 2)
    (2.96, 0.034, 179.04)
    """
    return whole_portfolio / (1 + portfolio_change), per(position, whole_portfolio), per(position, position_shares)


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
        whose = f"nothing of {holder} is public{by}" if holder else f"no manager's positions are public{by}"
        raise ModelError(f"{whose}; there is {known}")
    return table[table["holder"] == holder]


def whole(book: Book, holder: str) -> Quantity:
    """The value of a manager's whole portfolio as filed; missing where it is not known."""
    rows = holdings(book, holder).query("symbol == '' and action == 'held' and value.notna()", engine="python")
    lacking = missing("whole_portfolio", say("holders.no_whole", holder=holder))
    return lacking if rows.empty else study.entry(rows.iloc[-1], "value", rows.iloc[-1]["currency"], "date")


def positions(book: Book, holder: str) -> Exhibit:
    """Every row of a manager: rank, shares, value, weight, price, change, what was opened and closed."""
    rows, size = holdings(book, holder), whole(book, holder)
    table = rows.assign(
        label=rows["name"],
        weight=rows["value"] / size.value,
        paid=rows["value"] / rows["shares"],
        rank=[words.DASH if one != one else f"{one:.0f}" for one in rows["rank"]],
        what=[say(f"holders.action.{each}") for each in rows["action"]],
        change=rows["change"].where(rows["symbol"] != ""),  # of a whole portfolio the value changed, not shares
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
    count = rows.loc[(rows["action"] == "held") & (rows["symbol"] == ""), "positions"].max()
    notes = [] if count != count else [say("holders.positions.counted", count=int(count))]
    if told == told and told > closed:
        notes, closed = [*notes, say("holders.positions.unnamed", count=int(told), named=closed)], int(told)
    title = say("holders.positions.title", holder=holder, held=held, opened=opened, closed=closed)
    heads = ("label", "what", "date", "rank", "shares", "value", "weight", "paid", "change", "note")
    return marks.table(
        table,
        marks.worded("holders.positions", *notes, title=title),
        {each: say(f"holders.column.{each}") for each in heads},
    )


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
