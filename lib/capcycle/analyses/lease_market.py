"""How large a market for leased cards is, what growth it needs, and what its finite contracts are worth to a buyer."""

from collections.abc import Sequence
from dataclasses import replace

from capcycle import exhibits, study, words
from capcycle.analyses import leasing
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit
from capcycle.facts import Book
from capcycle.models.maths import annuity, per
from capcycle.models.registry import Amount, Fraction, Multiple, Number, PerYear, Years, model
from capcycle.quantity import Quantity, total
from capcycle.study import Case
from capcycle.words import Sentence, say

YUAN = "CNY"  # the call's currency
SPENDERS, REPORT = ("Alibaba", "ByteDance", "Tencent"), "guosen-2025-11-05"  # its call rounds Alibaba's to 100bn


@model(verdict="rent_of_year", better="higher", leased_capex=Amount, capex_growth_needed=Fraction, rent_of_year=Amount,
       clusters_let=Number, profit_of_lessors=Amount, worth_of_profits=Multiple, worth_with_capital=Multiple,
       price_returned=Fraction)  # fmt: skip
def lease_market(
    ai_capex_target: Amount,
    ai_capex_now: Amount,
    years_to_target: Years,
    leased_share: Fraction,
    rent_to_price: Fraction,
    card_lease_term: Years,
    lease_income: Amount,
    quoted_profit_per_year: PerYear,
    lessor_equity: Amount,
    earnings_multiple: Multiple,
    wacc: Fraction,
):
    """The leased capex of a year, the rent of all leases that run in it, and what the buyer of a lessor gets back.

    Formula: leased_capex = ai_capex_target * leased_share
             capex_growth_needed = (ai_capex_target / ai_capex_now) ** (1 / years_to_target) - 1
             rent_of_year = rent_to_price * leased capex of the last `card_lease_term` years, each of them smaller than
             the next by that growth
             clusters_let = rent_of_year / (lease_income / card_lease_term); profit_of_lessors = clusters * profit
             worth_of_profits = annuity(wacc, card_lease_term)
             worth_with_capital = (1 + lessor_equity / card_lease_term / quoted_profit_per_year) * worth_of_profits
             price_returned = card_lease_term / earnings_multiple
    Units:   one currency; income, profit and the lessor's own money of one cluster; multiples of a year's profit.
             Capex is money spent in a year, rent is paid on all that was bought before and is still let. A part that
             was leased less in earlier years makes the rent smaller.
    Source:  the leasing call of 2025-07-01: half of 1tn is 500bn; 398bn now needs 36% a year for three years; a profit
             that ends after five years returns half of a price of ten times.

    >>> call = lease_market(1e12, 398e9, 3, 0.5, 1 / 3, 5, 4e9, 175e6, 0.0, 10, 0.1)
    >>> call.leased_capex / 1e9, round(float(call.capex_growth_needed), 2), float(call.price_returned)
    (500.0, 0.36, 0.5)
    """
    leased = ai_capex_target * leased_share
    growth = per(ai_capex_target, ai_capex_now) ** (1 / years_to_target) - 1
    running = annuity(growth, card_lease_term) * (1 + growth)  # years of leases, in those of the last one
    rent = rent_to_price * leased * running
    clusters = rent / (lease_income / card_lease_term)
    worth = annuity(wacc, card_lease_term)
    capital = per(lessor_equity / card_lease_term, quoted_profit_per_year)
    return {
        "leased_capex": leased,
        "capex_growth_needed": growth,
        "rent_of_year": rent,
        "clusters_let": clusters,
        "profit_of_lessors": clusters * quoted_profit_per_year,
        "worth_of_profits": worth,
        "worth_with_capital": worth * (1 + capital),
        "price_returned": per(card_lease_term, earnings_multiple),
    }


@study.starts(lease_market)
def _start(book: Book, company: str) -> Case:
    return market(book)


