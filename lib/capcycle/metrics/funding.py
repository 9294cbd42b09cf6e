"""Whose money pays for it: cash flow, profit and depreciation beside capex, and what cash is left."""

from capcycle.metrics.registry import CURRENCY, FRACTION, MULTIPLE, Quantity, metric, per, variant


@metric(CURRENCY)
def capex_with_lease_additions(capex: Quantity, finance_lease_additions: Quantity) -> Quantity:
    """Cash capex and the assets obtained under finance leases: what was built, however it was paid for.

    Formula: capex + finance_lease_additions
    Units:   two amounts in one currency over the same period; an amount.
    Source:  Amazon 10-K for 2022: purchases 63.645bn, finance leases 0.675bn.

    >>> round(capex_with_lease_additions(63.645, 0.675), 3)
    64.32
    """
    return capex + finance_lease_additions


@variant(capex_with_lease_additions, finance_lease_additions="finance_lease_principal_paid")
def capex_with_lease_principal():
    """Cash capex and principal paid on finance leases: Meta's own definition of its capital expenditures."""


@metric(FRACTION, (0, 20))
def capex_to_operating_cash_flow(capex: Quantity, operating_cash_flow: Quantity) -> Quantity:
    """Cash capex out of each unit of operating cash flow; above 1 somebody else pays.

    Formula: capex / operating_cash_flow
    Units:   two amounts in one currency over one period; a fraction. NaN where operating_cash_flow is not positive.
    Source:  Meta 10-Q for September 2025: 18.829bn of 29.999bn.

    >>> round(float(capex_to_operating_cash_flow(18.829, 29.999)), 4)
    0.6277
    """
    return per(capex, operating_cash_flow)


@variant(capex_to_operating_cash_flow, operating_cash_flow="net_income")
def capex_to_net_income():
    """Cash capex beside net income, gains on investments included."""


@variant(capex_to_operating_cash_flow, operating_cash_flow="operating_income")
def capex_to_operating_income():
    """Cash capex beside operating income, which has no gains on investments in it."""


@metric(MULTIPLE, (0, 20))
def capex_to_depreciation(capex: Quantity, depreciation: Quantity) -> Quantity:
    """Cash capex beside the depreciation of property and equipment: above 1 the assets grow, and later the charge.

    Formula: capex / depreciation
    Units:   two amounts in one currency over the same period; times. NaN where depreciation is not positive.
    Source:  the definition; hand arithmetic: 482 on 125 is 3.856.

    >>> float(capex_to_depreciation(482.0, 125.0))
    3.856
    """
    return per(capex, depreciation)


@metric(CURRENCY)
def fcf(operating_cash_flow: Quantity, capex: Quantity) -> Quantity:
    """Free cash flow: operating cash flow less cash capex, finance leases left out.

    Formula: operating_cash_flow - capex
    Units:   two amounts in one currency over the same period; an amount, negative when capex is larger.
    Source:  SEC staff, Non-GAAP C&DI 102.07: there is no uniform definition; this one deducts cash capex only.

    >>> fcf(30.0, 12.0)
    18.0
    """
    return operating_cash_flow - capex


@metric(FRACTION, (-20, 0.7))
def fcf_margin(fcf: Quantity, revenue: Quantity) -> Quantity:
    """Free cash flow out of each unit of revenue.

    Formula: fcf / revenue
    Units:   two amounts in one currency over the same period; a fraction. NaN where revenue is not positive.
    Source:  see `fcf`; hand arithmetic: 18 of 120 is 15 %.

    >>> float(fcf_margin(18.0, 120.0))
    0.15
    """
    return per(fcf, revenue)


@metric(CURRENCY)
def fcf_after_leases(
    operating_cash_flow: Quantity, capex: Quantity, finance_lease_principal_paid: Quantity
) -> Quantity:
    """Free cash flow less the principal paid on finance leases, which is capex paid in instalments.

    Formula: operating_cash_flow - capex - finance_lease_principal_paid
    Units:   amounts in one currency over the same period; an amount.
    Source:  Amazon and Meta publish free cash flow on this basis beside others; hand arithmetic: 30 - 12 - 3.

    >>> fcf_after_leases(30.0, 12.0, 3.0)
    15.0
    """
    return operating_cash_flow - capex - finance_lease_principal_paid


@variant(fcf_margin, fcf="fcf_after_leases")
def fcf_after_leases_margin():
    """Free cash flow after finance-lease principal out of each unit of revenue."""
