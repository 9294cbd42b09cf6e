"""A model with all that it takes: figures of a company, assumptions with their range, an analyst's own numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.errors import ModelError, unknown
from capcycle.facts import registers
from capcycle.measure import Measures
from capcycle.models import bounds

ASSUMED, DERIVED = "assumed", "derived"


@dataclass(frozen=True)
class Input:
    """One thing that a model takes, with its range and its evidence.

    central    a number, or a list with one number for each year
    low, high  the ends of its range; NaN where it is not varied
    kind       reported, derived, estimated or assumed
    source     ids of documents, space between
    reason     why this value and range; why it is missing, where it is
    whose      who has the assumption that this company lacks
    published  the day from which an assumption is known to have been public; NaT where none is known
    """

    name: str
    central: Any
    unit: str
    low: float = np.nan
    high: float = np.nan
    kind: str = ASSUMED
    source: str = ""
    reason: str = ""
    whose: str = ""
    published: Any = pd.NaT

    @property
    def varied(self) -> bool:
        """Whether it has a range of some width."""
        return bool(self.low < self.high)

    @property
    def missing(self) -> bool:
        """Whether there is no number."""
        return bool(np.isnan(np.asarray(self.central, float)).any())


@dataclass(frozen=True)
class Case:
    """A model and its inputs.

    model     the model
    inputs    by name, in the order that the model takes them
    currency  of all amounts
    company   whom it is about, or empty
    """

    model: Callable
    inputs: dict[str, Input]
    currency: str
    company: str = ""

    def evaluate(self, **values: Any) -> Any:
        """The model's outputs with some inputs at other values than the central ones: numbers, arrays or parameters.

        Errors: ModelError for an input that the model does not take, and for what an input cannot be.
        """
        if wrong := set(values) - set(self.inputs):
            raise ModelError(f"{self.model.__name__}: {unknown('input', wrong, self.inputs)}")
        taken = {name: values.get(name, each.central) for name, each in self.inputs.items()}
        bounds.check(self.model, taken, self.currency, self._per_dollar)
        return self.model.unguarded(**taken)

    @cached_property
    def outputs(self) -> Any:
        """The model's outputs with every input at its central value."""
        return self.evaluate()

    @cached_property
    def _per_dollar(self) -> float:
        """How much of the case's currency a dollar is: bounds on money for each unit are in dollars."""
        return 1.0 if self.currency == bounds.DOLLAR else facts.newest_rate(bounds.DOLLAR, self.currency).value

    def unit(self, name: str) -> str:
        """The unit of an input or an output, its currency named."""
        return {**self.model.parameters, **self.model.outputs}[name].replace("currency", self.currency)

    def output(self, of: str | None = None) -> str:
        """The name of an output that is one number, checked; without one, the one that gives the verdict."""
        valid = [name for name in self.model.outputs if name not in self.model.by_year]
        if of is not None and of not in valid:
            raise ModelError(f"{self.model.__name__}: {unknown('output', [of], valid)}")
        return of or self.model.verdict

    @property
    def varied(self) -> dict[str, Input]:
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
    def lacking(self) -> str:
        """What is missing and why; empty where nothing is."""
        missing = [each for each in self.inputs.values() if each.missing]
        reasons = dict.fromkeys(_nobody(missing, each.whose) if each.whose else each.reason for each in missing)
        return "; ".join(reasons).replace(".; ", "; ")

    def with_inputs(self, **inputs: Any) -> "Case":
        """The same case with some inputs at an analyst's own value."""
        table = registers.read("assumptions")
        return replace(self, inputs=self.inputs | dict(_found(self.model, self.company, self.currency, inputs, table)))


def case(model: Callable, company: str = "", currency: str = "USD", **given: Any) -> Case:
    """A model with its inputs: what is given, else the assumption of that name, the company's own before the general.

    Assumptions are today's whatever the date of the figures; the table of assumptions says when each was published.
    Amounts in another currency than the case's are converted at the newest rate.

    given  by the model's parameter names: a number (an assumption of the reader's), an `Input`, `Measures` (the
           company's figure at the period most companies have), or the name of an assumption to use instead
    Errors: ModelError for names that the model does not take, for every input that nothing gives, and for a currency
            without rates.

    >>> from capcycle.analyses.required_revenue.model import required_revenue
    >>> kupperman = case(
    ...     required_revenue, it_capex=400e9, facility_capex=0, it_life=5, facility_life="facility_life_epoch",
    ...     gross_margin_before_depreciation=0.25, target_return=0, net_capital=0, other_fixed_cost=0, ramp=1,
    ...     ai_revenue=20e9)
    >>> float(kupperman.outputs.revenue_required)
    320000000000.0
    """
    if currency not in (valid := facts.currencies()):
        raise ModelError(unknown("currency", [currency], valid))
    table = registers.read("assumptions")
    if wrong := set(given) - set(model.parameters):
        raise ModelError(f"{model.__name__}: {unknown('input', wrong, model.parameters)}")
    known = set(table["name"]) | set(given)
    if lacking := [name for name in model.parameters if name not in known]:
        raise ModelError(f"{model.__name__} needs {', '.join(lacking)}: give each, or add it to data/assumptions.csv")
    inputs = dict(_found(model, company, currency, {name: given.get(name, name) for name in model.parameters}, table))
    return Case(model, inputs, currency, company)


