"""Can those who promise pay? Promises by year beside sales, and what must come from outside."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.analyses import laboratories
from capcycle.analyses.commitment_network import promises
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import ASSUMED
from capcycle.units import MONTHS_PER_YEAR
from capcycle.words import Sentence, say

SHOWN, YEARS = 7, 10  # companies in a table, years in a chart


def orders(book: Book) -> pd.DataFrame:
    """Firm orders with an amount, `begins` and `term` in years.

    Where one tells no term, the median of its payer's other orders is taken, else that of all.
    """
    rows = promises(book)
    rows = rows[rows["group"].eq("order") & rows["firm"] & rows["amount"].gt(0)]
    of_contract = rows["contract"].map(book.register("contracts").set_index("contract")["starts"])
    begins = rows["starts"].fillna(of_contract).fillna(rows["date"]).fillna(rows["published"])
    own = rows.groupby("giver")["term_years"].transform("median").fillna(rows["term_years"].median())
    return rows.assign(begins=begins, told=rows["term_years"].notna(), term=rows["term_years"].fillna(own))


def spread(rows: pd.DataFrame) -> pd.DataFrame:
    """Orders spread evenly over their terms: a row for each order and calendar year, `paid` in it.

    >>> order = pd.DataFrame({"begins": [pd.Timestamp("2026-07-01")], "term": [2.0], "amount": [100.0]})
    >>> spread(order)[["year", "paid"]].values.tolist()
    [[2026.0, 25.0], [2027.0, 50.0], [2028.0, 25.0]]
    """
    known = rows[rows["begins"].notna() & rows["term"].notna()]
    return pd.DataFrame([{**row, "year": year, "paid": paid} for row in known.to_dict("records")
                         for year, paid in _years(row)], columns=[*rows.columns, "year", "paid"])  # fmt: skip


def _years(row: dict) -> Iterator[tuple[int, float]]:
    first = row["begins"].year + (row["begins"].month - 1) / MONTHS_PER_YEAR
    last = first + row["term"]
    for year in range(int(first), int(np.ceil(last - 1e-9))):
        yield year, row["amount"] * (min(last, year + 1) - max(first, year)) / row["term"]


def sales(book: Book, names: pd.Index) -> pd.DataFrame:
    """What each company sells in a year, with its evidence: the last twelve months, or a laboratory's newest pace."""
    tickers = {name: ticker for ticker, name in book.names.items() if name in names}
    table = measure("revenue", select(book.of(*tickers.values()), "ttm")).table if tickers else pd.DataFrame()
    newest = table.dropna(subset="value").groupby("company").tail(1).set_index("company") if tickers else table
    found = {name: newest.loc[ticker, ["value", "kind", "source"]] for name, ticker in tickers.items()
             if ticker in newest.index}  # fmt: skip
    for name in names.difference([*tickers]):
        own = laboratories.sales(book, name).query("unit == @book.money").tail(1)
        found |= {name: own.iloc[0][["value", "kind", "source"]]} if len(own) else {}
    return pd.DataFrame(found, index=["value", "kind", "source"]).T


def payers(book: Book) -> pd.DataFrame:
    """Who has promised most: `promised`, the `most` in one `year`, `sales`, `stakes` promised to it, and the rest."""
    rows, every = orders(book), promises(book)
    paid = spread(rows).groupby(["giver", "year"])["paid"].sum().unstack()
    stakes = every[every["group"].eq("stake") & every["firm"]].groupby("taker")["amount"].sum()
    evidence = rows.groupby("giver").agg(promised=("amount", "sum"), kind=("kind", facts.weakest),
                                         source=("source", facts.documents))  # fmt: skip
    table = evidence.nlargest(SHOWN, "promised")
    known = sales(book, table.index)
    table = table.assign(most=paid.max(axis=1), year=paid.idxmax(axis=1), sales=known["value"].astype(float),
                         sales_kind=known["kind"], stakes=stakes).fillna({"stakes": 0.0})  # fmt: skip
    return table.assign(lacking=table["promised"] - table["stakes"], multiple=table["most"] / table["sales"])


