"""A view of a page that a reader made: kept in its address, narrowed to some companies, taken away, shown elsewhere."""

import re
from urllib.parse import parse_qs

import pandas as pd
import pytest
from browser import code, exhibit, lines, offline, outcome, panel, show, until_drawn
from nbformat.v4 import new_markdown_cell
from test_findings import amounts, margin
from test_sliders import SET, SLIDERS, build_of

from capcycle import exhibits, paths, publish
from capcycle.exhibits.exhibit import Exhibit

pytestmark = pytest.mark.browser
NAMES = ["Microsoft", "Amazon", "Meta"]
PARAMETERS = 'companies: list[str] = ["MSFT"]  # whom\nas_of: str = ""  # day\n'
KEY = "[...document.querySelectorAll('#spend .role-legend-label text')].map(each => each.textContent)"
SEEN = "filter(each => each.checkVisibility())"
ROWS = f"[...document.querySelectorAll('#rank tbody tr')].{SEEN}.map(row => row.cells[0].innerText)"
HEADS = "[...document.querySelectorAll('#spend thead th')].filter(each => !each.hidden).map(each => each.textContent)"
SLIDER = "what-if-required-revenue-revenue-required-it-life.target_return"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("views")
    figures = panel(NAMES, 8)
    ranked = pd.DataFrame({"Company": NAMES, "Capex": ["$2.0bn", "$3.0bn", "$1.0bn"], "Kind": ["old", "new", "new"]})
    rank = Exhibit("rank", "Amazon spends most", "Capex", "", ranked, figures, filters=("Kind",))
    cells = [
        new_markdown_cell("# Who spends?"),
        code(PARAMETERS, tags=["parameters"]),
        code("1", show(exhibit("spend", figures, lines))),
        code("2", show(rank)),
        code("5", show(exhibits.lines(amounts(MSFT=[2.0, 4.0, 20.0], META=[None, 5.0, 10.0])))),
        code("6", show(exhibits.lines(margin(MSFT=[2.0, 4.0, 20.0], META=[-2.0, 5.0, 10.0])))),
        code("3", show(exhibits.what_if(build_of(), "it_life", SLIDERS, "revenue_required"))),
        new_markdown_cell("# In depth"),
        new_markdown_cell("## And later?"),
        code("4", show(exhibit("later", panel(NAMES, 4), lines))),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", folder / "cache")
        (folder / "site").mkdir()
        trio = outcome(folder / "runs", "trio", cells, companies=["MSFT", "AMZN", "META"])
        publish.build([trio], folder / "site")
    return folder / "site"


@pytest.fixture
def page(browser, site):
    with offline(browser) as page:
        page.goto((site / "trio.html").as_uri())
        until_drawn(page)
        yield page
        assert page.said == [] and all(url.startswith(("file:", "data:", "blob:")) for url in page.asked)


def again(page, address: str) -> None:
    """The page anew at an address, as somebody opens it to whom that was sent."""
    page.goto("about:blank")
    page.goto(address)
    until_drawn(page)


def kept(page) -> dict[str, list[str]]:
    return parse_qs(page.url.partition("#")[2].partition("?")[2])


def test_companies_that_are_not_chosen_leave_charts_and_tables_and_the_address_says_so(page):
    assert page.evaluate(KEY) == NAMES
    page.get_by_role("checkbox", name="Amazon").uncheck()
    page.wait_for_function(f"({KEY}).length === 2")
    assert page.evaluate(KEY) == ["Microsoft", "Meta"] and page.evaluate(ROWS) == ["Microsoft", "Meta"]
    assert page.evaluate(HEADS) == ["Quarter", "Meta", "Microsoft"]
    assert page.locator(".companies output").inner_text().startswith("Charts and tables show 2 of 3 companies")
    again(page, page.url)
    assert page.evaluate(KEY) == ["Microsoft", "Meta"] and not page.get_by_role("checkbox", name="Amazon").is_checked()
    page.get_by_role("checkbox", name="Amazon").check()
    page.wait_for_function(f"({KEY}).length === 3")
    assert kept(page) == {} and page.locator(".companies output").inner_text() == ""


def test_a_table_that_was_sorted_and_narrowed_is_so_again_at_its_address(page):
    page.locator("#rank thead .sort").nth(1).click()
    page.locator("#rank select").select_option("new")
    assert kept(page) == {"sort.rank": ["1.descending"], "filter.rank.2": ["new"]}
    again(page, page.url)
    assert page.evaluate(ROWS) == ["Amazon", "Meta"]
    page.locator("#rank select").select_option("")
    assert page.evaluate(ROWS) == ["Amazon", "Microsoft", "Meta"] and set(kept(page)) == {"sort.rank"}


def test_sliders_stand_where_the_address_says_and_go_back_at_the_press_of_a_button(page):
    slider = page.get_by_label("Target return")
    slider.evaluate(SET, 20)
    assert kept(page) == {SLIDER: ["20"]}
    moved = page.locator("figure:has(input[type=range]) .title").inner_text()
    again(page, page.url)
    page.wait_for_function(
        "text => [...document.querySelectorAll('.title')].some(each => each.innerText === text)", arg=moved
    )
    assert slider.input_value() == "20"
    page.get_by_role("button", name="Back to the start").click()
    page.wait_for_function("document.querySelectorAll('input[type=range]')[1].value === '10'")
    assert kept(page) == {}


def ticks(page) -> list[str]:
    return page.locator("#lines-capex .mark-text.role-axis-label text").all_text_contents()


def test_lines_are_read_on_a_log_scale_or_as_an_index_and_the_address_says_so(page):
    """Microsoft's 20 of 4 in the first quarter that both have are 500, Meta's 10 of 5 are 200."""
    figures, before = page.locator("#lines-capex table").text_content(), ticks(page)
    index, log = (page.locator("#lines-capex").get_by_role("button", name=name) for name in ("Index", "Log scale"))
    assert index.get_attribute("aria-pressed") == "false"
    index.click()
    page.locator("#lines-capex svg", has_text="2023Q2 = 100").wait_for()
    assert kept(page) == {"lines-capex.scale": ["index"]} and index.get_attribute("aria-pressed") == "true"
    assert {"100", "500"} <= set(ticks(page))
    again(page, page.url)
    assert "2023Q2 = 100" in page.locator("#lines-capex svg").text_content()
    log.click()
    page.locator("#lines-capex svg", has_not_text="2023Q2 = 100").wait_for()
    assert kept(page) == {"lines-capex.scale": ["log"]} and not {"$0", "500"} & set(ticks(page))
    log.click()
    page.wait_for_function("!location.hash.includes('scale')")
    assert page.locator("#lines-capex table").text_content() == figures
    page.wait_for_function("document.querySelector('#lines-capex svg').textContent.includes('$0')")
    assert ticks(page) == before


def test_what_falls_below_zero_and_what_is_no_line_over_time_has_no_such_switch(page):
    assert page.locator("figure", has=page.get_by_role("button", name="Log scale")).count() == 1
    assert page.locator("figure", has=page.get_by_role("button", name="Index")).count() == 1


def test_what_was_opened_is_open_again_and_an_anchor_keeps_the_view(page):
    page.locator("summary", has_text="And later?").click()
    page.locator("#later svg.marks").wait_for()
    assert kept(page) == {"open": ["and-later"]}
    page.locator("#rank .number a").click()
    page.wait_for_url("**#rank?open=and-later")
    again(page, page.url)
    assert page.locator("details.folded").first.get_attribute("open") is not None
    assert abs(page.locator("#rank").bounding_box()["y"]) < 900


def test_a_chart_is_taken_away_with_its_title_its_measure_and_its_sources(page, tmp_path):
    for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as taken:
            page.locator("#spend").get_by_role("button", name=kind).click()
        assert taken.value.suggested_filename == f"spend.{kind.lower()}"
        content = taken.value.path().read_bytes()
        assert content.startswith(begins)
    drawn = content.decode()
    assert all(word in drawn for word in ("Microsoft spends the most", "Capex, USD bn", "Sources:", ">Amazon<"))
    assert "var(--" not in drawn  # colours of its own, for it leaves the page


def test_a_snippet_shows_the_figure_alone_as_the_reader_has_set_it(page):
    page.get_by_role("checkbox", name="Meta").uncheck()
    page.locator("#spend summary", has_text="Embed").click()
    snippet = page.locator("#spend code", has_text="<iframe").inner_text()
    again(page, re.search('src="([^"]+)"', snippet)[1].replace("&amp;", "&"))
    assert page.locator("figure").count() == 1 and page.locator("h1, .top").count() == 0
    assert page.evaluate(KEY) == ["Microsoft", "Amazon"]
    assert page.locator("body > a").get_attribute("href").endswith("trio.html#spend")


def test_the_nearest_point_says_what_it_is(page):
    point = page.locator("#spend .mark-symbol path").nth(3).bounding_box()
    page.mouse.move(point["x"] + 12, point["y"] - 12)
    page.mouse.move(point["x"] + 10, point["y"] - 10)
    page.locator("#vg-tooltip-element.visible").wait_for()
    assert page.locator("#spend .near").count() == 1
    page.locator("h1").hover()
    page.locator("#vg-tooltip-element.visible").wait_for(state="hidden")
    assert page.locator("#spend .near").count() == 0


def test_the_arrow_keys_say_each_point(page):
    chart, said = page.locator("#spend .chart"), page.locator(".unseen")
    chart.focus()
    assert "arrow keys" in chart.get_attribute("aria-description")
    for key, words in (
        ("ArrowRight", "company: Microsoft; quarter: Mar 31, 2019"),
        ("End", "company: Meta"),
        ("Escape", ""),
    ):
        page.keyboard.press(key)
        assert said.text_content().startswith(words)
    page.keyboard.press("Home")
    assert "kind: reported; source: Microsoft 10-Q filed" in said.text_content()
    assert page.locator("#vg-tooltip-element.visible").count() == 1
