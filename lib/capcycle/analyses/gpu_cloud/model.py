"""A cluster of GPUs as an investment: cash by year, with a contract, a prepayment, a price that falls, a refresh."""

from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from capcycle.models import finance
from capcycle.models.bounds import horizon, whole
from capcycle.models.maths import annuity, in_service, loan_interest, maximum, minimum, per, present_value, where
from capcycle.models.registry import (
    Amount,
    AmountByYear,
    Fraction,
    GPUs,
    KWPerGPU,
    Multiple,
    Number,
    PerGPU,
    PerHour,
    PerMWh,
    Times,
    Years,
    model,
)
from capcycle.units import HOURS_PER_YEAR, KW_PER_MW

GENERATIONS = 4  # of GPUs in one building, at most
LAST = 24  # years: four generations of six
YEARS, TURNS = range(1, LAST + 1), range(GENERATIONS)


@model(verdict="project_irr", better="higher", iterates=True,
       flows={"project_irr": "cash_by_year", "equity_irr": "equity_cash_by_year"}, cluster_capex=Amount,
       cluster_capex_per_gpu=PerGPU, prepayment=Amount, net_outlay=Amount, first_year_revenue=Amount,
       first_year_ebitda=Amount, average_rent=PerHour, break_even_rent=PerHour, break_even_utilisation=Fraction,
       project_npv=Amount, project_irr=Fraction, equity_irr=Fraction, cash_payback=Years, dscr=Multiple,
       ebitda_by_year=AmountByYear, cash_by_year=AmountByYear, cumulative_cluster_cash=AmountByYear,
       equity_cash_by_year=AmountByYear)  # fmt: skip
