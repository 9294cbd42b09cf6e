"""From executed notebooks to a folder of pages: what is said, kept, counted, refused, and the same bytes twice."""

import csv
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pandas as pd
import pytest
from browser import (
    NASTY,
    PARAMETERS,
    bars,
    code,
    exhibit,
    facets,
    failed_cells,
    lines,
    outcome,
    panel,
    show,
    toy_cells,
    toy_outcomes,
)
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from capcycle import editions, paths, publish, theme
from capcycle.exhibits import downloads
from capcycle.exhibits.exhibit import MIME, VEGA_LITE, Exhibit
from capcycle.publish import exhibits, front, links, notebook, page, pictures, specs
from capcycle.publish.data import DataVersion, data_version
from capcycle.publish.prose import Prose
from capcycle.run import Run, name_faults

SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.S)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A cache and data of this module's own."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "data").mkdir()
    (folder / "data" / "sources.csv").write_text(
        "source,published,tier\na,2024-05-01,filing\nb,2024-07-30,filing\nrates,2026-01-02,statistics\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", folder / "cache")
        patch.setattr(paths, "DATA", folder / "data")
        yield folder


@pytest.fixture(scope="module")
def site(world):
    return build(world / "site", toy_outcomes(world / "runs"))


@pytest.fixture(scope="module")
def text(site):
    return (site / "hyperscalers.html").read_text("utf-8")


def build(out, outcomes):
    out.mkdir(parents=True)
    publish.build(outcomes, out)
    return out


def one_page(tmp_path, cells, **given) -> str:
    build(tmp_path / "site", [outcome(tmp_path / "runs", "one", cells, **given)])
    return (tmp_path / "site" / "one.html").read_text("utf-8")


def contents(folder) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", SCRIPT.sub("", html)))


# --- what a page says --------------------------------------------------------------------------------------


def test_a_figure_that_nobody_on_a_comparison_has_is_said_to_be_none():
    cells = [{"Capex": {"text": "$9bn"}, "Growth": {"text": "9%"}}, {"Capex": {"text": "$8bn"}}]
    pages = [
        {"compared": [{"company": name, "name": name, "cells": own}]} for name, own in zip("AB", cells, strict=True)
    ]
    missing = front.table(pages, {})["rows"][1][2]
    assert missing["text"] == "no figure" and missing["details"]


def test_a_page_opens_with_its_question_and_its_finding(text):
    assert "<title>Hyperscalers: Who spends, how fast, against what?</title>" in text
    assert '<html lang="en">' in text
    assert text.count("<h1>") == 1
    opening = words_of(text).partition("Exhibit 1")[0]
    assert opening.index("Who spends, how fast") < opening.index("Microsoft spends 14.9bn USD a quarter")
    assert words_of(text).count("spends 14.9bn USD") == 1  # the finding is moved to the top, not repeated


def test_an_exhibit_says_what_it_shows_and_where_it_is_from(text):
    figure = text[text.index('<figure id="capex">') : text.index("</figure>")]
    said = words_of(figure)
    assert "Exhibit 1 Microsoft spends the most Capex, USD bn, quarters" in said
    assert "Purchases of property and equipment; finance leases are left out." in words_of(text)  # of all three
    assert (
        "Sources: MSFT 10-Q filed 2026-06-30 ; AMZN 10-Q filed 2026-06-30 ; GOOGL 10-Q filed 2026-06-30 and 207 more"
        in said
    )
    assert 'role="img" aria-label="Lines by quarter; all of them rise."' in figure
    assert (
        'aria-label="Lines by quarter; all of them rise."><img class="picture" src="hyperscalers/capex.svg" alt=""'
        in figure
    )
    assert '<a href="hyperscalers/capex.csv" download' in figure


def test_the_code_of_an_exhibit_includes_the_silent_cells_before_it_and_not_the_parameters(text):
    codes = re.findall(r'<pre tabindex="0"><code>(.*?)</code>', text, re.S)
    assert codes[0] == (
        "known = facts.load(companies)\n\nverdicts.capex(known)\n\nexhibits.lines(measure(capex, known))"
    )
    assert not any("list[str]" in code for code in codes)


def test_the_foot_says_what_made_the_page_and_what_makes_it_again(text):
    said = words_of(text[text.index('class="how"') :])
    assert "companies MSFT,META whom to compare" in said
    assert "since 2019 first year shown" in said
    assert "As known on 2024-06-30" in said
    assert "capcycle site hyperscalers" in said
    assert "capcycle run capex -p companies MSFT,META -p as_of 2024-06-30" in said
    assert re.search(r"version [0-9a-f]{12}, newest document about a company 2024-07-30", said)
    assert "Solid: reported" in said and "Hollow" in said


def dated(tmp_path, **given) -> str:
    """The date of a page whose figures of Meta end with 2020 and of Microsoft with 2019, in data that goes on."""
    figures = panel(["META", "MSFT"], 8).query("company == 'META' or quarter < '2020'")
    shown = exhibit("capex", figures.assign(source=figures["company"] + "-" + figures["quarter"]))
    parameters = 'companies: list[str] = []  # all\ncompany: str = ""  # of the page\nas_of: str = ""  # a day'
    cells = [new_markdown_cell("# Who?"), code(parameters, tags=["parameters"]), code("1", show(shown))]
    return re.search(r'<p class="dated">(.*?)</p>', one_page(tmp_path, cells, **given))[1]


def test_a_page_is_dated_by_its_own_newest_document_and_not_by_that_of_all_data(tmp_path):
    assert dated(tmp_path) == "The newest document behind these figures is dated 31 Dec 2020"


