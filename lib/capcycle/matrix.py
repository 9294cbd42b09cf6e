"""A set of runs from one row, or one command: the values that some parameters take one after the other.

A row of `runs.toml` says `for_each = { company = "group:miners" }`, a command line `-p company group:miners`. Several
parameters make a run of each combination.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, product, takewhile
from pathlib import Path
from typing import Any

from capcycle import paths, words
from capcycle.errors import CapcycleError, RunError
from capcycle.parameters import (
    DATES,
    day,
    declared,
    find_notebook,
    parse_parameters,
    raise_all,
    unknown,
)
from capcycle.words import say

COMPANIES = {"company", "companies", "peers", "tenant", "lessor"}
CODES = {"calendar", "currency", "metric", "span"}  # whose values have no comma in them
STEPS = {"month": 1, "quarter": 3, "year": 12}
GROUP, SPAN = "group:", re.compile(r"(.+)\.\.(.+?):(.+)")
PLACE = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Of:
    """The set that a run is of: its name and title, and the run's own values there as a reader sees them."""

    name: str
    title: str
    shown: dict[str, str]


@dataclass(frozen=True)
class Member:
    """A run of a set: its values of the parameters in which the runs differ."""

    values: dict[str, Any]

    @property
    def slugs(self) -> dict[str, str]:
        """The values as parts of a name."""
        return {name: _slug(value) for name, value in self.values.items()}

    @property
    def ending(self) -> str:
        """How the name of its page ends."""
        return "-".join(self.slugs.values())


def members(for_each: dict[str, Any], notebook: str) -> list[Member]:
    """A member for each combination of the values in `for_each`; RunError names every fault of these."""
    kinds, found, wrong = declared(find_notebook(notebook)), {}, []
    for name, given in for_each.items():
        try:
            if name not in kinds:
                raise RunError(unknown("parameter", name, kinds))
            found[name] = _values(name, given, kinds[name].type)
        except CapcycleError as error:
            wrong.append(f"for_each.{name}: {error}")
    raise_all(wrong)
    return [Member(dict(zip(found, each, strict=True))) for each in product(*found.values())]


