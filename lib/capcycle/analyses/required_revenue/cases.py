"""Cases of required revenue: a company's capex against the AI revenue it discloses, groups, and authors."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.analyses.required_revenue.model import (
    price_per_user,
    required_revenue,
    revenue_for_capex,
    revenue_for_vintages,
)
from capcycle.errors import NothingToShow
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import Panel, select
from capcycle.quantity import Quantity, missing, total, unlike
from capcycle.study import Case

QUARTERS = 4
USERS = "iphone_users"
MARGIN = "gross_margin_before_depreciation"
SINCE = 2023  # from when capex counts as built for AI
SHARED = {"it_life": "server_life"}  # what the model takes, by the name of the assumption
AUTHORS: dict[str, dict[str, Any]] = {  # the assumptions with which the general function is the author's own
    "cahn": {"it_life": "it_life_cahn", MARGIN: "end_user_gross_margin"},
    "kupperman_before": {
        "it_life": "server_life_kupperman_before",
        "target_return": "target_roic_kupperman",
        MARGIN: "gross_margin_kupperman",
    },
    "kupperman": {"it_life": "it_life_kupperman", MARGIN: "gross_margin_kupperman"},
    "bain": {"it_life": "it_life_bain", MARGIN: "capex_to_revenue_sustainable"},
    "jpm": {"it_life": inf, MARGIN: "margin_jpm", "target_return": "target_return"},
    "krishna": {"it_life": inf, MARGIN: 1, "target_return": "target_return"},
}
FIVE_YEARS = "it_life_krishna"  # the end of Krishna's range


@study.starts_by_company(revenue_for_capex, **SHARED)
def against_disclosed(book: Book, since: int = SINCE, **numbers: float) -> dict[str, Case]:
    """For each company twelve months of capex against the AI revenue that it discloses.

    All are of one period, so that they add up; who has no capex then has its own newest, which says of when it is.

    numbers  a reader's own, 0 for the assumption's
    Errors:  ModelError for every number that cannot be.
    """
    capex = measure("capex", select(book, "ttm", since=since))
    return {
        company: study.case(
            revenue_for_capex,
            book,
            company,
            capex=study.shared(capex, company),
            **SHARED,
            ai_revenue=disclosed(book, company),
        ).chosen(**numbers)
        for company in book.companies
    }


def disclosed(book: Book, company: str) -> Quantity:
    """What a company discloses of its AI revenue, for a year; missing where it gives no amount.

    >>> disclosed(facts.open(as_of="2025-12-31", currency="USD"), "MSFT").value / 1e9  # the run rate of January 2025
    13.0
    """
    row = _disclosure(book, company)
    if row is None:
        return missing("ai_revenue", words.say("required_revenue.silent"), book.money)
    if np.isnan(row["value"]):
        return missing("ai_revenue", words.say("required_revenue.no_amount"), book.money, source=row["source"])
    known = book.convert(pd.DataFrame([row]).rename(columns={"currency": "unit"})).iloc[0]
    times = QUARTERS if known["basis"] == "quarter" else 1
    reason = words.say(f"required_revenue.{known['basis'].replace(' ', '_')}", scope=known["scope"], note=known["note"],
                       day=words.day(known["period_end"])).strip()  # fmt: skip
    kind = "derived" if times > 1 and known["kind"] == "reported" else known["kind"]
    return Quantity("ai_revenue", float(known["value"]) * times, book.money, kind=kind, source=known["source"],
                    reason=reason, since=known["period_end"], day=known["period_end"])  # fmt: skip


def instead(book: Book, company: str) -> str:
    """What a company says of its AI revenue where it gives no amount.

    >>> instead(facts.open(), "META")[:24]
    'Meta uses its AI itself;'
    """
    row = _disclosure(book, company)
    if row is None:
        return words.say("required_revenue.silent")
    return words.say("required_revenue.tells", name=book.names[company], scope=row["scope"])


def _disclosure(book: Book, company: str) -> pd.Series | None:
    """The newest row on a company's AI revenue; none where there is none."""
    rows = book.register("ai_revenue").query("company == @company").sort_values("period_end")
    return None if rows.empty else rows.iloc[-1]


