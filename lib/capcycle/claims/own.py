"""A reader's own file: claims, or worked examples of published methods, with a verdict for each line."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from capcycle import study, words
from capcycle.claims import check, detect, expressions, load
from capcycle.claims.columns import EXAMPLE
from capcycle.errors import CapcycleError
from capcycle.study.check import TOLERANCE, near
from capcycle.words import counted, say

NEEDED = ["method", "inputs", "expected"]
ALIKE = 0.85  # of two names, to ask whether one was meant for the other
CLOSE = 0.01  # of a figure, where a claim gives no tolerance
WRONG = ("inconsistent", "mistranslated")

Model = Callable[..., Mapping[str, float]]
MODELS: dict[str, Model] = {}


@dataclass(frozen=True)
class Line:
    """What became of a line of a reader's file: `arithmetic` holds what was worked out, `right` what would be right."""

    line: int
    name: str
    verdict: str
    error_class: str = ""
    why: str = ""
    right: str = ""
    arithmetic: tuple[str, ...] = ()


def register(name: str, model: Model) -> None:
    """Let worked examples of the method `name` be checked by a model: named inputs in, named outputs out.

    >>> register("doubling", lambda value: {"twice": 2 * value})
    >>> MODELS.pop("doubling")(value=2.0)
    {'twice': 4.0}
    """
    MODELS[name] = model


def check_file(path: Path | str) -> list[Line]:
    """A verdict for each line of a file of claims (columns as `claims.csv`) or of worked examples.

    Errors: DataError with every malformed line.
    """
    if "method" in load.header_of(path):
        return [_example(row) for row in read_examples(path).itertuples()]
    table = load.read_file(path)
    return list(_claim_lines(table, detect.detect(table)))


def is_wrong(lines: list[Line]) -> bool:
    """Whether any line is inconsistent or mistranslated."""
    return any(line.verdict in WRONG for line in lines)


def told(lines: list[Line], file: str) -> list[str]:
    """Each line's verdict as a line of text, and how many there are of each."""
    counts = pd.Series([line.verdict for line in lines], dtype=str).value_counts()
    parts = [say("claims.summary_part", count=count, verdict=_verdict(name)) for name, count in counts.items()]
    return [*(_said(line, file) for line in lines), counted("claims.summary", len(lines), verdicts=", ".join(parts))]


def _said(line: Line, file: str) -> str:
    why = say("claims.line_why", why=line.why) if line.why else ""
    right = say("claims.line_right", right=line.right) if line.right else ""
    place = f"{file}:{line.line}"
    return say("claims.line", place=place, name=line.name, verdict=_verdict(line.verdict), why=why + right)


def _verdict(name: str) -> str:
    return say(f"claims.verdict.{name.replace(' ', '_')}")


def read_examples(path: Path | str) -> pd.DataFrame:
    """Worked examples: a method, its inputs and what they should give, both as JSON, and a tolerance."""
    header = load.header_of(path)
    faults = [f"{path}:1: column {column} is missing" for column in NEEDED if column not in header]
    faults += [f"{path}:1: unknown column {column}" for column in header if column not in EXAMPLE]
    load.refuse(faults)
    table = load.read_table(path, header)
    table = table.assign(**{column: "" for column in EXAMPLE if column not in header})
    load.refuse(load.told(table, _example_rules(table)))
    return table.assign(inputs=table["inputs"].map(json.loads), expected=table["expected"].map(json.loads))


def _example_rules(table: pd.DataFrame) -> load.Rules:
    yield "method is empty", table["method"] == ""
    for column in ("inputs", "expected"):
        yield f'{column} is not a JSON object such as {{{{"capex": 400}}}}', ~table[column].map(_is_object)
    yield (
        "tolerance '{tolerance}' is not exact, n/a, abs=0.5 or rel=0.01",
        ~table["tolerance"].map(lambda text: TOLERANCE.fullmatch(text) is not None),
    )


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _claim_lines(table: pd.DataFrame, findings: list[detect.Finding]) -> Iterator[Line]:
    names, functions = check.values(table), check.functions_of(table)
    about = {name: [each for each in findings if name in each.claim_ids] for name in table["claim_id"]}
    for row in table.itertuples():
        found = about[row.claim_id]
        own = _own_check(row, names, functions) if row.check else None
        yield _line(row, own, found)


