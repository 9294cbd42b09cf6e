"""The tables of published claims, their checks and the aliases, checked at the door like the facts."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from capcycle.claims import expressions
from capcycle.claims.columns import ALIAS, CHECK, CLAIM, SOURCE, SPEAKER, STEP
from capcycle.errors import CapcycleError, DataError
from capcycle.facts import tables

VERDICTS = ["consistent", "inconsistent", "mistranslated", "superseded", "not checkable"]
CLASSES = [
    *["scale_slip", "wrong_unit", "ads_share", "headline_body", "change_level", "mixed_sample", "overlap", "gross_net"],
    *["stale_period", "quarter_label", "lease_capex", "nfold_interval", "scaling_law", "price_day", "superseded"],
    *["stray", "denominator", "spoken_name", "wording", "bound"],
]
DECIDED_BY = ["arithmetic", "source", "judgement"]
SCOPES = ["S", "X", "S/X"]
BASES = ["reported", "estimate", "forecast", "target", "market", "opinion"]
PERIOD_KINDS = ["point_in_time", "quarter", "fiscal_year", "calendar_year", "multi_year", "range"]
ALIAS_KINDS = ["name", "misheard", "untranslated", "group", "number"]
UNITS = re.compile(
    r"pct|pp|x|count|years|year|rank|GPU|k?W/GPU|MW|FLOPS|shares|[A-Z]{3}(/(share|MW|MW/yr|GPU|GPU/hr|h))?"
)
LIMITS = {
    "pct": (-1e4, 1e4),
    "pp": (-100, 100),
    "x": (0, 1e4),
    "years": (0, 200),
    "year": (1600, 2200),
    "rank": (1, 1e3),
}
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
LARGEST = 1e30
OWN = ["claim_id", "entity", "metric", "value_low", "unit"]  # what a reader's file cannot do without
OWN_MAY = [*CLAIM, "check", "tolerance"]  # what it may have

Rules = Iterator[tuple[str, pd.Series]]


def claims() -> pd.DataFrame:
    """The published claims as printed, `value_low` and `value_high` as numbers, with file and line.

    >>> claims().set_index("claim_id").at["c120", "value_high"].item()
    70000000.0
    """
    return typed(_held("claims.csv", CLAIM, claim_rules))


def checks() -> pd.DataFrame:
    """The checks by id: the claims they use, the rule, what each outcome means, class of error and note."""
    return _held("checks.csv", CHECK, _check_rules).set_index("check_id", drop=False)


def steps() -> pd.DataFrame:
    """The recomputations of each check in order: expression, the figure printed for it, value and tolerance."""
    return _held("check_steps.csv", STEP, _step_rules).astype({"value": float, "tolerance": float})


def sources() -> pd.DataFrame:
    """The outside sources of checks by id: publisher, address, date and what they are about, as far as known."""
    return _held("check_sources.csv", SOURCE, _source_rules).set_index("source", drop=False)


def aliases() -> pd.DataFrame:
    """Names under which the same thing appears: misheard, untranslated, members of groups, number words."""
    return _held("aliases.csv", ALIAS, _alias_rules)


def speakers() -> pd.Series:
    """What kind of source each speaker is: broker, company, press and so on."""
    return _held("speakers.csv", SPEAKER, _speaker_rules).set_index("speaker")["kind"]


def _held(name: str, columns: list[str], rules: Callable[[pd.DataFrame], Rules]) -> pd.DataFrame:
    """A table of `data/`, read and checked again only where its content has changed."""
    return _checked(name, tuple(columns), rules, tables.stamp(name)).copy(deep=False)


@lru_cache(maxsize=12)
def _checked(name: str, columns: tuple[str, ...], rules: Callable[[pd.DataFrame], Rules], stamp: str) -> pd.DataFrame:
    table = tables.read(name, columns)
    refuse(told(table, rules(table)))
    return table


def read_file(path: Path | str) -> pd.DataFrame:
    """A reader's own claims: columns as `claims.csv`, in any order; `check` and `tolerance` may be added.

    Needs claim_id, entity, metric, value_low and unit; other columns may be missing or empty.
    Errors: DataError with every malformed line.
    """
    header = header_of(path)
    faults = [f"{path}:1: column {column} is missing" for column in OWN if column not in header]
    faults += [f"{path}:1: unknown column {column}" for column in header if column not in OWN_MAY]
    faults += [
        f"{path}:1: column {column} stands twice" for column in sorted({c for c in header if header.count(c) > 1})
    ]
    refuse(faults)
    table = read_table(path, header)
    missing = {column: "" for column in OWN_MAY if column not in header and column != "value_high"}
    table = table.assign(**missing)
    high = table["value_high"].mask(table["value_high"] == "", table["value_low"]) if "value_high" in table else None
    table = table.assign(value_high=table["value_low"] if high is None else high)
    refuse(told(table, _own_rules(table)))
    return typed(table)


def header_of(path: Path | str) -> list[str]:
    """The columns that the first line of a CSV file names; empty for a file that is not text."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return [cell.strip().strip('"') for cell in file.readline().strip("\r\n").split(",")]
    except UnicodeDecodeError as error:
        raise DataError([f"{path}: not UTF-8 text; save the table as UTF-8"]) from error
    except OSError as error:
        raise DataError([f"{path}: cannot be read: {error.strerror}"]) from error


