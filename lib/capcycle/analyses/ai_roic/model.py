"""What AI capital earns: the return by year to 2030, what a build brings in cash, and what a backlog implies.

Each definition has its own name. `backlog_yield` and `revenue_yield` divide by a year's capex, a flow, and are no
return on capital; `return_over_cost` is of the capital in place;
`ai_cloud_roic` divides by all capital put in, nothing written off; `ai_cloud_build` sets the return on all capital
beside the one on what was added. Only `ai_cloud_payback` adds depreciation back.
"""

from itertools import accumulate

from capcycle.models.bounds import horizon
from capcycle.models.finance import irr, payback
from capcycle.models.maths import in_service, minimum, per, present_value, where
from capcycle.models.registry import (
    Amount,
    AmountByYear,
    Fraction,
    FractionByYear,
    Number,
    Points,
    PointsByYear,
    Years,
    model,
)

FIRST_YEAR, LAST_YEAR = 2025, 2030  # of the authors' margins: today's, and the one they foresee
RISE = LAST_YEAR - FIRST_YEAR
HORIZON = 20  # years in which the last of the build is written off, for lives of up to fifteen


@model(verdict="yield_spread", better="higher", ai_revenue_implied=Amount, ai_capex=Amount, capex_yield=Fraction,
       yield_spread=Points, payback_simple=Years)  # fmt: skip
def backlog_yield(
    backlog: Amount,
    ai_share_of_backlog: Fraction,
    backlog_duration: Years,
    annual_capex: Amount,
    ai_share_of_capex: Fraction,
    ai_nopat_margin: Fraction,
    wacc: Fraction,
):
    """The return on a year of AI capex if the AI part of the backlog is earned evenly over its duration.

    Formula: capex_yield = backlog * ai_share_of_backlog / backlog_duration * ai_nopat_margin / ai_capex
             ai_capex = annual_capex * ai_share_of_capex
    Units:   amounts in one currency, fractions, years. The denominator is a year's spending, not the capital in place.
    Source:  ai-capex-roic (2026), Amazon: 496bn, 55 % of it AI, over 4 years at 28 %, on 75 % of 4 * 54.208bn.

    >>> round(backlog_yield(496e9, 0.55, 4, 4 * 54.208e9, 0.75, 0.28, 0.0727).capex_yield.item(), 4)
    0.1174
    """
    revenue = backlog * ai_share_of_backlog / backlog_duration
    return _forward(revenue, annual_capex * ai_share_of_capex, ai_nopat_margin, wacc)


@model(verdict="yield_spread", better="higher", ai_revenue_implied=Amount, ai_capex=Amount, capex_yield=Fraction,
       yield_spread=Points, payback_simple=Years)  # fmt: skip
def revenue_yield(
    annual_revenue: Amount,
    ai_share_of_revenue: Fraction,
    annual_capex: Amount,
    ai_share_of_capex: Fraction,
    ai_nopat_margin: Fraction,
    wacc: Fraction,
):
    """The return on a year of AI capex for who has no backlog: a part of all revenue is taken to be AI's.

    Formula: capex_yield = annual_revenue * ai_share_of_revenue * ai_nopat_margin / ai_capex
             ai_capex = annual_capex * ai_share_of_capex
    Units:   amounts in one currency, fractions, years. The denominator is a year's spending, not the capital in place.
    Source:  ai-capex-roic (2026), Meta: a fifth of 4 * 60.801bn at 32 %, on 90 % of 4 * 31.078bn.

    >>> round(revenue_yield(4 * 60.801e9, 0.2, 4 * 31.078e9, 0.9, 0.32, 0.1066).capex_yield.item(), 4)
    0.1391
    """
    return _forward(annual_revenue * ai_share_of_revenue, annual_capex * ai_share_of_capex, ai_nopat_margin, wacc)


def _forward(revenue, capex, margin, wacc):
    roic = per(revenue * margin, capex)
    return revenue, capex, roic, roic - wacc, per(1.0, roic)


@model(verdict="roic_spread", better="higher", roic=Fraction, cost_of_equity=Fraction, wacc=Fraction,
       roic_spread=Points)  # fmt: skip
