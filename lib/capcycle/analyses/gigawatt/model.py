"""A gigawatt in chips, throughput and money: what it holds and costs, who earns on it; an owner's chips; a plan."""

from typing import Annotated, Any

from capcycle.models.bounds import BY_UNIT, within
from capcycle.models.maths import annuity, per
from capcycle.models.registry import MW, Amount, Fraction, GPUs, KWPerGPU, Multiple, PerGPU, PerGW, Years, model
from capcycle.units import HOURS_PER_YEAR, KW_PER_MW, MW_PER_GW

Racks = Annotated[Any, "racks"]
Peak = Annotated[Any, "PFLOPS/GPU"]
Throughput = Annotated[Any, "EFLOPS"]
PerPFLOPS = Annotated[Any, "currency/PFLOPS"]
H100e = Annotated[Any, "H100e"]
PerH100e = Annotated[Any, "currency/H100e"]
PerH100eHour = Annotated[Any, "currency/H100e-hour"]
KWPerH100e = Annotated[Any, "kW/H100e"]

PFLOPS_PER_EFLOPS = 1_000


@model(verdict="capex_per_gpu", better="lower", gpus=GPUs, racks=Racks, throughput=Throughput, site_capex=Amount,
       capex_per_gpu=PerGPU, capex_per_pflops=PerPFLOPS)  # fmt: skip
def gigawatt(
    gross_power: MW,
    kw_all_in: KWPerGPU,
    gpus_per_rack: GPUs,
    peak_per_gpu: Peak,
    gpu_utilisation: Fraction,
    capex_per_gw: PerGW,
):
    """A site's power as chips, racks, throughput and money.

    Formula: gpus = gross_power * 1000 / kw_all_in
             throughput = gpus * peak_per_gpu * gpu_utilisation; site_capex = gross_power / 1000 * capex_per_gw
    Units:   MW of the whole facility; kW per GPU with server, network, cooling and losses; throughput is the peak of
             one precision times the part of the year in use, so precisions must not be mixed.
    Errors:  ModelError for a power per GPU outside 0.7 to 4 kW.
    Source:  Bernstein (October 2025): 35bn per GW at 5.9m a rack of 72 is 5,932 racks and 427,000 GPUs. Since
             35bn / 5.9m is 5,932.2, a GW over 5,932.2 * 72 GPUs is 2.3413 kW each.

    >>> site = gigawatt(1000, 2.3413, 72, 2.5, 0.7, 35e9)
    >>> round(site.racks), round(site.gpus, -3)
    (5932, 427000.0)
    """
    gpus = gross_power * KW_PER_MW / kw_all_in
    site_capex = gross_power / MW_PER_GW * capex_per_gw
    throughput = gpus * peak_per_gpu * gpu_utilisation / PFLOPS_PER_EFLOPS
    return {
        "gpus": gpus,
        "racks": gpus / gpus_per_rack,
        "throughput": throughput,
        "site_capex": site_capex,
        "capex_per_gpu": site_capex / gpus,
        "capex_per_pflops": site_capex / (throughput * PFLOPS_PER_EFLOPS),
    }


@model(verdict="gpu_profit_share", better="lower", gpu_maker_profit=PerGW, gpu_supply=PerGW, network_content=PerGW,
       cpu_content=PerGW, other_it_content=PerGW, building_content=PerGW, gpu_profit_share=Fraction)  # fmt: skip
