"""Two editions of a site: each figure that moved is listed once, with why; and a site says what that needs."""

import csv
import json

import pytest
from browser import toy_outcomes

from capcycle import cli, differences, paths, publish

HEAD = ["metric", "company", "period", "period_end", "value", "unit", "kind", "source"]
CAPEX = ["capex", "META", "2025Q2", "2025-06-30", "16", "USD", "derived", "a"]
INPUTS = {"data": {"facts/META.csv": "1", "facts/MSFT.csv": "1", "assumptions.csv": "1"},
          "library": {"models/maths.py": "1"}, "notebooks": {"capex": "1", "company": "1"}}  # fmt: skip


def edition(folder, rows=(CAPEX,), page="meta", documents=("a",), given=(), inputs=(), failed=False, pages=()):
    """A site with one page of one table, made by hand."""
    (folder / page).mkdir(parents=True)
    write(folder / page / "lines.csv", [HEAD, *rows])
    write(folder / page / "documents.csv", [["id", "title"], *([each, f"10-Q {each}"] for each in documents)])
    files = [{"path": f"{page}/{name}.csv", "sha256": repr(rows)} for name in ("lines", "documents")]
    made = {"name": page, "notebook": "capex", "parameters": dict(given), "failed": failed, "files": files}
    changed = {kind: {name: "2" if name in inputs else made for name, made in each.items()}
               for kind, each in INPUTS.items()}  # fmt: skip
    others = [{**made, "name": each, "files": [], "failed": False} for each in pages]
    (folder / "manifest.json").write_text(json.dumps({"pages": [made, *others], "inputs": changed}))
    return folder


def write(file, rows):
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)


def changed(row, **cells):
    return [cells.get(name, cell) for name, cell in zip(HEAD, row, strict=True)]


def said(tmp_path, capsys, *options):
    status = cli.main(["diff", *options, str(tmp_path / "old"), str(tmp_path / "new")])
    return status, capsys.readouterr().out.splitlines()


FIGURE = "Capex, Meta, 2025Q2: $17, was $16: "


@pytest.mark.parametrize(
    ("row", "given", "why"),
    [
        ({"source": "a b"}, {"documents": ("a", "b")}, "restated in 10-Q b"),
        ({"source": "a b"}, {"documents": ("a", "b"), "inputs": ["capex", "facts/META.csv"]},
         "restated in 10-Q b, or another notebook, capex.ipynb"),
        ({}, {"inputs": ["facts/META.csv", "facts/MSFT.csv"]}, "a row changed, in facts/META.csv"),
        ({"kind": "assumed"}, {"inputs": ["assumptions.csv"]}, "another assumption, in assumptions.csv"),
        ({}, {"inputs": ["models/maths.py"]}, "another computation, in models/maths.py"),
        ({}, {"inputs": ["capex", "company"]}, "another notebook, capex.ipynb"),
        ({}, {"given": {"since": 2020}, "inputs": ["facts/META.csv"]}, "other parameters: since"),
        ({}, {}, "for a reason that neither edition records"),
        ({}, {"inputs": ["facts/META.csv", "models/maths.py"]},
         "a row changed, in facts/META.csv, or another computation, in models/maths.py"),
    ],
)  # fmt: skip
def test_a_figure_that_moved_is_listed_with_why(tmp_path, capsys, row, given, why):
    edition(tmp_path / "old", [changed(CAPEX, **{**row, "source": "a"})])
    edition(tmp_path / "new", [changed(CAPEX, value="17", **row)], **given)
    assert said(tmp_path, capsys) == (1, [f"{FIGURE}{why} (meta)"])


def test_a_table_of_newest_figures_goes_on_to_the_next_period(tmp_path, capsys):
    edition(tmp_path / "old")
    later = changed(CAPEX, value="18", period="2025Q3", period_end="2025-09-30", source="c")
    edition(tmp_path / "new", [later], documents=("a", "c"))
    assert said(tmp_path, capsys) == (1, ["Capex, Meta, 2025Q3: $18, was $16: new filing, 10-Q c (meta)"])


def test_a_table_over_time_gets_another_row(tmp_path, capsys):
    first, second = CAPEX, changed(CAPEX, value="17", period="2025Q3", period_end="2025-09-30")
    third = changed(CAPEX, value="18", period="2025Q4", period_end="2025-12-31", source="c")
    edition(tmp_path / "old", [first, second])
    edition(tmp_path / "new", [second, third], documents=("a", "c"))
    assert said(tmp_path, capsys)[1] == [
        "Capex, Meta, 2025Q2: gone, was $16: for a reason that neither edition records (meta)",
        "Capex, Meta, 2025Q4: $18, not there before: new filing, 10-Q c (meta)",
    ]


def test_the_same_sum_in_another_order_is_no_change(tmp_path, capsys):
    edition(tmp_path / "old")
    edition(tmp_path / "new", [changed(CAPEX, value="16.000000000001", source="a a")])
    assert said(tmp_path, capsys) == (0, ["No figure moved."])


def test_a_count_without_a_unit_is_listed_as_a_number(tmp_path, capsys):
    edition(tmp_path / "old", [changed(CAPEX, unit="", value="728")])
    edition(tmp_path / "new", [changed(CAPEX, unit="", value="1729", kind="")], given={"since": 1})
    assert said(tmp_path, capsys)[1] == ["Capex, Meta, 2025Q2: 1,729, was 728: other parameters: since (meta)"]


def test_pages_that_came_went_and_failed_are_named(tmp_path, capsys):
    edition(tmp_path / "old", pages=["msft"])
    edition(tmp_path / "new", failed=True, pages=["orcl"])
    assert said(tmp_path, capsys) == (1, ["New pages: orcl", "Pages that are gone: msft", "Pages not built: meta"])


def test_the_same_as_json(tmp_path, capsys):
    edition(tmp_path / "old")
    edition(tmp_path / "new", [changed(CAPEX, value="17")], inputs=["models/maths.py"])
    status, [line] = said(tmp_path, capsys, "--json")
    [figure] = json.loads(line)["figures"]
    assert status == 1 and (figure["company"], figure["before"], figure["after"]) == ("META", 16.0, 17.0)
    assert figure["why"] == [{"cause": "model", "of": ["models/maths.py"]}] and figure["pages"] == ["meta"]


def test_what_is_no_edition_is_refused_with_a_status_of_its_own(tmp_path, capsys):
    assert cli.main(["diff", str(tmp_path), str(tmp_path)]) == 2
    assert "holds no site of capcycle" in capsys.readouterr().err


def test_a_site_says_what_its_figures_rest_on(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(publish, "bundle", lambda: "")
    (tmp_path / "site").mkdir()
    publish.build(toy_outcomes(tmp_path / "runs")[:1], tmp_path / "site")
    inputs = json.loads((tmp_path / "site/manifest.json").read_text("utf-8"))["inputs"]
    assert {"facts/MSFT.csv", "assumptions.csv"} < set(inputs["data"]) and "capex" in inputs["notebooks"]
    assert {"models/maths.py", "requirements.lock"} < set(inputs["library"]) and "cli.py" not in inputs["library"]
    site = differences.Edition(tmp_path / "site")
    assert differences.told(site, site) == []
