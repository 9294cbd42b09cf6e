"""Companies by their power: market value, debt, cash and MW by stage, each with its evidence."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.hosting import own
from capcycle.analyses.power_value.leased import RUNS, terms
from capcycle.facts import Book
from capcycle.quantity import DERIVED, Quantity, missing, newest, together, total

DOLLAR = "USD"
STALE = pd.Timedelta(days=270)  # a balance older than this beside the price hides a build: debt triples within a year
STALE_POWER = pd.Timedelta(days=366)  # an annual report has stated a newer figure of power since
QUARTER = pd.Timedelta(days=100)  # no quarter is longer
PIPELINE = "development pipeline"  # a part of capacity.csv
DEBT = ["total_debt", "debt_current", "long_term_debt_noncurrent"]


@cache
def figures(book: Book) -> dict[str, dict[str, Quantity]]:
    """What was public of each company of a book: its value and its power, by company and name; or why it is missing.

    Formula: enterprise_value = market_value + debt - cash; secured_mw = operating + leased * pue + pipeline
    Units:   US dollars, as they were printed, shares, MW; leased MW are the company's own share of critical IT in
             leases that stand, `gpu_mw` those of contracts that pay for GPUs too; `delivered` a share of the leased
             MW. A balance or a price in another currency is converted at the rate of its day.
    Errors:  CapcycleError for a day or currency without a rate.

    >>> own = figures(facts.open(["CIFR", "BTDR"], "2026-08-31"))
    >>> own["CIFR"]["leased_mw"].value  # Barber Lake 168 and 39, Amazon 216 and 70
    493.0
    >>> own["BTDR"]["operating_mw"].reason
    'the data has no figure for its power in use'
    """
    dollars = book.into(DOLLAR)
    known, market = dollars.facts, dollars.register("market")
    market = market[market["company"].isin(book.companies)]
    quarters = known[known["period_end"] - known["period_start"] < QUARTER]
    commitments = dollars.register("commitments").rename(columns={"giver": "company"})
    tables = {
        "market": dollars.convert(
            market.assign(unit=market["currency"], period_start=pd.NaT, period_end=market["date"])
        ),
        "balances": dollars.convert(known[known["concept"].isin([*DEBT, "cash"])]),
        "bitcoin": dollars.convert(known[known["concept"] == "bitcoin"]),
        "capex": dollars.convert(quarters[quarters["concept"] == "capex"]),
        "capacity": dollars.register("capacity"),
        "contracts": own.live(dollars),
        "leases": own.leases(dollars),
        "warrants": commitments[commitments["form"] == "warrant"],
    }
    return {
        company: _figures({name: table[table["company"] == company] for name, table in tables.items()}, book)
        for company in book.companies
    }


def _figures(tables: dict[str, pd.DataFrame], book: Book) -> dict[str, Quantity]:
    market = tables["market"]
    value = _newest(market[market["measure"] == "market_value"], "market_value", DOLLAR)
    price = _newest(market[market["measure"] == "last_sale"], "price", "USD/share")
    debt, cash = _balance(tables["balances"], value.day)
    worth = (value + debt - cash).called("enterprise_value", DOLLAR)
    return {
        "market_value": value, "price": price, "shares": _shares(value, price, tables["warrants"]),
        "debt": debt, "cash": cash, "enterprise_value": worth,
        "bitcoin": _held(tables["bitcoin"], value.day), **_power(tables, value.day, study.assumption(book, "pue")),
        **terms(tables["leases"], tables["capacity"], tables["capex"], value.day, debt.day, book),
    }  # fmt: skip


def _newest(rows: pd.DataFrame, name: str, unit: str, value: str = "value") -> Quantity:
    """The newest figure of a name, its day said before its remark."""
    each = newest(rows, name, _lacks(name), value)
    return each.called(name, unit, _say("at", day=words.day(each.day), note=each.reason).strip())


def _shares(value: Quantity, price: Quantity, warrants: pd.DataFrame) -> Quantity:
    """The share count behind the market value, and the shares that tenants' backers may buy."""
    more = Quantity("warrants", float(warrants["shares"].sum()), "shares", kind=DERIVED,
                    source=facts.documents(warrants["source"]))  # fmt: skip
    count = (value / price).called("shares", "shares") + more
    return count.called("shares", reason=_say("shares", warrants=more.shown))


