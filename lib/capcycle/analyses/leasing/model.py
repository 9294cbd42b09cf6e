"""A leased cluster over its contract, from the lessor's side and from the tenant's."""

from typing import Any

from capcycle.models import finance
from capcycle.models.bounds import horizon, whole
from capcycle.models.maths import annuity, loan_interest, per, where
from capcycle.models.registry import Amount, AmountByYear, Fraction, Number, PerCardHour, PerYear, Years, model
from capcycle.units import HOURS_PER_YEAR

LAST = 10  # years, more than any lease of the sort
YEARS = range(1, LAST + 1)


@model(verdict="lease_profit_per_year", better="higher", iterates=True,
       flows={"lessor_equity_irr": "lessor_cash_by_year"}, lease_inflow=Amount, server_outlay=Amount,
       interest_paid=Amount, operating_paid=Amount, tax_paid=Amount, five_year_cost=Amount, lease_profit=Amount,
       lease_profit_per_year=PerYear, lease_margin=Fraction, rent_per_card_hour=PerCardHour, lessor_equity=Amount,
       lessor_equity_irr=Fraction, lessor_payback=Years, inflow_by_year=AmountByYear, refund_by_year=AmountByYear,
       residual_by_year=AmountByYear, server_charge_by_year=AmountByYear, interest_by_year=AmountByYear,
       operating_cost_by_year=AmountByYear, tax_by_year=AmountByYear, lease_profit_by_year=AmountByYear,
       lessor_cash_by_year=AmountByYear)  # fmt: skip
def leasing(
    cards: Number,
    lease_income: Amount,
    vat_refund: Amount,
    cluster_residual: Amount,
    card_price: Amount,
    borrowed_share: Fraction,
    lessor_debt_rate: Fraction,
    operating_cost_share: Fraction,
    lessor_tax_rate: Fraction,
    card_lease_term: Years,
):
    """Profit and cash of a leased cluster by year, to the lessor.

    Formula: profit = lease income + VAT refund + residual - servers - interest - operating cost - tax, over the term;
             income, refund and servers in equal parts by year, the residual in the last; the loan paid level
    Units:   one currency over the whole term, card_price for one card with its part of the server; operating_cost_share
             of the lease income. Tax is also given back on a loss, as in a company with other profit.
    Errors:  ModelError for a term of part years, or beyond the 10 years that are counted.
    Source:  the leasing call of 2025-07-01: 4bn of income, 0.2bn refunded, 0.13bn residual over five years of 10,000
             ordinary cards, 9.13 yuan a card-hour. Servers, finance and operation stand in no source.

    >>> call = leasing(10_000, 4e9, 0.2e9, 0.13e9, 315_000, 0.0, 0.035, 0.0, 0.0, 5)  # 4.33 - 3.15 = 1.18bn
    >>> round(call.rent_per_card_hour, 2), round(float(call.lease_profit) / 1e9, 2)
    (9.13, 1.18)
    """
    whole("card_lease_term", card_lease_term)
    horizon("card_lease_term", card_lease_term, LAST)
    servers, per_year = cards * card_price, 1 / card_lease_term
    loan = borrowed_share * servers
    on = [where(year <= card_lease_term, 1.0, 0.0) for year in YEARS]
    ends = [where((year - 1 < card_lease_term) & (card_lease_term <= year), 1.0, 0.0) for year in YEARS]
    income, refund, charge = (
        [each * amount * per_year for each in on] for amount in (lease_income, vat_refund, servers)
    )
    residual = [each * cluster_residual for each in ends]
    operating = [each * operating_cost_share for each in income]
    interest = [loan_interest(year, loan, lessor_debt_rate, card_lease_term) for year in YEARS]
    before_tax = [
        sum(brought) - sum(cost)
        for *brought, cost in zip(income, refund, residual, zip(charge, interest, operating, strict=True), strict=True)
    ]
    tax = [lessor_tax_rate * each for each in before_tax]
    profit = [each - paid for each, paid in zip(before_tax, tax, strict=True)]
    level = loan / annuity(lessor_debt_rate, card_lease_term)
    repaid = [each * level - paid for each, paid in zip(on, interest, strict=True)]
    cash = [loan - servers, *(a + b - c for a, b, c in zip(profit, charge, repaid, strict=True))]
    inflow = lease_income + vat_refund + cluster_residual
    return {
        "lease_inflow": inflow,
        "server_outlay": servers,
        "interest_paid": sum(interest),
        "operating_paid": sum(operating),
        "tax_paid": sum(tax),
        "five_year_cost": servers + sum(interest) + sum(operating) + sum(tax),
        "lease_profit": sum(profit),
        "lease_profit_per_year": sum(profit) * per_year,
        "lease_margin": sum(profit) / inflow,
        "rent_per_card_hour": lease_income / (cards * card_lease_term * HOURS_PER_YEAR),
        "lessor_equity": servers - loan,
        "lessor_equity_irr": finance.irr(cash),
        "lessor_payback": finance.payback(cash),
        "inflow_by_year": [0.0, *income],
        "refund_by_year": [0.0, *refund],
        "residual_by_year": [0.0, *residual],
        "server_charge_by_year": [0.0, *charge],
        "interest_by_year": [0.0, *interest],
        "operating_cost_by_year": [0.0, *operating],
        "tax_by_year": [0.0, *tax],
        "lease_profit_by_year": [0.0, *profit],
        "lessor_cash_by_year": cash,
    }


