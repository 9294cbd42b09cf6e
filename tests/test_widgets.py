"""The explorer without a browser: each control changes what is shown, and what is shown can be run again."""

import json
import re
import sys
import zipfile
from base64 import b64decode
from contextlib import suppress
from datetime import date
from io import BytesIO

import ipywidgets as ui
import nbformat
import pandas as pd
import papermill
import pytest
import vl_convert
from python_calamine import CalamineWorkbook

from capcycle import analyses, facts, metrics, paths, study
from capcycle.analyses.gpu_cloud.model import gpu_cloud
from capcycle.analyses.leasing.model import lease_payback
from capcycle.analyses.required_revenue.model import required_revenue
from capcycle.errors import CapcycleError, ModelError
from capcycle.exhibits import downloads
from capcycle.exhibits.board import SHOWN
from capcycle.exhibits.exhibit import MIME, VEGA_LITE, Exhibit
from capcycle.parameters import check_parameters, find_notebook
from capcycle.quantity import Quantity
from capcycle.run import read_runs
from capcycle.widgets import Explorer, ModelExplorer, TextExplorer, Workbench, boards, controls, measures

PAIR, BOOK = ["MSFT", "META"], facts.open()


@pytest.fixture
def explorer():
    return Explorer(PAIR, "capex", since=2021)


def shown(explorer: Explorer) -> dict:
    """What the output area holds first."""
    return explorer.picture.outputs[0]["data"]


def choose(explorer: Explorer, **values) -> pd.DataFrame:
    """Set controls one after the other; the figures that are shown then."""
    for name, value in values.items():
        explorer.controls[name].value = value
    assert explorer.exhibit, shown(explorer)
    assert shown(explorer)[MIME] == explorer.exhibit.payload()
    return explorer.exhibit.figures


# each control changes what is shown


def test_it_starts_with_what_it_was_given(explorer):
    assert explorer.exhibit.id == "lines-capex" and VEGA_LITE in shown(explorer)
    assert list(explorer.exhibit.figures["company"].unique()) == PAIR


def test_it_starts_with_a_group_too():
    assert Explorer(["chip makers"], "capex", since=2021).choice["companies"] == ["NVDA", "AMD", "AVGO", "INTC"]


@pytest.mark.parametrize(
    ("metric", "given"),
    [("roic_average", {"tax_rate": 0.9}), ("roic_average", {"tax_rate": 0.001}), ("cagr.capex", {"years": 9})],
)
def test_no_number_that_is_given_is_moved_to_the_end_of_its_slider(metric, given):
    assert Explorer(["MSFT"], metric, **given).choice.items() >= given.items()


def test_companies(explorer):
    assert set(choose(explorer, companies=("ORCL", "NVDA"))["company"]) == {"ORCL", "NVDA"}


def test_metric(explorer):
    assert set(choose(explorer, metric="fcf_margin")["metric"]) == {"fcf_margin"}


@pytest.mark.parametrize(
    ("metric", "needed", "definition"),
    [
        ("capex_to_revenue", [], "capex_to_revenue"),
        ("growth_year_on_year", ["value"], "growth_year_on_year.capex"),
        ("contribution_to_growth", ["part", "total"], "contribution_to_growth.cloud_revenue.revenue"),
        ("cagr", ["value", "years"], "cagr.capex"),
        ("roic_average", ["tax_rate"], "roic_average"),
    ],
)
def test_a_metric_brings_the_controls_it_needs(explorer, metric, needed, definition):
    choose(explorer, companies=("MSFT", "GOOGL"), metric=metric)
    assert list(explorer.needed.children) == [explorer.controls[name] for name in needed]
    assert set(explorer.exhibit.figures["metric"]) == {definition}


def test_what_grows(explorer):
    figures = choose(explorer, metric="growth_year_on_year", value="revenue")
    assert set(figures["metric"]) == {"growth_year_on_year.revenue"}


@pytest.mark.parametrize(("metric", "number", "value"), [("cagr", "years", 2), ("nopat", "tax_rate", 0.1)])
def test_numbers(explorer, metric, number, value):
    before = choose(explorer, metric=metric)
    after = choose(explorer, **{number: value})
    assert explorer.choice[number] == value and not after["value"].equals(before["value"])


@pytest.mark.parametrize(("span", "period"), [("quarter", "2024Q2"), ("ttm", "TTM 2024Q2"), ("year", "2024")])
def test_span(explorer, span, period):
    assert period in set(choose(explorer, span=span)["period"])


