"""A case to begin with, for any model: its analysis' own where there is one, else what the tables give."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from capcycle import facts, words
from capcycle.errors import ModelError, unknown
from capcycle.facts import registers
from capcycle.measure import measure, measure_named
from capcycle.metrics import ALL as METRICS
from capcycle.metrics import capex_run_rate
from capcycle.models import ALL, contracts, required_revenue
from capcycle.panel import Panel, select
from capcycle.study import ai_roic, compute, gpu, hosting, leasing, lives, power, required
from capcycle.study.case import Case, Input, case, figure
from capcycle.study.peers import peers

CURRENCY, CHINA = "USD", "CNY"
SINCE = 2023  # from when capex counts as built for AI
OLDER, NEWER = "NVIDIA H100 SXM5 80GB", "NVIDIA B200"
DELIVERED, LET = (0.8, 0.9, 1.0), (0.0, 0.25, 0.5)  # chances of a signed lease and of the pipeline, for want of sources
LIVES = {"it_life": "it_life_epoch", "facility_life": "facility_life_epoch"}
FILED = {"investment": "capex", "it_capex": "capex", "annual_capex": "capex", "backlog": "rpo",
         "annual_revenue": "revenue", "segment_revenue": "cloud_revenue"}  # fmt: skip

# what the analyses put in the place of an input's own assumption
INSTEAD: dict[str, Mapping[str, Any]] = {
    "ai_cloud_build": {"ai_life": "server_life"},
    "ai_cloud_payback": {"ai_life": "server_life"},
    "vendor_content": {"capex_per_gw": "capex_per_gw_bernstein"},
    "cost_of_ownership": {"it_capex": "it_capex_epoch", "facility_capex": "facility_capex_epoch", **LIVES},
    "build_out": {"gdp": "us_gdp", "years_ahead": 0.0, "life": "it_life_epoch"},
    "gpu_run_rate": {"run_rate": "run_rate_planned", "gpus": "gpus_planned", "planned_gpus": "gpus_planned"},
    "gpu_funding_gap": {"it_capex": "gpu_order", "prepayment": "prepayment_planned", "borrowed": "borrowed_planned"},
    "lease_or_buy": {"tenant_tax_rate": "tax_rate"},
    "required_revenue": LIVES,
    "revenue_for_capex": LIVES,
    "revenue_for_vintages": LIVES,
    "price_per_user": {"users": "iphone_users"},
}
# inputs that an analysis works out itself
FOUND: dict[str, Callable[[], Mapping[str, Any]]] = {
    "gigawatt": lambda: {"gross_power": 1000.0, "peak_per_gpu": compute.peak(NEWER)},
    "training_scale": lambda: {"efficiency_gain": compute.efficiency_gain(OLDER, NEWER)},
    **dict.fromkeys(["leasing", "leasing_implied"], leasing.told),
}
# the analyses' own cases: with or without a company, and of a company only
OWN: dict[str, Callable[[str], Case]] = {
    "gpu_cloud": gpu.cluster,
    "gpu_hour": gpu.hour,
    "hosting": lambda company: hosting.lease(_contracts(company)),
    "power_use": lambda company: hosting.uses(_contracts(company)),
    "business": lambda company: hosting.businesses()["hosting"],
}
OF_COMPANY: dict[str, Callable[[str], Case]] = {
    **dict.fromkeys(["forward_roic_backlog", "forward_roic_revenue"], lambda company: _forward(company)),
    "ai_cloud_build": lambda company: ai_roic.build(_twelve(company), company, CURRENCY),
    "compute_stock": lambda company: compute.stock_cases(
        compute.held(), [company], _quarters(company), _twelve(company)
    )[company],
    "build_plan": lambda company: compute.plan_cases([company], _twelve(company))[company],
    "power_value": lambda company: power.power_cases(peers([company]), DELIVERED, LET)[company],
    "priced_in": lambda company: power.priced_in_cases(peers([company]))[company],
    "required_revenue": lambda company: _build(_needed(company)),
    "revenue_for_capex": lambda company: _needed(company),
    "revenue_for_vintages": lambda company: _vintages(company),
    "useful_life": lambda company: _lives(company)[company],
    "life_change": lambda company: lives.changed(_lives(company))[company],
}


def start(model: str, company: str = "") -> Case:
    """A case of any registered model, all amounts in US dollars but for the lease in China.

    An input that neither the analysis of the model, nor the assumptions, nor the company's figures give is missing,
    and its reason says what would give it.

    model    the name of a model of `capcycle.models`
    company  a ticker whose figures and assumptions are taken; empty for the general ones
    Errors:  ModelError for a name that is not known.

    >>> start("cost_of_ownership").lacking
    ''
    >>> start("lease_payback").inputs["server_price"].reason
    'Price of a server: nothing held gives it, type a number.'
    """
    if model not in ALL:
        raise ModelError(unknown("model", [model], ALL))
    if company and company not in facts.companies().index:
        raise ModelError(unknown("company", [company], facts.companies().index))
    build = OWN.get(model) or (OF_COMPANY.get(model) if company else None)
    found = build(company) if build else None
    return found if found and found.model is ALL[model] else _bound(model, company)


def _bound(name: str, company: str) -> Case:
    """A model with what the analysis, the assumptions and the company's figures give, the rest missing."""
    model, given = ALL[name], {**INSTEAD.get(name, {}), **FOUND.get(name, dict)()}
    currency = CHINA if name in ("leasing", "leasing_implied") else CURRENCY
    inputs = {each: _found(model, each, given.get(each, each), company) for each in model.parameters}
    return case(model, company, currency, **inputs)


