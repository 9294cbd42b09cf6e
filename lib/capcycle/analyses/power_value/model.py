"""What a megawatt is worth by stage, a company as the sum of its power, and how much power its price assumes."""

from typing import Any

from capcycle.models.maths import annuity, maximum, minimum, per
from capcycle.models.registry import (
    MW,
    Amount,
    Fraction,
    GPUs,
    Multiple,
    PerGPU,
    PerMW,
    PerMWYear,
    PerShare,
    Rate,
    Shares,
    Years,
)
from capcycle.models.registry import model as registered


@registered(verdict="value_per_mw", better="lower", value_per_mw=PerMW, gap_per_mw=PerMW, premium=Fraction)
def ev_per_mw(enterprise_value: Amount, power: MW, other_value_per_mw: PerMW):
    """Enterprise value for each MW of one stage, and how far that is above another price of a MW.

    Formula: value_per_mw = enterprise_value / power; premium = value_per_mw / other_value_per_mw - 1
    Units:   an amount, MW of one stage and basis; missing where there is no power
    Source:  Aligned (October 2025): 40bn for 5 GW is 8m a MW, 5m above miners' 3m; that is 167 %, printed as 160 %.

    >>> aligned = ev_per_mw(40e9, 5000, 3e6)
    >>> [round(float(one), 2) for one in aligned]
    [8000000.0, 5000000.0, 1.67]
    """
    value = per(enterprise_value, power)
    return value, value - other_value_per_mw, per(value, other_value_per_mw) - 1


@registered(verdict="net_value_per_mw", better="higher", gross_value_per_mw=PerMW, net_value_per_mw=PerMW)
def leased_mw_value(noi_per_leased_mw: PerMWYear, cap_rate: Fraction, cost_per_leased_mw: PerMW):
    """What a leased MW is worth once its income is capitalised and its building paid.

    Formula: net_value_per_mw = noi_per_leased_mw / cap_rate - cost_per_leased_mw
    Units:   amounts per MW of critical IT; the multiple of income is one over the cap rate
    Source:  VanEck (May 2026): 1.5m of income at fifteen times less 12m of building leaves 10.5m.

    >>> round(leased_mw_value(1.5e6, 1 / 15, 12e6).net_value_per_mw)
    10500000
    """
    gross = noi_per_leased_mw / cap_rate
    return gross, gross - cost_per_leased_mw


def term_multiple(rate: Any, term_left: Any, renewal_years: Any, renewal_probability: Any, lease_wait: Any) -> Any:
    """What one unit of a lease's level yearly income is worth over the years left, and over renewals by their chance.

    Formula: (annuity(rate, left) + probability * (annuity(rate, left + renewal) - annuity(rate, left))) / (1 + rate) **
             wait
    Source:  14 years at 7.75 %: (1 - 1.0775 ** -14) / 0.0775 = 8.365; the next ten at a chance of a half add 1.193;
             a year later the first are worth 8.365 / 1.0775 = 7.764.

    >>> [round(float(term_multiple(0.0775, 14, 10, *one)), 3) for one in ((0, 0), (0.5, 0), (0, 1))]
    [8.365, 9.559, 7.764]
    """
    base = annuity(rate, term_left)
    whole = base + renewal_probability * (annuity(rate, term_left + renewal_years) - base)
    return whole / (1 + rate) ** lease_wait