def return_over_cost(
    roic_before_tax: Fraction,
    tax_rate: Fraction,
    risk_free_rate: Fraction,
    beta: Number,
    equity_premium: Fraction,
    debt_weight: Fraction,
    debt_rate: Fraction,
):
    """What a company's capital earns after tax, what its owners and lenders ask for, and what is left between.

    Formula: roic = roic_before_tax * (1 - tax_rate); cost_of_equity = risk_free_rate + beta * equity_premium
             wacc = cost_of_equity * (1 - debt_weight) + debt_rate * (1 - tax_rate) * debt_weight
             roic_spread = roic - wacc
    Units:   fractions a year; `debt_weight` is of debt and equity at market value.
    Source:  the capital asset pricing model; hand arithmetic: 4 % and 1.5 * 4 % are 10 %, three quarters of it and a
             quarter of 5 % after tax at 20 % are 8.5 %, and 20 % before tax leave 16 % and 7.5 points.

    >>> [round(float(each), 4) for each in return_over_cost(0.2, 0.2, 0.04, 1.5, 0.04, 0.25, 0.05)]
    [0.16, 0.1, 0.085, 0.075]
    """
    roic = roic_before_tax * (1 - tax_rate)
    equity = risk_free_rate + beta * equity_premium
    wacc = equity * (1 - debt_weight) + debt_rate * (1 - tax_rate) * debt_weight
    return roic, equity, wacc, roic - wacc


@model(verdict="roic_2030", better="higher", ai_margin=FractionByYear, roic=FractionByYear, roic_spread=PointsByYear,
       roic_now=Fraction, roic_2030=Fraction, spread_2030=Points, payback_simple=Years)  # fmt: skip
def ai_cloud_roic(
    ai_margin_now: Fraction, ai_margin_2030: Fraction, tax_rate: Fraction, capital_turns: Fraction, wacc: Fraction
):
    """Margin after tax times the turns of capital, the operating margin rising evenly from 2025 to 2030.

    Formula: roic = margin * (1 - tax_rate) * capital_turns; payback_simple = 1 / roic in 2030
    Units:   fractions; `capital_turns` is AI revenue over all AI capital put in, nothing written off.
    Source:  Guosen (2025-11-07), Microsoft: a margin of 40 % and a return of 17 %, so 0.425 turns before tax.

    >>> found = ai_cloud_roic(0.20, 0.40, 0.0, 0.425, 0.0934)
    >>> round(found.roic_2030, 4), round(float(found.payback_simple), 1)
    (0.17, 5.9)
    """
    margin = [_margin(year, ai_margin_now, ai_margin_2030) for year in range(RISE + 1)]
    roic = [each * (1 - tax_rate) * capital_turns for each in margin]
    spread = [each - wacc for each in roic]
    return margin, roic, spread, roic[0], roic[-1], spread[-1], per(1.0, roic[-1])


def _margin(year: int, now, then):
    return now + (then - now) * min(year / RISE, 1.0)


@model(verdict="npv", better="higher", ai_capital=AmountByYear, ai_nopat=AmountByYear, cash_flow=AmountByYear,
       cumulative_cash=AmountByYear, roic_average=Fraction, roic_incremental=Fraction, peak_funding=Amount,
       cash_flow_2030=Amount, npv=Amount)  # fmt: skip
def ai_cloud_build(
    annual_capex: Amount,
    ai_share_of_capex: Fraction,
    ai_capex_growth: Fraction,
    ai_margin_now: Fraction,
    ai_margin_2030: Fraction,
    tax_rate: Fraction,
    capital_turns: Fraction,
    ai_life: Years,
    life_in_accounts: Years,
    wacc: Fraction,
):
    """AI capex every year from 2025 to 2030, each year's earning from the next on until it is worn out.

    Formula: nopat = capital in service at the opening * capital_turns * margin * (1 - tax_rate)
             cash_flow = nopat + capital in service / life_in_accounts - capex
             roic_average = nopat / mean of opening and closing capital in service, of 2030
             roic_incremental = (nopat of 2030 - nopat of 2026) / (opening capital of 2030 - that of 2026)
    Units:   amounts in one currency; capital is gross, and what is worn out leaves it. Nothing is replaced after 2030.
             The margin is charged over `life_in_accounts`; equipment that lasts for less earns for fewer years.
    Errors:  ModelError for a life beyond 15 years, as the last of the build would outlast the years counted.
    Source:  hand arithmetic: 100 a year at 0.5 turns and 40 % earn 20 on each 100 in service.

    >>> found = ai_cloud_build(100.0, 1.0, 0.0, 0.4, 0.4, 0.0, 0.5, 10, 10, 0.08)
    >>> [float(round(flow, 6)) for flow in found.cash_flow[:3]], round(float(found.roic_incremental), 6)
    ([-100.0, -70.0, -40.0], 0.2)
    """
    horizon("ai_life", ai_life, HORIZON - RISE)
    years = range(HORIZON + 1)
    spent = annual_capex * ai_share_of_capex
    capex = [spent * (1 + ai_capex_growth) ** year if year <= RISE else spent * 0 for year in years]
    capital = [_in_place(capex, year, ai_life) for year in range(HORIZON + 2)]
    after_tax = [_margin(year, ai_margin_now, ai_margin_2030) * (1 - tax_rate) for year in years]
    nopat = [capital[year] * capital_turns * after_tax[year] for year in years]
    cash = [nopat[year] + capital[year] / life_in_accounts - capex[year] for year in years]
    total = list(accumulate(cash))
    return {
        "ai_capital": capital[: HORIZON + 1],
        "ai_nopat": nopat,
        "cash_flow": cash,
        "cumulative_cash": total,
        "roic_average": per(nopat[RISE], (capital[RISE] + capital[RISE + 1]) / 2),
        "roic_incremental": per(nopat[RISE] - nopat[1], capital[RISE] - capital[1]),
        "peak_funding": -minimum(*total),
        "cash_flow_2030": cash[RISE],
        "npv": present_value(wacc, cash),
    }


