"""Sentences about a case that fill themselves: they name its inputs and outputs, which appear in their own units."""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

import numpy as np

from capcycle import words
from capcycle.facts import Book
from capcycle.quantity import Quantity
from capcycle.study.case import Case
from capcycle.words import Sentence
from capcycle.words.catalogue import sentence, shorter


def tell(case: Case, key: str, **more: Any) -> str:
    """The sentence `key` with the inputs and outputs of a case that it names, in words.

    "{hosting_rent}" is the value in its unit. A word after a colon says another thing of it: "{net_lease_value:size}"
    its size without the sign, "{tenant_rate:coupon}" the rate as a contract prints it, "{spread:points}" a difference
    in percentage points, "{growth:change}" a change with its sign, "{hosting_rent:name}" what a reader calls it,
    "{ai_share_of_capex:low}" and ":high" the ends of its range, "{backlog:day}" the day that it is of, "{capex:until}"
    up to which day ("to 30 Jun 2026"). "{company}" is the name of the company.
    Where a figure that it names is missing, the sentence says instead why nothing can be said.

    more  what else the sentence names: texts, or quantities

    >>> build = study.case(analyses.models()["required_revenue"], facts.open(), it_capex=400e9, facility_capex=0,
    ...                    it_life=5, facility_life="facility_life_epoch", gross_margin_before_depreciation=0.25,
    ...                    target_return=0, net_capital=0, other_fixed_cost=0, ramp=1, ai_revenue=20e9)
    >>> _Sentence(build, {}).format("{it_capex} needs {revenue_required} a year")
    '$400bn needs $320bn a year'
    """
    form, text = _Sentence(case, more), sentence(key)
    if lacking := lacks(case, key, **more):
        reasons = (each.reason or words.say("reason.no_result") for each in lacking)
        once = dict.fromkeys(part.rstrip(".。") for reason in reasons for part in words.parted(reason))
        return words.say("study.cannot", subject=subject(case), reason=words.clauses(once))
    told = form.format(text)
    return tell(case, short, **more) if (short := shorter(key, told)) else told


def lacks(case: Case, key: str, **more: Any) -> list[Quantity]:
    """The figures that the sentence `key` names and that a case does not have.

    >>> own = analyses.multiples.cases(facts.open(["CIFR"]))["CIFR"]
    >>> [each.name for each in lacks(own, "multiples.verdict_one")]
    ['ev_to_ebitda', 'price_to_earnings']
    """
    return [each for each in _Sentence(case, more).quantities(sentence(key)) if each.missing]


def verdict(case: Case, *keys: str, **more: Any) -> Sentence:
    """The answer of a page in a sentence or two, and whether it rests on judgements of a later day than the page's."""
    return words.paragraph(*(tell(case, key, **more) for key in keys), *hindsight(case))


def hindsight(*cases: Case) -> Iterator[str]:
    """A sentence for results that rest on today's judgement on a page of an earlier day; none where they do not."""
    if cases:
        yield from judged_later(cases[0].book, *(each for case in cases for each in case.inputs.values()))


def judged_later(book: Book, *inputs: Quantity) -> Iterator[str]:
    """The same sentence of what takes some inputs without a case, such as a note on an exhibit.

    >>> book = facts.open(as_of="2025-06-30")
    >>> next(judged_later(book, study.assumption(book, "signed_weight")))[:60]
    "This rests on today's judgement of the weight of signed-only"
    """
    names = dict.fromkeys(each.name for each in inputs if each.hindsight)
    if names:
        first = words.listing([words.lower(words.name(name)) for name in list(names)[:2]])
        yield f"{words.counted('study.rests_on_hindsight', len(names), day=words.day(book.day), first=first)}."


def subject(case: Case) -> str:
    """What a case is about: the model, of a company where it has one."""
    model = words.lower(words.name(case.model.__name__))
    return words.say("study.whose", company=case.book.names[case.company], what=model) if case.company else model


class _Sentence(Formatter):
    """Fills the places of a sentence by the names of a case's inputs and outputs."""

    def __init__(self, case: Case, more: Mapping[str, Any]):
        self.case, self.more = case, more

    def quantities(self, sentence: str) -> Iterator[Quantity]:
        """The figures that a sentence names."""
        for _, name, form, _ in self.parse(sentence):
            value = self.get_value(name, (), {}) if name else ""
            if isinstance(value, Quantity) and form != "name":
                yield value

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        if key in self.more:
            return self.more[key]
        if key == "company" and self.case.company:
            return self.case.book.names[self.case.company]
        return self.case.quantity(key)

    def format_field(self, value: Any, form: str) -> str:
        if not isinstance(value, Quantity):
            return str(value)
        return FORMS[form](value)


FORMS = {
    "": lambda each: each.shown,
    "size": lambda each: words.value(float(np.abs(each.value)), each.unit),
    "coupon": lambda each: words.coupon(each.value),
    "points": lambda each: words.points(each.value),
    "change": lambda each: words.change(each.value),
    "name": lambda each: words.lower(words.name(each.name)),
    "low": lambda each: words.value(each.low, each.unit),
    "high": lambda each: words.value(each.high, each.unit),
    "day": lambda each: each.days,
    "until": lambda each: each.until,
}
