"""The explorers in a real JupyterLab, by mouse and keyboard in headless Chromium, with nothing from outside."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from capcycle import analyses, facts, paths, words
from capcycle.parameters import check_parameters

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
NAMES = ["chromium", "chromium-browser", "google-chrome"]
START, STEP = 90_000, 30_000  # milliseconds, on a busy machine
TITLE = ".vega-embed .role-title-text"  # the first line of the chart's text
NUMBER = "[role=status]"  # the output at the present inputs, above the picture


@pytest.fixture(scope="module")
def chromium():
    found = next(filter(None, map(shutil.which, filter(None, [os.environ.get("CHROMIUM"), *NAMES]))), None)
    if not found:
        pytest.skip(f"no Chromium found: install one of {', '.join(NAMES)}, or name it in CHROMIUM")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running(tmp_path_factory.mktemp("lab")) as address:
        yield address


@contextmanager
def running(home: Path):
    """The address of a JupyterLab of its own, on a copy of the explorers."""
    (home / "notebooks").mkdir()
    for name in ("explore", "explore_models", "explore_text"):
        shutil.copy(paths.NOTEBOOKS / f"{name}.ipynb", home / "notebooks")
    chinese = nbformat.read(home / "notebooks/explore.ipynb", as_version=4)
    chinese.cells.insert(0, new_code_cell("import os\nos.environ['CAPCYCLE_LANGUAGE'] = 'zh'"))
    nbformat.write(chinese, home / "notebooks/chinese.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rooms = {f"JUPYTER_{room}_DIR": str(home / room) for room in ("CONFIG", "DATA", "RUNTIME")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
         "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.allow_root=True"],
        cwd=home, env=os.environ | rooms | {"HOME": str(home), "CAPCYCLE_HOME": str(paths.ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        _wait_until_running(server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_until_running(server):
    said = []
    for line in server.stderr:
        said.append(line)
        if " is running at:" in line:
            Thread(target=server.stderr.read, daemon=True).start()  # a full pipe would hold the server up
            return
    pytest.fail(f"JupyterLab ended before it was running:\n{''.join(said)}")


@pytest.fixture(scope="module")
def page(chromium, lab):
    """The explorer of measures, run."""
    page = opened(chromium, lab, "explore")
    drawing(page).wait_for(timeout=START)
    return page


@pytest.fixture(scope="module")
def model(chromium, lab):
    """The explorer of models, run."""
    page = opened(chromium, lab, "explore_models")
    page.get_by_role("status").get_by_text("IRR before debt: ").wait_for(timeout=START)
    return page


def opened(chromium, lab, name):
    """A notebook with all its cells run; what it asks for outside this machine is refused and remembered."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.route(lambda url: not url.startswith((lab, "data:", "blob:")), lambda route: route.abort())
    page.set_default_timeout(STEP)
    page.goto(f"{lab}/lab/tree/notebooks/{name}.ipynb?reset", timeout=START)
    page.get_by_text("| Idle").wait_for(timeout=START)
    page.locator("#jp-MainMenu").get_by_text("Run", exact=True).click()
    page.locator(".lm-Menu").get_by_text("Run All Cells", exact=True).click()
    return page


def drawing(page):
    """The chart, drawn."""
    return page.locator(".vega-embed svg.marks").first


def text(page, where: str) -> str:
    """What stands at a place of the page."""
    return page.locator(where).first.text_content()


def changed(page, where: str, before: str) -> str:
    """The same, once it is another one."""
    another = "([where, before]) => ![undefined, before].includes(document.querySelector(where)?.textContent)"
    page.wait_for_function(another, arg=[where, before])
    return text(page, where)


FAULTY_BOXES = """() => {
  const controls = '.widget-label, .widget-inline-hbox select, .widget-inline-hbox input, .jupyter-button'
  const boxes = [...document.querySelectorAll(controls)].filter(e => e.getBoundingClientRect().width)
  const name = e => (e.innerText || e.value || e.type).slice(0, 20)
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1
  const cut = boxes.filter(e => !e.matches('select') && e.scrollWidth > e.clientWidth + 1)
  const on = boxes.flatMap((a, i) => boxes.slice(i + 1)
    .filter(b => over(a.getBoundingClientRect(), b.getBoundingClientRect())).map(b => `${name(a)} on ${name(b)}`))
  return [boxes.length, ...cut.map(e => `cut: ${name(e)}`), ...on]
}"""


NEEDED = {"contribution_to_growth": "total", "cagr": "years", "roic_average": "tax_rate"}


