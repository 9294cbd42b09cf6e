"""What companies disclose of their servers: their lives, what a change of life did, and the share of capex they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, study
from capcycle.analyses.useful_life.model import life_change
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import select
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


def life_in_accounts(book: Book, company: str, day: pd.Timestamp) -> Quantity:
    """The life over which a company's accounts charged its servers on a day, as far as it is disclosed.

    >>> [life_in_accounts(facts.open(), "GOOGL", pd.Timestamp(day)).value for day in ("2022-12-31", "2023-12-31")]
    [4.0, 6.0]
    """
    rows = disclosed_lives(book, company)
    rows = rows[~(rows["effective"] > day)]
    life = newest(rows, "life_in_accounts", say("useful_life.no_life", company=book.names[company]), "to_years",
                  "effective")  # fmt: skip
    since = say("useful_life.in_accounts_since", day=life.days) if life.days else say("useful_life.in_accounts")
    return life.called(life.name, "years", since)


def server_share(book: Book, company: str, changes: pd.DataFrame) -> Quantity:
    """The part of a company's capex that is servers: what its own change of life implies, else what a source states.

    A source states it of the newest years only, so beside an implied share it is an end of the range.

    changes  as `calibrated` gives them
    """
    stated = study.assumption(book, "server_share", company)
    implied = changes[(changes["company"] == company) & changes["implied_share"].notna()]
    if implied.empty and stated.missing:
        return missing("server_share", say("useful_life.no_share", company=book.names[company]), "fraction")
    if implied.empty:
        return stated
    beside = [] if stated.missing or stated.hindsight else [stated]
    shares = [*implied["implied_share"], *(each.value for each in beside)]
    return Quantity(
        "server_share", float(implied["implied_share"].mean()), "fraction", min(shares), max(shares), "estimated",
        facts.documents([*implied["source"], *(each.source for each in beside)]),
        paragraph(say("useful_life.implied"), *(each.reason for each in beside)),
    )  # fmt: skip


def calibrated(book: Book) -> pd.DataFrame:
    """The disclosed changes of life with their effect, beside what the model gives were all capex servers.

    All of it is in the currency of each company's accounts: what was disclosed stands against the capex filed.

    Columns: those of the register, `modelled` (the model's effect on the same line, all capex taken as servers),
    `implied_share` (the share of capex that makes the two agree), `reason` (why there is none) and `currency`.
    """
    table = book.register("useful_lives")
    table = table[table["company"].isin(book.companies) & table["effect"].notna()].reset_index(drop=True)
    capex = _filed_capex(book, table["company"].unique())
    modelled = [_modelled(row, capex[row["company"]], book) for row in table.to_dict("records")]
    table = table.assign(
        currency=table["company"].map(facts.companies()["currency"]),
        modelled=[float(each.value) for each in modelled],
        reason=["" if not each.missing else each.reason for each in modelled],
    )
    share = table["effect"] / table["modelled"]
    unfit = share.notna() & ~share.between(0, 1)
    return table.assign(
        implied_share=share.mask(unfit), reason=table["reason"].mask(unfit, say("useful_life.unlike.unfit"))
    )


def _filed_capex(book: Book, companies: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Each company's capex by fiscal year in the currency of its accounts."""
    found = {}
    for _, own in facts.companies().loc[companies].groupby("currency"):  # those of one currency are read at once
        table = measure("capex", select(book.of(*own.index).into(""), "year", "fiscal")).table.dropna(subset="value")
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
        server_share=1, life_in_accounts=row["from_years"], server_life=row["to_years"], residual=0, shares_diluted=1,
    )  # fmt: skip
    return sign * change.quantity(output)


def _unlike(row: dict[str, Any]) -> str:
    """Why a disclosed effect is not that of a change of all servers' life on its first year; empty where it is."""
    if row["basis"] == "accelerated charge" or "retired" in row["asset"]:
        return "one_off"
    if "subset" in row["asset"]:
        return "subset"
    if np.isnan(row["from_years"]) or pd.isna(row["effective"]):
        return "undated"
    return "" if row["year"] and row["figure"] in LINES else "part_year"
