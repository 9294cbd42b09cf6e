"""What profit would be with another life of the servers, and when the charge for what is spent arrives."""

from collections.abc import Iterator
from typing import Any

from capcycle.models.bounds import horizon
from capcycle.models.depreciation import Left, charge, declining_balance, straight_line, sum_of_digits
from capcycle.models.maths import maximum, minimum, per
from capcycle.models.registry import Amount, AmountByYear, Fraction, PerShare, PerShareByYear, Shares, Years, model

AHEAD = 11  # years shown: a life of ten years and the half year of purchase


@model(verdict="eps_prospective", better="higher", depreciation_in_accounts=Amount, depreciation_prospective=Amount,
       depreciation_restated=Amount, depreciation_by_digits=Amount, depreciation_by_balance=Amount,
       added_on_existing=Amount, added_on_new=Amount, tax_saved=Amount, net_income_prospective=Amount,
       net_income_restated=Amount, eps_in_accounts=PerShare, eps_prospective=PerShare, eps_restated=PerShare,
       eps_by_digits=PerShare, eps_by_balance=PerShare, eps_change=Fraction, eps_change_restated=Fraction,
       not_yet_charged=Amount, charges_in_accounts=AmountByYear, charges_restated=AmountByYear)  # fmt: skip
def useful_life(
    capex: AmountByYear,
    server_share: Fraction,
    earlier_share: Fraction,
    life_in_accounts: Years,
    server_life: Years,
    residual: Fraction,
    first_year: Fraction,
    tax_rate: Fraction,
    net_income: Amount,
    shares_diluted: Shares,
):
    """Profit of the last year had the life of the servers been another: from that year on, and from their purchase on.

    Formula: prospective, as accounting rules have a change of estimate: what is on the books at the start of the last
             year is charged over what is left of the new life, in a year at the least; its own purchases over all of it
             restated = sum over years of purchase of capex * share * (1 - residual) * the part charged now
             net income = net_income - (depreciation - depreciation_in_accounts) * (1 - tax_rate), of each of the two
             eps_change = eps / eps_in_accounts - 1; missing where there is a loss
    Units:   capex by year with finance leases, the oldest first and the last year last; years; fractions.
             `server_share` is of the last year, `earlier_share` of all before; `first_year` is the part of the year of
             purchase that counts: 0.5 under the mid-year convention. The life in the accounts is charged in a straight
             line, a life from purchase on also by the sum of the years' digits and by the declining balance. `added_*`
             and `tax_saved` are prospective. `charges_*` begin with the last year and are of what is spent by its end.
    Errors:  ModelError for lives beyond the 11 years shown.
    Source:  hand arithmetic: 100 bought in each of two years, half of it servers, charged over five years come to
             50/10 + 50/5 = 15 in the second. Over two years from purchase on they come to 50/4 + 50/2 = 37.5. With the
             change at the start of the second year 45 are on the books, for a year and a half: 45/1.5 + 50/4 = 42.5.

    >>> found = useful_life([100, 100], 0.5, 0.5, 5, 2, 0, 0.5, 0.2, 50, 10)
    >>> [round(float(each), 6) for each in found[:3]]
    [15.0, 42.5, 37.5]
    >>> round(float(found.eps_prospective), 6), round(float(found.eps_restated), 6)  # (50 - 27.5 * 0.8) / 10, ...
    (2.8, 3.2)
    """
    _refuse(life_in_accounts, server_life)
    cost = _servers(capex, server_share, earlier_share, residual)
    in_accounts = _charges(cost, straight_line, life_in_accounts, first_year)
    restated = _charges(cost, straight_line, server_life, first_year)
    by_digits = _one_year(cost, sum_of_digits, server_life, first_year)
    by_balance = _one_year(cost, declining_balance, server_life, first_year)
    new, old = (_one_year(cost[-1:], straight_line, life, first_year) for life in (server_life, life_in_accounts))
    existing = _charges_on_change(cost[:-1], life_in_accounts, server_life, first_year)[0]
    added = existing + new - in_accounts[0]

    def earned(depreciation: Any) -> Any:
        return net_income - (depreciation - in_accounts[0]) * (1 - tax_rate)

    return {
        "depreciation_in_accounts": in_accounts[0],
        "depreciation_prospective": existing + new,
        "depreciation_restated": restated[0],
        "depreciation_by_digits": by_digits,
        "depreciation_by_balance": by_balance,
        "added_on_existing": added - (new - old),
        "added_on_new": new - old,
        "tax_saved": added * tax_rate,
        "net_income_prospective": earned(existing + new),
        "net_income_restated": earned(restated[0]),
        "eps_in_accounts": net_income / shares_diluted,
        "eps_prospective": earned(existing + new) / shares_diluted,
        "eps_restated": earned(restated[0]) / shares_diluted,
        "eps_by_digits": earned(by_digits) / shares_diluted,
        "eps_by_balance": earned(by_balance) / shares_diluted,
        "eps_change": per(earned(existing + new), net_income) - 1,
        "eps_change_restated": per(earned(restated[0]), net_income) - 1,
        "not_yet_charged": sum(_left(cost, life_in_accounts, first_year)),
        "charges_in_accounts": in_accounts,
        "charges_restated": restated,
    }