def test_a_page_of_a_company_is_dated_by_the_newest_document_behind_its_figures_and_not_by_a_peers(tmp_path):
    said = dated(tmp_path, company="MSFT")
    assert said == "The newest document behind the company's own filed figures is dated 31 Dec 2019"


def test_a_page_of_a_company_is_not_dated_by_what_an_assumption_rests_on():
    head = "company,value,kind,source\r\n"
    table = head + "MSFT,1,reported,filed\r\nMSFT,2,assumed,premium\r\nMSFT,,,premium\r\n"
    cards = [{"id": name, "published": day, "tier": "filing"} for name, day in
             (("filed", "2026-07-29"), ("premium", "2026-09-26"))]  # fmt: skip
    assert exhibits.newest([{"csv": table, "sources": cards}], "MSFT") == "2026-07-29"


def test_a_set_speaks_by_its_newest_day():
    whole = SimpleNamespace(name="then")
    pages = [{"day": day, "outcome": SimpleNamespace(run=SimpleNamespace(of=of))}
             for day, of in (("2023-08-31", whole), ("2026-08-31", whole), ("today", None))]  # fmt: skip
    assert front.foremost(pages)["day"] == "2026-08-31" and front.foremost(pages[2:])["day"] == "today"


def test_a_page_of_several_companies_is_not_dated_by_the_one_that_is_their_example(tmp_path):
    said = dated(tmp_path, companies=["META", "MSFT"], company="MSFT")
    assert said == "The newest document behind these figures is dated 31 Dec 2020"


def test_a_page_as_of_a_day_says_that_day(tmp_path):
    assert dated(tmp_path, company="MSFT", as_of="2020-06-30") == "As known on 2020-06-30"


def test_questions_in_depth_are_folded_each_by_itself_and_the_others_stand_open(text):
    before, _, after = text.partition('<h2 id="in-depth">In depth</h2>')
    assert '<h2 id="who-spends-the-most">Who spends the most?</h2>' in before
    assert '<details class="folded">' not in before
    folded = re.findall(r'<details class="folded">\n<summary><h3 id="([^"]*)">', after)
    assert folded == ["how-did-each-get-there", "general-notes", "documents"]
    assert '<figure id="each">' in after.partition("</details>\n<details")[0]
    listed = re.findall(r'<li class="of-(\w+)"><a href="#([^"]*)">', text)
    assert [kind for kind, _ in listed] == ["question", "question", "title", "folded", "folded", "folded"]
    assert [anchor for kind, anchor in listed if kind == "folded"] == folded


def test_a_command_with_odd_values_is_quoted_for_the_shell(tmp_path, world):
    html = one_page(tmp_path, [code(PARAMETERS, tags=["parameters"])], companies=["A B", "$(rm)"])
    assert "-p companies 'A B,$(rm)'" in html


def test_the_index_says_how_fresh_all_data_is_and_a_page_without_documents_has_no_day(tmp_path, world):
    assert 'class="dated"' not in one_page(tmp_path, [code(PARAMETERS, tags=["parameters"])])
    html = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "From all documents in the data; the newest about a company is dated 2024-07-30" in words_of(html)


def test_numbers_stand_right_and_words_left(text):
    table = text[text.index('<figure id="capex">') :]
    assert '<th scope="col">AAPL</th>' in table
    assert re.search(r'<th scope="row" class="w">2019-03-31</th><td>13\.0</td>', table)


@pytest.mark.parametrize(
    "shown, right",
    [("1,234.5", True), ("−3.1%", True), ("$14bn", True), ("(12)", True), ("2024Q3", False), ("Meta", False),
     ("USD 3.2bn", True), ("1.4×", True), ("2024-06-30", False)],
)  # fmt: skip
def test_what_counts_as_a_number(shown, right):
    assert exhibits.table(plain([shown, "–"]))["numeric"] == [right]


def test_a_table_without_rows_is_left_out_and_its_title_says_why(tmp_path, world):
    full = exhibit("empty", panel(["META"], 3), None)
    empty = replace(full, view=full.view.iloc[:0])
    html = one_page(tmp_path, [code(PARAMETERS, tags=["parameters"]), code("x", show(empty))])
    assert "<table" not in html
    assert full.title in html


def test_a_column_in_which_no_row_has_anything_is_left_out_and_named():
    given = {"columns": ["Name", "Capex", "Leases"], "rows": [["Meta", "$1", "–"], ["Oracle", "$2", ""]], "sources": []}
    table = exhibits.table(given)
    assert table["columns"] == ["Name", "Capex"] and [len(row) for row in table["rows"]] == [2, 2]
    assert exhibits.lacking(table, []) == ["No row here has: Leases."]
    assert exhibits.lacking(table, ["The leases of Meta and Oracle cannot be shown: not disclosed."]) == []
    assert exhibits.table(given | {"rows": [["Meta", "–", ""]]})["rows"] == []  # of whom nothing at all is known


def test_a_reader_narrows_rows_by_a_column_only_where_the_table_has_it():
    given = {"columns": ["Name", "Verdict", "Class"], "filters": ["Verdict", "Class"]}
    rows = [["Meta", "holds", "–"], ["Oracle", "fails", ""]]
    assert [each["name"] for each in exhibits.table(given | {"rows": rows})["filters"]] == ["Verdict"]


def test_a_row_that_has_nothing_but_a_name_stands_in_the_note_that_explains_it():
    given = {"columns": ["Name", "Capex"], "rows": [["Meta", "$1"], ["Baidu", "–"], ["Tencent", "–"]]}
    table = exhibits.table(given | {"notes": ["Baidu: the data has no figure for capex."]})
    assert [row[0]["text"] for row in table["rows"]] == ["Meta", "Tencent"]


