"""Binds a metric to the facts its parameters name, over the whole panel at once, and carries their origin along."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from inspect import signature
from numbers import Real

import numpy as np
import pandas as pd

from capcycle import facts, periods, words
from capcycle.errors import MetricError, NothingToShow, unknown
from capcycle.facts.door import KINDS
from capcycle.metrics import ALL
from capcycle.metrics.registry import ANY_VALUE, CURRENCY, EARLIER, without_lag
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


@dataclass(frozen=True)
class Measures:
    """A metric's value for every company and period of a panel, with the origin of each.

    name    id of the definition, such as `capex_to_revenue`, or `growth_year_on_year.capex`
    unit    `fraction`, `multiple`, or a currency
    values, kinds  grids of companies by periods
    inputs  by name of the input a grid of row numbers in `panel.rows`
    given   the numbers that were given to the metric, such as a tax rate
    plausible  the ends between which the results of companies lie
    """

    name: str
    unit: str
    panel: Panel
    values: np.ndarray
    kinds: np.ndarray
    inputs: dict[str, np.ndarray]
    given: dict[str, float] = field(default_factory=dict)
    plausible: tuple[float, float] = ANY_VALUE

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per company and shown period.

        Columns: metric, company, period, ordinal, period_start, period_end, mismatch (days by which the company's
        period ends after the calendar quarter), value, implausible (a result outside the plausible range, which is no
        `value` to rank or draw), unit, kind, published, source (ids, space between), reason (why the value is missing).
        """
        shown = np.tile(np.array(self.panel.ordinals) >= self.panel.first, len(self.panel.companies))
        used = {name: rows.ravel()[shown] for name, rows in self.inputs.items()}
        newest = np.max([rows for name, rows in used.items() if not EARLIER.fullmatch(name)], axis=0)
        dates = self.panel.rows[["period_start", "period_end"]].reindex(newest).reset_index(drop=True)
        values = self.values.ravel()[shown]
        outside = (values < self.plausible[0]) | (values > self.plausible[1])
        table = (
            self.panel.index[shown]
            .to_frame(index=False)
            .assign(
                metric=self.name,
                ordinal=np.tile(self.panel.ordinals, len(self.panel.companies))[shown],
                period_start=dates["period_start"],
                period_end=dates["period_end"],
                mismatch=periods.calendar_mismatch(dates["period_end"]),
                value=np.where(outside, np.nan, values),
                implausible=np.where(outside, values, np.nan),
                unit=self.unit,
                kind=np.where(np.isnan(values), "", np.array(KINDS)[self.kinds.ravel()[shown]]),
                published=pd.to_datetime(self._together(used, "published", partial(max, default=pd.NaT))),
                source=self._together(used, "source", facts.documents),
            )
        )
        table["reason"] = self._reasons(table, used)
        implausible = table[outside]
        table.loc[outside, "reason"] = [self._implausible(row) for _, row in implausible.iterrows()]
        return table

    def used(self, company: str, period: str) -> pd.DataFrame:
        """The facts behind one value, with the name of the input each of them fed."""
        cell = self.panel.index.get_loc((company, period))
        rows = {name: grid.ravel()[cell] for name, grid in self.inputs.items()}
        present = {name: row for name, row in rows.items() if row != MISSING}
        return self.panel.rows.loc[list(present.values())].assign(input=list(present))

    def common_period(self) -> str:
        """The `shared_period` of all values; the newest of all periods where there is no value."""
        return self._common

    @cached_property
    def _common(self) -> str:
        known = self.table.dropna(subset="value")
        return self.table["period"].iloc[-1] if known.empty else shared_period(known, self.panel)

    @cached_property
    def last(self) -> dict[str, str]:
        """The newest period of which each company has a value."""
        known = self.table[self.table["value"].notna()]
        return dict(zip(known["company"], known["period"], strict=True))

    def newest(self) -> pd.DataFrame:
        """Each company's newest result, `old` where others' newest is of more than half a year later.

        Who has no result has the row of `common_period`, which says why.
        """
        results = self.table[self.table[["value", "implausible"]].notna().any(axis=1)]
        newest = results.drop_duplicates("company", keep="last")
        lacking = self.at()[lambda rows: ~rows["company"].isin(newest["company"])]
        old = newest["ordinal"] < newest["ordinal"].max() - self.panel.old_after
        return pd.concat([newest.assign(old=old), lacking.assign(old=False)], ignore_index=True)

    def past(self, company: str, most: int) -> list[float]:
        """A company's values of the newest shown periods, the oldest first, NaN where one is missing."""
        return self.table.loc[self.table["company"].eq(company), "value"].tail(most).tolist()

    def at(self, period: str | None = None) -> pd.DataFrame:
        """The rows of one period, by default `common_period`, the largest value first."""
        wanted = period or self.common_period()
        if wanted not in self._asked:
            if wanted not in (shown := list(dict.fromkeys(self.table["period"]))):
                raise NothingToShow(f"no period '{wanted}'; shown are {shown[0]} to {shown[-1]}")
            rows = self.table[self.table["period"] == wanted]
            self._asked[wanted] = rows.sort_values("value", ascending=False, ignore_index=True)
        return self._asked[wanted].copy(deep=False)

    @cached_property
    def _asked(self) -> dict[str, pd.DataFrame]:
        return {}

    def _together(self, used: dict[str, np.ndarray], column: str, together: Callable) -> list:
        """For every cell what the facts behind it say in `column`, put together."""
        of_row = self.panel.rows[column].to_list()
        cells = zip(*used.values(), strict=True)
        return [together([of_row[row] for row in cell if row != MISSING]) for cell in cells]

    def _reasons(self, table: pd.DataFrame, used: dict[str, np.ndarray]) -> list[str]:
        reasons, companies, ordinals = [""] * len(table), list(table["company"]), list(table["ordinal"])
        for cell in np.flatnonzero(table["value"].isna()):
            missing = [name for name, rows in used.items() if rows[cell] == MISSING]
            reasons[cell] = self._why(companies[cell], ordinals[cell], missing)
        return reasons

    def _implausible(self, row: pd.Series) -> str:
        """Why a result is neither ranked nor drawn, with the figures that it comes from."""
        low, high = (words.value(end, self.unit) for end in self.plausible)
        used = self.used(row["company"], row["period"])
        figures = [
            words.say("reason.figure", name=words.lower(words.name(fact.concept)), day=words.day(fact.period_end),
                      value=words.value(fact.value, fact.unit))
            for fact in used.itertuples()
        ]  # fmt: skip
        said = {"value": words.value(row["implausible"], self.unit), "low": low, "high": high}
        reason = words.say("reason.implausible", figures=words.listing(figures), **said)
        return words.clauses([reason, *dict.fromkeys(filter(None, used["note"]))])

    def _why(self, company: str, ordinal: int, missing: list[str]) -> str:
        if not missing:
            return words.say("reason.undefined")
        now = {name for name in missing if not EARLIER.fullmatch(name)}
        worth_saying = [name for name in missing if name in now or without_lag(name) not in now]
        return words.clauses(dict.fromkeys(self._why_one(company, ordinal, name) for name in worth_saying))

    def _why_one(self, company: str, ordinal: int, name: str) -> str:
        concept, earlier = without_lag(name), EARLIER.fullmatch(name)
        when = words.say(f"reason.{earlier[2]}") if earlier else ""
        changed = self.panel.why_changed(company, concept, ordinal, _all_steps(name, self.panel, self.given))
        return changed or self.panel.why_missing(company, ordinal, concept, when)


