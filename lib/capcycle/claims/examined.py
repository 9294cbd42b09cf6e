"""Claims as a page shows them: statements recomputed with their verdicts, and the findings of the rules."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from capcycle import words
from capcycle.claims import check, detect, load, reader, worked
from capcycle.errors import CapcycleError, unknown
from capcycle.verdicts import Line
from capcycle.words import say

STATEMENT = [
    *["id", "claim_ids", "subject", "companies", "tickers", "speakers", "kinds", "published", "claimed", "recomputed"],
    *["verdict", "error_class", "decided_by", "why", "right", "arithmetic", "sources"],
]


@dataclass(frozen=True)
class Examined:
    """Claims with the statements on them.

    claims      one row per claim, with the gravest verdict of the checks on it
    statements  one row per check (of a reader's file: per line), with verdict, reason and arithmetic
    findings    where the rules fire
    scores      how the rules do against the checks, by class of error; empty for a reader's file
    file        the reader's file, or empty
    """

    claims: pd.DataFrame
    statements: pd.DataFrame
    findings: tuple[detect.Finding, ...]
    scores: pd.DataFrame
    file: str = ""


def examine(
    companies: Sequence[str] = (),
    speakers: Sequence[str] = (),
    classes: Sequence[str] = (),
    verdicts: Sequence[str] = (),
    file: str = "",
    as_of: str = "",
) -> Examined:
    """The claims of `claims.csv`, or of a reader's file, recomputed; narrowed to what is named.

    as_of    only claims published by then; no effect on a reader's file
    Errors:  CapcycleError for a name that is not there, with those that are; DataError for malformed lines.

    >>> examine(companies=["Baidu"]).statements["verdict"].value_counts()["mistranslated"].item()
    3
    """
    whole = _of_file(file) if file else _published(as_of)
    _refuse_unknown(whole, companies, speakers, classes, verdicts)
    kept = whole.statements
    for column, wanted in ((_names(kept), companies), (kept["speakers"], speakers)):
        fits = [not wanted or bool(set(names) & set(wanted)) for names in column.loc[kept.index]]
        kept = kept[pd.Series(fits, kept.index, dtype=bool)]
    for column, wanted in (("error_class", classes), ("verdict", verdicts)):
        kept = kept[kept[column].isin(wanted)] if wanted else kept
    claims = _with_verdicts(whole.claims, kept)
    if any((companies, speakers, classes, verdicts)):
        claims = claims[claims["claim_id"].isin({name for ids in kept["claim_ids"] for name in ids})]
    findings = tuple(each for each in whole.findings if set(each.claim_ids) & set(claims["claim_id"]))
    return Examined(claims, kept.reset_index(drop=True), findings, whole.scores, whole.file)


def _published(as_of: str) -> Examined:
    claims = check.published_by(load.claims(), as_of)
    claims = claims.assign(kind=claims["speaker"].map(load.speakers()))
    checks, rows = load.checks(), claims.set_index("claim_id")
    results = check.recompute(claims, as_of)
    statements = [_statement(checks.loc[result.check_id], result, rows) for result in results]
    findings = tuple(detect.detect(claims))
    recomputed = checks.loc[[result.check_id for result in results]]
    return Examined(claims, pd.DataFrame(statements, columns=STATEMENT), findings, detect.score(findings, recomputed))


def _statement(known: pd.Series, result: check.Result, rows: pd.DataFrame) -> dict:
    claims = rows.loc[list(result.claim_ids)]
    subject = rows.loc[known["subject"].split()]
    return {
        "id": result.check_id,
        "claim_ids": result.claim_ids,
        "subject": tuple(subject.index),
        "companies": list(dict.fromkeys(claims["entity"])),
        "tickers": sorted({ticker for cell in claims["ticker"] for ticker in cell.split("/") if ticker}),
        "speakers": list(dict.fromkeys(subject["speaker"])),
        "kinds": list(dict.fromkeys(subject["kind"])),
        "published": max(filter(None, subject["published"]), key=pd.Timestamp, default=""),
        "claimed": list(subject["paraphrase"]),
        "recomputed": [_step(step) for step in result.steps],
        "verdict": result.verdict,
        "error_class": known["error_class"],
        "decided_by": known["decided_by"],
        "why": known["note"],
        "right": known["likely"],
        "arithmetic": _arithmetic(known, result, claims),
        "sources": known["sources"].split(),
    }


def _arithmetic(known: pd.Series, result: check.Result, claims: pd.DataFrame) -> list[str]:
    """The lines that a verdict opens: the claims, each recomputation, the rule, and who decided."""
    in_row = known["subject"].split()  # their sentences stand in the row itself
    lines = []
    for row in claims.itertuples():
        key = "claims.figure" if row.Index in in_row else "claims.claim"
        lines.append(say(key, id=row.Index, value=_range(row), sentence=row.paraphrase))
    lines += [_step(step) for step in result.steps]
    if known["rule"]:
        key = "claims.rule_holds" if result.holds else "claims.rule_fails"
        lines.append(say(key, rule=known["rule"]))
    if known["fix"]:
        lines.append(say("claims.rule_repaired" if result.repaired else "claims.rule_not_repaired", fix=known["fix"]))
    lines.append(say(f"claims.decided.{known['decided_by']}", sources=known["sources"] or words.DASH))
    return lines


def _step(step: check.Step) -> str:
    return say("claims.step", expression=step.expression, value=f"{step.value:,.6g}", printed=step.printed)


def _range(row) -> str:
    ends = (row.value_low, row.value_high)
    low, high = (f"{value:,.0f}" if value == round(value) else f"{value:,.10g}" for value in ends)
    return say("claims.value" if low == high else "claims.band", low=low, high=high, unit=row.unit)


def _of_file(file: str) -> Examined:
    if reader.is_of_examples(file):
        table = reader.read_examples(file)
        claims, lines, findings = _example_claims(table), reader.check_examples(table), ()
    else:
        claims, lines = load.read_file(file), reader.check_file(file)
        findings = tuple(detect.detect(claims))
    rows = claims.set_index("claim_id")
    statements = pd.DataFrame([_line_statement(line, rows) for line in lines], columns=STATEMENT)
    return Examined(claims, statements, findings, pd.DataFrame(), str(file))


def _example_claims(table: pd.DataFrame) -> pd.DataFrame:
    """Worked examples as claims: what was printed, what it is about, and the document as speaker."""
    cells = dict.fromkeys(load.CLAIM, "") | {"value_low": float("nan"), "value_high": float("nan")}
    return pd.DataFrame([cells | _example_claim(row) for row in table.itertuples()], columns=load.CLAIM)


def _example_claim(row) -> dict:
    outputs = worked.figures_in_words(row.outputs, row.currency, row.steps)
    about = row.about or words.label(f"name.{row.model}")
    sentence = say("claims.reader.example", about=about, outputs=outputs, note=row.note).strip()
    return {"claim_id": f"line{row.line}", "speaker": row.source_title, "paraphrase": sentence,
            "article": row.source_url, "publisher": row.source_title}  # fmt: skip


def _line_statement(line: Line, rows: pd.DataFrame) -> dict:
    name = line.name if line.name in rows.index else f"line{line.line}"
    claim = rows.loc[name]
    return {
        "id": name, "claim_ids": (name,), "subject": (name,), "companies": [claim["entity"]],
        "tickers": [ticker for ticker in claim["ticker"].split("/") if ticker], "speakers": [claim["speaker"]],
        "kinds": [], "published": claim["published"], "claimed": [claim["paraphrase"] or claim["metric"]],
        "recomputed": list(line.arithmetic), "verdict": line.verdict, "error_class": line.error_class,
        "decided_by": "arithmetic", "why": line.why, "right": line.right, "arithmetic": list(line.arithmetic),
        "sources": [],
    }  # fmt: skip


def _with_verdicts(claims: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """The claims with the gravest verdict of the statements that are on each, and their ids."""
    pairs = statements[["id", "subject", "verdict"]].explode("subject")
    by_claim = pairs.groupby("subject", sort=False).agg(verdict=("verdict", detect.worst), checks=("id", list))
    return claims.assign(
        verdict=by_claim["verdict"].astype(str).reindex(claims["claim_id"], fill_value="").array,
        checks=[by_claim["checks"].get(name, []) for name in claims["claim_id"]],
    )


def _names(statements: pd.DataFrame) -> pd.Series:
    """The companies of each statement, by name and by ticker."""
    return statements["companies"] + statements["tickers"]


def _refuse_unknown(whole: Examined, companies, speakers, classes, verdicts) -> None:
    asked = {
        "company": (companies, {name for names in _names(whole.statements) for name in names}),
        "speaker": (speakers, {name for names in whole.statements["speakers"] for name in names}),
        "class of error": (classes, set(load.CLASSES)),
        "verdict": (verdicts, set(load.VERDICTS)),
    }
    strange = [(what, set(names) - known, known) for what, (names, known) in asked.items()]
    if faults := [unknown(what, names, known) for what, names, known in strange if names]:
        raise CapcycleError("\n".join(faults))
