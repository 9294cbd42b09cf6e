"""One metric over every company there is: the reviewed, the added, and those of a whole market, with the evidence.

The twelve months of each company are worked out by the code of every page, once for a day, and kept in the store until
its figures or that code change: a screen then reads what its metric takes.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from inspect import signature
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from capcycle import facts, pool
from capcycle.errors import CapcycleError, NothingToShow, together, unknown
from capcycle.facts import Book, door, layers, store, tables
from capcycle.measure import measure_named
from capcycle.measures import Measures, shared_period
from capcycle.metrics import ALL
from capcycle.metrics.registry import CURRENCY, EARLIER
from capcycle.panel import Panel, select

SPAN, CALENDAR = "ttm", "calendar"
KEPT = 12  # newest quarters of a company whose twelve months are kept
REACH = 5  # quarters before the newest of all in which the common period is looked for: half a year, and a late filer
DAYS = ["period_start", "period_end", "published"]
COLUMNS = [
    *["concept", "ordinal", "company", "period_start", "period_end", "value", "unit", "kind", "source", "locator"],
    *["published", "note", "tier", "basis", "last_basis"],
]
SHOWN = ["company", "name", "group", "period", "period_end", "value", "unit", "kind", "published", "source"]
CODE = [*(Path(__file__).parent / "facts").glob("*.py"), *map(Path(__file__).with_name, ("panel.py", "periods.py"))]
TABLES = ("dictionary.csv", "ads.csv", "year_ends.csv")  # what the twelve months of any company rest on


class Screened(NamedTuple):
    """A screen, and of how many companies it is.

    rows     see `screen`
    ranked   companies that have the figure for the period
    lacking  companies that do not
    apart    companies left out because an amount of theirs is not in US dollars
    """

    rows: pd.DataFrame
    ranked: int
    lacking: int
    apart: int


def screen(metric: str, top: int = 0, groups: Sequence[str] = (), as_of: str = "") -> pd.DataFrame:
    """The companies with the largest values of a metric in the twelve months that most of them have, largest first.

    metric   as it stands under an exhibit: `capex_to_revenue`, `growth_year_on_year.revenue`, or a concept
    top      how many; all where it is 0
    groups   only companies of these groups: those of the reviewed data, `added`, `market`
    as_of    ISO date: only what was public then
    Columns: company, name, group, period, period_end, value, unit, kind, published, source (ids of documents, space
             between).
    Errors:  CapcycleError for an unknown metric or group, and for a bad date; NothingToShow where nobody has it.

    >>> best = screen("capex_to_revenue", 2, ["hyperscalers"], as_of="2025-02-10")
    >>> best[["company", "period", "kind"]].values.tolist()
    [['META', 'TTM 2024Q4', 'derived'], ['MSFT', 'TTM 2024Q4', 'derived']]
    """
    return screened(metric, top, groups, as_of).rows


def screened(metric: str, top: int = 0, groups: Sequence[str] = (), as_of: str = "") -> Screened:
    """The same, with the numbers of companies that are ranked and that are not."""
    day, about, _ = together(partial(door.day, as_of), partial(_companies, groups), partial(_known, metric))
    as_of = as_of and f"{day:%Y-%m-%d}"
    prepare(as_of)
    rows, apart = _comparable(_rows(metric, as_of, set(about.index)), metric)
    nothing = NothingToShow(f"no company has {metric} by then: choose another metric or a later date")
    if rows.empty:
        raise nothing
    every = _measured(metric, rows, as_of)
    outside = (every.values < every.plausible[0]) | (every.values > every.plausible[1])
    values = pd.DataFrame(np.where(outside, np.nan, every.values), every.panel.companies, every.panel.ordinals)
    known = values.stack().rename_axis(["company", "ordinal"]).rename("value").reset_index()
    if known.empty:
        raise nothing
    labels = dict(zip(every.panel.ordinals, every.panel.index.get_level_values("period"), strict=False))
    period = shared_period(known.assign(period=known["ordinal"].map(labels)), every.panel)
    column = next(ordinal for ordinal, label in labels.items() if label == period)
    ranked = values[column].dropna().sort_values(ascending=False, kind="stable")
    best = list(ranked.index[: top or None])
    layers.call(best)
    few = _measured(metric, rows[rows["company"].isin(best)], as_of, every.panel.ordinals, column).table
    few = few.sort_values("value", ascending=False, ignore_index=True)
    shown = few.assign(name=few["company"].map(about["name"]), group=few["company"].map(about["group"]))[SHOWN]
    return Screened(shown, len(ranked), len(about) - len(ranked) - apart, apart)


def _known(metric: str) -> None:
    valid = [*ALL, *facts.dictionary().index]
    if wrong := set(metric.split(".")).difference(valid):
        raise CapcycleError(unknown("metric", wrong, valid))


def prepare(as_of: str = "") -> None:
    """Work out the twelve months of every company as they were known on a day, where that was not done yet.

    Errors: CapcycleError while another process writes into the store.
    """
    done = dict(store.select("SELECT company, stamp FROM worked WHERE as_of = ?", as_of)) if _has_months() else {}
    stamps = _stamps()
    waiting = [company for company, stamp in stamps.items() if done.get(company) != stamp]
    if not waiting:
        return
    with store.locked(), tqdm(total=len(waiting), disable=None, unit="company") as bar:
        for companies, rows in pool.each(partial(_worked_out, as_of), waiting):
            with store.opened(writes=True) as connection:
                for company in companies:
                    connection.execute("DELETE FROM months WHERE as_of = ? AND company = ?", [as_of, company])
                    connection.execute("REPLACE INTO worked VALUES (?, ?, ?)", [as_of, company, stamps[company]])
                store.insert(connection, "months", ([as_of, *row] for row in rows))
            bar.update(len(companies))


def _has_months() -> bool:
    return bool(store.select("SELECT 1 FROM sqlite_master WHERE name = 'worked'"))


def _stamps() -> dict[str, str]:
    """Every company with what tells one state of its figures, and of what is made of them, from another."""
    made = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(CODE)))
    made.update("".join(map(tables.stamp, TABLES)).encode())
    reviewed = {path.stem: tables.stamp(f"facts/{path.name}") for path in door.files()}
    return {each: f"{made.hexdigest()[:16]}-{stamp}" for each, stamp in (store.stamps() | reviewed).items()}


def _worked_out(as_of: str, companies: list[str]) -> tuple[list[str], list[list]]:
    """The newest twelve months of some companies, as rows of the store; none of one whose figures are refused."""
    before = set(layers.CALLED)
    layers.CALLED.clear()  # the documents of a market are many: only those of these companies are read
    try:
        return companies, _together(as_of, companies)
    finally:
        layers.CALLED.clear()
        layers.CALLED.update(before)


def _together(as_of: str, companies: list[str]) -> list[list]:
    try:
        rows = select(facts.open(companies, as_of), SPAN, CALENDAR).rows
    except NothingToShow:
        return []
    except CapcycleError:
        return [row for each in companies for row in _together(as_of, [each])] if len(companies) > 1 else []
    newest = rows.groupby("company")["ordinal"].transform("max")
    rows = rows[rows["ordinal"] > newest - KEPT]
    days = {column: rows[column].dt.strftime("%Y-%m-%d").fillna("") for column in DAYS}
    return rows.assign(**days)[COLUMNS].astype(object).to_numpy().tolist()


def _companies(groups: Sequence[str]) -> pd.DataFrame:
    """The names and groups of every company, or of those of some groups."""
    every = pd.DataFrame(store.rows("companies", "true"), columns=store.COLUMNS["companies"]).set_index("company")
    own = facts.companies()[["name", "group"]]
    every = pd.concat([own, every.loc[~every.index.isin(own.index), ["name", "group"]]])
    if wrong := set(groups) - set(every["group"]):
        raise CapcycleError(unknown("group", wrong, every["group"].unique()))
    return every[every["group"].isin(groups)] if groups else every


def _rows(metric: str, as_of: str, companies: set[str]) -> pd.DataFrame:
    """The newest twelve months of what a metric takes, and of the quarters before that it looks back to."""
    leaves = list(_leaves(metric))
    concepts = store.names({concept for concept, _ in leaves})
    at = "as_of = ? AND concept IN (SELECT value FROM json_each(?))"
    newest = store.select(f"SELECT max(ordinal) FROM months WHERE {at}", as_of, concepts)[0][0] or 0
    since = newest - REACH - max(back for _, back in leaves)
    found = store.select(f"SELECT {', '.join(COLUMNS)} FROM months WHERE {at} AND ordinal >= ?", as_of, concepts, since)
    rows = pd.DataFrame(found, columns=COLUMNS)
    rows = rows[rows["company"].isin(companies)].reset_index(drop=True)
    return rows.assign(**{column: door.dates(rows[column]) for column in DAYS})


def _leaves(name: str) -> Iterator[tuple[str, int]]:
    """The concepts that a metric is made of, each with the quarters by which it looks back at most."""
    name, *subjects = name.split(".")
    yield from ((leaf, 4) for subject in subjects for leaf, _ in _leaves(subject))
    if earlier := EARLIER.fullmatch(name):
        yield from ((leaf, back + 4) for leaf, back in _leaves(earlier[1]))
    elif name in ALL:
        yield from (leaf for parameter in signature(ALL[name]).parameters for leaf in _leaves(parameter))
    else:
        yield name, 0


def _comparable(rows: pd.DataFrame, metric: str) -> tuple[pd.DataFrame, int]:
    """The rows that can stand beside each other, and how many companies are left out: of amounts, those in dollars."""
    name = metric.split(".")[0]
    unit = ALL[name].unit if name in ALL else facts.dictionary()["unit"].get(name, "")
    if not unit.startswith(CURRENCY):
        return rows, 0
    money = rows["unit"].str.fullmatch("[A-Z]{3}(/.*)?") & ~rows["unit"].str.startswith("USD")
    others = set(rows.loc[money, "company"])
    return rows[~rows["company"].isin(others)], len(others)


def _measured(
    metric: str, rows: pd.DataFrame, as_of: str, ordinals: Sequence[int] = (), only: int | None = None
) -> Measures:
    """A metric of some companies; with `only`, the table of this period alone, and no search for what others lack."""
    ordinals = tuple(ordinals or range(rows["ordinal"].min(), rows["ordinal"].max() + 1))
    shown = tuple(each for each in ordinals if only is None or each <= only)
    rows = rows[rows["ordinal"].isin(shown)].reset_index(drop=True)
    book = Book(tuple(dict.fromkeys(rows["company"])), as_of)
    return measure_named(metric, Panel(book, rows, shown, ordinals[0] if only is None else only, SPAN, CALENDAR))