def test_a_mark_that_all_figures_of_a_column_have_stands_once_in_its_heading():
    table = exhibits.table({"columns": ["a", "b"], "rows": [["x", "$1 (a)"], ["y", "$2 (a)"], ["z", "–"]]})
    assert table["columns"] == ["a", "b (a)"] and [row[1]["text"] for row in table["rows"]] == ["$1", "$2", "–"]
    assert table["numeric"] == [False, True]
    mixed = exhibits.table({"columns": ["a", "b"], "rows": [["x", "$1 (a)"], ["y", "$2 (e)"]]})
    assert mixed["columns"] == ["a", "b"] and mixed["rows"][0][1]["text"] == "$1 (a)"


def test_a_table_of_one_row_has_the_name_of_each_cell_before_it(tmp_path, world):
    full = exhibit("one", panel(["META"], 3), None)
    one = replace(full, view=full.view.iloc[:1].assign(Second="b"))
    html = one_page(tmp_path, [code(PARAMETERS, tags=["parameters"]), code("x", show(one))])
    assert 'class="table stacked"' in html and '<td data-label="META">' in html


def test_long_and_many_notes_are_folded():
    shown, more = exhibits.parted(["a" * 400, "b", "c"])
    assert (shown, more) == (["b", "c"], ["a" * 400])


def plain(values) -> dict:
    return {"columns": ["a"], "rows": [[value] for value in values], "sources": []}


# --- sources -----------------------------------------------------------------------------------------------


def test_each_exhibit_points_to_its_documents_in_the_list_at_the_end(text):
    figure = text[text.index('<figure id="latest">') :]
    assert "<a href=#d1>1</a>–<a href=#d210>210</a>" in figure
    assert re.findall(r'<li id="d(\d+)"', text) == [str(number) for number in range(1, 211)]


def test_the_documents_of_a_page_stand_at_its_end_by_publisher_the_newest_first(tmp_path, world):
    shown = [show(exhibit(name, panel(["META", "AMZN"], 2))) for name in ("one", "two")]
    html = one_page(tmp_path, [code(PARAMETERS, tags=["parameters"]), code("x", *shown)])
    said = words_of(html[html.index('<h3 id="documents">') :]).partition("How this page")[0]
    order = [said.index(each) for each in ("Where do the figures", "AMZN 10-Q filed 2019-06-30", "filed 2019-03-31",
                                           "META, filed with", "META 10-Q filed 2019-06-30")]  # fmt: skip
    assert order == sorted(order)
    assert '<ol class="documents" start="3">\n<li id="d3"><a href="https://www.sec.gov/' in html
    assert said.count("10-Q") == 4  # each once, though two exhibits have it


def test_the_documents_of_a_page_can_be_downloaded_the_newest_first(site):
    rows = list(csv.DictReader((site / "hyperscalers" / "documents.csv").open(encoding="utf-8-sig")))
    assert list(rows[0]) == ["id", "title", "publisher", "url", "published", "tier"]
    published = [row["published"] for row in rows]
    assert len(rows) == 210 and published == sorted(published, reverse=True)


def test_an_exhibit_names_three_documents_and_opens_the_numbers_of_the_others(tmp_path, world):
    shown = [show(exhibit("many", panel(["META"], 5))), show(exhibit("few", panel(["META"], 2)))]
    html = one_page(tmp_path, [code(PARAMETERS, tags=["parameters"]), code("x", *shown)])
    many, few = (each.partition("</figure>")[0] for each in html.split('<figure id="')[1:3])
    named = [("1", "2020-03-31"), ("2", "2019-12-31"), ("3", "2019-09-30")]
    assert re.findall(r'<a href="#d(\d)">META 10-Q filed (.*?)</a>', many) == named
    assert "<summary>and 2 more</summary>" in many and "<a href=#d1>1</a>–<a href=#d5>5</a>" in many
    assert "more</summary>" not in few and few.count('<a href="#d') == 2


def test_a_note_on_several_exhibits_stands_once_on_the_page_and_its_own_stays(tmp_path, world):
    shown = [show(exhibit(id, panel(["META"], 3), notes=("(a): assumed.", own))) for id, own in
             (("one", "Cash only."), ("two", "With leases."))]  # fmt: skip
    html = one_page(tmp_path, [code(PARAMETERS, tags=["parameters"]), code("x", *shown)])
    one, two, general = html.partition('<h3 id="documents">')[0].split('<ul class="notes">')[1:]
    assert html.count("(a): assumed.") == 1 and "(a): assumed." in general.partition("</ul>")[0]
    assert "Cash only." in one and "With leases." in two
    assert html.count('<a href="#general-notes">') == 3  # below both, and in the contents


def test_headings_and_exhibits_share_no_id_with_what_every_page_has(tmp_path, world):
    heads = [new_markdown_cell(f"## {name}") for name in ("How?", "Contents", "Datasets", "Main", "General notes")]
    build(tmp_path / "site", [outcome(tmp_path / "runs", "one", [code(PARAMETERS, tags=["parameters"]), *heads])])
    parser = Balance()
    parser.feed((tmp_path / "site" / "one.html").read_text("utf-8"))
    assert len(parser.ids) == len(set(parser.ids)) and "how-2" in parser.ids


def test_documents_in_ranges():
    figures = panel(["META"], 5)
    one, two = show_payload(figures.iloc[[0, 1, 3]]), show_payload(figures)
    assert exhibits.ranges(one, exhibits.documents([one, two])) == [(2, 2), (4, 5)]  # the newest of the five is 1


