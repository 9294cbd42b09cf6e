"""The revenue that a build must bring in: to cover its depreciation, and then to earn a return."""

from collections.abc import Sequence
from typing import Any

from capcycle.models.maths import in_service, maximum, minimum, per
from capcycle.models.registry import (
    Amount,
    AmountByYear,
    Fraction,
    FractionByYear,
    Multiple,
    PerUserMonth,
    Users,
    Years,
    model,
)
from capcycle.units import MONTHS_PER_YEAR


@model(verdict="gap_multiple", better="lower", depreciation=Amount, required_return=Amount,
       revenue_to_break_even=Amount, revenue_required=Amount, revenue_gap=Amount, gap_multiple=Multiple)  # fmt: skip
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
):
    """Revenue a year that pays for a build's depreciation, its other fixed cost and a return on its capital.

    Formula: revenue_required = (depreciation + target_return * capital + other_fixed_cost)
             / (gross_margin_before_depreciation * ramp)
             depreciation = it_capex / it_life + facility_capex / facility_life
             capital = (it_capex + facility_capex) * (1 - net_capital / 2): gross with net_capital = 0, and the
             average net book of straight-line depreciation with 1
    Units:   amounts in one currency, years, fractions; `ramp` is the part of the capacity that is sold. NaN where a
             life, the margin or the ramp is not positive.
    Source:  Kupperman, An AI Addendum (2025-10-05): 400bn over 10 years at 25 % and 20 % on gross capex is 480bn.

    >>> float(required_revenue(400e9, 0.0, 10, 14, 0.25, 0.20, 0, 0.0, 1.0, 60e9).revenue_required) / 1e9
    480.0
    """
    depreciation = per(it_capex, it_life) + per(facility_capex, facility_life)
    required_return = target_return * (it_capex + facility_capex) * (1 - net_capital / 2)
    margin = gross_margin_before_depreciation * ramp
    required = per(depreciation + required_return + other_fixed_cost, margin)
    return {
        "depreciation": depreciation,
        "required_return": required_return,
        "revenue_to_break_even": per(depreciation + other_fixed_cost, margin),
        "revenue_required": required,
        "revenue_gap": required - ai_revenue,
        "gap_multiple": per(required, ai_revenue),
    }


@model(verdict="revenue_required", better="lower", depreciation=Amount, required_return=Amount,
       revenue_to_break_even=Amount, revenue_required=Amount, revenue_gap=Amount, gap_multiple=Multiple)  # fmt: skip
def revenue_for_capex(
    capex: Amount,
    ai_share_of_capex: Fraction,
    it_share_of_capex: Fraction,
    it_life: Years,
    facility_life: Years,
    gross_margin_before_depreciation: Fraction,
    target_return: Fraction,
    net_capital: Fraction,
    other_fixed_cost: Amount,
    ramp: Fraction,
    ai_revenue: Amount,
):
    """The same for a company's whole capex: its part for AI, and of that the part for chips and servers.

    Formula: required_revenue with it_capex = capex * ai_share_of_capex * it_share_of_capex, facility_capex = the rest
             of capex * ai_share_of_capex
    Units:   as `required_revenue`.
    Source:  the definition; hand arithmetic: 500 with 80 % for AI and all of it chips is Kupperman's 400.

    >>> float(revenue_for_capex(500e9, 0.8, 1.0, 10, 14, 0.25, 0.2, 0, 0.0, 1.0, 60e9).revenue_required) / 1e9
    480.0
    """
    for_ai = capex * ai_share_of_capex
    it = for_ai * it_share_of_capex
    return required_revenue.unguarded(
        it, for_ai - it, it_life, facility_life, gross_margin_before_depreciation, target_return, net_capital,
        other_fixed_cost, ramp, ai_revenue,
    )  # fmt: skip


@model(verdict="required_now", better="lower", ai_share_by_year=FractionByYear, required_by_year=AmountByYear,
       required_now=Amount, gap_multiple=Multiple)  # fmt: skip
def revenue_for_vintages(
    capex_history: AmountByYear,
    capex_before_ai: Amount,
    ai_share_of_capex: Fraction,
    it_share_of_capex: Fraction,
    it_life: Years,
    facility_life: Years,
    gross_margin_before_depreciation: Fraction,
    target_return: Fraction,
    net_capital: Fraction,
    ramp: Fraction,
    ai_revenue: Amount,
):
    """Revenue required each year by all builds still in service, not by one year's alone.

    Formula: for AI in year t: the lesser of capex[t] * ai_share_of_capex and capex[t] - capex_before_ai, at least 0;
             depreciation[t] = sum over years v of it[v] / it_life * in_service(t - v, it_life), and the like for
             facilities; capital[t] = what was spent on what is in service, * (1 - net_capital / 2); required as in
             `required_revenue`
    Units:   capex by year, the oldest first, in one currency; lives in years. A year's capex serves from its own year.
    Source:  hand arithmetic: 100 a year for three years over two years at a margin of 50 %: 50, 100 and 100 of
             depreciation, so 100, 200 and 200 of revenue.

    >>> [float(each) for each in revenue_for_vintages([100] * 3, 0, 1, 1, 2, 14, 0.5, 0, 0, 1, 50).required_by_year]
    [100.0, 200.0, 200.0]
    >>> [float(each) for each in revenue_for_vintages([100, 200, 500], 100, 0.75, 1, 5, 14, 0.5, 0, 0, 1, 50)[0]]
    [0.0, 0.5, 0.75]
    """
    for_ai = [minimum(each * ai_share_of_capex, maximum(each - capex_before_ai, each * 0)) for each in capex_history]
    it = [each * it_share_of_capex for each in for_ai]
    facility = [each * (1 - it_share_of_capex) for each in for_ai]
    alive = [_alive(it, it_life, year) + _alive(facility, facility_life, year) for year in range(len(it))]
    worn = [per(_alive(it, it_life, year), it_life) + per(_alive(facility, facility_life, year), facility_life)
            for year in range(len(it))]  # fmt: skip
    margin = gross_margin_before_depreciation * ramp
    owed = target_return * (1 - net_capital / 2)
    required = [per(wear + owed * capital, margin) for wear, capital in zip(worn, alive, strict=True)]
    shares = [per(built, each) for built, each in zip(for_ai, capex_history, strict=True)]
    return shares, required, required[-1], per(required[-1], ai_revenue)


def _alive(spent: Sequence[Any], life: Any, year: int) -> Any:
    """What was spent, to the end of a year, on assets that are still in service in it."""
    return sum(amount * in_service(year - built, life) for built, amount in enumerate(spent[: year + 1]))


@model(verdict="per_user_month", better="lower", per_user_month=PerUserMonth)
def price_per_user(revenue_required: Amount, users: Users):
    """What each of so many users would have to pay a month.

    Formula: revenue_required / users / 12
    Units:   an amount a year, people; an amount a month.
    Source:  Tom's Hardware on J.P. Morgan (2025-11): 650bn a year from 300m subscribers is 180 a month.

    >>> round(float(price_per_user(650e9, 300e6).per_user_month))
    181
    """
    return per(revenue_required, users) / MONTHS_PER_YEAR
