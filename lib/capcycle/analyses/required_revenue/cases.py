"""Cases of required revenue: a company's capex and life against the AI revenue it discloses, groups, and authors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.analyses.required_revenue.model import required_revenue, revenue_for_capex, revenue_for_vintages
from capcycle.analyses.useful_life.cases import told_lives
from capcycle.errors import ModelError
from capcycle.facts import registers
from capcycle.measure import Measures, measure
from capcycle.panel import Panel
from capcycle.study.case import ASSUMED, DERIVED, Case, Input, case, figure
from capcycle.study.chosen import assumption, within

QUARTERS = 4
SHARED = {"it_life": "it_life_epoch", "facility_life": "facility_life_epoch"}  # what the model takes, whose it is
RANGES = {"it_life": (0.5, 50), "facility_life": (0.5, 100), "gross_margin_before_depreciation": (0.001, 1),
          "target_return": (0, 1)}  # fmt: skip
AUTHORS: dict[str, dict[str, Any]] = {  # the assumptions with which the general function is the author's own
    "cahn": {"it_life": "it_life_cahn", "gross_margin_before_depreciation": "end_user_gross_margin"},
    "kupperman_before": {"it_life": "server_life_kupperman_before", "target_return": "target_roic_kupperman"},
    "kupperman": {"it_life": "it_life_kupperman"},
    "bain": {"it_life": "it_life_bain", "gross_margin_before_depreciation": "capex_to_revenue_sustainable"},
    "jpm": {"it_life": inf, "gross_margin_before_depreciation": "margin_jpm", "target_return": "required_return"},
    "krishna": {"it_life": inf, "gross_margin_before_depreciation": 1, "target_return": "required_return"},
}


def chosen(**given: Any) -> dict[str, Any]:
    """What a reader chose: of a notebook's parameters those that are not left at 0.

    Errors: ModelError for every value that cannot be.

    >>> chosen(it_life=4.0, target_return=0)
    {'it_life': 4.0}
    """
    return within(RANGES, given)


def against_disclosed(year: Panel, as_of: str = "", **given: Any) -> dict[str, Case]:
    """For each company its newest twelve months of capex, at its own life, against the AI revenue that it discloses.

    year   a panel of twelve months
    given  what a reader chose instead of an assumption, by the model's names
    """
    capex = measure("capex", year)
    found = {
        company: case(
            revenue_for_capex,
            company,
            year.currency,
            capex=_newest(capex, company),
            it_life=own_life(company, as_of),
            facility_life=SHARED["facility_life"],
            ai_revenue=disclosed(company, year.currency, as_of),
        )
        for company in year.companies
    }
    return {company: each.with_inputs(**_instead(each, given)) for company, each in found.items()}


def _newest(measures: Measures, company: str) -> Input:
    """A company's own newest figure, though others end earlier: it stands against revenue of the same time."""
    table = measures.table[measures.table["company"] == company].dropna(subset="value")
    return figure(measures, company, None if table.empty else table["period"].iloc[-1])


def _instead(found: Case, given: Mapping[str, float]) -> dict[str, Input]:
    """A reader's own central values, within the range of the assumption or at an end of it."""
    own = {name: (found.inputs[name], value) for name, value in given.items()}
    return {
        name: replace(each, central=value, low=min(each.low, value), high=max(each.high, value), kind=ASSUMED,
                      reason=words.say("required.chosen"))
        for name, (each, value) in own.items()
    }  # fmt: skip


