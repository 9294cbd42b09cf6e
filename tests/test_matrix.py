"""One row, many pages; one command, many notebooks: what they are called, what is refused, what stands in the index."""

import csv
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from browser import PARAMETERS, code, exhibit, outcome, panel, show
from nbformat.v4 import new_code_cell, new_notebook

from capcycle import cli, matrix, outputs, paths, publish, rows, run, words
from capcycle.errors import RunError
from capcycle.exhibits.exhibit import MIME

DECLARED = 'company: str = "MSFT"\ncompanies: list[str] = ["MSFT"]\nas_of: str = ""\nyears: int = 5\nchip: str = "A"'
FIGURES = "metric,company,period,period_end,value,unit\\ncapex,{company},2025Q2,2025-06-30,{value},USD\\n"
SHOWN = f"""from IPython.display import display
csv = "{FIGURES}".format(company=company, value=1e9 * len(as_of or "."))
display({{"{MIME}": {{"id": "lines", "csv": csv}}}}, raw=True)
"""
ROW = 'notebook = "toy"\nsection = "S"\n'


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A project of one notebook, with a group of two companies."""
    for name in ("DATA", "NOTEBOOKS"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
        (tmp_path / name.lower()).mkdir()
    monkeypatch.setattr(paths, "CACHE", tmp_path / ".capcycle")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "STORE", tmp_path / "store")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/companies.csv").write_text(
        "company,name,group\nCIFR,Cipher,miners\n0700.HK,Tencent,clouds\nIREN,IREN,miners\n"
    )
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [new_code_cell(DECLARED, metadata={"tags": ["parameters"]}), new_code_cell(SHOWN)]
    nbformat.write(new_notebook(cells=cells, metadata=metadata), tmp_path / "notebooks/toy.ipynb")
    return tmp_path


def say(house: Path, text: str) -> None:
    (house / "notebooks/runs.toml").write_text(text)


def faults(house: Path, text: str) -> list[str]:
    say(house, text)
    with pytest.raises(RunError) as refused:
        rows.read_runs()
    return str(refused.value).splitlines()


# a row


def test_a_row_for_each_of_a_group_is_a_run_for_each_company(house):
    say(house, f'[one]\n{ROW}title = "Of {{company}}"\nfor_each = {{ company = "group:miners" }}')
    runs = rows.read_runs()
    assert {name: (each.title, each.parameters) for name, each in runs.items()} == {
        "one-cifr": ("Of Cipher", {"company": "CIFR"}),
        "one-iren": ("Of IREN", {"company": "IREN"}),
    }
    assert runs["one-cifr"].of == matrix.Of("one", "Of each company", {"company": "Cipher"})


def test_several_parameters_make_a_run_of_each_combination(house):
    each = 'for_each = { companies = ["0700.HK", ["CIFR", "IREN"]], as_of = "2024-11-30..2025-03-31:quarter" }'
    say(house, f'[one]\n{ROW}title = "{{companies}} on {{as_of}}"\nparameters = {{ years = 2 }}\n{each}')
    runs = rows.read_runs()
    assert list(runs) == ["one-0700-hk-2024-11-30", "one-0700-hk-2025-02-28",
                          "one-cifr-iren-2024-11-30", "one-cifr-iren-2025-02-28"]  # fmt: skip
    last = runs["one-cifr-iren-2025-02-28"]
    assert last.title == "Cipher and IREN on 28 Feb 2025"
    assert last.parameters == {"years": 2, "companies": ["CIFR", "IREN"], "as_of": "2025-02-28"}


def test_a_sets_name_stands_for_its_runs(house):
    say(house, f'[a]\n{ROW}title = "A"\n\n[b]\n{ROW}title = "{{years}}"\nfor_each = {{ years = [3, 4] }}')
    assert [each.name for each in rows.select(rows.read_runs(), ["b"])] == ["b-3", "b-4"]
    with pytest.raises(RunError, match="unknown run c; there are: a, b, b-3, b-4"):
        rows.select(rows.read_runs(), ["c"])


def test_every_fault_of_every_set_is_named_at_once(house):
    each = 'company = "group:miner", as_o = ["x"], as_of = "2024-06-30..2024-01-01:month", years = 3, chip = ["a", "A"]'
    bad = f'title = "{{company}} {{x}}"\nparameters = {{ company = "CIFR" }}\nfor_each = {{ {each} }}'
    assert faults(house, f'[one]\n{ROW}{bad}\n\n[two]\n{ROW}title = "T"\nfor_each = {{}}') == [
        "runs.toml [one]: company stands in for_each and in parameters; leave it in one",
        "runs.toml [one]: title: unknown place {x}; there are: {as_of}, {as_o}, {chip}, {company}, {years}",
        *(f"runs.toml [one]: title has no {{{name}}}, in which its pages differ"
          for name in ("as_o", "as_of", "years", "chip")),
        "runs.toml [one]: for_each.company: unknown group miner; there are: clouds, miners; did you mean miners?",
        "runs.toml [one]: for_each.as_o: unknown parameter as_o; there are: as_of, chip, companies, company, years; "
        "did you mean as_of?",
        "runs.toml [one]: for_each.as_of: 2024-06-30 comes after 2024-01-01: give the earlier day first",
        "runs.toml [one]: for_each.years: 3 is no list of values; give one",
        "runs.toml [one]: for_each.chip: 'a' gives its page no name of its own; a name has letters a-z, digits and "
        "hyphens",
        "runs.toml [two]: for_each is empty; name a parameter and its values, or leave it out",
    ]  # fmt: skip


def test_no_two_pages_have_one_name(house):
    two = f'[a-3]\n{ROW}title = "A"\n\n[a]\n{ROW}title = "{{years}}"\nfor_each = {{ years = [3] }}'
    assert faults(house, two) == ["runs.toml [a]: its page a-3 is one of [a-3] too; choose another name"]


def test_a_check_covers_what_each_run_of_a_set_is_given(house):
    say(house, f'[a]\n{ROW}title = "Y {{years}}"\nfor_each = {{ years = [3, "four"] }}')
    assert "runs.toml [a-four]: toy.ipynb: parameter years must be an int, not 'four'" in run.check()


# a command


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("company", "CIFR,IREN", ["CIFR", "IREN"]),
        ("companies", "group:miners", "group:miners"),
        ("as_of", "2024-06-30..2025-06-30:year", "2024-06-30..2025-06-30:year"),
        ("years", "3,4", [3, 4]),
    ],
)
def test_several_values_of_one_are_told_from_one(house, name, text, values):
    book = house / "notebooks/toy.ipynb"
    assert matrix.parted(book, [("chip", "A, B"), (name, text)]) == ([("chip", "A, B")], {name: values})


def test_a_list_of_companies_is_one_value(house):
    assert matrix.parted(house / "notebooks/toy.ipynb", [("companies", "CIFR,IREN")])[1] == {}


def test_a_command_writes_a_notebook_of_each_and_a_table_of_their_figures(house, capsys):
    span = ["-p", "company", "CIFR", "-p", "as_of", "2024-12-31..2025-12-31:year"]
    assert cli.main(["run", "toy", *span, "-o", "out"]) == 0
    made = [str(house / f"out/toy-{year}-12-31.ipynb") for year in (2024, 2025)]
    assert capsys.readouterr().out.split() == [*made, "out/headlines.csv"]
    written = list(csv.DictReader((house / "out/headlines.csv").read_text("utf-8-sig").splitlines()))
    assert [(each["page"], each["as_of"], each["name"], each["value"]) for each in written] == [
        ("toy-2024-12-31", "2024-12-31", "Capex", "10000000000.0"),
        ("toy-2025-12-31", "2025-12-31", "Capex", "10000000000.0"),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "one.ipynb"], "one.ipynb is one file for 2 notebooks; name a folder with -o, or put {company} in"),
        (["-p", "years", "x", "-p", "chip", "A"], "toy.ipynb: parameter years must be an int, not 'x'"),
        (["-o", "data"], "which is the project's own"),
    ],
)
def test_a_command_that_cannot_be_done_is_refused_before_anything_starts(house, capsys, arguments, said):
    assert cli.main(["run", "toy", "-p", "company", "CIFR,IREN", *arguments]) == 1
    assert said in capsys.readouterr().err and not list(house.glob("*.ipynb"))


def test_a_table_that_somebody_else_wrote_stays(house, capsys):
    (house / "out").mkdir()
    (house / "out/headlines.csv").write_text("mine\n")
    assert cli.main(["run", "toy", "-p", "years", "3,4", "-o", "out"]) == 1
    assert "out/headlines.csv is no table of headline figures" in capsys.readouterr().err
    assert (house / "out/headlines.csv").read_text() == "mine\n"


# the pages


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site of a set of two pages, the later of which failed."""
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(publish, "bundle", lambda: "")
    made = []
    for day, scale in {"2024-12-31": 1.0, "2025-12-31": 2.0}.items():
        figures = panel(["MSFT", "META"], 4, scale)
        figures = figures.assign(metric="capex", unit="USD", period=figures["quarter"], period_end=figures["quarter"])
        cells = [code(PARAMETERS, tags=["parameters"]), code("1", show(exhibit("capex", figures, None)))]
        each = outcome(tmp_path / "runs", f"then-{day}", cells, companies=["MSFT"], as_of=day)
        of = matrix.Of("then", "Each day", {"as_of": f"Day {day}"})
        made.append(replace(each, run=replace(each.run, title=f"On {day}", of=of)))
    made[1] = replace(made[1], status="failed", error="broken")
    (tmp_path / "site").mkdir()
    publish.build(made, tmp_path / "site")
    return tmp_path / "site"


