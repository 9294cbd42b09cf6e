"""Binds a metric to the facts its parameters name, over the whole panel at once, and carries their origin along."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature

import numpy as np

from capcycle import facts
from capcycle.errors import MetricError, unknown
from capcycle.facts.door import KINDS
from capcycle.measures import Measures, steps
from capcycle.metrics import ALL
from capcycle.metrics.registry import CURRENCY, EARLIER, without_lag
from capcycle.panel import MISSING, Panel, shifted

NUMBERS = ("years", "tax_rate")  # what a metric takes that is no quantity
DERIVED, ASSUMED = KINDS.index("derived"), KINDS.index("assumed")


@dataclass(frozen=True)
class Term:
    """A quantity on the panel's grid: values, kinds, and by input name the rows of the facts behind them."""

    values: np.ndarray | float
    kinds: np.ndarray | int
    inputs: dict[str, np.ndarray]

    def where(self, needed: np.ndarray) -> "Term":
        """The same quantity, missing where it is not needed: what nothing rests on is no evidence."""
        inputs = {name: np.where(needed, rows, MISSING) for name, rows in self.inputs.items()}
        return Term(np.where(needed, self.values, np.nan), np.where(needed, self.kinds, 0), inputs)

    def earlier(self, steps: int, suffix: str, panel: Panel) -> "Term":
        """The same quantity `steps` periods before; missing where a year end, or what is counted, was changed since."""
        same = panel.comparable((without_lag(name) for name in self.inputs), steps)

        def before(grid: np.ndarray | float, fill: float) -> np.ndarray | float:
            # a number given holds for every period
            return grid if np.ndim(grid) == 0 else np.where(same, shifted(grid, steps, fill), fill)

        inputs = {f"{name}{suffix}": before(rows, MISSING) for name, rows in self.inputs.items()}
        return Term(before(self.values, np.nan), before(self.kinds, 0), inputs)


def measure(metric: Callable | str, panel: Panel, **names: str | float) -> Measures:
    """Evaluate `metric` once over the whole panel; its parameter names say what it takes.

    A concept's own name instead of a metric gives the figures themselves, `kind` as filed.

    A parameter is the name of a concept (`capex`), of another metric (`fcf`), or either with a suffix for an
    earlier period: `_year_ago`, `_quarter_ago`, `_years_ago` (with `years`), `_opening` (the balance before the
    period). `names` gives what a general parameter stands for (`value="capex"`) or a number (`tax_rate=0.21`).
    What is no amount of money, a ratio or growth, is worked out in the currency that each company reports in.
    Kinds:   the weakest of the inputs, at best `derived`; a number given makes the result `assumed`, save 0.
    Errors:  MetricError for a name that is neither, one that the metric does not take, or a metric that has no
             meaning on the panel's span.

    >>> quarters = panel.select(facts.open(["META"], as_of="2024-08-01"))
    >>> capex = measure(metrics.capex_with_lease_principal, quarters).at("2024Q2")
    >>> capex["value"].item(), capex["kind"].item()
    (8472000000.0, 'derived')
    """
    metric = ALL.get(metric, metric) if isinstance(metric, str) else metric
    if isinstance(metric, str):
        term = _named(metric, panel, names)
        unit = facts.dictionary()["unit"].get(without_lag(metric), CURRENCY)
        unit = unit.replace("currency", panel.currency).replace(" per ", "/")
        return Measures(metric, unit, panel, term.values, term.kinds, term.inputs)
    taken = _takes(metric, names)
    if wrong := set(names) - taken:
        raise MetricError(f"{metric.__name__}: {unknown('name', wrong, taken)}")
    if metric.unit != CURRENCY and panel.own is not panel:
        return measure(metric, panel.own, **names)
    term = _term(metric, panel, names)
    if not term.inputs:
        raise MetricError(f"{metric.__name__}: only numbers are given; name at least one quantity")
    subject = [str(name) for name in names.values() if isinstance(name, str)]
    unit = panel.currency if metric.unit == CURRENCY else metric.unit
    return Measures(
        ".".join([metric.__name__, *subject]),
        unit,
        panel,
        np.broadcast_to(term.values, panel.shape),
        np.broadcast_to(term.kinds, panel.shape),
        term.inputs,
        {name: number for name, number in names.items() if not isinstance(number, str)},
        metric.plausible,
    )