def test_only_spans_on_which_the_metric_means_something_are_offered(explorer):
    choose(explorer, span="year", metric="growth_quarter_on_quarter")
    assert [span for _, span in explorer.controls["span"].options] == ["quarter"]
    choose(explorer, metric="roic_average")
    assert [span for _, span in explorer.controls["span"].options] == ["ttm", "year"]


def test_a_span_that_still_means_something_is_kept(explorer):
    choose(explorer, span="year", metric="roic_average")
    assert explorer.choice["span"] == "year"


def test_calendar(explorer):
    assert choose(explorer, calendar="fiscal")["period"].str.contains("FY").all()


def test_range(explorer):
    periods = choose(explorer, range=(2022, 2023))["period"]
    assert (periods.iloc[0], periods.iloc[-1]) == ("TTM 2022Q1", "TTM 2023Q4")


def test_the_newest_year_stays_the_newest(explorer):
    assert explorer.choice["until"] == 0
    choose(explorer, calendar="fiscal")
    assert explorer.choice["until"] == 0
    choose(explorer, range=(2021, 2023), calendar="calendar")
    assert explorer.choice["until"] == 2023


def test_the_years_offered_are_those_of_the_calendar(explorer):
    newest = choose(explorer, companies=("NVDA",), calendar="fiscal")["period"].iloc[-1]  # its year begins in February
    assert newest[:-2] == f"TTM FY{explorer.controls['range'].max}"


def test_currency(explorer):
    assert set(choose(explorer, currency="EUR")["unit"]) == {"EUR"}


def test_as_of(explorer):
    figures = choose(explorer, as_of=date(2024, 6, 30))
    assert figures["published"].dropna().max() <= pd.Timestamp(2024, 6, 30)
    assert choose(explorer, as_of=None)["published"].max() > pd.Timestamp(2024, 6, 30)


@pytest.mark.parametrize(
    ("view", "id", "drawn"),
    [("lines", "lines-capex", True), ("bars", "bars-capex", True), ("table", "lines-capex", False)],
)
def test_view(explorer, view, id, drawn):
    choose(explorer, view=view)
    assert explorer.exhibit.id == id
    assert (VEGA_LITE in shown(explorer), "text/html" in shown(explorer)) == (drawn, not drawn)


def test_notes_figures_and_sources_stand_below(explorer):
    below = explorer.picture.outputs[1]["data"]["text/html"]
    card = explorer.exhibit.sources[0]
    assert f'href="{card["url"]}"' in below and card["publisher"] in below
    assert explorer.exhibit.view.iloc[0, 1] in below and "Capex: " in below


@pytest.mark.parametrize("view", ["lines", "bars"])
def test_every_point_has_all_the_documents_of_its_figure_and_first_the_one_that_its_tooltip_names(explorer, view):
    figures = choose(explorer, view=view, metric="capex_to_revenue").set_index(["company", "period"])
    rows = [row for row in next(iter(shown(explorer)[VEGA_LITE]["datasets"].values())) if row["source"]]
    titles = {card["id"]: card["title"] for card in explorer.exhibit.sources}
    for row in rows:
        behind = [titles[each] for each in figures.loc[(row["company"], row["period"]), "source"].split()]
        assert sorted(each["title"] for each in row["documents"]) == sorted(behind)
        assert row["source"].startswith(row["documents"][0]["title"]) and row["documents"][0]["url"]
    assert max(len(row["documents"]) for row in rows) > 1


def test_a_table_is_not_shown_twice(explorer):
    choose(explorer, view="table")
    assert "<table" not in explorer.picture.outputs[1]["data"]["text/html"]


def test_what_is_shown_is_json_also_where_figures_are_missing(explorer):
    assert choose(explorer, companies=("NVDA",))["reason"].any()
    assert json.dumps(explorer.picture.outputs, allow_nan=False)


def test_text_is_never_html():
    bad, none = "<img src=x>", pd.DataFrame({"<img src=x>": ["<img src=x>"]})
    card = dict.fromkeys(["id", "title", "publisher", "url", "published", "tier"], bad)
    below = controls._below(Exhibit("x", bad, bad, bad, none, none, notes=(bad,), sources=(card,), chart=object()))
    assert "<img" not in below + controls.fault(CapcycleError(bad))["text/html"]


# what cannot be shown


def test_an_error_takes_the_place_of_the_picture(explorer):
    explorer.controls["companies"].value = ()
    [said] = explorer.picture.outputs
    assert said["data"]["text/plain"].startswith("no company given") and "Traceback" not in said["data"]["text/html"]
    assert explorer.button.disabled and not explorer.row.value