def test_it_draws_a_chart_with_its_title(page):
    assert drawing(page).bounding_box()["height"] > 200
    assert "capex" in text(page, TITLE)


def test_the_chart_stands_above_the_fold(page):
    """In JupyterLab's own window, of which its status bar takes the foot."""
    foot = page.locator("#jp-main-statusbar").bounding_box()["y"]
    page.wait_for_function(
        "foot => { const box = document.querySelector('.vega-embed svg.marks').getBoundingClientRect();"
        " return box.top > 0 && box.bottom < foot }",
        arg=foot,
    )


def test_a_click_on_a_point_lists_all_its_documents(page):
    box = page.locator(".vega-embed .mark-symbol.role-mark path").last.bounding_box()
    page.mouse.click(box["x"] + 12, box["y"])  # beside it: a point is small
    links = page.get_by_role("dialog").get_by_role("link")
    links.first.wait_for()
    assert links.count() == 5  # Meta's four quarters, of which the last of 2025 is the year less its first nine months
    assert all(each.get_attribute("href").startswith("https://www.sec.gov/Archives/") for each in links.all())
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def calm(page):
    """Wait until the kernel has done what it was asked: a click overtakes a change that waits for it."""
    page.get_by_text("| Idle").wait_for()
    page.wait_for_function("!document.querySelector('.capcycle-explorer [aria-live]')")


DEEDS = """deeds => {
  const root = document.querySelector('.capcycle-explorer')
  const named = (tag, text) => [...root.querySelectorAll(tag)].find(each => each.textContent.trim() === text)
  const box = label => document.getElementById(named('.widget-label', label).htmlFor)
  for (const [kind, name, value] of deeds) {
    if (kind === 'click') { named('button', name).click(); continue }
    const field = box(name)
    for (const each of field.options ?? []) each.selected = each.text.replaceAll('\\xa0', ' ') === value
    if (field.options) field.dispatchEvent(new Event('change', { bubbles: true }))
    else {
      field.value = value
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
  }
}"""  # all within one step of the page: the kernel has come to none of them yet


def test_a_click_does_not_overtake_the_change_before_it(page):
    """Quarter, then year, then undo: what stood before the last change is the quarter."""
    calm(page)
    start = text(page, TITLE)
    page.get_by_label("Period", exact=True).select_option("Quarter")
    quarter = changed(page, TITLE, start)
    calm(page)
    page.get_by_label("Period", exact=True).select_option("Trailing twelve months")
    assert changed(page, TITLE, quarter) == start
    calm(page)
    page.evaluate(DEEDS, [["pick", "Period", "Quarter"], ["pick", "Period", "Year"], ["click", "Undo"]])
    page.wait_for_function(SETTLED)
    calm(page)
    assert text(page, TITLE) == quarter and chosen(page, "Period") == "Quarter"
    page.get_by_role("button", name="Back to the start").click()
    page.get_by_text(start, exact=True).first.wait_for()


def test_a_pick_is_what_was_read_though_another_list_is_on_its_way(page):
    """The search narrows the measures while one is picked by its name: its place in the list is another by then."""
    calm(page)
    start = text(page, TITLE)
    wanted = words.name("fcf_margin")
    page.evaluate(DEEDS, [["type", "Search", "free cash"], ["pick", "Measure", wanted]])
    page.wait_for_function(SETTLED)
    calm(page)
    assert chosen(page, "Measure") == wanted and text(page, TITLE).startswith(wanted)
    page.get_by_role("button", name="Back to the start").click()
    page.get_by_text(start, exact=True).first.wait_for()


def test_a_change_behind_a_click_comes_after_it(page):
    """Undo, and at once another period: the period stays, as it is the later of the two."""
    calm(page)
    start = text(page, TITLE)
    page.get_by_label("Show", exact=True).select_option("Bars")
    page.wait_for_function(SETTLED)
    calm(page)
    page.evaluate(DEEDS, [["pick", "Show", "Table"], ["click", "Undo"], ["pick", "Period", "Quarter"]])
    page.wait_for_function(SETTLED)
    calm(page)
    assert (chosen(page, "Show"), chosen(page, "Period")) == ("Bars", "Quarter")
    page.get_by_role("button", name="Back to the start").click()
    page.get_by_text(start, exact=True).first.wait_for()


# the kernel has come to the last thing that was done, and no other waits
SETTLED = """() => {
  const part = kind => document.querySelector(`.capcycle-explorer .capcycle-number ${kind}`)
  return part('input').value === part('.widget-html-content').textContent && !document.querySelector('[data-waits]')
}"""


