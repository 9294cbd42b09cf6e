"""Companies by their power: what is held of market value, debt, cash and MW by stage, each with its evidence."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.analyses.hosting import contracts
from capcycle.analyses.power_value.leased import RUNS, Terms, leases, terms
from capcycle.facts import registers

STALE = pd.Timedelta(days=270)  # a balance older than this beside the price hides a build: debt triples within a year
STALE_POWER = pd.Timedelta(days=366)  # an annual report has told a newer figure of power since
PIPELINE = "development pipeline"  # a part of capacity.csv
DOLLARS = "USD"
BALANCES = ("cash", "total_debt", "debt_current", "long_term_debt_noncurrent")


class Figure(NamedTuple):
    """One figure of one company: NaN with its reason where it is lacking."""

    value: float
    kind: str = "assumed"
    source: str = ""
    date: pd.Timestamp = pd.NaT
    reason: str = ""
    low: float = np.nan
    high: float = np.nan


def peers(companies: Sequence[str], as_of: str | date | None = None) -> pd.DataFrame:
    """A row for each company, or company of a group, and figure: value, kind, source, date, reason, and its range.

    Formula: enterprise_value = market_value + debt - cash; secured_mw = operating + leased + pipeline
    Units:   full US dollars, shares, MW; leased MW are the company's own share of critical IT in leases that live, and
             `gpu_mw` those of contracts that pay for GPUs too; dollars per MW; `delivered` a share of the leased MW.
             A balance or a price in another currency is converted at the rate of its day.
    Errors:  CapcycleError for an unknown company, and for a day or currency without a rate; what is lacking is NaN
             with its reason

    >>> table = peers(["CIFR", "BTDR"], as_of="2026-08-31").set_index(["company", "figure"])
    >>> float(table["value"]["CIFR", "leased_mw"])  # Barber Lake 168, Amazon 300 and 70; a later 39 has no day
    538.0
    >>> table["reason"]["BTDR", "operating_mw"]
    'no figure of power in use is held'
    """
    wanted, known = facts.tickers(companies), facts.load([*companies], as_of)
    tables = {name: registers.read(name, as_of) for name in REGISTERS}
    tables |= {"contracts": contracts.terms(tables["contracts"]), "leases": leases(companies, as_of)}
    tables["market"] = _prices(tables["market"], wanted)
    balances = facts.convert(known[known["concept"].isin(BALANCES)], DOLLARS)
    rows = [
        {"company": company, "figure": name, **figure._asdict()}
        for company in wanted
        for name, figure in _company(company, balances, tables).items()
    ]
    return pd.DataFrame(rows)


def wide(figures: pd.DataFrame) -> pd.DataFrame:
    """A row for each company, a column for each figure.

    >>> sorted(wide(peers(["CIFR"])).columns)[:3]
    ['cash', 'cost_per_leased_mw', 'debt']
    """
    return figures.pivot(index="company", columns="figure", values="value").loc[figures["company"].unique()]


REGISTERS = ("market", "contracts", "capacity", "commitments")


def _prices(market: pd.DataFrame, companies: Sequence[str]) -> pd.DataFrame:
    """Market values and prices of some companies in dollars."""
    own = market[market["company"].isin(companies)]
    return facts.convert(own.assign(unit=own["currency"], period_start=pd.NaT, period_end=own["date"]), DOLLARS)


def _company(company: str, known: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    market = tables["market"][tables["market"]["company"] == company]
    value, price = (_newest(market[market["measure"] == each], _lacks(each)) for each in ("market_value", "last_sale"))
    shares = _shares(company, value, price, tables["commitments"])
    debt, cash = _balance(known[known["company"] == company], value.date)
    return {
        "market_value": value, "price": price, "shares": shares, "debt": debt, "cash": cash,
        "enterprise_value": _together(lambda value, debt, cash: value + debt - cash, value, debt, cash),
        **_power(company, tables, value.date), **_terms(company, tables, value.date),
    }  # fmt: skip


def _power(company: str, tables: dict[str, pd.DataFrame], day: pd.Timestamp) -> dict[str, Figure]:
    capacity = tables["capacity"][tables["capacity"]["company"] == company].rename(columns={"mw": "value"})
    rows = {"operating_mw": capacity["site"] == RUNS, "secured_mw": capacity["stage"] == "approved",
            "pipeline_mw": capacity["site"] == PIPELINE}  # fmt: skip
    runs, secured, pipeline = (_fresh(_newest(capacity[own], _lacks(name)), name, day) for name, own in rows.items())
    leased, gpus = (_leased(tables["contracts"], company, kind) for kind in ("no", "yes"))
    let = [one for one in (leased, gpus) if not np.isnan(one.value)]
    if np.isnan(pipeline.value) and let and not np.isnan(secured.value + runs.value):
        pipeline = _together(lambda all_of_it, *used: max(all_of_it - sum(used), 0.0), secured, runs, *let)
    elif not np.isnan(pipeline.value):
        secured = _together(lambda *each: sum(each), runs, *(let or [leased]), pipeline)
    if np.isnan(leased.value) and not np.isnan(gpus.value):
        leased = _lacks("leased_without_gpus")
    return {"operating_mw": runs, "leased_mw": leased, "gpu_mw": gpus, "pipeline_mw": pipeline, "secured_mw": secured}


def _fresh(figure: Figure, name: str, day: pd.Timestamp) -> Figure:
    """A figure of power, or that it is too old beside the price."""
    old = day - figure.date > STALE_POWER
    return _lacks(f"fresh_{name}", day=words.day(figure.date)) if old else figure


def _leased(table: pd.DataFrame, company: str, gpus: str) -> Figure:
    """Critical MW of the leases that live, the company's own share of each; those that pay for GPUs are apart."""
    own = table["lessor"].eq(company) & table["gpu_included"].eq(gpus) & table["status"].isin(contracts.LIVE)
    held = table[own & table["mw"].notna()]
    if held.empty:
        return _lacks("leased_mw")
    reason = _say("leases", count=len(held))
    return Figure(
        float(held["mw_owned"].sum()), "derived", facts.documents(held["source"]), held["published"].max(), reason
    )