def test_the_next_choice_brings_the_picture_back(explorer):
    explorer.controls["companies"].value = ()
    choose(explorer, companies=("AAPL",))
    assert not explorer.button.disabled


def test_a_fault_of_ours_leaves_no_earlier_picture(explorer, monkeypatch):
    monkeypatch.setitem(SHOWN, "bars", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        explorer.controls["view"].value = "bars"
    assert explorer.picture.outputs == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"companies": ["MSFTT"]}, "unknown company or group MSFTT; there are: 002230.SZ"),
        ({"metric": "capexx"}, "unknown metric capexx; there are: "),
        ({"metric": "cagr.capexx"}, "unknown value capexx; there are: "),
        ({"metric": "capex.revenue"}, "capex is measured on 0 concepts, not revenue"),
        ({"span": "month"}, "unknown span month; there are: quarter, ttm, year"),
        ({"calendar": "lunar"}, "unknown calendar lunar; there are: calendar, fiscal"),
        ({"currency": "XYZ"}, "unknown currency XYZ; there are: "),
        ({"as_of": "June"}, "as_of 'June' is not a date"),
    ],
)
def test_a_first_choice_that_is_not_on_offer_is_refused(given, message):
    with pytest.raises(CapcycleError, match=f"^{message}"):
        Explorer(**{"companies": PAIR, "metric": "capex", **given})


@pytest.mark.slow
def test_whatever_is_offered_is_shown_or_refused_in_words(explorer):
    for metric in [name for _, name in explorer.controls["metric"].options]:
        explorer.controls["metric"].value = metric
        assert explorer.picture.outputs, metric


def test_whatever_is_offered_has_a_name_of_its_own(explorer):
    offered = [label for label, _ in explorer.controls["metric"].options]
    assert len(set(offered)) == len(offered) > len(metrics.ALL)


# what is shown can be run again


def row(explorer: Explorer, folder) -> tuple[str, dict]:
    """Notebook and parameters of the row, as the runner reads them."""
    explorer.button.click()
    file = folder / "runs.toml"
    file.write_text(explorer.row.value, "utf-8")
    [run] = read_runs(file).values()
    return run.notebook, check_parameters(find_notebook(run.notebook), run.parameters)


def test_the_row_is_shown_when_asked_for_and_follows_the_choice(explorer):
    assert explorer.run.layout.display == "none"
    explorer.button.click()
    choose(explorer, metric="fcf")
    assert explorer.run.layout.display == "" and 'metric = "fcf"' in explorer.row.value


@pytest.mark.parametrize("metric", ["capex", "fcf_margin", "cagr", "contribution_to_growth", "roic_incremental"])
def test_the_runner_takes_the_row(explorer, metric, tmp_path):
    choose(explorer, companies=("GOOGL", "MSFT"), metric=metric, as_of=date(2025, 6, 30), currency="EUR")
    notebook, parameters = row(explorer, tmp_path)
    assert notebook == "measure" and parameters == explorer.choice


def test_many_companies_are_counted_in_the_title_and_listed_in_the_parameters(explorer, tmp_path):
    everyone = tuple(ticker for _, ticker in explorer.controls["companies"].options)
    choose(explorer, companies=everyone, currency="USD")
    assert f"{len(everyone)} companies" in explorer.run_row()
    assert row(explorer, tmp_path)[1]["companies"] == list(everyone)


def test_the_parameters_of_a_run_bring_its_comparison_back(explorer):
    figures = choose(explorer, metric="cagr", value="revenue", years=2, span="year", range=(2021, 2024))
    pd.testing.assert_frame_equal(Explorer(**explorer.choice).exhibit.figures, figures)


@pytest.mark.slow
@pytest.mark.parametrize(
    "chosen",
    [
        {"view": "lines", "metric": "growth_year_on_year", "value": "revenue", "span": "quarter", "calendar": "fiscal"},
        {"view": "bars", "metric": "roic_average", "tax_rate": 0.15, "companies": ("MSFT", "GOOGL", "NVDA")},
        {"view": "table", "metric": "fcf", "as_of": date(2024, 6, 30), "currency": "EUR", "range": (2020, 2023)},
    ],
    ids=lambda chosen: chosen["view"],
)
def test_the_run_publishes_what_was_shown(explorer, chosen, tmp_path):
    choose(explorer, **chosen)
    notebook, parameters = row(explorer, tmp_path)
    assert explorer.exhibit.payload() in _exhibits(_executed(notebook, tmp_path, parameters))