@model(verdict="effect_on_net_income", better="higher", book=Amount, effect_on_existing=Amount, effect_on_new=Amount,
       effect_on_depreciation=Amount, effect_on_net_income=Amount, existing_before=AmountByYear,
       existing_after=AmountByYear, effect_by_year=AmountByYear, eps_effect=PerShareByYear)  # fmt: skip
def life_change(
    capex: AmountByYear,
    capex_next: Amount,
    server_share: Fraction,
    earlier_share: Fraction,
    life_in_accounts: Years,
    server_life: Years,
    residual: Fraction,
    first_year: Fraction,
    tax_rate: Fraction,
    shares_diluted: Shares,
):
    """What a change of life does, year by year from the first under the new one, as accounting rules ask for it.

    Formula: of servers bought before: charge = book / (server_life - age), all at once where less than a year is left
             of those bought after: as if they had always had the new life
             effect = charge at server_life - charge at life_in_accounts
    Units:   capex by year, the oldest first, the last one the year before the change; `capex_next` in each year after.
             `server_share` is of the last year and of those after, `earlier_share` of all before. Effects of the first
             year; on depreciation before tax, on net income after it.
    Errors:  ModelError for lives beyond the 11 years shown.
    Source:  hand arithmetic: 100 bought a year before at mid-year, four years in the accounts, have 87.5 on the books:
             25 a year. Over six years 5.5 are left: 87.5/5.5 = 15.9 a year, 9.1 less.

    >>> found = life_change([100], 0, 1, 1, 4, 6, 0, 0.5, 0, 1)
    >>> [round(float(each), 2) for each in (found.book, found.existing_after[0], found.effect_on_depreciation)]
    [87.5, 15.91, -9.09]
    """
    _refuse(life_in_accounts, server_life)
    cost = _servers(capex, server_share, earlier_share, residual)
    bought = [capex_next * server_share * (1 - residual)] * AHEAD
    before = _charges(cost, straight_line, life_in_accounts, first_year)[1:]
    after = _charges_on_change(cost, life_in_accounts, server_life, first_year)
    new_before, new_after = (_build_up(bought, life, first_year) for life in (life_in_accounts, server_life))
    effects = [a + c - b - d for a, b, c, d in zip(after, before, new_after, new_before, strict=True)]
    return {
        "book": sum(_left(cost, life_in_accounts, first_year)),
        "effect_on_existing": after[0] - before[0],
        "effect_on_new": new_after[0] - new_before[0],
        "effect_on_depreciation": effects[0],
        "effect_on_net_income": -effects[0] * (1 - tax_rate),
        "existing_before": before,
        "existing_after": after,
        "effect_by_year": effects,
        "eps_effect": [-each * (1 - tax_rate) / shares_diluted for each in effects],
    }


def _refuse(life_in_accounts: Any, server_life: Any) -> None:
    horizon("life_in_accounts", life_in_accounts, AHEAD)
    horizon("server_life", server_life, AHEAD)


def _servers(capex: list[Any], share: Any, earlier: Any, residual: Any) -> list[Any]:
    """What is charged for the servers of each year's capex: the last year has a share of its own."""
    return [
        each * (1 - residual) * part for each, part in zip(capex, [*[earlier] * (len(capex) - 1), share], strict=True)
    ]


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