def show_payload(figures):
    return exhibit("a", figures, None).payload()


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+cmd", "-2+3+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "-inf"]
)
def test_a_download_holds_no_formula_and_keeps_its_words_and_figures(tmp_path, text):
    """What a spreadsheet takes for a formula: the signs of OWASP's page on CSV injection, full-width ones too."""
    rows = pd.DataFrame({text: ["a", text], "价值, USD": [-2.5, -1.5e-7], "say": ["Zürich", "a = b"]})
    downloads.write(tmp_path / "a.csv", rows.to_csv(index=False, lineterminator="\r\n"))
    assert (tmp_path / "a.csv").read_bytes().startswith("\ufeff".encode())
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        head, first, second = csv.reader(file)
    assert head == [f"'{text}", "价值, USD", "say"]
    assert (first, second) == (["a", "-2.5", "Zürich"], [f"'{text}", "-1.5e-07", "a = b"])


def test_every_table_to_download_comes_from_the_one_writer(site):
    tables = list(site.rglob("*.csv"))
    assert len(tables) > 5 and all(table.read_bytes().startswith("\ufeff".encode()) for table in tables)


# --- charts ------------------------------------------------------------------------------------------------


def test_charts_share_their_data_and_leave_the_theme_and_titles_to_the_page(text):
    pieces, shared = (json.loads(re.search(f'id="{name}">(.*?)</script>', text)[1]) for name in ("pieces", "datasets"))
    found = [whole(json.loads(spec), pieces) for spec in re.findall(r'class="spec">(.*?)</script>', text)]
    assert len(found) == 3
    for spec in found:
        assert not {"datasets", "config", "title", "$schema"} & set(spec)
    assert len(shared) == 2  # lines and facets draw the same rows
    assert shared[found[0]["data"]["name"]]["size"] == 210


def whole(node, pieces: list):
    """What page.js does: a chart with the pieces that it shares with others."""
    if isinstance(node, dict):
        return whole(pieces[node["$"]], pieces) if "$" in node else {k: whole(v, pieces) for k, v in node.items()}
    return [whole(each, pieces) for each in node] if isinstance(node, list) else node


def test_what_stands_in_several_charts_of_a_page_stands_there_once_and_no_chart_is_changed():
    charts = [lines(panel()).to_dict(), bars(panel()).to_dict(), facets(panel()).to_dict()]
    charts = [{key: part for key, part in chart.items() if key != "datasets"} for chart in charts]
    lean, pieces = specs.pieces(charts)
    assert [whole(each, pieces) for each in lean] == charts
    assert len(json.dumps([lean, pieces])) < 0.75 * len(json.dumps(charts))


def test_packed_data_are_the_same_rows():
    rows = json.loads(panel().assign(gap=None).to_json(orient="records"))
    packed = specs.pack(rows)
    assert unpacked(packed) == rows
    assert len(json.dumps(packed)) < len(json.dumps(rows)) / 2


def unpacked(packed: dict) -> list[dict]:
    """What page.js does."""
    whole = {
        name: [column["of"][i] for i in column["at"]] if isinstance(column, dict) else column
        for name, column in packed["columns"].items()
    }
    return [{name: whole[name][row] for name in whole} for row in range(packed["size"])]


def test_data_of_one_name_and_two_contents_are_not_mixed_up():
    datasets = specs.Datasets()
    datasets.slim({"datasets": {"a": [{"x": 1}]}})
    assert datasets.slim({"datasets": {"a": [{"x": 2}]}}) == {"datasets": {"a": [{"x": 2}]}}


def test_what_a_chart_configures_for_itself_stays():
    spec = lines(panel()).configure_axis(grid=False).to_dict()
    assert specs.Datasets().slim(spec)["config"] == {"axis": {"grid": False}}


def test_a_single_chart_takes_the_width_there_is_and_small_multiples_their_own():
    assert specs.Datasets().slim(bars(panel()).to_dict())["width"] == "container"
    assert "width" not in specs.Datasets().slim(facets(panel()).to_dict())


@pytest.mark.parametrize("chart", [lines, bars, facets])
def test_pictures_hold_marks_and_the_small_one_no_words(world, chart):
    spec = chart(panel()).to_dict()
    whole, small = pictures.picture(spec), pictures.thumbnail(spec)
    assert re.search("<text[^>]*>[^<]", whole) and not re.search("<text[^>]*>[^<]", small)
    assert 'font-family="Arial, sans-serif"' in whole  # a long list of fonts makes drawing three times as slow
    assert whole.count("<path") > 7 and small.count("<path") > 7
    assert small.startswith("<svg") and 'fill="#ffffff"' not in small[:300]


def test_the_bundle_is_the_same_bytes_each_time_and_asks_no_one(world):
    first = pictures.bundle()
    for file in (paths.CACHE / "pictures").glob("vega-*.js"):
        file.unlink()
    assert pictures.bundle() == first
    assert "window.vegaEmbed=" in first


def test_the_script_knows_every_colour_of_the_theme(site):
    script = (site / "assets" / "page.js").read_text("utf-8")
    for role, colour in theme.LIGHT.items():
        assert f'"{colour}":"var(--{role})"' in script
    styles = (site / "assets" / "page.css").read_text("utf-8")
    assert all(f"--{role}: {colour};" in styles for role, colour in theme.DARK.items())


# --- the site ----------------------------------------------------------------------------------------------