def shared_period(known: pd.DataFrame, panel: Panel) -> str:
    """Of the newest period of some values and those up to half a year before it, the one that most companies have.

    Of several it is the newest. Who has nothing so new draws nobody back: a period that five companies shared years ago
    says less of today than one that three share now.

    known   rows with a value: company, ordinal, period
    """
    recent = known[known["ordinal"] >= known["ordinal"].max() - panel.old_after]
    each = recent.groupby(["ordinal", "period"])["company"].nunique()
    return each[each == each.max()].index[-1][1]


def measure(metric: Callable | str, panel: Panel, **names: str | float) -> Measures:
    """Evaluate `metric` once over the whole panel; its parameter names say what it takes.

    A concept's own name instead of a metric gives the figures themselves, `kind` as filed.

    A parameter is the name of a concept (`capex`), of another metric (`fcf`), or either with a suffix for an
    earlier period: `_year_ago`, `_quarter_ago`, `_years_ago` (with `years`), `_opening` (the balance before the
    period). `names` gives what a general parameter stands for (`value="capex"`) or a number (`tax_rate=0.21`).
    Kinds:   the weakest of the inputs, at best `derived`; a number given makes the result `assumed`.
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
    if name not in ALL and name not in facts.dictionary().index:
        raise MetricError(unknown("metric", [name], [*ALL, *facts.dictionary().index]))
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
        return Term(float(given), 0 if name == "years" else ASSUMED, {})
    if given in panel.concepts:
        return Term(*panel.grids[given], {given: panel.concepts[given]})
    if given in ALL:
        return _term(ALL[given], panel, names)
    if earlier := EARLIER.fullmatch(given):
        base, suffix = earlier.groups()
        return _named(base, panel, names).earlier(_steps(suffix, panel, names), f"_{suffix}", panel)
    if given in facts.dictionary().index:  # a concept that none of these companies has: missing, not wrong
        nothing = np.full(panel.shape, MISSING, dtype=np.int32)
        return Term(panel.values[nothing], panel.kinds[nothing], {given: nothing})
    raise MetricError(unknown("quantity", [given], [*facts.dictionary().index, *ALL]))


def _steps(suffix: str, panel: Panel, names: dict[str, str | float]) -> int:
    if suffix == "quarter_ago" or (suffix == "opening" and panel.span == "quarter"):
        return 1
    years = names.get("years") if suffix == "years_ago" else 1
    steps = panel.steps_per_year * years if isinstance(years, Real) else 0
    if steps < 1 or steps != round(steps):
        raise MetricError(f"years is {years}; give a number of years that holds whole periods, such as years=3")
    return round(steps)


def _all_steps(name: str, panel: Panel, names: dict[str, str | float]) -> int:
    """How many periods an input's name lies back."""
    earlier = EARLIER.fullmatch(name)
    return _steps(earlier[2], panel, names) + _all_steps(earlier[1], panel, names) if earlier else 0
