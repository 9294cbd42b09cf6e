"""The leases of companies beside their price: what a MW of them leaves, for how long and from when, what is delivered.

The means by MW are those of the page on hosting: what a lease states is taken from it, and a general assumption stands
in only for what it does not state.
"""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.hosting import contracts, own
from capcycle.facts import Book
from capcycle.quantity import ASSUMED, DERIVED, Quantity

RUNS = "all power in use"  # the part of capacity.csv that is mostly mining
MEANS = {  # of a company's leases, by MW: the column of each lease, and the unit
    "noi_per_leased_mw": ("noi", "USD/MW/year"), "cost_per_leased_mw": ("cost", "USD/MW"),
    "term_left": ("left", "years"), "lease_wait": ("wait", "years"), "renewal_years": ("renewal", "years"),
    "tenant_rate": ("rate", "fraction"),
}  # fmt: skip
GENERAL = {"term_left": "lease_term", "lease_wait": "delivery_years", "cost_per_leased_mw": "hosting_capex"}


def without_critical_power(book: Book, company: str) -> pd.DataFrame:
    """A company's leases that stand, and of which no document states the MW of critical IT: they count nowhere."""
    table = contracts.read(book.of(company)).query("gpu_included == 'no'")
    return table[table["status"].isin(contracts.LIVE) & table["mw"].isna()]


def sold_leases(book: Book, company: str) -> pd.DataFrame:
    """The leases of which a company has agreed to sell its part: neither they nor what is paid for them is counted."""
    return contracts.read(book.of(company)).query("status == 'sold'")


def terms(
    rows: pd.DataFrame,
    capacity: pd.DataFrame,
    capex: pd.DataFrame,
    day: pd.Timestamp,
    balance: pd.Timestamp,
    book: Book,
) -> dict[str, Quantity]:
    """What a MW of a company's leases earns and costs, how long and at whose credit; what is delivered, and spent.

    rows      its leases; without any the general terms stand
    capacity  its rows of the register of capacity
    capex     its quarters of capex, in US dollars
    day       that of the price: what was due by then may be delivered
    balance   that of the debt, in which what was spent until then stands
    """
    if rows.empty:
        general = {name: general_of(book, name) for name in (*MEANS, "delivered")}
        return {**general, "spent_on_leases": Quantity("spent_on_leases", 0.0, "USD", kind=DERIVED)}
    dated = rows.assign(left=[_left(each, day) for each in rows.to_dict("records")],
                        wait=[_wait(each, day) for each in rows.to_dict("records")])  # fmt: skip
    means = {name: own.mean(dated, what, name, unit) for name, (what, unit) in MEANS.items()}
    return {
        **means,
        "delivered": _delivered(rows, capacity, day, book),
        "spent_on_leases": _spent(rows, capex, balance),
    }


def general_of(book: Book, name: str) -> Quantity:
    """What is assumed of a MW of a company without leases: the general assumptions of the page on hosting."""
    if name == "noi_per_leased_mw":
        rent, margin = (study.assumption(book, each) for each in ("hosting_rent", "hosting_noi_margin"))
        return (rent * margin).called(name, "USD/MW/year", rent.reason)
    known = study.assumption(book, GENERAL.get(name, name))
    return replace(known, name=name)


def _left(lease: Mapping, day: pd.Timestamp) -> Quantity:
    """The years of a lease's base term that it still pays on a day; all of them where nothing is known to run."""
    paid = max((day - lease["due"]) / contracts.YEAR, 0.0) if lease["status"] == "delivering" else 0.0
    return (lease["term"] - min(paid, lease["term"].value)).called("left", "years")


def _wait(lease: Mapping, day: pd.Timestamp) -> Quantity:
    """The years from a day until a lease pays."""
    years = max((lease["due"] - day) / contracts.YEAR, 0.0)
    kind = ASSUMED if pd.isna(lease["starts"]) else lease["kind"]
    return Quantity("wait", years, "years", kind=kind, source=lease["source"])


def _spent(rows: pd.DataFrame, capex: pd.DataFrame, day: pd.Timestamp) -> Quantity:
    """The capex of the quarters after the first lease was signed, to a day: at most so much is in its buildings."""
    since = rows["signed"].min()
    paid = capex[(capex["period_start"] > since) & (capex["period_end"] <= day)]
    reason = _say("spent" if len(paid) else "spent_0", day=words.day(since))
    source, total_paid = facts.documents(paid["source"]), float(paid["value"].sum())
    kind = facts.weakest([DERIVED, *paid["kind"]])
    return Quantity("spent_on_leases", total_paid, "USD", 0.0, total_paid, kind, source, reason)


def _delivered(rows: pd.DataFrame, capacity: pd.DataFrame, day: pd.Timestamp, book: Book) -> Quantity:
    """The share of the leased MW that runs, by the newest report; at most what was due by a day."""
    all_of_it, at = float(rows["mw"].sum()), _running(capacity)
    if at.empty and rows["status"].eq("delivering").any():
        return study.assumption(book, "delivered")
    years = study.assumption(book, "delivery_years")
    runs = rows["running"].where(rows["running"] > 0, 1.0)  # of one that delivers a part, that part was due
    running, due = float(at["mw"].sum()), float((rows["mw"] * runs)[rows["due"] <= day].sum())
    low, high = (min(each / all_of_it, 1.0) for each in (running, max(running, due)))
    mw = {"total": all_of_it, "running": running, "due": due}
    reason = _say("delivered", day=words.day(day), years=years.shown,
                  **{name: words.value(each, "MW") for name, each in mw.items()})  # fmt: skip
    source = facts.documents([*rows["source"], *at["source"]])
    return Quantity("delivered", low, "fraction", low, high, DERIVED, source, reason, hindsight=years.hindsight)


def _running(capacity: pd.DataFrame) -> pd.DataFrame:
    """The newest figure of each let site that runs; what stands before a comma names the site."""
    campus = _campus(capacity["site"])
    let = set(campus[capacity["stage"] == "contracted"])
    runs = (capacity["stage"] == "operating") & (capacity["site"] != RUNS) & campus.isin(let) & capacity["mw"].notna()
    return capacity[runs].sort_values("date").drop_duplicates("site", keep="last")


def _campus(sites: pd.Series) -> pd.Series:
    return sites.str.split(",").str[0]


def _say(key: str, **values: str) -> str:
    return words.say(f"power_value.leased.{key}", **values)
