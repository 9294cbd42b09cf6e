"""The register of contracts as books: what they pay per MW, whose they are, what is still to come and when."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import facts
from capcycle.analyses.hosting.leases import attributable, backstop_cover, implied_escalator, price_per_mw_year
from capcycle.errors import ModelError
from capcycle.facts import registers
from capcycle.models.maths import annuity

TRIPLE_NET = 0.95  # a margin above it means that the tenant bears the running costs
DAYS_PER_YEAR = 365.25
PRINTED = "golden-sun-2025-12-12"  # the document of the printed book
STANDS = ("delivering", "signed", "gpus")
LIVE = ("signed", "amended", "delivering")
AMOUNTS = ["contract_value", "revenue_per_year", "value_with_renewals", "backstop", "capex_per_mw_low",
           "capex_per_mw_high", "noi_per_year", "book_value", "value", "price", "value_owned"]  # fmt: skip
BOOK = ["contract", "lessor", "tenant", "tenant_name", "gpu_included", "credit", "mw", "term_years", "value", "price",
        "kind", "source", "currency", "told_in"]  # fmt: skip


class Prices(NamedTuple):
    """What the contracts of a book pay per MW and year, by three kinds of mean, and how large it is."""

    contracts: int
    mw: float
    mw_priced: float
    value: float
    mean_mw: float
    mean_term: float
    simple: float
    pooled: float
    weighted: float
    low: float
    high: float


def read(companies: Sequence[str], as_of: str | date | None = None, currency: str = "USD") -> pd.DataFrame:
    """The contracts of some lessors as they were known on a day, with what follows from their terms, in one currency.

    Errors: CapcycleError for an unknown company, a bad date, or a currency without rates.

    >>> sorted(read(["miners"], "2024-12-31")["lessor"].unique())
    ['CORZ', 'WULF']
    """
    table = registers.read("contracts", as_of)
    found = facts.restated(terms(table[table["lessor"].isin(facts.tickers(companies))]), AMOUNTS, currency)
    found.attrs["currency"] = currency  # of books without a row too
    return found


def terms(table: pd.DataFrame) -> pd.DataFrame:
    """Contracts with price, margin, the lessor's part, the credit behind the rent, and what a reader must not average.

    mw           of critical IT
    value        as told, else yearly revenue times the term, which makes it derived
    share        the lessor's; the whole where no text tells one
    credit       hyperscaler; backed, where a guarantor stands behind the tenant; unbacked
    not_hosting  the price pays for GPUs too, or is above what any powered shell costs
    triple_net   the margin is so high that the tenant must bear the running costs
    """
    table = table.reset_index(drop=True)
    told, share = table["contract_value"], table["ownership"].fillna(1.0)
    value = told.fillna(table["revenue_per_year"] * table["term_years"])
    mw, years = table["critical_it_mw"], table["term_years"]
    price = pd.Series(price_per_mw_year(value, mw, years), table.index)
    margin = table[["margin_low", "margin_high"]].mean(axis=1).fillna(table["noi_per_year"] * years / value)
    dear = table["currency"].eq("USD") & (price > registers.DEAREST_HOSTING)
    rise = implied_escalator(value, table["value_with_renewals"], years, table["renewal_years"])
    return table.assign(
        mw=mw, value=value, price=price, margin=margin, share=share,
        kind=table["kind"].mask(told.isna() & value.notna() & table["kind"].eq("reported"), "derived"),
        mw_owned=attributable(mw, share), value_owned=attributable(value, share),
        rise=table["escalator"].fillna(pd.Series(rise, table.index)),
        rise_implied=table["escalator"].isna(),
        cover=backstop_cover(table["backstop"], value),
        credit=_credit(table),
        signed=table["announced"].fillna(table["published"]),
        not_hosting=table["gpu_included"].eq("yes") | dear,
        triple_net=margin > TRIPLE_NET,
    )  # fmt: skip


def _credit(table: pd.DataFrame) -> pd.Series:
    backed = pd.Series("backed", table.index).where(table["backstop_by"] != "", "unbacked")
    return backed.mask(table["tenant_credit"] == "hyperscaler", "hyperscaler")


def golden_sun(table: pd.DataFrame, as_of: str | date | None = None) -> pd.DataFrame:
    """The book that Golden Sun printed, as far as it can be rebuilt: its own MW and values, ventures counted whole.

    Empty on a day before it was printed.
    """
    printed = not as_of or pd.Timestamp(as_of) >= pd.Timestamp(facts.sources().at[PRINTED, "published"])
    held = table.dropna(subset="book_mw") if printed else table[:0]
    price = price_per_mw_year(held["book_value"], held["book_mw"], held["term_years"])
    return held.assign(mw=held["book_mw"], value=held["book_value"], price=price)[BOOK].reset_index(drop=True)


def like_for_like(table: pd.DataFrame, cut_off: str | date) -> pd.DataFrame:
    """Every live contract signed by a day, in MW of critical IT and the lessor's own part of each.

    Errors: ModelError for a `cut_off` that is no date.
    """
    held = table[(table["signed"] <= _day("cut_off", cut_off)) & table["status"].isin(LIVE) & table["mw"].notna()]
    return held.assign(mw=held["mw_owned"], value=held["value_owned"])[BOOK].reset_index(drop=True)


def _day(name: str, given: str | date) -> pd.Timestamp:
    day = pd.to_datetime(given or None, errors="coerce")
    if pd.isna(day):
        raise ModelError(f"{name} '{given}' is not a date such as 2025-11-03")
    return day


def prices(book: pd.DataFrame, term: float) -> Prices:
    """Size and prices of a book; contracts without a value count for its MW only.

    Formula: simple = mean of each contract's price; weighted = sum of values / sum of (mw * years);
             pooled = sum of values / (sum of mw * term), one term for all, as reports print it
    Units:   MW, currency, currency/MW/year.

    >>> two = pd.DataFrame({"mw": [100.0, 200.0], "term_years": [10, 20], "value": [1e9, 8e9], "price": [1e6, 2e6]})
    >>> found = prices(two, 15)  # 9bn over 5,000 MW-years, and over 300 MW x 15 years
    >>> float(found.simple), found.weighted, found.pooled
    (1500000.0, 1800000.0, 2000000.0)
    """
    held = book.dropna(subset=["price"])
    mw, years, value = held["mw"], held["term_years"], held["value"].sum()
    return Prices(
        contracts=len(book), mw=book["mw"].sum(), mw_priced=mw.sum(), value=book["value"].sum(),
        mean_mw=book["mw"].mean(), mean_term=years.mean(), simple=held["price"].mean(),
        pooled=float(price_per_mw_year(value, mw.sum(), term)),
        weighted=float(price_per_mw_year(value, (mw * years).sum(), 1)),
        low=held["price"].min(), high=held["price"].max(),
    )  # fmt: skip


def known_on(table: pd.DataFrame, from_day: str | date | None = None) -> pd.Timestamp:
    """The day from which rent is still to come: the one asked for, else the last on which anything became known.

    Errors: ModelError for a `from_day` that is no date.
    """
    return _day("from_day", from_day) if from_day else table["published"].max()


def run_off(table: pd.DataFrame, day: pd.Timestamp, delivery_years: float, signed_weight: float) -> pd.DataFrame:
    """What live contracts still pay after a day, by calendar year: the lessor's part, weighted by status, level.

    A contract starts when its text says so, else so many years after it was signed, which makes its rows assumed. A
    terminated contract counts for nothing; one that delivers counts whole, one that is only signed by its weight.
    """
    live = table[table["status"].isin(LIVE)].dropna(subset=["value_owned", "term_years", "signed"])
    rows = [row for each in live.to_dict("records") for row in _yearly(each, day, delivery_years)]
    flows = pd.DataFrame(rows, columns=["contract", "lessor", "status", "credit", "year", "value", "kind", "source"])
    weight = np.where(flows["status"] == "delivering", 1.0, signed_weight)
    return flows.assign(value=flows["value"] * weight)


def backlog(table: pd.DataFrame, day: pd.Timestamp, delivery_years: float, signed_weight: float) -> pd.DataFrame:
    """Live contracts by where they stand, those with GPUs in the rent apart: signed, dated, to come, weighted.

    Columns: contracts, mw and value of the lessors' part; undated, the value of those that say no day or term and so
    are in no run-off; to_come after the day; weighted, the same with what is only signed at its weight.
    """
    live = table[table["status"].isin(LIVE)]
    live = live.assign(stands=live["status"].mask(live["not_hosting"], "gpus").replace("amended", "signed"))
    dated = live["term_years"].notna() & live["signed"].notna()
    live = live.assign(undated=live["value_owned"].where(~dated, 0.0).fillna(0.0))
    for name, weight in (("to_come", 1.0), ("weighted", signed_weight)):
        flows = run_off(live, day, delivery_years, weight)
        live[name] = live["contract"].map(flows.groupby("contract")["value"].sum()).fillna(0.0)
    return live.groupby("stands").agg(
        contracts=("contract", "size"), mw=("mw_owned", "sum"), value=("value_owned", "sum"),
        undated=("undated", "sum"), to_come=("to_come", "sum"), weighted=("weighted", "sum"),
        source=("source", facts.documents),
    ).reindex([each for each in STANDS if (live["stands"] == each).any()])  # fmt: skip


def _yearly(each: Mapping, day: pd.Timestamp, delivery_years: float) -> Iterator[dict]:
    known = each["starts"] == each["starts"]
    start = each["starts"] if known else each["signed"] + pd.Timedelta(days=delivery_years * DAYS_PER_YEAR)
    end = start + pd.Timedelta(days=each["term_years"] * DAYS_PER_YEAR)
    kept = {name: each[name] for name in ("contract", "lessor", "status", "credit", "source")}
    for year in range(max(start, day).year, end.year + 1):
        first, last = max(start, day, pd.Timestamp(year, 1, 1)), min(end, pd.Timestamp(year + 1, 1, 1))
        part = max((last - first) / (end - start), 0.0)
        kind = "derived" if known and each["kind"] != "estimated" else "assumed"
        yield kept | {"year": year, "value": each["value_owned"] * part, "kind": kind}


def worth(table: pd.DataFrame, rates: Mapping[str, float], delivery_years: float) -> pd.DataFrame:
    """Contracts with the present value of the lessor's part of their rent, at the rate of the credit behind it.

    Formula: value / years * annuity(rate, years) / (1 + rate) ** delivery_years, of level rent
    Units:   currency; rates as fractions by `credit`.
    """
    held = table[table["status"].isin(LIVE)].dropna(subset=["value_owned", "term_years"])
    rate = held["credit"].map(rates)
    factor = annuity(rate, held["term_years"]) / held["term_years"] / (1 + rate) ** delivery_years
    return held.assign(rate=rate, present_value=held["value_owned"] * factor)


def yields(table: pd.DataFrame, margin: Sequence[float], capex: Sequence[float]) -> pd.DataFrame:
    """Yield on cost of each hosting contract whose lessor is said to pay for the building, with its range.

    Margin and capex (low, central, high) stand in where a contract tells none, which makes its yield assumed.

    Formula: price * margin / capex per MW; the ends take the low margin at the high cost and the other way round
    """
    held = table[~table["not_hosting"] & table["capex_paid_by"].eq("lessor") & table["status"].isin(LIVE)]
    held = held.dropna(subset="price")
    told = held["capex_per_mw_low"].notna() & held["margin"].notna()
    low, high = held["capex_per_mw_low"].fillna(capex[0]), held["capex_per_mw_high"].fillna(capex[2])
    middle = held[["capex_per_mw_low", "capex_per_mw_high"]].mean(axis=1).fillna(capex[1])
    margins = [held[name].fillna(held["margin"]).fillna(one)
               for name, one in zip(["margin_low", "margin", "margin_high"], margin, strict=True)]  # fmt: skip
    return held.assign(
        low=held["price"] * margins[0] / high, yield_on_cost=held["price"] * margins[1] / middle,
        high=held["price"] * margins[2] / low, kind=held["kind"].where(told, "assumed"),
    )  # fmt: skip


def debt_costs(companies: Sequence[str], as_of: str | date | None = None) -> pd.DataFrame:
    """What lenders ask of some companies for projects: each bond that has a rate.

    >>> debt_costs(["CIFR"])[["debt", "rate"]].values.tolist()
    [['cipher-notes-2030', 0.07125]]
    """
    table = registers.read("debt", as_of)
    held = table["borrower"].isin(facts.tickers(companies)) & table["rate"].notna() & table["type"].eq("bond")
    return table[held].reset_index(drop=True)