def read_table(path: Path | str, columns: Iterable[str]) -> pd.DataFrame:
    """A CSV file that is not of this project, as text, with the faults of all its lines told at once."""
    whole = str(Path(path).resolve())
    try:
        table = tables.read(whole, columns)
    except DataError as error:
        raise DataError([fault.replace(f"data/{whole}", str(path), 1) for fault in error.faults]) from error
    return table.assign(file=str(path))


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """The same claims with numbers as numbers."""
    return table.astype({"value_low": float, "value_high": float})


def refuse(faults: Iterable[str]) -> None:
    """Raise `DataError` with all faults, if there are any."""
    if faults := list(faults):
        raise DataError(faults)


def told(table: pd.DataFrame, rules: Rules) -> list[str]:
    """One line per broken row and rule, in the order of the file; a rule's sentence may name the row's cells."""
    broken = [(sentence, np.flatnonzero(rows)) for sentence, rows in rules]
    found = [(row, sentence, table.iloc[row].to_dict()) for sentence, rows in broken for row in rows]
    ordered = sorted(found, key=lambda each: each[0])
    return [f"{cells['file']}:{cells['line']}: {sentence.format(**cells)}" for _, sentence, cells in ordered]


def claim_rules(table: pd.DataFrame) -> Rules:
    """What must hold of every row of `claims.csv`."""
    yield from _value_rules(table)
    yield "speaker is empty: say who claims it", table["speaker"] == ""
    yield "paraphrase is empty: say in a sentence what is claimed", table["paraphrase"] == ""
    yield "article is empty: say where it stands", table["article"] == ""
    yield f"basis '{{basis}}' is not one of {', '.join(BASES)}", ~table["basis"].isin(BASES)
    yield (
        f"period_kind '{{period_kind}}' is not one of {', '.join(PERIOD_KINDS)}",
        ~table["period_kind"].isin(PERIOD_KINDS),
    )
    yield "period is empty", table["period"] == ""


def _value_rules(table: pd.DataFrame) -> Rules:
    yield "claim {claim_id} stands twice", table["claim_id"].duplicated()
    yield (
        "claim_id '{claim_id}' is not letters and digits, letter first",
        ~table["claim_id"].str.fullmatch("[A-Za-z][A-Za-z0-9_]*"),
    )
    yield "entity is empty: say whom the claim is about", table["entity"] == ""
    yield (
        "metric '{metric}' is not words of small letters joined by _",
        ~table["metric"].str.fullmatch("[a-z0-9]+(_[a-z0-9]+)*"),
    )
    for column, other in (("value_low", pd.Series("", table.index)), ("value_high", table["value_low"])):
        sound = table[column].str.fullmatch(NUMBER) & (_numbers(table[column]).abs() < LARGEST)
        yield f"{column} '{{{column}}}' is not a plain number", ~sound & (table[column] != other)
    for unit, (least, most) in LIMITS.items():
        inside = [_numbers(table[column]).between(least, most) for column in ("value_low", "value_high")]
        why = f"{{value_low}} to {{value_high}} {unit} is not between {least:g} and {most:g}: a slip of scale?"
        yield why, (table["unit"] == unit) & ~(inside[0] & inside[1])
    yield (
        "value_high {value_high} is below value_low {value_low}",
        _numbers(table["value_high"]) < _numbers(table["value_low"]),
    )
    yield (
        "unit '{unit}' is not pct, pp, x, count, MW, GPU ... or a currency such as USD or USD/share",
        ~table["unit"].str.fullmatch(UNITS),
    )
    day = pd.to_datetime(table["published"], format="%Y-%m-%d", errors="coerce")
    yield "published '{published}' is not a date such as 2024-06-30", (table["published"] != "") & day.isna()


