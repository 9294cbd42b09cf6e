"""A case to begin with, for any model: its analysis' own where there is one, else what the tables give."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capcycle import analyses, facts, words
from capcycle.analyses.ai_roic import cases as ai_roic
from capcycle.analyses.gigawatt import cases as compute
from capcycle.analyses.gpu_cloud import cases as gpu
from capcycle.analyses.hosting import cases as hosting
from capcycle.analyses.hosting import contracts
from capcycle.analyses.leasing import cases as leasing
from capcycle.analyses.power_value import cases as power
from capcycle.analyses.power_value.peers import peers
from capcycle.analyses.required_revenue import cases as required
from capcycle.analyses.required_revenue.model import required_revenue
from capcycle.analyses.useful_life import cases as lives
from capcycle.errors import ModelError, unknown
from capcycle.facts import registers
from capcycle.measure import measure, measure_named
from capcycle.metrics import ALL as METRICS
from capcycle.metrics import capex_run_rate
from capcycle.panel import Panel, select
from capcycle.study.case import Case, Input, case, figure
from capcycle.units import MW_PER_GW

CURRENCY = "USD"
SINCE = 2023  # from when capex counts as built for AI
OLDER, NEWER = "NVIDIA H100 SXM5 80GB", "NVIDIA B200"
DELIVERED, LET = (0.8, 0.9, 1.0), (0.0, 0.25, 0.5)  # chances of a signed lease and of the pipeline, for want of sources
FILED = {"investment": "capex", "it_capex": "capex", "annual_capex": "capex", "backlog": "rpo",
         "annual_revenue": "revenue", "segment_revenue": "cloud_revenue"}  # fmt: skip

# what the analyses put in the place of an input's own assumption
INSTEAD: dict[str, Mapping[str, Any]] = {
    "ai_cloud_build": {"ai_life": "server_life"},
    "ai_cloud_payback": {"ai_life": "server_life"},
    "vendor_content": {"capex_per_gw": "capex_per_gw_bernstein"},
    "cost_of_ownership": {"it_capex": "it_capex_epoch", "facility_capex": "facility_capex_epoch", **required.SHARED},
    "build_out": {"gdp": "us_gdp", "years_ahead": 0.0, "life": "it_life_epoch"},
    "gpu_run_rate": {"run_rate": "run_rate_planned", "gpus": "gpus_planned", "planned_gpus": "gpus_planned"},
    "gpu_funding_gap": {"it_capex": "gpu_order", "prepayment": "prepayment_planned", "borrowed": "borrowed_planned"},
    "lease_or_buy": {"tenant_tax_rate": "tax_rate"},
    "required_revenue": required.SHARED,
    "revenue_for_capex": required.SHARED,
    "revenue_for_vintages": required.SHARED,
    "price_per_user": {"users": "iphone_users"},
}


@dataclass(frozen=True)
class Known:
    """Of whom a case is to be, and by what day its figures were known; empty: of nobody, and all that is held."""

    company: str = ""
    as_of: str = ""

    def panel(self, span: str, calendar: str = "calendar", since: int = 0) -> Panel:
        return select(facts.load([self.company], self.as_of or None), span, calendar, since, currency=CURRENCY)

    def contracts(self):
        return contracts.read([self.company] if self.company else ["miners"], self.as_of)

    def peers(self):
        return peers([self.company], self.as_of)


# inputs that an analysis works out itself
FOUND: dict[str, Callable[[Known], Mapping[str, Any]]] = {
    "gigawatt": lambda of: {"gross_power": float(MW_PER_GW), "peak_per_gpu": compute.peak(NEWER, as_of=of.as_of)},
    "training_scale": lambda of: {"efficiency_gain": compute.efficiency_gain(OLDER, NEWER, of.as_of)},
    **dict.fromkeys(["leasing", "leasing_implied"], lambda of: leasing.told()),
}
# the analyses' own cases: with or without a company, and of a company only
OWN: dict[str, Callable[[Known], Case]] = {
    "gpu_cloud": lambda of: gpu.cluster(of.company),
    "gpu_hour": lambda of: gpu.hour(of.company),
    "hosting": lambda of: hosting.lease(of.contracts()),
    "power_use": lambda of: hosting.uses(of.contracts()),
    "business": lambda of: hosting.businesses()["hosting"],
}
OF_COMPANY: dict[str, Callable[[Known], Case]] = {
    **dict.fromkeys(["forward_roic_backlog", "forward_roic_revenue"], lambda of: _forward(of)),
    "ai_cloud_build": lambda of: ai_roic.build(of.panel("ttm"), of.company, CURRENCY),
    "compute_stock": lambda of: compute.stock_cases(
        compute.held(of.as_of), [of.company], of.panel("quarter"), of.panel("ttm"), of.as_of
    )[of.company],
    "build_plan": lambda of: compute.plan_cases([of.company], of.panel("ttm"), of.as_of)[of.company],
    "power_value": lambda of: power.power_cases(of.peers(), DELIVERED, LET)[of.company],
    "priced_in": lambda of: power.priced_in_cases(of.peers())[of.company],
    "required_revenue": lambda of: _build(_needed(of)),
    "revenue_for_capex": lambda of: _needed(of),
    "revenue_for_vintages": lambda of: _vintages(of),
    "useful_life": lambda of: _lives(of)[of.company],
    "life_change": lambda of: lives.changed(_lives(of))[of.company],
}


def start(model: str, company: str = "", as_of: str = "") -> Case:
    """A case of any registered model, all amounts in US dollars but for the lease in China.

    An input that neither the analysis of the model, nor the assumptions, nor the company's figures give is missing,
    and its reason says what would give it.

    model    the name of a model of `capcycle.models`
    company  a ticker whose figures and assumptions are taken; empty for the general ones
    as_of    ISO date by which figures must have been public; empty for all. Assumptions are today's.
    Errors:  ModelError for a name that is not known.

    >>> start("cost_of_ownership").lacking
    ''
    >>> start("lease_payback").inputs["server_price"].reason
    'Price of a server: nothing held gives it, type a number.'
    """
    valid = analyses.models()
    if model not in valid:
        raise ModelError(unknown("model", [model], valid))
    if company and company not in facts.companies().index:
        raise ModelError(unknown("company", [company], facts.companies().index))
    of = Known(company, as_of)
    build = OWN.get(model) or (OF_COMPANY.get(model) if company else None)
    found = build(of) if build else None
    return found if found and found.model is valid[model] else _bound(model, of)


def _bound(name: str, of: Known) -> Case:
    """A model with what the analysis, the assumptions and the company's figures give, the rest missing."""
    model, own = analyses.models()[name], FOUND[name](of) if name in FOUND else {}
    given = {**INSTEAD.get(name, {}), **own}
    currency = leasing.CALL if name in ("leasing", "leasing_implied") else CURRENCY
    inputs = {each: _found(model, each, given.get(each, each), of) for each in model.parameters}
    return case(model, of.company, currency, **inputs)


