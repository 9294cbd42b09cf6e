"""A model with all that it takes: figures of a company, assumptions with their range, an analyst's own numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.errors import ModelError, unknown
from capcycle.facts import Book
from capcycle.measures import Measures
from capcycle.models import bounds
from capcycle.quantity import DERIVED, Quantity, listed, missing, together
from capcycle.study.assumptions import assumption, converted
from capcycle.study.figures import figure


@dataclass(frozen=True)
class Case:
    """A model and its inputs.

    model     the model
    inputs    by name, in the order that the model takes them
    book      what was public on the day: where the inputs come from, and the currency of all amounts
    company   whom it is about, or empty
    """

    model: Callable
    inputs: dict[str, Quantity]
    book: Book
    company: str = ""

    @property
    def currency(self) -> str:
        """The currency of all amounts."""
        return self.book.money

    @property
    def name(self) -> str:
        """The name of the company; empty where it is about none."""
        return self.book.names[self.company] if self.company else ""

    def evaluate(self, **values: Any) -> Any:
        """The model's outputs with some inputs at other values than the central ones: numbers, arrays or parameters.

        Errors: ModelError for an input that the model does not take, and for what an input cannot be.
        """
        if wrong := set(values) - set(self.inputs):
            raise ModelError(f"{self.model.__name__}: {unknown('input', wrong, self.inputs)}")
        taken = self._taken(values)
        bounds.check(self.model, taken, self.currency, self.per_dollar)
        return self.model.unguarded(**taken)

    @cached_property
    def outputs(self) -> Any:
        """The model's outputs with every input at its central value."""
        return self.evaluate()

    @cached_property
    def per_dollar(self) -> float:
        """How much of the case's currency a dollar is: bounds on money for each unit are in dollars."""
        return 1.0 if self.currency == bounds.DOLLAR else self.book.rate(bounds.DOLLAR).value

    def unit(self, name: str) -> str:
        """The unit of an input or an output, its currency named."""
        return {**self.model.parameters, **self.model.outputs}[name].replace("currency", self.currency)

    def output(self, of: str | None = None) -> str:
        """The name of an output that is one number, checked; without one, the one that gives the verdict."""
        valid = [name for name in self.model.outputs if name not in self.model.by_year]
        if of is not None and of not in valid:
            raise ModelError(f"{self.model.__name__}: {unknown('output', [of], valid)}")
        return of or self.model.verdict

    def quantity(self, name: str) -> Quantity:
        """An input, or an output with the evidence of all inputs; missing where it lies outside its plausible range.

        Errors: ModelError for a name that is neither.
        """
        if name in self.inputs:
            return self.inputs[name]
        if name not in self.model.outputs:
            raise ModelError(f"{self.model.__name__}: {unknown('name', [name], [*self.inputs, *self.model.outputs])}")
        value = getattr(self.outputs, name)
        value = [float(each) for each in value] if name in self.model.by_year else float(value)
        if why := self.outside(name):
            return missing(name, why, self.unit(name))
        dated = [each for each in self.inputs.values() if each.day == each.day]
        return Quantity(
            name, value, self.unit(name), kind=self.kind, source=self.source, reason=self.lacking,
            since=min((each.since for each in dated), default=pd.NaT),
            day=max((each.day for each in dated), default=pd.NaT), hindsight=bool(self.hindsight),
        )  # fmt: skip

    def alone(self, name: str) -> Quantity:
        """An input, or an output with the evidence of those inputs alone whose absence would leave it missing.

        Errors: ModelError for a name that is neither.

        >>> own = analyses.multiples.cases(facts.open(["MSFT"]))["MSFT"]
        >>> own.quantity("rule_of_40").kind, own.alone("rule_of_40").kind  # no market value is in it, and no tax rate
        ('assumed', 'derived')
        """
        known = self.quantity(name)
        if name in self.inputs:
            return known
        *without, with_all = self._gone[name]
        behind = [one for one, gone in zip(self.inputs.values(), without, strict=True) if gone]
        lacking = listed(one.reason for one in behind if one.missing)
        if known.missing and not self.outside(name):
            return replace(known, reason=self._unfit(name) if with_all or not lacking else lacking)
        if known.missing:
            return known
        behind = [replace(one, value=0.0, low=np.nan, high=np.nan) for one in behind]  # their evidence alone
        return replace(together(lambda *_: 0.0, *behind, name=name, unit=known.unit), value=known.value)

    def _unfit(self, name: str) -> str:
        """Which inputs below zero, such as a loss, leave a formula without a result; else only that it has none."""
        below = {each: one for each, one in self.inputs.items()
                 if np.ndim(one.value) == 0 and not one.missing and one.value < 0}  # fmt: skip
        with np.errstate(all="ignore"):
            above = {each: self.model.unguarded(**self._taken({each: -one.value})) for each, one in below.items()}
        unfit = [below[each] for each, found in above.items() if np.all(np.isfinite(getattr(found, name)))]
        of = [words.say("reason.figure_of", name=words.lower(words.name(one.name)), value=one.shown) for one in unfit]
        return words.say("reason.below_zero", figures=words.listing(of)) if of else words.say("reason.no_result")

    def _taken(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: values.get(name, each.value) for name, each in self.inputs.items()}

    def outside(self, name: str) -> str:
        """Why a result is in no title and no rank: it lies outside its plausible range; empty where it does not."""
        if name in self.inputs:
            return ""
        value, unit = getattr(self.outputs, name), self.model.outputs[name]
        if name in self.model.by_year or not bounds.implausible(name, value, unit, self.per_dollar).any():
            return ""
        return words.say("study.implausible", value=words.value(float(value), self.unit(name)))

    def of(self, name: str) -> "Case":
        """The case that an output is of: itself, but where each output is of its own newest period (`Newest`)."""
        return self

    @cached_property
    def needs(self) -> dict[str, list[str]]:
        """By output the inputs without which it is missing, whatever the figures are.

        >>> analyses.start("payout", facts.open(), "MSFT").needs["buyback_yield"]
        ['market_value', 'buybacks']
        """
        nothing = {name: replace(one, value=np.full(np.shape(one.value), np.nan).tolist())
                   for name, one in self.inputs.items()}  # fmt: skip
        gone = Case(self.model, nothing, self.book, self.company)._gone
        return {name: [one for one, lost in zip(self.inputs, without, strict=False) if lost]
                for name, without in gone.items()}  # fmt: skip

    @cached_property
    def _gone(self) -> dict[str, np.ndarray]:
        """Whether each output is missing without each input, in the order of the inputs; the last time with all.

        What is missing is filled with numbers that leave the output defined, where there are such: of a profit that
        nobody knows it cannot be said that it is a loss.
        """
        amounts = [name for name, each in self.inputs.items() if each.missing and self.unit(name) == self.currency]
        found, place = self._without({}), np.arange(len(amounts)) * 3.0
        for powers in (place, place[::-1] + 9) if amounts else ():  # of ten: amounts that differ in size
            other = self._without(dict(zip(amounts, 10**powers, strict=True)))
            found |= {name: gone for name, gone in other.items() if found[name][-1] and not gone[-1]}
        return found

    def _without(self, filled_with: Mapping[str, float]) -> dict[str, np.ndarray]:
        shape = len(self.inputs) + 1
        taken = {}
        for place, (name, each) in enumerate(self.inputs.items()):
            given = filled_with.get(name, 1.0)
            filled = np.full(np.shape(each.value), given) if each.missing else np.asarray(each.value, float)
            columns = np.repeat(filled[..., np.newaxis], shape, axis=-1)
            columns[..., place] = np.nan
            taken[name] = list(columns) if np.ndim(each.value) else columns
        with np.errstate(all="ignore"):  # what is left out may leave nothing to divide by
            found = self.model.unguarded(**taken)
        return {name: _any_missing(getattr(found, name), shape) for name in self.model.outputs}

    @property
    def varied(self) -> dict[str, Quantity]:
        """The inputs that have a range."""
        return {name: each for name, each in self.inputs.items() if each.varied}

    @property
    def kind(self) -> str:
        """The weakest kind among the inputs, at best derived."""
        return facts.weakest([DERIVED, *(each.kind for each in self.inputs.values())])

    @property
    def source(self) -> str:
        """The documents behind all inputs."""
        return facts.documents(each.source for each in self.inputs.values())

    @property
    def hindsight(self) -> dict[str, Quantity]:
        """The inputs that are today's judgement on a page of an earlier day."""
        return {name: each for name, each in self.inputs.items() if each.hindsight}

    @property
    def lacking(self) -> str:
        """What is missing and why; empty where nothing is."""
        missing = [each for each in self.inputs.values() if each.missing]
        reasons = (_nobody(missing, each.whose) if each.whose else each.reason for each in missing)
        return listed(reasons)

    def with_inputs(self, **inputs: Any) -> "Case":
        """The same case with some inputs put in the place of its own: whatever `case` takes."""
        return replace(self, inputs=self.inputs | dict(_inputs(self.model, self.book, self.company, inputs)))

    def chosen(self, **numbers: float) -> "Case":
        """The same case with a reader's own numbers, as a notebook's parameters have them: 0 changes nothing.

        An amount is in the currency of the assumption that it stands for. A number outside the range widens it.
        Errors: ModelError for an input that the model does not take, and for every number that cannot be.

        >>> build = case(analyses.models()["required_revenue"], facts.open(), it_capex=400e9, facility_capex=0, ramp=1,
        ...     it_life=5, facility_life="facility_life_epoch", net_capital=0, other_fixed_cost=0, ai_revenue=20e9)
        >>> build.chosen(it_life=4.0, target_return=0.0).inputs["it_life"].reason
        'Chosen by the reader.'
        """
        kept = {name: number for name, number in numbers.items() if number}
        if wrong := set(kept) - set(self.inputs):
            raise ModelError(f"{self.model.__name__}: {unknown('input', wrong, self.inputs)}")
        own = {name: self._chosen(name, number) for name, number in kept.items()}
        taken = {name: each.value for name, each in own.items()}
        bounds.check(self.model, taken, self.currency, self.per_dollar)
        return replace(self, inputs=self.inputs | own)

    def _chosen(self, name: str, number: float) -> Quantity:
        each = self.inputs[name]
        known = name in self.book.judgements
        scale = assumption(self.book, name, self.company) if known else each
        factor = converted(replace(scale, value=1.0), self.book).value  # of a dollar, where that is what it is in
        return each.chosen(number * factor)


