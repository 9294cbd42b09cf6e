"""Which files of the library a notebook comes through: those that its cells import, and all that these import."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

from capcycle.parameters import cells

LIBRARY = Path(__file__).parent
ROOT = LIBRARY.name
AROUND = ("engine.py", "trace.py", "reads.py", "workers.py")  # what every run goes through before its first cell
DYNAMIC = re.compile(r"import_module|__import__|\b(exec|eval)\(|^\s*%run|^\s*%load", re.M)


def used(notebook: Path, library: Collection[str], opened: Iterable[str] = (), rooms: Iterable[str] = ()) -> list[str]:
    """The files of `library`, by their paths there, that a notebook can come through; all where nobody can tell.

    opened  other files that it opened: a module of the user's own may import anything
    rooms   of the library, all of whose modules it went through
    """
    sources = [cell["source"] for cell in cells(notebook) if cell["type"] == "code"]
    begun = None if any(map(DYNAMIC.search, sources)) else _imported_by(sources)
    if begun is None or any(path.endswith((".py", ".ipynb")) for path in opened):
        return sorted(library)
    found = _behind(begun) | {LIBRARY / name for name in AROUND}
    names = {file.relative_to(LIBRARY).as_posix() for file in found}
    names |= {name for name in library if name.split("/")[0].removesuffix(".py") in set(rooms)}
    folders = {Path(name).parent for name in names}  # a table of words or of rules stands beside what reads it
    names |= {name for name in library if not name.endswith(".py") and Path(name).parent in folders}
    return sorted(names & set(library))


def _imported_by(sources: Iterable[str]) -> set[str] | None:
    """The modules of ours that some cells import; None where a cell is no plain Python."""
    try:
        return {name for source in sources for name in _names(ast.parse(_plain(source)), [])}
    except SyntaxError:
        return None


def _plain(source: str) -> str:
    return "\n".join("pass" if line.startswith(("%", "!", "?")) else line for line in source.splitlines())


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All statements, one in another too, and no expression: of these there are ten times as many."""
    for each in body:
        yield each
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(each, part, ()))


def _names(tree: ast.Module, package: list[str]) -> Iterator[str]:
    """Each name of ours that is imported anywhere in a file: a module, or something in one."""
    for node in _statements(tree.body):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*stem, *filter(None, [node.module])])
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == ROOT)


def _behind(names: Iterable[str]) -> set[Path]:
    """The files of modules, of the packages that they stand in, and of all that these import."""
    found, seen, waiting = set(), set(), list(names)
    while waiting:
        steps = waiting.pop().split(".")
        new = {".".join(steps[:length]) for length in range(1, len(steps) + 1)} - seen  # most are named by many
        seen |= new
        for file in {file for module in new for file in _files(module)} - found:
            found.add(file)
            waiting += _imports(file, file.stat().st_mtime_ns)
    return found


def _files(module: str) -> list[Path]:
    place = LIBRARY.joinpath(*module.split(".")[1:])
    if (place / "__init__.py").is_file():
        return [place / "__init__.py"]
    return [file] if place != LIBRARY and (file := place.with_name(f"{place.name}.py")).is_file() else []


@cache
def _imports(file: Path, changed: int) -> list[str]:
    package = [ROOT, *file.parent.relative_to(LIBRARY).parts]
    tree = ast.parse(file.read_text("utf-8"))
    names = list(_names(tree, package))
    if file.name == "__init__.py" and _goes_through_its_modules(tree):
        names += [".".join([*package, each.stem]) for each in file.parent.glob("*.py")]
    return names


def _goes_through_its_modules(tree: ast.Module) -> bool:
    """Whether a package imports all its modules when it is imported itself, and not when it is asked to."""
    at_once = (node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef))
    inside = (each for top in at_once for each in ast.walk(top))
    return any(isinstance(each, ast.Attribute) and each.attr == "iter_modules" for each in inside)
