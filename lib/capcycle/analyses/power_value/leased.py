"""The leases of companies as they are known: what each leaves after its costs, what its building costs, what delivers.

What a lease tells is taken from it; a general assumption stands in only for what it does not tell.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.analyses.hosting import contracts
from capcycle.analyses.hosting.leases import growing_sum
from capcycle.study.case import ASSUMED, DERIVED, Input
from capcycle.study.chosen import assumption

ENDS = ("low", "central", "high")
RUNS = "all power in use"  # the part of capacity.csv that is mostly mining
OF = ["company", "contract", "tenant", "site", "mw", "price", "margin", "status", "due", "start_told", "noi_told",
      "cost_told", *(f"{what}_{end}" for what in ("noi", "cost") for end in ENDS), "source"]  # fmt: skip


class Terms(NamedTuple):
    """What a MW of a company's leases earns and costs, and how much of them is delivered."""

    noi_per_leased_mw: Input
    cost_per_leased_mw: Input
    delivered: Input


def leases(companies: Sequence[str], as_of: str | date | None = None) -> pd.DataFrame:
    """The live leases of some lessors whose rent pays for no GPUs: one row each, with their terms per MW.

    Formula: noi = price * margin, price = value / (mw * years); the low end takes the first year's rent where its rise
             is known, and the low margin; the high end the mean rent and the high margin
    Units:   the lessor's own MW of critical IT; US dollars per MW, and per MW and year; `due` is the day told, else
             so long after the signature as leases take to deliver; a building that the tenant pays costs nothing

    >>> own = leases(["CIFR"], "2026-08-22").set_index("contract").loc["cifr-aws"]
    >>> round(own["price"]), round(own["noi_central"])  # 5.5bn over 15 years and 300 MW; 85 % of it
    (1222222, 1038889)
    """
    table = contracts.read(companies, as_of)
    live = table["status"].isin(contracts.LIVE) & table["gpu_included"].eq("no") & table["mw"].notna()
    held = table[live].reset_index(drop=True)
    tenant_pays = held["capex_paid_by"].eq("tenant")
    days = pd.to_timedelta(assumption("delivery_years").central * contracts.DAYS_PER_YEAR, unit="D")
    return held.assign(
        company=held["lessor"], tenant=held["tenant_name"], site=_campus(held["site"]), mw=held["mw_owned"],
        due=held["starts"].fillna(held["signed"] + days), start_told=held["starts"].notna(),
        noi_told=held["price"].notna() & held["margin"].notna(),
        cost_told=tenant_pays | held["capex_per_mw_low"].notna(), **_noi(held), **_cost(held, tenant_pays),
    )[OF]  # fmt: skip


def _noi(held: pd.DataFrame) -> dict[str, pd.Series]:
    general, margin = assumption("noi_per_leased_mw"), assumption("hosting_noi_margin")
    years, rise = held["term_years"], held["rise"].fillna(0.0)
    first = held["price"] * years / growing_sum(rise, years)  # of a rent that rises as told
    own = {
        "low": first * held["margin_low"].fillna(held["margin"]).fillna(margin.low),
        "central": held["price"] * held["margin"].fillna(margin.central),
        "high": held["price"] * held["margin_high"].fillna(held["margin"]).fillna(margin.high),
    }
    return {f"noi_{end}": own[end].fillna(getattr(general, end)) for end in ENDS}


def _cost(held: pd.DataFrame, tenant_pays: pd.Series) -> dict[str, pd.Series]:
    general, (low, high) = assumption("cost_per_leased_mw"), (held["capex_per_mw_low"], held["capex_per_mw_high"])
    own = {"low": low, "central": (low + high) / 2, "high": high}
    return {f"cost_{end}": own[end].fillna(getattr(general, end)).mask(tenant_pays, 0.0) for end in ENDS}


def terms(book: pd.DataFrame, runs: pd.DataFrame, day: pd.Timestamp) -> Terms:
    """The terms of one company's leases together, by MW; the general assumptions where it has no lease.

    book  its rows of `leases`
    runs  its rows of the register of capacity
    day   that of the price: what was due by then may be delivered
    """
    if book.empty:
        return Terms(*map(assumption, Terms._fields))
    return Terms(
        _mean(book, "noi", "noi_per_leased_mw", "hosting_noi_margin"),
        _mean(book, "cost", "cost_per_leased_mw"),
        _delivered(book, runs, day),
    )


def _mean(book: pd.DataFrame, what: str, name: str, *others: str) -> Input:
    """A figure per MW over all leases, weighted by MW."""
    low, central, high = (float(np.average(book[f"{what}_{end}"], weights=book["mw"])) for end in ENDS)
    general, told = [assumption(each) for each in (name, *others)], book[f"{what}_told"]
    rows = {"own": told, "rent": book["price"].notna(), "total": book["mw"].notna()}
    mw = {key: words.value(float(book.loc[own, "mw"].sum()), "MW") for key, own in rows.items()}
    source = [*book["source"], *(() if told.all() else (each.source for each in general))]
    kind = DERIVED if told.all() else ASSUMED
    return Input(name, central, general[0].unit, low, high, kind, facts.documents(source), _say(f"{what}_told", **mw))


def _delivered(book: pd.DataFrame, runs: pd.DataFrame, day: pd.Timestamp) -> Input:
    """The share of the leased MW that runs, as last told; at most what was due by a day."""
    total, at = float(book["mw"].sum()), _running(runs)
    if at.empty and book["status"].eq("delivering").any():
        return assumption("delivered")
    running = float(at["mw"].sum())
    due = float(book.loc[book["due"] <= day, "mw"].sum())
    low, high = (min(one / total, 1.0) for one in (running, max(running, due)))
    told = {"total": words.value(total, "MW"), "running": words.value(running, "MW"), "due": words.value(due, "MW"),
            "day": words.day(day), "at": words.day(at["date"].max()),
            "years": words.value(assumption("delivery_years").central, "years")}  # fmt: skip
    keys = ("none_running" if at.empty else "running", "due" if high > low else "none_due")
    reason = " ".join(_say(key, **told) for key in keys)
    return Input(
        "delivered", low, "fraction", low, high, DERIVED, facts.documents([*book["source"], *at["source"]]), reason
    )


def _running(runs: pd.DataFrame) -> pd.DataFrame:
    """The newest figure of each let site that runs; what stands before a comma tells the site."""
    campus = _campus(runs["site"])
    let = set(campus[runs["stage"] == "contracted"])
    held = runs[(runs["stage"] == "operating") & (runs["site"] != RUNS) & campus.isin(let) & runs["mw"].notna()]
    return held.sort_values("date").drop_duplicates("site", keep="last")


def _campus(sites: pd.Series) -> pd.Series:
    return sites.str.split(",").str[0]


def _say(key: str, **given: str) -> str:
    return words.say(f"power_value.leased.{key}", **given)
