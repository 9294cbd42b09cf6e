"""The tables of published claims, their checks and the aliases, checked at the door like the facts."""

from pathlib import Path

import pandas as pd

from capcycle.claims import expressions
from capcycle.claims.own import header_of as header_of
from capcycle.claims.own import own_table
from capcycle.errors import CapcycleError
from capcycle.facts import door, tables
from capcycle.facts.door import PLAIN_NUMBER, Rules

VERDICTS = ["consistent", "inconsistent", "mistranslated", "superseded", "not checkable"]
CLASSES = [
    *["scale_slip", "wrong_unit", "ads_share", "headline_body", "change_level", "mixed_sample", "overlap", "gross_net"],
    *["stale_period", "quarter_label", "lease_capex", "nfold_interval", "scaling_law", "price_day", "superseded"],
    *["stray", "denominator", "spoken_name", "wording", "bound", "scale_doubt"],
]
DECIDED_BY = ["arithmetic", "source", "judgement"]
SCOPES = ["S", "X", "S/X"]
BASES = ["reported", "estimate", "forecast", "target", "market", "opinion"]
PERIOD_KINDS = ["point_in_time", "quarter", "fiscal_year", "calendar_year", "multi_year", "range"]
ALIAS_KINDS = ["name", "misheard", "untranslated", "group", "number"]
UNITS = r"pct|pp|x|count|years|year|rank|GPU|k?W/GPU|MW|FLOPS|shares|[A-Z]{3}(/(share|MW|MW/yr|GPU|GPU/hr|h))?"
LIMITS = {
    "pct": (-1e4, 1e4),
    "pp": (-100, 100),
    "x": (0, 1e4),
    "years": (0, 200),
    "year": (1600, 2200),
    "rank": (1, 1e3),
}
LARGEST = 1e30
PLAINLY = "a point before decimals, no commas, no spaces, no unit or scale behind it"
CLAIM = tables.columns("claims.csv")
NEEDED = ["claim_id", "entity", "metric", "value_low", "unit"]  # what a reader's file cannot do without
ALLOWED = [*CLAIM, "check", "tolerance"]  # what it may have


def claims() -> pd.DataFrame:
    """The published claims as printed, `value_low` and `value_high` as numbers, with file and line.

    >>> claims().set_index("claim_id").at["c120", "value_high"].item()
    70000000.0
    """
    return typed(door.table("claims.csv", claim_rules))


def checks() -> pd.DataFrame:
    """The checks by id: the claims they use, the rule, what each outcome means, class of error and note."""
    return door.table("checks.csv", _check_rules).set_index("check_id", drop=False)


def steps() -> pd.DataFrame:
    """The recomputations of each check in order: expression, the figure printed for it, value and tolerance."""
    return door.table("check_steps.csv", _step_rules).astype({"value": float, "tolerance": float})


def sources() -> pd.DataFrame:
    """The outside sources of checks by id: publisher, address, date and what they are about, as far as known."""
    return door.table("check_sources.csv", _source_rules).set_index("source", drop=False)


def aliases() -> pd.DataFrame:
    """Names under which the same thing appears: misheard, untranslated, members of groups, number words."""
    return door.table("aliases.csv", _alias_rules)


def speakers() -> pd.Series:
    """What kind of source each speaker is: broker, company, press and so on."""
    return door.table("speakers.csv", _speaker_rules).set_index("speaker")["kind"]


def read_file(path: Path | str) -> pd.DataFrame:
    """A reader's own claims: columns as `claims.csv`, in any order; `check` and `tolerance` may be added.

    Needs claim_id, entity, metric, value_low and unit; other columns may be missing or empty.
    Errors: DataError with every malformed line.
    """
    return typed(_both_ends(own_table(path, NEEDED, ALLOWED, _file_rules)))


def _both_ends(table: pd.DataFrame) -> pd.DataFrame:
    """The same claims with the lower bound as the upper one where only one figure stands."""
    return table.assign(value_high=table["value_high"].mask(table["value_high"] == "", table["value_low"]))


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """The same claims with numbers as numbers."""
    return table.astype({"value_low": float, "value_high": float})


# ---- what must hold of every row


def claim_rules(table: pd.DataFrame) -> Rules:
    """What must hold of every row of `claims.csv`."""
    yield from _value_rules(table)
    yield "speaker is empty: say who claims it", table["speaker"] == ""
    yield "paraphrase is empty: say in a sentence what is claimed", table["paraphrase"] == ""
    yield "article is empty: say where it stands", table["article"] == ""
    yield "period is empty", table["period"] == ""
    yield from door.one_of(table, basis=BASES, period_kind=PERIOD_KINDS)