def disclosing(cases: Mapping[str, Case]) -> dict[str, Case]:
    """Those that lack nothing, AI revenue included."""
    return {company: each for company, each in cases.items() if not each.lacking}


def spending(cases: Mapping[str, Case]) -> dict[str, Case]:
    """Those whose capex is known, whether or not they disclose AI revenue."""
    return {company: each for company, each in cases.items() if not each.inputs["capex"].missing}


def group(cases: Mapping[str, Case]) -> Case:
    """Several companies as one: capex and revenue added up, the share for AI such that the rest adds up too.

    One company is its own case. Errors: NothingToShow for none.
    """
    if not cases:
        raise NothingToShow("no company here has the capex of twelve months: choose others, or a later date")
    first = next(iter(cases.values()))
    if len(cases) == 1:
        return first
    own = {"capex": _sum("capex", cases), "ai_revenue": _sum("ai_revenue", cases), "ai_share_of_capex": _share(cases)}
    shared = {name: each for name, each in first.inputs.items() if name not in own}
    return study.case(revenue_for_capex, first.book, **shared | own)


def _sum(name: str, cases: Mapping[str, Case]) -> Quantity:
    """A sum over companies; what it is of, in days, says itself."""
    lacking = {company: each for company, each in cases.items() if each.inputs[name].missing}
    why = words.counted("required_revenue.sum_missing", len(lacking), names=names(lacking)) if lacking else ""
    sum_ = total((each.inputs[name] for each in cases.values()), name)
    apart = unlike({each.name: each.inputs[name] for each in cases.values()})
    return replace(sum_, reason=words.paragraph(why or words.say("required_revenue.sum", names=names(cases)), *apart))


def _share(cases: Mapping[str, Case]) -> Quantity:
    """The share of all capex that is for AI; its range goes from the lowest to the highest end of theirs."""
    capex, shares = ([each.inputs[name] for each in cases.values()] for name in ("capex", "ai_share_of_capex"))
    whole = total(spent * share for spent, share in zip(capex, shares, strict=True)) / total(capex)
    ends = [end for each in shares for end in ((each.low, each.high) if each.varied else (each.value,))]
    reason = words.say("required_revenue.weighted")
    return replace(whole.called("ai_share_of_capex", "fraction", reason), low=min(ends), high=max(ends))


def names(cases: Mapping[str, Case]) -> str:
    """The names of the companies of some cases, in a sentence."""
    return words.listing([each.name for each in cases.values()]) if cases else ""


def authors(whole: Case) -> dict[str, Case]:
    """The general function as each author takes it, all on the same AI capex; break-even where no return is asked.

    An author who had not said so by the day of the page is left out.

    whole  a case of capex and the part of it for AI, such as `group`
    """
    spent = whole.inputs["capex"] * whole.inputs["ai_share_of_capex"]
    capex = replace(spent.called("it_capex", whole.currency, words.say("required_revenue.ai_capex")),
                    low=np.nan, high=np.nan)  # fmt: skip
    common = {"it_capex": capex, "facility_capex": 0, "net_capital": 0,
              "other_fixed_cost": 0, "target_return": 0, "ai_revenue": whole.inputs["ai_revenue"]}  # fmt: skip
    target = replace(study.assumption(whole.book, "target_return"), low=np.nan, high=np.nan)  # both ask for the same
    cases = {author: study.case(required_revenue, whole.book, **common | own | {"target_return": target} if
                                "target_return" in own.values() else common | own)
             for author, own in AUTHORS.items() if _public(whole.book, own)}  # fmt: skip
    if "krishna" in cases:
        five = study.assumption(whole.book, FIVE_YEARS)
        cases["krishna"] = cases["krishna"].with_inputs(it_life=replace(five, value=inf, low=five.value, high=inf))
    return cases


def _public(book: Book, own: Mapping[str, Any]) -> bool:
    """Whether an author had published his rule: each judgement that is his own."""
    return not any(study.assumption(book, name).hindsight for name in own.values() if isinstance(name, str))


