"""Checks every row of `data/` before anything is computed, and reports all faults of all files at once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from capcycle import paths, periods
from capcycle.errors import CapcycleError, DataError
from capcycle.facts import slips, tables
from capcycle.facts.evidence import KINDS, SECOND_HAND, second_hand

REFERENCE = ("companies.csv", "dictionary.csv", "sources.csv")
TIERS = [  # best first
    *["filing", "release", "tracker", "summary", "research", "news", "dataset", "aggregator", "statistics", "own"],
]
PLAIN_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
TICKER = "[A-Z0-9][A-Z0-9.-]*"
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ACCESSION = r"^[0-9]{10}-([0-9]{2})-[0-9]{6}"  # of a filing, with its year
REGISTRANT = r"sec\.gov/Archives/edgar/data/0*([0-9]+)/"  # in a filing's address
LONGEST_DELAY = 6 * 366  # days; a figure is last repeated in a summary of five years
CONFIRMED = "confirmed:"  # begins the note of a figure that looks wrong and was looked up
SLIPPED = (  # said of a value
    "value {value} looks like a slip of scale beside its neighbours; "
    f"if the document does say so, begin its note with '{CONFIRMED}'"
)
UNDATED = (  # said of a value; a day later it may be the newer of the two, or the older
    "no day of publication beside a figure of the same period that has one: which is the newer, nobody can say; "
    "find its day, or move it to data/rejected.csv"
)
APART = (  # said of a value
    "value {value:.0f} has no day of publication and stands before one that has, of a weaker source and more than "
    f"half a percent off; find its day, or begin its note with '{CONFIRMED}'"
)
ALIKE = 0.005  # two figures of one period, one of them rounded


CHECKED: dict[tuple, pd.DataFrame] = {}  # by file, content and reference: a company is asked for again and again
KEPT = 128  # companies of them

Rules = Iterator[tuple[str, pd.Series]]  # what to say, and of which rows


@dataclass(frozen=True, eq=False)
class Reference:
    """The reference tables: who, what and from which document; and what is wrong with them."""

    companies: pd.DataFrame
    concepts: pd.DataFrame
    sources: pd.DataFrame
    faults: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def of(self, table: str, column: str, names: pd.Series) -> pd.Series:
        """A column of a reference table for each of some names; missing where the table has no such name."""
        return names.map(getattr(self, table)[column]).astype("str")

    def lacks(self, table: str, cells: pd.Series) -> pd.Series:
        """Whether a reference table has no row of each name; of one that cannot be read nobody can say."""
        names = getattr(self, table).index
        return ~cells.isin(names) & (not names.empty)


def reference() -> Reference:
    """The reference tables, checked."""
    known = open_reference()
    refuse(known.faults)
    return known


def open_reference() -> Reference:
    """The reference tables with their faults returned, not raised, so that those of other tables can be added.

    Errors: DataError where one of them cannot be read at all.
    """
    known = survey_reference()
    refuse(known.unread)
    return known


def survey_reference() -> Reference:
    """The reference tables, one that cannot be read as empty: what can be said of the other tables is said."""
    return _reference(tuple(map(tables.stamp, REFERENCE)))


@lru_cache(maxsize=2)
def _reference(stamps: tuple[str, ...]) -> Reference:
    """A page asks for names and sources a hundred times; `stamps` tell when a table has changed."""
    read = [gather([partial(_filled, name)]) for name in REFERENCE]
    unread = [fault for _, found in read for fault in found]
    read = [table[0] if table else _empty(name) for name, (table, _) in zip(REFERENCE, read, strict=True)]
    rules = (_company_rules, _concept_rules, _source_rules)
    broken = [fault for table, rule in zip(read, rules, strict=True) for fault in faults(table, rule(table))]
    companies, *others = (table.drop_duplicates(table.columns[0]).set_index(table.columns[0]) for table in read)
    if not broken:
        companies = companies.astype({"fiscal_year_end": int})
    return Reference(companies, *others, [*unread, *broken], unread)


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[*tables.columns(name), "file", "line"], dtype=str)


def read_facts(companies: Iterable[str], known: Reference) -> pd.DataFrame:
    """The facts of the companies with typed columns, checked cell by cell and then as series.

    Errors: DataError with every fault of the reference tables and of all these files.
    """
    keys = [(name, tables.stamp(name), known) for name in (f"facts/{company}.csv" for company in companies)]
    new = [key for key in keys if key not in CHECKED]
    read, unread = gather(partial(_filled, name) for name, *_ in new)
    raw = pd.concat(read, ignore_index=True) if read else pd.DataFrame()
    broken, typed = _judged(raw, known) if read else ([], raw)
    refuse([*known.faults, *unread, *(fault for _, fault in sorted(broken))])
    ends = np.cumsum([0, *map(len, read)])
    CHECKED.update({key: typed[ends[i] : ends[i + 1]].reset_index(drop=True) for i, key in enumerate(new)})
    found = pd.concat([CHECKED[key] for key in keys], ignore_index=True)
    for key in list(CHECKED)[:-KEPT]:
        del CHECKED[key]
    return found


def _judged(raw: pd.DataFrame, known: Reference) -> tuple[list[tuple[int, str]], pd.DataFrame]:
    """Each broken row with what to say of it, and the rows whose cells are sound with typed columns."""
    broken = _found(raw, chain(_cell_rules(raw, known), _file_rules(raw, known)))
    typed = _typed(raw.drop([row for row, _ in broken]), known)
    return [*_found(typed, _series_rules(typed, known)), *broken], typed


def judged(raw: pd.DataFrame, known: Reference) -> list[tuple[int, str]]:
    """What the door would say of rows of facts that stand in no file yet, each with its row."""
    return _judged(raw, known)[0]


def said(table: pd.DataFrame, rules: Rules) -> list[tuple[int, str]]:
    """What some rules say of rows that stand in no file yet, each with its row."""
    return _found(table, rules)


def source_faults(table: pd.DataFrame) -> list[str]:
    """What the door would say of documents that stand in no file yet."""
    return faults(table, _source_rules(table))


@lru_cache(maxsize=2)
def read_gaps(known: Reference, stamp: str) -> pd.DataFrame:
    """Figures known to be missing, checked; `stamp` tells when the file has changed."""
    raw = tables.read("gaps.csv")
    refuse(faults(raw, _gap_rules(raw, known)))
    return raw.assign(**{column: dates(raw[column]) for column in ("period_start", "period_end")})


def read_rejected(known: Reference) -> pd.DataFrame:
    """Figures of a document that were left out, checked as far as a wrong figure can be."""
    raw = tables.read("rejected.csv")
    rules = chain(_cell_rules(raw, known), [("reason is empty: say why the figure is left out", raw["reason"] == "")])
    refuse(faults(raw, rules))
    return raw


def table(name: str, rules: Callable[[pd.DataFrame], Rules]) -> pd.DataFrame:
    """A table of `data/` as text, read and checked by its own rules again only where its content has changed."""
    return _table(name, rules, tables.stamp(name)).copy(deep=False)


@lru_cache(maxsize=16)
def _table(name: str, rules: Callable[[pd.DataFrame], Rules], stamp: str) -> pd.DataFrame:
    raw = _filled(name)
    refuse(faults(raw, rules(raw)))
    return raw


def files() -> list[Path]:
    """What lies among the facts."""
    return sorted((paths.DATA / "facts").glob("*"))


def _filled(name: str) -> pd.DataFrame:
    raw = tables.read(name)
    refuse([f"data/{name}:1: no row below the header; a table that was cut short?"] * raw.empty)
    return raw


def strangers(known: Reference) -> list[str]:
    """A fault for each file among the facts that belongs to no company."""
    found = {path.name for path in files()} if len(known.companies) else set()
    strange = sorted(found - {f"{company}.csv" for company in known.companies.index})
    return [f"data/facts/{name}: no company of data/companies.csv has this file" for name in strange]


def gather(jobs: Iterable[Callable[[], pd.DataFrame]]) -> tuple[list[pd.DataFrame], list[str]]:
    """What the jobs give, and the faults of all those that are refused."""
    results, refused = [], []
    for job in jobs:
        try:
            results.append(job())
        except DataError as error:
            refused += error.faults
    return results, refused


def _typed(sound: pd.DataFrame, known: Reference) -> pd.DataFrame:
    days = {column: dates(sound[column]) for column in ("period_start", "period_end", "published")}
    tier = pd.Index(TIERS).get_indexer(known.of("sources", "tier", sound["source"]))
    return sound.assign(value=sound["value"].astype(float), tier=tier, **days)


def refuse(found: Iterable[str]) -> None:
    """Raise `DataError` with all faults, if there are any."""
    if found := list(found):
        raise DataError(found)


def dates(text: pd.Series) -> pd.Series:
    """ISO dates as timestamps; what is not one, empty cells included, as NaT."""
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")


def day(as_of: str | date | None) -> pd.Timestamp:
    """A date as a timestamp; none given is after every date."""
    if not as_of:
        return pd.Timestamp.max
    try:
        return pd.Timestamp(date.fromisoformat(str(as_of)))
    except ValueError as error:
        raise CapcycleError(f"as_of '{as_of}' is not a date such as 2024-06-30") from error


def faults(table: pd.DataFrame, rules: Rules) -> list[str]:
    """One line per broken row and rule, in the order of the file; a rule's sentence may name the row's cells."""
    return [fault for _, fault in sorted(_found(table, rules))]


def _found(table: pd.DataFrame, rules: Rules) -> list[tuple[int, str]]:
    """Each broken row and what to say of it."""
    broken = [(sentence, np.flatnonzero(rows)) for sentence, rows in rules]
    return [
        (row, f"{cells['file']}:{cells['line']}: {sentence.format(**cells)}")
        for sentence, rows in broken
        if len(rows)
        for row, cells in table.iloc[rows].to_dict("index").items()
    ]


def bad_date(text: pd.Series) -> pd.Series:
    """Whether each cell is anything but an ISO date."""
    return _once(text, lambda cells: dates(cells).isna() | ~cells.str.fullmatch(ISO_DATE))


def bad_number(text: pd.Series) -> pd.Series:
    """Whether each cell is anything but a plain decimal number."""
    return ~np.isfinite(pd.to_numeric(text, errors="coerce")) | ~text.str.fullmatch(PLAIN_NUMBER)


def _once(text: pd.Series, ask: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """What is asked of every cell, asked once of each different one: of days and documents there are few."""
    places, different = pd.factorize(text, use_na_sentinel=False)
    return ask(pd.Series(different)).take(places).set_axis(text.index)


def one_of(table: pd.DataFrame, /, **choices: Iterable[str]) -> Rules:
    """A rule for each of some columns: its cells are among some words."""
    for column, known in choices.items():
        yield f"{column} '{{{column}}}' is not one of {', '.join(filter(None, known))}", ~table[column].isin(known)


def _company_rules(table: pd.DataFrame) -> Rules:
    yield "company {company} stands twice", table["company"].duplicated()
    ticker = table["company"].str.fullmatch(TICKER)
    yield "company '{company}' is not a ticker: capitals, digits, points and hyphens", ~ticker
    yield "company needs a name and a group", table[["name", "group"]].eq("").any(axis=1)
    month = table["fiscal_year_end"].isin([str(month) for month in range(1, 13)])
    yield "fiscal_year_end '{fiscal_year_end}' is not a month, 1 to 12", ~month
    cik = table["cik"].str.fullmatch("([0-9]{10})?")
    yield "cik '{cik}' is not ten digits, or empty for a company that does not file with the SEC", ~cik
    yield "currency '{currency}' is not a three-letter code", ~table["currency"].str.fullmatch("[A-Z]{3}")


def _concept_rules(table: pd.DataFrame) -> Rules:
    yield "concept {concept} stands twice", table["concept"].duplicated()
    units = ["currency", "currency per share", "currency per ADS", "shares", "fraction"]
    yield from one_of(table, nature=["flow", "stock", "average"], unit=units, sign=["positive", "any"])
    yield "concept {concept} has no definition", table["definition"].eq("")


def _source_rules(table: pd.DataFrame) -> Rules:
    yield "source {source} stands twice", table["source"].duplicated()
    nameless = table[["source", "title", "publisher"]].eq("").any(axis=1) | table["source"].str.contains(" ")
    yield "source needs an id without spaces, a title and a publisher", nameless
    yield from one_of(table, tier=TIERS)
    yield "url '{url}' is not a web address", ~table["url"].str.match(r"https?://\S+$|$")
    alike = table["url"].eq("") & table["tier"].ne("own") & table.duplicated(["url", "title"], keep=False)
    yield "source {source} has no url and the title of another; pages know such a document by its title", alike
    known = table["published"] != ""
    yield "published '{published}' is not a date such as 2024-06-30", known & bad_date(table["published"])
    filed = table["title"].str.extract(f"filed ({ISO_DATE})$")[0]
    yield "published {published} is not the day in its title", known & filed.notna() & filed.ne(table["published"])
    year = table["source"].str.extract(ACCESSION)[0]
    yield (
        "published {published} is not of the year in its number",
        known & year.notna() & year.ne(table["published"].str[2:4]),
    )


def _cell_rules(raw: pd.DataFrame, known: Reference) -> Rules:
    yield "unknown company '{company}'; see data/companies.csv", known.lacks("companies", raw["company"])
    there = ", ".join(sorted(known.concepts.index))
    yield f"unknown concept '{{concept}}'; there are: {there}", known.lacks("concepts", raw["concept"])
    yield "unknown source '{source}'; add it to data/sources.csv", known.lacks("sources", raw["source"])
    closed = known.of("sources", "url", raw["source"]).eq("") & known.of("sources", "tier", raw["source"]).ne("own")
    yield "source {source} has no url in data/sources.csv: a fact's document is one that can be opened", closed
    yield "value '{value}' is not a plain number", bad_number(raw["value"])
    yield from one_of(raw, kind=KINDS)
    yield "period_end '{period_end}' is not a date such as 2024-06-30", bad_date(raw["period_end"])
    dated = raw["published"] != ""
    yield "published '{published}' is not a date such as 2024-06-30", dated & bad_date(raw["published"])
    started = raw["period_start"] != ""
    yield "period_start '{period_start}' is not a date such as 2024-04-01", started & bad_date(raw["period_start"])
    nature = known.of("concepts", "nature", raw["concept"])
    yield "{concept} is a flow and needs a period_start", nature.isin(["flow", "average"]) & ~started
    yield "{concept} is a stock and has no period_start", nature.eq("stock") & started
    yield SECOND_HAND, second_hand(raw, known.sources["tier"])
    yield "locator is empty: say where in the document the figure stands", raw["locator"] == ""


def _file_rules(raw: pd.DataFrame, known: Reference) -> Rules:
    unit = _wanted_unit(raw, known)
    yield "unit '{unit}' is not what {concept} is measured in", unit.notna() & (raw["unit"] != unit)
    file_company = _once(raw["file"], lambda files: files.str.extract(r"([^/]+)\.csv$")[0])
    yield "company '{company}' stands in another company's file", raw["company"] != file_company
    url = known.of("sources", "url", raw["source"])
    registrant = _once(url, lambda urls: urls.str.extract(REGISTRANT)[0])
    own = _once(known.of("companies", "cik", raw["company"]), lambda numbers: numbers.str.lstrip("0"))
    # in the store a report that a parent and its subsidiary file as one stands under either; it was asked when it came
    yield (
        "source {source} is a filing of another company than {company}",
        registrant.ne(own) & registrant.notna() & own.notna() & ~raw["file"].str.startswith("store/"),
    )


def _gap_rules(raw: pd.DataFrame, known: Reference) -> Rules:
    yield "unknown company '{company}'; see data/companies.csv", known.lacks("companies", raw["company"])
    yield "unknown concept '{concept}'; see data/dictionary.csv", known.lacks("concepts", raw["concept"])
    for column in ("period_start", "period_end"):
        yield f"{column} '{{{column}}}' is not a date such as 2024-06-30", bad_date(raw[column])
    yield "gap ends before it starts", raw["period_end"] < raw["period_start"]
    yield "reason is empty: say why the figure is missing", raw["reason"] == ""


def _wanted_unit(raw: pd.DataFrame, known: Reference) -> pd.Series:
    currency = known.of("companies", "currency", raw["company"])
    unit = known.of("concepts", "unit", raw["concept"])
    per = _once(unit, lambda units: units.str.removeprefix("currency").str.replace(" per ", "/"))
    return unit.mask(_once(unit, lambda units: units.str.startswith("currency", na=False)), currency + per)


def _series_rules(table: pd.DataFrame, known: Reference) -> Rules:
    key = ["company", "concept", "period_start", "period_end", "published", "tier"]
    yield (
        "same company, concept, period, date and kind of source as a row above",
        table.duplicated(key) & (table["tier"] >= 0),
    )
    beside = table["published"].isna() & table.duplicated([*key[:4], "tier"], keep=False) & (table["tier"] >= 0)
    yield UNDATED, beside
    yield APART, _undated_apart(table, key[:4]) & ~beside & ~table["note"].str.startswith(CONFIRMED)
    negative = known.of("concepts", "sign", table["concept"]).eq("positive") & (table["value"] < 0)
    yield "{concept} is written as a positive number; {value:.0f} is not", negative
    yield "period ends before it starts", table["period_end"] < table["period_start"]
    length = periods.days(table["period_start"], table["period_end"])
    known_length = pd.concat([length.between(*days) for days in periods.LENGTHS.values()], axis=1).any(axis=1)
    odd = table["period_start"].notna() & (length > 0) & ~known_length
    yield f"period is not as long as one of: {', '.join(periods.LENGTHS)}", odd
    yield "published before the period ends", table["published"] < table["period_end"]
    appeared = dates(known.of("sources", "published", table["source"]))
    other_day = table["published"].ne(appeared) & (table["published"].notna() | appeared.notna())
    other_day &= table["source"].isin(known.sources.index)
    yield "published is not the day on which its source {source} appeared", other_day
    late = (table["published"] - table["period_end"]).dt.days > LONGEST_DELAY
    yield "published more than six years after the period's end: a slip in a date?", late
    yield "a quarter that equals the year it ends: the filing's own tagging error?", slips.quarter_as_year(table)
    yield SLIPPED.format(value="{value:.0f}"), slips.scale_slip(table) & ~table["note"].str.startswith(CONFIRMED)


def _undated_apart(table: pd.DataFrame, period: list[str]) -> pd.Series:
    """Whether a value without a day is shown, from the best source of its period, over another that has a day."""
    undated, value = table["published"].isna(), table["value"]
    if not undated.any():
        return undated
    key = [table[column] for column in period]
    dated = value.mask(undated).groupby(key, dropna=False)
    off = pd.concat([(dated.transform(end) - value).abs() for end in ("min", "max")], axis=1).max(axis=1)
    best = table["tier"].groupby(key, dropna=False).transform("min")
    return undated & (table["tier"] == best) & (best >= 0) & (off > ALIKE * value.abs())
