"""The parameters that a notebook declares, and whether given ones are what it declares.

Names are code to papermill, and one that a notebook does not have only draws a warning from it and publishes
the defaults. So every name and every type is compared with the notebook's own before anything starts, and its own
first step reads every value again, whoever gave it: the command line, papermill alone, or a hand in JupyterLab.
"""

import ast
import difflib
import inspect
import json
import math
import re
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from capcycle import errors, paths
from capcycle.errors import CapcycleError, DataError, RunError

SCALARS = {"str": str, "int": int, "float": float, "bool": bool}
TYPES = [*SCALARS, "list[str]", "list[int]", "list[float]"]
DATES = {"as_of", "before", "cut_off", "day", "event_day", "from_day", "league_from", "league_to"}
FILLED = {
    "cut_off",
    "chips",
    "league",
    "sliders",
    "views",
}  # texts and lists that no notebook can do without, besides lists of numbers
BANDS = {"advance_rate", "card_price", "finance_rate", "operating_share", "leased_probability", "pipeline_probability",
         "renewal_probability"}  # fmt: skip  # a low, a central and a high figure
UNLIKE = [("across", "up"), ("older", "newer")]  # what must not be the same
INJECTED = "# Parameters\n"  # how papermill begins the cell of what was given
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
YEARS_BEFORE = 3  # the first year shown, before the last, where the notebook's own lies after it
UNENCODABLE = re.compile("[\ud800-\udfff]")  # what Python makes of bytes on a command line that are no text


@dataclass(frozen=True)
class Parameter:
    """A parameter as the notebook declares it: `name: type = default  # help`."""

    name: str
    type: str
    default: Any
    help: str


def notebooks() -> dict[str, Path]:
    """The notebooks by name."""
    return {path.stem: path for path in sorted(paths.NOTEBOOKS.glob("*.ipynb"), key=str)}


def find_notebook(name: str) -> Path:
    """The notebook called `name`, or whose path `name` is."""
    known = notebooks()
    if name not in known and Path(name).resolve() in known.values():
        return Path(name).resolve()
    if name not in known:
        raise RunError(unknown("notebook", name, known))
    return known[name]


