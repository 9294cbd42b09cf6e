"""Price to sales: brackets as printed and as they are now, a company's own history, and what expected growth does."""

from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.power_value.figures import figures
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.panel import select
from capcycle.quantity import missing, newest
from capcycle.study import Case
from capcycle.words import say

COLUMNS = ("group", "bracket", "then", "other", "value", "now", "day")
FRESH = pd.Timedelta(
    days=92 + 60
)  # a quarter, and the time in which a year is filed: older sales were not the newest then
LEAST = 24  # months that say what is usual
QUARTILES = {"low": 0.0, "inner_low": 0.25, "inner_high": 0.75, "high": 1.0}


@model(verdict="price_to_sales_next", better="lower", price_to_sales=Multiple, price_to_sales_next=Multiple,
       growth_assumed=Fraction, price_to_sales_doubled=Multiple)  # fmt: skip
def sales_ahead(market_value: Amount, revenue: Amount, revenue_next: Amount):
    """What growth that somebody expects does to price over sales.

    Formula: price_to_sales = market_value / revenue; price_to_sales_next = market_value / revenue_next
    Units:   amounts in one currency, revenue of a year each.
    Source:  CoreWeave at 35bn (StockWe, March 2025): 1.915bn in 2024, 4bn in 2025 as a doubling, which is 2.089 times.

    >>> [round(float(each), 2) for each in sales_ahead(35e9, 1.915e9, 4e9)]
    [18.28, 8.75, 1.09, 9.14]
    """
    now = per(market_value, revenue)
    return now, per(market_value, revenue_next), per(revenue_next, revenue) - 1, now / 2


@study.starts_by_company(sales_ahead)
def ahead(book: Book) -> dict[str, Case]:
    """Each company's value on the sales of the year before the newest estimate, and on those expected: both as printed.

    The value is the newest that the estimates give, else the market's.
    """
    revenue = measure("revenue", select(book.into(book.money), "year"))
    table, known = book.register("estimates").sort_values("period"), figures(book)
    found = {}
    for company in book.companies:
        own = table[table["subject"] == company]
        values, sales = (own[own["measure"] == name] for name in ("valuation", "revenue"))
        value = newest(values, "market_value", "", "low", "published")
        given = {"market_value": known[company]["market_value"] if value.missing else value,
                 "revenue_next": newest(sales, "revenue_next", say("price_to_sales.lacking"), "low", "published"),
                 "revenue": missing("revenue", say("price_to_sales.lacking"))}  # fmt: skip
        if len(sales):
            before = str(int(sales["period"].iloc[-1][:4]) - 1)
            given["revenue"] = study.figure(revenue, company, before)
        found[company] = study.case(sales_ahead, book, company, **given)
    return study.Cases(found)


def history(book: Book, company: str) -> pd.DataFrame:
    """Price to sales at each month's end: the market value on the newest twelve months that were public that day.

    Both are in the currency that the company reports in. Sales that a document of a later day tells of are not those
    that the market knew: a month has none where the newest in the data are older than a company may file.
    Columns: date, value (times), kind, source; no row for a month without either.
    """
    own = book.own(company)
    nothing = pd.DataFrame(columns=["date", "value", "kind", "source"])
    market = own.register("market").query("symbol == @company and measure == 'market_value'")
    if market.empty or own.facts.empty:
        return nothing
    market = own.convert(market.assign(unit=market["currency"], period_start=pd.NaT, period_end=market["date"]))
    sales = measure("revenue", select(own, "ttm")).table.dropna(subset=["value", "published"])
    if sales.empty:
        return nothing
    sales = sales.sort_values(["published", "period_end"]).drop_duplicates("published", keep="last")
    both = pd.merge_asof(
        market.sort_values("date"), sales, left_on="date", right_on="published", suffixes=("", "_sales")
    )
    both = both[both["date"] - both["period_end_sales"] <= FRESH]
    return pd.DataFrame({
        "date": both["date"], "value": both["value"] / both["value_sales"],
        "kind": [facts.weakest(pair) for pair in both[["kind", "kind_sales"]].to_numpy()],
        "source": [facts.documents(pair) for pair in both[["source", "source_sales"]].to_numpy()],
    })  # fmt: skip