def chosen(page, label: str) -> str:
    """What a list has chosen."""
    return page.get_by_label(label, exact=True).evaluate("list => list.selectedOptions[0].text").replace("\xa0", " ")


def choices(page, label: str) -> list[str]:
    """What a list offers."""
    offered = page.get_by_label(label, exact=True).locator("option").all_text_contents()
    return [each.replace("\xa0", " ") for each in offered]


@pytest.mark.parametrize(("wanted", "found"), [("free cash", "fcf_margin"), ("资本开支", "capex_to_revenue")])
def test_a_search_narrows_the_measures_in_either_language(page, wanted, found):
    every = len(choices(page, "Measure"))
    page.get_by_label("Search", exact=True).fill(wanted)
    page.wait_for_function("""every => [...document.querySelectorAll('.capcycle-explorer select')]
        .every(list => list.length != every)""", arg=every)  # fmt: skip
    assert words.name(found) in choices(page, "Measure")
    page.get_by_role("button", name="Back to the start").click()
    page.wait_for_function("""every => [...document.querySelectorAll('.capcycle-explorer select')]
        .some(list => list.length == every)""", arg=every)  # fmt: skip


def test_a_group_and_a_ticker_are_brought_in_and_undone(page):
    start = text(page, TITLE)
    page.get_by_label("Companies", exact=True).select_option("All device makers")
    devices = changed(page, TITLE, start)
    assert "Apple" in devices
    page.get_by_label("Not listed", exact=True).fill("crwv")
    page.get_by_role("button", name="Add", exact=True).click()
    assert "CoreWeave" in changed(page, TITLE, devices)
    calm(page)
    page.get_by_role("button", name="Undo").click()
    page.get_by_text(devices, exact=True).first.wait_for()
    page.get_by_role("button", name="Back to the start").click()
    page.get_by_text(start, exact=True).first.wait_for()


@pytest.mark.parametrize(("scale", "said"), [("Logarithmic", "log"), ("Index, 100 at first", "index, 100")])
def test_the_scale_of_the_lines_is_said_below_the_title(page, scale, said):
    page.get_by_label("Scale", exact=True).select_option(scale)
    page.locator(".vega-embed .role-title-subtitle").get_by_text(said).first.wait_for()
    calm(page)
    page.get_by_role("button", name="Undo").click()
    page.locator(".vega-embed .role-title-subtitle").get_by_text(said).first.wait_for(state="detached")


def test_a_table_takes_the_place_of_the_chart(page):
    page.get_by_label("Show", exact=True).select_option("Table")
    drawing(page).wait_for(state="detached")
    page.locator("th").get_by_text("Alphabet").wait_for()
    calm(page)
    page.get_by_role("button", name="Undo").click()
    drawing(page).wait_for()


def test_two_days_stand_beside_each_other(page):
    page.set_viewport_size({"width": 1600, "height": 900})
    page.get_by_label("Other day", exact=True).fill("2024-12-31")
    page.get_by_label("Other day", exact=True).press("Tab")
    charts = page.locator(".vega-embed svg.marks")
    charts.nth(1).wait_for()
    now, then = charts.nth(0).bounding_box(), charts.nth(1).bounding_box()
    assert now["x"] + now["width"] <= then["x"] and abs(now["y"] - then["y"]) < 20
    page.get_by_text("31 Dec 2024").first.wait_for()
    calm(page)
    page.get_by_role("button", name="Back to the start").click()
    charts.nth(1).wait_for(state="detached")
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_sign_says_that_it_is_at_work(page):
    calm(page)
    start = text(page, TITLE)
    page.evaluate("""() => new MutationObserver(() => {
      if (document.querySelector('.capcycle-explorer [aria-live]')) document.body.dataset.busy = 'seen'
    }).observe(document.querySelector('.capcycle-explorer'), { childList: true, subtree: true })""")
    page.get_by_label("Period", exact=True).select_option("Quarter")
    quarter = changed(page, TITLE, start)
    assert page.evaluate("document.body.dataset.busy") == "seen"
    calm(page)
    page.get_by_role("button", name="Undo").click()
    assert changed(page, TITLE, quarter) == start


@pytest.mark.parametrize("form", ["CSV", "PNG", "XLSX"])
def test_what_is_shown_is_taken_away_by_a_button(page, form):
    with page.expect_download() as taken:
        page.get_by_role("button", name=form, exact=True).click()
    assert taken.value.suggested_filename == f"lines-capex-to-revenue.{form.lower()}"
    assert Path(taken.value.path()).stat().st_size > 500