@pytest.mark.slow
def test_the_notebook_runs_where_nobody_looks(tmp_path):
    cells = _executed("explore", tmp_path, {"companies": ["AMD", "NVDA"]}).cells
    [view] = [output["data"] for cell in cells for output in cell.get("outputs", []) if "data" in output]
    assert "application/vnd.jupyter.widget-view+json" in view


def _executed(notebook: str, folder, parameters: dict):
    source = paths.NOTEBOOKS / f"{notebook}.ipynb"
    return papermill.execute_notebook(source, folder / "out.ipynb", parameters, cwd=folder, progress_bar=False)


def _exhibits(book: nbformat.NotebookNode) -> list[dict]:
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    return [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]


# ---- search, undo, two days


@pytest.mark.parametrize("wanted", ["buy-backs shares", "回购"])
def test_a_measure_is_found_by_a_word_of_its_meaning_in_either_language(explorer, wanted):
    choose(explorer, search=wanted)
    assert "buybacks" in dict(explorer.controls["metric"].options).values()
    assert "revenue" not in dict(explorer.controls["metric"].options).values()


def test_a_search_that_finds_nothing_leaves_the_list_as_it_is(explorer):
    everything = explorer.controls["metric"].options
    choose(explorer, search="no such measure anywhere")
    assert explorer.controls["metric"].options == everything


def test_a_group_is_chosen_at_once(explorer):
    assert set(choose(explorer, companies=("miners",))["company"]) > {"CIFR", "WULF"}
    assert "Capex: miners" in explorer.run_row()


def test_undo_takes_back_one_change_after_the_other(explorer):
    first = explorer.choice
    choose(explorer, metric="revenue")
    choose(explorer, span="year", companies=("ORCL",))
    for _ in range(3):
        explorer.back.click()
    assert explorer.choice == first and explorer.back.disabled


def test_the_start_is_one_click_away_and_can_be_undone(explorer):
    first = explorer.choice
    choose(explorer, view="table", currency="EUR", span="ttm", metric="growth_year_on_year")
    chosen = explorer.choice
    explorer.start.click()
    assert explorer.choice == first and explorer.controls["view"].value == "lines"
    explorer.back.click()
    assert explorer.choice == chosen and explorer.controls["view"].value == "table"


def test_two_days_stand_beside_each_other(explorer):
    explorer.controls["beside"].value = date(2024, 12, 31)
    both = explorer.picture.outputs, explorer.other.outputs
    now, then = (each["data"][MIME]["csv"] for outputs in both for each in outputs if MIME in each["data"])
    assert "2026" in now and "2026" not in then and "31 Dec 2024" in both[1][0]["data"]["text/html"]
    choose(explorer, beside=None)
    assert not explorer.other.outputs and explorer.other.layout.display == "none"