def market(book: Book, kind: str = "ordinary", own_money: float | Sequence[float] | Quantity = 0.0) -> Case:
    """China's market as a call of July 2025 describes it, let in clusters of one kind of card.

    own_money  of the lessor in one cluster: in yuan, or as a case of a cluster gives it
    Errors:    ModelError for a kind of card that the call does not name, NothingToShow before capex of 2025 is public.

    >>> float(market(facts.open(currency="CNY")).with_inputs(leased_share=0.5).outputs.leased_capex) / 1e9
    500.0
    """
    own = own_money
    if not isinstance(own, Quantity):
        own = study.declared("lessor_equity", own, YUAN, say("lease_market.no_source"))
    named = leasing.call(kind)
    profit = leasing.quoted_profit(book, kind)
    middle = replace(profit, value=(profit.low + profit.high) / 2, reason=say("lease_market.middle"))
    server = study.assumption(book, "china_server_rent") / study.assumption(book, "china_server_cost")
    return study.bound(
        lease_market, book, ai_capex_target="china_ai_capex_target", ai_capex_now=spent_now(book),
        leased_share="china_lease_share", years_to_target="china_years_to_target",
        rent_to_price=server.called("rent_to_price", "fraction", say("lease_market.server")),
        card_lease_term=named["card_lease_term"], lease_income=named["lease_income"], quoted_profit_per_year=middle,
        lessor_equity=own, earnings_multiple="china_lessor_multiple",
    )  # fmt: skip


def spent_now(book: Book) -> Quantity:
    """Capex of the three largest Chinese spenders in 2025, added up from one broker's estimates.

    Errors: NothingToShow before the day on which all three are public.

    >>> spent_now(facts.open(currency="CNY")).value / 1e9  # 118 + 180 + 100
    398.0
    """
    rows = book.register("estimates").query("source == @REPORT and measure == 'capex' and name in @SPENDERS")
    if set(rows["name"]) != set(SPENDERS):
        raise NothingToShow("what China's largest spenders spend is not public by that day: choose a later date")
    each = [Quantity("ai_capex_now", row["low"], row["unit"], kind=row["kind"], source=row["source"])
            for row in rows.to_dict("records")]  # fmt: skip
    return study.converted(
        total(each, "ai_capex_now", say("lease_market.spenders", names=words.listing(SPENDERS))), book
    )


def printed(book: Book) -> Quantity:
    """The market's size as the call gives it: both ends, and no centre.

    >>> size = printed(facts.open(currency="CNY"))
    >>> size.low / 1e9, size.high / 1e9
    (400.0, 500.0)
    """
    return study.converted(study.assumption(book, "china_lease_market"), book)


def verdict(case: Case) -> Sentence:
    """How large the market would be, what that asks of capex, and what a profit that ends is worth."""
    return study.verdict(case, "lease_market.size", "lease_market.worth")


def by_share(case: Case, size: Quantity) -> Exhibit:
    """Leased capex and rent by the part of capex that is leased, beside the size that the call prints."""
    half, least = case.inputs["leased_share"].high, size.low / case.inputs["ai_capex_target"].value
    at_half = case.with_inputs(leased_share=half).quantity("leased_capex").called("at_half")
    texts = {"share": words.value(half, "fraction"), "least": words.value(least, "fraction")}
    printed_size = words.between(size.low, size.high, size.unit)
    return exhibits.over(case, "leased_share", ["leased_capex", "rent_of_year"], "lease_market.by_share",
                         at_half=at_half, printed=printed_size, **texts)  # fmt: skip


def earned(book: Book) -> Exhibit:
    """The market's rent let in clusters of either kind of card, and what lessors would earn on it."""
    kinds = {say(f"lease_market.kind.{kind}"): market(book, kind) for kind in leasing.KINDS}
    return exhibits.table(kinds, ["rent_of_year", "clusters_let", "profit_of_lessors"], "lease_market.kinds")
