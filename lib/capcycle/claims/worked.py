"""Worked examples: what the library's own model makes of the inputs of whoever printed the figures."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from math import nan
from numbers import Real
from pkgutil import iter_modules
from statistics import fmean as mean
from typing import Any, NamedTuple

import numpy as np

from capcycle import analyses, metrics, reads, units, words
from capcycle.claims.expressions import names_in, number
from capcycle.errors import ModelError, unknown
from capcycle.facts.examples import TOLERANCE
from capcycle.words import say
from capcycle.words.format import money

ROOTS = ("models", "analyses", "units")  # rooms whose plain functions an example may name by their place
EXACT = 1e-9  # of a figure: the rounding of the machine
ALIKE = 0.85  # of two names, to ask whether one was meant for the other
OF_LISTS = {"sum": sum, "mean": mean, "least": min, "most": max}  # what a step may ask of a list by its name in quotes

STEP = re.compile(r"\s*(\w+)(?: \[(.+?)\])?\s*=(.*)", re.DOTALL)  # name [unit] = expression

Steps = Sequence[tuple[str, str]]
Figures = dict[str, Any]


class Result(NamedTuple):
    """An example worked out: every figure by name, and a sentence for the names in it that nothing knows."""

    figures: Figures
    faults: list[str]


def work_out(model: str, inputs: Mapping[str, Any], steps: str, outputs: Iterable[str]) -> Result:
    """What a model makes of an example's inputs, and what plain arithmetic makes of both.

    model    a model, a metric, or a function by its place; empty where `steps` do
    inputs   numbers by the model's names; a list is worked out entry by entry
    steps    `name [unit] = expression; name = expression`; one that needs no result of the model comes before it
    outputs  the names that are asked for
    Errors:  ModelError for an unknown model, for an input or a step's name without a value, and for what the model
             refuses; ExpressionError for a step that cannot be worked out.

    >>> result = work_out("gross_margin", {"gross_profit": 63, "revenue": 173, "mw": 1}, "", ["gross_margin"])
    >>> round(result.figures["gross_margin"], 3), result.faults
    (0.364, ['unknown input mw; there are: gross_profit, revenue'])
    """
    try:
        return _work_out(find(model) if model else None, inputs, _steps(steps), outputs)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ModelError(f"{model} cannot work with these inputs: {error}".strip()) from error


def _work_out(function: Callable | None, inputs: Mapping[str, Any], steps: Steps, outputs: Iterable[str]) -> Result:
    takes = inspect.signature(function).parameters if function else {}
    used = {name for _, text in steps for name in _used(text)}
    strange = set(inputs) - set(takes) - used
    faults = [unknown("input", strange, takes or used)] if strange else []
    figures, later = _run(steps, {name: nan if value is None else value for name, value in inputs.items()})
    if lacking := [name for name, each in takes.items() if name not in figures and each.default is each.empty]:
        raise ModelError(words.clauses([f"it needs {', '.join(sorted(lacking))}", *faults]))
    results = _call(function, {name: figures[name] for name in takes if name in figures}) if function else {}
    figures, impossible = _run(later, figures | results)
    if impossible:
        without = {name for _, text in impossible for name in _used(text)} - set(figures)
        raise ModelError(f"steps use {', '.join(sorted(without))}, which has no value")
    if wrong := set(outputs) - set(figures):
        faults.append(unknown("output", wrong, {*results, *(name for name, _ in steps)}))
    return Result(figures, faults)


def find(model: str) -> Callable:
    """The model, the metric, or the function of a place such as `models.finance.irr`.

    Errors: ModelError for a name that nothing has, with the one that may be meant.

    >>> find("models.finance.irr")([-100.0, 100.0])
    0.0
    """
    if function := _known(model):
        return function
    close = get_close_matches(model, _named(), n=1, cutoff=ALIKE)
    meant = say("claims.reader.close", model=close[0]) if close else ""
    raise ModelError(say("claims.reader.no_model", model=model) + meant)


def is_lacking(model: str, analysis: str) -> bool:
    """Whether a model is unknown because its analysis has no room in the library yet.

    >>> is_lacking("warrant_value", "tulip_mania"), is_lacking("warrant_value", "hosting")
    (True, False)
    """
    return bool(model) and analysis not in _rooms() and not _known(model)


@cache
def _rooms() -> set[str]:
    return {"", *(room.name for room in iter_modules(analyses.__path__))}


def _known(model: str) -> Callable | None:
    return _named().get(model) or _function(model)


def _named() -> dict[str, Callable]:
    return metrics.ALL | analyses.models()


def _function(place: str) -> Callable | None:
    """A public function of the library's models by its module and name; a file must not reach anything else."""
    module, _, name = place.rpartition(".")
    if module.split(".")[0] not in ROOTS or name.startswith("_"):
        return None
    reads.uses(module.split(".")[0])
    try:
        function = getattr(import_module(f"capcycle.{module}"), name, None)
    except ImportError:
        return None
    own = inspect.isfunction(function) and function.__module__ == f"capcycle.{module}"
    return function if own else None


def _steps(text: str) -> Steps:
    """The name and the expression of each step.

    Errors: ModelError for a step that cannot be read, and for a unit that no model has.
    """
    if wrong := [part.strip() for part in text.split(";") if part.strip() and not STEP.fullmatch(part)]:
        raise ModelError(f"steps: '{wrong[0]}' is not such as equity [currency] = cost - debt")
    if strange := {unit for _, unit, _ in _parts(text)} - {"", *_units().values()}:
        raise ModelError(unknown("unit", strange, set(_units().values())))
    return [(name, expression) for name, _, expression in _parts(text)]


def _parts(steps: str) -> list[tuple[str, str, str]]:
    """The name, the unit and the expression of each step that can be read."""
    matches = (STEP.fullmatch(part) for part in steps.split(";"))
    return [match.groups(default="") for match in matches if match]