def taken(explorer, form: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that a button gives."""
    explorer.files[form].click()
    [(name, data)] = re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', explorer.link.value)
    assert "application/javascript" in explorer.follow.outputs[0]["data"]  # which follows the link
    return name, b64decode(data)


def test_the_figures_shown_are_a_file_away(explorer):
    packed = downloads.packed(explorer.exhibit.payload()["csv"])
    assert taken(explorer, "csv") == ("lines-capex.csv", packed)


def test_the_chart_is_a_picture_away_and_a_table_has_none(explorer):
    name, data = taken(explorer, "png")
    assert (name, data[:4]) == ("lines-capex.png", b"\x89PNG")
    choose(explorer, view="table")
    assert explorer.files["png"].disabled and not explorer.files["csv"].disabled and explorer.link.value == ""


def test_the_spreadsheet_works_the_newest_figures_out_again(explorer):
    choose(explorer, metric="capex_to_revenue")
    _, data = taken(explorer, "xlsx")
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name("Comparison").to_python()
    newest = study.newest(explorer._measured(explorer.choice), "MSFT").value
    assert newest in [cell for line in sheet for cell in line]
    with zipfile.ZipFile(BytesIO(data)) as parts:
        assert "<f>" in parts.read("xl/worksheets/sheet4.xml").decode()  # a formula, not a number


def test_a_spreadsheet_of_a_model_is_its_own():
    _, data = taken(ModelExplorer(analyses.start("gpu_hour", BOOK)), "xlsx")
    assert data[:2] == b"PK"


def test_nothing_is_said_to_be_at_work_once_the_picture_is_there(explorer, monkeypatch):
    seen = []
    monkeypatch.setattr(Explorer, "_exhibit", lambda self: seen.append(self.busy.value) or Exhibit.__new__(Exhibit))
    with suppress(AttributeError):
        explorer.controls["metric"].value = "revenue"
    assert "Working" in seen[0] and explorer.busy.value == ""


# ---- a board


@pytest.fixture
def two(explorer):
    """A board of lines and of bars."""
    explorer.board.add.click()
    choose(explorer, metric="cagr", value="revenue", view="bars", span="year")
    explorer.board.add.click()
    return explorer


def boarded(explorer) -> list[str]:
    """The ids of the exhibits on the board, in their order."""
    return [each.outputs[0]["data"][MIME]["id"] for each in explorer.board.pictures.children]


def test_a_board_has_what_was_added_in_the_order_of_its_tags(two):
    assert boarded(two) == ["lines-capex-ttm", "bars-cagr-revenue-year-years-3"]
    two.board.add.click()  # the same view is there already
    two.board.tags.value = two.board.tags.value[::-1]
    assert boarded(two) == ["bars-cagr-revenue-year-years-3", "lines-capex-ttm"]
    two.board.tags.value = two.board.tags.value[1:]
    assert boarded(two) == ["lines-capex-ttm"]


def test_a_board_follows_the_companies_and_the_day(two):
    choose(two, companies=("NVDA",), as_of=date(2024, 6, 30))
    shown = [each.outputs[0]["data"][MIME]["csv"] for each in two.board.pictures.children]
    assert all("NVDA" in csv and "MSFT" not in csv and "2025" not in csv for csv in shown)


def test_a_board_is_drawn_again_only_where_it_changes(two):
    pictures = two.board.pictures.children
    choose(two, metric="fcf")
    assert two.board.pictures.children is pictures


def test_a_view_that_is_taken_away_can_be_brought_back(two):
    two.board.tags.value = []
    assert two.board.pictures.children == ()
    two.back.click()
    assert len(boarded(two)) == 2


def test_a_view_may_be_typed_and_what_is_none_is_refused_in_words(explorer):
    explorer.board.tags.value = ["lines fcf quarter log"]
    assert boarded(explorer) == ["lines-fcf-quarter-log"]
    explorer.board.tags.value = ["a pie"]
    assert "lines capex_to_revenue ttm" in explorer.board.pictures.children[0].outputs[0]["data"]["text/plain"]


def test_a_board_is_kept_in_a_file_that_the_runner_takes_and_opened_again(two, tmp_path):
    choose(two, as_of=date(2025, 6, 30), currency="EUR", range=(2021, 2024))
    before, file = boarded(two), tmp_path / "cash.toml"
    two.board.file.value = str(file)
    two.board.saver.click()
    assert str(file) in two.board.said.value
    (run,) = read_runs(file).values()
    assert run.name == "cash" and run.notebook == "board" and check_parameters(find_notebook("board"), run.parameters)
    assert two.board_row() in two.row.value

    other = Explorer(["NVDA"], "revenue")
    other.board.file.value = str(file)
    other.board.opener.click()
    assert boarded(other) == before and other.board_row() == two.board_row()
    other.back.click()
    assert other.choice["companies"] == ["NVDA"] and other.board.tags.value == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file"),
        ("[a]\n", "parameters"),
        ("[a.parameters]\n", "does not begin with"),
        (f"{boards.FORM}[a.parameters]\ncompany = 'MSFT'\n", "unknown parameter company"),
        (f"{boards.FORM}[a.parameters]\ncompanies = ['MSFTT']\n", "unknown company"),
        (f"{boards.FORM}[a.parameters]\ncompanies = ['MSFT']\nviews = ['pie capex']\n", "unknown form pie"),
        (f"{boards.FORM}[a.parameters]\ncompanies = ['MSFT']\ncalendar = 'lunar'\n", "unknown calendar lunar"),
    ],
)
def test_a_file_that_is_no_board_changes_nothing_and_says_why(explorer, tmp_path, text, said):
    explorer.board.file.value, first = str(tmp_path / "a.toml"), explorer.choice
    if text is not None:
        (tmp_path / "a.toml").write_text(text, "utf-8")
    explorer.board.opener.click()
    assert said in explorer.board.said.value and explorer.choice == first


def test_a_board_that_cannot_be_written_says_so(two, tmp_path):
    two.board.file.value = str(tmp_path)
    two.board.saver.click()
    assert "cannot be written" in two.board.said.value


@pytest.mark.slow
def test_the_page_of_a_board_shows_what_the_board_showed(two, tmp_path):
    two.board.file.value = str(tmp_path / "cash.toml")
    two.board.saver.click()
    (run,) = read_runs(tmp_path / "cash.toml").values()
    shown = [each.outputs[0]["data"][MIME] for each in two.board.pictures.children]
    assert _exhibits(_executed("board", tmp_path, run.parameters)) == shown


# ---- scales, and a company that is not in the list


def test_a_scale_is_of_lines_alone(explorer):
    choose(explorer, scale="index")
    assert "index, 100 in" in explorer.exhibit.subtitle
    choose(explorer, view="bars")
    assert explorer.controls["scale"].layout.display == "none" and str(explorer._view()) == "bars capex ttm"


def typed(explorer, ticker: str):
    explorer.ticker.value = ticker
    explorer.bring.click()


def test_a_ticker_that_is_held_is_chosen(explorer):
    typed(explorer, "orcl")
    assert explorer.choice["companies"] == [*PAIR, "ORCL"] and explorer.brought.value == ""


def test_one_that_is_not_held_is_asked_for_as_the_command_does(explorer, monkeypatch, tmp_path):
    """Without an agent the door says how to set it."""
    monkeypatch.setenv("CAPCYCLE_STORE", str(tmp_path))
    monkeypatch.delenv("CAPCYCLE_SEC_AGENT", raising=False)
    typed(explorer, "SNOW")
    assert "CAPCYCLE_SEC_AGENT" in explorer.brought.value and explorer.choice["companies"] == PAIR


def test_what_the_door_brings_is_chosen_with_one_picture(explorer, monkeypatch):
    """A company that is held stands for one that comes: until the door is through, nobody knows of it."""
    drawn, known, of = [], facts.companies(), explorer.controls["companies"]
    of.options = [pair for pair in of.options if pair[1] != "ORCL"]
    of.value = PAIR
    monkeypatch.setattr(measures, "ADD", (sys.executable, "-c", "print('ORCL: 12 figures')"))
    monkeypatch.setattr(facts, "companies", lambda: known if explorer.brought.value else known.drop("ORCL"))
    monkeypatch.setattr(Explorer, "_exhibit", lambda self: drawn.append(self.choice["companies"]))
    with suppress(AttributeError):
        typed(explorer, "ORCL")
    assert drawn == [[*PAIR, "ORCL"]] and "12 figures" in explorer.brought.value


# ---- what is done first comes first


@pytest.mark.parametrize("opened", [lambda: Explorer(PAIR, "capex"), lambda: Workbench("gpu_hour"), TextExplorer])
def test_whatever_is_used_comes_to_one_thread_of_the_kernel(opened):
    """Of every widget that is made, also for a model that is chosen later: whichever thread is asked for."""
    made = []
    ui.Widget.on_widget_constructed(made.append)
    try:
        box = opened()
        if isinstance(box, Workbench):
            box.model.value = "useful_life"
    finally:
        ui.Widget.on_widget_constructed(None)
    used = [each for each in made if isinstance(each, (ui.Button, ui.ValueWidget)) and not isinstance(each, ui.HTML)]
    route = [each.comm._reply_subshell_for for each in used if hasattr(each.comm, "_reply_subshell_for")]
    assert len(used) > 3 and len(route) == len(used)
    assert {ask({"method": "update"}, "another") for ask in route} == {None}


# ---- a model is chosen, not typed


def test_scenarios_are_kept_side_by_side_and_taken_away():
    """Two rents of an hour: the profit of an hour sold differs by as much as they do."""
    bench = Workbench("gpu_hour")
    slider = bench.explorer.controls["gpu_rent"]
    for name, rent in {"Low": slider.min, "High": slider.max}.items():
        slider.value, bench.explorer.name.value = rent, name
        bench.explorer.keep.click()
    shown = bench.explorer
    shown.of.value = "gpu_hour_profit"
    chart, _, table, _ = shown.picture.outputs
    profit = shown.exhibit.figures.set_index("label")["value"].astype(float)
    assert profit["High"] - profit["Low"] == pytest.approx(slider.max - slider.min) and profit["Now"] == profit["High"]
    assert VEGA_LITE in chart["data"] and "Low</th>" in table["data"]["text/html"]
    shown.kept.value = ["High"]
    assert set(shown.exhibit.figures["label"]) == {"High", "Now"}
    shown.back.click()
    assert set(shown.exhibit.figures["label"]) == {"Low", "High", "Now"}
    bench.model.value = "useful_life"
    bench.model.value = "gpu_hour"
    assert set(bench.explorer.kept.value) == {"Low", "High"}


def test_another_model_and_another_company_bring_their_own_case():
    bench = Workbench("useful_life", "MSFT")
    bench.model.value = "required_revenue"
    assert (bench.explorer.case.model.__name__, bench.explorer.case.company) == ("required_revenue", "MSFT")
    bench.company.value = "META"
    assert bench.explorer.case.company == "META" and bench.children[-1] is bench.explorer


def test_a_model_is_found_by_its_meaning():
    bench = Workbench("gpu_hour")
    bench.search.value = "使用年限"
    assert {"useful_life", "life_change"} <= {name for _, name in bench.model.options}
    assert "gpu_hour" not in {name for _, name in bench.model.options}


def test_a_first_model_that_is_unknown_is_refused_with_the_valid_ones():
    with pytest.raises(ModelError, match="unknown model gpu_clowd; there are: accruals"):
        Workbench("gpu_clowd")


# ---- a model's inputs


@pytest.fixture
def build():
    life = Quantity("", 5.0, "years", 3.0, 6.0, source="kuppy-2025-10-05", reason="By hand.")
    return study.case(required_revenue, BOOK, it_capex=400e9, facility_capex=0.0, it_life=life, facility_life=14.0,
                      gross_margin_before_depreciation=0.25, target_return=0.0, net_capital=0.0, other_fixed_cost=0.0,
                      ramp=1.0, ai_revenue=20e9)  # fmt: skip


def test_every_input_of_a_model_has_a_control(build):
    explorer = ModelExplorer(build)
    assert list(explorer.controls) == list(build.inputs)
    assert (explorer.controls["it_life"].min, explorer.controls["it_life"].max) == (3, 6)


def test_a_slider_moves_the_model(build):
    explorer = ModelExplorer(build)
    explorer.of.value = "revenue_required"
    explorer.controls["it_life"].value = 4.0
    assert explorer.case.outputs.revenue_required == pytest.approx(400e9)  # 400 / 4 / 0.25
    assert explorer.case.inputs["it_life"].reason == "Chosen by the reader."


@pytest.mark.parametrize("view", ["tornado", "what_if", "spread", "by_year", "fan"])
def test_an_axis_stays_while_a_slider_moves_and_the_title_follows_it(view):
    """At the slider's better end the numbers are greater; back in the middle the axis has not drawn in again."""
    explorer = ModelExplorer(analyses.start("gpu_cloud", BOOK))
    explorer.view.value = view
    if view in ("by_year", "fan"):
        explorer.of.value = "cumulative_cluster_cash"
    moved = next(name for name in ("gpu_rent", "utilisation") if name not in (explorer.two[0], *explorer.two[1]))
    middle = explorer.controls[moved].value
    titles, ticks = [], []
    for place in (explorer.controls[moved].max, middle, explorer.controls[moved].min, middle, middle):
        explorer.controls[moved].value = place
        titles.append(explorer.exhibit.title)
        spec = explorer.exhibit.titled() | {"width": 600, "title": None}
        svg = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
        axes = re.findall(r'<g class="mark-text role-axis-label".*?</g>', svg)
        ticks.append([number for axis in axes for number in re.findall(r">([−\d][^<]*)<", axis)])
    assert ticks[2] == ticks[3] == ticks[4] and ticks[4] != []
    assert titles[0] != titles[1] == titles[3] != titles[2]


def test_what_is_not_moved_keeps_its_reason(build):
    explorer = ModelExplorer(build)
    explorer.controls["target_return"].value = "20%"
    assert explorer.case.inputs["it_life"].reason == "By hand."


def test_the_button_brings_the_start_back(build):
    explorer = ModelExplorer(build)
    explorer.controls["it_life"].value = 4.0
    explorer.start.click()
    assert explorer.case == build


@pytest.mark.parametrize("view", ["scenarios", "tornado", "what_if", "spread", "assumptions"])
def test_each_study_is_shown(build, view):
    explorer = ModelExplorer(build)
    explorer.view.value = view
    assert explorer.exhibit.id.startswith(view.replace("_", "-")) and explorer.picture.outputs


def test_the_output_is_said_at_the_present_inputs(build):
    explorer = ModelExplorer(build)
    explorer.of.value = "revenue_required"
    assert "$320bn" in explorer.number.value  # 400 / 5 / 0.25
    explorer.controls["it_life"].value = 4.0
    assert "$400bn" in explorer.number.value


def test_what_nothing_gives_is_typed():
    explorer = ModelExplorer(study.bound(lease_payback, BOOK))
    explorer.of.value = "cash_per_year"
    typed = {"server_price": "2.52m", "rent_per_year": "840k", "lease_net_margin": "34.8%"}
    for name, text in typed.items():
        explorer.controls[name].value = text
    # 34.8 % of 840,000 is 292,320; a fifth of 2.52m is 504,000
    assert float(explorer.case.outputs.cash_per_year) == pytest.approx(796_320)
    assert not explorer.case.lacking and explorer.case.kind == "assumed"


@pytest.mark.parametrize("typed", ["dear", "1.2.3", "5 %%", "1, 2"])
def test_what_is_no_number_is_said_in_place_of_the_picture(typed):
    explorer = ModelExplorer(study.bound(lease_payback, BOOK))
    explorer.controls["server_price"].value = typed
    [said] = explorer.picture.outputs
    assert "is not a number" in said["data"]["text/plain"] and explorer.exhibit is None


def test_figures_by_year_are_typed_with_commas():
    explorer = ModelExplorer(analyses.start("life_change", BOOK))
    explorer.controls["capex"].value = "10bn, 12.5bn"
    assert explorer.case.inputs["capex"].value == [10e9, 12.5e9]


def test_a_view_of_what_is_missing_says_what_it_needs():
    explorer = ModelExplorer(study.bound(lease_payback, BOOK))
    explorer.view.value = "tornado"
    assert "Price of a server: no figure here" in explorer.picture.outputs[0]["data"]["text/plain"]


def test_a_view_by_year_offers_outputs_by_year_and_the_next_the_others_again():
    explorer = ModelExplorer(study.bound(gpu_cloud, BOOK))
    explorer.view.value = "by_year"
    assert {name for _, name in explorer.of.options} == gpu_cloud.by_year
    explorer.view.value = "scenarios"
    assert "project_irr" in dict(explorer.of.options).values() and explorer.exhibit.id.startswith("scenarios")


def test_a_what_if_takes_the_two_inputs_that_are_chosen():
    explorer = ModelExplorer(analyses.start("gpu_hour", BOOK))
    explorer.view.value, explorer.across.value, explorer.slider.value = "what_if", "gpu_rent", "server_life"
    assert explorer.two == ("gpu_rent", ["server_life"]) and "gpu-rent" in explorer.exhibit.id


# ---- a case to begin with


@pytest.mark.parametrize("name", analyses.models())
def test_every_model_starts_or_says_what_it_needs(name):
    case = analyses.start(name, BOOK)
    reasons = [each.reason for each in case.inputs.values() if each.missing]
    assert list(case.inputs) == list(case.model.parameters) and case.model is analyses.models()[name]
    assert all(reasons) and bool(reasons) == bool(case.lacking)
    assert ModelExplorer(case).exhibit.id.startswith("scenarios")


OF_NOBODY = ["gpu_cloud", "gpu_hour", "hosting", "power_use", "business", "gigawatt", "training_scale"]


@pytest.mark.parametrize("name", OF_NOBODY)
def test_a_case_of_no_company_is_that_of_the_page(name):
    case = analyses.start(name, BOOK)
    assert case.company == "" and not case.lacking


OF_COMPANY = ["backlog_yield", "ai_cloud_build", "build_plan", "required_revenue", "revenue_for_capex",
              "revenue_for_vintages", "useful_life", "life_change"]  # fmt: skip


@pytest.mark.parametrize("name", OF_COMPANY)
def test_a_company_starts_from_its_own_case(name):
    case = analyses.start(name, BOOK, "MSFT")
    assert case.company == "MSFT" and not case.lacking


def test_a_company_without_a_full_year_starts_and_says_so():
    assert "Cipher" in analyses.start("useful_life", BOOK, "CIFR").lacking


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gpu_clowd", BOOK], "unknown model gpu_clowd; there are: accruals"),
        (["useful_life", BOOK, "MSFTT"], "unknown company MSFTT; there are: 002230.SZ"),
    ],
)
def test_a_wrong_name_is_refused_with_the_valid_ones(arguments, message):
    with pytest.raises(ModelError, match=message):
        analyses.start(*arguments)


@pytest.mark.slow
def test_the_notebook_of_models_runs_where_nobody_looks(tmp_path):
    cells = _executed("explore_models", tmp_path, {"model": "useful_life", "company": "MSFT"}).cells
    [view] = [output["data"] for cell in cells for output in cell.get("outputs", []) if "data" in output]
    assert "application/vnd.jupyter.widget-view+json" in view


def test_a_start_of_an_earlier_day_knows_only_what_was_public_then():
    then, now = (
        analyses.start("revenue_for_capex", facts.open(as_of=day), "MSFT").inputs["capex"].value
        for day in ("2024-12-31", "")
    )
    assert then == (9_735 + 10_952 + 13_873 + 14_923) * 1e6 < now  # filed, the four quarters to September 2024