def _in_place(capex: list, year: int, life):
    """What was spent before a year and is still in service in it."""
    return sum((spent * in_service(year - 1 - then, life) for then, spent in enumerate(capex[:year])), capex[0] * 0)


@model(verdict="npv_per_capital", better="higher", iterates=True, flows={"irr": "build_cash"},
       build_cash=FractionByYear, payback_simple=Years, payback_cash=Years, payback_discounted=Years,
       npv_per_capital=Fraction, irr=Fraction)  # fmt: skip
def ai_cloud_payback(
    ai_margin_now: Fraction,
    ai_margin_2030: Fraction,
    tax_rate: Fraction,
    capital_turns: Fraction,
    ai_life: Years,
    life_in_accounts: Years,
    wacc: Fraction,
):
    """One unit of AI capital put in today: its cash by year, three paybacks, net present value and rate of return.

    Formula: build_cash = (margin * (1 - tax_rate) * capital_turns + 1 / life_in_accounts) * part in service, after -1
             today
             payback_simple = 1 / roic in 2030; payback_cash and payback_discounted of build_cash
    Units:   fractions of the capital put in; years. A payback is missing where the cash never adds up to it.
    Errors:  ModelError for a life beyond the 20 years that are counted.
    Source:  hand arithmetic: 20 % a year and a fifth written off return 0.4 a year, so cash is back in 2.5 years.

    >>> found = ai_cloud_payback(0.4, 0.4, 0.0, 0.5, 5, 5, 0.0)
    >>> [round(float(years), 2) for years in (found.payback_simple, found.payback_cash, found.npv_per_capital)]
    [5.0, 2.5, 1.0]
    """
    horizon("ai_life", ai_life, HORIZON)
    after_tax = [_margin(year, ai_margin_now, ai_margin_2030) * (1 - tax_rate) for year in range(HORIZON + 1)]
    earned = [(after_tax[year] * capital_turns + 1 / life_in_accounts) * in_service(year - 1, ai_life)
              for year in range(1, HORIZON + 1)]  # fmt: skip
    flows = [where(ai_life > 0, -1.0, 0.0), *earned]
    return {
        "build_cash": flows,
        "payback_simple": per(1.0, after_tax[RISE] * capital_turns),
        "payback_cash": payback(flows),
        "payback_discounted": payback(flows, wacc),
        "npv_per_capital": present_value(wacc, flows),
        "irr": irr(flows),
    }


@model(verdict="margin_after_depreciation", better="higher", segment_gross_margin=Fraction,
       margin_after_depreciation=Fraction)  # fmt: skip
def segment_gross_margin(segment_revenue: Amount, segment_gross_profit: Amount, extra_depreciation_share: Fraction):
    """A segment's gross margin, and what further depreciation leaves of it.

    Formula: segment_gross_profit / segment_revenue - extra_depreciation_share
    Units:   amounts in one currency; the depreciation is a fraction of revenue.
    Source:  The Information (2025-10-07) on Oracle's rental of Nvidia chips: 125m of 900m, and 7 points less.

    >>> [round(float(margin), 2) for margin in segment_gross_margin(900e6, 125e6, 0.07)]
    [0.14, 0.07]
    """
    margin = per(segment_gross_profit, segment_revenue)
    return margin, margin - extra_depreciation_share