@model(verdict="lease_margin", better="higher", lease_inflow=Amount, implied_cost=Amount, implied_cost_per_card=Amount,
       lease_margin=Fraction, rent_per_card_hour=PerCardHour)  # fmt: skip
def leasing_implied(
    cards: Number,
    lease_income: Amount,
    vat_refund: Amount,
    cluster_residual: Amount,
    quoted_profit_per_year: PerYear,
    card_lease_term: Years,
):
    """What servers, interest, operation and tax must add up to, given the income and a quoted profit.

    Formula: implied_cost = lease_income + vat_refund + cluster_residual - quoted_profit_per_year * card_lease_term
    Units:   one currency, over the whole term but for the profit; rent per card and hour of the year.
    Source:  the leasing call of 2025-07-01: 4.33bn in and 150 to 200m a year leave 3.58 to 3.33bn of cost.

    >>> [float(leasing_implied(1e4, 4e9, 0.2e9, 0.13e9, profit, 5).implied_cost) / 1e9 for profit in (0.15e9, 0.2e9)]
    [3.58, 3.33]
    """
    inflow = lease_income + vat_refund + cluster_residual
    cost = inflow - quoted_profit_per_year * card_lease_term
    return {
        "lease_inflow": inflow,
        "implied_cost": cost,
        "implied_cost_per_card": cost / cards,
        "lease_margin": quoted_profit_per_year * card_lease_term / inflow,
        "rent_per_card_hour": lease_income / (cards * card_lease_term * HOURS_PER_YEAR),
    }


@model(verdict="lease_payback_years", better="lower", cash_per_year=PerYear, lease_payback_years=Years)
def lease_payback(server_price: Amount, rent_per_year: PerYear, lease_net_margin: Fraction, server_life: Years):
    """Years until profit and depreciation have brought the price of a server back.

    Formula: server_price / (rent_per_year * lease_net_margin + server_price / server_life)
    Units:   one currency; years. The margin is after straight-line depreciation.
    Source:  Tianfeng (2025-04-11): 70,000 yuan a month for eight H100, back in about three years.

    >>> round(float(lease_payback(2.52e6, 0.84e6, 0.348, 5).lease_payback_years), 1)
    3.2
    """
    cash = rent_per_year * lease_net_margin + server_price / server_life
    return cash, per(server_price, cash)


@model(verdict="gain_from_leasing", better="higher", npv_of_buying=Amount, npv_of_leasing=Amount,
       gain_from_leasing=Amount, tenant_break_even_rent=PerYear, rent_to_break_even=Fraction, capex_avoided=Amount,
       tenant_lease_liability=Amount, ebitda_bought=Amount, ebitda_ifrs_16=Amount, ebitda_rented=Amount,
       operating_income_bought=Amount, operating_income_ifrs_16=Amount, operating_income_rented=Amount,
       roic_before=Fraction, roic_bought=Fraction, roic_ifrs_16=Fraction, roic_asc_842=Fraction,
       roic_rented=Fraction)  # fmt: skip
