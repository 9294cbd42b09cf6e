"""What companies disclose of their servers: their lives, what a change of life did, and the share of capex they are."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.useful_life.model import life_change
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import Panel, select
from capcycle.quantity import Quantity, missing, newest
from capcycle.words import paragraph, say

LINES = {  # the effect of a change of life on a line of the accounts: the output of the model, and its sign
    "depreciation": ("effect_on_depreciation", 1.0),
    "operating_income": ("effect_on_depreciation", -1.0),
    "net_income": ("effect_on_net_income", 1.0),
}


def disclosed_lives(book: Book, company: str) -> pd.DataFrame:
    """The lives of servers that a company disclosed, the oldest first; those without a day before all.

    Returns rows of the register `useful_lives` that were public on the day of the book.

    >>> disclosed_lives(facts.open(), "GOOGL")["to_years"].tolist()[-1]
    6.0
    """
    table = book.register("useful_lives")
    servers = table["asset"].str.startswith("servers") & table["to_years"].notna()
    return table[servers & (table["company"] == company)].sort_values("effective", na_position="first", kind="stable")


def life_in_accounts(book: Book, company: str, day: pd.Timestamp, changes: pd.DataFrame) -> Quantity:
    """The life over which a company's accounts charged its servers on a day, as far as it is disclosed.

    Where a later change covers a part of them it is the life at which all are charged as much as both parts together:
    1 / (part / its life + (1 - part) / the other life), the part being what its disclosed effect implies.

    changes  as `calibrated` gives them

    >>> book = facts.open(["GOOGL"])
    >>> days = map(pd.Timestamp, ("2022-12-31", "2023-12-31"))
    >>> [life_in_accounts(book, "GOOGL", day, calibrated(book)).value for day in days]
    [4.0, 6.0]
    """
    rows = disclosed_lives(book, company)
    rows = rows[~(rows["effective"] > day)]
    life = newest(rows, "life_in_accounts", say("useful_life.no_life", company=book.names[company]), "to_years",
                  "effective")  # fmt: skip
    since = say("useful_life.in_accounts_since", day=life.days) if life.days else say("useful_life.in_accounts")
    life = life.called(life.name, "years", since)
    own = changes[(changes["company"] == company) & changes["implied_share"].notna()]
    part = own[own["part"] & ~(own["effective"] > day) & (own["effective"] > life.day)]
    return life if part.empty else _blended(life, part.iloc[-1], _implied(own))


def _blended(life: Quantity, part: pd.Series, servers: Quantity) -> Quantity:
    """One life for servers of which a part has another."""
    of_servers = min(part["implied_share"] / servers.value, 1.0)
    value, ends = 1 / (of_servers / part["to_years"] + (1 - of_servers) / life.value), [part["to_years"], life.value]
    said = {"share": words.value(of_servers, "fraction"), "life": words.value(part["to_years"], "years"),
            "rest": life.shown, "day": words.day(part["effective"])}  # fmt: skip
    return replace(
        life, value=float(value), low=float(min(ends)), high=float(max(ends)), kind="estimated",
        source=facts.documents([life.source, part["source"]]), day=part["effective"],
        reason=say("useful_life.in_parts", **said),
    )  # fmt: skip


def server_shares(book: Book, company: str, changes: pd.DataFrame) -> tuple[Quantity, Quantity]:
    """The part of a company's capex that is servers: in its newest year, and in the years before.

    The newest year's is what the company says of it, where it does; else, and for the years before, what its own newest
    change of life implies. What it says of the newest year is then an end of the range of those before.

    changes  as `calibrated` gives them
    """
    stated = study.assumption(book, "server_share", company)
    implied = _implied(changes[(changes["company"] == company) & changes["implied_share"].notna()])
    if implied.missing and stated.missing:
        nobody = missing("server_share", say("useful_life.no_share", company=book.names[company]), "fraction")
        return nobody, nobody
    if implied.missing:
        return stated, stated
    if stated.missing or stated.hindsight:
        return implied, implied
    return stated, replace(
        implied, low=min(implied.low, stated.value), high=max(implied.high, stated.value),
        source=facts.documents([implied.source, stated.source]), reason=paragraph(implied.reason, stated.reason),
    )  # fmt: skip


def _implied(own: pd.DataFrame) -> Quantity:
    """The share that the newest change of all servers implies, as it came out where that is known; all as its range."""
    whole = own[~own["part"]]
    if whole.empty:
        return missing("server_share", "", "fraction")
    latest = whole[whole["effective"] == whole["effective"].max()]
    actual = latest[latest["basis"] == "actual"]
    return Quantity(
        "server_share", float((latest if actual.empty else actual)["implied_share"].mean()), "fraction",
        float(whole["implied_share"].min()), float(whole["implied_share"].max()), "estimated",
        facts.documents(whole["source"]), say("useful_life.implied"),
    )  # fmt: skip


def calibrated(book: Book) -> pd.DataFrame:
    """The disclosed changes of life with their effect, beside what the model gives were all capex servers.

    All of it is in the currency of each company's accounts: what was disclosed stands against the capex filed.

    Columns: those of the register, `modelled` (the model's effect on the same line, all capex taken as servers),
    `implied_share` (the share of capex that makes the two agree), `reason` (why there is none), `part` (whether the
    change covers a part of the servers, so that the share is of that part) and `currency`.
    """
    table = book.register("useful_lives")
    table = table[table["company"].isin(book.companies) & table["effect"].notna()].reset_index(drop=True)
    capex = _filed_spending(book, table["company"].unique())
    modelled = [_modelled(row, capex[row["company"]], book) for row in table.to_dict("records")]
    table = table.assign(
        currency=[facts.company(each)["currency"] for each in table["company"]],
        modelled=[float(each.value) for each in modelled],
        reason=["" if not each.missing else each.reason for each in modelled],
        part=table["asset"].str.startswith("a subset"),
    )
    share = table["effect"] / table["modelled"]
    unfit = share.notna() & ~share.between(0, 1)
    reason = table["reason"].mask(unfit, say("useful_life.unlike.unfit"))
    return table.assign(
        implied_share=share.mask(unfit), reason=reason.mask(table["part"] & share.notna(), say("useful_life.in_part"))
    )


def spending(years: Panel) -> pd.DataFrame:
    """Capex by year with the finance leases begun in it where they are disclosed: leased servers are charged too.

    Columns: those of the measured capex; `leased` tells whether leases are in.
    """
    paid, begun = (measure(name, years).cells for name in ("capex", "finance_lease_additions"))
    leased = paid[["company", "period"]].merge(begun[["company", "period", "value", "source"]], how="left")
    with_leases = paid["value"] + leased["value"].fillna(0).to_numpy()
    sources = [
        facts.documents(filter(None, both)) for both in zip(paid["source"], leased["source"].fillna(""), strict=True)
    ]
    return paid.assign(value=with_leases, source=sources, leased=leased["value"].notna().to_numpy())


def _filed_spending(book: Book, companies: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Each company's capex with leases by fiscal year in the currency of its accounts."""
    found = {}
    currencies = pd.Series({company: facts.company(company)["currency"] for company in companies}, dtype=str)
    for _, own in currencies.groupby(currencies):  # those of one currency are read at once
        table = spending(select(book.of(*own.index).into(""), "year", "fiscal")).dropna(subset="value")
        found |= {company: table[table["company"] == company] for company in own.index}
    return found


def _modelled(row: dict[str, Any], capex: pd.DataFrame, book: Book) -> Quantity:
    """The effect that the model gives for a disclosed change in its first year; missing where the two are unlike."""
    earlier = capex["period_start"] < row["effective"]
    before, after = capex[earlier], capex[~earlier]
    why = _unlike(row) or ("no_capex" if before.empty or after.empty else "")
    if why:
        return missing("modelled", say(f"useful_life.unlike.{why}"))
    output, sign = LINES[row["figure"]]
    change = study.case(
        life_change, book, row["company"], capex=before["value"].to_list(), capex_next=after["value"].iloc[0],
        server_share=1, earlier_share=1, life_in_accounts=row["from_years"], server_life=row["to_years"], residual=0,
        shares_diluted=1,
    )  # fmt: skip
    return sign * change.quantity(output)


def _unlike(row: dict[str, Any]) -> str:
    """Why a disclosed effect is not that of a change of all servers' life on its first year; empty where it is."""
    if row["basis"] == "accelerated charge" or "retired" in row["asset"]:
        return "one_off"
    if np.isnan(row["from_years"]) or pd.isna(row["effective"]):
        return "undated"
    return "" if row["year"] and row["figure"] in LINES else "part_year"