def test_two_builds_from_the_same_inputs_give_the_same_bytes(site, world, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")  # so that nothing is taken from the first build
    again = build(tmp_path / "again", toy_outcomes(tmp_path / "runs"))
    assert contents(again) == contents(site)


def test_an_unchanged_page_is_taken_from_the_cache(site, world, tmp_path, monkeypatch):
    def refuse(*_):
        raise AssertionError("rendered again")

    monkeypatch.setattr(page, "_write", refuse)
    again = build(tmp_path / "again", toy_outcomes(tmp_path / "runs"))
    assert contents(again) == contents(site)


@pytest.mark.parametrize("change", ["notebook", "names", "title", "machinery"])
def test_a_page_is_rendered_again_after_a_change(world, tmp_path, monkeypatch, change):
    cells = [code(PARAMETERS, tags=["parameters"]), new_markdown_cell("# One")]
    made = outcome(tmp_path / "1", "cached", cells)
    before = page._key(made)
    if change == "notebook":
        made = outcome(tmp_path / "2", "cached", [*cells, new_markdown_cell("more")])
    elif change == "names":
        monkeypatch.setattr(page.links, "chosen_from", lambda outcome: ["Renamed"])
    elif change == "title":
        made = outcome(tmp_path / "2", "cached", cells, title="Other")
    else:
        monkeypatch.setattr(page, "_machinery", lambda: "other templates")
    assert page._key(made) != before


def test_a_row_that_no_page_shows_renders_none_again_and_all_say_the_new_version(world, tmp_path, monkeypatch):
    outcomes = toy_outcomes(tmp_path / "runs")
    build(tmp_path / "site", outcomes)
    monkeypatch.setattr(page, "_write", None)  # which would fail where it is called
    monkeypatch.setattr(publish, "data_version", lambda: DataVersion("0" * 12, "2031-05-06"))
    again = build(tmp_path / "again", outcomes)
    said = [file.read_text("utf-8") for file in again.glob("*.html")]
    assert len(said) > len(outcomes) and all(f"version {'0' * 12}" in html for html in said)


def test_the_cache_keeps_one_copy_of_a_page(world, tmp_path):
    for number in (1, 2):
        cells = [code(PARAMETERS, tags=["parameters"]), new_markdown_cell(f"# {number}")]
        build(tmp_path / f"site{number}", [outcome(tmp_path / f"runs{number}", "kept", cells)])
    assert len(list((paths.CACHE / "pages" / "kept").iterdir())) == 1


def test_the_manifest_names_every_file_with_its_fingerprint(site):
    manifest = json.loads((site / "manifest.json").read_text("utf-8"))
    named = {f["path"]: f for owner in [manifest, *manifest["pages"]] for f in owner["files"]}
    present = contents(site)
    assert set(named) == set(present) - {"manifest.json"}
    for path, file in named.items():
        assert file["bytes"] == len(present[path])
        assert file["sha256"] == hashlib.sha256(present[path]).hexdigest()
    first = manifest["pages"][0]
    assert (first["name"], first["title"], first["section"]) == ("hyperscalers", "Hyperscalers", "Comparisons")
    assert first["headline"] == "Microsoft spends 14.9bn USD a quarter, +55% on a year."
    assert manifest["data"] == {"latest": "2024-07-30", "version": data_version().version}


def test_the_index_shows_each_page_with_picture_and_finding(site):
    index = (site / "index.html").read_text("utf-8")
    card = index[index.index('<li class="card">') :].partition("</section>")[0]
    assert '<img src="hyperscalers/_small.svg"' in card
    assert '<a href="hyperscalers.html">Hyperscalers</a>' in card
    assert "<h3>Who spends, how fast, against what?</h3>\n<p>Microsoft spends 14.9bn USD a quarter" in card
    assert "Is the money going into AI computing earning its cost" in index


def test_every_link_inside_the_site_leads_somewhere(site):
    for file in site.glob("*.html"):
        html = file.read_text("utf-8")
        for link in re.findall(r'(?:href|src)="([^"]*)"', html):
            path, _, anchor = link.partition("#")
            if path.startswith(("https://", "data:")):
                continue
            assert not path or (site / path).is_file(), f"{file.name}: {link}"
            there = (site / path).read_text("utf-8") if path and anchor else html
            assert not anchor or f'id="{anchor}"' in there, f"{file.name}: {link}"


def test_a_name_in_a_table_leads_to_the_page_of_that_title_and_a_page_not_to_itself(tmp_path, world):
    pages = {"hyperscalers": "Hyperscalers", "microsoft": "MSFT"}  # the toy tables are headed by tickers
    made = [outcome(tmp_path / "runs", name, toy_cells(panel()), title=title) for name, title in pages.items()]
    site = build(tmp_path / "site", made)
    link = '<th scope="col"><a href="microsoft.html">MSFT</a></th>'
    assert link in (site / "hyperscalers.html").read_text() and link not in (site / "microsoft.html").read_text()


def test_the_foot_names_the_pages_about_the_same_companies_first(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DATA", tmp_path)
    (tmp_path / "companies.csv").write_text("company,group\nMSFT,giants\nMETA,giants\nAMD,chips\nNVDA,chips\n")
    runs = {"giants": ["giants"], "meta": ["META"], "chips": ["chips"], "amd": ["AMD"], "both": ["MSFT", "META"]}
    pages = [{"outcome": outcome(tmp_path, name, []), "companies": named} for name, named in runs.items()]
    found = {
        page["outcome"].run.name: [each["outcome"].run.name for each in links.related(page, pages)] for page in pages
    }
    assert found["giants"] == ["both", "meta", "chips", "amd"]  # all, half and none of its companies
    assert found["amd"][0] == "chips"


def test_a_page_of_another_notebook_and_section_about_other_companies_is_not_what_to_read_next(tmp_path):
    one, other = ({"outcome": outcome(tmp_path, name, []), "companies": [name]} for name in ("META", "AMD"))
    other["outcome"] = replace(other["outcome"], run=replace(other["outcome"].run, notebook="claims", section="Claims"))
    assert links.related(one, [one, other]) == []


class Balance(HTMLParser):
    VOID = frozenset(["meta", "link", "img", "br", "hr", "input"])

    def __init__(self):
        super().__init__()
        self.open, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_tags_are_closed_and_ids_are_unique(site):
    for file in site.glob("*.html"):
        parser = Balance()
        parser.feed(file.read_text("utf-8"))
        assert parser.open == [], file.name
        assert len(parser.ids) == len(set(parser.ids)), file.name


def test_a_large_page_stays_under_300_kB(world, tmp_path):
    known = [panel(scale=1 + number / 7) for number in range(8)]
    charts = [code("exhibits.lines(x)", show(exhibit(f"e{n}", figures))) for n, figures in enumerate(known)]
    html = one_page(tmp_path, [code(PARAMETERS, tags=["parameters"]), *charts])
    assert 150_000 < len(html.encode()) <= 300_000


# --- what goes wrong ---------------------------------------------------------------------------------------


def test_a_failed_run_gets_a_page_that_says_where_and_why(site):
    html = (site / "broken.html").read_text("utf-8")
    said = words_of(html)
    assert "Chip makers: this page could not be built" in said
    assert "code cell 2 of 2" in said
    assert "DataError: 1 fault in the data\nfacts/MSFT.csv:7: &lt;b&gt;no such source&lt;/b&gt;" in html
    assert "\x1b" not in html
    assert 'href="broken/broken.ipynb"' in html
    assert "Not built" in (site / "index.html").read_text("utf-8")


def test_a_run_that_died_without_a_notebook_still_gets_its_page(world, tmp_path):
    made = outcome(tmp_path / "runs", "dead", failed_cells(), status="failed")
    made.notebook.unlink()
    build(tmp_path / "site", [made])
    html = (tmp_path / "site" / "dead.html").read_text("utf-8")
    assert "DataError: 1 fault" in html and ".ipynb</dd>" in html
    assert not (tmp_path / "site" / "dead" / "dead.ipynb").exists()


@pytest.mark.parametrize(
    "ids, message",
    [(["../up"], "one: exhibit id '../up' is not a slug; use a-z, 0-9, - and _"),
     (["documents"], "one: documents names more than one exhibit; give each an id of its own"),
     (["how"], "one: how names more than one exhibit; give each an id of its own"),
     (["aux"], f"one: exhibit 'aux': {next(name_faults('aux'))}"),
     (["x" * 200], f"one: exhibit {'x' * 200!r}: the name has 200 characters; give it at most 100"),
     (["a", "a"], "one: a names more than one exhibit; give each an id of its own")],
)  # fmt: skip
def test_an_id_that_cannot_name_a_file_is_refused(world, tmp_path, ids, message):
    cells = [code("x", show(exhibit(i, panel(["META"], 3)))) for i in ids]
    made = outcome(tmp_path / "runs", "one", [code(PARAMETERS, tags=["parameters"]), *cells])
    (tmp_path / "site").mkdir()
    [refused] = publish.build([made], tmp_path / "site")
    assert refused.error.endswith(f": {message}")


def test_a_page_that_could_not_be_made_leaves_nothing_that_passes_for_it(world, tmp_path):
    cells = [code(PARAMETERS, tags=["parameters"]), code("x", show(exhibit("NOT A SLUG", panel(["META"], 3))))]
    for attempt in ("1", "2"):
        assert "cannot be made" in one_page(tmp_path / attempt, cells)


# --- what is hostile ---------------------------------------------------------------------------------------


def test_hostile_text_becomes_neither_tag_nor_attribute_nor_link(site):
    html = (site / "nasty.html").read_text("utf-8")
    scripts = re.findall(r"<script[^>]*>", html)
    assert all(s.startswith(('<script src="assets/', '<script defer src="assets/', "<script type=")) for s in scripts)
    parser = Attributes()
    parser.feed(html)
    assert not [name for name in parser.names if name.startswith("on")]
    assert not [value for value in parser.links if value.lower().startswith(("javascript", "http://example"))]
    assert not parser.tags & {"iframe", "object", "embed", "style", "form", "base"}
    assert "49" not in words_of(html[html.index("<h1>") : html.index("</h1>")])  # no template in a text is run


class Attributes(HTMLParser):
    def __init__(self):
        super().__init__()
        self.names, self.links, self.tags = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names += [name for name, _ in attrs]
        self.links += [value for name, value in attrs if name in ("href", "src")]


def test_nothing_in_a_data_script_can_end_it(site):
    html = (site / "nasty.html").read_text("utf-8")
    found = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.S)
    assert len(found) == 3
    for script in found:
        assert "<" not in script and "\u2028" not in script
        json.loads(script)
    assert any(NASTY in json.dumps(json.loads(script), ensure_ascii=False) or "hit=1" in script for script in found)


@pytest.mark.parametrize(
    "markdown, html",
    [
        ("a <script>x</script>", "<p>a &lt;script&gt;x&lt;/script&gt;</p>\n"),
        ("![alt](http://e.org/p.png)", "<p>alt</p>\n"),
        ("[a](javascript:x)", "<p>a</p>\n"),
        ("[a](data:text/html,x)", "<p>a</p>\n"),
        ("[a](https://e.org)", '<p><a href="https://e.org">a</a></p>\n'),
        ("## Why?\n## Why?", '<h2 id="why">Why?</h2>\n<h2 id="why-2">Why?</h2>\n'),
        ("## 资本支出", '<h2 id="资本支出">资本支出</h2>\n'),
    ],
)
def test_markdown(markdown, html):
    assert Prose().html(markdown) == html


def test_prints_are_shown_and_warnings_are_not(world, tmp_path):
    cell = code("print(1)")
    cell.outputs = [new_output("stream", name=name, text=f"to {name}") for name in ("stdout", "stderr")]
    html = one_page(tmp_path, [code(PARAMETERS, tags=["parameters"]), cell])
    assert "to stdout" in html and "to stderr" not in html


# --- the data ----------------------------------------------------------------------------------------------


def test_the_data_version_changes_with_any_table(tmp_path):
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "a.csv").write_text("1")
    first = data_version(tmp_path)
    assert first == data_version(tmp_path) and first.latest == ""
    (tmp_path / "facts" / "a.csv").rename(tmp_path / "facts" / "b.csv")
    assert data_version(tmp_path) != first