def test_a_board_holds_several_charts_and_a_cross_takes_one_away(page):
    charts = page.locator(".vega-embed svg.marks")
    calm(page)
    page.get_by_role("button", name="Add this view").click()
    charts.nth(1).wait_for()
    calm(page)
    page.get_by_label("Show", exact=True).select_option("Bars")
    page.get_by_text("the year to").nth(2).wait_for(state="attached")
    page.get_by_role("button", name="Add this view").click()
    charts.nth(2).wait_for()
    page.locator(".jupyter-widget-tag .jupyter-widget-tag-close").first.click()
    charts.nth(2).wait_for(state="detached")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("board.toml: a row for notebooks/runs.toml").wait_for()
    page.get_by_role("button", name="Back to the start").click()
    charts.nth(1).wait_for(state="detached")
    calm(page)
    page.get_by_role("button", name="Open", exact=True).click()
    charts.nth(1).wait_for()
    calm(page)
    page.get_by_role("button", name="Back to the start").click()
    charts.nth(1).wait_for(state="detached")


def test_another_measure_and_other_companies_change_the_chart(page):
    before = text(page, TITLE)
    page.get_by_label("Measure", exact=True).select_option(words.name("growth_year_on_year"))
    between = changed(page, TITLE, before)
    page.get_by_label("Companies", exact=True).select_option(["NVIDIA", "Oracle"])
    after = changed(page, TITLE, between)
    assert "Oracle" in after and "NVIDIA" in after and after.split(":")[0] != before.split(":")[0]


def test_the_keyboard_changes_the_chart(page):
    before = text(page, TITLE)
    page.get_by_label("Of", exact=True).focus()
    page.keyboard.press("r")  # to JupyterLab: make this cell raw
    between = changed(page, TITLE, before)
    page.get_by_label("Period", exact=True).focus()
    page.keyboard.press("ArrowDown")  # to JupyterLab: go to the next cell
    assert "revenue" in between and changed(page, TITLE, between)


def test_the_button_shows_a_row_that_can_be_run(page):
    page.get_by_role("button", name="Make it a run").click()
    row = page.locator(".jupyter-widgets textarea")
    row.wait_for()
    [run] = tomllib.loads(row.input_value()).values()
    assert run["parameters"]["companies"] == ["ORCL", "NVDA"]
    assert check_parameters(paths.NOTEBOOKS / f"{run['notebook']}.ipynb", run["parameters"])


def test_an_error_is_shown_in_place_of_the_chart(page):
    page.get_by_label("Companies", exact=True).select_option([])
    page.get_by_role("alert").get_by_text("no company given").wait_for()
    assert not drawing(page).is_visible() and page.get_by_text("Traceback").count() == 0
    page.get_by_label("Companies", exact=True).select_option(["Meta", "Amazon"])
    drawing(page).wait_for()


@pytest.mark.parametrize("width", [1440, 1024])
@pytest.mark.parametrize("measure", NEEDED)
def test_nothing_overlaps_and_no_label_is_cut(page, width, measure):
    page.set_viewport_size({"width": width, "height": 1000})
    page.get_by_label("Measure", exact=True).select_option(words.name(measure))
    page.locator(".widget-label").get_by_text(words.say(f"widgets.{NEEDED[measure]}"), exact=True).wait_for()
    count, *faults = page.evaluate(FAULTY_BOXES)
    assert count > 15 and faults == []


def test_nothing_is_asked_of_other_machines(page, lab):
    assert [url for url in page.asked if not url.startswith((lab, "data:", "blob:"))] == []


# ---- in Chinese


@pytest.fixture(scope="module")
def chinese(chromium, lab):
    """The explorer of measures, run in Chinese."""
    page = opened(chromium, lab, "chinese")
    drawing(page).wait_for(timeout=START)
    return page


def test_the_explorer_speaks_chinese_and_counts_by_ten_thousands(chinese):
    before = text(chinese, TITLE)
    chinese.get_by_label("搜索", exact=True).fill("free cash flow")
    chinese.get_by_label("指标", exact=True).select_option("自由现金流")
    after = changed(chinese, TITLE, before)
    assert "微软" in before + after and "亿美元" in after
    explorer = chinese.locator(".capcycle-explorer")
    said = [line for line in explorer.inner_text().split("\n") if "filed" not in line]  # documents keep their titles
    assert [line for line in said if re.search(r"([A-Za-z]{2,} ){3}[A-Za-z]", line)] == []
    assert "亿" in chinese.locator(".vega-embed .role-axis-label").last.text_content()


# ---- the explorer of models


def slider(page, label: str):
    return page.locator(".widget-slider").filter(has_text=label)


