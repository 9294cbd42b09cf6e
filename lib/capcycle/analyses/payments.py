"""What a buyer has firmly signed to buy, year by year, against what it can pay."""

import math

import pandas as pd

from capcycle import words
from capcycle.analyses import laboratories
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.words import say


def schedule(book: Book, name: str) -> pd.DataFrame:
    """A row for each year and seller of what a buyer has firmly signed, each contract spread evenly over its years.

    Columns: year, seller, amount, kind, source. A contract begins in the year from which its customer pays, where the
    register of contracts has it, else in that of signing; one without a term is in no row.
    """
    own, starts = laboratories.purchases(book, name), book.register("contracts").set_index("contract")["starts"]
    known = own[own["term_years"].notna()]
    begun = known["contract"].map(starts.groupby(level=0).last()).fillna(known["date"])
    rows = known.assign(begun=begun.dt.year)[begun.notna()]
    return pd.DataFrame([
        {"year": int(row["begun"]) + year, "seller": row["taker_name"], "kind": row["kind"], "source": row["source"],
         "amount": row["amount"] * min(row["term_years"] - year, 1) / row["term_years"], "currency": row["currency"]}
        for row in rows.to_dict("records") for year in range(math.ceil(row["term_years"]))
    ], columns=["year", "seller", "kind", "source", "amount", "currency"])  # fmt: skip


def by_year(book: Book, name: str) -> Exhibit:
    """What falls in each year by seller; the title sets the dearest year against a year's sales."""
    rows, sold = schedule(book, name), laboratories.sales(book, name).tail(1)
    own = laboratories.purchases(book, name)
    without = own[own["term_years"].isna() | ~own["taker_name"].isin(rows["seller"])]
    each = [f"{row.taker_name} {words.value(row.amount, row.currency)}" for row in without.itertuples()]
    notes = [say("payments.without", names=words.listing(each))] if each else []
    drawn = rows.rename(columns={"seller": "group", "amount": "value", "currency": "unit"})
    frame = marks.worded("payments.by_year", *notes, id=parts.slug("payments", name), title=_title(rows, sold, name))
    ready = drawn.assign(x=drawn["year"].astype(str), label=drawn["group"]).sort_values(["year", "group"])
    return marks.stacked(ready, frame)


def _title(rows: pd.DataFrame, sold: pd.DataFrame, name: str) -> str:
    if rows.empty:
        return say("payments.none", name=name)
    years = rows.groupby("year")["amount"].sum()
    most = words.value(years.max(), rows["currency"].iloc[0])
    if sold.empty:
        return say("payments.most", name=name, most=most, year=years.idxmax())
    return say("payments.against", name=name, most=most, year=years.idxmax(),
               times=words.value(years.max() / sold["value"].iloc[0], "multiple"))  # fmt: skip
