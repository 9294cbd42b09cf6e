"""What funds traded, at what price, and what their purchases of each security add up to."""

import pandas as pd

from capcycle import words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.words import say

SIGN = {"bought": 1, "opened": 1, "cut": -1, "closed": -1}
APART = 0.005  # a sum that another row repeats to half a percent is the same trade told twice


def trades(book: Book) -> Exhibit:
    """Purchases and sales by manager and security with the price of each and the running sum."""
    table = book.register("holdings")
    rows = table[table["action"].isin(list(SIGN)) & table["value"].notna()].sort_values("date", kind="stable")
    if rows.empty:
        return marks.nothing(marks.worded("fund_trades.trades", title=say("fund_trades.no_trade")))
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
        "fund_trades.trades.title",
        holder=top["holder"],
        name=top["name"],
        count=int(count.max()),
        sum=words.value(last, top["unit"]),
    )
    heads = ("label", "fund", "name", "date", "shares", "value", "paid", "running", "note")
    frame = marks.worded("fund_trades.trades", *_told_twice(rows), title=title)
    return marks.table(shown, frame, {each: say(f"fund_trades.column.{each}") for each in heads})


def _told_twice(rows: pd.DataFrame) -> list[str]:
    """Sums of one security that equal, to half a percent, another row's amount: perhaps one trade in two texts."""
    said = []
    for (holder, name), own in rows.groupby(["holder", "name"]):
        others = rows[(rows["holder"] == holder) & ~rows["symbol"].isin(own["symbol"])]
        total = own["value"].sum()
        same = others[(others["value"] / total - 1).abs() < APART].drop_duplicates("symbol")  # two rows, one security
        for _, other in same.iterrows():
            said.append(
                say(
                    "fund_trades.twice",
                    sum=words.value(total, own["currency"].iloc[0]),
                    name=name,
                    other=other["name"],
                    amount=words.value(other["value"], other["currency"]),
                )
            )
    return said
