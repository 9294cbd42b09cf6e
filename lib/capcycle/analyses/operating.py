"""Users, rides, cities: what was counted, by which definition, and how it grew."""

from collections.abc import Mapping

import pandas as pd

from capcycle import study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Fraction, Number, model
from capcycle.quantity import DERIVED, Quantity, missing
from capcycle.study import Case
from capcycle.words import say

RIDES, CITIES = "rides", "cities"


@model(verdict="count_per_day", better="higher", count_before=Number, count_per_day=Number)
def count_growth(count: Number, count_growth: Fraction, days_counted: Number):
    """What a count was a year before, and how much of it falls on a day.

    Formula: count_before = count / (1 + count_growth); count_per_day = count / days_counted
    Units:   a count over a period, its growth on a year earlier as a fraction, the days of the period.
    Source:  Apollo Go in the third quarter of 2025: 3.1m rides, +212 %, 92 days.

    >>> found = count_growth(3.1e6, 2.12, 92.0)
    >>> round(float(found.count_before)), round(float(found.count_per_day))
    (993590, 33696)
    """
    return count / (1 + count_growth), per(count, days_counted)


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
    growth = study.entry(row, "growth", "fraction") if row["growth"] == row["growth"] else _computed(row, rows)
    given = {"count": study.entry(row, "value", row["unit"]), "count_growth": growth}
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
    now, before = (study.entry(each, "value", "") for each in (row, same.iloc[-1]))
    return (now / before - 1).called("count_growth", "fraction")


def growth(book: Book, each: Mapping[str, Case]) -> Exhibit:
    """Each newest count with its growth, the count of a year before, and what falls on a day."""
    full = {name: case for name, case in each.items() if not case.lacking}
    lacking = [words.say("note.lacking", name=name, reason=case.lacking) for name, case in each.items() if case.lacking]
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
    day = full[top["label"]].inputs["count"].days
    title = say("operating.growth.title", what=top["label"], growth=words.change(top["value"]), day=day)
    cities = [each for each in (by_city(book, company) for company in book.companies) if not each.missing]
    lacking += [say("operating.by_city", rides=each.shown, day=each.days) for each in cities]
    heads = {each: say(f"operating.column.{each}") for each in ("label", "count", "value", "before", "daily")}
    return marks.table(rows, marks.worded("operating.growth", *lacking, title=title, id="operating-growth"), heads)


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
    return (study.entry(ride, "value", "") / study.entry(city, "value", "") / days).called(unit, unit)