@pytest.mark.parametrize(("count", "drawn"), [(2, False), (3, True)])
def test_a_chart_of_two_marks_is_published_as_its_table(count, drawn):
    chart = {"mark": "bar", "data": {"values": [{"value": each} for each in range(count)]}}
    output = new_output("display_data", {MIME: {"id": "power", "title": "It runs"}, VEGA_LITE: chart})
    [part] = notebook.parts(new_notebook(cells=[new_code_cell("shown", outputs=[output])]))
    assert part.kind == "exhibit" and (part.spec is not None) == drawn


# --- the first page, the way from page to page, and the search ---------------------------------------------


def compared(companies, headline=("Capex",)):
    """An executed comparison: for each company a cell with its day, its years and the page behind it."""
    cell = {"under": "reported\n30 Jun 2026", "spark": "0,14 30,7 60,0", "trend": "Five years", "page": "capex"}
    lines = [[{"text": name, "headline": name in headline}, *({"text": f"${place}bn", "company": each, **cell}
              for place, each in enumerate(companies, start=1))] for name in ("Capex", "Leases")]  # fmt: skip
    shown = Exhibit("comparison", "They spend", "", "", pd.DataFrame(lines, columns=["Figure", *companies]), panel())
    return [new_markdown_cell("# What is priced in?"), code(PARAMETERS, tags=["parameters"]), code("1", show(shown))]


