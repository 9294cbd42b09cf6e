"""Cases of useful life out of a company's own accounts: capex by year, the life in use, the share of servers."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.useful_life.accounts import calibrated, life_in_accounts, server_shares, spending
from capcycle.analyses.useful_life.model import life_change, useful_life
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.models import bounds
from capcycle.panel import Panel, select
from capcycle.quantity import ASSUMED, Quantity
from capcycle.study import Case, Cases

SHARES = ("server_share", "earlier_share")
CHARGES = ("depreciation", "depreciation_amortization")  # the narrower before the wider
FOUR_YEARS = 4.0  # the life in the question of the comparison: what earnings are if servers last for four years


@study.starts_by_company(useful_life)
def restated(book: Book, share_elsewhere: float = 0, life_elsewhere: float = 0) -> Cases:
    """A case of `useful_life` for each company of a book: its newest fiscal year with capex, at another life.

    share_elsewhere  part of capex that is servers, for a company of which nothing states it; 0 leaves it missing
    life_elsewhere   life in the accounts, for a company that discloses none; 0 leaves it missing
    Errors: ModelError for lives and shares that cannot be.
    """
    elsewhere = dict.fromkeys(SHARES, share_elsewhere) | {"life_in_accounts": life_elsewhere}
    elsewhere = {name: number for name, number in elsewhere.items() if number}
    bounds.check(useful_life, elsewhere)
    years, changes = select(book, "year", "fiscal"), calibrated(book)
    measured = {name: measure(name, years) for name in ("capex", "net_income", "shares_diluted")}
    whole, spent = all_depreciation(years), spending(years)
    return Cases({
        company: _bounded(_case(measured, company, _spent(measured["capex"], spent, company), changes, elsewhere),
                          whole[company])
        for company in book.companies
    })  # fmt: skip


@cache
def at_four_years(book: Book) -> Cases:
    """Each company's newest year with servers that last four years."""
    return Cases({company: case.chosen(server_life=FOUR_YEARS) for company, case in restated(book).items()})


def _spent(capex: Measures, spent: pd.DataFrame, company: str) -> Quantity:
    """Capex by year with the finance leases begun in it, and in which years those are disclosed."""
    paid, own = study.history(capex, company), spent[(spent["company"] == company) & spent["value"].notna()]
    if paid.missing:
        return paid
    leased = own.loc[own["leased"], "period"].to_list()
    key = "useful_life.leases" if leased else "useful_life.no_leases"
    reason = words.say(key, years=words.listing(leased or [words.DASH]))
    return replace(
        paid, value=own["value"].to_list(), source=facts.documents(own["source"]),
        reason=words.paragraph(paid.reason, reason),
    )  # fmt: skip


def _case(
    measured: Mapping[str, Measures], company: str, spent: Quantity, changes: pd.DataFrame,
    elsewhere: Mapping[str, float],
) -> Case:  # fmt: skip
    book, year = measured["capex"].panel.book, _newest_year(measured["capex"], company)
    share, earlier = server_shares(book, company, changes)
    case = study.case(
        useful_life, book, company, capex=spent, server_share=share, earlier_share=earlier,
        life_in_accounts=life_in_accounts(book, company, spent.day, changes),
        net_income=study.figure(measured["net_income"], company, year),
        shares_diluted=study.figure(measured["shares_diluted"], company, year),
    )  # fmt: skip
    return case.chosen(**{name: number for name, number in elsewhere.items() if case.inputs[name].missing})


def _bounded(case: Case, whole: Quantity) -> Case:
    """The share of servers lowered, unless it was stated or chosen, until they charge no more than all assets do."""
    share, charged = case.inputs["server_share"], float(case.outputs.depreciation_in_accounts)
    ours = share.kind == "estimated" or share.hindsight
    if not ours or whole.missing or not charged > whole.value:
        return case
    sources = facts.documents([share.source, whole.source])
    return case.with_inputs(**{
        name: _lowered(case.inputs[name], whole.value / charged, sources) for name in SHARES
    })  # fmt: skip


def _lowered(share: Quantity, part: float, sources: str) -> Quantity:
    most = share.value * part
    reason = words.paragraph(share.reason, words.say("useful_life.bounded", share=share.shown))
    return replace(share, value=most, low=min(share.low, most), high=most, source=sources, reason=reason)


def all_depreciation(years: Panel) -> dict[str, Quantity]:
    """All depreciation in each company's accounts in its newest year with capex: what servers cannot exceed.

    Where depreciation alone is not disclosed it is that with amortisation, which is wider and so a bound too.
    """
    capex, *charges = (measure(name, years) for name in ("capex", *CHARGES))
    disclosed = {
        company: [study.figure(each, company, _newest_year(capex, company)) for each in charges]
        for company in years.companies
    }
    return {company: next((each for each in both if not each.missing), both[0]) for company, both in disclosed.items()}


def _newest_year(capex: Measures, company: str) -> str:
    """The newest year with a company's capex; the newest shown where there is none."""
    own = capex.cells[capex.cells["company"] == company]
    known = own[own["value"].notna()]
    return (own if known.empty else known)["period"].iloc[-1]


def changed(cases: Mapping[str, Case], capex_next: float = 0) -> Cases:
    """Cases of `life_change` of the same companies: the new life from the day after the restated year on.

    capex_next  of each later year; 0 for as much as in the newest year
    """
    return Cases({company: _changed(case).chosen(capex_next=capex_next) for company, case in cases.items()})


def _changed(case: Case) -> Case:
    shared = {name: each for name, each in case.inputs.items() if name in life_change.parameters}
    spent = case.inputs["capex"]
    flat = replace(
        spent.called("capex_next", reason=words.say("useful_life.flat")), value=spent.value[-1], kind=ASSUMED
    )
    return study.case(life_change, case.book, case.company, **shared, capex_next=flat)


@study.starts_by_company(life_change)
def _changes(book: Book) -> Cases:
    return changed(restated(book))
