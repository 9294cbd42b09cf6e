"""Examples of hosting contracts: prices, books, yields, escalators, backlogs, present values."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from capcycle.analyses.hosting import contracts, leases
from capcycle.claims.own import register
from capcycle.models.maths import per

M, BN = 1e6, 1e9
GPU_TENANT = "Microsoft"  # the one contract of the list that pays for GPUs
PRINTED_TERM = 14


def contract_price_per_mw_year(
    mw: float,
    value_usd_m: float | None = None,
    years: float = 1,
    annualised_revenue_usd_m: float | None = None,
    noi_margin: float | None = None,
) -> Mapping[str, float]:
    """Price of a contract from its value over the term, or from one year's revenue."""
    value = (annualised_revenue_usd_m if value_usd_m is None else value_usd_m) * M
    price = float(leases.price_per_mw_year(value, mw, years))
    noi = {} if noi_margin is None else {"annual_noi_usd_m": price * mw * noi_margin / M}
    return {"usd_m_per_mw_year": price / M} | noi


def contract_book_totals(columns: list[str] = (), **named: Any) -> Mapping[str, float]:
    """Totals of a list of contracts, and means without the one that pays for GPUs; `contracts` is the list."""
    book = _book(named["contracts"], columns)
    whole = contracts.prices(book, PRINTED_TERM)
    held = contracts.prices(book[book["tenant"] != GPU_TENANT], PRINTED_TERM)
    return {
        "total_mw": whole.mw,
        "total_value_usd_bn": whole.value / BN,
        "mean_mw_ex_iren": held.mean_mw,
        "mean_term_ex_iren": held.mean_term,
        "mean_price_ex_iren_usd_m_per_mw_year": held.simple / M,
        "min_price": held.low / M,
        "max_price": held.high / M,
    }


def contract_book_shares(use: str) -> Mapping[str, Any]:
    """Tenants and lessors of the book in the register, which is the same list; `use` says so."""
    book = contracts.golden_sun(contracts.read(["miners"]))
    book = book.assign(tenant=book["tenant_name"].str.partition(" (")[0].replace("Amazon Web Services", "AWS"))
    tenants, lessors = (book.groupby(by)["mw"].sum() for by in ("tenant", "lessor"))
    named, leading = ["CoreWeave", "Fluidstack", "AWS", "Microsoft", "Core42"], ["WULF", "CIFR", "APLD"]
    whole = book["mw"].sum()
    return {
        "tenant_mw": tenants[named].to_dict(),
        "tenant_share": (tenants[named[:4]] / whole).to_dict(),
        "lessor_mw": lessors[leading].to_dict(),
        "lessor_share": (lessors[leading] / whole).to_dict(),
    }


def per_mw_business_model(revenue_usd_10k: list[float], gross_profit_usd_10k: list[float]) -> Mapping[str, list[float]]:
    """Gross margin of each use of one MW."""
    pairs = zip(gross_profit_usd_10k, revenue_usd_10k, strict=True)
    return {"gross_margin": [float(per(profit, revenue)) for profit, revenue in pairs]}


def hosting_yield_on_cost(**given: Any) -> Mapping[str, Any]:
    """Yield on the cost per MW, or on the cost that a loan and its share of it imply."""
    if "loan_to_cost" in given:
        return _yield_of_project(**given)
    ebitda = given["ebitda_usd_m_per_mw"]
    return {
        "ebitda_margin": float(per(ebitda, given["revenue_usd_m_per_mw"])),
        "unlevered_yield": [float(per(ebitda, capex)) for capex in given["capex_usd_m_per_mw"]],
    }


def _yield_of_project(
    avg_revenue_usd_m: float, ebitda_margin: float, debt_usd_m: float, loan_to_cost: float, mw: float
) -> Mapping[str, float]:
    cost = debt_usd_m / loan_to_cost
    return {
        "project_cost_usd_m": cost,
        "equity_usd_m": cost - debt_usd_m,
        "usd_m_per_mw": cost / mw,
        "yield_on_cost": avg_revenue_usd_m * ebitda_margin / cost,
    }


def rent_unit_conversion(usd_per_kw_month: float) -> Mapping[str, float]:
    """A rent per kW and month as a price per MW and year."""
    return {"usd_m_per_mw_year": leases.per_mw_year(usd_per_kw_month) / M}


def implied_escalator(
    base_term_value_usd_bn: float, total_value_usd_bn: float, base_years: float, extension_years: float
) -> Mapping[str, float]:
    """The rise of the rent that base and extension imply."""
    found = leases.implied_escalator(base_term_value_usd_bn, total_value_usd_bn, base_years, extension_years)
    return {"annual_escalator": float(found)}


def lease_noi(cumulative_noi_usd_m: float, years: float) -> Mapping[str, float]:
    """Net operating income a year out of its sum."""
    return {"annual_noi_usd_m": cumulative_noi_usd_m / years}


def backlog_addition(items_usd_bn: list[float]) -> Mapping[str, float]:
    """What contracts come to together."""
    return {"total_usd_bn": sum(items_usd_bn)}


def landlord_economics(mw: float, build_usd_m_per_mw: list[float], year1_rent_usd_m_per_mw: float) -> Mapping[str, Any]:
    """Cost and first rent of a site at both ends of its cost."""
    return {
        "build_usd_m": [cost * mw for cost in build_usd_m_per_mw],
        "year1_rent_usd_m": year1_rent_usd_m_per_mw * mw,
        "gross_rent_to_cost": [float(per(year1_rent_usd_m_per_mw, cost)) for cost in build_usd_m_per_mw],
    }


def contract_present_value(nominal_usd_bn: float, years: int, pv_usd_bn: list[float]) -> Mapping[str, list[float]]:
    """The discount rates that present values of level rent imply."""
    yearly = nominal_usd_bn / years
    return {"implied_discount_rate": [leases.implied_rate(yearly, years, worth) for worth in pv_usd_bn]}


def order_to_revenue(contract_rmb_bn: float, share_of_2024_revenue: float) -> Mapping[str, float]:
    """The revenue of which an order is this share."""
    return {"implied_2024_revenue_rmb_bn": contract_rmb_bn / share_of_2024_revenue}


def _book(rows: list[list], columns: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns).rename(columns={"years": "term_years"})
    value = table["value_usd_bn"] * BN
    return table.assign(value=value, price=leases.price_per_mw_year(value, table["mw"], table["term_years"]))


METHODS = (
    contract_price_per_mw_year, contract_book_totals, contract_book_shares, per_mw_business_model,
    hosting_yield_on_cost, rent_unit_conversion, implied_escalator, lease_noi, backlog_addition, landlord_economics,
    contract_present_value, order_to_revenue,
)  # fmt: skip
for method in METHODS:
    register(method.__name__, method)