def of_notebook(made, notebook, section="Comparisons"):
    return replace(made, run=replace(made.run, notebook=notebook, section=section))


@pytest.fixture(scope="module")
def book(world):
    """A site of two comparisons that share Meta, three pages of one question, and one of another on AMD alone."""
    runs = world / "book"
    made = [of_notebook(outcome(runs, name, compared(each), companies=each), "comparison", "Answer")
            for name, each in (("giants", ["META", "MSFT"]), ("mixed", ["META", "AMD"]))]  # fmt: skip
    each = {"pair": ["META", "MSFT"], "meta": ["META"], "amd": ["AMD"]}
    made += [
        outcome(runs, name, toy_cells(panel()), title=name.title(), companies=named) for name, named in each.items()
    ]
    earns = [new_markdown_cell("# Does it earn its cost?"), code(PARAMETERS, tags=["parameters"])]
    made.append(of_notebook(outcome(runs, "earns", earns, title="Returns", companies=["AMD"]), "ai_roic", "Earned"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "DATA", world / "of-book")
        (world / "of-book").mkdir()
        (world / "of-book" / "companies.csv").write_text(
            "company,name,name_zh,group\nMETA,Meta,,giants\nMSFT,Microsoft,微软,giants\nAMD,AMD,,chips\n"
        )
        (world / "of-book" / "dictionary.csv").write_text("concept,definition\nrpo,Signed\nnet_income,Profit\n")
        return build(world / "book-site", made)


def test_the_first_page_begins_with_each_company_once_and_its_headlines(book):
    index = (book / "index.html").read_text("utf-8")
    first = index[: index.index("<section")]
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)', first)
    rows = re.findall(r'<tr><th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', first, re.S)
    assert heads == ["Company", "Capex"]  # leases are no headline
    assert [words_of(name).strip() for name, _ in rows] == ["META giants", "MSFT giants", "AMD chips"]
    meta = dict(zip(("name", "cells"), rows[0], strict=True))["cells"]
    assert '<a href="meta.html">$1bn</a>' in meta and "30 Jun 2026" in meta and 'points="0,14 30,7 60,0"' in meta
    assert index.index("<table") < index.index("What is priced in?</h3>")


def test_a_site_that_compares_nothing_begins_with_its_questions(site):
    index = (site / "index.html").read_text("utf-8")
    assert "<table" not in index and "Who spends, how fast, against what?</h3>" in index


def test_the_pages_stand_by_the_question_that_they_answer(book):
    index = (book / "index.html").read_text("utf-8")
    card = next(each for each in index.split('<li class="card">') if "Who spends, how fast" in each)
    assert re.findall(r'<li><a href="(\w+)\.html">', card) == ["pair", "meta", "amd"]
    assert index.count('<li class="card">') == 3


def test_a_picture_stands_where_its_shape_says_something(world, tmp_path):
    cells = [code(PARAMETERS, tags=["parameters"]), code("x", show(exhibit("a", panel(), bars)))]
    one_page(tmp_path, cells)  # bars without their names
    assert "<img" not in (tmp_path / "site" / "index.html").read_text("utf-8")