@dataclass(frozen=True)
class Newest(Case):
    """A case of which each output is of the newest period that has all the figures which that output takes.

    older  by output, where a figure that it takes is not yet held of the period of the rest, the case of that period
    """

    older: Mapping[str, Case] = field(default_factory=dict)

    def of(self, name: str) -> Case:
        """The case that an output is of."""
        return self.older.get(name, self._plain)

    @cached_property
    def outputs(self) -> Any:
        """The model's outputs, each of its own period."""
        return self.evaluate()._replace(**{name: getattr(each.outputs, name) for name, each in self.older.items()})

    def quantity(self, name: str) -> Quantity:
        """As of a case."""
        return self.of(name).quantity(name)

    def alone(self, name: str) -> Quantity:
        """As of a case."""
        return self.of(name).alone(name)

    def outside(self, name: str) -> str:
        """As of a case."""
        return self.of(name).outside(name)

    def with_inputs(self, **inputs: Any) -> Case:
        """A case of one period, with what is put in."""
        return self._plain.with_inputs(**inputs)

    def chosen(self, **numbers: float) -> Case:
        """A case of one period, with a reader's own numbers."""
        return self._plain.chosen(**numbers)

    @cached_property
    def _plain(self) -> Case:
        return Case(self.model, self.inputs, self.book, self.company)


