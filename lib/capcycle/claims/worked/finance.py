"""Examples of the core of corporate finance."""

from collections.abc import Mapping

from capcycle.claims.own import register
from capcycle.models import finance
from capcycle.models.maths import present_value

MONTHS = 12


def npv(rate: float, cash_flows: list[float]) -> Mapping[str, float]:
    """The first cash flow is today's."""
    return {"npv": present_value(rate, cash_flows)}


def irr(cash_flows: list[float]) -> Mapping[str, float]:
    """The rate of return of yearly cash flows."""
    return {"irr": finance.irr(cash_flows)}


def mirr(cash_flows: list[float], finance_rate: float, reinvest_rate: float) -> Mapping[str, float]:
    """The rate of return with a rate for outlays and one for receipts."""
    return {"mirr": finance.mirr(cash_flows, finance_rate, reinvest_rate)}


def loan_payment(annual_rate: float, years: float, principal: float) -> Mapping[str, float]:
    """The monthly payment of a loan."""
    return {"monthly_payment": finance.payment(annual_rate / MONTHS, years * MONTHS, principal)}


for method in (npv, irr, mirr, loan_payment):
    register(method.__name__, method)