def _value_rules(table: pd.DataFrame) -> Rules:
    yield "claim {claim_id} stands twice", table["claim_id"].duplicated()
    yield from _shapes(
        table,
        claim_id=("[A-Za-z][A-Za-z0-9_]*", "letters and digits, letter first"),
        metric=("[a-z0-9]+(_[a-z0-9]+)*", "words of small letters joined by _"),
        unit=(UNITS, "pct, pp, x, count, MW, GPU ... or a currency such as USD or USD/share"),
    )
    yield "entity is empty: say whom the claim is about", table["entity"] == ""
    low, high = (_numbers(table[column]) for column in ("value_low", "value_high"))
    for column, value in (("value_low", low), ("value_high", high)):
        sound = table[column].str.fullmatch(PLAIN_NUMBER) & (value.abs() < LARGEST)
        written = table[column].str.contains(r"\d")
        repeated = (column == "value_high") & (table["value_high"] == table["value_low"])
        yield f"{column} '{{{column}}}' is not a plain number", ~sound & ~repeated & ~written
        yield f"{column} '{{{column}}}' is not a plain number such as 1234.5: {PLAINLY}", ~sound & ~repeated & written
    for unit, (least, most) in LIMITS.items():
        why = f"{{value_low}} to {{value_high}} {unit} is not between {least:g} and {most:g}: a slip of scale?"
        yield why, (table["unit"] == unit) & ((low < least) | (low > most) | (high < least) | (high > most))
    yield "value_high {value_high} is below value_low {value_low}", high < low
    day = pd.to_datetime(table["published"], format="%Y-%m-%d", errors="coerce")
    yield "published '{published}' is not a date such as 2024-06-30", (table["published"] != "") & day.isna()


def _file_rules(table: pd.DataFrame) -> Rules:
    table = _both_ends(table)
    yield from _value_rules(table)
    wrong = door.bad_number(table["tolerance"]) | (_numbers(table["tolerance"]) < 0)
    yield "tolerance '{tolerance}' is not a fraction such as 0.01", table["tolerance"].ne("") & wrong
    yield from _readable(table, "check", set(table["claim_id"]) - {""} or None)  # ids may be what is missing


def _check_rules(table: pd.DataFrame) -> Rules:
    yield "check {check_id} stands twice", table["check_id"].duplicated()
    yield from _shapes(table, check_id=("K[0-9]{3}", "such as K001"))
    yield from door.one_of(table, verdict=VERDICTS, holds=VERDICTS, fails=VERDICTS, decided_by=DECIDED_BY, scope=SCOPES,
                           error_class=["", *CLASSES])  # fmt: skip
    yield "note is empty: say in a sentence why", table["note"] == ""
    strange = [not row.subject or not set(row.subject.split()) <= set(row.claim_ids.split())
               for row in table.itertuples()]  # fmt: skip
    yield "subject '{subject}' is not some of claim_ids", pd.Series(strange, table.index, dtype=bool)
    yield "no rule, and not judged by a source or a person", table["rule"].eq("") & table["decided_by"].eq("arithmetic")
    by_source = table["decided_by"].eq("source") & ~table["rule"].str.contains("fact(", regex=False)
    yield "decided by a source, and names none", by_source & table["sources"].eq("")
    impossible = [row.verdict not in {row.holds, row.fails, "mistranslated" if row.fix else row.holds}
                  for row in table.itertuples()]  # fmt: skip
    yield "{verdict}, and its rule can only say {holds} or {fails}", pd.Series(impossible, table.index, dtype=bool)
    yield from _readable(table, "rule")
    yield "fix '{fix}' is not such as c1 = c1/100; c1h = c1h/100", ~table["fix"].map(_is_fix)


def _step_rules(table: pd.DataFrame) -> Rules:
    yield "step {step} of {check_id} stands twice", table.duplicated(["check_id", "step"])
    yield from _shapes(table, value=(PLAIN_NUMBER, "a plain number"), tolerance=(PLAIN_NUMBER, "a plain number"))
    yield "expression is empty", table["expression"] == ""
    yield from _readable(table, "expression")


def _source_rules(table: pd.DataFrame) -> Rules:
    yield "source {source} stands twice", table["source"].duplicated()
    sound = table["source"].str.fullmatch("[a-z0-9]+") & table[["publisher", "about"]].ne("").all(axis=1)
    yield "source needs an id of small letters and digits, a publisher and what it is about", ~sound


def _alias_rules(table: pd.DataFrame) -> Rules:
    yield "{alias} = {name} stands twice", table.duplicated(["alias", "name"])
    yield "alias and name are needed", table[["alias", "name"]].eq("").any(axis=1)
    yield from door.one_of(table, kind=ALIAS_KINDS)
    yield "{name} is not a number", table["kind"].eq("number") & ~table["name"].str.fullmatch(PLAIN_NUMBER)


def _speaker_rules(table: pd.DataFrame) -> Rules:
    yield "speaker {speaker} stands twice", table["speaker"].duplicated()
    yield "speaker and kind are needed", table.eq("").any(axis=1)


def _shapes(table: pd.DataFrame, **shapes: tuple[str, str]) -> Rules:
    for column, (pattern, like) in shapes.items():
        yield f"{column} '{{{column}}}' is not {like}", ~table[column].str.fullmatch(pattern)


def _readable(table: pd.DataFrame, column: str, names: set[str] | None = None) -> Rules:
    """A rule for each way in which an expression of a column cannot be read."""
    reasons = table[column].map(lambda text: _why_not(text, names) if text else "")
    for why in sorted(set(reasons) - {""}):
        yield f"{column}: {why}".replace("{", "{{").replace("}", "}}"), reasons == why


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