def each_newest(own: Case, filed: Sequence[str], of_one: Callable[[tuple[str, ...]], Mapping[str, Quantity]]) -> Newest:
    """A case with each output of the newest period of which the figures that it takes are held.

    filed   the inputs that are figures of periods
    of_one  gives some of them of the newest period that has them all
    """
    older, known = {}, cache(of_one)
    for name, needed in own.needs.items():
        found = known(tuple(one for one in filed if one in needed))
        if any(each.days != own.inputs[one].days for one, each in found.items()):
            older[name] = own.with_inputs(**found)
    return Newest(own.model, own.inputs, own.book, own.company, older)


class Cases(dict[str, Case]):
    """A case for each company; who asks for another learns which there are."""

    def __missing__(self, company: str) -> Case:
        raise ModelError(unknown("company", [company], self))


def one_of(cases: Mapping[str, Case], company: str = "") -> str:
    """The company in the exhibits of one: that chosen, else the first whose case lacks nothing, else the first.

    Errors: ModelError for a company without a case, with those that have one.

    >>> one_of(analyses.backlog.cases(facts.open(["META", "MSFT"])))
    'MSFT'
    """
    if company and company not in cases:
        raise ModelError(unknown("company", [company], cases))
    return company or next((each for each, own in cases.items() if not own.lacking), next(iter(cases)))


