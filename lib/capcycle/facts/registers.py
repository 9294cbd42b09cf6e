"""Registers: the tables beside the facts (deals, capacity, prices, estimates), typed and checked by one schema.

`data/registers.csv` has a row for each column of each table: its type, whether it must be filled, its bounds, unit
and meaning. A new table is a file and its rows there. A register keeps every version of a row; a reader sees the
newest one that was public on the day asked for.
"""

import operator
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache, partial

import pandas as pd

from capcycle.errors import CapcycleError, unknown
from capcycle.facts import door, layers, slips, tables
from capcycle.facts.evidence import SECOND_HAND, second_hand
from capcycle.units import DEAREST_HOSTING

TABLES = 256  # kept in memory: several times as many as there are, as each day has its own
CURRENCY = "currency"  # unit of an amount, and the column that names it
SOURCES = ["source", "status_source"]  # columns that name documents
MONTH = r"[0-9]{4}-[0-9]{2}"
FAMILIES = {"date": door.ISO_DATE, "month": door.ISO_DATE, "number": door.PLAIN_NUMBER, "fraction": door.PLAIN_NUMBER}
LONG_SIGNED = pd.Timedelta(days=2 * 365)  # before the newest contract; a site is built in less
NOT_THE_MIDDLE = "Not the middle:"  # begins the note where a centre is an end, with the reason
AT_AN_END = (
    "central {central} of {name} is an end of its range {low} to {high}: take the middle of the evidence, "
    f"or begin the note with '{NOT_THE_MIDDLE}' and the reason"
)
HOSTING_POWER = ["critical_it_mw", "gross_mw", "utility_mw"]  # the narrowest that is known sets the price


def names() -> list[str]:
    """The registers, in the order of the schema.

    >>> {"contracts", "gpu_prices", "useful_lives"} <= set(names())
    True
    """
    return list(columns()["table"].unique())


def read(name: str, as_of: str | date | None = None) -> pd.DataFrame:
    """A register as it was known on `as_of`: of each row the newest version, of amounts the full units.

    Dates are timestamps (a month counts from its last day), numbers floats with NaN where nothing is known.
    A row whose day of publication is unknown is shown only when no `as_of` is given.
    Errors: CapcycleError for an unknown register or a bad date; DataError with every fault of the file.

    >>> lives = read("useful_lives", as_of="2025-02-28")
    >>> lives[(lives.company == "AMZN") & (lives.effective == "2025-01-01")][["from_years", "to_years"]].values.tolist()
    [[6.0, 5.0]]
    """
    return layers.ask(_known, name, str(as_of or ""), True)


def _known(name: str, as_of: str, newest: bool) -> pd.DataFrame:
    made = _newest if newest else _public
    return made(name, _stamps(name), door.open_reference(), door.day(as_of) if as_of else None).copy(deep=False)


def history(name: str, as_of: str | date | None = None) -> pd.DataFrame:
    """Every version of every row of a register that was public on `as_of`, as in the file.

    Of its documents those are named that had appeared by then: a list of prices may appear after their days.

    >>> history("useful_lives", as_of="2021-12-31")[["figure", "effect"]].values.tolist()
    [['depreciation', -721000000.0], ['net_income', 561000000.0], ['eps', 0.84]]
    """
    return layers.ask(_known, name, str(as_of or ""), False)


