"""Cases of useful life out of a company's own accounts: capex by year, the life in use, the share of servers."""

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.analyses.useful_life.model import life_change, useful_life
from capcycle.errors import ModelError, unknown
from capcycle.facts import registers
from capcycle.measure import Measures, measure
from capcycle.panel import Panel, select
from capcycle.study.case import ASSUMED, Case, Input, case, figure, history

CHANGE = {  # what a line of the accounts moves by when depreciation moves by one, before and after tax
    "depreciation": (1.0, False),
    "operating_income": (-1.0, False),
    "net_income": (-1.0, True),
}
WHOLE = ("depreciation", "depreciation_amortization")
SHORTEST = 1.0  # years: below, nothing is left to spread


def restated(
    years: Panel, companies: Sequence[str], as_of: str = "", share_elsewhere: float = 0, life_elsewhere: float = 0,
    **given: Any
) -> dict[str, Case]:  # fmt: skip
    """A case of `useful_life` for each company: its newest year with capex, restated at another life.

    years            a panel of fiscal years
    share_elsewhere  part of capex that is servers, for a company whose part nothing tells; 0 leaves it lacking
    life_elsewhere   life in the accounts, for a company of which none is held; 0 leaves it lacking
    given            further inputs of the model, such as `server_life`
    Errors: ModelError for lives below a year and shares beyond one.
    """
    _check(share_elsewhere=share_elsewhere, life_elsewhere=life_elsewhere, **given)
    measured = {name: measure(name, years) for name in ("capex", "net_income", "shares_diluted", *WHOLE)}
    implied = calibrated(companies, as_of)
    found = {
        company: case(
            useful_life,
            company,
            years.currency,
            **{
                "capex": history(measured["capex"], company),
                "server_share": _or(_share(company, implied), share_elsewhere),
                "life_in_accounts": _or(_life(measured["capex"], company, as_of), life_elsewhere),
                "net_income": figure(measured["net_income"], company, newest(measured["capex"], company)),
                "shares_diluted": figure(measured["shares_diluted"], company, newest(measured["capex"], company)),
            }
            | given,
        )
        for company in companies
    }
    return {company: _within(each, measured) for company, each in found.items()}


def _within(found: Case, measured: dict[str, Measures]) -> Case:
    """The share of servers lowered, where it was worked out here, until they charge no more than all assets do."""
    share = found.inputs["server_share"]
    whole = _whole(measured, found.company)
    charged = found.outputs.depreciation_in_accounts
    if share.kind != "estimated" or whole.missing or not charged > whole.central:
        return found
    most = share.central * whole.central / float(charged)
    sources = facts.documents([share.source, whole.source])
    capped = replace(share, central=most, low=min(share.low, most), high=np.nan, source=sources,
                     reason=words.say("lives.capped", share=words.value(share.central, "fraction")))  # fmt: skip
    return found.with_inputs(server_share=replace(capped, high=capped.central))


def refuse(found: dict[str, Case], company: str, lives: Sequence[float], capex_next: float = 0) -> None:
    """Refuse what a reader asks of some cases and nobody can answer; all faults at once.

    Errors: ModelError for a company without a case, lives below a year or none at all, and capex below nought.
    """
    faults = [] if company in found else [unknown("company", [company], found)]
    faults += [] if lives else ["lives is empty: give some, in years"]
    faults += [f"lives has {life:g}: give years, at least {SHORTEST:g}" for life in lives if life < SHORTEST]
    faults += [f"capex_next is {capex_next:,.10g}: give an amount, or 0 for the newest"] if capex_next < 0 else []
    if faults:
        raise ModelError("; ".join(faults))


def changed(found: dict[str, Case], capex_next: float = 0, **given: Any) -> dict[str, Case]:
    """Cases of `life_change` of the same companies: the new life from the day after the restated year on.

    capex_next  of each later year; 0 for as much as in the newest year
    """
    _check(**given)
    return {company: _changed(each, capex_next, given) for company, each in found.items()}


