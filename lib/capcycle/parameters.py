"""The parameters that a notebook declares, and whether given ones are what it declares.

Names are code to papermill, and one that a notebook does not have only draws a warning from it and publishes
the defaults. So every name and every type is compared with the notebook's own before anything starts.
"""

import ast
import difflib
import json
import math
import re
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from capcycle import errors, paths
from capcycle.errors import RunError

SCALARS = {"str": str, "int": int, "float": float, "bool": bool}
TYPES = [*SCALARS, "list[str]", "list[int]", "list[float]"]
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
    return {path.stem: path for path in sorted(paths.NOTEBOOKS.glob("*.ipynb"))}


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

    RunError names every parameter that the notebook does not declare and every value of the wrong type.
    An int will do for a float; a bool is no int.
    """
    known = declared(notebook)
    raise_all(f"{notebook.name}: {fault}" for fault in _parameter_faults(known, parameters))
    given = {name: _settled(value, known[name].type) for name, value in parameters.items()}
    return {name: parameter.default for name, parameter in known.items()} | given


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
    known, values = declared(notebook), {}
    for name, text in pairs:
        value = _read(text, known[name].type) if name in known else text
        if name in values and not isinstance(value, list):
            raise RunError(f"parameter {name} is given twice")
        values[name] = values.get(name, []) + value if isinstance(value, list) else value
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


def unknown(what: str, name: str, valid: Iterable[str]) -> str:
    """What is not known, what is, and which of these was perhaps meant.

    >>> unknown("run", "giant", ["giants", "coverage"])
    'unknown run giant; there are: coverage, giants; did you mean giants?'
    """
    valid = list(valid)
    near = difflib.get_close_matches(name, valid, 1)
    return errors.unknown(what, [name], valid) + (f"; did you mean {near[0]}?" if near else "")


def raise_all(faults: Iterable[str]) -> None:
    """RunError with every fault on a line of its own, if there is one."""
    if faults := list(faults):
        raise RunError("\n".join(faults))
