"""What the cloud segment earns on its assets: the same segment, several denominators, before and after tax."""

from capcycle.metrics.capital import roic_closing
from capcycle.metrics.registry import FRACTION, TWELVE_MONTHS, Quantity, metric, per, variant
from capcycle.metrics.returns import roic_average


@variant(roic_closing, nopat="cloud_operating_income", invested_capital="cloud_segment_assets")
def cloud_return_on_assets():
    """Operating income of the cloud segment on its assets at the end of the period, before tax."""


@variant(roic_average, nopat="cloud_operating_income", invested_capital="cloud_segment_assets")
def cloud_return_on_average_assets():
    """Operating income of the cloud segment on the average of its opening and closing assets, before tax."""


@variant(cloud_return_on_assets, cloud_segment_assets="cloud_ppe_net")
def cloud_return_on_ppe():
    """Operating income of the cloud segment on its property and equipment at the end of the period, before tax."""


@variant(cloud_return_on_average_assets, cloud_segment_assets="cloud_ppe_net")
def cloud_return_on_average_ppe():
    """Operating income of the cloud segment on its average property and equipment, before tax."""


@metric(FRACTION, (-1, 3), spans=TWELVE_MONTHS)
def cloud_return_before_depreciation(
    cloud_operating_income: Quantity,
    cloud_depreciation: Quantity,
    cloud_ppe_net: Quantity,
    cloud_ppe_net_opening: Quantity,
) -> Quantity:
    """Operating income of the cloud segment before depreciation on its average property and equipment.

    Formula: (cloud_operating_income + cloud_depreciation) / ((cloud_ppe_net_opening + cloud_ppe_net) / 2)
    Units:   amounts in one currency, twelve months of profit; a fraction. NaN where the denominator is not positive.
             The wear of the equipment is left out, so it flatters whoever writes off fastest.
    Source:  Amazon 10-K for 2022, AWS: 22.841bn and depreciation of 9.876bn on 60.324bn and 43.245bn.

    >>> round(float(cloud_return_before_depreciation(22.841, 9.876, 60.324, 43.245)), 4)
    0.6318
    """
    return per(cloud_operating_income + cloud_depreciation, (cloud_ppe_net_opening + cloud_ppe_net) / 2)


@metric(FRACTION, (-1, 3), spans=TWELVE_MONTHS)
def cloud_return_on_average_assets_after_tax(cloud_return_on_average_assets: Quantity, tax_rate: Quantity) -> Quantity:
    """Operating income of the cloud segment on its average assets, after tax at an assumed rate.

    Formula: cloud_return_on_average_assets * (1 - tax_rate)
    Units:   two fractions; a fraction. The rate is an assumption, so the result is one.
    Source:  see `cloud_return_on_average_assets`; at the US rate of 21%.

    >>> round(cloud_return_on_average_assets_after_tax(0.2999, 0.21), 4)
    0.2369
    """
    return cloud_return_on_average_assets * (1 - tax_rate)


@variant(cloud_return_on_average_assets_after_tax, cloud_return_on_average_assets="cloud_return_on_average_ppe")
def cloud_return_on_average_ppe_after_tax():
    """Operating income of the cloud segment on its average property and equipment, after tax at an assumed rate."""
