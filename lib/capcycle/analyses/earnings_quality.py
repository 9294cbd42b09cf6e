"""What is left of a result without gains on investments and without what will not come again, after tax."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from capcycle import exhibits, facts, study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.panel import select
from capcycle.quantity import DERIVED, Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

FILED = ("revenue", "operating_income", "net_income", "investment_gains", "operating_cash_flow", "total_assets")
MARGINS = ("operating_margin", "net_margin", "core_margin")
AFTER_TAX = "net_income"
PRINTED = ("reported", "charge", "gross_without", "without", "with_all", "margin_without", "margin_with")


class EarningsQuality(NamedTuple):
    operating_margin: Fraction
    net_margin: Fraction
    core_margin: Fraction
    core_net_income: Amount
    gains_after_tax: Amount
    accruals_ratio: Fraction
    cash_conversion: Multiple


@model(verdict="core_margin", better="higher")
def earnings_quality(
    revenue: Amount,
    operating_income: Amount,
    net_income: Amount,
    investment_gains: Amount,
    operating_cash_flow: Amount,
    total_assets: Amount,
    tax_rate: Fraction,
) -> EarningsQuality:
    """Net margin beside the operating one, and what both are without gains on investments, after tax.

    Formula: gains_after_tax = investment_gains * (1 - tax_rate); core_net_income = net_income - gains_after_tax;
             accruals_ratio = (net_income - operating_cash_flow) / total_assets;
             cash_conversion = operating_cash_flow / net_income
    Units:   amounts of one period in one currency, assets at its end; fractions. A gain is no cash.
    Source:  the definitions; hand arithmetic: 100 of profit with 50 of gains at 20 % of tax is 60 without them.

    >>> found = earnings_quality(200.0, 70.0, 100.0, 50.0, 90.0, 1000.0, 0.2)
    >>> float(found.core_net_income), float(found.core_margin), float(found.accruals_ratio)
    (60.0, 0.3, 0.01)
    """
    gains = investment_gains * (1 - tax_rate)
    core = net_income - gains
    margins = (per(each, revenue) for each in (operating_income, net_income, core))
    return EarningsQuality(
        *margins, core, gains, per(net_income - operating_cash_flow, total_assets), per(operating_cash_flow, net_income)
    )


class OneOff(NamedTuple):
    without: Amount
    with_all: Amount
    margin_without: Fraction
    margin_with: Fraction
    gross_without: Amount


@model(verdict="margin_without", better="higher")
def one_off(reported: Amount, charge: Amount, included: Fraction, result_tax: Fraction, sales: Amount) -> OneOff:
    """A result with and without an item that is not expected again, after the tax that the item bears.

    Formula: without = reported + included * charge * (1 - result_tax); with_all = without - charge * (1 - result_tax);
             gross_without leaves out the tax
    Units:   amounts; a charge is above zero, a gain below; included is 1 where the printed result has the item, else 0;
             result_tax is 0 for a result before tax.
    Source:  Kingsoft Cloud's third quarter of 2025: 652m without 170m of subsidies, on 2,478m.

    >>> found = one_off(652e6, -170e6, 0.0, 0.0, 2478e6)
    >>> float(found.with_all), round(float(found.margin_without), 3), round(float(found.margin_with), 3)
    (822000000.0, 0.263, 0.332)
    """
    net = charge * (1 - result_tax)
    without = reported + included * net
    margins = (per(each, sales) for each in (without, without - net))
    return OneOff(without, without - net, *margins, reported + included * charge)


class ImpliedRevenue(NamedTuple):
    implied_revenue: Amount
    implied_part: Amount


@model(verdict="implied_revenue", better="higher")
def implied_revenue(adjusted_ebitda: Amount, ebitda_margin: Fraction, part_share: Fraction) -> ImpliedRevenue:
    """The revenue that a printed result and its margin imply, and the part of it that a share is of.

    Formula: implied_revenue = adjusted_ebitda / ebitda_margin; implied_part = implied_revenue * part_share
    Units:   amounts in one currency; fractions.
    Source:  Kingsoft Cloud's third quarter of 2025: 652m at 26.3 %, 32 % of it AI.

    >>> round(float(implied_revenue(652e6, 0.263, 0.32).implied_part) / 1e6)
    793
    """
    sales = per(adjusted_ebitda, ebitda_margin)
    return ImpliedRevenue(sales, sales * part_share)


@study.starts_by_company(earnings_quality)
def cases(book: Book) -> dict[str, Case]:
    """Each company's newest twelve months for which it gives its gains, in its own currency."""
    own = {company: book.of(company).into(facts.companies().loc[company, "currency"]) for company in book.companies}
    return {company: _case(each, company) for company, each in own.items()}