def _run(steps: Steps, figures: Figures) -> tuple[Figures, Steps]:
    """The figures with those of the steps whose names all have a value, and the other steps."""
    known, later = dict(figures), []
    for name, text in steps:
        if _used(text) <= known.keys():
            known[name] = _reckon(text, known)
        else:
            later.append((name, text))
    return known, later


def _used(expression: str) -> set[str]:
    """The names in an expression, those in quotes too: `sum('mw')` takes a list as one."""
    return {*names_in(expression), *re.findall(r"""['"](\w+)['"]""", expression)}


def _reckon(text: str, figures: Figures) -> float | list[float]:
    """What an expression comes to, entry by entry where a name stands for a list."""
    functions = {name: lambda of, reckon=reckon: reckon(figures[of]) for name, reckon in OF_LISTS.items()}
    lists = {name: figures[name] for name in names_in(text) if isinstance(figures[name], list)}
    if not lists:
        return number(text, figures, functions)
    entries = zip(*lists.values(), strict=True)
    return [number(text, figures | dict(zip(lists, entry, strict=True)), functions) for entry in entries]


def _call(function: Callable, inputs: Figures) -> Figures:
    """What a function gives, by name; lists go in as arrays, unless they are by year."""
    by_year = getattr(function, "lists", ())
    taken = {
        name: np.asarray(value, float) if isinstance(value, list) and name not in by_year else value
        for name, value in inputs.items()
    }
    result = function(**taken)
    named = result._asdict() if hasattr(result, "_asdict") else {function.__name__: result}
    return {name: _plain(value) for name, value in named.items()}


def _plain(value: Any) -> Any:
    """Arrays as lists, and their numbers as Python's."""
    return [_plain(each) for each in value] if isinstance(value, list) else np.asarray(value).tolist()


def fits(value: Any, printed: Any, tolerance: str = "") -> bool:
    """Whether a figure, or every one of a list or a mapping, is what was printed, within the tolerance of an example.

    >>> fits([5.88, 9.09], [5.9, 9.1], "abs=0.05"), fits({"a": 1.0}, {"a": 1.2}, "rel=0.1")
    (True, False)
    """
    if isinstance(printed, Mapping) and isinstance(value, Mapping):
        return all(fits(value.get(name), each, tolerance) for name, each in printed.items())
    if isinstance(printed, list) and isinstance(value, list):
        return len(printed) == len(value) and all(fits(*pair, tolerance) for pair in zip(value, printed, strict=True))
    if not isinstance(printed, int | float) or not isinstance(value, int | float):
        return value == printed
    kind, size = TOLERANCE.fullmatch(tolerance).groups()
    allowed = float(size or EXACT) * (1 if kind == "abs" else abs(printed))
    return abs(value - printed) <= allowed * (1 + EXACT) + EXACT


# ---- in words


def figures_in_words(figures: Mapping[str, Any], currency: str = "", steps: str = "") -> str:
    """Figures by name, each in its unit.

    >>> figures_in_words({"revenue_gap": 125e9, "it_life": [3, 5]})
    'Gap to revenue: $125bn; Life of chips and servers: 3 years and 5 years'
    """
    units = units_of(steps)
    shown = {name: in_words(value, units.get(name, ""), currency) for name, value in figures.items()}
    each = (say("examples.figure", name=words.label(f"name.{name}"), value=value) for name, value in shown.items())
    return words.clauses(each)


def units_of(steps: str) -> dict[str, str]:
    """The unit of each figure by name: the one that a step says, else the one that the library's models know.

    >>> units_of("equity [currency] = cost - debt")["equity"], units_of("")["yield_on_cost"]
    ('currency', 'fraction')
    """
    known = _units()
    return known | {name: unit for name, unit, _ in _parts(steps) if unit in known.values()}


def in_words(value: Any, unit: str, currency: str = "") -> str:
    """One figure, or several, in a unit of the models; without a unit as a plain number.

    >>> in_words([0.17, 0.175], "fraction"), in_words(1.38e6, "currency", "CNY"), in_words(nan, "years")
    ('17% and 17.5%', 'CN¥1.38m', '–')
    """
    if isinstance(value, list) and value:
        return words.listing([in_words(each, unit, currency) for each in value])
    if value is None or value != value:  # NaN alone differs from itself
        return words.DASH
    if not isinstance(value, Real) or isinstance(value, bool):
        return str(value)
    code = currency or "USD"
    exact = {
        "currency": money(plain(value), code),
        "multiple": say("unit_after.multiple", number=plain(value)),
        "points": say("unit_after.points", number=plain(value * 100)),
        "": plain(value),
    }
    if unit in ("fraction", "rate"):
        return words.coupon(value)
    return exact[unit] if unit in exact else words.value(value, unit.replace("currency", code))


def plain(value: float) -> str:
    """A number in four digits, a large one in its scale: enough to tell what agrees from what does not.

    >>> plain(0.0447), plain(1854.0247), plain(1750e6)
    ('0.0447', '1,854.02', '1.75bn')
    """
    scales = (scale for scale in reversed(words.scales()[1:]) if scale != "k")
    scale = next((scale for scale in scales if abs(value) >= units.SCALES[scale]), "")
    if scale or abs(value) < 1000:
        return f"{value / units.SCALES.get(scale, 1):,.4g}{scale}"
    return f"{value:,.2f}".removesuffix(".00")


@cache
def _units() -> dict[str, str]:
    """The unit of each input and output of a model and of each metric."""
    models = analyses.models().values()
    units = {name: unit for model in models for name, unit in (model.parameters | model.outputs).items()}
    return {name: metric.unit for name, metric in metrics.ALL.items()} | units