@registered(verdict="net_value_per_mw", better="higher", gross_value_per_mw=PerMW, net_value_per_mw=PerMW)
def leased_mw_over_term(
    noi_per_leased_mw: PerMWYear, term_left: Years, lease_wait: Years, renewal_years: Years,
    renewal_probability: Fraction, tenant_rate: Rate, cost_per_leased_mw: PerMW,
):  # fmt: skip
    """What a leased MW is worth over its lease at the tenant's credit, and what is left once its building is paid.

    Formula: gross = noi_per_leased_mw * (annuity(tenant_rate, left) + renewal_probability * what renewal adds) /
             (1 + tenant_rate) ** lease_wait
    Units:   amounts per MW of critical IT; the income is the mean over the term, taken as level from the day that the
             lease pays. At the end nothing is left of the building.
    Source:  Golden Sun's 1.73m at 84 % for 14 years is worth 11.98m at 8 %.

    >>> round(float(leased_mw_over_term(1.73e6 * 0.84, 14, 0, 10, 0, 0.08, 10e6).gross_value_per_mw) / 1e6, 2)
    11.98
    """
    gross = noi_per_leased_mw * term_multiple(tenant_rate, term_left, renewal_years, renewal_probability, lease_wait)
    return gross, gross - cost_per_leased_mw


@registered(verdict="value_per_share", better="higher", operating_part=Amount, leased_part=Amount, cost_part=Amount,
            pipeline_part=Amount, parts_value=Amount, equity_value=Amount, cost_to_complete=Amount, funding_gap=Amount,
            new_shares=Shares, value_per_share=PerShare, upside=Fraction)  # fmt: skip
def power_value(
    operating_mw: MW,
    operating_value: PerMW,
    leased_mw: MW,
    noi_per_leased_mw: PerMWYear,
    term_left: Years,
    lease_wait: Years,
    renewal_years: Years,
    renewal_probability: Fraction,
    tenant_rate: Rate,
    cost_per_leased_mw: PerMW,
    delivered: Fraction,
    spent_on_leases: Amount,
    leased_probability: Fraction,
    pipeline_mw: MW,
    pipeline_value: PerMW,
    pipeline_probability: Fraction,
    bitcoin: Amount,
    cash: Amount,
    debt: Amount,
    data_center_loan_to_cost: Fraction,
    shares: Shares,
    price: PerShare,
):
    """A company as the sum of its power by stage, for each share after the shares that its building still needs.

    Formula: parts_value = operating_mw * operating_value
             + leased_mw * (delivered + leased_probability * (1 - delivered)) * noi_per_leased_mw * term_multiple
             - leased_probability * cost_to_complete + pipeline_probability * pipeline_mw * pipeline_value + bitcoin
             cost_to_complete = leased_mw * cost_per_leased_mw - spent_on_leases, at most what is not delivered
             funding_gap = (cost_to_complete * (1 - data_center_loan_to_cost) - cash), not below zero, raised as
             shares at today's price: value_per_share = (equity_value + funding_gap) / (shares + funding_gap / price)
    Units:   MW of each stage, counted once; leased MW are the company's own share of critical IT
    Source:  hand arithmetic: 100 MW at 3m, and 100 leased ones at 1.5m for ten years at 0 % less 12m, are 0.6bn; with
             0.2bn of cash and 0.1bn of debt 0.7bn; of 1.2bn to build 80 % is lent, which leaves 0.04bn to raise at 5.

    >>> one = power_value(100, 3e6, 100, 1.5e6, 10, 0, 0, 0, 0, 12e6, 0, 0, 1, 0, 3e6, 1, 0, 2e8, 1e8, 0.8, 1e8, 5)
    >>> [round(float(part) / 1e9, 2) for part in (one.parts_value, one.equity_value, one.funding_gap)]
    [0.6, 0.7, 0.04]
    >>> round(float(one.value_per_share), 3)  # 740m over 108m shares
    6.852
    """
    building = leased_mw * cost_per_leased_mw
    cost_to_complete = minimum(building * (1 - delivered), maximum(building - spent_on_leases, 0))
    gap = maximum(cost_to_complete * (1 - data_center_loan_to_cost) - cash, 0)
    operating = operating_mw * operating_value
    counted = delivered + leased_probability * (1 - delivered)  # what runs already is certain
    multiple = term_multiple(tenant_rate, term_left, renewal_years, renewal_probability, lease_wait)
    leased = counted * leased_mw * noi_per_leased_mw * multiple
    cost = -leased_probability * cost_to_complete
    pipeline = pipeline_probability * pipeline_mw * pipeline_value
    parts = operating + leased + cost + pipeline + bitcoin
    equity, new = parts + cash - debt, gap / price
    share = (equity + gap) / (shares + new)
    return operating, leased, cost, pipeline, parts, equity, cost_to_complete, gap, new, share, share / price - 1