def _documented(table: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Rows without the documents that appeared after a day."""
    published = door.dates(door.reference().sources["published"])
    later = set(published.index[published > day])
    cells = table[[column for column in SOURCES if column in table]]
    return table.assign(**cells.map(lambda cell: " ".join(one for one in cell.split() if one not in later)))


def public_day(table: pd.DataFrame) -> pd.Series:
    """The day on which each row of a register became public: when it was published, or, of a price, its own day.

    >>> public_day(read("market", as_of="2025-03-31")).max()
    Timestamp('2025-03-31 00:00:00')
    """
    return table["published" if "published" in table else "date"]


def key(name: str) -> list[str]:
    """The columns that distinguish one row of a register from another.

    >>> key("market")
    ['date', 'symbol', 'measure']
    """
    return _key(_schema(name))


def check() -> None:
    """Check every register.

    Errors: DataError with all faults of all files.
    """
    schema, known = _schema(), door.survey_reference()
    jobs = [partial(_checked, name, _stamps(name), known) for name in schema["table"].unique()]
    results, faults = door.gather(jobs)
    found = [fault for _, found in results for fault in found]
    door.refuse(list(dict.fromkeys([*known.faults, *found, *faults, *door.gather([gaps])[1]])))


def judged(name: str, raw: pd.DataFrame, known: door.Reference) -> list[tuple[int, str]]:
    """What the door would say of rows of a register that stand in no file yet, each with its row.

    raw    as text, with the file and line of each row
    """
    return door.said(raw, _rules(raw, _columns(_schema(name)), known))


def gaps() -> pd.DataFrame:
    """Figures that were looked for and are in no register: table, what is missing, the reason, documents.

    >>> [missing for missing in gaps()["missing"] if "AMD" in missing]
    ["tranches of AMD's warrant for OpenAI: shares, gigawatts and share price of each"]
    """
    table, known = tables.read("register_gaps.csv"), door.survey_reference()
    door.refuse([*known.faults, *door.faults(table, _gap_rules(table, known))])
    return table


def columns() -> pd.DataFrame:
    """Every column of every register: table, what the table is, column, its type and bounds, its meaning.

    >>> columns().query("table == 'capacity' and column == 'mw'")[["properties", "meaning"]].values.tolist()[0]
    ['number, MW, one of these is required, at least 0.5, at most 200000', 'power']
    """
    schema = _schema()
    about = schema[schema["type"] == "table"].set_index("table")["meaning"]
    each = _columns(schema)
    return pd.DataFrame({
        "table": each["table"], "about": each["table"].map(about), "column": each["column"],
        "properties": [", ".join(_properties(row)) for row in each.itertuples()], "meaning": each["meaning"],
    }).reset_index(drop=True)  # fmt: skip


def _properties(row: tuple) -> Iterator[str]:
    kind, _, choices = row.type.partition(":")
    yield f"one of {', '.join(choices.split('|'))}" if choices else kind
    yield from [row.unit] * bool(row.unit)
    yield from ["key"] * (row.key == "yes")
    yield from {"yes": ["required"], "any": ["one of these is required"]}.get(row.required, [])
    yield from [f"at least {row.least}"] * bool(row.least)
    yield from [f"at most {row.most}"] * bool(row.most)


# ---- the schema


def _schema(name: str | None = None) -> pd.DataFrame:
    """The schema, checked; of one table where a name is given."""
    schema = door.table("registers.csv", _schema_rules)
    if name is None:
        return schema
    if name not in set(schema["table"]):
        raise CapcycleError(unknown("register", [name], schema["table"].unique()))
    return schema[schema["table"] == name]


def _schema_rules(schema: pd.DataFrame) -> door.Rules:
    plain = schema["table"].str.fullmatch("[a-z_]+")
    yield "table '{table}' is not a plain name: small letters and underscores", ~plain
    yield "column {column} of {table} stands twice", schema.duplicated(["table", "column"])
    yield "column {column} is a name that the library uses itself", schema["column"].isin(["file", "line"])
    kinds, kind = ["table", "choice", *TYPES], schema["type"].str.split(":").str[0]
    yield f"type '{{type}}' is not one of {', '.join(kinds)}", ~kind.isin(kinds)
    yield from door.one_of(schema, required=["yes", "no", "any"], key=["yes", "no"])
    yield "{table} {column} has no meaning", schema["meaning"] == ""
    family = kind.map(FAMILIES).fillna("")
    columns = set(zip(schema["table"], schema["column"], family, strict=True))
    for bound in ("least", "most"):
        cells = zip(schema["table"], schema[bound], family, strict=True)
        sound = pd.Series([not cell[1] or bool(re.fullmatch(cell[2], cell[1])) or cell in columns for cell in cells])
        yield f"{bound} '{{{bound}}}' is no value of type {{type}}, nor a column of {{table}} that is", ~sound


def _columns(schema: pd.DataFrame) -> pd.DataFrame:
    return schema[schema["type"] != "table"]


def _key(schema: pd.DataFrame) -> list[str]:
    return schema.loc[schema["key"] == "yes", "column"].tolist()


def _stamps(name: str) -> tuple[str, ...]:
    """What tells when a table or its schema has changed."""
    return tables.stamp(f"{name}.csv"), tables.stamp("registers.csv")


@lru_cache(maxsize=TABLES)
def _table(name: str, stamps: tuple[str, ...], known: door.Reference) -> pd.DataFrame:
    """Every version of every row, typed."""
    raw, faults = _checked(name, stamps, known)
    door.refuse([*known.faults, *faults])
    return _typed(raw, _schema(name))


@lru_cache(maxsize=TABLES)
def _public(name: str, stamps: tuple[str, ...], known: door.Reference, day: pd.Timestamp | None) -> pd.DataFrame:
    """Every version of every row that was public on a day."""
    table = _table(name, stamps, known)
    return table if day is None else _documented(table[public_day(table) <= day], day).reset_index(drop=True)


@lru_cache(maxsize=TABLES)
def _newest(name: str, stamps: tuple[str, ...], known: door.Reference, day: pd.Timestamp | None) -> pd.DataFrame:
    table = _public(name, stamps, known, day)
    if "published" not in table:
        return table
    ordered = table.sort_values("published", kind="stable", na_position="first")
    return ordered.drop_duplicates(_key(_schema(name)), keep="last").sort_index().reset_index(drop=True)


def _typed(raw: pd.DataFrame, schema: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({row.column: _values(raw[row.column], row.type) for row in _columns(schema).itertuples()})


def placed(name: str) -> pd.DataFrame:
    """Every version of every row of a register, typed, with its file and line.

    Errors: DataError with every fault of the file.

    >>> placed("contracts").loc[0, ["contract", "file"]].tolist()
    ['corz-coreweave-200', 'data/contracts.csv']
    """
    asked = name, _stamps(name), door.open_reference()
    raw, _ = _checked(*asked)
    return _table(*asked).assign(file=raw["file"], line=raw["line"])


@lru_cache(maxsize=TABLES)
def _checked(name: str, stamps: tuple[str, ...], known: door.Reference) -> tuple[pd.DataFrame, list[str]]:
    """The cells of a table and what is wrong with them.

    Errors: DataError where the file cannot be read at all.
    """
    columns = _columns(_schema(name))
    raw = tables.read(f"{name}.csv", columns["column"], _key(columns))
    return raw, door.faults(raw, _rules(raw, columns, known))


def _values(cells: pd.Series, kind: str) -> pd.Series:
    """Cells as what they mean; what is not that, empty cells included, as missing."""
    if kind in ("date", "month"):
        return _days(cells)
    return pd.to_numeric(cells, errors="coerce").astype(float) if kind in ("number", "fraction") else cells


def _days(text: pd.Series) -> pd.Series:
    """Days as timestamps; a month as its last day, since nothing earlier is known to be public."""
    days, months = door.dates(text), text.where(text.str.len() == len("2024-06"))
    if months.isna().all():
        return days
    return days.fillna(pd.to_datetime(months, format="%Y-%m", errors="coerce") + pd.offsets.MonthEnd(0))


def _rules(raw: pd.DataFrame, columns: pd.DataFrame, known: door.Reference) -> door.Rules:
    values = {row.column: _values(raw[row.column], row.type) for row in columns.itertuples()}
    for row in columns.itertuples():
        yield from _column_rules(raw[row.column], row, known)
        yield from _bounds(raw, row, values)
    yield from _row_rules(raw, columns)
    yield from _document_rules(raw, columns, known)
    if {"kind", "source"} <= set(raw):
        yield SECOND_HAND, second_hand(raw, known.sources["tier"])
    if special := SPECIAL.get(columns["table"].iloc[0]):
        yield from special(raw, values, known)


def _column_rules(cells: pd.Series, row: tuple, known: door.Reference) -> door.Rules:
    empty = cells == ""
    if row.required == "yes":
        yield f"{row.column} is empty; wanted: {row.meaning}", empty
    kind, _, choices = row.type.partition(":")
    if kind == "choice":
        yield from door.one_of(cells.to_frame(), **{row.column: ["", *choices.split("|")]})
    elif kind in TYPES:
        wrong, sentence = TYPES[kind]
        yield f"{row.column} '{{{row.column}}}' {sentence}", ~empty & wrong(cells, known)


def _bounds(raw: pd.DataFrame, row: tuple, values: dict[str, pd.Series]) -> door.Rules:
    for bound, word, beyond in ((row.least, "below", operator.lt), (row.most, "above", operator.gt)):
        if bound in values:
            sentence = f"{row.column} {{{row.column}}} is {word} {bound} {{{bound}}}"
            yield sentence, beyond(values[row.column], values[bound])
        elif bound:
            limit = pd.Timestamp(bound) if re.fullmatch(door.ISO_DATE, bound) else float(bound)
            sentence = f"{row.column} {{{row.column}}} is {word} {bound}: a slip of scale or unit?"
            yield sentence, beyond(values[row.column], limit)


def _row_rules(raw: pd.DataFrame, columns: pd.DataFrame) -> door.Rules:
    either = columns.loc[columns["required"] == "any", "column"].tolist()
    if either:
        yield f"row holds nothing: one of {', '.join(either)} is wanted", raw[either].eq("").all(axis=1)
    for amount in columns.loc[columns["unit"] == CURRENCY, "column"]:
        yield f"{amount} has no {CURRENCY}", (raw[amount] != "") & (raw[CURRENCY] == "")
    row, version = _key(columns), ["published"] if "published" in raw else []
    yield f"same {', '.join([*row, *version])} as a row above", raw.duplicated([*row, *version])
    if version:
        alone = raw["published"].ne("") | ~raw.duplicated(row, keep=False)
        yield "no day of publication beside a version that has one: which is the newer, nobody can say", ~alone


def _document_rules(raw: pd.DataFrame, columns: pd.DataFrame, known: door.Reference) -> door.Rules:
    """A version is public once the last of its documents is; a month counts from its last day."""
    for cited in columns.loc[columns["type"] == "source", "column"] if "published" in raw else []:
        newest = door.dates(known.of("sources", "published", raw[cited].str.split().explode())).groupby(level=0).max()
        early = newest > _days(raw["published"])
        yield f"published {{published}} is before the day of one of its documents: {{{cited}}}", early


def _gap_rules(table: pd.DataFrame, known: door.Reference) -> door.Rules:
    yield from door.one_of(table, table=names())
    yield "missing is empty: say what was looked for", table["missing"] == ""
    yield "reason is empty: say why it is not there", table["reason"] == ""
    wrong, sentence = TYPES["source"]
    yield f"source '{{source}}' {sentence}", table["source"].ne("") & wrong(table["source"], known)
    yield "{missing} stands twice", table.duplicated(["table", "missing"])


def _contract_rules(raw: pd.DataFrame, values: dict[str, pd.Series], known: door.Reference) -> door.Rules:
    power = pd.concat([values[column] for column in HOSTING_POWER], axis=1).min(axis=1)
    price = values["contract_value"] / (power * values["term_years"])
    dear = (price > DEAREST_HOSTING) & (raw["currency"] == "USD") & (raw["gpu_included"] == "no")
    yield f"price is above {DEAREST_HOSTING:.0f} USD per MW and year: not hosting unless GPUs are included", dear
    stated = raw[HOSTING_POWER].ne("").any(axis=1)
    yield (
        "mw_unstated {mw_unstated} beside power of a stated basis: it is one or the other",
        stated & (raw["mw_unstated"] != ""),
    )
    newest = values["published"].eq(values["published"].groupby(raw["contract"]).transform("max"))
    old = values["announced"].max() - values["announced"] > LONG_SIGNED
    yield (
        "still 'signed' more than two years after: look up what became of it",
        newest & old & (raw["status"] == "signed"),
    )


def _market_rules(raw: pd.DataFrame, values: dict[str, pd.Series], known: door.Reference) -> door.Rules:
    series = pd.DataFrame({"company": raw["symbol"], "concept": raw["measure"], "value": values["value"]})
    days = {"period_start": pd.NaT, "period_end": values["date"], "published": values["date"]}
    slipped = slips.scale_slip(series.assign(**days)) & ~raw["note"].str.startswith(door.CONFIRMED)
    yield door.SLIPPED.format(value="{value}"), slipped


def _unit_rules(raw: pd.DataFrame, values: dict[str, pd.Series], known: door.Reference) -> door.Rules:
    for column in [column for column in ("low", "central", "high") if column in values]:
        yield f"{column} has no unit", (raw[column] != "") & (raw["unit"] == "")
        percent = (raw["unit"] == "fraction") & (values[column].abs() > 1)
        yield f"{column} {{{column}}} is not a fraction; write 0.25 for 25%", percent


def _assumption_rules(raw: pd.DataFrame, values: dict[str, pd.Series], known: door.Reference) -> door.Rules:
    yield from _unit_rules(raw, values, known)
    end = values["central"].eq(values["low"]) | values["central"].eq(values["high"])
    yield AT_AN_END, end & values["low"].lt(values["high"]) & ~raw["note"].str.startswith(NOT_THE_MIDDLE)


Check = Callable[[pd.Series, door.Reference], pd.Series]
TYPES: dict[str, tuple[Check, str]] = {  # whether filled cells are wrong, and how to say so
    "text": (lambda cells, known: pd.Series(False, cells.index), ""),
    "date": (lambda cells, known: door.bad_date(cells), "is not a date such as 2024-06-30"),
    "month": (
        lambda cells, known: ~cells.str.fullmatch(f"{door.ISO_DATE}|{MONTH}") | _days(cells).isna(),
        "is not a day or a month such as 2024-06-30 or 2024-06",
    ),
    "number": (lambda cells, known: door.bad_number(cells), "is not a plain number"),
    "fraction": (
        lambda cells, known: door.bad_number(cells) | ~_values(cells, "fraction").between(0, 1),
        "is not a fraction between 0 and 1; write 0.25 for 25%",
    ),
    "url": (lambda cells, known: ~cells.str.match(r"https?://\S+$"), "is not a web address"),
    "company": (
        lambda cells, known: known.lacks("companies", cells),
        "is unknown; see data/companies.csv, or leave it empty and give the name only",
    ),
    "source": (
        lambda cells, known: known.lacks("sources", cells.str.split(" ").explode()).groupby(level=0).any(),
        "names a document that data/sources.csv lacks; add it there",
    ),
    "kind": (lambda cells, known: ~cells.isin(door.KINDS), f"is not one of {', '.join(door.KINDS)}"),
}
SPECIAL = {  # rules that no single column of the schema can state
    "contracts": _contract_rules,
    "market": _market_rules,
    "estimates": _unit_rules,
    "assumptions": _assumption_rules,
}
