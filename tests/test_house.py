"""The house keeps its own rules: imports go one way, things stay small, and what is written down is true."""

import ast
import inspect
import json
import re
import subprocess
from functools import cache
from pathlib import Path
from statistics import median

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from capcycle import cli, metrics

ROOT = Path(__file__).parents[1]
LIB = ROOT / "lib" / "capcycle"
MODULES = sorted(LIB.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# A room imports only what stands to its left
ROOMS = [
    *["errors", "paths", "units", "periods", "words", "sources", "facts", "panel", "metrics", "measure"],
    *["models", "study", "theme", "exhibits", "analyses", "claims", "codebook", "widgets"],
    *["parameters", "ledger", "engine", "workers", "run", "publish", "site", "cli"],
]
DOORS = ["__init__", "__main__"]  # of the package itself: they may open every room, and no room opens them

MODULE_LINES = 400
BODY_MEDIAN, BODY_P90 = 8, 20
TEST_MEDIAN = 9
CELL_MEDIAN, CELL_LINES = 4, 12
PROSE_PER_CODE = 0.8
STATEMENTS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.For | ast.AsyncFor | ast.While | ast.Try
METRIC_SECTIONS = ["Formula:", "Units:", "Source:", ">>>"]

HOSTS = re.compile(
    r"\b(p[y]pi\.org|python[h]osted\.org|n[p]mjs\.(org|com)|anaconda\.(org|com)|unpkg\.com|jsdelivr\.net)\b"
)
MACHINE = re.compile(r"(?<![\w./-])/(work|tmp)(?=[/\s'\"`)])")
WORKSHOP = re.compile(r"(?<![\w-])shared/")
ADDRESS = re.compile(r"https?://\S+")


def expect_none(faults):
    """Fail with all faults, one a line."""
    if faults := list(faults):
        pytest.fail("\n".join(faults), pytrace=False)


def at(path, line):
    return f"{path.relative_to(ROOT)}:{line}"


@cache
def tree(path):
    return ast.parse(path.read_text("utf-8"))


# ---- imports go one way


def imported(path):
    """Each name of our own that a module imports, in full, and the line."""
    package = ["capcycle", *path.relative_to(LIB).parent.parts]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*stem, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name.split(".")[0] == "capcycle")


def room(path):
    return path.relative_to(LIB).parts[0].removesuffix(".py")


def allowed(here, there):
    if there == "sources" and here != "sources":
        return here == "cli"
    return there in ROOMS and (ROOMS + DOORS).index(there) <= (ROOMS + DOORS).index(here)


def test_every_module_has_its_room():
    expect_none(
        f"{at(path, 1)}: no place in ROOMS, tests/test_house.py" for path in MODULES if room(path) not in ROOMS + DOORS
    )


def test_imports_go_one_way():
    expect_none(
        f"{at(path, line)}: {room(path)} must not import {name}"
        for path in MODULES
        for name, line in imported(path)
        if not allowed(room(path), [*name.split("."), "__init__"][1])
    )


# ---- the library stays small and says what it does


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function):
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def sizes(paths, wanted=lambda name: True):
    """Lines of each function's body and where it is, longest first."""
    found = [
        (body_lines(f), f"{at(path, f.lineno)}: {f.name}") for path in paths for f in functions(path) if wanted(f.name)
    ]
    return sorted(found, reverse=True)


def listed(found):
    return "\n" + "\n".join(f"{lines:4} lines  {place}" for lines, place in found)


def test_modules_stay_short():
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in MODULES}
    expect_none(f"{at(path, n)}: more than {MODULE_LINES} lines" for path, n in lengths.items() if n > MODULE_LINES)


def test_most_functions_are_a_few_lines():
    found = sizes(MODULES)
    middle = median(lines for lines, _ in found)
    assert middle <= BODY_MEDIAN, f"median {middle}; the longer half: {listed(found[: len(found) // 2])}"


def test_one_function_in_ten_may_be_longer():
    found = sizes(MODULES)
    long = [place for place in found if place[0] > BODY_P90]
    assert len(long) <= len(found) / 10, f"{len(long)} of {len(found)} exceed {BODY_P90}: {listed(long)}"


def test_tests_show_one_idea():
    found = sizes(TESTS, lambda name: name.startswith("test_"))
    middle = median(lines for lines, _ in found)
    assert middle <= TEST_MEDIAN, f"median {middle}; the longer half: {listed(found[: len(found) // 2])}"


def test_public_functions_say_what_they_do():
    expect_none(
        f"{at(path, node.lineno)}: {node.name} has no docstring"
        for path in MODULES
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    )


def test_metrics_give_formula_units_source_and_example():
    for name, metric in inspect.getmembers(metrics, inspect.isfunction):
        missing = [section for section in METRIC_SECTIONS if section not in (metric.__doc__ or "")]
        place = at(Path(inspect.getsourcefile(metric)), inspect.getsourcelines(metric)[1])
        assert not missing, f"{place}: {name} lacks {missing}"


# ---- a notebook is an argument


