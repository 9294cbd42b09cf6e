"""What the cloud segment earns on its assets: the same segment, several denominators, before and after tax."""

from capcycle.metrics.registry import FRACTION, TWELVE_MONTHS, Quantity, metric, per


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