def verdict(book: Book, payer: str = "") -> Sentence:
    """What one has promised beside its sales, and what must come from outside; by default who has promised most."""
    table = payers(book).dropna(subset="multiple")
    if table.empty:
        raise NothingToShow(say("commitment_capacity.none"))
    row = table.loc[payer] if payer in table.index else table.sort_values("promised").iloc[-1]
    told = {name: words.value(row[name], book.money) for name in ("promised", "stakes", "lacking", "most", "sales")}
    return words.paragraph(say("commitment_capacity.verdict", name=row.name, year=f"{row['year']:.0f}", **told))


def by_year(book: Book, payer: str) -> Exhibit:
    """What one has firmly promised by year and receiver, each order spread evenly over its term."""
    own = orders(book).query("giver == @payer")
    if own.empty:
        raise NothingToShow(say("commitment_capacity.no_order", name=payer))
    added = {"value": ("paid", "sum"), "source": ("source", facts.documents)}
    rows = spread(own).sort_values(["year", "amount"], ascending=[True, False])
    early = rows["year"] < rows["year"].min() + YEARS
    notes = [*_untold(own), *_later(rows[~early], book.money)]
    rows = rows[early]
    rows = rows.groupby(["year", "taker"], sort=False).agg(**added).reset_index()
    rows = rows.assign(x=rows["year"].map("{:.0f}".format), label=rows["taker"], group=rows["taker"], unit=book.money,
                       kind=ASSUMED)  # fmt: skip
    total, known = rows.groupby("x")["value"].sum(), sales(book, pd.Index([payer]))["value"].get(payer, np.nan)
    told = {"name": payer, "most": words.value(total.max(), book.money), "year": total.idxmax(),
            "multiple": words.value(total.max() / known, "multiple")}  # fmt: skip
    title = say(f"commitment_capacity.by_year.{'title' if known == known else 'title_0'}", **told)
    id = parts.slug("promised-by-year", payer)
    return marks.stacked(rows, marks.worded("commitment_capacity.by_year", *notes, id=id, title=title,
                                            currency=book.money))  # fmt: skip


def _untold(own: pd.DataFrame) -> list[str]:
    """Which contracts do not tell their term, and what is taken in its place."""
    silent = own[~own["told"]]
    names, years = [*dict.fromkeys(silent["taker"])], words.value(own["term"].where(~own["told"]).max(), "years")
    return [say("commitment_capacity.untold", names=words.listing(names), years=years)] if names else []


def _later(rows: pd.DataFrame, unit: str) -> list[str]:
    """What falls due after the years of the chart."""
    told = {"amount": words.value(rows["paid"].sum(), unit), "last": f"{rows['year'].max():.0f}"}
    return [say("commitment_capacity.later", **told)] if len(rows) else []


def outside(book: Book, payer: str = "") -> Exhibit:
    """Who has promised most, beside its sales and the stakes promised to it: the rest must come from outside.

    payer  whom the title is about, where it is one of them
    """
    rows = payers(book).rename_axis("label").reset_index().assign(unit=book.money, multiple_unit="multiple")
    rows = rows.assign(
        year=[f"{year:.0f}" if year == year else words.DASH for year in rows["year"]], value=rows["promised"],
        stakes=rows["stakes"].replace(0.0, np.nan), most_kind=ASSUMED, multiple_kind=ASSUMED,
        sales_kind=rows["sales_kind"].fillna(""),
    )  # fmt: skip
    top = rows[rows["label"].eq(payer)].iloc[0] if payer in set(rows["label"]) else rows.iloc[0]
    told = {name: words.value(top[name], book.money) for name in ("lacking", "promised")}
    columns = {name: say(f"commitment_capacity.column.{name}") for name in
               ("label", "promised", "stakes", "lacking", "most", "year", "sales", "multiple")}  # fmt: skip
    frame = marks.worded("commitment_capacity.outside", id="from-outside", name=top["label"], **told)
    return marks.table(rows, frame, columns)