def cases(model: Callable, companies: Sequence[str], currency: str = "USD", **given: Any) -> dict[str, Case]:
    """A case for each company, in the order given; who lacks a figure keeps a case that says what it lacks."""
    return {company: case(model, company, currency, **given) for company in companies}


def converted(found: Input, currency: str) -> Input:
    """An amount of money in another currency, at the newest rate: what is assumed, is assumed today.

    >>> converted(Input("signed_weight", 1.0, "fraction"), "EUR").central  # no money
    1.0
    """
    own = found.unit[:3]
    if own == currency or not own.isupper() or own not in facts.currencies():
        return found
    rate = facts.newest_rate(own, currency)
    at = {"own": own, "rate": f"{rate.value:.4g}", "day": words.day(rate.day)}
    told = words.say("study.converted", reason=found.reason, **at).strip()
    return replace(
        found,
        central=[each * rate.value for each in found.central] if np.ndim(found.central) else found.central * rate.value,
        low=found.low * rate.value,
        high=found.high * rate.value,
        kind=facts.weakest([DERIVED, found.kind]),
        source=f"{found.source} {rate.source}".strip(),
        reason=found.reason if found.missing else told,
    )


def history(measures: Measures, company: str) -> Input:
    """All figures of one company over the shown periods, the oldest first: for models that take a list by year.

    Periods before the first and after the last figure are left out; one missing in between makes the list miss it.
    """
    table = measures.table[measures.table["company"] == company]
    held = table["value"].notna()
    if not held.any():
        return Input(measures.name, [np.nan], measures.unit, kind=ASSUMED, reason=_why(table.iloc[-1]))
    table = table.loc[held.idxmax() : held[::-1].idxmax()]
    return Input(
        name=measures.name,
        central=table["value"].to_list(),
        unit=measures.unit,
        kind=facts.weakest(filter(None, table["kind"])),
        source=facts.documents(table["source"]),
        reason=words.say("study.periods", first=table["period"].iloc[0], last=table["period"].iloc[-1]),
    )


def _found(
    model: Callable, company: str, currency: str, given: dict[str, Any], table: pd.DataFrame
) -> Iterator[tuple[str, Input]]:
    for name, value in given.items():
        if name not in model.parameters:
            raise ModelError(f"{model.__name__}: {unknown('input', [name], model.parameters)}")
        unit = model.parameters[name].replace("currency", currency)
        found = _input(name, value, company, unit, table)
        yield name, replace(converted(found, currency), name=name, unit=unit)


def _input(name: str, value: Any, company: str, unit: str, table: pd.DataFrame) -> Input:
    if isinstance(value, Input):
        return value
    if isinstance(value, Measures):
        return figure(value, company)
    if isinstance(value, str):
        return _assumption(value, company, unit, table, called=name)
    if isinstance(value, Real | Sequence | np.ndarray):
        return Input(name, value, unit, reason=words.say("study.given"))
    raise ModelError(f"{name}: {value!r} is no number, Input, Measures, or name of an assumption")


def figure(measures: Measures, company: str, period: str | None = None) -> Input:
    """One company's figure of one period, by default the period that most companies have.

    Errors: ModelError for a company that was not measured; MetricError for a period that is not shown.
    """
    now = measures.at(period).set_index("company", drop=False)
    if company not in now.index:
        raise ModelError(
            f"{measures.name} was not measured for '{company}': {unknown('company', [company], now.index)}"
        )
    row = now.loc[company]
    kind = row["kind"] or ASSUMED
    reason = (
        _why(row)
        if np.isnan(row["value"])
        else words.say("study.measured", name=words.name(measures.name), period=row["period"])
    )
    return Input(measures.name, float(row["value"]), measures.unit, kind=kind, source=row["source"], reason=reason)


def _why(row: pd.Series) -> str:
    return words.say("study.lacking", reason=row["reason"], period=row["period"])


def _assumption(name: str, company: str, unit: str, table: pd.DataFrame, called: str) -> Input:
    own = table.loc[table["name"] == name, "company"]
    rows = table[(table["name"] == name) & table["company"].isin([company, ""])]
    if rows.empty and company and len(own):
        whose = words.listing(sorted(facts.companies()["name"][each] for each in own))
        lacking = Input(called, np.nan, unit, whose=whose)
        return replace(lacking, reason=_nobody([lacking], whose))
    if rows.empty:
        what = f"for {', '.join(own)} only" if len(own) else unknown("assumption", [name], table["name"].unique())
        raise ModelError(f"assumption {name} for '{company}': {what}")
    row = rows.sort_values("company").iloc[-1]
    if np.isnan(row["central"]):
        raise ModelError(f"data/assumptions.csv: {name} has no central value; give {name}= a number of your own")
    told = ("central", "unit", "low", "high", "kind", "source", "reason")
    return Input(name, *(row[each] for each in told), published=row["published"])


def _nobody(missing: Sequence[Input], whose: str) -> str:
    """That nobody gives some assumptions of a company, which are given of others only."""
    names = [words.lower(words.name(each.name)) for each in missing if each.whose == whose]
    return words.say("study.nobody", name=words.listing(names), own=whose)