def gpu_cloud(
    gpus: GPUs,
    gpu_price: PerGPU,
    cluster_share_gpu_nodes: Fraction,
    site_capex: Amount,
    contract_price: PerHour,
    contract_term: Years,
    prepaid_share: Fraction,
    credited_from: Years,
    gpu_rent: PerHour,
    gpu_rent_ratio_per_year: Fraction,
    gpu_utilisation: Fraction,
    kw_per_gpu: KWPerGPU,
    pue: Times,
    power_tariff: PerMWh,
    data_center_cost: PerHour,
    operations_cost: PerHour,
    server_life: Years,
    refreshes: Number,
    gpu_residual: Fraction,
    site_residual: Fraction,
    tax_rate: Fraction,
    gpu_loan_to_value: Fraction,
    gpu_debt_rate: Fraction,
    gpu_loan_term: Years,
    hurdle_rate: Fraction,
):
    """Cash of a GPU cluster by year and what it returns, without debt and to the owner.

    Formula: cash = revenue - operating cost - tax - prepayment credited + residuals - GPUs bought again;
             today: -GPUs - site + prepayment. Within `contract_term` all hours are paid at `contract_price`; after it
             `gpu_utilisation` of them at gpu_rent * gpu_rent_ratio_per_year ^ age, the age of that generation, and
             no longer once a year's rent does not cover its cash cost: the cluster is then switched off.
             break_even_rent: the level rent of a GPU-hour at which project_npv at hurdle_rate is zero;
             break_even_utilisation: the share of all hours that does so at the rents given; both if it runs every year
             dscr = least of (cash before residuals, tax after interest) / debt service, a level payment
    Units:   one currency; power_tariff per MWh; costs per GPU and hour of the year. GPUs bought again cost and earn
             what the first did. Tax is also given back on a loss, as in a company with other profit.
    Errors:  ModelError for a contract or a loan of part years, and for contract, loan or service of all generations
             together beyond the 24 years that are counted.
    Source:  IREN for Microsoft with a building of 3bn assumed: -6.86, 1.649, 1.649 and three times 1.0023bn return
             -3.1 % without a residual, and 9.6 % with the building sold at cost.

    >>> iren = gpu_cloud(76_000, 5.8e9 / 76_000, 1.0, 3e9, 1.94e9 / 76_000 / 8760, 5, 0.2, 3, 0.0, 1.0, 1.0, 2.6, 1.2,
    ...     0.0, 0.0, 0.15 * 1.94e9 / 76_000 / 8760, 5, 0, 0.0, 0.0, 0.0, 0.0, 0.1, 5, 0.1)
    >>> [round(float(flow) / 1e9, 3) for flow in iren.cash_by_year[:6]], round(float(iren.project_irr), 3)
    ([-6.86, 1.649, 1.649, 1.002, 1.002, 1.002], -0.031)
    """
    for name, years in (("contract_term", contract_term), ("gpu_loan_term", gpu_loan_term)):
        whole(name, years)
        horizon(name, years, LAST)
    horizon("server_life of all generations together", server_life * (refreshes + 1), LAST)
    servers = gpus * gpu_price / cluster_share_gpu_nodes
    prepayment = prepaid_share * contract_price * gpus * HOURS_PER_YEAR * contract_term
    power = kw_per_gpu * pue * power_tariff / KW_PER_MW
    generations = [[_serving(year, turn, server_life, refreshes) for turn in TURNS] for year in YEARS]
    rents = _rents(generations, contract_price, contract_term, gpu_rent, gpu_rent_ratio_per_year, server_life)
    shares = [where(year <= contract_term, 1.0, gpu_utilisation) for year in YEARS]
    runs = _operation(generations, rents, shares, gpus, power, data_center_cost + operations_cost)
    pays = [where((year > contract_term) & (brought < cost), 0.0, 1.0)
            for year, brought, cost in zip(YEARS, runs.sold_for, runs.costs, strict=True)]  # fmt: skip
    revenue = [brought * on for brought, on in zip(runs.sold_for, pays, strict=True)]
    ebitda = [(brought - cost) * on for brought, cost, on in zip(runs.sold_for, runs.costs, pays, strict=True)]

    written_off = servers * (1 - gpu_residual) / server_life
    written_off += site_capex * (1 - site_residual) / (server_life * (refreshes + 1))
    credited = per(prepayment, contract_term - credited_from + 1)  # in equal parts to the end of the term
    credits = [where((year >= credited_from) & (year <= contract_term), credited, 0) for year in YEARS]
    after_tax = [each - tax_rate * (each - written_off * on) - back
                 for each, on, back in zip(ebitda, runs.running, credits, strict=True)]  # fmt: skip
    traded = [_traded(year, servers, gpu_residual, server_life, refreshes)
              + site_capex * site_residual * _falls(year, (refreshes + 1) * server_life)
              for year in YEARS]  # fmt: skip
    cash = [prepayment - servers - site_capex, *map(sum, zip(after_tax, traded, strict=True))]
    debt = _debt(gpu_loan_to_value * servers, gpu_debt_rate, gpu_loan_term, tax_rate)
    equity, npv = debt.to_equity(cash), present_value(hurdle_rate, cash)
    return {
        "cluster_capex": servers + site_capex,
        "cluster_capex_per_gpu": (servers + site_capex) / gpus,
        "prepayment": prepayment,
        "net_outlay": -cash[0],
        "first_year_revenue": revenue[0],
        "first_year_ebitda": ebitda[0],
        **_break_even(runs, ebitda, npv / (1 - tax_rate), hurdle_rate, gpus, power),
        "project_npv": npv,
        "project_irr": finance.irr(cash),
        "equity_irr": finance.irr(equity),
        "cash_payback": finance.payback(cash),
        "dscr": debt.least_cover(after_tax, gpu_loan_term),
        "ebitda_by_year": [0.0, *ebitda],
        "cash_by_year": cash,
        "cumulative_cluster_cash": list(accumulate(cash)),
        "equity_cash_by_year": equity,
    }


class _Operation(NamedTuple):
    """A cluster that never stops, by year: GPUs in service (1 for all), hours sold, what they bring in and cost."""

    running: list[Any]
    hours: list[Any]
    sold_for: list[Any]
    costs: list[Any]