def _line(row, own: tuple[str, str] | None, found: list[detect.Finding]) -> Line:
    verdicts = [each.verdict for each in found] + ([own[0]] if own else [])
    verdict = detect.worst(verdicts) if verdicts else "not checkable"
    gravest = next((each for each in found if each.verdict == verdict), None)
    why = gravest.why if gravest else own[1] if own else say("claims.none")
    arithmetic = ([own[1]] if own else []) + [_told(each) for each in found]
    right = gravest.right if gravest else ""
    return Line(
        int(row.line), row.claim_id, verdict, gravest.error_class if gravest else "", why, right, tuple(arithmetic)
    )


def _told(finding: detect.Finding) -> str:
    return say("claims.finding", ids=", ".join(finding.claim_ids), why=finding.why, right=finding.right)


def _own_check(row, names: Mapping[str, float], functions: expressions.Functions) -> tuple[str, str]:
    """The verdict of a claim's own expression: a comparison, or a figure that the claim should be."""
    try:
        value = expressions.evaluate(row.check, names, functions)
    except CapcycleError as error:
        return "not checkable", str(error)
    if isinstance(value, str):
        return "not checkable", say("claims.own.text", check=row.check)
    if isinstance(value, bool):
        return ("consistent" if value else "inconsistent"), say(f"claims.own.{str(value).lower()}", check=row.check)
    tolerance = float(row.tolerance or CLOSE)
    near = any(expressions.near(end, value, tolerance) for end in (row.value_low, row.value_high))
    inside = row.value_low <= value <= row.value_high
    said = say("claims.own.number", check=row.check, value=f"{value:,.6g}", claimed=f"{row.value_low:,.6g}")
    return ("consistent" if near or inside else "inconsistent"), said


def _example(row) -> Line:
    line = {"line": int(row.line), "name": row.method}
    if row.method not in MODELS:
        return Line(**line, verdict="not checkable", why=_no_model(row.method))
    try:
        found = study.check(MODELS[row.method], row.inputs, row.expected, row.tolerance)
    except (CapcycleError, TypeError) as error:
        return Line(**line, verdict="not checkable", why=say("claims.own.refused", method=row.method, error=error))
    steps = tuple(_worked(name, found.given[name], wanted) for name, wanted in found.printed.items())
    if found.fits:
        return Line(
            **line, verdict="consistent", why=say("claims.own.fits", outputs="; ".join(steps)), arithmetic=steps
        )
    off = [name for name, wanted in found.printed.items() if not near(found.given[name], wanted, row.tolerance)]
    why = say("claims.own.differs", outputs=figures({name: found.printed[name] for name in off}))
    right = figures({name: found.given[name] for name in off})
    return Line(**line, verdict="inconsistent", why=why, right=right, arithmetic=steps)


def _no_model(method: str) -> str:
    close = get_close_matches(method, MODELS, n=1, cutoff=ALIKE)
    return say("claims.own.no_model", method=method) + (say("claims.own.close", method=close[0]) if close else "")


def _worked(name: str, value: Any, printed: Any) -> str:
    return say("examples.output", figure=figures({name: value}), printed=_shown(printed, name))


def figures(named: Mapping[str, Any]) -> str:
    """Figures of worked examples by what a reader calls them, shares in percent.

    >>> figures({"lessor_share": {"IREN": 0.15}, "usd_per_hour": [1.22, 2.26]})
    'share by landlord: IREN 15%; capital cost, USD an hour: 1.22 and 2.26'
    """
    called = {name: words.catalogue().get(_key(name), name) for name in named}
    each = (say("examples.figure", name=called[name], value=_shown(value, name)) for name, value in named.items())
    return "; ".join(each)


def _key(name: str) -> str:
    """Where the words of a figure stand: among the shares, shown in percent, or among the plain numbers."""
    return words.said(f"example.share.{name}", f"example.figure.{name}")


def _shown(value: Any, name: str) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{part} {_shown(each, name)}" for part, each in value.items())
    if isinstance(value, list | tuple) and value:
        return words.listing([_shown(each, name) for each in value])
    if isinstance(value, bool):
        return say("claims.own.yes" if value else "claims.own.no")
    if not isinstance(value, Real):
        return words.DASH if value is None else str(value)
    return words.coupon(value) if _key(name).startswith("example.share") else f"{value:,.6g}"
