"""What a GPU-hour costs and earns, and what prices for one and three years say of the years to come."""

from capcycle.models.maths import per, positive
from capcycle.models.registry import Amount, Fraction, GPUs, KWPerGPU, Multiple, PerGPU, PerHour, PerMWh, Times, Years
from capcycle.models.registry import model as registered
from capcycle.units import HOURS_PER_YEAR, KW_PER_MW


@registered(verdict="gpu_hour_margin", better="higher", capital_per_hour=PerHour, power_per_hour=PerHour,
            building_per_hour=PerHour, networking_per_hour=PerHour, staff_per_hour=PerHour, financing_per_hour=PerHour,
            gpu_hour_cost=PerHour, gpu_hour_profit=PerHour, gpu_hour_margin=Fraction,
            utilisation_to_break_even=Fraction)  # fmt: skip
def gpu_hour(
    gpu_price: PerGPU,
    server_life: Years,
    gpu_utilisation: Fraction,
    kw_per_gpu: KWPerGPU,
    pue: Times,
    power_tariff: PerMWh,
    data_center_cost: PerHour,
    network_cost: PerHour,
    operations_cost: PerHour,
    gpu_loan_to_value: Fraction,
    gpu_debt_rate: Fraction,
    gpu_rent: PerHour,
):
    """Cost of a GPU-hour that is sold: what is paid for every hour of the year falls on the hours sold.

    Formula: capital = gpu_price / (server_life * 8760 * gpu_utilisation); power = kw_per_gpu * pue * power_tariff;
             building, network and staff = their cost per hour of the year / gpu_utilisation;
             financing = rate on the loan's mean balance, half of it over a life that pays it back evenly
             utilisation_to_break_even = cost of an hour of the year without power / (gpu_rent - power)
    Units:   currency per GPU-hour; power_tariff per MWh, so that kW x tariff / 1000 is per hour; fractions.
    Source:  Compute Tape: an H100 for 30,000 over three years of 6,100 hours costs 1.64 an hour; the cost stack of
             Crusoe (From Token to Balance Sheet): 0.95 + 0.03 + 0.15 + 0.10 + 0.10 = 1.33, 40 % of 2.20 left.

    >>> h100 = gpu_hour(30_000, 3, 6100 / 8760, 1.0, 1.2, 100.0, 0.25, 0.10, 0.12, 0.0, 0.1, 2.85)
    >>> round(h100.capital_per_hour, 2), round(h100.power_per_hour, 2)
    (1.64, 0.12)
    """
    sold = HOURS_PER_YEAR * gpu_utilisation
    capital, financing = gpu_price / server_life / sold, gpu_price * gpu_loan_to_value * gpu_debt_rate / 2 / sold
    power = kw_per_gpu * pue * power_tariff / KW_PER_MW
    building, network, staff = (each / gpu_utilisation for each in (data_center_cost, network_cost, operations_cost))
    standing = capital + building + network + staff + financing
    cost = standing + power
    return {
        "capital_per_hour": capital,
        "power_per_hour": power,
        "building_per_hour": building,
        "networking_per_hour": network,
        "staff_per_hour": staff,
        "financing_per_hour": financing,
        "gpu_hour_cost": cost,
        "gpu_hour_profit": gpu_rent - cost,
        "gpu_hour_margin": 1 - cost / gpu_rent,
        "utilisation_to_break_even": per(standing * gpu_utilisation, gpu_rent - power),
    }


@registered(verdict="annual_ratio", better="higher", annual_ratio=Multiple, first_year_rent=PerHour,
            second_year_rent=PerHour, third_year_rent=PerHour)  # fmt: skip
def forward_curve(one_year_rent: PerHour, three_year_rent: PerHour):
    """Rents by year, falling in one ratio, that cost as much over three years as the three-year price.

    Formula: one_year_rent * (1 + r + r^2) = 3 * three_year_rent, solved: r = (sqrt(12 p3 / p1 - 3) - 1) / 2
    Units:   currency per GPU-hour; r is next year's rent over this year's, missing where no positive one fits (a
             three-year price of a third of the one-year price or less).
    Source:  a comment on H100 reservations: 7.20 for one year and 5.40 for three are 7.20, 5.22 and 3.78, r = 0.72.

    >>> [round(float(each), 2) for each in forward_curve(7.20, 5.40)]
    [0.72, 7.2, 5.22, 3.78]
    """
    under = positive(12 * three_year_rent / one_year_rent - 3)
    ratio = positive((under**0.5 - 1) / 2)
    return ratio, one_year_rent, one_year_rent * ratio, one_year_rent * ratio**2


@registered(verdict="revenue_per_gpu_hour", better="higher", revenue_per_gpu=PerGPU, revenue_per_gpu_hour=PerHour,
            planned_run_rate=Amount, planned_growth=Multiple)  # fmt: skip
def gpu_run_rate(run_rate: Amount, gpus: GPUs, gpu_utilisation: Fraction, planned_gpus: GPUs):
    """Revenue a year per GPU and GPU-hour, and with the GPUs planned at the same rent, which is no forecast.

    Formula: revenue_per_gpu = run_rate / gpus; per hour that is / 8760 / gpu_utilisation
    Units:   currency a year; `gpus` are those that earn the run-rate, installed or ordered.
    Source:  Bernstein on IREN: 500m on 23,000 GPUs; IREN: 3.4bn on 140,000, which is 2.77 an hour.

    >>> round(float(gpu_run_rate(3.4e9, 140_000, 1.0, 140_000).revenue_per_gpu_hour), 2)
    2.77
    """
    each = per(run_rate, gpus)
    return each, each / HOURS_PER_YEAR / gpu_utilisation, each * planned_gpus, per(planned_gpus, gpus)


@registered(verdict="remaining_to_fund", better="lower", remaining_to_fund=Amount, prepaid_share_of_capex=Fraction,
            borrowed_share_of_capex=Fraction)  # fmt: skip
def gpu_funding_gap(it_capex: Amount, prepayment: Amount, borrowed: Amount):
    """What a purchase of GPUs leaves to find after the customer's prepayment and debt on the GPUs.

    Formula: it_capex - prepayment - borrowed
    Units:   one currency; shares are of it_capex.
    Source:  IREN for Microsoft: 5.8bn less 1.94bn prepaid less 2.5bn of securitisation leaves about 1.4bn.

    >>> round(float(gpu_funding_gap(5.8e9, 1.94e9, 2.5e9).remaining_to_fund) / 1e9, 2)
    1.36
    """
    shares = per(prepayment, it_capex), per(borrowed, it_capex)
    return (it_capex - prepayment - borrowed, *shares)