def _case(book: Book, company: str) -> Case:
    if book.facts.empty:
        lacking = missing("revenue", say("earnings_quality.no_figure"))
        return study.case(earnings_quality, book, company, **dict.fromkeys(FILED, lacking))
    panel = select(book, "ttm")
    measures = {name: measure(name, panel) for name in FILED}
    given = {name: study.beside(each, company, measures["investment_gains"]) for name, each in measures.items()}
    return study.case(earnings_quality, book, company, **given)


def printed(book: Book) -> dict[str, Case]:
    """Every item that a text names as not to come again, by words for the company, the result and the item."""
    table = book.register("one_offs")
    rows = table[table["company"].isin(book.companies)]
    return {_called(row): _printed(book.into(row["currency"]), row) for _, row in rows.iterrows()}


def _called(row: pd.Series) -> str:
    result = words.lower(words.name(row["result"]))
    return say(
        "earnings_quality.item", company=row["name"], result=result, item=row["item"], day=words.day(row["period_end"])
    )


def _printed(book: Book, row: pd.Series) -> Case:
    given = {
        name: _quantity(row, column)
        for name, column in {"reported": "reported", "charge": "charge", "sales": "revenue"}.items()
    }
    taxed = row["result"] == AFTER_TAX
    tax = study.assumption(book, "tax_rate", row["company"]) if taxed else _known("result_tax", 0.0)
    included = _known("included", float(row["included"] == "yes"))
    return study.case(one_off, book, row["company"], **given, result_tax=tax, included=included)


def _known(name: str, value: float) -> Quantity:
    return Quantity(name, value, "fraction", kind=DERIVED, reason=say(f"earnings_quality.{name}"))


def stated(book: Book) -> str:
    """What companies themselves call their result without an item, beside the item added back without tax."""
    table = book.register("one_offs").dropna(subset="stated")
    return " ".join(
        say(
            "earnings_quality.stated",
            company=row["name"],
            stated=words.value(row["stated"], row["currency"]),
            gross=words.value(row["reported"] + row["charge"], row["currency"]),
        )
        for _, row in table[table["company"].isin(book.companies)].iterrows()
    )


def _quantity(row: pd.Series, column: str) -> Quantity:
    return Quantity(
        column,
        float(row[column]),
        row["currency"],
        kind=row["kind"],
        source=row["source"],
        reason=row["note"],
        published=row["published"],
        since=row["period_end"],
        day=row["period_end"],
    )


def verdict(book: Book, each: Mapping[str, Case]) -> Sentence:
    """Whose net margin is furthest above its operating margin, and whose owes most to gains on investments."""
    panel = select(book, "ttm")
    net, operating = (measure(name, panel) for name in ("net_margin", "operating_margin"))
    pairs = {company: (study.newest(net, company), study.beside(operating, company, net)) for company in book.companies}
    gaps = {
        company: pair[0].value - pair[1].value for company, pair in pairs.items() if not (pair[0] - pair[1]).missing
    }
    full = [case for case in each.values() if not case.lacking]
    said = [study.tell(_apart(full), "earnings_quality.verdict")] if full else [say("earnings_quality.verdict_none")]
    if gaps:
        widest = max(gaps, key=gaps.get)
        first, second = pairs[widest]
        said.insert(
            0,
            say(
                "earnings_quality.gap",
                company=book.names[widest],
                net=first.shown,
                operating=second.shown,
                until=first.until,
            ),
        )
    return words.paragraph(*said, *study.hindsight(*full))


def _apart(full: list[Case]) -> Case:
    return max(full, key=lambda case: abs(float(case.outputs.net_margin - case.outputs.core_margin)))


def margins(each: Mapping[str, Case]) -> Exhibit:
    """Operating margin, net margin, and net margin without gains on investments, for each company."""
    full = [case for case in each.values() if not case.lacking]
    rows = pd.DataFrame(
        [
            {
                "label": say("earnings_quality.margins.each", company=case.name, margin=words.lower(words.name(name))),
                "value": margin.value,
                "unit": "fraction",
                "kind": margin.kind,
                "source": margin.source,
                "note": "",
            }
            for case in full
            for name in MARGINS
            for margin in [case.quantity(name)]
        ]
    )
    title = study.tell(_apart(full), "earnings_quality.margins.title") if full else say("earnings_quality.verdict_none")
    lacking = [f"{case.name}: {case.lacking}." for case in each.values() if case.lacking]
    frame = marks.worded("earnings_quality.margins", *lacking, id="earnings-margins", title=title)
    return marks.columns(rows, frame) if full else marks.nothing(frame)


def items(book: Book, each: Mapping[str, Case]) -> Exhibit:
    """Printed results with and without their one-off items, after tax."""
    if not each:
        return marks.nothing(marks.worded("earnings_quality.items", title=say("earnings_quality.no_items"), stated=""))
    turned = [case for case in each.values() if case.inputs["reported"].value < 0 < float(case.outputs.without)]
    key = "turned" if turned else "moved"
    title = study.tell((turned or list(each.values()))[0], f"earnings_quality.{key}")
    return exhibits.table(each, PRINTED, "earnings_quality.items", title=title, stated=stated(book))