def disclosed(company: str, currency: str, as_of: str = "") -> Input:
    """What a company discloses of its AI revenue, for a year; missing where it gives no amount.

    >>> disclosed("MSFT", "USD", as_of="2025-12-31").central / 1e9  # the run rate of January 2025
    13.0
    """
    row = _disclosure(company, as_of)
    if row is None:
        return Input("ai_revenue", np.nan, currency, kind=ASSUMED, reason=words.say("required.silent"))
    if np.isnan(row["value"]):
        reason = words.say("required.no_amount")
        return Input("ai_revenue", np.nan, currency, kind=ASSUMED, source=row["source"], reason=reason)
    told = facts.convert(pd.DataFrame([row]).rename(columns={"currency": "unit"}), currency).iloc[0]
    times = QUARTERS if told["basis"] == "quarter" else 1
    reason = words.say(f"required.{told['basis'].replace(' ', '_')}", scope=told["scope"], note=told["note"],
                       day=words.day(told["period_end"])).strip()  # fmt: skip
    kind = DERIVED if times > 1 and told["kind"] == "reported" else told["kind"]
    return Input("ai_revenue", float(told["value"]) * times, currency, kind=kind, source=told["source"], reason=reason)


def told(company: str, as_of: str = "") -> str:
    """What a company says of its AI revenue where it gives no amount.

    >>> told("META")[:24]
    'Meta uses its AI itself;'
    """
    row = _disclosure(company, as_of)
    if row is None:
        return words.say("required.silent")
    return words.say("required.tells", name=facts.companies()["name"][company], scope=row["scope"])


def _disclosure(company: str, as_of: str) -> pd.Series | None:
    """The newest row on a company's AI revenue; none where nothing is held."""
    table = registers.read("ai_revenue", as_of or None)
    rows = table[table["company"] == company].sort_values("period_end")
    return None if rows.empty else rows.iloc[-1]


def own_life(company: str, as_of: str = "") -> Input | str:
    """The life of servers in a company's accounts within the general range; the general one where none is told.

    >>> own_life("META").central, own_life("NVDA")
    (5.5, 'it_life_epoch')
    """
    rows = told_lives(company, as_of)
    if rows.empty:
        return SHARED["it_life"]
    row = rows.iloc[-1]
    general = assumption(SHARED["it_life"])
    low, high = min(general.low, row["to_years"]), max(general.high, row["to_years"])
    sources, reason = f"{row['source']} {general.source}", words.say("required.own_life", asset=row["asset"])
    return Input("it_life", float(row["to_years"]), "years", low, high, row["kind"], sources, reason)


def disclosing(cases: Mapping[str, Case]) -> dict[str, Case]:
    """Those of whom nothing is missing."""
    return {company: each for company, each in cases.items() if not each.lacking}


def spending(cases: Mapping[str, Case]) -> dict[str, Case]:
    """Those whose capex is held, whether or not they disclose AI revenue."""
    return {company: each for company, each in cases.items() if not each.inputs["capex"].missing}


def together(cases: Mapping[str, Case]) -> Case:
    """Several companies as one: capex and revenue added up, share for AI and life such that the rest adds up too.

    One company is its own case. Errors: ModelError for none.
    """
    if not cases:
        raise ModelError("no company here has the capex of twelve months: choose others, or a later date")
    first = next(iter(cases.values()))
    if len(cases) == 1:
        return first
    summed = {name: _sum(name, cases) for name in ("capex", "ai_revenue")}
    weighted = {"ai_share_of_capex": _share(cases), "it_life": _life(cases)}
    same = {name: each for name, each in first.inputs.items() if name not in summed | weighted}
    return case(revenue_for_capex, "", first.currency, **same | summed | weighted)


def _sum(name: str, cases: Mapping[str, Case]) -> Input:
    inputs = [each.inputs[name] for each in cases.values()]
    lacking = [company for company, each in cases.items() if each.inputs[name].missing]
    missing = words.counted("required.sum_missing", len(lacking), names=_names(lacking)) if lacking else ""
    total = sum(each.central for each in inputs)
    reason = missing or words.say("required.sum", names=_names(cases))
    return Input(name, total, inputs[0].unit, kind=_kind(inputs), source=_sources(inputs), reason=reason)


def _share(cases: Mapping[str, Case]) -> Input:
    shares = [each.inputs["ai_share_of_capex"] for each in cases.values()]
    spent = [each.inputs["capex"].central for each in cases.values()]
    ends = [each.central for each in shares]
    return Input("ai_share_of_capex", float(np.average(ends, weights=spent)), "fraction", min(ends), max(ends), ASSUMED,
                 _sources(shares), words.say("required.weighted"))  # fmt: skip


