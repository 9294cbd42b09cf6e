"""Capex by its other definitions: net of what came back, and everything added however it was paid for."""

from capcycle.metrics.intensity import capex_to_revenue
from capcycle.metrics.registry import CURRENCY, Quantity, metric, variant


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


@variant(capex_to_revenue, capex="capex_net_of_proceeds")
def capex_net_of_proceeds_to_revenue():
    """Capex net of proceeds and incentives out of each unit of revenue."""


@variant(capex_to_revenue, capex="ppe_additions")
def ppe_additions_to_revenue():
    """Property and equipment added, however paid for, out of each unit of revenue: the accrual basis.

    Assets leased and built to suit are included.
    """