def _operation(
    generations: list[list[Any]], rents: list[Any], shares: list[Any], gpus: Any, power: Any, standing: Any
) -> _Operation:
    """The years of a cluster: power is paid for hours sold, what stands there for all hours."""
    running = [sum(turns) for turns in generations]
    hours = gpus * HOURS_PER_YEAR
    return _Operation(
        running=running,
        hours=[hours * share * on for share, on in zip(shares, running, strict=True)],
        sold_for=[hours * share * rent for share, rent in zip(shares, rents, strict=True)],
        costs=[hours * on * (power * share + standing) for on, share in zip(running, shares, strict=True)],
    )


def _rents(
    generations: list[list[Any]], contract_price: Any, contract_term: Any, rent: Any, ratio: Any, life: Any
) -> list[Any]:
    """What an hour brings in each year: the contract's price within its term, then a rent by age of the generation."""
    market = [
        sum(on * rent * ratio ** maximum(year - 1 - turn * life, 0.0) for turn, on in enumerate(turns))
        for year, turns in zip(YEARS, generations, strict=True)
    ]
    return [
        where(year <= contract_term, sum(turns) * contract_price, let)
        for year, turns, let in zip(YEARS, generations, market, strict=True)
    ]


class _Debt(NamedTuple):
    """A loan paid back in level payments: what is lent, and by year the payments and the tax that interest saves."""

    lent: Any
    service: list[Any]
    shield: list[Any]

    def to_equity(self, cash: list[Any]) -> list[Any]:
        """Cash by year that the loan leaves to the owner."""
        years = zip(cash[1:], self.service, self.shield, strict=True)
        return [cash[0] + self.lent, *(flow - paid + saved for flow, paid, saved in years)]

    def least_cover(self, after_tax: list[Any], term: Any) -> Any:
        """The least of cash over debt service in the years of the loan."""
        years = zip(YEARS, after_tax, self.service, self.shield, strict=True)
        return minimum(*(where(year <= term, per(flow + saved, paid), np.inf) for year, flow, paid, saved in years))


def _debt(loan: Any, rate: Any, term: Any, tax_rate: Any) -> _Debt:
    level = loan / annuity(rate, term)
    service = [where(year <= term, level, 0.0) for year in YEARS]
    return _Debt(loan, service, [loan_interest(year, loan, rate, term) * tax_rate for year in YEARS])


def _break_even(runs: _Operation, ebitda: list[Any], lacking: Any, rate: Any, gpus: Any, power: Any) -> dict[str, Any]:
    """The rent of a cluster, and the rent and the share of hours that make up what it lacks, all discounted alike.

    lacking  worth of the cluster before tax, whose loss a break-even makes up: a unit of EBITDA less is that much less
    """
    years, hours, brought, spent = (present_value(rate, [0.0, *flows]) for flows in runs)
    needed = present_value(rate, [0.0, *ebitda]) - lacking
    drawn = hours * power
    share = hours / (gpus * HOURS_PER_YEAR * years) * (spent - drawn + needed) / (brought - drawn)
    rent = (spent + needed) / hours
    return {"average_rent": brought / hours, "break_even_rent": rent, "break_even_utilisation": share}


def _serving(year: int, turn: int, life: Any, refreshes: Any) -> Any:
    """The part of a year that a generation of GPUs is in service."""
    part = in_service(year - 1, (turn + 1) * life) - in_service(year - 1, turn * life)
    return where(turn <= refreshes, part, 0.0)


def _traded(year: int, servers: Any, residual: Any, life: Any, refreshes: Any) -> Any:
    """GPUs sold at the end of their life, less those bought for the next."""
    sold = sum(where(turn <= refreshes, _falls(year, (turn + 1) * life), 0.0) for turn in TURNS)
    bought = sum(where(turn <= refreshes, _falls(year, turn * life), 0.0) for turn in TURNS[1:])
    return servers * (residual * sold - bought)


def _falls(year: int, moment: Any) -> Any:
    """1 where a moment falls into a year, 0 elsewhere."""
    return where((moment > year - 1) & (moment <= year), 1.0, 0.0)
