"""What profit would be with another life of the servers, and when the charge for what is spent arrives."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from capcycle.models.bounds import horizon
from capcycle.models.depreciation import Left, charge, declining_balance, straight_line, sum_of_digits
from capcycle.models.maths import maximum, minimum, per
from capcycle.models.registry import Amount, AmountByYear, Fraction, PerShare, PerShareByYear, Shares, Years, model

AHEAD = 11  # years shown: a life of ten years and the half year of purchase


class UsefulLife(NamedTuple):
    depreciation_in_accounts: Amount
    depreciation_restated: Amount
    depreciation_by_digits: Amount
    depreciation_by_balance: Amount
    added_on_existing: Amount
    added_on_new: Amount
    tax_saved: Amount
    net_income_restated: Amount
    eps_in_accounts: PerShare
    eps_restated: PerShare
    eps_by_digits: PerShare
    eps_by_balance: PerShare
    eps_change: Fraction
    not_yet_charged: Amount
    charges_in_accounts: AmountByYear
    charges_restated: AmountByYear


@model(verdict="eps_restated", better="higher")
def useful_life(
    capex: AmountByYear,
    server_share: Fraction,
    life_in_accounts: Years,
    server_life: Years,
    residual: Fraction,
    first_year: Fraction,
    tax_rate: Fraction,
    net_income: Amount,
    shares_diluted: Shares,
) -> UsefulLife:
    """Profit of the last year as if the servers had always been charged over another life.

    Formula: depreciation = sum over years of purchase of capex * server_share * (1 - residual) * the part charged now
             net_income_restated = net_income - (depreciation at server_life - at life_in_accounts) * (1 - tax_rate)
             tax_saved = the part of the difference that is not paid as tax
             eps_change = eps_restated / eps_in_accounts - 1; missing where there is a loss
    Units:   capex by year, the oldest first and the restated year last; years; fractions. `first_year` is the part of
             the year of purchase that counts: 0.5 under the mid-year convention. The life in the accounts is charged
             in a straight line, the other also by the sum of the years' digits and by the declining balance.
             `charges_*` begin with the restated year and are of what is spent by its end.
    Errors:  ModelError for lives beyond the 11 years shown.
    Source:  hand arithmetic: 100 bought in each of two years, half of it servers, charged over five years come to
             50/10 + 50/5 = 15 in the second, over two years to 50/4 + 50/2 = 37.5.

    >>> found = useful_life([100, 100], 0.5, 5, 2, 0, 0.5, 0.2, 50, 10)
    >>> [round(float(each), 6) for each in (found.depreciation_in_accounts, found.depreciation_restated)]
    [15.0, 37.5]
    >>> round(float(found.eps_restated), 6)  # (50 - 22.5 * 0.8) / 10
    3.2
    """
    _refuse(life_in_accounts, server_life)
    cost = [each * server_share * (1 - residual) for each in capex]
    in_accounts = _charges(cost, straight_line, life_in_accounts, first_year)
    restated = _charges(cost, straight_line, server_life, first_year)
    by_digits = _one_year(cost, sum_of_digits, server_life, first_year)
    by_balance = _one_year(cost, declining_balance, server_life, first_year)
    on_new = _one_year(cost[-1:], straight_line, server_life, first_year) - _one_year(
        cost[-1:], straight_line, life_in_accounts, first_year
    )

    def earned(depreciation: Any) -> Any:
        return net_income - (depreciation - in_accounts[0]) * (1 - tax_rate)

    eps = net_income / shares_diluted
    return UsefulLife(
        depreciation_in_accounts=in_accounts[0],
        depreciation_restated=restated[0],
        depreciation_by_digits=by_digits,
        depreciation_by_balance=by_balance,
        added_on_existing=restated[0] - in_accounts[0] - on_new,
        added_on_new=on_new,
        tax_saved=(restated[0] - in_accounts[0]) * tax_rate,
        net_income_restated=earned(restated[0]),
        eps_in_accounts=eps,
        eps_restated=earned(restated[0]) / shares_diluted,
        eps_by_digits=earned(by_digits) / shares_diluted,
        eps_by_balance=earned(by_balance) / shares_diluted,
        eps_change=per(earned(restated[0]), net_income) - 1,
        not_yet_charged=sum(_left(cost, life_in_accounts, first_year)),
        charges_in_accounts=in_accounts,
        charges_restated=restated,
    )


class LifeChange(NamedTuple):
    book: Amount
    effect_on_existing: Amount
    effect_on_new: Amount
    effect_on_depreciation: Amount
    effect_on_net_income: Amount
    existing_before: AmountByYear
    existing_after: AmountByYear
    effect_by_year: AmountByYear
    eps_effect: PerShareByYear


@model(verdict="effect_on_net_income", better="higher")
def life_change(
    capex: AmountByYear,
    capex_next: Amount,
    server_share: Fraction,
    life_in_accounts: Years,
    server_life: Years,
    residual: Fraction,
    first_year: Fraction,
    tax_rate: Fraction,
    shares_diluted: Shares,
) -> LifeChange:
    """What a change of life does, year by year from the first under the new one, as accounting rules ask for it.

    Formula: of servers bought before: charge = book / (server_life - age), all at once where less than a year is left
             of those bought after: as if they had always had the new life
             effect = charge at server_life - charge at life_in_accounts
    Units:   capex by year, the oldest first, the last one the year before the change; `capex_next` in each year after.
             Effects of the first year; on depreciation before tax, on net income after it.
    Errors:  ModelError for lives beyond the 11 years shown.
    Source:  hand arithmetic: 100 bought a year before at mid-year, four years in the accounts, have 87.5 on the books:
             25 a year. Over six years 5.5 are left: 87.5/5.5 = 15.9 a year, 9.1 less.

    >>> found = life_change([100], 0, 1, 4, 6, 0, 0.5, 0, 1)
    >>> [round(float(each), 2) for each in (found.book, found.existing_after[0], found.effect_on_depreciation)]
    [87.5, 15.91, -9.09]
    """
    _refuse(life_in_accounts, server_life)
    cost = [each * server_share * (1 - residual) for each in capex]
    bought = [capex_next * server_share * (1 - residual)] * AHEAD
    before = _charges(cost, straight_line, life_in_accounts, first_year)[1:]
    after = _charges_on_change(cost, life_in_accounts, server_life, first_year)
    new_before, new_after = (_build_up(bought, life, first_year) for life in (life_in_accounts, server_life))
    effects = [a + c - b - d for a, b, c, d in zip(after, before, new_after, new_before, strict=True)]
    return LifeChange(
        book=sum(_left(cost, life_in_accounts, first_year)),
        effect_on_existing=after[0] - before[0],
        effect_on_new=new_after[0] - new_before[0],
        effect_on_depreciation=effects[0],
        effect_on_net_income=-effects[0] * (1 - tax_rate),
        existing_before=before,
        existing_after=after,
        effect_by_year=effects,
        eps_effect=[-each * (1 - tax_rate) / shares_diluted for each in effects],
    )


def _refuse(life_in_accounts: Any, server_life: Any) -> None:
    horizon("life_in_accounts", life_in_accounts, AHEAD)
    horizon("server_life", server_life, AHEAD)


def _ages(cost: list[Any]) -> Iterator[tuple[int, Any]]:
    """Each purchase with the full years since its own: the last was in the year at hand."""
    return zip(reversed(range(len(cost))), cost, strict=True)


def _one_year(cost: list[Any], method: Left, life: Any, first_year: Any, ahead: int = 0) -> Any:
    return sum(each * charge(method, age + ahead, life, first_year) for age, each in _ages(cost))


def _charges(cost: list[Any], method: Left, life: Any, first_year: Any) -> list[Any]:
    """The charge for what is bought, from the year of the last purchase on, as far as `AHEAD` years after it."""
    return [_one_year(cost, method, life, first_year, ahead) for ahead in range(AHEAD + 1)]


def _left(cost: list[Any], life: Any, first_year: Any) -> list[Any]:
    return [each * straight_line(age, life, first_year) for age, each in _ages(cost)]


def _charges_on_change(cost: list[Any], before: Any, after: Any, first_year: Any) -> list[Any]:
    """The book of each purchase charged over what is left of its new life, in a year at the least."""
    book = _left(cost, before, first_year)
    rest = [maximum(after - age - first_year, 1.0) for age, _ in _ages(cost)]
    still = [[minimum(year / years, 1.0) for years in rest] for year in range(AHEAD + 1)]
    return [
        sum(each * (b - a) for each, a, b in zip(book, still[year], still[year + 1], strict=True))
        for year in range(AHEAD)
    ]


def _build_up(bought: list[Any], life: Any, first_year: Any) -> list[Any]:
    """The charge of each year when something is bought in every one."""
    return [_one_year(bought[: year + 1], straight_line, life, first_year) for year in range(AHEAD)]
