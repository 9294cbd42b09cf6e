"""A run depends on the answers that it was given: no more, so that other rows execute nothing, and no less."""

import csv
import io
import random
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from capcycle import facts, keys, modules, paths, reads, run, trace
from capcycle.errors import CapcycleError
from capcycle.facts import registers

REAL = paths.DATA
DECLARES = 'companies: list[str] = ["MSFT"]\nas_of: str = ""'
CODE = """from pathlib import Path
from capcycle import facts, paths
paths.DATA = Path.cwd().parent / "data"  # the copy that the test changes
book = facts.open(companies, as_of)
titles = list(facts.cited(book.facts["source"].head(2))["title"])
float(book.facts["value"].sum()), book.names[book.companies[0]], titles"""
SOURCE = "new-1,A new document,A publisher,https://example.org/new,2026-01-01,news\n"
COMPANY = "NEWC,New Company,,0000000001,USD,12,neoclouds\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a copy of the data that tests may change."""
    shutil.copytree(REAL, tmp_path / "data")
    (tmp_path / "notebooks").mkdir()
    for name, path in {"DATA": "data", "NOTEBOOKS": "notebooks", "CACHE": ".capcycle", "ROOT": "."}.items():
        monkeypatch.setattr(paths, name, tmp_path / path)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [new_code_cell(DECLARES, metadata={"tags": ["parameters"]}), new_code_cell(CODE)]
    nbformat.write(new_notebook(cells=cells, metadata=kernel), tmp_path / "notebooks/toy.ipynb")
    return tmp_path


def row(name: str, **given) -> run.Run:
    return run.Run(name, "toy", given, name, "Toys")


def add(file: str, line: str) -> None:
    with (paths.DATA / file).open("a", encoding="utf-8") as table:
        table.write(line)


def add_company() -> None:
    header, first, *_ = (paths.DATA / "facts/CRWV.csv").read_text("utf-8").splitlines()
    source = "new-2,New Company 10-K filed 2026-01-01,SEC,https://example.org/10-k,2026-01-01,filing\n"
    add("sources.csv", source)
    add("companies.csv", COMPANY)
    cells = dict(zip(header.split(","), next(csv.reader([first])), strict=True))
    cells |= {"company": "NEWC", "source": "new-2", "published": "2026-01-01", "locator": "page 1", "note": ""}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([cells, cells.values()])
    (paths.DATA / "facts/NEWC.csv").write_text(out.getvalue(), "utf-8")


def test_a_new_document_and_a_new_company_execute_nothing_that_does_not_use_them(project):
    runs = [row("msft"), row("group", companies=["neoclouds"])]
    kept = [outcome.key for outcome in run.execute_all(runs, progress=None)]
    add("sources.csv", SOURCE)
    assert [(o.status, o.key) for o in run.execute_all(runs, progress=None)] == [("unchanged", key) for key in kept]
    add_company()
    assert facts.tickers(["neoclouds"])[-1] == "NEWC"
    assert [o.status for o in run.execute_all(runs, progress=None)] == ["unchanged", "done"]
    file = paths.DATA / "facts/MSFT.csv"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), "utf-8")
    assert [o.status for o in run.execute_all(runs, progress=None)] == ["done", "unchanged"]


# ---- a change of any row that a page shows is a change of its key

PAGES = {
    "figures": lambda: facts.open(["MSFT", "BABA"], "2025-06-30").facts.to_csv(),
    "newest": lambda: facts.open(["NVDA"]).gaps.to_csv(),
    "money": lambda: facts.convert(facts.load(["BABA"], "2024-06-30"), "USD").to_csv(),
    "rate": lambda: str(facts.open(["BABA"], "2024-06-30").rate("CNY", "USD")),
    "names": lambda: str([facts.Names()["MSFT"], facts.tickers(["chip makers"])]),
    "documents": lambda: facts.cited(facts.load(["MSFT"])["source"].str.split().explode().head(30)).to_csv(),
    "deals": lambda: registers.read("contracts", "2025-06-30").to_csv() + registers.read("useful_lives").to_csv(),
    "closes": lambda: facts.open(as_of="2024-06-28").prices().to_csv(),
    "all": lambda: facts.sources().drop(columns=["file", "line"]).to_csv(),
}
TABLES = ["sources.csv", "companies.csv", "facts/MSFT.csv", "facts/BABA.csv", "facts/NVDA.csv", "contracts.csv",
          "useful_lives.csv", "fx.csv", "prices.csv", "gaps.csv", "dictionary.csv"]  # fmt: skip


def shown(page: str) -> str:
    try:
        return PAGES[page]()
    except CapcycleError as error:
        return str(error)


def traced(page: str, file: Path, monkeypatch) -> dict:
    """What a page met, were it a run."""
    reads._written.clear()
    with monkeypatch.context() as during:
        during.setenv(reads.TRACE, str(file))
        shown(page)
    return keys.Inputs.read([]).met("toy", trace.read(file))


def change_a_row(table: str, chance: random.Random) -> None:
    """One cell of one row is another: a number a tenth higher, a day a year earlier, a text a letter longer."""
    file = paths.DATA / table
    header, *rows = csv.reader(io.StringIO(file.read_text("utf-8"), newline=""))
    one = chance.choice(rows)
    place = chance.choice([place for place, cell in enumerate(one) if cell])
    try:
        one[place] = f"{float(one[place]) * 1.1:.6f}"
    except ValueError:
        one[place] = f"{one[place]}x"
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    file.write_text(out.getvalue(), "utf-8")


def test_whatever_row_changes_a_page_that_shows_it_is_executed(project, monkeypatch):
    chance = random.Random(15)
    before = {page: shown(page) for page in PAGES}
    met = {page: traced(page, project / f"{page}.trace", monkeypatch) for page in PAGES}
    told, spared = set(), 0
    for table in TABLES * 2:
        whole = (paths.DATA / table).read_bytes()
        change_a_row(table, chance)
        inputs = keys.Inputs.read([])
        for page, then in met.items():
            asked_again = inputs.given(inputs.now(then)) != inputs.given(then)
            assert asked_again or shown(page) == before[page], (table, page)
            told |= {page} if asked_again else set()
            spared += not asked_again
        (paths.DATA / table).write_bytes(whole)
    assert told == set(PAGES) and spared > len(TABLES)


# ---- the library that a notebook comes through


LIBRARY = ["analyses/__init__.py", "analyses/warrants.py", "facts/book.py", "facts/columns.toml", "metrics/growth.py",
           "site.py", "engine.py"]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("from capcycle import facts", ["facts/book.py", "facts/columns.toml", "engine.py"]),
        ("from capcycle import metrics", ["metrics/growth.py", "engine.py"]),
        ("from capcycle.analyses import warrants", LIBRARY[:5] + LIBRARY[6:]),
        ("import importlib\nimportlib.import_module(name)", LIBRARY),
        ("this is no Python", LIBRARY),
        ("%matplotlib inline\n1", ["engine.py"]),
    ],
)
def test_a_run_depends_on_the_modules_that_its_notebook_comes_through(project, code, files):
    nbformat.write(new_notebook(cells=[new_code_cell(code)]), project / "notebooks/toy.ipynb")
    assert modules.used(project / "notebooks/toy.ipynb", LIBRARY) == sorted(files)


def test_a_module_of_the_users_own_may_import_anything(project):
    assert modules.used(project / "notebooks/toy.ipynb", LIBRARY, ["helper.py"]) == sorted(LIBRARY)
