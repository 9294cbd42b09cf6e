"""Cases of AI capital: a year of contracts over a year of capex as filed, and AI cloud until 2030."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from capcycle import study, words
from capcycle.analyses.ai_roic.capital import capital_cost
from capcycle.analyses.ai_roic.model import (
    FIRST_YEAR,
    ai_cloud_build,
    ai_cloud_payback,
    ai_cloud_roic,
    backlog_yield,
    revenue_yield,
)
from capcycle.errors import ModelError
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.metrics import capex_run_rate, revenue_run_rate
from capcycle.panel import Panel, select
from capcycle.quantity import Quantity, missing, newest
from capcycle.study import Case
from capcycle.words import say


def recent(book: Book, since: int = 0) -> int:
    """The first year that the newest figures may be of: what the reader chose, else the year before the newest of all.

    A company whose figures end years ago would otherwise draw all others back to the last quarter it has.

    >>> recent(facts.open(["MSFT"], as_of="2024-08-01"))
    2023
    """
    return since or book.facts["period_end"].max().year - 1


def forward(quarters: Panel, annual_capex: Measures | Mapping[str, Quantity], **numbers: float) -> dict[str, Case]:
    """A year of contracts over a year of AI capex of each company: of its backlog, or of its revenue where it has none.

    All figures are of one quarter, the newest of which most companies have the capex, or of the year that ends with it.

    annual_capex  a year's capex as measured, or as each company plans it
    numbers       a reader's own, 0 for the assumption's
    """
    table = quarters.book.assumptions
    by_revenue = set(table.loc[table["name"] == "ai_share_of_revenue", "company"])
    quarter = measure("capex", quarters).at()["period"].iloc[0]
    filed = {"annual_capex": annual_capex, "backlog": measure("rpo", quarters),
             "annual_revenue": measure(revenue_run_rate, quarters)}  # fmt: skip
    return {
        company: _case(
            revenue_yield if company in by_revenue else backlog_yield, quarters.book, company, numbers,
            {name: _at(each, company, quarter) for name, each in filed.items()},
        )
        for company in quarters.companies
    }  # fmt: skip


def _at(each: Measures | Mapping[str, Quantity], company: str, quarter: str) -> Quantity:
    if isinstance(each, Mapping):
        return each[company]
    period = f"TTM {quarter}" if each.panel.span == "ttm" else quarter
    if period not in set(each.cells["period"]):  # the last quarters have no twelve months yet
        return missing(each.name, words.say("study.not_shown", name=words.lower(words.name(each.name))))
    return study.figure(each, company, period)


def plan(book: Book, company: str) -> Quantity:
    """The capex that a company has last guided to for a year that is not over: what is past is no plan.

    >>> plan(facts.open(["ORCL"], as_of="2026-07-31"), "ORCL").missing  # it guides to what it nets with its customers
    True
    """
    every = book.versions("estimates").query("subject == @company and measure == 'guidance' and about == 'capex'")
    years = every[every["period"].str.fullmatch(r"\d{4}")]
    now = book.day if book.as_of else book.facts["published"].max()
    open_ = years[pd.to_datetime(years["period"]) + pd.offsets.YearEnd() > now]
    found = newest(open_.assign(value=(open_["low"] + open_["high"]) / 2), "annual_capex", say("ai_roic.no_plan"),
                   day="published")  # fmt: skip
    year = open_["period"].max()
    return found if found.missing else replace(found, reason=say("ai_roic.planned", year=year, day=found.days))


def bases(book: Book, since: int = 0, **numbers: float) -> dict[str, dict[str, Case]]:
    """The same on three years of capex: at the quarter's pace, of the last twelve months, as planned."""
    quarters, year = (select(book, span, since=recent(book, since)) for span in ("quarter", "ttm"))
    capex = {"run_rate": measure(capex_run_rate, quarters), "trailing": measure("capex", year),
             "plan": {company: plan(book, company) for company in book.companies}}  # fmt: skip
    return {basis: forward(quarters, each, **numbers) for basis, each in capex.items()}


@study.starts_by_company(backlog_yield)
@study.starts_by_company(revenue_yield)
def _forward(book: Book) -> dict[str, Case]:
    quarters = select(book, "quarter")
    return forward(quarters, measure(capex_run_rate, quarters))


def of(cases: Mapping[str, Case], company: str = "") -> Case:
    """One company's case, with all that it takes; where none is chosen, the first that has all, if there is one.

    Errors: ModelError for a company without a case, and for a chosen one that lacks something, with who lacks nothing.
    """
    full = [name for name, each in cases.items() if not each.lacking]
    case = cases[study.one_of(cases, company)]
    if company and case.lacking:
        raise ModelError(f"{company} cannot be shown: {case.lacking}" + (f"; choose {', '.join(full)}" if full else ""))
    return case


def two_widest(case: Case) -> tuple[str, list[str]]:
    """The input that moves the spread of a year of contracts most, and the next one if there is one: for a what-if."""
    first, *others = study.tornado(case, "yield_spread").table["name"]
    return first, others[:1]


def clouds(book: Book, **numbers: float) -> dict[str, Case]:
    """The return on AI cloud until 2030 of each company of a book; who lacks a margin or its turns says so."""
    return {company: _case(ai_cloud_roic, book, company, numbers) for company in book.companies}


def payback(book: Book, company: str, **numbers: float) -> Case:
    """One unit of AI capital put in today."""
    return _case(ai_cloud_payback, book, company, numbers, {"ai_life": "server_life"})


def build(book: Book, company: str, **numbers: float) -> Case:
    """AI capex from 2025 to 2030 at the pace of a year: what the company is said to plan, else what it spent."""
    table = book.assumptions
    plans = set(table.loc[table["name"] == "annual_capex", "company"])
    year = select(book.of(company), "ttm", until=FIRST_YEAR)
    spent = {} if company in plans else {"annual_capex": measure("capex", year)}
    return _case(ai_cloud_build, book, company, numbers, {"ai_life": "server_life"} | spent)


@study.starts(ai_cloud_payback)
def _payback(book: Book, company: str) -> Case:
    return study.bound(ai_cloud_payback, book, company, ai_life="server_life", wacc=capital_cost(book, company))


@study.starts(ai_cloud_roic)
def _cloud(book: Book, company: str) -> Case:
    return study.bound(ai_cloud_roic, book, company, wacc=capital_cost(book, company))


@study.starts(ai_cloud_build)
def _build(book: Book, company: str) -> Case:
    return build(book, company) if company else study.bound(ai_cloud_build, book, ai_life="server_life")


def _case(
    model: Callable, book: Book, company: str, numbers: Mapping[str, float], inputs: Mapping[str, Any] | None = None
) -> Case:
    own = {name: each for name, each in (inputs or {}).items() if name in model.parameters}
    own["wacc"] = capital_cost(book, company)
    chosen = {name: number for name, number in numbers.items() if name in model.parameters}
    return study.case(model, book, company, **own).chosen(**chosen)