def measure_named(definition: str, panel: Panel, **numbers: float) -> Measures:
    """Measure what the id of a definition names, as it stands under an exhibit: `fcf`, `growth_year_on_year.capex`.

    `numbers` are those that a metric takes (`years`, `tax_rate`); 0 counts as not given.
    Errors:  MetricError for an unknown id, and for a concept or a number that is lacking or not taken.

    >>> years = panel.select(facts.open(["META"], as_of="2025-02-01"), "year")
    >>> round(measure_named("cagr.revenue", years, years=2).at("2024")["value"].item(), 4)  # 116.609bn to 164.501bn
    0.1877
    """
    name, *subjects = definition.split(".")
    valid = [*ALL, *facts.dictionary().index]
    if wrong := {name, *subjects}.difference(valid):
        raise MetricError(unknown("metric", wrong, valid))
    concepts = [each for each in needs(name) if each not in NUMBERS]
    given = {number: value for number, value in numbers.items() if value}
    if len(subjects) != len(concepts) or set(given) != set(needs(name)) - set(concepts):
        pattern, takes = ".".join([name, *map(str.upper, concepts)]), sorted(set(needs(name)) - set(concepts))
        raise MetricError(f"{definition}: write it as {pattern}, with {' and '.join(takes) or 'no number'} given")
    return measure(name, panel, **dict(zip(concepts, subjects, strict=True)), **given)


def needs(name: str) -> tuple[str, ...]:
    """What a metric takes that is neither a concept nor a metric, and has to be said when measuring.

    >>> needs("contribution_to_growth"), needs("roic_average"), needs("capex")
    (('part', 'total'), ('tax_rate',), ())
    """
    names, concepts = [name], facts.dictionary().index
    for each in names:  # grows by what each metric on it is built from
        names += [without_lag(parameter) for parameter in signature(ALL[each]).parameters] if each in ALL else []
    return tuple(dict.fromkeys(each for each in names if each not in ALL and each not in concepts))


def _takes(metric: Callable, names: dict[str, str | float]) -> set[str]:
    """Every name that the metric takes, and those that the metrics it is built on take."""
    taken = set()
    for name in signature(metric).parameters:
        base = without_lag(name)
        inner = ALL.get(without_lag(str(names.get(base, base))))
        taken |= {name, base} | (_takes(inner, _without(base, names)) if inner else set())
    return taken


def _without(name: str, names: dict[str, str | float]) -> dict[str, str | float]:
    """What is named for the metrics below: a substitute is not put in for what it is itself made of."""
    return {other: given for other, given in names.items() if other != name}


def _term(metric: Callable, panel: Panel, names: dict[str, str | float]) -> Term:
    if panel.span not in metric.spans:
        raise MetricError(f"{metric.__name__} is not measured by the {panel.span}; use {' or '.join(metric.spans)}")
    terms = {name: _named(name, panel, names) for name in signature(metric).parameters}
    values = metric(**{name: term.values for name, term in terms.items()})
    if getattr(metric, "either", False):
        own, other = terms.values()
        terms = {"own": own, "other": other.where(np.isnan(np.broadcast_to(own.values, panel.shape)))}
    kinds = np.maximum.reduce([np.broadcast_to(term.kinds, panel.shape) for term in terms.values()])
    inputs = {name: rows for term in terms.values() for name, rows in term.inputs.items()}
    return Term(values, np.maximum(kinds, DERIVED), inputs)


def _named(name: str, panel: Panel, names: dict[str, str | float]) -> Term:
    """The quantity that a parameter's name stands for."""
    given, names = names.get(name, name), _without(name, names)
    if not isinstance(given, str):
        judged = name != "years" and given != 0  # a tax rate of 0 takes off nothing, and judges nothing
        return Term(float(given), ASSUMED if judged else 0, {})
    if given in panel.concepts:
        return Term(*panel.grids[given], {given: panel.concepts[given]})
    if given in ALL:
        return _term(ALL[given], panel, names)
    if earlier := EARLIER.fullmatch(given):
        base, suffix = earlier.groups()
        return _named(base, panel, names).earlier(steps(suffix, panel, names), f"_{suffix}", panel)
    if given in facts.dictionary().index:  # a concept that none of these companies has: missing, not wrong
        nothing = np.full(panel.shape, MISSING, dtype=np.int32)
        return Term(panel.values[nothing], panel.kinds[nothing], {given: nothing})
    raise MetricError(unknown("quantity", [given], [*facts.dictionary().index, *ALL]))
