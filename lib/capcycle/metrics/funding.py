"""Whose money pays for it: cash flow, profit and depreciation beside capex, and what cash is left."""

from capcycle.metrics.registry import CURRENCY, MULTIPLE, Quantity, metric, per


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