def cells(notebook, kind=None):
    """(number as JupyterLab counts them from 1, cell)"""
    numbered = enumerate(json.loads(notebook.read_text("utf-8"))["cells"], start=1)
    return [(number, cell) for number, cell in numbered if kind in (None, cell["cell_type"])]


def source(cell):
    return "".join(cell["source"])


def code_lines(cell):
    return sum(bool(line.strip()) for line in source(cell).splitlines())


def is_parameters(cell):
    return "parameters" in cell["metadata"].get("tags", [])


def parsed(cell):
    return ast.walk(ast.parse(TransformerManager().transform_cell(source(cell))))


each_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)


@each_notebook
def test_notebook_opens_with_its_question(notebook):
    (_, first), *_ = cells(notebook)
    assert first["cell_type"] == "markdown" and source(first).startswith("# "), f"{at(notebook, 1)}: no title first"


@each_notebook
def test_notebook_has_one_cell_of_parameters(notebook):
    tagged = [number for number, cell in cells(notebook, "code") if is_parameters(cell)]
    assert len(tagged) == 1, f"{notebook.name}: cells tagged parameters: {tagged}"


@each_notebook
def test_notebook_cells_are_a_few_lines(notebook):
    lengths = {number: code_lines(cell) for number, cell in cells(notebook, "code")}
    expect_none(
        f"{notebook.name} cell {k}: {n} lines, at most {CELL_LINES}" for k, n in lengths.items() if n > CELL_LINES
    )
    steps = [code_lines(cell) for _, cell in cells(notebook, "code") if not is_parameters(cell)]
    assert median(steps or [0]) <= CELL_MEDIAN, f"{notebook.name}: lines by cell, parameters aside: {steps}"


@each_notebook
def test_notebook_defines_nothing_and_loops_over_nothing(notebook):
    expect_none(
        f"{notebook.name} cell {number} line {node.lineno}: {type(node).__name__}"
        for number, cell in cells(notebook, "code")
        for node in parsed(cell)
        if isinstance(node, STATEMENTS)
    )


@each_notebook
def test_notebook_fetches_nothing(notebook):
    expect_none(
        f"{notebook.name} cell {number}: uses capcycle.sources"
        for number, cell in cells(notebook, "code")
        if re.search(r"capcycle(\.| import .*\b)sources\b", source(cell))
    )


@each_notebook
def test_notebook_explains_itself(notebook):
    prose, code = len(cells(notebook, "markdown")), len(cells(notebook, "code"))
    assert prose >= PROSE_PER_CODE * code, f"{notebook.name}: {prose} cells of prose for {code} of code"


@each_notebook
def test_notebook_is_committed_clean(notebook):
    expect_none(
        f"{notebook.name} cell {number}: holds outputs or an execution count"
        for number, cell in cells(notebook, "code")
        if cell["outputs"] or cell["execution_count"] is not None
    )


# ---- what is written down is true


def tracked():
    """Every text file of the project, with its lines."""
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(git, cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("no git checkout, so nothing says which files belong to the project")
    paths = [ROOT / name for name in sorted(set(listing.stdout.split("\0"))) if name]
    texts = {path: path.read_bytes() for path in paths if path.is_file()}
    return {path: raw.decode("utf-8").splitlines() for path, raw in texts.items() if b"\0" not in raw}


def outside_names(path, lines):
    """(line number, name) of everything that only exists on one machine or on somebody's server."""
    skips = path in TESTS and any("skip" in line for line in lines)
    patterns = [MACHINE] if skips else [MACHINE, WORKSHOP]
    for number, line in enumerate(lines, start=1):
        local = ADDRESS.sub("", line)
        found = [HOSTS.search(line), *(pattern.search(local) for pattern in patterns)]
        yield from ((number, match[0]) for match in found if match)


def test_no_file_names_a_registry_or_this_machine():
    expect_none(
        f"{at(path, number)}: names {name}"
        for path, lines in tracked().items()
        for number, name in outside_names(path, lines)
    )


def readme_code():
    """(line number, text) of everything the README sets as code."""
    fenced = False
    for number, line in enumerate((ROOT / "README.md").read_text("utf-8").splitlines(), start=1):
        if line.startswith("```"):
            fenced = not fenced
        else:
            yield from ((number, code) for code in ([line] if fenced else re.findall(r"`([^`]+)`", line)))


def readme_calls(program):
    """(line number, first argument) of each call of a program in the README."""
    calls = ((number, re.match(rf"\s*(?:\$ )?(?:\S+/)?{program} ([a-z]\S*)", code)) for number, code in readme_code())
    return [(number, call[1]) for number, call in calls if call]


def test_readme_calls_commands_that_exist():
    expect_none(
        f"README.md:{number}: no command {name}"
        for number, name in readme_calls("capcycle")
        if name not in cli.COMMANDS
    )


def test_readme_shows_every_command():
    missing = set(cli.COMMANDS) - {name for _, name in readme_calls("capcycle")}
    assert not missing, f"README.md shows no call of: {sorted(missing)}"


def test_readme_makes_targets_that_exist():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    expect_none(f"README.md:{number}: no target {name}" for number, name in readme_calls("make") if name not in targets)