def _changed(found: Case, capex_next: float, given: dict[str, Any]) -> Case:
    shared = {name: each for name, each in found.inputs.items() if name in life_change.parameters}
    spent = found.inputs["capex"]
    flat = Input("capex_next", spent.central[-1], spent.unit, kind=ASSUMED, source=spent.source,
                 reason=words.say("lives.flat") if not np.isnan(spent.central[-1]) else spent.reason)  # fmt: skip
    return case(life_change, found.company, found.currency, **{**shared, "capex_next": capex_next or flat, **given})


def reported(years: Panel, companies: Sequence[str]) -> dict[str, Input]:
    """All depreciation in each company's accounts in its newest year, to hold the model's against.

    Where depreciation alone is not told it is that with amortisation, which is wider and so a bound too.
    """
    measured = {name: measure(name, years) for name in ("capex", *WHOLE)}
    return {company: _whole(measured, company) for company in companies}


def _whole(measured: dict[str, Measures], company: str) -> Input:
    found = [figure(measured[name], company, newest(measured["capex"], company)) for name in WHOLE]
    return next((each for each in found if not each.missing), found[0])


def beside(as_of: str = "") -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What a life is held against: contracts and borrowings as known then, and today's assumptions."""
    return (
        registers.read("contracts", as_of or None),
        registers.read("debt", as_of or None),
        registers.read("assumptions"),
    )


def newest(capex: Measures, company: str) -> str:
    """The newest period of which a company's capex is held; the newest shown where none is."""
    own = capex.table[capex.table["company"] == company]
    return own.dropna(subset="value")["period"].iloc[-1] if own["value"].notna().any() else own["period"].iloc[-1]


def in_use(company: str, day: pd.Timestamp, as_of: str = "") -> Input:
    """The life over which a company's accounts charged its servers on a day, as far as is told.

    >>> in_use("GOOGL", pd.Timestamp("2022-12-31")).central, in_use("GOOGL", pd.Timestamp("2023-12-31")).central
    (4.0, 6.0)
    """
    told = told_lives(company, as_of)
    rows = told[~(told["effective"] > day)]
    if rows.empty:
        return Input("life_in_accounts", np.nan, "years", kind=ASSUMED, reason=_lacks("lives.no_life", company))
    row = rows.iloc[-1]
    since = words.say("lives.since", day=words.day(row["effective"])) if pd.notna(row["effective"]) else ""
    reason = words.say("lives.in_use", asset=row["asset"], since=since)
    return Input("life_in_accounts", float(row["to_years"]), "years", kind=row["kind"], source=row["source"],
                 reason=reason)  # fmt: skip


def told_lives(company: str, as_of: str = "") -> pd.DataFrame:
    """The lives of servers that a company's accounts told of, the oldest first; those without a day before all.

    >>> told_lives("GOOGL")["to_years"].tolist()[-1]
    6.0
    """
    table = registers.read("useful_lives", as_of or None)
    whole = table["asset"].str.startswith("servers") & table["to_years"].notna()
    return table[whole & (table["company"] == company)].sort_values("effective", na_position="first", kind="stable")


def _share(company: str, implied: pd.DataFrame) -> Input:
    """The part of a company's capex that is servers: what its own change of life implies, else what a source tells.

    A source tells it of the newest years only, so beside an implied share it is an end of the range.
    """
    own = implied[(implied["company"] == company) & implied["implied_share"].notna()]
    told = registers.read("assumptions").query("name == 'server_share' and company == @company")
    if own.empty and told.empty:
        return Input("server_share", np.nan, "fraction", kind=ASSUMED, reason=_lacks("lives.no_share", company))
    shares = [*own["implied_share"], *told["central"]]
    central, kind = (own["implied_share"].mean(), "estimated") if len(own) else (shares[0], ASSUMED)
    reasons = [*([words.say("lives.implied")] if len(own) else []), *told["reason"]]
    source = facts.documents([*own["source"], *told["source"]])
    return Input("server_share", float(central), "fraction", min(shares), max(shares), kind, source,
                 words.paragraph(*reasons))  # fmt: skip