def lease_or_buy(
    purchase_price: Amount,
    rent_per_year: PerYear,
    running_cost_per_year: PerYear,
    card_lease_term: Years,
    resale_share: Fraction,
    tenant_debt_rate: Fraction,
    tenant_tax_rate: Fraction,
    operating_income: Amount,
    invested_capital: Amount,
):
    """Buying against leasing the same compute for a term, and how each looks in the tenant's accounts.

    Formula: npv_of_buying = -price + tax on depreciation saved + running cost and resale after tax, at the after-tax
             debt rate; npv_of_leasing = -rent * (1 - tax) * annuity; break-even where both are equal.
             IFRS 16 capitalises rent at the debt rate: depreciation and interest take the place of rent, so EBITDA
             keeps it; under ASC 842 an operating lease is on the balance sheet and its rent inside EBITDA; rented as
             a service it is inside EBITDA and nowhere on the balance sheet.
             roic = (operating income + change) * (1 - tax) / (invested capital + assets added)
    Units:   one currency; what the landlord runs and powers costs a buyer `running_cost_per_year`.
    Source:  Brealey, Myers and Allen on financial leases: discount at the after-tax cost of debt.

    >>> bought = lease_or_buy(100.0, 25.0, 0.0, 5, 0.0, 0.0, 0.0, 50.0, 500.0)  # 5 x 25 against 100
    >>> float(bought.gain_from_leasing), float(bought.tenant_break_even_rent), float(bought.roic_before)
    (-25.0, 20.0, 0.1)
    """
    kept = 1 - tenant_tax_rate
    years, owned = _after_tax(card_lease_term, resale_share, tenant_debt_rate, tenant_tax_rate)
    buying = -purchase_price * owned - kept * running_cost_per_year * years
    leased = -kept * rent_per_year * years
    depreciation = purchase_price * (1 - resale_share) / card_lease_term
    liability = rent_per_year * annuity(tenant_debt_rate, card_lease_term)
    bought = -running_cost_per_year - depreciation
    capitalised = -liability / card_lease_term

    def roic(change: Any, assets: Any) -> Any:
        return per((operating_income + change) * kept, invested_capital + assets)

    return {
        "npv_of_buying": buying,
        "npv_of_leasing": leased,
        "gain_from_leasing": leased - buying,
        "tenant_break_even_rent": -buying / (kept * years),
        "rent_to_break_even": -buying / (kept * years) / rent_per_year,
        "capex_avoided": purchase_price,
        "tenant_lease_liability": liability,
        "ebitda_bought": -running_cost_per_year,
        "ebitda_ifrs_16": 0.0 * rent_per_year,
        "ebitda_rented": -rent_per_year,
        "operating_income_bought": bought,
        "operating_income_ifrs_16": capitalised,
        "operating_income_rented": -rent_per_year,
        "roic_before": roic(0.0, 0.0),
        "roic_bought": roic(bought, purchase_price),
        "roic_ifrs_16": roic(capitalised, liability),
        "roic_asc_842": roic(-rent_per_year, liability),
        "roic_rented": roic(-rent_per_year, 0.0),
    }


def _after_tax(term: Any, resale_share: Any, debt_rate: Any, tax_rate: Any) -> tuple[Any, Any]:
    """What one a year is worth, and what each unit of a purchase costs after tax saved and resale, at today's value."""
    rate = debt_rate * (1 - tax_rate)
    years = annuity(rate, term)
    return years, 1 - tax_rate * (1 - resale_share) / term * years - resale_share / (1 + rate) ** term


@model(verdict="gain_per_card", better="higher", cost_of_buying=Amount, cost_of_leasing=Amount, gain_per_card=Amount,
       even_rent=PerYear, even_price=Amount)  # fmt: skip
def lease_or_buy_a_card(
    card_price: Amount,
    rent_per_card_year: PerYear,
    running_per_card_year: PerYear,
    card_lease_term: Years,
    resale_share: Fraction,
    tenant_debt_rate: Fraction,
    tenant_tax_rate: Fraction,
):
    """Buying one card against leasing it, and the rent and the price at which both cost the same.

    Formula: cost_of_leasing = rent * (1 - tax) * years, where years = annuity(debt rate * (1 - tax), term)
             cost_of_buying = price * owned + running cost * (1 - tax) * years, where owned = 1 - tax saved on
             depreciation - resale, each at today's value
             even_price = (rent - running cost) * (1 - tax) * years / owned
             even_rent = cost_of_buying / (1 - tax) / years
    Units:   one currency, one card with its part of the server; what the landlord runs and powers costs a buyer
             `running_per_card_year`.
    Source:  as for `lease_or_buy`; hand arithmetic: 80,000 a year for five years without interest, tax or resale
             costs 400,000, as much as a card at that price.

    >>> found = lease_or_buy_a_card(287_500.0, 80e3, 0.0, 5, 0.0, 0.0, 0.0)
    >>> float(found.gain_per_card), float(found.even_rent), float(found.even_price)
    (-112500.0, 57500.0, 400000.0)
    """
    kept = 1 - tenant_tax_rate
    years, owned = _after_tax(card_lease_term, resale_share, tenant_debt_rate, tenant_tax_rate)
    bought, leased = card_price * owned + kept * running_per_card_year * years, kept * rent_per_card_year * years
    even_price = per(kept * (rent_per_card_year - running_per_card_year) * years, owned)
    return bought, leased, bought - leased, bought / (kept * years), even_price
