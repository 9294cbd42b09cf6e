"""Cases of returns on AI capital: forward on what a company has filed, and of AI cloud until 2030."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from capcycle.analyses import ai_roic
from capcycle.errors import ModelError, unknown
from capcycle.facts import registers
from capcycle.measure import Measures, measure
from capcycle.metrics import capex_run_rate, revenue_run_rate
from capcycle.panel import Panel
from capcycle.study.case import Case, Input, case, cases, figure
from capcycle.study.chosen import within
from capcycle.study.sweep import tornado

RANGES = {"wacc": (0.001, 0.5), "tax_rate": (0.001, 0.9), "backlog_duration": (0.25, 30), "ai_life": (0.5, 15),
          "ai_share_of_backlog": (0.001, 1), "ai_share_of_capex": (0.001, 1), "ai_nopat_margin": (0.001, 0.95),
          "ai_margin_now": (0.001, 0.95), "ai_margin_2030": (0.001, 0.95), "capital_turns": (0.01, 10)}  # fmt: skip


def chosen(**given: float) -> dict[str, float]:
    """What a reader chose: of a notebook's parameters those that are not left at 0.

    Errors: ModelError for every value that cannot be, such as a share above 100 %.

    >>> chosen(wacc=0.09, ai_life=0)
    {'wacc': 0.09}
    """
    return within(RANGES, given)


def recent(known: pd.DataFrame, since: int = 0) -> int:
    """The first year that the newest figures may be of: what the reader chose, else the year before the newest of all.

    A company whose figures end years ago would otherwise draw all others back to the last quarter it has.

    >>> recent(pd.DataFrame({"period_end": [pd.Timestamp("2024-06-30"), pd.Timestamp("2022-03-31")]}))
    2023
    """
    return since or known["period_end"].max().year - 1


def forward(quarters: Panel, currency: str, annual_capex: Measures | str, **given: float) -> dict[str, Case]:
    """The forward return of each company of a panel of quarters: on its backlog, or on its revenue where it has none.

    All figures are of one quarter, the newest of which most companies have the capex, or of the year that ends with it.

    annual_capex  a year's capex as measured, or the name of an assumption
    given         what a reader chose instead of an assumption
    """
    table = registers.read("assumptions")
    by_revenue = set(table.loc[table["name"] == "ai_share_of_revenue", "company"])
    quarter = measure("capex", quarters).at()["period"].iloc[0]
    filed = {"annual_capex": annual_capex, "backlog": measure("rpo", quarters),
             "annual_revenue": measure(revenue_run_rate, quarters)}  # fmt: skip
    return {
        company: _case(
            ai_roic.model.forward_roic_revenue if company in by_revenue else ai_roic.model.forward_roic_backlog,
            company, currency, {name: _of(each, company, quarter) for name, each in filed.items()} | given,
        )
        for company in quarters.companies
    }  # fmt: skip


def _of(each: Measures | str, company: str, quarter: str) -> Input | str:
    if isinstance(each, str):
        return each
    return figure(each, company, f"TTM {quarter}" if each.panel.span == "ttm" else quarter)


def bases(quarters: Panel, year: Panel, currency: str, **given: float) -> dict[str, dict[str, Case]]:
    """The forward return on three years of capex: at the quarter's pace, of the last twelve months, as planned."""
    capex = {"run_rate": measure(capex_run_rate, quarters), "trailing": measure("capex", year),
             "plan": "annual_capex_plan"}  # fmt: skip
    return {basis: forward(quarters, currency, each, **given) for basis, each in capex.items()}


def of(cases: Mapping[str, Case], company: str) -> Case:
    """One company's case, with all that it takes.

    Errors: ModelError for a company without a case, and for one that lacks something, with who lacks nothing.
    """
    full = [name for name, each in cases.items() if not each.lacking]
    if company not in cases:
        raise ModelError(unknown("company", [company], cases))
    if lacking := cases[company].lacking:
        raise ModelError(f"{company} cannot be shown: {lacking}" + (f"; choose {', '.join(full)}" if full else ""))
    return cases[company]


def two_widest(case: Case) -> tuple[str, list[str]]:
    """The input that moves the spread of a forward return most, and the next one if there is one: for a what-if."""
    first, *others = tornado(case, "forward_spread").table["name"]
    return first, others[:1]


def clouds(companies: Sequence[str], **given: float) -> dict[str, Case]:
    """The return on AI cloud until 2030 of each company; who lacks a margin or its turns says so."""
    return cases(ai_roic.model.ai_cloud_roic, companies, **_taken(ai_roic.model.ai_cloud_roic, given))


def payback(company: str, **given: float) -> Case:
    """One unit of AI capital put in today."""
    return _case(ai_roic.model.ai_cloud_payback, company, "USD", {"ai_life": "server_life"} | given)


def build(year: Panel, company: str, currency: str, **given: float) -> Case:
    """AI capex from 2025 to 2030 at the pace of a year: what the company is said to plan, else what it spent."""
    table = registers.read("assumptions")
    plans = set(table.loc[table["name"] == "annual_capex", "company"])
    spent = {} if company in plans else {"annual_capex": measure("capex", year)}
    return _case(ai_roic.model.ai_cloud_build, company, currency, {"ai_life": "server_life"} | spent | given)


def _case(model: Callable, company: str, currency: str, given: dict[str, Any]) -> Case:
    return case(model, company, currency, **_taken(model, given))


def _taken(model: Callable, given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in model.parameters}