def _or(found: Input, elsewhere: float) -> Input | float:
    return elsewhere if found.missing and elsewhere else found


def calibrated(companies: Sequence[str], as_of: str = "") -> pd.DataFrame:
    """The disclosed changes of life with their effect, beside what the model gives were all capex servers.

    All of it is in the currency of each company's accounts: what was disclosed is held against the capex filed.

    Columns: those of the register, `modelled` (the model's effect on the same line, all capex taken as servers),
    `implied_share` (the share of capex that makes the two agree), `reason` (why there is none) and `currency`.
    """
    table = registers.read("useful_lives", as_of or None)
    table = table[table["company"].isin(companies) & table["effect"].notna()].reset_index(drop=True)
    table = table.assign(currency=table["company"].map(facts.companies()["currency"]))
    capex = {company: _filed_capex(company, as_of) for company in table["company"].unique()}
    modelled = [_modelled(row, capex[row["company"]]) for row in table.to_dict("records")]
    table = table.assign(modelled=[each for each, _ in modelled], reason=[why for _, why in modelled])
    share = table["effect"] / table["modelled"]
    unfit = table["modelled"].notna() & ~share.between(0, 1)
    return table.assign(
        implied_share=share.where(~unfit),
        reason=table["reason"].mask(unfit, words.say("lives.unfit")),
    )


def _filed_capex(company: str, as_of: str) -> pd.DataFrame:
    """A company's capex by fiscal year in the currency of its accounts."""
    years = select(facts.load([company], as_of or None), "year", "fiscal")
    return measure("capex", years).table.dropna(subset="value")


def _modelled(row: dict[str, Any], own: pd.DataFrame) -> tuple[float, str]:
    """The effect that the model gives for a disclosed change in its first year, or why it gives none."""
    if row["basis"] == "accelerated charge" or "retired" in row["asset"]:
        return np.nan, words.say("lives.one_off")
    if "subset" in row["asset"]:
        return np.nan, words.say("lives.subset")
    if np.isnan(row["from_years"]) or pd.isna(row["effective"]):
        return np.nan, words.say("lives.undated")
    if not row["year"] or row["figure"] not in CHANGE:
        return np.nan, words.say("lives.part_year")
    first = own[own["period_start"] >= row["effective"]].head(1)
    before = own[own["period_start"] < row["effective"]]
    if first.empty or before.empty:
        return np.nan, words.say("lives.no_capex")
    found = case(
        life_change, row["company"], row["currency"], capex=before["value"].to_list(),
        capex_next=first["value"].item(), server_share=1, life_in_accounts=row["from_years"],
        server_life=row["to_years"], residual=0, shares_diluted=1,
    ).outputs  # fmt: skip
    sign, after_tax = CHANGE[row["figure"]]
    return (found.effect_on_net_income if after_tax else sign * found.effect_on_depreciation), ""


def _life(capex: Measures, company: str, as_of: str) -> Input:
    own = capex.table[(capex.table["company"] == company) & capex.table["value"].notna()]
    return in_use(company, own["period_end"].max() if len(own) else pd.Timestamp.max, as_of)


def _lacks(key: str, company: str) -> str:
    return words.say(key, name=facts.companies()["name"][company])


def _check(**given: Any) -> None:
    """Refuse what no life or share can be; all faults at once."""
    lives = {name: value for name, value in given.items() if "life" in name and isinstance(value, Real)}
    shares = {
        name: given[name]
        for name in ("server_share", "share_elsewhere", "residual")
        if isinstance(given.get(name), Real)
    }
    faults = [f"{name} is {value}: give years, at least {SHORTEST:g}" for name, value in lives.items()
              if (value and value < SHORTEST) or value < 0]  # fmt: skip
    faults += [f"{name} is {value}: give a fraction between 0 and 1" for name, value in shares.items()
               if not 0 <= value <= 1]  # fmt: skip
    if faults:
        raise ModelError("; ".join(faults))
