"""The revenue that a build must bring in: to cover its depreciation, and then to earn a return."""

from typing import NamedTuple

from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, Years, model


class RequiredRevenue(NamedTuple):
    """What the build costs a year, the revenue that covers it, and how far revenue is."""

    depreciation: Amount
    required_return: Amount
    revenue_to_break_even: Amount
    revenue_required: Amount
    revenue_gap: Amount
    gap_multiple: Multiple


@model(verdict="gap_multiple", better="lower")
def required_revenue(
    it_capex: Amount,
    facility_capex: Amount,
    it_life: Years,
    facility_life: Years,
    gross_margin_before_depreciation: Fraction,
    target_return: Fraction,
    net_capital: Fraction,
    other_fixed_cost: Amount,
    ramp: Fraction,
    ai_revenue: Amount,
) -> RequiredRevenue:
    """Revenue a year that pays for a build's depreciation, its other fixed cost and a return on its capital.

    Formula: revenue_required = (depreciation + target_return * capital + other_fixed_cost)
             / (gross_margin_before_depreciation * ramp)
             depreciation = it_capex / it_life + facility_capex / facility_life
             capital = (it_capex + facility_capex) * (1 - net_capital / 2): gross with net_capital = 0, and the
             average net book of straight-line depreciation with 1
    Units:   amounts in one currency, years, fractions; `ramp` is the part of the capacity that is sold.
    Source:  Kupperman, An AI Addendum (2025-10-05): 400bn over 10 years at 25 % and 20 % on gross capex is 480bn.

    >>> required_revenue(400e9, 0.0, 10, 14, 0.25, 0.20, 0, 0.0, 1.0, 60e9).revenue_required / 1e9
    480.0
    """
    depreciation = it_capex / it_life + facility_capex / facility_life
    required_return = target_return * (it_capex + facility_capex) * (1 - net_capital / 2)
    margin = gross_margin_before_depreciation * ramp
    required = (depreciation + required_return + other_fixed_cost) / margin
    return RequiredRevenue(
        depreciation=depreciation,
        required_return=required_return,
        revenue_to_break_even=(depreciation + other_fixed_cost) / margin,
        revenue_required=required,
        revenue_gap=required - ai_revenue,
        gap_multiple=per(required, ai_revenue),
    )