def declared(notebook: Path) -> dict[str, Parameter]:
    """The parameters that a notebook declares in its one cell tagged `parameters`."""
    tagged = [cell["source"] for cell in cells(notebook) if "parameters" in cell["tags"]]
    if len(tagged) != 1:
        raise RunError(f"{notebook.name}: {len(tagged)} cells are tagged 'parameters'; there must be exactly one")
    try:
        lines, tokens = ast.parse(tagged[0]).body, tokenize.generate_tokens(StringIO(tagged[0]).readline)
        helps = {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
    except (SyntaxError, tokenize.TokenError) as error:
        raise RunError(f"{notebook.name}: the parameters cell is not Python: {error}") from error
    found = [_parameter(line, helps.get(line.end_lineno, "")) for line in lines]
    raise_all(f"{notebook.name}: parameters cell, {fault}" for fault in found if isinstance(fault, str))
    return {parameter.name: parameter for parameter in found}


def cells(notebook: Path) -> list[dict[str, Any]]:
    """The cells of a notebook file: their type, source, tags, and whether an execution left something in them."""
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        return [
            {
                "type": cell["cell_type"],
                "source": "".join(cell["source"]),
                "tags": cell["metadata"].get("tags", []),
                "executed": bool(cell.get("outputs") or cell.get("execution_count")),
            }
            for cell in cells
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{notebook.name} is not a notebook of format 4") from error


def _parameter(line: ast.stmt, help: str) -> Parameter | str:
    shown = f"line {line.lineno}: {ast.unparse(line).splitlines()[0]}"
    if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name) or line.value is None:
        return f"{shown}: write it as `name: type = default  # help`"
    kind = ast.unparse(line.annotation)
    if kind not in TYPES:
        return f"{shown}: the type must be one of {', '.join(TYPES)}"
    try:
        default = ast.literal_eval(line.value)
    except ValueError:
        return f"{shown}: the default must be a literal"
    if not _fits(default, kind):
        return f"{shown}: the default is not {_a(kind)}"
    return Parameter(line.target.id, kind, _settled(default, kind), help)


def check_parameters(notebook: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """The notebook's complete parameters: its defaults, with `parameters` in their place.

    RunError names every parameter that the notebook does not declare and every value of the wrong type; where there
    are any, what the notebook's own first step would refuse of the others too. An int will do for a float; a bool is
    no int.
    """
    known = declared(notebook)
    raise_all(_faults(notebook, known, parameters))
    given = {name: _settled(value, known[name].type) for name, value in parameters.items()}
    return {name: parameter.default for name, parameter in known.items()} | given


def _faults(
    notebook: Path, known: dict[str, Parameter], parameters: dict[str, Any], others: bool = False
) -> Iterator[str]:
    """What is wrong with names and types; where anything is, or with `others`, with all other values too."""
    faults = list(_parameter_faults(known, parameters))
    faults += _others(known, parameters) if faults or others else []
    yield from (f"{notebook.name}: {fault}" for fault in faults)


def _others(known: dict[str, Parameter], parameters: dict[str, Any]) -> list[str]:
    """What is wrong with the values that are of the right type: a reader sees all faults at once."""
    values = {name: each.default for name, each in known.items()} | parameters
    kinds = {name: each.type for name, each in known.items()}
    sound = {name: value for name, value in values.items() if name in kinds and _fits(value, kinds[name])}
    with suppress(DataError):  # names cannot be looked up in tables that are broken, which `capcycle check` says
        return read(kinds, sound, set(parameters))[1]
    return []


def _parameter_faults(known: dict[str, Parameter], parameters: dict[str, Any]) -> Iterator[str]:
    for name, value in parameters.items():
        if name not in known:
            yield unknown("parameter", name if name.isidentifier() else repr(name), known)
        elif not _fits(value, known[name].type):
            yield f"parameter {name} must be {_a(known[name].type)}, not {value!r}"


def _fits(value: Any, kind: str) -> bool:
    if kind.startswith("list["):
        return isinstance(value, list) and all(_fits(item, kind[5:-1]) for item in value)
    if kind == "float":
        return type(value) in (int, float) and math.isfinite(value)
    return type(value) is SCALARS[kind] and not (kind == "str" and UNENCODABLE.search(value))


def _settled(value: Any, kind: str) -> Any:
    if kind.startswith("list["):
        return [_settled(item, kind[5:-1]) for item in value]
    return SCALARS[kind](value)


def _a(kind: str) -> str:
    return f"{'an' if kind == 'int' else 'a'} {kind}{' (true or false)' if kind == 'bool' else ''}"


def parse_parameters(notebook: Path, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Names and values typed on a command line, as the notebook's own types; a repeated list goes on.

    What cannot be read as its type stays text, for `check_parameters` to refuse.
    """
    known, values, twice = declared(notebook), {}, []
    for name, text in pairs:
        value = _read(text, known[name].type) if name in known else text
        if name in values and not isinstance(value, list):
            twice.append(f"parameter {name} is given twice")
        values[name] = values.get(name, []) + value if isinstance(value, list) else value
    raise_all(dict.fromkeys([*twice, *_faults(notebook, known, values, True)] if twice else ()))
    return values


def _read(text: str, kind: str) -> Any:
    """A typed word by the type it is for, never by its looks.

    >>> _read("NAN,0700.HK", "list[str]"), _read("1E5", "str"), _read("1E5", "float")
    (['NAN', '0700.HK'], '1E5', 100000.0)
    """
    if kind.startswith("list["):
        return [_read(part.strip(), kind[5:-1]) for part in text.split(",") if part.strip()]
    with suppress(KeyError, ValueError):
        return {"true": True, "false": False}[text] if kind == "bool" else SCALARS[kind](text)
    return text


def typed(value: Any) -> str:
    """A parameter's value as the command line takes it.

    >>> typed(["MSFT", "AMZN"]), typed(True), typed(2019)
    ('MSFT,AMZN', 'true', '2019')
    """
    if isinstance(value, list):
        return ",".join(map(typed, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def settle(names: dict[str, Any]) -> None:
    """Read the parameters of a notebook, in its own first step: types, dates, bounds, and whether they go together.

    names   the notebook's `globals()`; what was given in another form, such as a date without hyphens, is set right
            From here on, a cell whose exhibit has nothing to show says so: see `exhibits.absent`.
    Errors: RunError with every fault: the parameter, what it is, and how to write it.

    >>> shown = {"__annotations__": {"as_of": str, "companies": list[str]}, "as_of": 20260315, "companies": "MSFT,AMZN"}
    >>> settle(shown)
    >>> shown["as_of"], shown["companies"]
    ('2026-03-15', ['MSFT', 'AMZN'])
    """
    from capcycle import exhibits  # pandas comes with them

    kinds = {name: inspect.formatannotation(kind) for name, kind in names["__annotations__"].items()}
    given = _given(names.get("In", []))
    faults = [unknown("parameter", name, kinds) for name in given or () if name not in kinds]
    settled, wrong = read(kinds, {name: names[name] for name in kinds if name in names}, given)
    raise_all([*faults, *wrong])
    names.update(settled)
    exhibits.go_on(names)


def read(
    kinds: dict[str, str], values: dict[str, Any], given: set[str] | None = None
) -> tuple[dict[str, Any], list[str]]:
    """Parameters as they are meant, and what is wrong with them; `given` are those that are not the notebook's own."""
    settled, faults = {}, []
    for name, value in values.items():
        try:
            settled[name] = _one(name, kinds[name], value)
        except CapcycleError as error:
            faults.append(f"parameter {error}")
    discords = [*_strangers(settled, kinds), *_discords(settled, given)]
    return settled, [*faults, *(f"parameter {fault}" for fault in discords)]


def _given(executed: list[str]) -> set[str] | None:
    """The parameters that papermill set otherwise than the notebook does; None where it set none."""
    injected = next((cell for cell in reversed(executed) if cell.startswith(INJECTED)), None)
    if injected is None:
        return None
    before = executed[: executed.index(injected)]
    known = {line.target.id: ast.unparse(line.value) for cell in before for line in _lines(cell, ast.AnnAssign)}
    values = {line.targets[0].id: ast.unparse(line.value) for line in _lines(injected, ast.Assign)}
    return {name for name, value in values.items() if known.get(name) != value}


def _lines(cell: str, kind: type) -> list[ast.stmt]:
    """The lines of one kind in a cell; none in one that is no Python, such as a magic."""
    with suppress(SyntaxError):
        return [line for line in ast.parse(cell).body if isinstance(line, kind)]
    return []


def _one(name: str, kind: str, value: Any) -> Any:
    """One parameter as it is meant."""
    from capcycle.models import bounds  # numpy comes with it

    if name in DATES:
        return day(name, value)
    if kind.startswith("list[") and isinstance(value, str):
        value = _read(value, kind)
    if not _fits(value, kind):
        quoted = "; put a text in quotes" if "str" in kind else ""
        raise RunError(f"{name} is {value!r}: give {_a(kind)}{quoted}")
    if not value and (name in FILLED or kind in ("list[int]", "list[float]")):
        raise RunError(f"{name} is empty: give one value at least")
    if kind.startswith("list[") and name not in BANDS and len(set(value)) < len(value):
        raise RunError(f"{name} has {next(each for each in value if value.count(each) > 1)} twice: give each once")
    if name in BANDS and (len(value) != 3 or sorted(value) != value):
        raise RunError(f"{name} is {value}: give three numbers, the low one, the central and the high")
    bounds.check_parameter(name, value)
    return _settled(value, kind)


def _strangers(values: dict[str, Any], kinds: dict[str, str]) -> Iterator[str]:
    """Names of what there is not; of claims, the companies are those that they name."""
    from capcycle import facts, metrics, panel
    from capcycle.facts import layers

    groups = [] if "speakers" in kinds else ["companies", "peers"]
    named = {name: _listed(values[name]) for name in (*groups, "company", "tenant", "lessor") if values.get(name)}
    layers.call([each for given in named.values() for each in given if isinstance(each, str)])
    known = {
        "metric": ("metric", [*metrics.ALL, *facts.dictionary().index]),
        "span": ("span", panel.SPANS),
        "calendar": ("calendar", panel.CALENDARS),
        "currency": ("currency", facts.currencies() if values.get("currency") else []),
    }
    if groups and values.get("companies") == []:
        yield "companies is empty: give one value at least"
    strange = {name: layers.ask(_no_companies, given, name in groups) for name, given in named.items()}
    yield from (f"{name}: {fault}" for name, faults in strange.items() for fault in faults)
    if {"company", "companies"} <= set(named) and not strange["company"] and not strange["companies"]:
        [own], beside = named["company"], facts.tickers(named["companies"])
        if own not in beside:
            yield f"company: {own} is not among companies: give one of {', '.join(beside)}, or name it there too"
    for name in filter(values.get, known):
        what, valid = known[name]
        given = values[name].split(".") if name == "metric" else _listed(values[name])  # the first is of the others
        yield from (f"{name}: {unknown(what, each, valid)}" for each in given if each not in valid)


def _no_companies(given: list, groups: bool) -> list[str]:
    """What to say of names that are no company, and where a group will do none either."""
    from capcycle import facts

    companies = facts.companies()
    valid = [*companies.index, *(companies["group"].unique() if groups else [])]
    what = "company or group" if groups else "company"
    return [f"{unknown(what, each, valid)}; {facts.ADD}" for each in given if each not in valid]


def _listed(value: Any) -> list:
    return value if isinstance(value, list) else [value]


def day(name: str, value: Any) -> str:
    """A date as ISO text, whatever form of it was given; RunError for what is none."""
    text = "" if value is None else str(value).strip()
    if not text and name not in FILLED:
        return ""
    try:
        found = date.fromisoformat(text[:10] if isinstance(value, date) else text)
    except ValueError as error:
        raise RunError(f"{name} is {value!r}: write the day as year-month-day, such as 2025-11-15") from error
    if not FIRST_DAY <= found <= LAST_DAY:
        raise RunError(f"{name} is {value!r}: give a day from {FIRST_DAY} to {LAST_DAY}")
    return found.isoformat()


def _discords(values: dict[str, Any], given: set[str] | None) -> Iterator[str]:
    """Parameters that do not go together; a first year that nobody chose moves to before the last."""
    known = values.get("as_of") and date.fromisoformat(values["as_of"]).year
    first, last = values.get("since"), min(values.get("until") or LAST_DAY.year, known or LAST_DAY.year)
    if first and given is not None and "since" not in given and first > last - bool(known):
        values["since"] = last - YEARS_BEFORE
    elif first and first > last:
        yield f"since is {first}: give at most {last}, the last year shown"
    for name, other in UNLIKE:
        if name in values and values[name] == values.get(other):
            yield f"{other} is {values[other]!r}, which {name} is too: give another"
    days = [date.fromisoformat(values[name]) for name in ("as_of", "before") if values.get(name)]
    if days != sorted(days, reverse=True):
        yield f"before is {values['before']}: give a day before as_of, {values['as_of']}"


def unknown(what: str, name: str, valid: Iterable[str]) -> str:
    """What is not known, what is, and which of these was perhaps meant.

    >>> unknown("run", "giant", ["giants", "coverage"])
    'unknown run giant; there are: coverage, giants; did you mean giants?'
    """
    valid = list(valid)
    near = [each for each in valid if each.lower() == name.lower()] or difflib.get_close_matches(name, valid, 1)
    return errors.unknown(what, [name], valid) + (f"; did you mean {near[0]}?" if near else "")


def raise_all(faults: Iterable[str]) -> None:
    """RunError with every fault on a line of its own, if there is one."""
    if faults := list(faults):
        raise RunError("\n".join(faults))