def _found(model: Callable, name: str, given: Any, company: str) -> Any:
    """What an input is: as given, or the assumption of that name where it can be taken."""
    table = registers.read("assumptions")
    rows = table[(table["name"] == given) & table["central"].notna()] if isinstance(given, str) else None
    if name in model.lists:
        return Input(name, [np.nan], "", reason=words.say("start.by_year", name=words.name(name)))
    if rows is None or rows["company"].isin(["", company]).any():
        return given
    return _open(name, company, sorted(rows["company"]))


def _open(name: str, company: str, others: Sequence[str]) -> Input:
    """An input that no assumption gives: the company's newest figure, or missing with what would give it."""
    filed = FILED.get(name, name)
    known = filed in facts.dictionary().index or filed in METRICS
    if known and company:
        return _newest(filed, company)
    reason = "of_company" if known else "of_others" if others else "type"
    said = {"name": words.name(name), "others": words.listing(others) if others else ""}
    return Input(name, np.nan, "", reason=words.say(f"start.{reason}", **said))


def _newest(name: str, company: str) -> Input:
    measures = measure_named(name, _twelve(company))
    return figure(measures, company, lives.newest(measures, company))


def _twelve(company: str, since: int = 0) -> Panel:
    return select(facts.load([company]), "ttm", since=since, currency=CURRENCY)


def _quarters(company: str) -> Panel:
    return select(facts.load([company]), "quarter", currency=CURRENCY)


def _contracts(company: str):
    return contracts.read([company] if company else ["miners"])


def _forward(company: str) -> Case:
    quarters = _quarters(company)
    return ai_roic.forward(quarters, CURRENCY, measure(capex_run_rate, quarters))[company]


def _needed(company: str) -> Case:
    return required.against_disclosed(_twelve(company, SINCE))[company]


def _build(whole: Case) -> Case:
    """The general function on a company's AI capex, parted into chips and site."""
    spent, ai, chips = (whole.inputs[name] for name in ("capex", "ai_share_of_capex", "it_share_of_capex"))
    parts = {"it_capex": chips.central, "facility_capex": 1 - chips.central}
    source = " ".join(dict.fromkeys(f"{spent.source} {ai.source} {chips.source}".split()))
    own = {
        name: Input(name, spent.central * ai.central * part, whole.currency, source=source,
                    reason=words.say("required.ai_capex"))
        for name, part in parts.items()
    }  # fmt: skip
    shared = {name: each for name, each in whole.inputs.items() if name in required_revenue.parameters}
    return case(required_revenue, whole.company, whole.currency, **shared, **own)


def _vintages(company: str) -> Case:
    years, whole = select(facts.load([company]), "year", since=SINCE, currency=CURRENCY), _needed(company)
    return replace(required.vintages(years, {company: whole}, whole), company=company)


def _lives(company: str) -> dict[str, Case]:
    return lives.restated(select(facts.load([company]), "year", "fiscal", currency=CURRENCY), [company])
