"""What goes back to shareholders after what is built: buy-back yield net of stock pay, payout, and the use of cash."""

from collections.abc import Mapping
from functools import cache

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses import multiples
from capcycle.analyses.power_value.figures import figures
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.metrics import fcf, net_buybacks
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.panel import select
from capcycle.quantity import Quantity, unlike
from capcycle.study import Case
from capcycle.words import Sentence, say

FLOWS = ("operating_cash_flow", "capex", "buybacks", "dividends_paid", "stock_compensation")
SHOWN = ("net_buyback_yield", "buyback_yield", "stock_pay_cover", "buybacks_to_fcf", "buybacks_to_ai_capex", "paid_out")
SHARE = "ai_share_of_capex"  # what a cloud builds for AI says nothing of a maker of chips
USES = ("capex", "buybacks", "dividends_paid")  # of cash, in the order in which they are drawn


@model(verdict="net_buyback_yield", better="higher", cash_after_capex=Amount, buyback_yield=Fraction,
       net_buyback_yield=Fraction, stock_pay_cover=Multiple, buybacks_to_fcf=Fraction, buybacks_to_ai_capex=Fraction,
       paid_out=Fraction, left_after_uses=Amount)  # fmt: skip
def payout(market_value: Amount, operating_cash_flow: Amount, capex: Amount, ai_share_of_capex: Fraction,
           buybacks: Amount, dividends_paid: Amount, stock_compensation: Amount):  # fmt: skip
    """What buy-backs return on market value, before and after the pay in shares that they offset, and out of what.

    Formula: free cash flow is operating_cash_flow - capex; net_buyback_yield = (buybacks - stock_compensation) /
             market_value; stock_pay_cover = buybacks / stock_compensation; buybacks_to_ai_capex = buybacks / (capex *
             ai_share_of_capex); paid_out = (buybacks + dividends_paid) / free cash flow
    Units:   one currency, flows of twelve months; missing where free cash flow is not positive.
    Source:  hand arithmetic: of 100 earned 60 is built, half of it for AI, 15 bought back and 5 paid as a dividend, on
             a market value of 1,000 with 10 of pay in shares.

    >>> found = payout(1000.0, 100.0, 60.0, 0.5, 15.0, 5.0, 10.0)
    >>> [round(float(each), 3) for each in found]
    [40.0, 0.015, 0.005, 1.5, 0.375, 0.5, 0.5, 20.0]
    """
    free, net = fcf(operating_cash_flow, capex), net_buybacks(buybacks, stock_compensation)
    paid = buybacks + dividends_paid
    return (
        free, per(buybacks, market_value), per(net, market_value), per(buybacks, stock_compensation),
        per(buybacks, free), per(buybacks, capex * ai_share_of_capex), per(paid, free), free - paid,
    )  # fmt: skip


@study.starts_by_company(payout)
def cases(book: Book) -> dict[str, Case]:
    """Each company's payout of its newest twelve months, on its newest market value."""
    given = {company: {"market_value": own["market_value"], SHARE: study.assumption(book, SHARE, company, own=True)}
             for company, own in figures(book).items()}  # fmt: skip
    return multiples.filed_cases(payout, multiples.homes(book), _flows, given, [FLOWS])


@cache
def _flows(book: Book) -> dict[str, Measures]:
    years = select(book, "ttm")
    return {name: measure(name, years) for name in FLOWS}


def verdict(each: Mapping[str, Case]) -> Sentence:
    """Who returns the most net of pay in shares, and whose buy-backs are less than it."""
    found = exhibits.ranked(each, "net_buyback_yield")
    if not found:
        return words.paragraph(say("payouts.none"))
    less = [name for name, one in found if one.value < 0]
    name, most = found[-1]
    (until,) = (case.of("net_buyback_yield").inputs["buybacks"].until for case in each.values() if case.name == name)
    told = [words.counted("payouts.verdict", len(found), company=name, net=most.shown, until=until)]
    if less:
        told.append(words.counted("payouts.verdict_less", len(less), names=words.listing(less)))
    return words.paragraph(*told, *study.hindsight(*each.values()))


def yields(each: Mapping[str, Case]) -> Exhibit:
    """Buy-back yields and payout of each company, and their medians."""
    return exhibits.peers(each, SHOWN, "payouts.yields")


def uses(each: Mapping[str, Case]) -> Exhibit:
    """Where the cash from operations went: built, bought back, paid as a dividend, and what was left or borrowed."""
    rows = pd.DataFrame([row for case in each.values() for row in _uses(case.of("paid_out"))])
    builders = [
        case.name for case in each.values() if not (own := case.alone("cash_after_capex")).missing and own.value < 0
    ]
    title = words.counted("payouts.uses.title", len(builders), names=words.listing(builders) if builders else "")
    known = {case.name: [words.lower(words.name(one)) for one in USES if case.of("paid_out").inputs[one].missing]
             for case in each.values()}  # fmt: skip
    lacking = [
        say("payouts.uses.lacking", company=name, names=words.listing(own)) for name, own in known.items() if own
    ]
    apart = unlike({case.name: case.of("paid_out").inputs["operating_cash_flow"] for case in each.values()})
    frame = marks.worded("payouts.uses", *apart, *lacking, id="payouts-uses", title=title)
    return marks.stacked(rows, frame) if len(rows) else marks.nothing(frame)


def _uses(case: Case) -> list[dict]:
    """A part for each use that is known, over operating cash flow."""
    cash = case.inputs["operating_cash_flow"]
    if cash.missing or cash.value <= 0:
        return []
    parts: dict[str, Quantity] = {name: case.inputs[name] / cash for name in USES if not case.inputs[name].missing}
    evidence = {name: {"unit": "fraction", "kind": one.kind, "source": one.source, "note": ""}
                for name, one in parts.items()}  # fmt: skip
    return [{"x": case.name, "label": words.name(name), "group": words.name(name), "value": one.value} | evidence[name]
            for name, one in parts.items()]  # fmt: skip


def inputs(each: Mapping[str, Case]) -> Exhibit:
    """What goes into each company's payout, of the newest twelve months that have the most of it."""
    return exhibits.assumptions(*(case.of("paid_out") for case in each.values()))
