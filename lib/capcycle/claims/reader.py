"""A reader's own file: claims, or worked examples of published results, with a verdict for each line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from capcycle import words
from capcycle.claims import check, detect, expressions, load, text, worked
from capcycle.claims.text import said
from capcycle.errors import CapcycleError
from capcycle.facts import examples, tables
from capcycle.verdicts import Line, is_of_statements
from capcycle.words import say

NEEDED = ["model", "inputs", "outputs"]
NOT_PRINTED = ("derived", "mixed")  # of what an example is, where not all of its figures were printed
CLOSE = 0.01  # of a figure, where a claim gives no tolerance


def check_file(path: Path | str, day: str = "") -> list[Line]:
    """A verdict for each line of a table, or for each figure of a text.

    A table is of statements (company, measure, period, value ...), of claims (columns as `claims.csv`) or of worked
    examples (`examples.csv`); whatever is not called .csv is a text.
    day     when a text appeared, as ISO text

    Errors: DataError with every malformed line.

    >>> from capcycle import paths
    >>> print(check_file(paths.DATA / "examples.csv")[1].right)  # the items that a press report lists come to 70bn
    Gap to revenue: $530bn
    """
    if is_of_statements(Path(path)):
        return [line_of(judgement) for judgement in text.judged(path, day)]
    if is_of_examples(path):
        return check_examples(read_examples(path))
    table = load.read_file(path)
    return list(_claim_lines(table, detect.detect(table)))


def line_of(judgement: text.Judgement) -> Line:
    """A judgement as a line of the report."""
    statement = judgement.statement
    return Line(
        statement.line,
        statement.name or statement.printed,
        judgement.verdict,
        said.error_class(judgement),
        said.why(judgement),
        said.right(judgement),
        (say("claims.text.read_as", reading=said.reading(judgement)),),
    )


def is_of_examples(path: Path | str) -> bool:
    """Whether a file holds worked examples, by its header."""
    return "model" in load.header_of(path)


# ---- worked examples


def read_examples(path: Path | str) -> pd.DataFrame:
    """Worked examples of a file of one's own; columns other than `model`, `inputs` and `outputs` may be missing.

    Errors: DataError with every malformed line.
    """
    return examples.checked(load.own_table(path, NEEDED, tables.columns("examples.csv"), examples.rules))


def check_examples(table: pd.DataFrame) -> list[Line]:
    """A verdict for each worked example: whether the library's model gives what was printed.

    table    columns of `capcycle.facts.examples`, with `line`

    >>> [line.verdict for line in check_examples(examples.examples().head(2))]
    ['consistent', 'inconsistent']
    """
    return [_check_example(row) for row in table.itertuples()]


def _check_example(row) -> Line:
    place = {"line": int(row.line), "name": row.model or row.about}
    try:
        result = worked.work_out(row.model, row.inputs, row.steps, row.outputs)
    except CapcycleError as error:
        return Line(**place, verdict="not checkable", why=_not_checkable(row, error))
    printed = {name: value for name, value in row.outputs.items() if name in result.figures}
    if not printed:
        return Line(
            **place, verdict="not checkable", why=words.clauses(result.faults) or say("claims.reader.no_outputs")
        )
    off = {name: each for name, each in printed.items() if not worked.fits(result.figures[name], each, row.tolerance)}
    arithmetic = tuple(_beside(row, name, result.figures[name], name in off) for name in printed)
    if all(each is None for each in printed.values()):
        return Line(**place, verdict="not checkable", why=say("claims.reader.not_printed"), arithmetic=arithmetic)
    if not off:
        why = words.clauses([say("claims.reader.reproduced", outputs=words.clauses(arithmetic)), *result.faults])
        return Line(**place, verdict="consistent", why=why, arithmetic=arithmetic)
    differs = say("claims.reader.differs", outputs=worked.figures_in_words(off, row.currency, row.steps))
    right = worked.figures_in_words({name: result.figures[name] for name in off}, row.currency, row.steps)
    why = words.clauses([differs, *result.faults])
    return Line(**place, verdict="inconsistent", why=why, right=right, arithmetic=arithmetic)


def _not_checkable(row, error: Exception) -> str:
    if worked.is_lacking(row.model, row.analysis):
        return say("claims.reader.not_built", model=row.model, analysis=row.analysis)
    return str(error)


def _beside(row, name: str, value: Any, differs: bool) -> str:
    """A figure worked out beside the one printed; with all digits where their difference would not show."""
    unit, printed = worked.units_of(row.steps).get(name, ""), row.outputs[name]
    pair = [worked.in_words(each, unit, row.currency) for each in (value, printed)]
    if differs and pair[0] == pair[1]:
        pair = [str(value), str(printed)]
    key = f"examples.beside_{row.basis}" if row.basis in NOT_PRINTED else "examples.beside"
    return say(key, name=words.label(f"name.{name}"), value=pair[0], printed=pair[1])


# ---- claims


def _claim_lines(table: pd.DataFrame, findings: list[detect.Finding]) -> Iterator[Line]:
    names, functions = check.values(table), check.functions_of(table)
    about = {name: [each for each in findings if name in each.claim_ids] for name in table["claim_id"]}
    for row in table.itertuples():
        expression = _check_expression(row, names, functions) if row.check else None
        yield _claim_line(row, expression, about[row.claim_id])


def _claim_line(row, expression: tuple[str, str] | None, findings: list[detect.Finding]) -> Line:
    """The gravest of the verdicts of a claim's own expression and of the rules that fire on it."""
    verdicts = [each.verdict for each in findings] + ([expression[0]] if expression else [])
    verdict = detect.worst(verdicts) if verdicts else "not checkable"
    gravest = next((each for each in findings if each.verdict == verdict), None)
    why = gravest.why if gravest else expression[1] if expression else say("claims.none")
    arithmetic = ([expression[1]] if expression else []) + [
        say("claims.finding", ids=", ".join(each.claim_ids), why=each.why, right=each.right) for each in findings
    ]
    rule = {"error_class": gravest.error_class, "right": gravest.right} if gravest else {}
    return Line(int(row.line), row.claim_id, verdict, why=why, arithmetic=tuple(arithmetic), **rule)


def _check_expression(row, names: Mapping[str, float], functions: expressions.Functions) -> tuple[str, str]:
    """The verdict of a claim's own expression: a comparison, or a figure that the claim should be."""
    try:
        value = expressions.evaluate(row.check, names, functions)
    except CapcycleError as error:
        return "not checkable", str(error)
    if isinstance(value, str):
        return "not checkable", say("claims.reader.text", check=row.check)
    if isinstance(value, bool):
        return ("consistent" if value else "inconsistent"), say(f"claims.reader.{str(value).lower()}", check=row.check)
    tolerance = float(row.tolerance or CLOSE)
    close = any(expressions.near(end, value, tolerance) for end in (row.value_low, row.value_high))
    inside = row.value_low <= value <= row.value_high
    claimed = f"{row.value_low:,.6g}"
    why = say("claims.reader.number", check=row.check, value=f"{value:,.6g}", claimed=claimed)
    return ("consistent" if close or inside else "inconsistent"), why