def _own_rules(table: pd.DataFrame) -> Rules:
    yield from _value_rules(table)
    sound = table["tolerance"].eq("") | (table["tolerance"].str.fullmatch(NUMBER) & (_numbers(table["tolerance"]) >= 0))
    yield "tolerance '{tolerance}' is not a fraction such as 0.01", ~sound
    yield from _readable(table, "check", set(table["claim_id"]))


def _check_rules(table: pd.DataFrame) -> Rules:
    yield "check {check_id} stands twice", table["check_id"].duplicated()
    yield "check_id '{check_id}' is not such as K001", ~table["check_id"].str.fullmatch("K[0-9]{3}")
    for column, known in (("verdict", VERDICTS), ("holds", VERDICTS), ("fails", VERDICTS),
                          ("decided_by", DECIDED_BY), ("scope", SCOPES), ("error_class", ["", *CLASSES])):  # fmt: skip
        yield f"{column} '{{{column}}}' is not one of {', '.join(filter(None, known))}", ~table[column].isin(known)
    yield "note is empty: say in a sentence why", table["note"] == ""
    of_claims = [set(row.subject.split()) <= set(row.claim_ids.split()) for row in table.itertuples()]
    yield (
        "subject '{subject}' is not some of claim_ids",
        table["subject"].eq("") | ~pd.Series(of_claims, table.index, dtype=bool),
    )
    yield "no rule, and not judged by a source or a person", table["rule"].eq("") & table["decided_by"].eq("arithmetic")
    yield (
        "decided by a source, and names none",
        table["decided_by"].eq("source") & table["sources"].eq("") & ~table["rule"].str.contains("fact(", regex=False),
    )
    yield "{verdict}, and its rule can only say {holds} or {fails}", _unsayable(table)
    yield from _readable(table, "rule")
    yield "fix '{fix}' is not such as c1 = c1/100; c1h = c1h/100", ~table["fix"].map(_is_fix)


def _unsayable(table: pd.DataFrame) -> pd.Series:
    possible = [{row.holds, row.fails} | ({"mistranslated"} if row.fix else set()) for row in table.itertuples()]
    return pd.Series(
        [row not in may for row, may in zip(table["verdict"], possible, strict=True)], table.index, dtype=bool
    )


def _step_rules(table: pd.DataFrame) -> Rules:
    yield "step {step} of {check_id} stands twice", table.duplicated(["check_id", "step"])
    for column in ("value", "tolerance"):
        yield f"{column} '{{{column}}}' is not a plain number", ~table[column].str.fullmatch(NUMBER)
    yield "expression is empty", table["expression"] == ""
    yield from _readable(table, "expression")


def _source_rules(table: pd.DataFrame) -> Rules:
    yield "source {source} stands twice", table["source"].duplicated()
    yield (
        "source needs an id of small letters and digits, a publisher and what it is about",
        (table[["publisher", "about"]].eq("").any(axis=1) | ~table["source"].str.fullmatch("[a-z0-9]+")),
    )


def _alias_rules(table: pd.DataFrame) -> Rules:
    yield "{alias} = {name} stands twice", table.duplicated(["alias", "name"])
    yield "alias and name are needed", table[["alias", "name"]].eq("").any(axis=1)
    yield f"kind '{{kind}}' is not one of {', '.join(ALIAS_KINDS)}", ~table["kind"].isin(ALIAS_KINDS)
    yield "{name} is not a number", table["kind"].eq("number") & ~table["name"].str.fullmatch(NUMBER)


def _speaker_rules(table: pd.DataFrame) -> Rules:
    yield "speaker {speaker} stands twice", table["speaker"].duplicated()
    yield "speaker and kind are needed", table.eq("").any(axis=1)


def _readable(table: pd.DataFrame, column: str, names: set[str] | None = None) -> Rules:
    """A rule for each way in which an expression of a column cannot be read."""
    said = table[column].map(lambda text: _why_not(text, names) if text else "")
    for why in sorted(set(said) - {""}):
        yield f"{column}: {why}".replace("{", "{{").replace("}", "}}"), said == why


def _why_not(text: str, names: set[str] | None) -> str:
    try:
        used = expressions.names_in(text)
    except CapcycleError as error:
        return str(error)
    lacking = [name for name in used if names is not None and not {name, name.removesuffix("h")} & names]
    return f"there is no {', '.join(lacking)}" if lacking else ""


def _is_fix(text: str) -> bool:
    return all("=" in part and not _why_not(part.split("=", 1)[1], None) for part in text.split(";") if text)


def _numbers(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce")
