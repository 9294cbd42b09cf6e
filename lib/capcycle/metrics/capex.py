"""Capex by its other definitions: with leases, as stated, net of what came back, and everything added."""

from capcycle.metrics.registry import CURRENCY, Quantity, first_known, metric


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


@metric(CURRENCY)
def capex_with_leases(capex_with_lease_additions: Quantity, capex_with_leases_stated: Quantity) -> Quantity:
    """Cash capex and assets obtained under finance leases, from the filing, or as the company states the sum.

    Formula: capex_with_lease_additions, else capex_with_leases_stated
    Units:   two amounts in one currency over the same period; an amount. Missing where a company discloses neither.
    Source:  Amazon 10-K for 2022: purchases 63.645bn, finance leases 0.675bn.

    >>> float(capex_with_leases(64.32, 64.0))
    64.32
    """
    return first_known(capex_with_lease_additions, capex_with_leases_stated)


capex_with_leases.either = True  # a result rests on one of the two, and has the evidence of that one