@registered(verdict="priced_in_share", better="lower", priced_in_mw=MW, to_be_signed_mw=MW, priced_in_share=Multiple,
            value_per_leased_mw=PerMW)  # fmt: skip
def priced_in(
    enterprise_value: Amount, operating_mw: MW, operating_value: PerMW, bitcoin: Amount, noi_per_leased_mw: PerMWYear,
    term_left: Years, lease_wait: Years, renewal_years: Years, renewal_probability: Fraction, tenant_rate: Rate,
    cost_per_leased_mw: PerMW, leased_mw: MW,
):  # fmt: skip
    """How many leased MW the enterprise value assumes once all else the company has is taken off.

    Formula: priced_in_mw = (enterprise_value - operating_mw * operating_value - bitcoin) / net_value_per_mw, the
             `leased_mw_over_term` of a MW; priced_in_share = priced_in_mw / leased_mw;
             value_per_leased_mw = what is left of the enterprise value / leased_mw
    Units:   MW of critical IT not yet built; below zero where a MW is worth less than its building, so that no
             number of leases explains the value
    Source:  hand arithmetic: 1.8bn, less 0.75bn of mining, over 1.5m for fifteen years at 0 % less 12m is 100 MW.

    >>> found = priced_in(1.8e9, 250, 3e6, 0, 1.5e6, 15, 0, 0, 0, 0, 12e6, 200)
    >>> round(float(found.priced_in_mw), 6), round(float(found.priced_in_share), 6), round(float(found.to_be_signed_mw))
    (100.0, 0.5, 0)
    """
    lease = leased_mw_over_term.unguarded(
        noi_per_leased_mw, term_left, lease_wait, renewal_years, renewal_probability, tenant_rate, cost_per_leased_mw
    )
    rest = enterprise_value - operating_mw * operating_value - bitcoin
    assumed = rest / lease.net_value_per_mw
    return assumed, maximum(assumed - leased_mw, 0), per(assumed, leased_mw), per(rest, leased_mw)


@registered(verdict="market_value_to_ai_revenue", better="lower", ai_value=Amount, other_value=Amount,
            implied_shares=Shares, target_equity=Amount, ai_value_at_target=Amount, ai_value_per_gpu=PerGPU,
            market_value_to_ai_revenue=Multiple)  # fmt: skip
def attribution(
    market_value: Amount, price: PerShare, target_price: PerShare, ai_share: Fraction, ai_revenue: Amount, gpus: GPUs
):
    """A market value split into AI and mining, today and at a target price.

    Formula: ai_value = ai_share * market_value; target_equity = market_value * target_price / price;
             ai_value_per_gpu = ai_share * target_equity / gpus
    Units:   amounts; the share count is market value over price
    Source:  Bernstein on IREN (2025-09-25): 12.2bn at 41.67, target 75, 87 % of it AI, 500m of revenue, 23,000 GPUs.

    >>> iren = attribution(12.2e9, 41.67, 75, 0.87, 500e6, 23_000)
    >>> round(iren.target_equity / 1e9, 2), round(iren.ai_value_at_target / 1e9, 1), int(iren.ai_value_per_gpu / 1e4)
    (21.96, 19.1, 83)
    """
    at_target = market_value * target_price / price
    ai_value, ai_at_target = ai_share * market_value, ai_share * at_target
    return (ai_value, market_value - ai_value, market_value / price, at_target, ai_at_target,
                       per(ai_at_target, gpus), per(market_value, ai_revenue))  # fmt: skip
