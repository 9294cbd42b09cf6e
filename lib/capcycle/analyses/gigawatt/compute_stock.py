"""What an owner's chips have cost, bring in and are valued at; how fast capacity grows; what a plan takes."""

from typing import Annotated, Any, NamedTuple

from capcycle.analyses.gigawatt.model import PerGW
from capcycle.models.maths import per
from capcycle.models.registry import MW, Amount, Fraction, Multiple, Years, model
from capcycle.units import KW_PER_MW, MW_PER_GW

H100e = Annotated[Any, "H100e"]
PerH100e = Annotated[Any, "currency/H100e"]
PerH100eHour = Annotated[Any, "currency/H100e-hour"]
KWPerH100e = Annotated[Any, "kW/H100e"]
HOURS_PER_YEAR = 8_760


class ComputeStock(NamedTuple):
    """An owner's money and power for each H100-equivalent."""

    capex_per_h100e: PerH100e
    market_value_per_h100e: PerH100e
    ev_per_h100e: PerH100e
    revenue_per_h100e: PerH100e
    revenue_per_hour: PerH100eHour
    rent_implied: PerH100eHour
    kw_per_h100e: KWPerH100e


@model(verdict="revenue_per_hour", better="higher")
def compute_stock(
    h100e: H100e,
    h100e_average: H100e,
    compute_power: MW,
    cumulative_capex: Amount,
    cloud_revenue: Amount,
    market_value: Amount,
    net_debt: Amount,
    gpu_utilisation: Fraction,
) -> ComputeStock:
    """What an owner has spent, earns and is worth for each H100-equivalent, and the rent that its revenue implies.

    Formula: revenue_per_hour = cloud_revenue / (h100e_average * 8760), which is hourly price times utilisation
             rent_implied = revenue_per_hour / gpu_utilisation
             capex_per_h100e = cumulative_capex / h100e; ev_per_h100e = (market_value + net_debt) / h100e
    Units:   amounts in one currency, revenue of twelve months; H100-equivalents at the end of them and on average.
    Source:  hand arithmetic: 8.76bn of revenue on a million chips is 1 an hour, and 2 on those half in use.

    >>> stock = compute_stock(2e6, 1e6, 1400, 100e9, 8.76e9, 500e9, 20e9, 0.5)
    >>> float(stock.revenue_per_hour), float(stock.rent_implied), float(stock.capex_per_h100e)
    (1.0, 2.0, 50000.0)
    """
    per_hour = per(cloud_revenue, h100e_average * HOURS_PER_YEAR)
    return ComputeStock(
        capex_per_h100e=per(cumulative_capex, h100e),
        market_value_per_h100e=per(market_value, h100e),
        ev_per_h100e=per(market_value + net_debt, h100e),
        revenue_per_h100e=per(cloud_revenue, h100e_average),
        revenue_per_hour=per_hour,
        rent_implied=per(per_hour, gpu_utilisation),
        kw_per_h100e=per(compute_power * KW_PER_MW, h100e),
    )


class TrainingScale(NamedTuple):
    """How fast training capacity grows a year, and what power it takes after the chips' own progress."""

    training_growth: Multiple
    training_power_growth: Multiple


@model(verdict="training_growth", better="higher")
def training_scale(step_multiple: Multiple, step_years: Years, efficiency_gain: Multiple) -> TrainingScale:
    """Growth a year of training capacity from its growth a step, and of power once chips need less for each FLOP.

    Formula: training_growth = step_multiple ** (1 / step_years)
             training_power_growth = training_growth / efficiency_gain
    Units:   multiples; years a step; efficiency_gain is throughput per watt over that of a year before.
    Source:  Nadella (2025-11-13): tenfold every 18 to 24 months, which is 4.64 to 3.16 times a year.

    >>> [round(training_scale(10, years, 1.0).training_growth, 2) for years in (1.5, 2.0)]
    [4.64, 3.16]
    """
    growth = step_multiple ** (1 / step_years)
    return TrainingScale(growth, growth / efficiency_gain)


class BuildPlan(NamedTuple):
    """What a plan in MW costs, and how that compares with what is spent now."""

    plan_cost: Amount
    plan_cost_per_year: Amount
    plan_to_capex: Multiple


@model(verdict="plan_to_capex", better="lower")
def build_plan(added_power: MW, build_years: Years, capex_per_gw: PerGW, capex: Amount) -> BuildPlan:
    """Whether a plan in MW agrees with the capex of the company that announces it.

    Formula: plan_cost = added_power / 1000 * capex_per_gw; plan_to_capex = plan_cost / build_years / capex
    Units:   MW, years, currency per GW, capex a year.
    Source:  hand arithmetic on Microsoft's 5 GW more in two years at 50bn per GW: 250bn, 125bn a year.

    >>> plan = build_plan(5000, 2, 50e9, 100e9)
    >>> plan.plan_cost / 1e9, plan.plan_cost_per_year / 1e9, float(plan.plan_to_capex)
    (250.0, 125.0, 1.25)
    """
    cost = added_power / MW_PER_GW * capex_per_gw
    return BuildPlan(cost, cost / build_years, per(cost / build_years, capex))
