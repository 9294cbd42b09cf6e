"""Users, rides, cities: what was counted, by which definition, and what each of them earns."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from capcycle import facts, study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Number, PerUserMonth, Users, Years, model
from capcycle.panel import select
from capcycle.quantity import DERIVED, Quantity, missing
from capcycle.study import Case
from capcycle.units import MONTHS_PER_YEAR
from capcycle.words import Sentence, say

PEOPLE, RIDES, CITIES = "people", "rides", "cities"
QUARTER = 0.25  # of a year


class CountGrowth(NamedTuple):
    count_before: Number
    count_per_day: Number


@model(verdict="count_per_day", better="higher")
def count_growth(count: Number, count_growth: Fraction, days_counted: Number) -> CountGrowth:
    """What a count was a year before, and how much of it falls on a day.

    Formula: count_before = count / (1 + count_growth); count_per_day = count / days_counted
    Units:   a count over a period, its growth on a year earlier as a fraction, the days of the period.
    Source:  Apollo Go in the third quarter of 2025: 3.1m rides, +212 %, 92 days.

    >>> found = count_growth(3.1e6, 2.12, 92.0)
    >>> round(float(found.count_before)), round(float(found.count_per_day))
    (993590, 33696)
    """
    return CountGrowth(count / (1 + count_growth), per(count, days_counted))


class PerUser(NamedTuple):
    revenue_per_user_month: PerUserMonth
    revenue_per_user_year: Amount


@model(verdict="revenue_per_user_year", better="higher")
def per_user(period_revenue: Amount, users: Users, period: Years) -> PerUser:
    """What a company takes in for each of its users.

    Formula: revenue_per_user_year = period_revenue / users / period; a month's is a twelfth
    Units:   an amount of one period, the users counted in it, the period in years; currency.
    Source:  Meta in the June quarter of 2024: 39.071bn (10-Q) from 3.27bn people a day.

    >>> round(float(per_user(39.071e9, 3.27e9, 0.25).revenue_per_user_month), 2)
    3.98
    """
    year = per(period_revenue, users * period)
    return PerUser(year / MONTHS_PER_YEAR, year)


def counts(book: Book) -> pd.DataFrame:
    """Every count of the companies, of each the newest version, the oldest period first."""
    table = book.register("operating")
    return table[table["company"].isin(book.companies)].sort_values(["company", "measure", "period_end"], kind="stable")


def grown(book: Book) -> dict[str, Case]:
    """Each count that has a growth printed or a figure of a year before by the same definition, by words for it."""
    rows = counts(book)
    rows = rows[rows["value"].notna() & (rows["stale"] == "no") & (rows["unit"] != "fraction")]
    last = rows.groupby(["company", "measure"], sort=False).tail(1)
    return {_called(row): _grown(book, row, rows) for _, row in last.iterrows()}


def _called(row: pd.Series) -> str:
    return say("operating.called", company=row["name"], measure=words.lower(row["measure"]))


def _grown(book: Book, row: pd.Series, rows: pd.DataFrame) -> Case:
    days = (row["period_end"] - row["period_start"]).days + 1 if row["unit"] == RIDES else 1  # people are of a day
    growth = _quantity(row, "growth", "fraction") if row["growth"] == row["growth"] else _computed(row, rows)
    given = {"count": _quantity(row, "value", row["unit"]), "count_growth": growth}
    return study.case(
        count_growth, book, row["company"], **given, days_counted=Quantity("days_counted", float(days), kind=DERIVED)
    )


def _computed(row: pd.Series, rows: pd.DataFrame) -> Quantity:
    """Growth on the figure of a year before, where there is one by the same definition."""
    day = row["period_end"] - pd.DateOffset(years=1)
    same = rows[
        (rows[["company", "measure", "series"]] == row[["company", "measure", "series"]]).all(axis=1)
        & ((rows["period_end"] - day).abs() < pd.Timedelta(days=7))
    ]
    if same.empty:
        return missing("count_growth", say("operating.no_year"))
    return (_quantity(row, "value", "") / _quantity(same.iloc[-1], "value", "") - 1).called("count_growth", "fraction")


def _quantity(row: pd.Series, column: str, unit: str) -> Quantity:
    return Quantity(
        column,
        float(row[column]),
        unit,
        kind=row["kind"],
        source=row["source"],
        reason=row["note"],
        published=row["published"],
        since=row["period_end"],
        day=row["period_end"],
    )


@study.starts(per_user)
def _start(book: Book, company: str) -> Case:
    each = earned(book.of(company)) if company else {}
    return next(reversed(each.values()), None) or study.bound(per_user, book, company)


def earned(book: Book) -> dict[str, Case]:
    """Revenue of a quarter for each of the people counted in it, by words for company and quarter."""
    rows = counts(book)
    rows = rows[rows["unit"].eq(PEOPLE) & rows["stale"].eq("no") & rows["value"].notna()]
    return {
        say("operating.quarter", company=row["name"], day=words.day(row["period_end"])): case
        for _, row in rows.iterrows()
        for case in [_earned(book, row)]
        if not case.lacking
    }


def _earned(book: Book, row: pd.Series) -> Case:
    own = book.of(row["company"]).into(facts.companies().loc[row["company"], "currency"])
    lacking = missing("period_revenue", say("operating.no_figure"))
    end = row["period_end"]
    revenue = lacking if own.facts.empty else study.summed(measure("revenue", select(own)), row["company"], end, end)
    return study.case(
        per_user,
        own,
        row["company"],
        period_revenue=revenue,
        users=_quantity(row, "value", "users"),
        period=Quantity("period", QUARTER, "years", kind=DERIVED),
    )


def verdict(book: Book, each: Mapping[str, Case]) -> Sentence:
    """The count that grew most, and what a user earns now."""
    full = {name: case for name, case in each.items() if not case.lacking}
    if counts(book).empty:
        return words.paragraph(say("operating.none"))
    fastest = max(full.items(), key=lambda pair: pair[1].inputs["count_growth"].value, default=None)
    said = [study.tell(fastest[1], "operating.fastest", what=fastest[0])] if fastest else []
    said += [study.tell(case, "operating.earns", quarter=name) for name, case in list(earned(book).items())[-1:]]
    return words.paragraph(*(said or [say("operating.no_growth")]))


def growth(book: Book, each: Mapping[str, Case]) -> Exhibit:
    """Each newest count with its growth, the count of a year before, and what falls on a day."""
    full = {name: case for name, case in each.items() if not case.lacking}
    lacking = [f"{name}: {case.lacking}." for name, case in each.items() if case.lacking]
    if not full:
        return marks.nothing(marks.worded("operating.growth", *lacking, title=say("operating.no_growth")))
    units = {_called(row): row["unit"] for _, row in counts(book).iterrows()}
    rows = pd.DataFrame(
        [
            {
                "label": name,
                "count": case.inputs["count"].value,
                "before": float(case.outputs.count_before),
                "daily": float(case.outputs.count_per_day) if units[name] == RIDES else float("nan"),
                "unit": units[name],
                "value": case.inputs["count_growth"].value,
                "value_unit": "fraction",
                "kind": case.kind,
                "source": case.source,
            }
            for name, case in full.items()
        ]
    )
    top = rows.loc[rows["value"].idxmax()]
    title = say("operating.growth.title", what=top["label"], growth=words.change(top["value"]))
    cities = [each for each in (by_city(book, company) for company in book.companies) if not each.missing]
    lacking += [say("operating.by_city", rides=each.shown, day=each.days) for each in cities]
    heads = {each: say(f"operating.column.{each}") for each in ("label", "count", "value", "before", "daily")}
    return marks.table(rows, marks.worded("operating.growth", *lacking, title=title, id="operating-growth"), heads)


def earnings(each: Mapping[str, Case]) -> Exhibit:
    """Revenue a year for each person counted, by quarter: a line for each company."""
    frame = {"id": "operating-earnings"}
    if len(each) < 2:
        return marks.nothing(marks.worded("operating.earnings", title=say("operating.no_users"), **frame))
    rows = pd.DataFrame(
        [
            {
                "x": f"{case.inputs['users'].day:%Y}Q{case.inputs['users'].day.quarter}",
                "label": name,
                "group": case.name,
                "value": float(case.outputs.revenue_per_user_year),
                "unit": case.currency,
                "kind": case.kind,
                "source": case.source,
            }
            for name, case in each.items()
        ]
    )
    first, last = rows.iloc[0], rows.iloc[-1]
    amounts = {end: words.value(row["value"], row["unit"]) for end, row in (("first", first), ("last", last))}
    title = say("operating.earnings.title", company=last["group"], since=first["x"], **amounts)
    return marks.paths(rows, marks.worded("operating.earnings", title=title, **frame))


def register(book: Book) -> Exhibit:
    """Every count as printed, with its definition, breaks between definitions, and figures that are stale."""
    rows = counts(book)
    frame = {"id": "operating-register"}
    if rows.empty:
        return marks.nothing(marks.worded("operating.register", title=say("operating.none"), **frame))
    breaks = rows.groupby(["name", "measure"])["series"].nunique()
    broken = [
        say("operating.broken", company=name, measure=words.lower(what))
        for (name, what), count in breaks.items()
        if count > 1
    ]
    stale = [
        say("operating.stale", company=row["name"], measure=words.lower(row["measure"]), note=row["note"])
        for _, row in rows[rows["stale"] == "yes"].iterrows()
    ]
    title = say("operating.register.title", counts=len(breaks), broken=len(broken), stale=len(stale))
    shown = rows.assign(label=rows["name"], count=rows["value"], growth_unit="fraction")
    heads = {
        each: say(f"operating.column.{each}")
        for each in ("label", "measure", "period_end", "count", "growth", "definition", "note")
    }
    heads["label"] = say("column.company")
    return marks.table(shown, marks.worded("operating.register", *broken, *stale, title=title, **frame), heads)


def by_city(book: Book, company: str) -> Quantity:
    """Rides a day in each city in the newest quarter that has both; missing where one is not known."""
    rows = counts(book)
    rows = rows[(rows["company"] == company) & (rows["stale"] == "no")]
    rides, cities = (rows[rows["unit"] == unit] for unit in (RIDES, CITIES))
    both = rides.merge(cities, on="period_end", suffixes=("", "_cities"))
    if both.empty:
        return missing("rides_per_city_day", say("operating.no_cities"))
    day = both["period_end"].iloc[-1]
    ride, city = (table[table["period_end"] == day].iloc[-1] for table in (rides, cities))
    days = (day - ride["period_start"]).days + 1
    unit = "rides_per_city_day"
    return (_quantity(ride, "value", "") / _quantity(city, "value", "") / days).called(unit, unit)
