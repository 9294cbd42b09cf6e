"""The house keeps its own rules: imports go one way, things stay small, and what is written down is true."""

import ast
import json
import re
import subprocess
from functools import cache
from itertools import takewhile
from pathlib import Path
from statistics import median

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from capcycle import cli

ROOT = Path(__file__).parents[1]
LIB = ROOT / "lib" / "capcycle"
MODULES = sorted(LIB.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# A room imports only what stands to its left
ROOMS = [
    *[
        "errors",
        "paths",
        "units",
        "periods",
        "pool",
        "reads",
        "headlines",
        "words",
        "verdicts",
        "facts",
        "sources",
        "quantity",
        "spans",
        "panel",
        "metrics",
        "measures",
        "measure",
        "screen",
    ],
    *["models", "study", "theme", "exhibits", "analyses", "claims", "codebook", "widgets"],
    *[
        "parameters",
        "modules",
        "trace",
        "ledger",
        "keys",
        "outputs",
        "places",
        "rooms",
        "engine",
        "workers",
        "editions",
    ],
    *["cluster", "matrix", "rows", "progress", "why", "run", "publish", "sets", "lists", "site", "differences"],
    *["watch", "bring", "cli"],
]
DOORS = ["__init__", "__main__"]  # of the package itself: they may open every room, and no room opens them

MODULE_LINES = 400
BODY_MEDIAN, BODY_P90 = 8, 20
TEST_MEDIAN = 9
QUESTIONS, DEPTH = range(5, 10), "# In depth"
SMALL = [
    "measure",
    "board",
    "explore",
    "explore_models",
    "explore_text",
]  # notebooks of one answer, which need no more than three questions
CELL_MEDIAN, CELL_LINES = 4, 12
PROSE_PER_CODE = 0.8
STATEMENTS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.For | ast.AsyncFor | ast.While | ast.Try

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
        return here in ("bring", "cli")
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


# ---- nobody reads the data by himself

READERS = {"facts", "codebook"}  # rooms that read tables; those that make a page take a book
WHOLE = {"facts.load", "facts.history", "registers.read", "registers.history", "prices.prices", "paths.DATA"}
REGISTERS = {"exhibits", "models"}  # rooms that take tables, and choose none


def dotted(node):
    """A name with what it is an attribute of: registers.read of facts.registers.read(...)."""
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def reads(module, here):
    """(line, name) of whatever in a module of a room reads a table of the data without a book."""
    for node in ast.walk(module):
        name = ".".join(dotted(node).split(".")[-2:]) if isinstance(node, ast.Attribute) else ""
        if name in WHOLE or (here in REGISTERS and isinstance(node, ast.Attribute) and node.attr == "register"):
            yield node.lineno, dotted(node)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("capcycle"):
            base = node.module.removeprefix("capcycle").removeprefix(".")
            names = [f"{base.split('.')[-1]}.{alias.name}" for alias in node.names]
            taken = [each for each in names if each in WHOLE or (here in REGISTERS and "registers" in each.split("."))]
            yield from ((node.lineno, each) for each in taken if not each.startswith("exhibits."))


PAGES = {each for each in ROOMS[ROOMS.index("quantity") : ROOMS.index("parameters")] if each not in READERS}


def test_who_makes_a_page_takes_a_book():
    expect_none(
        f"{at(path, line)}: {room(path)} takes a Book, not {name}"
        for path in MODULES
        if room(path) in PAGES
        for line, name in reads(tree(path), room(path))
    )


@pytest.mark.parametrize(
    ("here", "code"),
    [
        ("study", "table = facts.load(companies)"),
        ("widgets", "from capcycle.facts import history"),
        ("analyses", "prices = facts.registers.read('market')"),
        ("analyses", "from capcycle.facts.registers import read"),
        ("analyses", "from capcycle.facts.prices import prices"),
        ("panel", "file = paths.DATA / 'fx.csv'"),
        ("exhibits", "from capcycle.facts import registers"),
        ("exhibits", "chips = book.register('chips')"),
        ("models", "import_it = book.register"),
    ],
)
def test_reading_the_data_by_oneself_is_noticed(here, code):
    assert list(reads(ast.parse(code), here))


@pytest.mark.parametrize(
    ("here", "code"),
    [
        ("analyses", "chips = book.register('chips'); known = book.facts"),
        ("exhibits", "from capcycle.exhibits import registers; rows = facts.inventory.counts(book)"),
        ("study", "past = study.history(measures, company)"),
    ],
)
def test_taking_a_book_is_not(here, code):
    assert not list(reads(ast.parse(code), here))


# ---- an analysis is small, and stands on others only downwards

OLD = {"ai_roic", "cycle", "gigawatt", "gpu_cloud", "hosting", "leasing", "power_value", "required_revenue",
       "useful_life"}  # fmt: skip
ANALYSES = LIB / "analyses"
ANALYSIS_LINES, ANALYSIS_EXHIBITS = 250, 3


def rooms():
    """The modules of each analysis, by its name."""
    modules = [path for path in MODULES if path.is_relative_to(ANALYSES) and path != ANALYSES / "__init__.py"]
    names = dict.fromkeys(path.relative_to(ANALYSES).parts[0].removesuffix(".py") for path in modules)
    return {name: [path for path in modules if path.relative_to(ANALYSES).parts[0] in (name, f"{name}.py")]
            for name in names}  # fmt: skip


def circle(graph):
    """A way along the arrows of a graph that comes back to where it began; empty where there is none."""

    def walk(way):
        for there in sorted(graph.get(way[-1], ())):
            if there in way:
                return [*way[way.index(there) :], there]
            if found := walk([*way, there]):
                return found
        return []

    return next(filter(None, (walk([name]) for name in sorted(graph))), [])


def test_analyses_stand_on_each_other_only_downwards():
    each = rooms()
    graph = {
        name: {parts[2] for path in paths for imported_, _ in imported(path)
               if (parts := imported_.split("."))[1] == "analyses" and len(parts) > 2 and parts[2] in each} - {name}
        for name, paths in each.items()
    }  # fmt: skip
    assert not circle(graph), f"analyses import each other in a circle: {' > '.join(circle(graph))}"


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def shown(module):
    """The public functions of a module that return an exhibit."""
    return [
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        and node.returns is not None and dotted(node.returns).split(".")[-1] == "Exhibit"
    ]  # fmt: skip


def too_much(name, lines, exhibits):
    """What a new analysis has too much of."""
    if lines > ANALYSIS_LINES:
        yield f"analyses/{name}: {lines} lines with its words, at most {ANALYSIS_LINES}"
    if len(exhibits) > ANALYSIS_EXHIBITS:
        yield f"analyses/{name}: {', '.join(exhibits)} are more than {ANALYSIS_EXHIBITS} exhibits of its own"


def test_a_new_analysis_is_small():
    for name, modules in rooms().items():
        files = [*modules, *ANALYSES.glob(f"{name}.*.toml"), *ANALYSES.glob(f"{name}/*.toml")]
        lines = sum(len(file.read_text("utf-8").splitlines()) for file in files)
        exhibits = [each for path in modules for each in shown(tree(path))]
        expect_none(too_much(name, lines, exhibits) if name not in OLD else ())


def test_a_large_analysis_is_noticed():
    module = ast.parse("def a() -> Exhibit: ...\ndef b() -> exhibits.Exhibit: ...\ndef _c() -> Exhibit: ...")
    assert shown(module) == ["a", "b"]
    assert len(list(too_much("new", 251, ["a", "b", "c", "d"]))) == 2 and not list(too_much("new", 250, ["a"]))


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


def raises(function):
    return any(isinstance(node, ast.Raise) for node in ast.walk(function))


def undescribed(module):
    """(line, name, what is lacking) of the public functions without an example, or that do not say what they refuse.

    A function refuses where it, or one of the same module that it calls, raises.
    """
    refusing = {node.name for node in module.body if isinstance(node, ast.FunctionDef) and raises(node)}
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            called = {dotted(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
            wanted = [">>>", *(["Errors:"] if refusing & {node.name, *called} else [])]
            words = ast.get_docstring(node) or ""
            yield from ((node.lineno, node.name, part) for part in wanted if part not in words)


def test_exhibits_have_an_example_and_say_what_they_refuse():
    expect_none(
        f"{at(path, line)}: {name} lacks {part}"
        for path in MODULES
        if room(path) == "exhibits"
        for line, name, part in undescribed(tree(path))
    )


def test_a_function_without_example_or_refusals_is_noticed():
    module = ast.parse(
        'def a():\n    """Does."""\ndef b():\n    """>>> b()"""\n    raise E\ndef c():\n    """>>> c()"""\n    b()\n'
        'def d():\n    """>>> d()"""\n    return a()\ndef _e(): raise E'
    )
    assert list(undescribed(module)) == [(1, "a", ">>>"), (3, "b", "Errors:"), (6, "c", "Errors:")]


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
def test_notebook_asks_five_to_nine_questions_before_it_goes_into_depth(notebook):
    headings = [source(cell).splitlines()[0] for _, cell in cells(notebook, "markdown") if source(cell)[0] == "#"]
    asked = list(takewhile(lambda heading: heading != DEPTH, headings[1:]))
    expected = range(3, 10) if notebook.stem in SMALL else QUESTIONS
    assert len(asked) in expected, f"{notebook.name} asks {len(asked)} questions: {asked}"


@each_notebook
def test_notebook_has_headings_of_questions_only_and_each_at_the_top_of_its_cell(notebook):
    lines = [source(cell).splitlines() for _, cell in cells(notebook, "markdown")]
    opening = [head for head, *_ in lines[1:] if head.startswith("#")]
    assert [head for head in opening if not re.fullmatch("## .*[?]", head) and head != DEPTH] == []
    assert [line for _, *under in lines for line in under if line.startswith("#")] == []


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
