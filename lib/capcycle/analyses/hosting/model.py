"""One MW let to a tenant: rent, net operating income, yield on cost, and the lease's value at the tenant's credit."""

from typing import Any

from capcycle.models.bounds import horizon
from capcycle.models.maths import in_service, per, present_value
from capcycle.models.registry import Fraction, PerKWMonth, PerMW, PerMWYear, Points, Rate, Years, model
from capcycle.units import per_kw_month

HORIZON = 40  # years that are looked at; the longest lease with its extensions is shorter


@model(verdict="net_lease_value", better="higher", rent_per_kw_month=PerKWMonth, first_rent=PerMWYear,
       noi_per_mw=PerMWYear, yield_on_cost=Fraction, spread_over_debt=Points, simple_payback=Years, lease_value=PerMW,
       net_lease_value=PerMW, value_on_sale=PerMW, development_margin=Fraction)  # fmt: skip
def hosting(
    hosting_rent: PerMWYear,
    rent_escalator: Fraction,
    lease_term: Years,
    renewal_years: Years,
    hosting_noi_margin: Fraction,
    hosting_capex: PerMW,
    delivery_years: Years,
    tenant_rate: Rate,
    cap_rate: Fraction,
):
    """What a landlord earns on one MW of critical IT, and what the lease is worth over its cost.

    Formula: noi = hosting_rent * hosting_noi_margin; yield_on_cost = noi / hosting_capex
             lease_value = sum of each year's income / (1 + tenant_rate) ** (year + delivery_years)
             net_lease_value = lease_value - hosting_capex, all of it spent today
             value_on_sale = noi / cap_rate; development_margin = value_on_sale / hosting_capex - 1
    Units:   currency per MW of critical IT, years, fractions. `hosting_rent` is the mean over the base term, so the
             first year's rent is below it. Income is before depreciation, interest and tax.
    Errors:  ModelError for a term with its renewals beyond the 40 years that are counted.
    Source:  Golden Sun's 1.73m for 14 level years at a margin of 84 % is worth 11.98m at 8 % and 10.71m at 10 %.

    >>> round(float(hosting(1.73e6, 0.0, 14, 0, 0.84, 10e6, 0, 0.08, 0.065).lease_value) / 1e6, 2)
    11.98
    """
    first_rent, shares = rents(hosting_rent, rent_escalator, lease_term, renewal_years)
    noi = hosting_rent * hosting_noi_margin
    value = noi_value(first_rent * hosting_noi_margin, shares, tenant_rate, delivery_years)
    return {
        "rent_per_kw_month": per_kw_month(hosting_rent),
        "first_rent": first_rent,
        "noi_per_mw": noi,
        "yield_on_cost": per(noi, hosting_capex),
        "spread_over_debt": per(noi, hosting_capex) - tenant_rate,
        "simple_payback": per(hosting_capex, noi),
        "lease_value": value,
        "net_lease_value": value - hosting_capex,
        "value_on_sale": per(noi, cap_rate),
        "development_margin": per(noi, cap_rate * hosting_capex) - 1,
    }


def rents(mean_rent: Any, escalator: Any, term: Any, renewal_years: Any) -> tuple[Any, list[Any]]:
    """The first year's rent of a lease whose rent has this mean over its base term, and each year's as parts of it.

    Formula: mean_rent * term = first_rent * sum of (1 + escalator) ** (year - 1) over the base term

    >>> first, shares = rents(1.5, 1.0, 2, 0)  # 1 and then 2 make a mean of 1.5
    >>> float(first), [float(share) for share in shares[:3]]
    (1.0, [1.0, 2.0, 0.0])
    """
    horizon("lease_term with renewal_years", term + renewal_years, HORIZON)
    growth = [(1 + escalator) ** age for age in range(HORIZON)]
    base = sum(rise * in_service(age, term) for age, rise in enumerate(growth))
    return mean_rent * term / base, [rise * in_service(age, term + renewal_years) for age, rise in enumerate(growth)]


def noi_value(first: Any, shares: list[Any], rate: Any, delay: Any) -> Any:
    """What a lease's income is worth today: the first year's, and each year's as parts of it, a year after a delay.

    >>> round(noi_value(110.0, [0.0, 1.1], 0.10, 0), 6)  # 121 in the second year at 10 %
    100.0
    """
    return first * present_value(rate, [0.0, *shares]) / (1 + rate) ** delay
