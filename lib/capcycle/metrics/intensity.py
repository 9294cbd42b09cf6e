"""How much of the business is reinvested, and how much business stands on the assets."""

from capcycle.metrics.registry import FRACTION, MULTIPLE, TWELVE_MONTHS, Quantity, metric, per


@metric(FRACTION, (0, 20))
def capex_to_revenue(capex: Quantity, revenue: Quantity) -> Quantity:
    """Cash capex out of each unit of revenue.

    Formula: capex / revenue
    Units:   two amounts in one currency over the same period; a fraction. NaN where revenue is not positive.
    Source:  Meta 10-Q for September 2025: 18.829bn of 51.242bn.

    >>> round(float(capex_to_revenue(18.829, 51.242)), 4)
    0.3675
    """
    return per(capex, revenue)


@metric(MULTIPLE, (-5, 100), spans=TWELVE_MONTHS)
def incremental_revenue_per_capex(revenue: Quantity, revenue_year_ago: Quantity, capex_year_ago: Quantity) -> Quantity:
    """Revenue added in twelve months for each unit of capex spent in the twelve months before.

    Formula: (revenue - revenue_year_ago) / capex_year_ago
    Units:   amounts in one currency over twelve months; added revenue per unit of capex. All revenue growth is set
             against all capex, so it says nothing of what would have grown anyway.
    Source:  the definition; hand arithmetic: 30 of added revenue on 60 of capex is 0.5.

    >>> float(incremental_revenue_per_capex(130.0, 100.0, 60.0))
    0.5
    """
    return per(revenue - revenue_year_ago, capex_year_ago)


@metric(MULTIPLE, (0, 50), spans=TWELVE_MONTHS)
def ppe_turnover(revenue: Quantity, ppe_net: Quantity, ppe_net_opening: Quantity) -> Quantity:
    """Revenue of twelve months on the average of opening and closing net property and equipment.

    Formula: revenue / ((ppe_net_opening + ppe_net) / 2)
    Units:   amounts in one currency; turns a year. NaN where the average is not positive.
    Source:  the definition; hand arithmetic: 300 on the average of 90 and 110 is 3.

    >>> float(ppe_turnover(300.0, 110.0, 90.0))
    3.0
    """
    return per(revenue, (ppe_net_opening + ppe_net) / 2)