def vintages(book: Book, cases: Mapping[str, Case], whole: Case, since: int = SINCE) -> Case:
    """All companies' capex of every year shown, each year's build in service for its life, at the inputs of `whole`.

    For AI is what they spend beyond the year before the first one shown, and at most the share of the newest year.
    """
    rows = _yearly(select(book, "year", since=since), cases)
    spent = Quantity("capex_history", rows.groupby("ordinal")["value"].sum().tolist(), whole.currency, kind="derived",
                     source=" ".join(dict.fromkeys(" ".join(rows["source"]).split())),
                     reason=words.say("required_revenue.sum", names=names(cases)))  # fmt: skip
    taken = {name: whole.inputs[name] for name in revenue_for_vintages.parameters if name in whole.inputs}
    return study.case(revenue_for_vintages, book, whole.company, capex_history=spent,
                      capex_before_ai=_before(book, cases, rows, whole), **taken)  # fmt: skip


def _before(book: Book, cases: Mapping[str, Case], rows: pd.DataFrame, whole: Case) -> Quantity:
    """The capex of the year before the first one counted, of all companies but those that build for AI alone."""
    names_ = [company for company, each in cases.items() if each.inputs["ai_share_of_capex"].value < 1]
    if not names_:
        return Quantity("capex_before_ai", 0.0, whole.currency, reason=words.say("required_revenue.all_for_ai"))
    table = measure("capex", select(book.of(*names_), "year")).table
    table = table[table["ordinal"].eq(rows["ordinal"].min() - 1) & table["value"].notna()]
    reason = words.say("required_revenue.before", year=table["period"].iloc[0]) if len(table) else words.say(
        "required_revenue.nothing_before")  # fmt: skip
    return Quantity("capex_before_ai", float(table["value"].sum()), whole.currency, kind="derived",
                    source=" ".join(dict.fromkeys(" ".join(table["source"]).split())), reason=reason)  # fmt: skip


def years_of(book: Book, cases: Mapping[str, Case], since: int = SINCE) -> list[str]:
    """The labels of the years that `vintages` counts."""
    return list(dict.fromkeys(_yearly(select(book, "year", since=since), cases)["period"]))


def _yearly(years: Panel, cases: Mapping[str, Case]) -> pd.DataFrame:
    """The capex of the newest years in a row of which every company has it, the oldest first.

    Errors: ModelError where there is no such year.
    """
    table = measure("capex", years).known.sort_values("ordinal", kind="stable")
    table = table[table["company"].isin(cases)]
    counts = table.groupby("ordinal")["company"].nunique()
    shared = counts.index[counts == len(cases)]
    if shared.empty:
        raise NothingToShow(
            f"{', '.join(cases)}: no year shown has the capex of each; choose fewer, or an earlier year"
        )
    run = shared[shared - np.arange(len(shared)) == shared[-1] - len(shared) + 1]
    return table[table["ordinal"].isin(run)]


@study.starts_by_company(required_revenue, **SHARED)
def _general(book: Book) -> dict[str, Case]:
    return {company: _in_general(each) for company, each in against_disclosed(book).items()}


def _in_general(whole: Case) -> Case:
    """The general function on a company's AI capex, parted into chips and site."""
    built = whole.inputs["capex"] * whole.inputs["ai_share_of_capex"]
    chips = whole.inputs["it_share_of_capex"]
    parts = {"it_capex": built * chips, "facility_capex": built * (1 - chips)}
    reason = words.say("required_revenue.ai_capex")
    own = {name: replace(each.called(name, whole.currency, reason), low=np.nan, high=np.nan)
           for name, each in parts.items()}  # fmt: skip
    shared = {name: each for name, each in whole.inputs.items() if name in required_revenue.parameters}
    return study.case(required_revenue, whole.book, whole.company, **shared, **own)


@study.starts_by_company(revenue_for_vintages, **SHARED)
def _vintages(book: Book) -> dict[str, Case]:
    return {company: vintages(book, {company: each}, each) for company, each in against_disclosed(book).items()}


study.starts_bound(price_per_user, users=USERS)
