"""What a metric comes to: a value for every company and period, with the origin of each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from numbers import Real
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import facts, periods, words
from capcycle.errors import MetricError, NothingToShow
from capcycle.facts.door import KINDS
from capcycle.metrics.registry import ANY_VALUE, EARLIER, without_lag
from capcycle.panel import MISSING, Panel


class Cell(NamedTuple):
    """The value of one company and period with its origin: see the columns of `Measures.table`."""

    period: str
    period_end: pd.Timestamp
    value: float
    kind: str
    published: pd.Timestamp
    source: str
    reason: str


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
        return self._reasoned(self.cells)

    @cached_property
    def known(self) -> pd.DataFrame:
        """The rows of the table that have a value: for these no reasons are looked for."""
        cells = self.cells[self.cells["value"].notna()]
        return cells.assign(reason=pd.Series("", cells.index, dtype=str))

    def known_of(self, company: str) -> pd.DataFrame:
        """One company's rows that have a value."""
        return self.known[self.known["company"] == company]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The table without its reasons, of which few are asked for."""
        shown, used = self._shown, self._used
        newest = np.max([rows for name, rows in used.items() if not EARLIER.fullmatch(name)], axis=0)
        dates = self.panel.rows[["period_start", "period_end"]].reindex(newest).reset_index(drop=True)
        values = self.values.ravel()[shown]
        outside = (values < self.plausible[0]) | (values > self.plausible[1])
        index = self.panel.index[shown]
        return pd.DataFrame(  # at once: one column after the other takes several times as long
            {
                "company": index.get_level_values("company"),
                "period": index.get_level_values("period"),
                "metric": self.name,
                "ordinal": np.tile(self.panel.ordinals, len(self.panel.companies))[shown],
                "period_start": dates["period_start"],
                "period_end": dates["period_end"],
                "mismatch": periods.calendar_mismatch(dates["period_end"]),
                "value": np.where(outside, np.nan, values),
                "implausible": np.where(outside, values, np.nan),
                "unit": self.unit,
                "kind": np.where(np.isnan(values), "", np.array(KINDS)[self.kinds.ravel()[shown]]),
                "published": pd.to_datetime(self._together(used, "published", partial(max, default=pd.NaT))),
                "source": self._together(used, "source", facts.documents),
            }
        )

    @cached_property
    def _shown(self) -> np.ndarray:
        return np.tile(np.array(self.panel.ordinals) >= self.panel.first, len(self.panel.companies))

    @cached_property
    def _used(self) -> dict[str, np.ndarray]:
        """The rows of the facts behind each shown cell, by the name of the input that they feed."""
        return {name: rows.ravel()[self._shown] for name, rows in self.inputs.items()}

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
        known = np.argwhere(~np.isnan(self._plausible))
        table = pd.DataFrame(known, columns=["company", "ordinal"]).assign(period=np.array(self._periods)[known[:, 1]])
        return self._periods[-1] if table.empty else shared_period(table, self.panel)

    @cached_property
    def last(self) -> dict[str, str]:
        """The newest period of which each company has a value."""
        known = {company: np.flatnonzero(~np.isnan(own))
                 for company, own in zip(self.panel.companies, self._plausible, strict=True)}  # fmt: skip
        return {company: self._periods[own[-1]] for company, own in known.items() if own.size}

    def closest(self, company: str) -> str:
        """The newest period of the last year of which the fewest of a company's figures are missing."""
        place, last = self.panel.companies.index(company), self.panel.steps_per_year + 1
        missing = np.sum([rows[place, self._from :] == MISSING for rows in self.inputs.values()], axis=0)[-last:]
        return self._periods[-last:][np.flatnonzero(missing == missing.min())[-1]]

    def cell(self, company: str, period: str) -> Cell:
        """The row of the table of one company and period.

        Errors: NothingToShow for a period that is not shown.
        """
        self._refuse_unshown(period)
        place = self.panel.companies.index(company), self._from + self._periods.index(period)
        rows = {name: grid[place] for name, grid in self.inputs.items()}
        newest = max(row for name, row in rows.items() if not EARLIER.fullmatch(name))
        missing = [name for name, row in rows.items() if row == MISSING]
        said = self.panel.said
        behind = {column: [each[row] for row in rows.values() if row != MISSING] for column, each in said.items()}
        raw, value = float(self.values[place]), float(self._plausible[place[0], place[1] - self._from])
        reason = "" if value == value else self._implausible(company, period, raw) if raw == raw else self._why(
            company, self.panel.ordinals[place[1]], missing)  # fmt: skip
        return Cell(
            period,
            pd.NaT if newest == MISSING else self.panel.rows["period_end"].iat[newest],
            value,
            KINDS[self.kinds[place]] if raw == raw else "",
            max(behind["published"], default=pd.NaT),
            facts.documents(behind["source"]),
            reason,
        )

    @property
    def _from(self) -> int:
        """The number of the first period shown."""
        return self.panel.first - self.panel.ordinals[0]

    @cached_property
    def _periods(self) -> list[str]:
        """The periods shown."""
        return self.panel.index.get_level_values("period")[: len(self.panel.ordinals)].to_list()[self._from :]

    @cached_property
    def _plausible(self) -> np.ndarray:
        """The values of the periods shown, a row for each company, NaN where they are implausible."""
        values = self.values[:, self._from :]
        return np.where((values < self.plausible[0]) | (values > self.plausible[1]), np.nan, values)

    def newest(self) -> pd.DataFrame:
        """Each company's newest result, `old` where others' newest is of more than half a year later.

        Who has no result has the row of `common_period`, which says why.
        """
        results = self.cells[self.cells[["value", "implausible"]].notna().any(axis=1)]
        newest = self._reasoned(results.drop_duplicates("company", keep="last"))
        lacking = self.at()[lambda rows: ~rows["company"].isin(newest["company"])]
        old = newest["ordinal"] < newest["ordinal"].max() - self.panel.old_after
        return pd.concat([newest.assign(old=old), lacking.assign(old=False)], ignore_index=True)

    def past(self, company: str, most: int) -> list[float]:
        """A company's values of the newest shown periods, the oldest first, NaN where one is missing."""
        return self._plausible[self.panel.companies.index(company), -most:].tolist()

    def at(self, period: str | None = None) -> pd.DataFrame:
        """The rows of one period, by default `common_period`, the largest value first."""
        wanted = period or self.common_period()
        if wanted not in self._asked:
            self._refuse_unshown(wanted)
            rows = self._reasoned(self.cells[self.cells["period"] == wanted])
            self._asked[wanted] = rows.sort_values("value", ascending=False, ignore_index=True)
        return self._asked[wanted].copy(deep=False)

    def _refuse_unshown(self, period: str) -> None:
        if period not in self._periods:
            raise NothingToShow(f"no period '{period}'; shown are {self._periods[0]} to {self._periods[-1]}")

    @cached_property
    def _asked(self) -> dict[str, pd.DataFrame]:
        return {}

    def _together(self, used: dict[str, np.ndarray], column: str, together: Callable) -> list:
        """For every cell what the facts behind it say in `column`, put together."""
        of_row = self.panel.said[column]
        cells = zip(*used.values(), strict=True)
        return [together([of_row[row] for row in cell if row != MISSING]) for cell in cells]

    def _reasoned(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Some rows of the table, each with the reason why its value is missing."""
        reasons = [""] * len(rows)
        companies, ordinals = rows["company"].to_list(), rows["ordinal"].to_list()
        for place in np.flatnonzero(np.isnan(rows["value"].to_numpy())):
            missing = [name for name, used in self._used.items() if used[rows.index[place]] == MISSING]
            reasons[place] = self._why(companies[place], ordinals[place], missing)
        for place in np.flatnonzero(~np.isnan(rows["implausible"].to_numpy())):
            row = rows.iloc[place]
            reasons[place] = self._implausible(row["company"], row["period"], row["implausible"])
        return rows.assign(reason=reasons)

    def _implausible(self, company: str, period: str, value: float) -> str:
        """Why a result is neither ranked nor drawn, with the figures that it comes from."""
        low, high = (words.value(end, self.unit) for end in self.plausible)
        used = self.used(company, period)
        figures = [
            words.say("reason.figure", name=words.lower(words.name(fact.concept)), day=words.day(fact.period_end),
                      value=words.value(fact.value, fact.unit))
            for fact in used.itertuples()
        ]  # fmt: skip
        said = {"value": words.value(value, self.unit), "low": low, "high": high}
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


def steps(suffix: str, panel: Panel, names: dict[str, str | float]) -> int:
    """How many periods of a panel lie between one and that of which the suffix of a name tells.

    names  the numbers that were given, `years` among them

    Errors: MetricError for a number of years that holds no whole periods.

    >>> steps("year_ago", panel.select(facts.open(["META"])), {})
    4
    """
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
    return steps(earlier[2], panel, names) + _all_steps(earlier[1], panel, names) if earlier else 0