def _life(cases: Mapping[str, Case]) -> Input:
    lives = [each.inputs["it_life"] for each in cases.values()]
    built = [each.inputs["capex"].central * each.inputs["ai_share_of_capex"].central for each in cases.values()]
    central = float(sum(built) / sum(part / life.central for part, life in zip(built, lives, strict=True)))
    return Input("it_life", central, "years", min(each.low for each in lives), max(each.high for each in lives),
                 facts.weakest(each.kind for each in lives), _sources(lives),
                 words.say("required.lives"))  # fmt: skip


def _kind(inputs: Iterable[Input]) -> str:
    return ASSUMED if any(each.missing or each.kind == ASSUMED for each in inputs) else DERIVED


def _sources(inputs: Iterable[Input]) -> str:
    return facts.documents(each.source for each in inputs)


def _names(companies: Iterable[str]) -> str:
    return words.listing(list(facts.companies()["name"][list(companies)]))


def authors(whole: Case) -> dict[str, Case]:
    """The general function as each author takes it, all on the same AI capex; break-even where no return is asked.

    whole  a case of capex and the part of it for AI, such as `together`
    """
    spent = whole.inputs["capex"].central * whole.inputs["ai_share_of_capex"].central
    capex = Input("it_capex", spent, whole.currency, kind=whole.inputs["ai_share_of_capex"].kind,
                  source=_sources([whole.inputs["capex"], whole.inputs["ai_share_of_capex"]]),
                  reason=words.say("required.ai_capex"))  # fmt: skip
    margin = assumption("gross_margin_before_depreciation").central
    common = {"it_capex": capex, "facility_capex": 0, "facility_life": "facility_life_epoch", "net_capital": 0,
              "other_fixed_cost": 0, "ramp": "ramp", "target_return": 0, "ai_revenue": whole.inputs["ai_revenue"],
              "gross_margin_before_depreciation": margin}  # fmt: skip
    found = {author: case(required_revenue, "", whole.currency, **common | own) for author, own in AUTHORS.items()}
    krishna, five = found["krishna"], assumption("it_life_krishna")
    kept = Input("it_life", inf, "years", five.central, inf, ASSUMED, five.source, five.reason)
    return found | {"krishna": krishna.with_inputs(it_life=kept)}


def vintages(years: Panel, cases: Mapping[str, Case], whole: Case) -> Case:
    """All companies' capex of every year shown, each year's build in service for its life, at the inputs of `whole`."""
    rows = _yearly(years, cases)
    spent = Input("capex_history", rows.groupby("ordinal")["value"].sum().tolist(), years.currency, kind=DERIVED,
                  source=facts.documents(rows["source"]),
                  reason=words.say("required.sum", names=_names(cases)))  # fmt: skip
    taken = {name: whole.inputs[name] for name in revenue_for_vintages.parameters if name in whole.inputs}
    return case(revenue_for_vintages, "", years.currency, capex_history=spent, **taken)


def years_of(years: Panel, cases: Mapping[str, Case]) -> Sequence[str]:
    """The labels of the years that `vintages` counts."""
    return list(dict.fromkeys(_yearly(years, cases)["period"]))


def _yearly(years: Panel, cases: Mapping[str, Case]) -> pd.DataFrame:
    """The capex of the newest years in a row of which every company has it, the oldest first.

    Errors: ModelError where there is no such year.
    """
    table = measure("capex", years).table.dropna(subset="value").sort_values("ordinal", kind="stable")
    table = table[table["company"].isin(cases)]
    counts = table.groupby("ordinal")["company"].nunique()
    shared = counts.index[counts == len(cases)]
    if shared.empty:
        raise ModelError(f"{', '.join(cases)}: no year shown has the capex of each; choose fewer, or an earlier year")
    run = shared[shared - np.arange(len(shared)) == shared[-1] - len(shared) + 1]
    return table[table["ordinal"].isin(run)]
