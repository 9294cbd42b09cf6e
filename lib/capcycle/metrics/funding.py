"""Whose money pays for it: cash flow, profit and depreciation beside capex, and what cash is left."""

from capcycle.metrics.intensity import capex_to_revenue
from capcycle.metrics.registry import CURRENCY, MULTIPLE, Quantity, metric, per, variant
from capcycle.metrics.returns import gross_margin


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


@variant(capex_to_revenue, revenue="operating_cash_flow")
def capex_to_operating_cash_flow():
    """Cash capex out of each unit of operating cash flow; above 1 somebody else pays."""


@variant(capex_to_revenue, revenue="net_income")
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


@variant(gross_margin, (-20, 0.7), gross_profit="fcf")
def fcf_margin():
    """Free cash flow out of each unit of revenue."""


@variant(fcf, operating_cash_flow="fcf", capex="finance_lease_principal_paid")
def fcf_after_leases():
    """Free cash flow less the principal paid on finance leases, which is capex paid in instalments."""


@variant(fcf_margin, fcf="fcf_after_leases")
def fcf_after_leases_margin():
    """Free cash flow after finance-lease principal out of each unit of revenue."""