def _terms(company: str, tables: dict[str, pd.DataFrame], day: pd.Timestamp) -> dict[str, Figure]:
    """What the company's leases earn and cost for each MW, and the share that is delivered."""
    book, runs = (tables[name][tables[name]["company"] == company] for name in ("leases", "capacity"))
    found = terms(book, runs, day)
    return {
        name: Figure(one.central, one.kind, one.source, pd.NaT, one.reason, one.low, one.high)
        for name, one in zip(Terms._fields, found, strict=True)
    }


def _balance(known: pd.DataFrame, day: pd.Timestamp) -> tuple[Figure, Figure]:
    """Debt and cash of the newest balance that has both, where it is not too old beside the price."""
    wide = known[known["period_end"].le(day)].pivot_table(index="period_end", columns="concept", values="value")
    wide = wide.reindex(columns=[*BALANCES])
    parts = wide["debt_current"] + wide["long_term_debt_noncurrent"]
    both = pd.DataFrame({"debt": wide["total_debt"].fillna(parts), "cash": wide["cash"]}).dropna()
    if both.empty:
        return _lacks("debt"), _lacks("cash")
    end = both.index.max()
    if day - end > STALE:
        return tuple(_lacks("balance", day=words.day(end)) for _ in range(2))
    rows = known[known["period_end"] == end]
    return tuple(_of(rows[rows["concept"].isin(names)], both.at[end, name], end) for name, names in _BALANCE.items())


_BALANCE = {"debt": ("total_debt", "debt_current", "long_term_debt_noncurrent"), "cash": ("cash",)}


def _of(rows: pd.DataFrame, value: float, end: pd.Timestamp) -> Figure:
    return Figure(
        float(value), facts.weakest(rows["kind"]), facts.documents(rows["source"]), end, _say("at", day=words.day(end))
    )


def _shares(company: str, value: Figure, price: Figure, commitments: pd.DataFrame) -> Figure:
    """The share count behind the market value, and the shares that tenants' backers may buy."""
    warrants = commitments[(commitments["form"] == "warrant") & (commitments["giver"] == company)]
    count = float(warrants["shares"].sum()) if len(warrants) else 0.0
    found = _together(lambda value, price: value / price + count, value, price)
    source = facts.documents([found.source, *warrants["source"]])
    reason = _say("shares", warrants=words.value(count, "shares")) if found.value == found.value else found.reason
    return found._replace(source=source, reason=reason)


def _newest(rows: pd.DataFrame, lacking: Figure) -> Figure:
    if rows.empty:
        return lacking
    row = rows.sort_values("date", kind="stable", na_position="first").iloc[-1]
    said = [_say("at", day=words.day(row["date"])), row["note"]]
    return Figure(float(row["value"]), row["kind"], row["source"], row["date"], " ".join(filter(None, said)))


def _together(formula: Callable, *figures: Figure) -> Figure:
    lacking = [figure.reason for figure in figures if np.isnan(figure.value)]
    if lacking:
        return Figure(np.nan, reason="; ".join(dict.fromkeys(lacking)))
    dates = [figure.date for figure in figures if figure.date == figure.date]
    kind = facts.weakest(["derived", *(figure.kind for figure in figures)])
    source = facts.documents(figure.source for figure in figures)
    return Figure(formula(*(figure.value for figure in figures)), kind, source, min(dates, default=pd.NaT))


def _lacks(what: str, **given: str) -> Figure:
    return Figure(np.nan, reason=_say(f"lacks_{what}", **given))


def _say(key: str, **given) -> str:
    return words.say(f"power_value.{key}", **given)