def _balance(known: pd.DataFrame, day: pd.Timestamp) -> tuple[Quantity, Quantity]:
    """Debt and cash of the newest balance that has both, where it is not too old beside the price."""
    wide = known[known["period_end"] <= day].pivot_table(index="period_end", columns="concept", values="value")
    wide = wide.reindex(columns=[*DEBT, "cash"])
    debt = wide["total_debt"].fillna(wide["debt_current"] + wide["long_term_debt_noncurrent"])
    both = pd.DataFrame({"debt": debt, "cash": wide["cash"]}).dropna()
    end = both.index.max()
    if both.empty or day - end > STALE:
        old = None if both.empty else _say("lacks_balance", day=words.day(end))
        return tuple(missing(name, old or _lacks(name), DOLLAR) for name in both)
    rows, reason = known[known["period_end"] == end], _say("at", day=words.day(end), note="").strip()
    behind = {"debt": rows[rows["concept"].isin(DEBT)], "cash": rows[rows["concept"] == "cash"]}
    return tuple(
        Quantity(name, float(both.at[end, name]), DOLLAR, kind=facts.weakest(each["kind"]),
                 source=facts.documents(each["source"]), reason=reason, since=end, day=end)
        for name, each in behind.items()
    )  # fmt: skip


def _held(rows: pd.DataFrame, day: pd.Timestamp) -> Quantity:
    """The bitcoin on the newest balance, where that is not too old beside the price."""
    each = newest(rows[rows["period_end"] <= day], "bitcoin", _lacks("bitcoin"), "value", "period_end")
    return each if day - each.day <= STALE else missing("bitcoin", _lacks("bitcoin"), DOLLAR)


def _power(tables: dict[str, pd.DataFrame], day: pd.Timestamp, pue: Quantity) -> dict[str, Quantity]:
    """Power by stage; in sums of it leased MW of critical IT stand as what their buildings take."""
    capacity = tables["capacity"]
    rows = {"operating_mw": capacity["site"] == RUNS, "secured_mw": capacity["stage"] == "approved",
            "pipeline_mw": capacity["site"] == PIPELINE}  # fmt: skip
    runs, secured, pipeline = (_fresh(_newest(capacity[own], name, "MW", "mw"), day) for name, own in rows.items())
    leased = _let(tables["leases"], "leased_mw")
    gpus = _let(tables["contracts"].query("gpu_included == 'yes'"), "gpu_mw")
    let = [each for each in (leased, gpus) if not each.missing]
    taken = [(each * replace(pue, low=np.nan, high=np.nan)).called("leased_mw", "MW") for each in let]
    if not pipeline.missing:
        pipeline = _not_let_since(pipeline, tables["contracts"], pue)
        secured = total([runs, *(taken or [leased]), pipeline], "secured_mw")
    elif let and not secured.missing and not runs.missing:
        pipeline = together(lambda all_, *used: max(all_ - sum(used), 0.0), secured, runs, *taken,
                            name="pipeline_mw", unit="MW")  # fmt: skip
    if leased.missing and let:
        leased = missing("leased_mw", _say("lacks_leased_without_gpus"), "MW")
    return {"operating_mw": runs, "leased_mw": leased, "gpu_mw": gpus, "pipeline_mw": pipeline, "secured_mw": secured}


def _not_let_since(pipeline: Quantity, contracts: pd.DataFrame, pue: Quantity) -> Quantity:
    """A pipeline less the power that contracts signed after its day take: a site counts once."""
    since = contracts[contracts["signed"] > pipeline.day]
    if since.empty:
        return pipeline
    let = _let(since, "leased_mw") * replace(pue, low=np.nan, high=np.nan)
    rest = together(lambda all_, used: max(all_ - used, 0.0), pipeline, let, name=pipeline.name, unit=pipeline.unit)
    less = _say("let_since", mw=words.value(let.value, "MW"), day=words.day(let.day))
    return replace(rest, reason=f"{pipeline.reason} {less}")


def _fresh(each: Quantity, day: pd.Timestamp) -> Quantity:
    """A figure of power, or that it is too old beside the price."""
    if not day - each.day > STALE_POWER:
        return each
    return missing(each.name, _say("lacks_fresh", what=_name(each.name), day=words.day(each.day)), each.unit)


def _let(rows: pd.DataFrame, name: str) -> Quantity:
    """The company's own MW of critical IT in some contracts, of the day on which the last of them became known."""
    if rows.empty:
        return missing(name, _say("lacks_leased"), "MW")
    last = rows["published"].max()
    return Quantity(
        name, float(rows["mw"].sum()), "MW", kind=DERIVED, source=facts.documents(rows["source"]),
        reason=_say("leases", count=str(len(rows))), published=last, since=last, day=last,
    )  # fmt: skip


def _lacks(name: str) -> str:
    return _say("lacks", what=_name(name))


def _name(name: str) -> str:
    return words.lower(words.say(words.said(f"power_value.figure.{name}", f"name.{name}")))


def _say(key: str, **values: str) -> str:
    return words.say(f"power_value.{key}", **values)