def vendor_content(
    capex_per_gw: PerGW,
    gpu_share_of_capex: Fraction,
    gpu_gross_margin: Fraction,
    network_share_of_capex: Fraction,
    cpu_share_of_capex: Fraction,
    rack_compute_cost: Amount,
    rack_cost: Amount,
):
    """One gigawatt's money by who gets it; the GPU maker's part is its gross profit and what it pays its suppliers.

    Formula: gpu_maker_profit = capex_per_gw * gpu_share_of_capex * gpu_gross_margin
             building_content = capex_per_gw * (1 - rack_compute_cost / rack_cost); other_it_content is the rest
    Units:   currency per GW; fractions of capex; amounts per rack.
    Source:  Bernstein (October 2025): 39 % at a margin of 70 % is 27.3 % of all spending, where it prints 29 %;
             2.5m of 5.9m a rack are building and power, 14.8bn of 35bn.

    >>> content = vendor_content(35e9, 0.39, 0.70, 0.13, 0.03, 3.4e6, 5.9e6)
    >>> round(content.gpu_profit_share, 3), round(content.building_content / 1e9, 1)
    (0.273, 14.8)
    """
    gpu, it = capex_per_gw * gpu_share_of_capex, rack_compute_cost / rack_cost
    named = gpu_share_of_capex + network_share_of_capex + cpu_share_of_capex
    return {
        "gpu_maker_profit": gpu * gpu_gross_margin,
        "gpu_supply": gpu * (1 - gpu_gross_margin),
        "network_content": capex_per_gw * network_share_of_capex,
        "cpu_content": capex_per_gw * cpu_share_of_capex,
        "other_it_content": capex_per_gw * (it - named),
        "building_content": capex_per_gw * (1 - it),
        "gpu_profit_share": gpu_share_of_capex * gpu_gross_margin,
    }


@model(verdict="total_cost", better="lower", it_cost=Amount, facility_cost=Amount, total_cost=Amount,
       it_cost_share=Fraction)  # fmt: skip
def cost_of_ownership(
    it_capex: Amount,
    facility_capex: Amount,
    it_life: Years,
    facility_life: Years,
    build_cost_of_capital: Fraction,
    data_center_opex: Amount,
):
    """The level cost a year of a data centre whose parts wear out at different ages.

    Formula: total_cost = sum of capex / annuity(build_cost_of_capital, life) over IT and facility + data_center_opex
    Units:   amounts in one currency, the opex and all results a year; years; fractions.
    Source:  Epoch AI (2026-05-14): 38bn of capex and 0.9bn of opex cost 8.5bn a year, 12bn with IT that lasts 3 years
             and 7bn with 7. The split of the 38bn and the rate are not published: 25.5bn, 12.5bn and 7 % return them.

    >>> [round(float(cost_of_ownership(25.5, 12.5, life, 14, 0.07, 0.9).total_cost), 1) for life in (3, 5, 7)]
    [12.0, 8.5, 7.1]
    """
    it_cost = it_capex / annuity(build_cost_of_capital, it_life)
    facility_cost = facility_capex / annuity(build_cost_of_capital, facility_life)
    total = it_cost + facility_cost + data_center_opex
    return it_cost, facility_cost, total, per(it_cost, total)


@model(verdict="capex_saving", better="higher", asic_cost=Amount, capex_saving=Fraction, asic_share_of_capex=Fraction)
def asic_substitution(
    rack_gpu_cost: Amount, rack_cost: Amount, gpu_gross_margin: Fraction, asic_gross_margin: Fraction
):
    """A rack whose chips cost the same to make and are sold at another gross margin, the rest of the rack unchanged.

    Formula: asic_cost = rack_gpu_cost * (1 - gpu_gross_margin) / (1 - asic_gross_margin)
             capex_saving = (rack_gpu_cost - asic_cost) / rack_cost
             asic_share_of_capex = asic_cost / (rack_cost - rack_gpu_cost + asic_cost)
    Units:   amounts per rack; fractions.
    Source:  hand arithmetic on Bernstein's inputs: 2.3 * 0.3 / 0.5 = 1.38; (2.3 - 1.38) / 5.9 = 15.6 %;
             1.38 / (5.9 - 0.92) = 27.7 %. Bernstein prints 1.2, 19 % and 28 %, which no one set of inputs gives.

    >>> [round(each, 3) for each in asic_substitution(2.3, 5.9, 0.7, 0.5)]
    [1.38, 0.156, 0.277]
    """
    asic_cost = rack_gpu_cost * (1 - gpu_gross_margin) / (1 - asic_gross_margin)
    saved = rack_gpu_cost - asic_cost
    return asic_cost, saved / rack_cost, asic_cost / (rack_cost - saved)