def test_the_chart_of_a_model_stands_above_the_fold_too(model):
    model.get_by_label("Show", exact=True).select_option("What moves it")
    drawing(model).wait_for()
    model.evaluate("document.querySelector('.capcycle-explorer').scrollIntoView()")
    box, foot = drawing(model).bounding_box(), model.locator("#jp-main-statusbar").bounding_box()["y"]
    assert box["y"] > 0 and box["y"] + box["height"] < foot
    model.get_by_label("Show", exact=True).select_option("Bear, base, bull")
    drawing(model).wait_for(state="detached")


def test_a_slider_changes_the_number(model):
    before = text(model, NUMBER)
    handle = slider(model, "Rent per GPU-hour today").locator(".noUi-handle")
    handle.focus()
    model.keyboard.press("PageUp")  # several steps: one alone may be less than a digit of the number
    after = changed(model, NUMBER, before)
    assert after.startswith("IRR before debt: ") and after != before


def test_scenarios_are_kept_beside_each_other(model):
    model.get_by_label("Scenario", exact=True).fill("Dear rent")
    model.get_by_role("button", name="Keep", exact=True).click()
    model.locator("th").get_by_text("Dear rent").wait_for()
    assert model.locator(".role-axis-label").get_by_text("Dear rent").count() == 1


def test_the_button_brings_the_first_number_back(model):
    slid, start = text(model, NUMBER), analyses.start("gpu_cloud", facts.open()).outputs.project_irr
    model.get_by_role("button", name="Back to the start").click()
    assert changed(model, NUMBER, slid) == f"IRR before debt: {words.value(float(start), 'fraction')}"


def test_a_what_if_has_a_slider_of_its_own_in_the_chart(model):
    model.get_by_label("Show", exact=True).select_option("What if")
    drawing(model).wait_for()
    line = model.locator(".vega-embed .mark-line path").first
    before = line.get_attribute("d")
    model.locator(".vega-bind input[type=range]").first.fill("0.9")
    drawn = "document.querySelector('.vega-embed .mark-line path').getAttribute('d')"
    model.wait_for_function(f"before => {drawn} != before", arg=before)


def test_a_view_by_year_offers_what_the_model_gives_by_year(model):
    model.get_by_label("Show", exact=True).select_option("By year")
    cash = words.name("cumulative_cluster_cash")
    model.get_by_label("Output", exact=True).select_option(cash)
    model.locator(".role-title-text").get_by_text(cash).first.wait_for()


def test_a_model_is_chosen_in_the_explorer(model):
    model.get_by_label("Search", exact=True).fill("每GPU小时")
    model.get_by_label("Model", exact=True).select_option(words.name("gpu_hour"))
    model.get_by_role("status").get_by_text(words.name(analyses.models()["gpu_hour"].verdict)).wait_for()


def test_nothing_of_a_model_overlaps_and_no_label_is_cut(model):
    count, *faults = model.evaluate(FAULTY_BOXES)
    assert count > 25 and faults == []


# ---- the explorer of texts


@pytest.fixture(scope="module")
def note(chromium, lab):
    """The explorer of texts, run."""
    page = opened(chromium, lab, "explore_text")
    verdicts(page).get_by_text("consistent", exact=True).first.wait_for(timeout=START)
    return page


def verdicts(page):
    """The table of what was checked."""
    return page.locator(".jp-OutputArea-output table").first


def test_a_pasted_text_is_judged_with_its_document_once_the_box_is_left(note):
    box = note.get_by_label(words.say("widgets.text"), exact=True)
    box.fill("AWS sold $2.6281bn in the second quarter of 2024. 亚马逊2024年第二季度AWS收入为262.81亿美元。")
    note.get_by_label(words.say("widgets.text_day"), exact=True).focus()
    wrong = verdicts(note).locator("tr").filter(has_text="2.6281bn")
    wrong.get_by_text("inconsistent", exact=True).wait_for()
    assert "the scale: the digits are those of $26.28bn" in wrong.text_content()  # AWS: 26.281bn, 10-Q of 2024-08-02
    right = verdicts(note).locator("tr").filter(has_text="262.81亿")
    assert right.get_by_text("consistent", exact=True).is_visible()
    assert "Amazon 10-Q filed 2024-08-02" in right.text_content()


def test_a_day_that_is_none_is_said_in_place_of_the_tables(note):
    day = note.get_by_label(words.say("widgets.text_day"), exact=True)
    day.fill("15/11/2025")
    day.press("Enter")
    note.get_by_role("alert").get_by_text("15/11/2025").wait_for()
    assert note.get_by_text("Traceback").count() == 0