def band(book: Book, company: str) -> Exhibit:
    """A company's price to sales by month within the quartiles of its own months."""
    known = history(book, company)
    frame = {"id": parts.slug("price-to-sales-band", company)}
    if len(known) < LEAST or known["date"].iloc[-1] < figures(book.of(company))[company]["market_value"].day:
        title = say("price_to_sales.band.none", company=book.names[company], least=LEAST)
        return marks.nothing(marks.worded("price_to_sales.band", **frame, title=title, days=FRESH.days))
    values, last = known["value"], known.iloc[-1]
    rows = known.assign(label=[f"{day:%Y-%m}" for day in known["date"]], unit="multiple",
                        **{name: values.quantile(at) for name, at in QUARTILES.items()})  # fmt: skip
    title = say("price_to_sales.band.title", company=book.names[company], value=words.value(last["value"], "multiple"),
                share=words.value(float((values < last["value"]).mean()), "fraction"), count=len(values))  # fmt: skip
    frame = marks.worded("price_to_sales.band", **frame, title=title, days=FRESH.days)
    return marks.bands(
        rows.assign(x=rows["label"]),
        frame,
        [say(f"price_to_sales.band.{name}") for name in ("outer", "inner")],
        say("price_to_sales.band.line"),
    )


def buckets(book: Book) -> Exhibit:
    """The brackets of price to sales as printed, and what the companies named in them cost then and now."""
    table = book.register("multiples_history").query("measure == 'ps'")
    printed = table[table["statistic"].isin(["range low", "range high"])]
    rows = [row for group, own in printed.groupby("group", sort=False) for row in _bucket(book, group, own, table)]
    if not rows:
        return marks.nothing(marks.worded("price_to_sales.buckets", title=say("price_to_sales.buckets.none")))
    rows = pd.DataFrame(rows)
    above = rows[rows["value"] > rows["high"]]["label"]
    own = above[above.isin([book.names[each] for each in book.companies])].tolist()
    named, counts = words.listing(own) if own else "", {"above": len(above), "all": len(rows)}
    title = words.counted("price_to_sales.buckets.title", len(own), names=named, **counts)
    columns = {"label": say("column.company"), **{name: say(f"price_to_sales.column.{name}") for name in COLUMNS}}
    return marks.table(rows, marks.worded("price_to_sales.buckets", title=title), columns)


def _bucket(book: Book, group: str, own: pd.DataFrame, table: pd.DataFrame) -> list[dict[str, Any]]:
    """A row for each company of the data that the name of a bracket has in it."""
    ends, found = own.set_index("statistic")["value"], []
    named = group.partition("(")[2].rstrip(")").split(", ")
    for company in [ticker for ticker, name in book.names.items() if name in named]:
        known = history(book.of(company), company)
        if known.empty:
            continue
        last, then = known.iloc[-1], known[known["date"] <= own["date"].max()].tail(1)
        others = table[table["group"].eq(book.names[company]) & table["statistic"].eq("single")]
        found.append({
            "label": book.names[company], "group": group.partition(" (")[0], "low": ends["range low"],
            "high": ends["range high"], "bracket": words.between(ends["range low"], ends["range high"], "multiple"),
            "then": float(then["value"].iloc[0]) if len(then) else np.nan, "then_kind": last["kind"],
            "other": float(others["value"].iloc[-1]) if len(others) else np.nan, "other_kind": "estimated",
            "unit": "multiple", "value": last["value"], "kind": last["kind"], "day": words.day(last["date"]),
            "source": facts.documents([last["source"], *own["source"], *others["source"]]),
        })  # fmt: skip
    values = [row["value"] for row in found]
    return [row | {"now": words.between(min(values), max(values), "multiple")} for row in found]