def foot(book, name):
    html = (book / f"{name}.html").read_text("utf-8")
    nav = html[html.index('<nav class="next"') :].partition("</nav>")[0]
    heads = re.split(r"<h2>(.*?)</h2>", nav.partition('<p class="turns">')[0])[1:]
    lists = {head: re.findall(r'href="(\w+)\.html"', each) for head, each in zip(heads[::2], heads[1::2], strict=True)}
    return lists, dict(re.findall(r'rel="(prev|next)" href="(\w+)\.html"', nav))


def test_each_page_leads_to_its_question_of_others_and_its_company_in_other_questions(book):
    lists, turns = foot(book, "amd")
    assert lists == {"The same question elsewhere": ["pair", "meta"], "AMD in other questions": ["earns", "mixed"]}
    assert turns == {"prev": "meta", "next": "earns"}
    assert foot(book, "pair")[0]["These companies in other questions"][:2] == ["giants", "mixed"]


def test_the_first_page_has_none_before_it_and_the_last_none_after(book):
    assert foot(book, "giants")[1] == {"next": "mixed"} and foot(book, "earns")[1] == {"prev": "amd"}


def test_a_page_says_to_others_what_it_is_about(text):
    about = re.search(r'<meta property="og:description" content="([^"]*)">', text)[1]
    assert about == "Microsoft spends 14.9bn USD a quarter, +55% on a year."
    assert '<meta property="og:title" content="Hyperscalers: Who spends, how fast, against what?">' in text


def test_a_page_sent_to_others_shows_its_first_chart(tmp_path, text, monkeypatch):
    """Others' sites take a PNG of a whole address, which a site has only where it is told."""
    assert "og:image" not in text
    monkeypatch.setattr(paths, "ADDRESS", "https://example.org/ai")
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    site = build(tmp_path / "site", toy_outcomes(tmp_path / "runs"))
    text = (site / "hyperscalers.html").read_text("utf-8")
    shown = dict(re.findall(r'<meta property="og:(url|image)" content="([^"]*)">', text))
    assert shown["url"] == "https://example.org/ai/hyperscalers.html"
    assert shown["image"] == "https://example.org/ai/hyperscalers/card.png"
    picture = (site / "hyperscalers" / "card.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(picture[place : place + 4], "big") for place in (16, 20))
    assert width >= 1000 and 1.3 < width / height < 2.6
    assert "og:image" not in (site / "broken.html").read_text("utf-8")  # of a run that failed
    assert '<link href="https://example.org/ai/' in (site / "feed.xml").read_text("utf-8") or "<entry>" not in (
        site / "feed.xml").read_text("utf-8")  # fmt: skip


def test_another_language_has_its_own_address(monkeypatch):
    monkeypatch.setattr(paths, "ADDRESS", "https://example.org")
    monkeypatch.setenv(editions.VARIABLE, "zh en")
    assert editions.own_address() == "https://example.org/en/"
    monkeypatch.setenv(editions.VARIABLE, "en zh")
    assert editions.own_address() == "https://example.org/"


def sought(book):
    script = (book / "assets" / "find.js").read_text("utf-8")
    return json.loads(re.search(r"const ENTRIES = (\[.*\]);\n", script)[1])


def test_the_search_knows_pages_companies_questions_and_exhibits(book):
    known = {kind: [entry for entry in sought(book) if entry["kind"] == kind]
             for kind in ("page", "company", "question", "exhibit")}  # fmt: skip
    assert [entry["page"] for entry in known["page"]] == ["giants", "mixed", "pair", "meta", "amd", "earns"]
    assert {entry["text"]: (entry["more"], entry["page"]) for entry in known["company"]}["Microsoft"][0] == "MSFT 微软"
    asked = [(entry["text"], entry["page"], entry["anchor"]) for entry in known["question"]]
    assert ("Who spends the most?", "pair", "who-spends-the-most") in asked and len(asked) == 3  # once for three pages
    assert ("pair", "capex", 1) in [(each["page"], each["anchor"], each["number"]) for each in known["exhibit"]]


def edition(name: str, as_of: str = "", **given) -> dict:
    return {"outcome": SimpleNamespace(run=Run(name, "capex", {"company": "META", "as_of": as_of} | given, "T", "S"))}


def test_a_page_leads_to_itself_as_known_on_other_days_and_to_no_other():
    now, before, other = edition("now"), edition("before", "2024-06-30"), edition("other", company="MSFT")
    pages = [now, other, before, edition("earlier", "2023-06-30")]
    assert [each["outcome"].run.name for each in links.editions(now, pages)] == ["earlier", "before", "now"]
    assert links.editions(other, pages) == []
    text = (
        page.templates().get_template("editions.jinja").render(days=[("2024-06-30", "before"), ("", "now")], own="now")
    )
    assert re.findall(r'href="(\w+)\.html"( aria-current="page")?>([^<]+)<', text) == [
        ("before", "", "2024-06-30"),
        ("now", ' aria-current="page"', "today"),
    ]


def test_a_page_is_as_new_as_its_newest_document_and_a_company_as_its_own():
    """A page about nobody is of all of its documents; one of a company, of those behind the company's own rows."""
    sources = [{"id": each, "published": each, "tier": "filing"} for each in ("2025-01-01", "2026-05-13")]
    rows = "company,source\nNVDA,2025-01-01\n,2025-01-01\n"
    page = [{"csv": rows, "sources": sources}]
    assert exhibits.newest(page) == "2026-05-13"
    assert exhibits.newest(page, "NVDA") == "2025-01-01" and exhibits.newest(page, "AMD") == ""