@model(verdict="revenue_per_hour", better="higher", capex_per_h100e=PerH100e, market_value_per_h100e=PerH100e,
       ev_per_h100e=PerH100e, revenue_per_h100e=PerH100e, revenue_per_hour=PerH100eHour, rent_implied=PerH100eHour,
       kw_per_h100e=KWPerH100e)  # fmt: skip
def compute_stock(
    h100e: H100e,
    h100e_average: H100e,
    compute_power: MW,
    cumulative_capex: Amount,
    cloud_revenue: Amount,
    market_value: Amount,
    net_debt: Amount,
    gpu_utilisation: Fraction,
):
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
    return {
        "capex_per_h100e": per(cumulative_capex, h100e),
        "market_value_per_h100e": per(market_value, h100e),
        "ev_per_h100e": per(market_value + net_debt, h100e),
        "revenue_per_h100e": per(cloud_revenue, h100e_average),
        "revenue_per_hour": per_hour,
        "rent_implied": per(per_hour, gpu_utilisation),
        "kw_per_h100e": per(compute_power * KW_PER_MW, h100e),
    }


@model(verdict="training_growth", better="higher", training_growth=Multiple, training_power_growth=Multiple)
def training_scale(step_multiple: Multiple, step_years: Years, efficiency_gain: Multiple):
    """Growth a year of training capacity from its growth a step, and of power once chips need less for each FLOP.

    Formula: training_growth = step_multiple ** (1 / step_years)
             training_power_growth = training_growth / efficiency_gain
    Units:   multiples; years a step; efficiency_gain is throughput per watt over that of a year before.
    Source:  Nadella (2025-11-13): tenfold every 18 to 24 months, which is 4.64 to 3.16 times a year.

    >>> [round(training_scale(10, years, 1.0).training_growth, 2) for years in (1.5, 2.0)]
    [4.64, 3.16]
    """
    growth = step_multiple ** (1 / step_years)
    return growth, growth / efficiency_gain


@model(verdict="plan_to_capex", better="lower", plan_cost=Amount, plan_cost_per_year=Amount, plan_to_capex=Multiple)
def build_plan(added_power: MW, build_years: Years, capex_per_gw: PerGW, capex: Amount):
    """Whether a plan in MW agrees with the capex of the company that announces it.

    Formula: plan_cost = added_power / 1000 * capex_per_gw; plan_to_capex = plan_cost / build_years / capex
    Units:   MW, years, currency per GW, capex a year.
    Source:  hand arithmetic on Microsoft's 5 GW more in two years at 50bn per GW: 250bn, 125bn a year.

    >>> plan = build_plan(5000, 2, 50e9, 100e9)
    >>> plan.plan_cost / 1e9, plan.plan_cost_per_year / 1e9, float(plan.plan_to_capex)
    (250.0, 125.0, 1.25)
    """
    cost = added_power / MW_PER_GW * capex_per_gw
    return cost, cost / build_years, per(cost / build_years, capex)


def power_per_gpu(power: Any, gpus: Any) -> Any:
    """The power in kW behind each GPU; what no GPU can draw is refused.

    Formula: power * 1000 / gpus
    Units:   MW and GPUs; kW per GPU, on the basis (IT or facility) of the power given.
    Errors:  ModelError outside 0.7 to 4 kW.
    Source:  IREN: 76,000 GB300 on 200 MW of critical IT are 2.63 kW each.

    >>> round(float(power_per_gpu(200, 76_000)), 2)
    2.63
    """
    found = per(power * KW_PER_MW, gpus)
    within("power per GPU", found, *BY_UNIT["kW/GPU"][:2], "kW")
    return found
