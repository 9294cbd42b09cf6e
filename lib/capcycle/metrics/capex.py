"""Capex by its other definitions: net of what came back, and everything added however it was paid for."""

from capcycle.metrics.registry import CURRENCY, FRACTION, Quantity, metric, per


@metric(CURRENCY)
def capex_net_of_proceeds(capex: Quantity, capex_proceeds_sales_incentives: Quantity) -> Quantity:
    """Cash capex less what sales of property and incentives brought back: Amazon's own "net of proceeds".

    Formula: capex - capex_proceeds_sales_incentives
    Units:   two amounts in one currency over the same period; an amount. Meta's capex is net since its 2024 filings.
    Source:  Amazon 10-K for 2022: purchases 63.645bn, proceeds and incentives 5.324bn.

    >>> round(capex_net_of_proceeds(63.645, 5.324), 3)
    58.321
    """
    return capex - capex_proceeds_sales_incentives


@metric(FRACTION)
def capex_net_of_proceeds_to_revenue(capex_net_of_proceeds: Quantity, revenue: Quantity) -> Quantity:
    """Capex net of proceeds and incentives out of each unit of revenue.

    Formula: capex_net_of_proceeds / revenue
    Units:   two amounts in one currency over the same period; a fraction. NaN where revenue is not positive.
    Source:  Amazon 10-K for 2022: 58.321bn of 513.983bn.

    >>> round(float(capex_net_of_proceeds_to_revenue(58.321, 513.983)), 4)
    0.1135
    """
    return per(capex_net_of_proceeds, revenue)


@metric(FRACTION)
def ppe_additions_to_revenue(ppe_additions: Quantity, revenue: Quantity) -> Quantity:
    """Property and equipment added, leased and built to suit included, out of each unit of revenue: the accrual basis.

    Formula: ppe_additions / revenue
    Units:   two amounts in one currency over the same period; a fraction. NaN where revenue is not positive.
    Source:  Amazon 10-K for 2022, segment note: 60.836bn of 513.983bn.

    >>> round(float(ppe_additions_to_revenue(60.836, 513.983)), 4)
    0.1184
    """
    return per(ppe_additions, revenue)
