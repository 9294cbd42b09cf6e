"""How concentrated sales are, who among the customers is related, and whose backlog is OpenAI's and Anthropic's."""

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.customers import period
from capcycle.analyses.laboratory_orders import LABORATORIES, backlogs
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import Quantity
from capcycle.words import Sentence, say


def herfindahl(known: list[float]) -> tuple[float, float]:
    """The ends between which the Herfindahl index of all customers lies, given the shares of the largest ones.

    Formula: sum of the squared known shares; at most plus the rest in pieces as large as the smallest known one
    Units:   shares of revenue, largest first; the index is 1 for a single customer.
    Source:  the definition; CoreWeave 2024 by hand: 0.62^2 + 0.15^2 = 0.4069, and 0.23 * 0.15 more at most.

    >>> [round(each, 4) for each in herfindahl([0.62, 0.15])]
    [0.4069, 0.4414]
    """
    least = sum(share**2 for share in known)
    rest = max(1 - sum(known), 0.0)
    return least, least + rest * min(known[-1], rest)


def concentrated(book: Book) -> pd.DataFrame:
    """A row for each company and period of which a single customer's share is known, the newest first.

    `largest`, `two` and `second` are shares, `low` and `high` the ends of the Herfindahl index.
    """
    table = book.register("customers")
    each = table[table["company"].isin(book.companies)].groupby(["company", "name", "period_end"], sort=False)
    rows = [{**dict(zip(("company", "label", "until"), keys, strict=True)), **_shares(own)} for keys, own in each
            if own["customers"].eq(1).any()]  # fmt: skip
    if not rows:
        raise NothingToShow(say("dependence.none"))
    return pd.DataFrame(rows).sort_values(["label", "until"], ascending=[True, False], ignore_index=True)


def _shares(own: pd.DataFrame) -> dict:
    single = own.loc[own["customers"].eq(1), "share"].sort_values(ascending=False).to_list()
    pair = own.loc[own["customers"].eq(2), "share"]
    two = pair.iloc[0] if len(pair) else sum(single[:2]) if len(single) > 1 else np.nan
    known = [single[0], *([two - single[0]] if two == two else []), *single[2:]]
    low, high = herfindahl(known)
    related = own.loc[own["related"].eq("yes"), "share"]
    span = period(own["period_start"].iloc[0], own["period_end"].iloc[0])
    return {"span": span, "largest": single[0], "two": two, "second": two - single[0], "low": low, "high": high,
            "related": related.sum() if len(related) else np.nan, "kind": facts.weakest(own["kind"]),
            "source": facts.documents(own["source"])}  # fmt: skip


def verdict(book: Book) -> Sentence:
    """Whose sales are the most concentrated, with its second customer in money where revenue of the period is known."""
    rows = concentrated(book)
    row = rows.loc[rows["low"].idxmax()]
    told = {name: words.value(row[name], "fraction") for name in ("largest", "two")}
    key = "verdict" if row["two"] == row["two"] else "verdict_one"
    return words.paragraph(say(f"dependence.{key}", name=row["label"], day=words.day(row["until"]), **told))


def concentration(book: Book) -> Exhibit:
    """Largest customer, two largest, the second alone also in money, Herfindahl index, and what related parties buy."""
    rows = concentrated(book)
    rows["money"] = [(row["second"] * _revenue(book, row)).value for row in rows.to_dict("records")]
    rows["index"] = [words.between(row.low, row.high, "number") for row in rows.itertuples()]
    rows = rows.assign(value=rows["largest"], unit="fraction", money_unit=book.money)
    top = rows.loc[rows["largest"].idxmax()]
    frame = marks.worded("dependence.concentration", id="customer-concentration", name=top["label"],
                         share=words.value(top["largest"], "fraction"), day=words.day(top["until"]))  # fmt: skip
    columns = {name: say(f"dependence.column.{name}") for name in
               ("label", "span", "largest", "two", "second", "money", "index", "related")}  # fmt: skip
    return marks.table(rows, frame, columns)


def _revenue(book: Book, row: dict) -> Quantity:
    """Revenue of the fiscal year that ends on the day of a share; missing for another period."""
    table = measure("revenue", select(book.of(row["company"]), "year", "fiscal")).table
    own = table[table["period_end"].eq(row["until"]) & table["value"].notna()]
    return Quantity("revenue", float(own["value"].iloc[-1]) if len(own) else np.nan, book.money)


def in_backlog(book: Book) -> Exhibit:
    """What OpenAI and Anthropic have promised each seller, beside its backlog and the share that authors report."""
    rows = backlogs(book).sort_values("share", ascending=False, ignore_index=True)
    reported = [study.assumption(book, "laboratory_share_reported", company) for company in rows["company"]]
    rows["reported"] = [words.DASH if each.missing else
                        say("dependence.reported", share=each.marked, of=words.translated(each.reason))
                        for each in reported]  # fmt: skip
    rows = rows.assign(value=rows["share"], unit=book.money, share_unit="fraction")
    parts = {"share": rows["share"].iloc[0], "whole": rows[[*LABORATORIES]].sum().sum() / rows["backlog"].sum()}
    told = {name: words.value(float(part), "fraction") for name, part in parts.items()}
    title = words.counted("dependence.in_backlog.title", len(rows), **told)
    frame = marks.worded("dependence.in_backlog", id="laboratories-in-backlog", title=title)
    columns = {name: say(f"dependence.column.{name}") for name in ("label", "backlog", "day")}
    columns |= {name: name for name in LABORATORIES}
    columns |= {name: say(f"dependence.column.{name}") for name in ("share", "reported")}
    return marks.table(rows, frame, columns)
