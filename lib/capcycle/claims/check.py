"""Works the checks out on the claims as printed: what each recomputation gives, and the verdict."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

import pandas as pd

from capcycle import facts
from capcycle.claims import detect, expressions, load, worked
from capcycle.claims.expressions import ExpressionError, Functions
from capcycle.errors import CapcycleError, DataError
from capcycle.facts import door, tables
from capcycle.facts.examples import examples


@dataclass(frozen=True)
class Step:
    """A recomputation: its expression, what it gives, the figure printed for it, and whether the two agree."""

    expression: str
    value: float
    printed: str
    agrees: bool
    sources: str


@dataclass(frozen=True)
class Result:
    """A check worked out: what its rule says, the verdict that follows, and the recomputations behind it."""

    check_id: str
    claim_ids: tuple[str, ...]
    holds: bool | None
    repaired: bool
    verdict: str
    steps: tuple[Step, ...]


def recompute(claims: pd.DataFrame | None = None, as_of: str = "") -> list[Result]:
    """Every check of `checks.csv` on the claims of `claims.csv`, or on others.

    A rule that holds means `holds` (most often consistent). One that fails means mistranslated where the check's
    `fix` (a unit or scale put right) makes it hold, and `fails` (most often inconsistent) where nothing does.
    With `as_of`, only checks whose claims and facts had all been published by then.
    """
    table = published_by(load.claims() if claims is None else claims, as_of)
    names, functions = values(table), functions_of(table, as_of)
    steps = dict(iter(load.steps().groupby("check_id", sort=False)))
    public = set(table["claim_id"])
    known = [row for row in load.checks().itertuples() if set(row.claim_ids.split()) <= public]
    results = (_known_result(row, steps.get(row.check_id), names, functions, as_of) for row in known)
    return [result for result in results if result]


def check_tables() -> None:
    """Check claims, checks, steps, outside sources, aliases, speakers, phrases and worked examples.

    That each check says what it computes, and that the library knows every name in an example, is part of it.
    Errors: DataError with every fault of all eight tables.
    """
    own = (load.claims, load.checks, load.steps, load.sources, load.aliases, load.speakers, examples)
    door.refuse(door.gather([*own, partial(tables.read, "phrases.csv")])[1])
    door.refuse([*_references(), *_slips(), *_disagreements(), *_unknown_names()])


def published_by(claims: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """The claims that had been published by a date; undated articles are left out where one is given."""
    if not as_of:
        return claims
    return claims[pd.to_datetime(claims["published"], format="ISO8601", errors="coerce") <= door.day(as_of)]


def values(claims: pd.DataFrame) -> dict[str, float]:
    """The figures by the name an expression uses: `c120` is the lower bound, `c120h` the upper one."""
    high = {f"{name}h": value for name, value in zip(claims["claim_id"], claims["value_high"], strict=True)}
    return high | dict(zip(claims["claim_id"], claims["value_low"], strict=True))


def functions_of(claims: pd.DataFrame, as_of: str = "") -> Functions:
    """What an expression may ask of a claim by its id in quotes, of the facts, or of the market."""
    rows = claims.set_index("claim_id")

    def cell(name: str, column: str) -> str:
        if name not in rows.index:
            raise ExpressionError(f"there is no claim '{name}'")
        return rows.at[name, column]

    return {
        "fact": partial(fact, as_of=as_of),
        "price": partial(price, as_of=as_of),
        "unit": lambda name: cell(name, "unit"),
        "published": lambda name: _year(cell(name, "published")),
        "day": lambda name: float(_date(cell(name, "period")).toordinal()),
        "weekday": lambda name: float(_date(cell(name, "period")).isoweekday()),
    }


def fact(company: str, concept: str, start: str, end: str, as_of: str = "") -> float:
    """A filed figure of a company for the period, as `capcycle.facts` has it.

    >>> fact("MSFT", "capex", "2024-04-01", "2024-06-30")
    13873000000.0
    """
    try:
        return _filed(company, as_of)[concept, start, end]
    except KeyError as error:
        raise ExpressionError(f"there is no {concept} of {company} from {start} to {end}") from error


def price(symbol: str, day: str, as_of: str = "") -> float:
    """The closing price of a day, on the shares of today, as the register of the market has it.

    >>> price("BABA", "2025-09-30")
    178.73
    """
    try:
        return _closes(as_of)[symbol, pd.Timestamp(_date(day))]
    except KeyError as error:
        raise ExpressionError(f"there is no closing price of {symbol} on {day}") from error


@cache
def _closes(as_of: str) -> dict[tuple[str, pd.Timestamp], float]:
    closes = facts.open(as_of=as_of).register("market").query("measure == 'close_split_adjusted'")
    return dict(zip(zip(closes["symbol"], closes["date"], strict=True), closes["value"], strict=True))


@cache
def _filed(company: str, as_of: str) -> dict[tuple[str, str, str], float]:
    table = facts.open([company], as_of).facts.dropna(subset="period_start")
    days = [table[column].dt.strftime("%Y-%m-%d") for column in ("period_start", "period_end")]
    return dict(zip(zip(table["concept"], *days, strict=True), table["value"], strict=True))


def _known_result(row, steps, names: Mapping[str, float], functions: Functions, as_of: str) -> Result | None:
    """A check worked out; none where a fact it needs was not known yet."""
    try:
        return _result(row, steps, names, functions)
    except ExpressionError:
        if as_of:
            return None
        raise


def _result(row, steps: pd.DataFrame | None, names: Mapping[str, float], functions: Functions) -> Result:
    rule = row.rule
    holds = _truth(row.check_id, rule, names, functions) if rule else None
    repaired = holds is False and bool(row.fix) and _truth(row.check_id, rule, _fixed(row.fix, names), functions)
    fails = "mistranslated" if repaired else row.fails
    verdict = fails if holds is False else row.holds
    recomputed = () if steps is None else tuple(_step(step, names) for step in steps.itertuples())
    return Result(row.check_id, tuple(row.claim_ids.split()), holds, repaired, verdict, recomputed)


def _step(step, names: Mapping[str, float]) -> Step:
    value = expressions.number(step.expression, names)
    agrees = abs(value - step.value) <= step.tolerance * (1 + 1e-6)
    return Step(step.expression, value, step.printed, agrees, step.sources)


def _truth(place: str, rule: str, names: Mapping[str, float], functions: Functions) -> bool:
    holds = expressions.evaluate(rule, names, functions)
    if not isinstance(holds, bool):
        raise ExpressionError(f"{place}: the rule {rule} gives {holds}; a rule compares")
    return holds


def _fixed(fix: str, names: Mapping[str, float]) -> dict[str, float]:
    """The figures with those of a fix in their place, each reckoned from the figures as printed."""
    pairs = [part.split("=", 1) for part in fix.split(";")]
    return {**names, **{name.strip(): expressions.number(text, names) for name, text in pairs}}


def _year(published: str) -> float:
    day = _date(published)
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ExpressionError(f"'{text}' is not a day") from error


def _references() -> list[str]:
    """Faults of ids that one table names and another does not have."""
    claims, checks, steps = load.claims(), load.checks(), load.steps()
    ids, sources, speakers = set(claims["claim_id"]), set(load.sources()["source"]), set(load.speakers().index)
    faults = [_lacking(row, row.claim_ids.split(), ids, "claim", "claims.csv") for row in checks.itertuples()]
    faults += [_lacking(row, row.sources.split(), sources, "source", "check_sources.csv")
               for table in (checks, steps) for row in table.itertuples()]  # fmt: skip
    faults += [_lacking(row, [row.speaker], speakers, "speaker", "speakers.csv") for row in claims.itertuples()]
    faults += [_lacking(row, [row.check_id], set(checks.index), "check", "checks.csv") for row in steps.itertuples()]
    return list(filter(None, faults))


def _lacking(row, names: list[str], known: set[str], what: str, table: str) -> str:
    lacking = [name for name in names if name not in known]
    return f"{row.file}:{row.line}: no {what} {', '.join(lacking)} in data/{table}" if lacking else ""


def _slips() -> list[str]:
    """Faults of claims whose value is what their own sentence says, some places off."""
    claims = load.claims()
    places = dict(zip(claims["claim_id"], claims["file"] + ":" + claims["line"].astype(str), strict=True))
    slips = detect.detect(claims, ["sentence_against_value"])
    return [f"{places[each.claim_ids[0]]}: {each.why}" for each in slips]


def _disagreements() -> list[str]:
    """Faults of checks that cannot be worked out, or that say other than they compute."""
    places = {row.check_id: (f"{row.file}:{row.line}", row.verdict) for row in load.checks().itertuples()}
    try:
        results = recompute()
    except DataError as error:  # tables that the checks ask: their faults have their own places
        return error.faults
    except CapcycleError as error:
        return [f"data/checks.csv: {error}"]
    return [fault for result in results for fault in _faults(result, *places[result.check_id])]


def _faults(result: Result, place: str, verdict: str) -> list[str]:
    wrong = [step for step in result.steps if not step.agrees]
    faults = [f"{place}: {step.expression} gives {step.value:.6g}, not {step.printed}" for step in wrong]
    if result.verdict != verdict:
        faults.append(f"{place}: {result.check_id} is marked {verdict} and comes out {result.verdict}")
    return faults


def _unknown_names() -> list[str]:
    """Faults of worked examples with a model, an input or an output that the library does not know."""
    faults = []
    for row in examples().itertuples():
        try:
            found = worked.work_out(row.model, row.inputs, row.steps, row.outputs).faults
        except DataError as error:
            return error.faults
        except CapcycleError as error:
            found = [] if worked.is_lacking(row.model, row.analysis) else [str(error)]
        faults += [f"{row.file}:{row.line}: {fault}" for fault in found]
    return faults