def test_a_set_has_a_page_with_the_headline_figures_of_each(site):
    newest = panel(["MSFT"], 4)["value"].iloc[-1]
    table = (site / "then.html").read_text("utf-8").partition("<tbody>")[2]
    good, bad = table.split("</tr>")[:2]
    assert 'href="then-2024-12-31.html">Day 2024-12-31</a>' in good and words.value(newest, "USD") in good
    assert 'href="then-2025-12-31.html">Day 2025-12-31</a>' in bad and "Not built" in bad
    figures = list(csv.DictReader((site / "then/headlines.csv").read_text("utf-8-sig").splitlines()))
    assert [(each["as_of"], each["company"], each["value"]) for each in figures] == [
        ("2024-12-31", "MSFT", str(newest)), ("2025-12-31", "", "")]  # fmt: skip


def test_the_page_of_a_set_is_one_door_to_it(site):
    index = (site / "index.html").read_text("utf-8")
    assert '<li><a href="then.html">Each day</a> (Not built)</li>' in index and "On 2024-12-31</a>" not in index
    assert '<a href="then.html">Each day</a>' in (site / "then-2024-12-31.html").read_text("utf-8")
    assert '"text":"Each day"' in (site / "assets/find.js").read_text("utf-8")


def test_what_a_set_adds_to_a_site_is_known_as_its_own(site):
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {"then.html", "then/headlines.csv"} < files == outputs.written(site)