def case(model: Callable, book: Book, company: str = "", **given: Any) -> Case:
    """A model with its inputs: what is given, else the assumption of that name, the company's own before the general.

    Amounts in another currency than the book's are converted at the last rate of its day.

    given  by the model's parameter names: a number (the reader's own), a `Quantity`, `Measures` (the company's figure
           at the period most companies have), or the name of an assumption to use instead
    Errors: ModelError for names that the model does not take, and for every input that nothing gives.

    >>> kupperman = case(
    ...     analyses.models()["required_revenue"], facts.open(), it_capex=400e9, facility_capex=0, it_life=5,
    ...     facility_life="facility_life_epoch", gross_margin_before_depreciation=0.25, target_return=0,
    ...     net_capital=0, other_fixed_cost=0, ramp=1, ai_revenue=20e9)
    >>> float(kupperman.outputs.revenue_required)
    320000000000.0
    """
    known = {*book.judgements, *given}
    if lacking := [name for name in model.parameters if name not in known]:
        raise ModelError(f"{model.__name__} needs {', '.join(lacking)}: give each, or add it to data/assumptions.csv")
    taken = {name: name for name in model.parameters} | given
    return Case(model, dict(_inputs(model, book, company, taken)), book, company)


def cases(model: Callable, book: Book, companies: Sequence[str] = (), **given: Any) -> Cases:
    """A case for each company, by default each of the book; who lacks a figure keeps a case that says what it lacks."""
    return Cases({company: case(model, book, company, **given) for company in companies or book.companies})


def _inputs(model: Callable, book: Book, company: str, given: dict[str, Any]) -> Iterator[tuple[str, Quantity]]:
    if wrong := set(given) - set(model.parameters):
        raise ModelError(f"{model.__name__}: {unknown('input', wrong, model.parameters)}")
    for name, value in given.items():
        unit = model.parameters[name].replace("currency", book.money)
        taken = converted(_input(name, value, book, company, unit), book)
        yield name, replace(taken, name=name, unit=unit)


def _input(name: str, value: Any, book: Book, company: str, unit: str) -> Quantity:
    if isinstance(value, Quantity):
        return value
    if isinstance(value, Measures):
        return figure(value, company)
    if isinstance(value, str):
        return _assumed(name, value, book, company)
    if isinstance(value, Real | Sequence | np.ndarray):
        return Quantity(name, value, unit, reason=words.say("study.given"))
    raise ModelError(f"{name}: {value!r} is no number, Quantity, Measures, or name of an assumption")


def _assumed(name: str, called: str, book: Book, company: str) -> Quantity:
    found = assumption(book, called, company)
    if found.missing and not found.whose:
        raise ModelError(f"data/assumptions.csv: {called} has no central value; give {called}= a number of your own")
    return replace(found, name=name)


def _any_missing(output: Any, shape: int) -> np.ndarray:
    """Whether an output, or any of its years, is missing: at each place of what went in."""
    years = output if isinstance(output, list | tuple) else [output]
    return np.any([np.broadcast_to(np.isnan(year), shape) for year in years], axis=0)


def _nobody(missing: Sequence[Quantity], whose: str) -> str:
    """That nobody gives some assumptions of a company, which are given of others only."""
    names = [words.lower(words.name(each.name)) for each in missing if each.whose == whose]
    return words.say("study.nobody", name=words.listing(names), own=whose)
