"""What growth a price assumes: a discounted cash flow read backwards, from enterprise value to years of growth."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from capcycle import facts, study, words
from capcycle.analyses import multiples
from capcycle.analyses.ai_roic.capital import capital_cost
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.bounds import RESULTS, implausible
from capcycle.models.maths import per, where
from capcycle.models.registry import Amount, Fraction, Multiple, Years, model
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

YEARS = (5.0, 10.0, 15.0)  # of growth, the reader's own for want of a source
CLOUDS = ("hyperscalers", "China clouds", "neoclouds")  # of whose new capital an author says what it will earn
SLOWEST, FASTEST = -0.2, 0.6  # growth a year, between which the answer is looked for


@model(verdict="value_to_price", better="higher", profit_after_tax=Amount, value_of_growth_years=Amount,
       value_after=Amount, value_to_price=Multiple, growth_over_period=Multiple)  # fmt: skip
def growth_value(enterprise_value: Amount, operating_income: Amount, tax_rate: Fraction, assumed_growth: Fraction,
                 growth_years: Years, return_on_new_capital: Fraction, wacc: Fraction):  # fmt: skip
    """What operations are worth if profit grows for some years at the cost of the capital that growth takes.

    Formula: profit = operating_income * (1 - tax_rate); of each year's profit assumed_growth / return_on_new_capital is
             invested; value_of_growth_years is the sum of what is left, over (1 + wacc) ** year, with q = (1 +
             assumed_growth) / (1 + wacc) that is profit * (1 - reinvested) * q * (q ** growth_years - 1) / (q - 1);
             value_after = profit * q ** growth_years * (1 + assumed_growth) / wacc, as later investment earns its cost
    Units:   amounts of one currency, fractions a year. value_to_price is the value over enterprise value.
    Source:  the value-driver formula of McKinsey's Valuation; hand arithmetic: 10 at no growth and 10 % is worth 100.

    >>> found = growth_value(200.0, 12.5, 0.2, 0.0, 10.0, 0.15, 0.1)
    >>> float(found.profit_after_tax), round(float(found.value_of_growth_years + found.value_after), 6)
    (10.0, 100.0)
    >>> round(float(found.value_to_price), 6)
    0.5
    """
    profit = operating_income * (1 - tax_rate)
    ratio = (1 + assumed_growth) / (1 + wacc)
    flat = where(ratio == 1, 2.0, ratio)  # where both rates are alike each year is worth the same
    years = where(ratio == 1, growth_years, ratio * (flat**growth_years - 1) / (flat - 1))
    during = profit * (1 - assumed_growth / return_on_new_capital) * years
    after = profit * ratio**growth_years * (1 + assumed_growth) / wacc
    return profit, during, after, per(during + after, enterprise_value), (1 + assumed_growth) ** growth_years


@study.starts_by_company(growth_value)
def cases(book: Book, growth_years: Any = YEARS) -> dict[str, Case]:
    """Each company's value at the growth that its price assumes; missing where no growth in reach explains it.

    growth_years  for how long profit grows: low, central, high. The reader's own, as no source gives it.
    """
    years = study.declared("growth_years", growth_years, "years", say("implied_growth.years"))
    found = study.Cases()
    for company, own in multiples.cases(book).items():
        given = {name: own.of("ev_to_ebit").inputs[name] for name in ("enterprise_value", "operating_income")}
        given["wacc"] = capital_cost(book, company)
        if facts.company(company)["group"] not in CLOUDS:
            given["return_on_new_capital"] = missing(
                "return_on_new_capital", say("implied_growth.no_cloud"), "fraction"
            )
        start = study.case(growth_value, own.book, company, **given, growth_years=years, assumed_growth=0.0)
        found[company] = start.with_inputs(assumed_growth=implied(start))
    return found


def implied(case: Case, **inputs: float) -> Quantity:
    """The growth a year at which a case is worth its price, with the evidence of all that it takes; or why none is.

    One that is not plausible is missing, and stands as its high end.
    """
    whole = case.with_inputs(assumed_growth=0.0, **inputs)
    if whole.lacking:
        return missing("assumed_growth", whole.lacking, "fraction")
    if float(whole.outputs.profit_after_tax) <= 0:
        return missing("assumed_growth", say("implied_growth.loss"), "fraction")
    if float(whole.inputs["return_on_new_capital"].value) <= float(whole.inputs["wacc"].value):
        return missing("assumed_growth", say("implied_growth.destroys"), "fraction")
    values = study.solve(whole, "assumed_growth", 1.0, low=SLOWEST, high=FASTEST).values
    if not values:
        return missing("assumed_growth", say("implied_growth.out_of_reach"), "fraction")
    if implausible("assumed_growth", round(values[0], 3)):  # as it is shown: 28.6 % is not above 28.6 %
        why = {
            "value": words.value(values[0], "fraction"),
            "most": words.value(RESULTS["assumed_growth"].high, "fraction"),
        }
        return missing("assumed_growth", say("implied_growth.too_fast", **why), "fraction", high=values[0])
    return replace(whole.quantity("value_to_price"), name="assumed_growth", value=values[0], unit="fraction",
                    reason=say("implied_growth.solved"), hindsight=False)  # fmt: skip


def verdict(each: Mapping[str, Case]) -> Sentence:
    """How fast profit must grow for the price, of the company that needs the most and of that which needs the least."""
    known = sorted(
        (case for case in each.values() if not case.lacking), key=lambda one: one.inputs["assumed_growth"].value
    )
    told = [_beyond_or_none(each)] if _beyond(each) else []
    if not known:
        return words.paragraph(_beyond_or_none(each))
    least, most = (study.tell(case, "implied_growth.of") for case in (known[0], known[-1]))
    sentence = words.counted(
        "implied_growth.verdict", len(known), years=known[0].inputs["growth_years"].shown, least=least, most=most
    )
    return words.paragraph(sentence, *told, *study.hindsight(*known))


def _beyond_or_none(each: Mapping[str, Case]) -> str:
    """Whose price assumes more than is plausible, where any does; else that nothing can be worked out."""
    fast = [case.name for case in _beyond(each)]
    return say("implied_growth.beyond", names=words.listing(fast)) if fast else say("implied_growth.none")


def _beyond(each: Mapping[str, Case]) -> list[Case]:
    """Whose price only a growth that is not plausible explains."""
    return [case for case in each.values() if case.inputs["assumed_growth"].high > 0 and case.lacking]


def against_last_year(each: Mapping[str, Case], now: Mapping[str, Case]) -> Exhibit:
    """The growth that each price assumes, beside the growth of revenue in the last twelve months."""
    grown = {company: now[company].inputs["revenue_growth"] for company in each}
    rows = [
        (case.name, say(f"implied_growth.{name}"), one)
        for company, case in each.items()
        if not case.lacking
        for name, one in (("assumed", case.inputs["assumed_growth"]), ("grown", grown[company]))
    ]
    full = [case for case in each.values() if not case.lacking]
    paces = [(case.inputs["assumed_growth"].value, case) for case in full]
    paces += [(case.inputs["assumed_growth"].high, case) for case in _beyond(each)]
    above = sum(pace > grown[case.company].value for pace, case in paces)
    title = words.counted("implied_growth.against.title", above, above=above, all=len(paces))
    if len(paces) > len(full):
        title += say("implied_growth.against.far", count=len(paces) - len(full))
    notes = [say("study.peers.lacks", company=case.name, each=case.lacking) for case in each.values() if case.lacking]
    notes = [*notes, say("implied_growth.against.range")]
    title = title if full else _beyond_or_none(each)
    frame = marks.worded("implied_growth.against", *notes, id="implied-growth-against", title=title)
    drawn = marks.rows((label, one) for label, _, one in rows).assign(
        group=[group for _, group, _ in rows], note=[one.days for _, _, one in rows]
    )
    return marks.dots(drawn.drop(columns=["low", "high"]), frame)
