"""Checks every row of `data/` before anything is computed, and reports all faults of all files at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capcycle import periods
from capcycle.errors import DataError
from capcycle.facts import tables

COMPANY = ["company", "name", "name_zh", "cik", "currency", "fiscal_year_end", "group"]
CONCEPT = ["concept", "nature", "unit", "sign", "definition"]
SOURCE = ["source", "title", "publisher", "url", "published", "tier"]
FACT = [
    "company",
    "concept",
    "period_start",
    "period_end",
    "value",
    "unit",
    "kind",
    "source",
    "locator",
    "published",
    "note",
]
GAP = ["company", "concept", "period_start", "period_end", "reason"]
RATES = ["date", "USD", "CNY", "HKD"]

KINDS = ["reported", "derived", "estimated", "assumed"]  # best first
SCALE_SLIPS = (1e3, 1e6, 1e9)
SLIP_TOLERANCE = 0.5  # a slip of 1000 shows as anything from 500 to 1500 times the neighbours
CONFIRMED = "confirmed:"  # begins the note of a figure that looks wrong and was looked up
SMALL = 5  # series shorter than this have no neighbours to compare with


@dataclass(frozen=True)
class Book:
    """The reference tables: who, what and from which document."""

    companies: pd.DataFrame
    concepts: pd.DataFrame
    sources: pd.DataFrame


def book() -> Book:
    """The reference tables, checked."""
    companies = tables.read("companies.csv", COMPANY)
    concepts = tables.read("dictionary.csv", CONCEPT)
    sources = tables.read("sources.csv", SOURCE)
    faults = [
        *_faults(companies, _company_rules(companies)),
        *_faults(concepts, _concept_rules(concepts)),
        *_faults(sources, _source_rules(sources)),
    ]
    refuse(faults)
    return Book(companies.set_index("company"), concepts.set_index("concept"), sources.set_index("source"))


def facts(raw: pd.DataFrame, known: Book) -> pd.DataFrame:
    """Facts as text, checked cell by cell and then as series, with typed columns."""
    refuse(_faults(raw, _cell_rules(raw, known)))
    typed = raw.assign(
        value=raw["value"].astype(float),
        **{column: dates(raw[column]) for column in ("period_start", "period_end", "published")},
    )
    refuse(_faults(typed, _series_rules(typed, known)))
    return typed


def refuse(faults: list[str]) -> None:
    """Raise `DataError` with all faults, if there are any."""
    if faults:
        raise DataError(faults)


def dates(text: pd.Series) -> pd.Series:
    """ISO dates as timestamps; what is not one, empty cells included, as NaT."""
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")


def _faults(table: pd.DataFrame, rules: Iterator[tuple[str, pd.Series]]) -> list[str]:
    """One line per broken row and rule; a rule's sentence may name the row's own cells in braces."""
    found = [
        (row["file"], row["line"], f"{row['file']}:{row['line']}: {sentence.format(**row)}")
        for sentence, broken in rules
        for row in table[np.asarray(broken, dtype=bool)].to_dict("records")
    ]
    return [text for _, _, text in sorted(found)]


def _names(valid: pd.Index) -> str:
    return ", ".join(sorted(valid))


def _bad_date(text: pd.Series) -> pd.Series:
    return dates(text).isna() | ~text.str.fullmatch(r"\d{4}-\d{2}-\d{2}")


def _company_rules(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    yield "company {company} stands twice", table["company"].duplicated()
    yield "company needs a ticker, a name and a group", table[["company", "name", "group"]].eq("").any(axis=1)
    yield (
        "fiscal_year_end '{fiscal_year_end}' is not a month, 1 to 12",
        ~table["fiscal_year_end"].isin([str(month) for month in range(1, 13)]),
    )
    yield "currency '{currency}' is not a three-letter code", ~table["currency"].str.fullmatch("[A-Z]{3}")


def _concept_rules(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    yield "concept {concept} stands twice", table["concept"].duplicated()
    yield (
        "nature '{nature}' is not flow, stock or average",
        ~table["nature"].isin(["flow", "stock", "average"]),
    )
    units = ["currency", "currency per share", "shares"]
    yield f"unit '{{unit}}' is not one of {', '.join(units)}", ~table["unit"].isin(units)
    yield "sign '{sign}' is not positive or any", ~table["sign"].isin(["positive", "any"])
    yield "concept {concept} has no definition", table["definition"].eq("")


def _source_rules(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    yield "source {source} stands twice", table["source"].duplicated()
    yield (
        "source {source} needs title, publisher and tier",
        table[["title", "publisher", "tier"]].eq("").any(axis=1),
    )
    yield "url '{url}' is not a web address", ~table["url"].str.match(r"https?://\S+$")
    yield "published '{published}' is not a date such as 2024-06-30", _bad_date(table["published"])


def _cell_rules(raw: pd.DataFrame, known: Book) -> Iterator[tuple[str, pd.Series]]:
    file_company = raw["file"].str.extract(r"([^/]+)\.csv$")[0]
    yield "unknown company '{company}'; see data/companies.csv", ~raw["company"].isin(known.companies.index)
    yield "company '{company}' stands in another company's file", raw["company"] != file_company
    concepts = known.concepts.index
    yield f"unknown concept '{{concept}}'; there are: {_names(concepts)}", ~raw["concept"].isin(concepts)
    yield "unknown source '{source}'; add it to data/sources.csv", ~raw["source"].isin(known.sources.index)
    number = pd.to_numeric(raw["value"], errors="coerce")
    yield "value '{value}' is not a plain number", ~np.isfinite(number) | ~raw["value"].str.match(r"-?\d")
    yield f"kind '{{kind}}' is not one of {', '.join(KINDS)}", ~raw["kind"].isin(KINDS)
    for column in ("period_end", "published"):
        yield f"{column} '{{{column}}}' is not a date such as 2024-06-30", _bad_date(raw[column])
    started = raw["period_start"] != ""
    yield (
        "period_start '{period_start}' is not a date such as 2024-04-01",
        started & _bad_date(raw["period_start"]),
    )
    nature = raw["concept"].map(known.concepts["nature"])
    yield "{concept} is a flow and needs a period_start", nature.isin(["flow", "average"]) & ~started
    yield "{concept} is a stock and has no period_start", nature.eq("stock") & started
    unit = _wanted_unit(raw, known)
    yield "unit '{unit}' is not what {concept} is measured in", unit.notna() & (raw["unit"] != unit)
    yield "locator is empty: say where in the document the figure stands", raw["locator"] == ""


def _wanted_unit(raw: pd.DataFrame, known: Book) -> pd.Series:
    currency = raw["company"].map(known.companies["currency"])
    unit = raw["concept"].map(known.concepts["unit"])
    return unit.mask(unit == "currency", currency).mask(unit == "currency per share", currency + "/share")


def _series_rules(table: pd.DataFrame, known: Book) -> Iterator[tuple[str, pd.Series]]:
    key = ["company", "concept", "period_start", "period_end", "published"]
    yield "same company, concept, period and date of publication as a row above", table.duplicated(key)
    negative = table["concept"].map(known.concepts["sign"]).eq("positive") & (table["value"] < 0)
    yield "{concept} is written as a positive number; {value:.0f} is not", negative
    yield "period ends before it starts", table["period_end"] < table["period_start"]
    length = periods.days(table["period_start"], table["period_end"])
    known_length = pd.concat([length.between(*days) for days in periods.LENGTHS.values()], axis=1).any(axis=1)
    yield (
        f"period is not as long as one of: {', '.join(periods.LENGTHS)}",
        table["period_start"].notna() & (length > 0) & ~known_length,
    )
    yield "published before the period ends", table["published"] < table["period_end"]
    appeared = dates(table["source"].map(known.sources["published"]))
    yield "published before its source {source} appeared", table["published"] < appeared
    yield "a quarter that equals the year it ends: the filing's own tagging error?", quarter_as_year(table)
    yield (
        "value {value:.0f} looks like a slip of scale beside its neighbours; "
        f"if the document does say so, begin its note with '{CONFIRMED}'",
        scale_slip(table) & ~table["note"].str.startswith(CONFIRMED),
    )


def quarter_as_year(table: pd.DataFrame) -> pd.Series:
    """Whether a figure of a quarter's length equals the same concept's figure for the year ending that day."""
    key = ["company", "concept", "period_end", "value"]
    flows = table["value"] != 0
    year = table[flows & periods.is_length(table["period_start"], table["period_end"], periods.YEAR)]
    quarter = flows & periods.is_length(table["period_start"], table["period_end"], periods.QUARTER)
    return quarter & pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(year[key]))


def scale_slip(table: pd.DataFrame) -> pd.Series:
    """Whether a value is about a thousand, a million or a billion times its neighbours, or that fraction of them.

    Neighbours are the two periods before and the two after in the same series of figures of one length.
    """
    length = periods.days(table["period_start"], table["period_end"]).fillna(0) // 60
    ordered = table.assign(length=length, size=table["value"].abs().where(table["value"] != 0)).sort_values(
        ["company", "concept", "length", "period_end", "published"]
    )
    series = ordered.groupby(["company", "concept", "length"])["size"]
    around = pd.concat([series.shift(step) for step in (-2, -1, 1, 2)], axis=1)
    ratio = ordered["size"] / around.median(axis=1)
    ratio = ratio.where(ratio >= 1, 1 / ratio)
    near = [ratio.between(slip * (1 - SLIP_TOLERANCE), slip * (1 + SLIP_TOLERANCE)) for slip in SCALE_SLIPS]
    slips = pd.concat(near, axis=1).any(axis=1) & (series.transform("count") >= SMALL)
    return slips.reindex(table.index)