def faults(row: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a row that says `for_each`, besides what may be wrong with any row."""
    each, title, given = row["for_each"], row.get("title"), row.get("parameters")
    if not each:
        yield "for_each is empty; name a parameter and its values, or leave it out"
    if isinstance(given, dict):
        yield from (f"{name} stands in for_each and in parameters; leave it in one" for name in each if name in given)
    if isinstance(title, str):
        places = set(PLACE.findall(title))
        yield from (f"title: {unknown('place', f'{{{place}}}', [f'{{{name}}}' for name in each])}"
                    for place in sorted(places - set(each)))  # fmt: skip
        yield from (f"title has no {{{name}}}, in which its pages differ" for name in each if name not in places)
    try:
        members(each, row["notebook"])
    except CapcycleError as error:
        yield from str(error).splitlines()


def titled(title: str, shown: dict[str, str]) -> str:
    """A title with what is shown of each parameter in its place.

    >>> titled("{company} on {as_of}", {"company": "Meta", "as_of": "30 Jun 2024"})
    'Meta on 30 Jun 2024'
    """
    return PLACE.sub(lambda place: shown.get(place[1], place[0]), title)


def of(name: str, title: str, member: Member) -> Of:
    """The set `name` as one of its members has it; in the title of the set the names of parameters stand in words."""
    each = {key: say(words.said(f"matrix.each.{key}", "matrix.each.other"), name=key) for key in member.values}
    return Of(name, titled(title, each), {key: _shown(key, value) for key, value in member.values.items()})


def parted(notebook: Path, pairs: Iterable[tuple[str, str]]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """What was typed for a notebook: pairs of a name and one value, and by name what stands for several values."""
    known, one, each = declared(notebook), [], {}
    for name, text in pairs:
        kind = known[name].type if name in known else ""
        if (name in COMPANIES and text.startswith(GROUP)) or (name in DATES and SPAN.fullmatch(text)):
            each[name] = text
        elif "," in text and not kind.startswith("list[") and (kind != "str" or name in COMPANIES | DATES | CODES):
            each[name] = [parse_parameters(notebook, [(name, part.strip())])[name] for part in text.split(",")]
        else:
            one.append((name, text))
    return one, each


def _values(name: str, given: Any, kind: str) -> list[Any]:
    """The values of one parameter; a list that has but one thing in it may be written as that thing."""
    if isinstance(given, str) and name in COMPANIES and given.startswith(GROUP):
        given = _group(given.removeprefix(GROUP))
    elif isinstance(given, str) and name in DATES and SPAN.fullmatch(given):
        given = list(_days(*SPAN.fullmatch(given).groups()))
    if not isinstance(given, list) or not given:
        way = f" or FIRST..LAST:{'|'.join(STEPS)}" * (name in DATES) + f" or {GROUP}NAME" * (name in COMPANIES)
        raise RunError(f"{given!r} is no list of values; give one{way}")
    if name in DATES:
        given = [day(name, each) for each in given]
    slugs = [_slug(each) for each in given]
    if wrong := [each for each, slug in zip(given, slugs, strict=True) if not slug or slugs.count(slug) > 1]:
        raise RunError(f"{wrong[0]!r} gives its page no name of its own; a name has letters a-z, digits and hyphens")
    return [[each] if kind.startswith("list[") and not isinstance(each, list) else each for each in given]


def _group(name: str) -> list[str]:
    """The companies of a group; those that a user added are known only to the book."""
    groups: dict[str, list[str]] = {}
    for row in _companies():
        groups.setdefault(row["group"], []).append(row["company"])
    if name not in groups and (paths.STORE / paths.STORE_FILE).is_file():
        from capcycle import facts  # with pandas

        known = facts.companies()
        groups = {group: list(tickers) for group, tickers in known.groupby("group", sort=False).groups.items()}
    if name not in groups:
        raise RunError(unknown("group", name, groups))
    return groups[name]


def _companies() -> list[dict[str, str]]:
    file = paths.DATA / "companies.csv"
    return list(csv.DictReader(file.read_text("utf-8").splitlines())) if file.is_file() else []


def _days(first: str, last: str, step: str) -> Iterator[str]:
    """Days from the first to the last at most, a step apart; those from the end of a month are ends of months.

    >>> list(_days("2024-06-30", "2025-01-15", "quarter")), list(_days("2024-01-30", "2024-03-31", "month"))
    (['2024-06-30', '2024-09-30', '2024-12-31'], ['2024-01-30', '2024-02-29', '2024-03-30'])
    """
    if step not in STEPS:
        raise RunError(unknown("step", step, STEPS))
    start, end = (date.fromisoformat(day(*each)) for each in (("the first", first), ("the last", last)))
    if start > end:
        raise RunError(f"{first} comes after {last}: give the earlier day first")
    days = (_later(start, number * STEPS[step]) for number in count())
    return map(date.isoformat, takewhile(lambda each: each <= end, days))


def _later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    last = date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)
    ends = (first + timedelta(days=1)).day == 1
    return last if ends else last.replace(day=min(first.day, last.day))


def _slug(value: Any) -> str:
    """A value as a part of a page's name.

    >>> _slug("0700.HK"), _slug(["MSFT", "AMZN"]), _slug("2024-06-30")
    ('0700-hk', 'msft-amzn', '2024-06-30')
    """
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _shown(name: str, value: Any) -> str:
    """A value as a reader sees it: a company by its name, a day without doubt about its month."""
    if isinstance(value, list):
        return words.listing([_shown(name, each) for each in value])
    if name in COMPANIES:
        return next((row["name"] for row in _companies() if row["company"] == value), str(value))
    try:
        return words.day(date.fromisoformat(value)) if name in DATES else str(value)
    except (TypeError, ValueError):  # which the run's own check will refuse
        return str(value)
