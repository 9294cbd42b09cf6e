"""What is left of a result without gains on investments, after tax."""

from collections.abc import Mapping

import pandas as pd

from capcycle import study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, model
from capcycle.panel import select
from capcycle.study import Case
from capcycle.words import Sentence, say

FILED = ("revenue", "operating_income", "net_income", "investment_gains")
MARGINS = ("operating_margin", "net_margin", "core_margin")


@model(verdict="core_margin", better="higher", operating_margin=Fraction, net_margin=Fraction, core_margin=Fraction,
       core_net_income=Amount, gains_after_tax=Amount)  # fmt: skip
def earnings_quality(
    revenue: Amount,
    operating_income: Amount,
    net_income: Amount,
    investment_gains: Amount,
    tax_rate: Fraction,
):
    """Net margin beside the operating one, and what both are without gains on investments, after tax.

    Formula: gains_after_tax = investment_gains * (1 - tax_rate); core_net_income = net_income - gains_after_tax
    Units:   amounts of one period in one currency; fractions. A gain is no cash.
    Source:  the definitions; hand arithmetic: 100 of profit with 50 of gains at 20 % of tax is 60 without them.

    >>> found = earnings_quality(200.0, 70.0, 100.0, 50.0, 0.2)
    >>> float(found.core_net_income), float(found.core_margin)
    (60.0, 0.3)
    """
    gains = investment_gains * (1 - tax_rate)
    core = net_income - gains
    margins = (per(each, revenue) for each in (operating_income, net_income, core))
    return *margins, core, gains


@study.starts_by_company(earnings_quality)
def cases(book: Book) -> dict[str, Case]:
    """Each company's newest twelve months for which it gives its gains, in its own currency."""
    return {company: study.at_newest(earnings_quality, book.own(company), company, FILED, "investment_gains")
            for company in book.companies}  # fmt: skip


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
        said.insert(0, say("earnings_quality.gap", company=book.names[widest], net=first.shown, operating=second.shown,
                           until=first.until))  # fmt: skip
        own = each.get(widest)
        if own and not own.lacking and own.inputs["net_income"].day < first.day:
            said.insert(1, say("earnings_quality.since", company=book.names[widest], until=first.until))
    return words.paragraph(*said, *study.hindsight(*full))


def _apart(full: list[Case]) -> Case:
    """The case of which gains are the largest part of net income, either way."""
    return max(full, key=lambda case: abs(float(case.outputs.gains_after_tax / case.inputs["net_income"].value)))


def margins(each: Mapping[str, Case]) -> Exhibit:
    """Operating margin, net margin, and net margin without gains on investments, for each company."""
    full = [case for case in each.values() if not case.lacking]
    rows = pd.DataFrame(
        [
            {
                "label": say(
                    "earnings_quality.margins.each", company=case.name, margin=say(f"earnings_quality.{name}")
                ),
                "value": margin.value,
                "unit": "fraction",
                "kind": margin.kind,
                "source": margin.source,
                "note": say("earnings_quality.margins.of", days=margin.days),
            }
            for case in full
            for name in MARGINS
            for margin, called in [(case.alone(name), say(f"earnings_quality.{name}"))]
        ]
    )
    title = study.tell(_apart(full), "earnings_quality.margins.title") if full else say("earnings_quality.verdict_none")
    lacking = [words.say("note.lacking", name=case.name, reason=case.lacking) for case in each.values() if case.lacking]
    frame = marks.worded("earnings_quality.margins", *lacking, id="earnings-margins", title=title)
    return marks.columns(rows, frame) if full else marks.nothing(frame)