def _found(model: Callable, name: str, given: Any, of: Known) -> Any:
    """What an input is: as given, or the assumption of that name where it can be taken."""
    table = registers.read("assumptions")
    rows = table[(table["name"] == given) & table["central"].notna()] if isinstance(given, str) else None
    if name in model.lists:
        return Input(name, [np.nan], "", reason=words.say("start.by_year", name=words.name(name)))
    if rows is None or rows["company"].isin(["", of.company]).any():
        return given
    return _open(name, of, sorted(rows["company"]))


def _open(name: str, of: Known, others: Sequence[str]) -> Input:
    """An input that no assumption gives: the company's newest figure, or missing with what would give it."""
    filed = FILED.get(name, name)
    known = filed in facts.dictionary().index or filed in METRICS
    if known and of.company:
        return _newest(filed, of)
    reason = "of_company" if known else "of_others" if others else "type"
    said = {"name": words.name(name), "others": words.listing(others) if others else ""}
    return Input(name, np.nan, "", reason=words.say(f"start.{reason}", **said))


def _newest(name: str, of: Known) -> Input:
    measures = measure_named(name, of.panel("ttm"))
    return figure(measures, of.company, lives.newest(measures, of.company))


def _forward(of: Known) -> Case:
    quarters = of.panel("quarter")
    return ai_roic.forward(quarters, CURRENCY, measure(capex_run_rate, quarters))[of.company]


def _needed(of: Known) -> Case:
    return required.against_disclosed(of.panel("ttm", since=SINCE))[of.company]


def _build(whole: Case) -> Case:
    """The general function on a company's AI capex, parted into chips and site."""
    spent, ai, chips = (whole.inputs[name] for name in ("capex", "ai_share_of_capex", "it_share_of_capex"))
    parts = {"it_capex": chips.central, "facility_capex": 1 - chips.central}
    source = facts.documents([spent.source, ai.source, chips.source])
    own = {
        name: Input(name, spent.central * ai.central * part, whole.currency, source=source,
                    reason=words.say("required.ai_capex"))
        for name, part in parts.items()
    }  # fmt: skip
    shared = {name: each for name, each in whole.inputs.items() if name in required_revenue.parameters}
    return case(required_revenue, whole.company, whole.currency, **shared, **own)


def _vintages(of: Known) -> Case:
    whole = _needed(of)
    return replace(required.vintages(of.panel("year", since=SINCE), {of.company: whole}, whole), company=of.company)


def _lives(of: Known) -> dict[str, Case]:
    return lives.restated(of.panel("year", "fiscal"), [of.company])
