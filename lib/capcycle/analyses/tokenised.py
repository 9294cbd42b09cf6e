"""Tokens on the cash of a contract: how much they raise, and what that does to the return on the lessor's money."""

from collections.abc import Sequence

from capcycle import exhibits, study
from capcycle.exhibits import Exhibit
from capcycle.models.bounds import horizon, whole
from capcycle.models.finance import irr
from capcycle.models.maths import annuity, per, where
from capcycle.models.registry import Amount, AmountByYear, Fraction, Multiple, PerYear, Years, model
from capcycle.study import Case
from capcycle.words import Sentence, say

LAST = 10  # years, as many as a lease has here
RETURNS = ["equity_return_alone", "equity_return_tokens", "equity_return_bank"]


@model(verdict="equity_return_tokens", better="higher", iterates=True,
       flows={"equity_return_alone": "alone_by_year", "equity_return_tokens": "tokens_by_year",
              "equity_return_bank": "bank_by_year"},
       tokens_issued=Amount, tokens_to_outlay=Fraction, paid_to_holders=PerYear, cash_cover=Multiple,
       equity_after_tokens=Amount, equity_return_alone=Fraction, equity_return_tokens=Fraction,
       equity_return_bank=Fraction, return_gained=Fraction, alone_by_year=AmountByYear, tokens_by_year=AmountByYear,
       bank_by_year=AmountByYear)  # fmt: skip
def tokenised(
    cluster_outlay: Amount,
    contract_cash: PerYear,
    cluster_residual: Amount,
    card_lease_term: Years,
    token_yield: Fraction,
    advance_rate: Fraction,
    bank_loan_rate: Fraction,
):
    """What tokens on a contract's cash raise, and the lessor's return without them, with them, and with a loan instead.

    Formula: tokens_issued = advance_rate * contract_cash * annuity(token_yield, card_lease_term)
             paid_to_holders = tokens_issued / annuity(token_yield, card_lease_term), in level payments
             cash_cover = contract_cash / paid_to_holders; equity_after_tokens = cluster_outlay - tokens_issued
             equity_return_tokens = irr(-equity_after_tokens, contract_cash - paid_to_holders, ..., + cluster_residual)
             the same without tokens, and with a loan of the same amount at bank_loan_rate in level payments
    Units:   one currency; the cash of a year before tax. The residual value is the lessor's. A return is missing where
             the tokens raise all that the cluster costs. What issuing costs is not counted: no source states it.
    Errors:  ModelError for a term of part years, or beyond the 10 years that are counted.
    Source:  the definition of an advance on contracted cash; hand arithmetic: half of 50 a year for two years at 10 %
             raises 25 * 1.7355 = 43.39; 46.61 of 90 is left to pay, and 25 a year with 20 at the end come back.

    >>> found = tokenised(90.0, 50.0, 20.0, 2, 0.1, 0.5, 0.1)
    >>> round(float(found.tokens_issued), 2), float(found.cash_cover), round(float(found.equity_after_tokens), 2)
    (43.39, 2.0, 46.61)
    """
    whole("card_lease_term", card_lease_term)
    horizon("card_lease_term", card_lease_term, LAST)
    promised = advance_rate * contract_cash
    issued = promised * annuity(token_yield, card_lease_term)
    own = cluster_outlay - issued
    repaid = issued / annuity(bank_loan_rate, card_lease_term)
    alone = _flows(cluster_outlay, contract_cash, cluster_residual, card_lease_term)
    tokens = _flows(own, contract_cash - promised, cluster_residual, card_lease_term)
    bank = _flows(own, contract_cash - repaid, cluster_residual, card_lease_term)
    without, with_tokens = irr(alone), irr(tokens)
    return {
        "tokens_issued": issued,
        "tokens_to_outlay": per(issued, cluster_outlay),
        "paid_to_holders": promised,
        "cash_cover": per(contract_cash, promised),
        "equity_after_tokens": own,
        "equity_return_alone": without,
        "equity_return_tokens": with_tokens,
        "equity_return_bank": irr(bank),
        "return_gained": with_tokens - without,
        "alone_by_year": alone,
        "tokens_by_year": tokens,
        "bank_by_year": bank,
    }


def _flows(spent: Amount, yearly: PerYear, residual: Amount, term: Years) -> list:
    years = range(1, LAST + 1)
    ends = [where((year - 1 < term) & (term <= year), 1.0, 0.0) for year in years]
    return [-spent, *(where(year <= term, 1.0, 0.0) * yearly + end * residual
                      for year, end in zip(years, ends, strict=True))]  # fmt: skip


def issue(lease: Case, advance_rate: float | Sequence[float]) -> Case:
    """Tokens on the cash of a leased cluster: rent and refund less operation and maintenance, before tax.

    advance_rate  one number, or low, central and high
    Errors: ModelError for a range that does not rise, and for a number that cannot be.
    """
    inputs = lease.inputs
    yearly = (inputs["lease_income"] + inputs["vat_refund"]) - inputs["lease_income"] * inputs["operating_cost_share"]
    cash = (yearly / inputs["card_lease_term"].value).called(
        "contract_cash", f"{lease.currency}/year", say("tokenised.cash")
    )
    return study.case(
        tokenised, lease.book, lease.company,
        cluster_outlay=lease.quantity("server_outlay").called("cluster_outlay", reason=say("tokenised.outlay")),
        contract_cash=cash, cluster_residual=inputs["cluster_residual"], card_lease_term=inputs["card_lease_term"],
        advance_rate=study.declared("advance_rate", advance_rate, "fraction", say("tokenised.no_source")),
        bank_loan_rate=inputs["lessor_debt_rate"],
    )  # fmt: skip


def verdict(case: Case) -> Sentence:
    """What tokens would raise on the contract, and what the lessor's money would earn with and without them."""
    return study.verdict(case, "tokenised.finding")


def by_yield(case: Case) -> Exhibit:
    """The lessor's return without tokens, with them, and with a loan, by the yield that holders ask for."""
    asked = [round(step / 100, 2) for step in range(2, 21)]
    return exhibits.over(case, "token_yield", RETURNS, "tokenised.by_yield", asked, most=case.quantity(RETURNS[0]))
