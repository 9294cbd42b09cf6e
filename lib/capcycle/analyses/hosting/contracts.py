"""The register of contracts as books: what they pay per MW, whose they are, what is still to come and when."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from capcycle import facts
from capcycle.analyses.hosting.credit import tenant_rates
from capcycle.analyses.hosting.leases import attributable, implied_escalator, price_per_mw_year
from capcycle.errors import ModelError
from capcycle.facts import Book
from capcycle.models.maths import annuity, per
from capcycle.quantity import Quantity
from capcycle.units import DEAREST_HOSTING

ROUNDING = 0.01  # by which printed income of all years may exceed the printed rent; more is a slip, and no margin
TRIPLE_NET = 0.95  # a margin above it means that the tenant bears the running costs
DAYS_PER_YEAR = 365.25
YEAR = pd.Timedelta(days=DAYS_PER_YEAR)
PRINTED, PRINTED_ON = "golden-sun-2025-12-12", "2025-12-12"  # the document of the printed book, and its day
STANDS = ("delivering", "untold", "signed", "gpus")
LIVE = ("signed", "amended", "delivering")
RATED = ("hyperscaler", "chip maker")  # tenants whose own notes are of investment grade
AMOUNTS = ["contract_value", "revenue_per_year", "value_with_renewals", "backstop", "capex_per_mw_low",
           "capex_per_mw_high", "noi_per_year", "book_value", "value", "price", "value_owned"]  # fmt: skip


def read(book: Book) -> pd.DataFrame:
    """The contracts of a book's companies, with what follows from their terms, in the currency of the book.

    >>> sorted(read(facts.open(["miners"], "2024-12-31"))["lessor"].unique())
    ['CORZ', 'WULF']
    """
    return _read(book, book)


def _read(book: Book, then: Book) -> pd.DataFrame:
    """The contracts as they stood in an earlier book, in the money of this one."""
    versions, table = then.versions("contracts"), then.register("contracts")
    first = versions.groupby("contract")["published"].min().reindex(table["contract"])
    table = table.assign(signed=table["announced"].fillna(pd.Series(first.to_numpy(), table.index)))
    return book.restated(terms(table[table["lessor"].isin(book.companies)]), AMOUNTS)


def terms(table: pd.DataFrame) -> pd.DataFrame:
    """Contracts with price, margin, the lessor's part, the credit behind the rent, and what a reader must not average.

    mw           of critical IT, and of nothing else: power of another basis, or of none that is stated, has no price
    value        as stated, else yearly revenue times the term, which makes it derived
    share        the lessor's; the whole where no text states one
    share_low    the least that a document gives of it
    starts       of one that delivers no later than the day on which that was known, though a month counts from its last
    running      the part of its power that is delivered and pays rent; missing where it delivers and none says how much
    credit       hyperscaler, or a chip maker; backed, where a guarantor stands behind the tenant; supported, where the
                 guarantor or the amount is not told; unbacked
    not_hosting  the price pays for GPUs too, or is above what any powered shell costs
    triple_net   the margin is so high that the tenant must bear the running costs
    """
    table = table.reset_index(drop=True)
    stated, share = table["contract_value"], table["ownership"].fillna(1.0)
    value = stated.fillna(table["revenue_per_year"] * table["term_years"])
    mw, years = table["critical_it_mw"], table["term_years"]
    price = pd.Series(price_per_mw_year(value, mw, years), table.index)
    margin = table[["margin_low", "margin_high"]].mean(axis=1).fillna(table["noi_per_year"] * years / value)
    margin = margin.where(margin <= 1 + ROUNDING).clip(upper=1.0)
    delivers = table["status"].eq("delivering")
    dear = table["currency"].eq("USD") & (price > DEAREST_HOSTING)
    rise = implied_escalator(value, table["value_with_renewals"], years, table["renewal_years"])
    return table.assign(
        mw=mw, value=value, price=price, margin=margin, share=share, share_low=table["ownership_low"].fillna(share),
        starts=table["starts"].mask(delivers & table["starts"].gt(table["published"]), table["published"]),
        running=(table["running_mw"] / mw).where(delivers, 0.0),
        kind=table["kind"].mask(stated.isna() & value.notna() & table["kind"].eq("reported"), "derived"),
        mw_owned=attributable(mw, share), value_owned=attributable(value, share),
        rise=table["escalator"].fillna(pd.Series(rise, table.index)),
        rise_implied=table["escalator"].isna() & ~np.isnan(rise),
        cover=per(table["backstop"], value),  # the part of the rent that a guarantor pays at most
        credit=_credit(table),
        not_hosting=table["gpu_included"].eq("yes") | dear,
        triple_net=margin > TRIPLE_NET,
    )  # fmt: skip


def _credit(table: pd.DataFrame) -> pd.Series:
    behind = pd.Series("unbacked", table.index).mask(table["support"] != "", "supported")
    return behind.mask(table["backstop_by"] != "", "backed").mask(table["tenant_credit"].isin(RATED), "hyperscaler")


def printed_book(book: Book) -> pd.DataFrame:
    """The book that Golden Sun printed, as far as it can be rebuilt: its own MW and values, ventures counted whole.

    Empty on a day before it was printed; a contract that was amended since stands as it was then.
    """
    if not book.public(PRINTED):
        return read(book)[:0]
    printed = _read(book, book.on(PRINTED_ON)).dropna(subset="book_mw")
    price = price_per_mw_year(printed["book_value"], printed["book_mw"], printed["term_years"])
    return printed.assign(mw=printed["book_mw"], value=printed["book_value"], price=price)


def like_for_like(book: Book, cut_off: str | date) -> pd.DataFrame:
    """Every contract that stood on a day as it was known then, in MW of critical IT and the lessor's own part of each.

    One whose power was not stated as critical IT by then has no `mw`, and no value that would stand beside it.
    Errors: ModelError for a `cut_off` that is no date.
    """
    day = min(_day("cut_off", cut_off), book.day)
    table = _read(book, book.on(f"{day:%Y-%m-%d}"))
    stood = table[table["status"].isin(LIVE)]
    return stood.assign(mw=stood["mw_owned"], value=stood["value_owned"].where(stood["mw"].notna()))


def _day(name: str, text: str | date) -> pd.Timestamp:
    day = pd.to_datetime(text or None, errors="coerce")
    if pd.isna(day):
        raise ModelError(f"{name} '{text}' is not a date such as 2025-11-03")
    return day


def prices(table: pd.DataFrame) -> pd.Series:
    """Size of some contracts, and what they pay by two kinds of mean; those without a value count for MW only.

    Formula: simple = mean of each contract's price; weighted = sum of values / sum of (mw * years);
             mean_term counts each contract alike, term_by_mw = sum of (mw * years) / sum of mw
    Units:   MW, currency, years, currency/MW/year.

    >>> two = pd.DataFrame({"mw": [100.0, 200.0], "term_years": [10, 20], "value": [1e9, 8e9], "price": [1e6, 2e6]})
    >>> means = prices(two)  # 9bn over 5,000 MW-years
    >>> float(means.simple), float(means.weighted), float(means.mean_term), round(float(means.term_by_mw), 1)
    (1500000.0, 1800000.0, 15.0, 16.7)
    """
    priced = table.dropna(subset=["price"])
    mw, years, value = priced["mw"], priced["term_years"], priced["value"].sum()
    return pd.Series({
        "contracts": len(table), "mw": table["mw"].sum(), "mw_priced": mw.sum(), "value": table["value"].sum(),
        "mean_mw": table["mw"].mean(), "mean_term": years.mean(), "term_by_mw": per((mw * years).sum(), mw.sum()),
        "simple": priced["price"].mean(), "weighted": float(price_per_mw_year(value, (mw * years).sum(), 1)),
        "low": priced["price"].min(), "high": priced["price"].max(),
    })  # fmt: skip


def known_on(book: Book, from_day: str | date = "") -> pd.Timestamp:
    """The day from which rent is still to come: the one asked for, that of the book, or the last with a new contract.

    Errors: ModelError for a `from_day` that is no date.
    """
    if day := from_day or book.as_of:
        return _day("from_day", day)
    own = read(book)
    return (book.register("contracts") if own.empty else own)["published"].max()


def starts(table: pd.DataFrame, delivery_years: float) -> pd.Series:
    """The day from which each contract pays, where its text says so, else so many years after it was signed."""
    return table["starts"].fillna(table["signed"] + delivery_years * YEAR)


def _to_come(table: pd.DataFrame, day: pd.Timestamp, delivery_years: float) -> pd.DataFrame:
    """Live contracts with value, term and day: from when to when each pays what it still pays after a day.

    Rent of one that is not known to deliver cannot have begun: it begins on that day at the earliest, and then runs
    its whole term.
    """
    live = table[table["status"].isin(LIVE)].dropna(subset=["value_owned", "term_years", "signed"])
    start = starts(live, delivery_years)
    start = start.where(live["status"].eq("delivering"), start.clip(lower=day))
    end = start + live["term_years"] * YEAR
    left = ((end - start.clip(lower=day)) / YEAR).clip(lower=0.0)
    return live.assign(start=start, end=end, left=left, wait=((start - day) / YEAR).clip(lower=0.0))


def run_off(table: pd.DataFrame, day: pd.Timestamp, delivery_years: float, signed_weight: float) -> pd.DataFrame:
    """What live contracts still pay after a day, by calendar year: the lessor's part, weighted by status, level.

    A contract starts when its text says so, else so many years after it was signed, which makes its rows assumed. A
    terminated contract counts for nothing, and so does a sold one; what runs counts whole, all else by its weight.
    """
    live = _to_come(table, day, delivery_years)
    kind = live["kind"].replace("reported", "derived").where(live["starts"].notna(), "assumed")
    years = pd.DataFrame({"opens": pd.date_range(f"{day.year}-01-01", max([day, *live["end"]]), freq="YS")})
    years = years.assign(closes=years["opens"] + pd.DateOffset(years=1), year=years["opens"].dt.year)
    flows = live.assign(kind=kind).merge(years, how="cross")
    paid = flows[["closes", "end"]].min(axis=1) - flows[["opens", "start"]].max(axis=1).clip(lower=day)
    part, runs = paid / (flows["end"] - flows["start"]), flows["running"].fillna(0.0)
    flows = flows.assign(value=flows["value_owned"] * part * (runs + (1 - runs) * signed_weight))
    return flows.loc[part > 0, ["contract", "lessor", "status", "credit", "year", "value", "kind", "source"]]


def backlog(table: pd.DataFrame, day: pd.Timestamp, delivery_years: float, signed_weight: float) -> pd.DataFrame:
    """Live contracts by where they stand, those with GPUs in the rent apart: signed, dated, to come, weighted.

    A contract of which a part runs counts in that part as delivering, in the rest as signed; where none says how much
    of it runs, it stands apart, and counts as signed.

    Columns: contracts, mw and value of the lessors' part; undated, the value of those that say no day or term and so
    are in no run-off; to_come after the day; weighted, the same with what does not run yet at its weight.
    """
    live = table[table["status"].isin(LIVE)]
    dated = live["term_years"].notna() & live["signed"].notna()
    undated = live["value_owned"].where(~dated, 0.0).fillna(0.0)
    flows = run_off(live, day, delivery_years, 1.0).groupby("contract")["value"].sum()
    live = live.assign(undated=undated, to_come=live["contract"].map(flows).fillna(0.0))
    runs, rest = live["running"].fillna(0.0), live["running"].isna().map({True: "untold", False: "signed"})
    parts = pd.concat([live.assign(part=runs, weight=1.0, stands="delivering"),
                       live.assign(part=1 - runs, weight=signed_weight, stands=rest)])  # fmt: skip
    parts = parts[parts["part"] > 0]
    parts["stands"] = parts["stands"].mask(parts["not_hosting"], "gpus")
    for name in ("mw_owned", "value_owned", "undated", "to_come"):
        parts[name] = parts[name] * parts["part"]
    parts["weighted"] = parts["to_come"] * parts["weight"]
    return parts.groupby("stands").agg(
        contracts=("contract", "nunique"), mw=("mw_owned", "sum"), value=("value_owned", "sum"),
        undated=("undated", "sum"), to_come=("to_come", "sum"), weighted=("weighted", "sum"),
        source=("source", facts.documents),
    ).reindex([each for each in STANDS if (parts["stands"] == each).any()])  # fmt: skip


def worth(table: pd.DataFrame, rates: Mapping[str, Quantity], day: pd.Timestamp, delivery_years: float) -> pd.DataFrame:
    """Contracts with what is left of the lessor's rent after a day and its worth then, at the rate of its credit.

    Formula: to_come = value / years * left; present_value = value / years * annuity(rate, left) / (1 + rate) ** wait,
             of level rent: `left` are the years that it still pays, and `wait` those until it begins
    Units:   currency; rates by `credit`, see `tenant_rates`.
    """
    live = _to_come(table, day, delivery_years)
    rate = tenant_rates(live, rates).map(lambda each: each.value)
    yearly = live["value_owned"] / live["term_years"]
    present = yearly * annuity(rate, live["left"]) / (1 + rate) ** live["wait"]
    return live.assign(rate=rate, to_come=yearly * live["left"], present_value=present)


def built(table: pd.DataFrame) -> pd.DataFrame:
    """Priced hosting contracts whose lessor is said to pay for the building: those that have a yield on cost."""
    own = table["capex_paid_by"].eq("lessor") & table["status"].isin(LIVE) & ~table["not_hosting"]
    return table[own & table["price"].notna()]


def yield_on_cost(contract: Mapping, margin: Quantity, capex: Quantity) -> Quantity:
    """A year's income of a contract over the cost of its building; where it states no margin or cost, those assumed.

    Formula: price * margin / capex per MW; the ends take the low margin at the high cost and the other way round
    """
    earned = stated(contract, contract["price"]) * margin_of(contract, margin) / capex_of(contract, capex)
    return earned.called("yield_on_cost", "fraction")


def margin_of(contract: Mapping, general: Quantity) -> Quantity:
    """The margin of a contract's income that it states, else the general one."""
    margin, low, high = (contract[name] for name in ("margin", "margin_low", "margin_high"))
    return general if np.isnan(margin) else stated(contract, margin, low, high)


def capex_of(contract: Mapping, general: Quantity) -> Quantity:
    """The cost of building a MW that a contract states, else the general one."""
    low, high = contract["capex_per_mw_low"], contract["capex_per_mw_high"]
    return general if np.isnan(low + high) else stated(contract, (low + high) / 2, low, high)


def stated(contract: Mapping, value: float, low: float = np.nan, high: float = np.nan) -> Quantity:
    """A figure as a contract states it, known since its terms were told."""
    return Quantity("", value, "", low, high, contract["kind"], contract["source"], published=contract["published"])


def debt_costs(book: Book) -> pd.DataFrame:
    """What lenders ask of a book's companies for projects: each bond that has a rate.

    >>> debt_costs(facts.open(["CIFR"]))[["debt", "rate"]].values.tolist()
    [['cipher-notes-2030', 0.07125], ['cipher-notes-2026', 0.06125]]
    """
    table = book.register("debt")
    bonds = table["borrower"].isin(book.companies) & table["rate"].notna() & table["type"].eq("bond")
    return table[bonds].reset_index(drop=True)
