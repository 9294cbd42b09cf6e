"""The built pages in a real browser with the network cut, opened from their folder as a reader would."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from html import unescape
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import altair as alt
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import (
    DESKTOP,
    NARROW,
    PHONE,
    code,
    exhibit,
    facets,
    lines,
    of_all_workers,
    offline,
    one_build,
    outcome,
    panel,
    show,
    toy_cells,
    toy_outcomes,
    until_drawn,
)

from capcycle import paths, publish, run
from capcycle.exhibits import gate

pytestmark = pytest.mark.browser
TOY_PAGES = ["index", "glossary", "hyperscalers", "nasty", "broken"]
PIECE, RANGE = re.compile(r'{"\$":(\d+)}'), re.compile(r'class="spec".*"input":"range"', re.S)
WHAT_IF = re.compile(r'<figure id="what-if.*?</figure>', re.S)
TITLE, LINK, TAG = re.compile('<p class="title">(.*?)</p>'), re.compile('href="([^"#]+)'), re.compile("<[^>]+>")
NO_PROSE = re.compile(r"<(script|style|pre|code)[^>]*>.*?</\1>", re.S)
PICTURE = re.compile('<img[^>]* src="([^"]+[.]svg)"')
ID = re.compile(r'<[^>]* id="([^"]+)"')
SNAKE = re.compile(r"\b[a-z]+_[a-z_]+\b")
ALONE = ("index.html", "claims.html")  # pages of a section, a notebook and companies of their own
PARTS = 4  # in which the pages of the real site are visited, by whoever has nothing else to do
UNPUBLISHED = {"explore", "explore_models", "explore_text"}  # notebooks that answer a reader, and are no page
RUNS = paths.NOTEBOOKS / "runs.toml"
SOURCES = "[...document.images].map(picture => picture.getAttribute('src'))"
UNSEEN = """Promise.all([...document.images].map(picture => {
  picture.loading = 'eager'  // as if a reader had come to it
  return picture.decode().then(() => picture.checkVisibility() && picture.clientHeight > 40 ? '' : picture.src)
})).then(each => each.filter(Boolean))"""
CUT = """() => [...document.querySelectorAll('.chart svg')].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(text => {
    const own = text.getBoundingClientRect();
    const over = [box.left - own.left, own.right - box.right, box.top - own.top, own.bottom - box.bottom];
    return own.width && Math.max(...over) > 2;
  }).map(text => `${svg.closest('figure').id}: ${text.textContent}`);
})"""
CHARTS_FIT = """[...document.querySelectorAll('.chart')].every(
  box => box.querySelector('svg').getBoundingClientRect().width <= box.clientWidth + 1)"""
TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(each => each.id);
  return ids.filter((id, place) => ids.indexOf(id) !== place);
}"""  # once all is drawn
LUMINANCE = """element => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  const light = (colour) => {
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const x = part / 255; return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(element);
  const [a, b] = [light(style.fill && element instanceof SVGElement ? style.fill : style.color),
                  light(getComputedStyle(document.body).backgroundColor)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The toy site."""
    folder = tmp_path_factory.mktemp("toy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", folder / "cache")
        (folder / "site").mkdir()
        publish.build(toy_outcomes(folder / "runs"), folder / "site")
    return folder / "site"


@pytest.fixture(scope="session")
def real_site(tmp_path_factory) -> Path:
    """The site of every row of runs.toml, by the command that readers are told of."""
    if not RUNS.exists():
        pytest.skip("there is no notebooks/runs.toml to build a site from")
    out = of_all_workers(tmp_path_factory, "real-site")
    start = "import sys; from capcycle.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "site", "--out", str(out)]
    with one_build(tmp_path_factory):
        if not out.exists():
            done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
            assert done.returncode == 0, done.stderr
    return out


def visit(page, site: Path, name: str, drawn: bool = True) -> None:
    page.goto((site / f"{name}.html").as_uri())
    if drawn and page.locator("#datasets").count():
        until_drawn(page)


def complaints(page) -> list[str]:
    """What the console said, but for what Vega-Lite says of every chart as wide as its page and as high as its rows."""
    return [said for said in page.said if 'Dropping "fit-y" because spec has discrete height' not in said]


def outside(page, site: Path) -> list[str]:
    """What was asked for that does not lie in the site's folder."""
    own = [url for url in page.asked if not url.startswith("data:")]
    return [url for url in own if not unquote(urlsplit(url).path).startswith(f"{site}/") or url[:5] != "file:"]


def unfold(page) -> None:
    """Open all that is folded, as clicks on each would, and wait until its charts are drawn."""
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
    page.wait_for_function(
        "[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg.marks, .fault'))"
    )


CHARTS = """where => [...document.querySelectorAll(where)].map(box => ({
  fault: box.querySelector('.fault')?.innerText ?? '',
  drawings: box.querySelectorAll('svg.marks').length,
  marks: box.querySelectorAll('svg .role-mark :is(path, text, line, rect)[d], svg .role-mark text').length,
  wide: box.querySelector('svg')?.getBoundingClientRect().width, room: box.clientWidth}))"""


def check_drawn(page, where: str = ".chart") -> None:
    for place, chart in enumerate(page.evaluate(CHARTS, where)):
        assert chart["fault"] == "" and chart["drawings"] == 1, f"chart {place}: {chart}"
        assert chart["marks"] >= 1, f"chart {place} holds no mark"
        assert 200 < chart["wide"] <= chart["room"] + 1, f"chart {place} is wider than its room: {chart}"


def check_page(browser, site: Path, name: str) -> None:
    """Everything that holds for every page, in a wide and a narrow window."""
    for viewport in (DESKTOP, PHONE):
        with offline(browser, viewport=viewport) as page:
            visit(page, site, name)
            check_shown(page, site, viewport)


UNHINTED = """[...document.querySelectorAll('.table')].filter(box => box.scrollWidth > box.clientWidth + 1
  && !getComputedStyle(box).backgroundAttachment.includes('local')).map(box => box.closest('figure')?.id)"""


WIDER = """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
  [...document.querySelectorAll('figure .table')].filter(box => box.scrollWidth > box.clientWidth + 1)
    .map(box => `${box.closest('figure').id}: ${box.scrollWidth}`))"""


def check_shown(page, site: Path, viewport: dict) -> None:
    unfold(page)
    check_drawn(page)
    assert page.evaluate(UNHINTED) == []  # a table wider than its room has a shade where it goes on
    assert viewport is not PHONE or page.evaluate(WIDER) == []  # each of its rows is a block there
    assert page.evaluate("document.scrollingElement.scrollWidth") <= viewport["width"]
    assert page.evaluate("window.hit") is None
    assert complaints(page) == []
    assert outside(page, site) == []
    assert page.locator("h1").count() == 1
    assert page.title() and page.locator("html").get_attribute("lang")


@pytest.mark.parametrize("name", TOY_PAGES)
def test_a_page_is_drawn_and_quiet_and_fits_and_asks_no_one(browser, site, name):
    check_page(browser, site, name)


def labelled(figures):
    """Bars with long names and long numbers at both ends, for which a telephone has no room."""
    rows = figures.assign(long="A company with a long name: " + figures["quarter"])
    base = alt.Chart(rows).encode(x=alt.X("value:Q", title=None), y=alt.Y("long:N", title=None))
    numbers = base.mark_text(align="left", dx=5).encode(text=alt.Text("value:Q", format="_<40.9f"))
    return (base.mark_bar() + numbers).properties(height={"step": 30})


@pytest.mark.parametrize("chart", [labelled, lines, facets])
def test_no_word_of_a_chart_is_cut_on_the_narrowest_page(browser, tmp_path, chart):
    cells = [*toy_cells(panel())[:2], code("1", show(exhibit("a", panel(), chart) if chart is not labelled else
                                                     exhibit("a", panel(["MSFT"], 4), chart)))]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", tmp_path / "cache")
        (tmp_path / "site").mkdir()
        publish.build([outcome(tmp_path / "runs", "one", cells)], tmp_path / "site")
    with offline(browser, viewport=NARROW) as page:
        visit(page, tmp_path / "site", "one")
        assert page.evaluate(CUT) == [] and page.evaluate("document.scrollingElement.scrollWidth") <= NARROW["width"]


# --- access ------------------------------------------------------------------------------------------------

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TYPICAL = ["index", "comparison", "microsoft", "required-revenue", "claims"]


def violations(page, viewport: dict, scheme: str) -> list:
    """What axe has against a page at a width and in a colour scheme: the rule, its first element, and how many."""
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [(each["id"], each["nodes"][0]["html"][:200], len(each["nodes"])) for each in found]


@pytest.mark.parametrize("name", TOY_PAGES)
def test_axe_has_nothing_against_a_page_at_any_width_in_any_colours(browser, site, name):
    with offline(browser) as page:
        visit(page, site, name)
        unfold(page)
        for viewport, scheme in product((DESKTOP, PHONE), ("light", "dark")):
            assert violations(page, viewport, scheme) == [], (viewport["width"], scheme)


@pytest.mark.slow
def test_axe_has_nothing_against_typical_pages_of_the_real_site(browser, real_site):
    with offline(browser) as page:
        page.set_default_timeout(0)
        for name in TYPICAL:
            visit(page, real_site, name)
            unfold(page)
            for viewport, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
                assert violations(page, viewport, scheme) == [], (name, viewport["width"], scheme)


def test_what_a_reader_opens_lays_out_its_own_tables_and_no_other(browser, site):
    """Or each of the hundreds of reasons in the cells of a page would lay out all its tables."""
    opened = """async holds => {
      const closed = [...document.querySelectorAll('details:not([open])')], laid = new Set();
      const box = closed.find(each => !!each.querySelector('.table') === holds);
      const watch = new MutationObserver(changes => changes.forEach(({ target }) => laid.add(target)));
      document.querySelectorAll('.table').forEach(each => watch.observe(each, { attributes: true }));
      box.open = true;
      await new Promise(done => setTimeout(done, 300));
      return [laid.size, box.querySelectorAll('figure .table').length];
    }"""
    with offline(browser, viewport=PHONE) as page:
        visit(page, site, "hyperscalers")
        (laid, own), (others, none) = page.evaluate(opened, True), page.evaluate(opened, False)
        assert laid == own > 0 and others == none == 0


def test_nothing_moves_for_a_reader_who_wants_no_motion(browser, site):
    moving = """[...document.querySelectorAll('*')].map(each => getComputedStyle(each)).filter(
      style => style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0
      || style.scrollBehavior === 'smooth').length"""
    with offline(browser, reduced_motion="reduce") as page:
        for name in TOY_PAGES:
            visit(page, site, name)
            unfold(page)
            page.keyboard.press("/")
            page.locator(".find").wait_for()
            assert page.evaluate(moving) == 0 and page.evaluate("document.getAnimations().length") == 0


def test_the_first_chart_takes_less_than_half_a_second_of_work(browser, site):
    """Counted in the time that the page itself works, so that it holds on a machine with much else to do."""
    with offline(browser) as page:
        worked = page.context.new_cdp_session(page)
        worked.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto((site / "hyperscalers.html").as_uri(), wait_until="commit")
        page.wait_for_selector(".chart svg.marks")
        spent = {each["name"]: each["value"] for each in worked.send("Performance.getMetrics")["metrics"]}
        assert spent["TaskDuration"] < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_the_real_site_is_drawn_and_quiet_and_fits_and_asks_no_one(browser, real_site, part):
    names = sorted(file.stem for file in real_site.glob("*.html"))[part::PARTS]
    assert len(names) > 1
    with offline(browser) as page:  # one for all
        for name in names:
            page.set_viewport_size(NARROW)  # what fits here fits a wider telephone
            visit(page, real_site, name)
            check_shown(page, real_site, NARROW)
            assert page.evaluate(CUT) == [] and page.evaluate(TWICE) == [], name
            page.set_viewport_size(DESKTOP)
            page.wait_for_function(CHARTS_FIT)
            check_shown(page, real_site, DESKTOP)
            assert (real_site / f"{name}.html").stat().st_size <= 300_000, name


@pytest.mark.slow
def test_the_real_site_is_light(real_site):
    weight = lambda *names: sum((real_site / name).stat().st_size for name in names)  # noqa: E731
    index = (real_site / "index.html").read_text("utf-8")
    assert weight("assets/vega.js") <= 1_000_000 and weight("assets/find.js", "assets/terms.js") <= 600_000
    assert weight("assets/page.js", "assets/page.css") <= 60_000
    assert weight("index.html", *map(unquote, re.findall(r'<img src="([^"]+)"', index))) <= 250_000


def whole(figure: str, text: str) -> str:
    """A figure with what its chart shares with others of its page set in."""
    pieces = json.loads(re.search(r'id="pieces">(.*?)</script>', text)[1])
    while PIECE.search(figure):
        figure = PIECE.sub(lambda piece: json.dumps(pieces[int(piece[1])], separators=(",", ":")), figure)
    return figure


@pytest.mark.slow
def test_every_what_if_of_the_real_site_has_its_sliders(real_site):
    pages = {file.stem: file.read_text("utf-8") for file in real_site.glob("*.html")}
    asked = [(name, each) for name, text in pages.items() for each in WHAT_IF.findall(text)]
    assert len(asked) > 10
    assert [name for name, each in asked if not RANGE.search(whole(each, pages[name]))] == []


@pytest.mark.slow
def test_titles_of_the_real_site_are_short_sentences_of_numbers(real_site):
    titles = [
        unescape(TAG.sub("", each))
        for file in real_site.glob("*.html")
        for each in TITLE.findall(file.read_text("utf-8"))
    ]
    poor = [(each, faults) for each in titles if (faults := gate.faults(each))]
    assert len(titles) > 100 and poor == []
    assert list(publish.faults(run.recall(run.read_runs().values()))) == []  # what `capcycle check` says


@pytest.mark.slow
def test_no_id_stands_twice_on_a_page_of_the_real_site(real_site):
    pages = {file.stem: ID.findall(file.read_text("utf-8")) for file in real_site.glob("*.html")}
    twice = {(name, each) for name, ids in pages.items() for each, count in Counter(ids).items() if count > 1}
    assert max(map(len, pages.values())) > 20 and twice == set()


@pytest.mark.slow
def test_every_notebook_has_a_page_on_the_real_site(real_site):
    published = {row.notebook for row in run.read_runs().values()}
    assert {file.stem for file in paths.NOTEBOOKS.glob("*.ipynb")} - published == UNPUBLISHED


@pytest.mark.slow
def test_a_reader_of_the_real_site_meets_no_name_of_code_outside_of_code(real_site):
    texts = {file.stem: TAG.sub(" ", NO_PROSE.sub("", file.read_text("utf-8"))) for file in real_site.glob("*.html")}
    assert [(name, each) for name, text in texts.items() for each in SNAKE.findall(text)] == []


@pytest.mark.slow
def test_every_page_of_the_real_site_leads_to_another(real_site):
    pages = {file.name: file.read_text("utf-8") for file in real_site.glob("*.html")}
    linked = {name: set(LINK.findall(text)) & set(pages) - {name, "index.html"} for name, text in pages.items()}
    assert [name for name, others in linked.items() if not others and name not in ALONE] == []


@pytest.mark.slow
def test_every_picture_of_the_real_site_is_there_and_large_enough_to_see(real_site):
    """That a page shows its pictures where scripts are off is the template's part, which the toy pages show."""
    for file in real_site.glob("*.html"):
        html = file.read_text("utf-8")
        assert html.count('class="picture"') == html.count('class="chart"'), file.stem
        for picture in PICTURE.findall(html):
            drawn = ElementTree.parse(real_site / unquote(picture)).getroot()  # as strict as a browser
            sizes = [float(drawn.get(side)) for side in ("width", "height")]
            assert min(sizes) > 40 and drawn.findall(".//{*}path"), picture


@pytest.mark.parametrize("name", TOY_PAGES)
def test_pictures_stand_in_where_scripts_are_off(browser, site, name):
    with offline(browser, java_script_enabled=False) as page:
        check_pictures(page, site, name)


def check_pictures(page, site: Path, name: str) -> None:
    visit(page, site, name, drawn=False)
    page.wait_for_load_state("load")
    for question in page.locator("details.folded > summary").all():
        question.click()  # what is folded opens without scripts too
    for source in page.evaluate(SOURCES):
        assert (site / unquote(source)).is_file()
    assert page.evaluate(UNSEEN) == []
    if page.locator(".chart").count():
        assert page.locator("img.picture").count() == page.locator(".chart").count()
    assert not page.locator(".toggle").is_visible()


def test_charts_show_value_kind_and_source(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.locator("#capex .mark-symbol path").nth(40).hover(force=True)
        tip = page.locator("#vg-tooltip-element.visible")
        tip.wait_for()
        assert re.search(r"kind\s*reported\s*source\s*\w+ 10-Q filed", tip.inner_text())


def test_hostile_text_in_a_tooltip_stays_text(browser, site):
    with offline(browser) as page:
        visit(page, site, "nasty")
        page.locator("#bad .mark-symbol path").first.hover(force=True)
        page.locator("#vg-tooltip-element.visible").wait_for()
        assert page.evaluate("window.hit") is None
        assert page.locator("#vg-tooltip-element :is(script, img)").count() == 0


def test_dark_follows_the_system_and_restyles_what_is_drawn(browser, site):
    with offline(browser, color_scheme="light") as page:
        visit(page, site, "hyperscalers")
        marks = page.locator("#capex .mark-symbol path").nth(3)
        light = marks.evaluate("e => getComputedStyle(e).fill")
        page.emulate_media(color_scheme="dark")
        assert marks.evaluate("e => getComputedStyle(e).fill") != light
        page.emulate_media(media="print")
        assert marks.evaluate("e => getComputedStyle(e).fill") == light
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(browser, site, scheme):
    with offline(browser, color_scheme=scheme) as page:
        visit(page, site, "hyperscalers")
        unfold(page)
        for kind in ("h1", ".lead", ".prose p", ".notes li", ".cited", "td", "th", "summary", "dt", ".foot p",
                     ".chart svg .role-axis-label text", ".chart svg .role-legend-label text"):  # fmt: skip
            assert page.locator(kind).first.evaluate(LUMINANCE) >= 4.5, kind


def test_the_toggle_turns_and_is_remembered(browser, site):
    with offline(browser, color_scheme="light") as page:
        visit(page, site, "hyperscalers")
        page.locator(".toggle").click()
        assert page.locator("html").get_attribute("data-theme") == "dark"
        visit(page, site, "index")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.locator(".toggle").click()
        assert page.locator("html").get_attribute("data-theme") == "light"


def test_the_toggle_says_whether_it_is_on(browser, site):
    with offline(browser, color_scheme="light") as page:
        visit(page, site, "hyperscalers")
        pressed = lambda: page.locator(".toggle").get_attribute("aria-pressed")  # noqa: E731
        assert pressed() == "false"
        page.locator(".toggle").press("Enter")
        assert pressed() == "true"
        page.reload()
        assert pressed() == "true"
        page.evaluate("localStorage.clear()")
        page.reload()
        page.emulate_media(color_scheme="dark")  # the system turns
        page.wait_for_function("document.querySelector('.toggle').ariaPressed === 'true'")


def test_a_page_works_where_nothing_may_be_stored(browser, site):
    with offline(browser) as page:
        page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})")
        visit(page, site, "hyperscalers")
        page.locator(".toggle").click()
        assert complaints(page) == []


def tab(page) -> str:
    """Where the Tab key leads: the element, its class and its outline; BODY after the last."""
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    return page.evaluate(
        f"[{focused}.tagName, {focused}.className, getComputedStyle({focused}).outlineStyle].join(' ')"
    )


def test_the_keyboard_reaches_everything_in_order(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.evaluate("document.querySelector('#capex .more details').open = true")
        reached = list(iter(lambda: tab(page), "BODY  none"))
        assert reached[0] == "A skip solid"
        assert [tag for tag in ("BUTTON", "SUMMARY", "DIV table") if not any(r.startswith(tag) for r in reached)] == []
        assert all(r.endswith(("solid", "auto")) for r in reached)


# --- the search, and tables that sort and are copied -------------------------------------------------------

FOUND = "[...document.querySelectorAll('.find a')].map(each => each.innerText.split('\\n')[1])"
FIRST = "[...document.querySelectorAll('#capex tbody tr')].map(row => row.cells[0].innerText)"


def search(page, words: str) -> list[str]:
    page.keyboard.press("/")
    page.locator(".find input").wait_for()
    page.keyboard.type(words)
    page.locator(".find [role=status]", has_text=" ").wait_for()
    return page.evaluate(FOUND)


def test_a_stroke_opens_the_search_and_the_keys_lead_to_what_is_found(browser, site):
    with offline(browser) as page:
        visit(page, site, "index", drawn=False)
        assert search(page, "RISES comp")[0] == "Every company rises"  # all words, whatever their order and case
        marked = "document.getElementById(document.querySelector('.find input').getAttribute('aria-activedescendant'))"
        assert page.evaluate(f"{marked}.ariaSelected") == "true"
        page.keyboard.press("Enter")
        page.wait_for_url("**/hyperscalers.html#each")
        page.locator("#each svg.marks").wait_for()  # what is folded there is opened
        assert outside(page, site) == [] and complaints(page) == []


def test_the_arrows_move_through_what_is_found_and_round(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        assert len(search(page, "spend")) > 2
        chosen = "[...document.querySelectorAll('.find a')].findIndex(each => each.ariaSelected === 'true')"
        many = page.locator(".find a").count()
        page.keyboard.press("ArrowDown")
        assert page.evaluate(chosen) == 1
        for _ in range(2):
            page.keyboard.press("ArrowUp")
        assert page.evaluate(chosen) == many - 1


def test_the_search_says_where_it_finds_nothing_and_closes(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        assert search(page, "spend xyzzy") == []
        assert page.locator(".find [role=status]").inner_text() == "Nothing has all of these words"
        page.keyboard.press("Escape")
        assert not page.locator(".find").is_visible()
        page.locator(".search").click()
        assert page.evaluate("document.activeElement.closest('dialog') !== null")


def test_a_stroke_within_a_field_is_a_letter(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        search(page, "a/b c")
        assert page.locator(".find input").input_value() == "a/b c"


def test_hostile_text_in_the_search_stays_text(browser, site):
    with offline(browser) as page:
        visit(page, site, "index", drawn=False)
        assert search(page, "window.hit")
        assert page.evaluate("window.hit") is None and page.locator(".find :is(img, script)").count() == 0


def test_a_table_sorts_by_size_and_back_and_says_how(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.locator("#capex summary", has_text="Figures").click()
        before = page.evaluate(FIRST)
        head = page.locator("#capex thead th").nth(1)
        value = "[...document.querySelectorAll('#capex tbody tr')].map(row => +row.cells[1].innerText)"
        for how, reverse in (("descending", True), ("ascending", False)):
            head.locator("button").press("Enter")
            numbers = page.evaluate(value)
            assert head.get_attribute("aria-sort") == how and numbers == sorted(numbers, reverse=reverse)
        head.click()
        assert head.get_attribute("aria-sort") is None and page.evaluate(FIRST) == before


@pytest.mark.parametrize(
    ("cells", "right"),
    [  # the largest first, what is missing last
        (["$9.1bn", "$870m", "–", "$1.2tn"], ["$1.2tn", "$9.1bn", "$870m", "–"]),
        (["−3.1%", "12.0%", "−12%"], ["12.0%", "−3.1%", "−12%"]),
        (["30 Jun 2026", "2 Oct 2026", "31 Dec 2025"], ["2 Oct 2026", "30 Jun 2026", "31 Dec 2025"]),
        (["+20.8 points", "−1.0 points", "9.9 points"], ["+20.8 points", "9.9 points", "−1.0 points"]),
        (["1.4×", "12×", "0.9×"], ["12×", "1.4×", "0.9×"]),
    ],
)
def test_what_is_larger(browser, site, cells, right):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.locator("#capex summary", has_text="Figures").click()
        rows = "document.querySelectorAll('#capex tbody tr')"
        page.evaluate(f"cells => {rows}.forEach((row, at) => {{ row.cells[1].textContent = cells[at] ?? ''; }})", cells)
        page.locator("#capex thead button").nth(1).click()
        assert page.evaluate(f"[...{rows}].map(row => row.cells[1].innerText).filter(Boolean)") == right


def test_a_table_is_copied_as_a_spreadsheet_takes_it(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.evaluate("""document.querySelector('#capex tbody tr').cells[1].textContent = '−$1.2bn';
                         document.querySelector('#capex tbody tr').cells[2].textContent = '=1+1'""")
        page.evaluate("""void (DataTransfer.prototype.setData = (_, text) => { window.copied = text; })""")
        page.locator("#capex .copy").click()
        head, first, *rest = [line.split("\t") for line in page.evaluate("window.copied").split("\n")]
        assert head[:2] == ["Quarter", "AAPL"] and first[1:3] == ["-1200000000", "'=1+1"]
        assert len(rest) == 29 and page.locator("#capex .copy").inner_text() == "Copied"


# --- what terms mean --------------------------------------------------------------------------------------

CARD = "#page\\.meaning"


def test_a_term_shows_its_meaning_to_a_pointer_and_to_a_key_and_goes_at_escape(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers", drawn=False)
        term, card = page.locator("figure a.term").first, page.locator(CARD)
        for reach in (term.hover, term.focus):
            reach()
            page.locator(f"{CARD}:not([hidden])").wait_for()
            assert card.inner_text().startswith("Capex\nCash paid for property")
            assert term.get_attribute("aria-describedby") == "page.meaning"
            page.keyboard.press("Escape")
            assert not card.is_visible() and term.get_attribute("aria-describedby") is None
        assert outside(page, site) == [] and complaints(page) == []


def test_a_pointer_can_go_from_a_term_to_its_meaning(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers", drawn=False)
        page.locator("figure a.term").first.hover()
        page.locator(CARD).hover()
        page.locator("h1").hover()
        page.locator(CARD).wait_for(state="hidden")


def test_a_first_touch_shows_what_a_term_means_and_a_second_leads_to_the_glossary(browser, site):
    with offline(browser, viewport=PHONE, has_touch=True) as page:
        visit(page, site, "hyperscalers", drawn=False)
        term = page.locator("figure a.term").first
        term.tap()
        page.locator(CARD).wait_for()
        box = page.locator(CARD).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
        term.tap()
        page.wait_for_url("**/glossary.html#*")


def test_a_term_is_a_plain_link_without_scripts(browser, site):
    with offline(browser, java_script_enabled=False) as page:
        visit(page, site, "hyperscalers", drawn=False)
        page.locator("figure a.term").first.click()
        page.wait_for_url("**/glossary.html#*")
        assert page.locator(":target + dd").is_visible()


def test_the_search_finds_terms(browser, site):
    with offline(browser) as page:
        visit(page, site, "index", drawn=False)
        assert search(page, "free cash flow margin")[0] == "Free cash flow margin"
        page.locator(".find a").first.click()
        page.wait_for_url("**/glossary.html#free-cash-flow-margin")


def test_the_skip_link_leads_past_the_top(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.keyboard.press("Tab")
        assert page.locator(".skip").bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('main')")


def test_details_open_by_key(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.locator("#capex summary", has_text="Figures").focus()
        page.keyboard.press("Enter")
        assert page.locator("#capex table").is_visible()


def test_a_chart_in_depth_is_drawn_when_its_question_is_opened_by_key(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        assert page.locator("#each svg.marks").count() == 0 and not page.locator("#each").is_visible()
        page.locator("summary", has_text="How did each get there?").focus()
        page.keyboard.press("Enter")
        page.locator("#each svg.marks").wait_for()
        check_drawn(page, "#each .chart")
        assert page.locator("#each .picture").count() == 0  # its place is the chart's now


def test_a_link_to_a_figure_in_depth_opens_its_question_and_no_other(browser, site):
    with offline(browser, reduced_motion="reduce") as page:
        page.goto((site / "hyperscalers.html").as_uri() + "#each")
        page.locator("#each svg.marks").wait_for()
        page.wait_for_function("Math.abs(document.querySelector('#each').getBoundingClientRect().top) < 100")
        assert page.locator("details.folded[open]").count() == 1


def test_the_contents_open_a_question_again_after_it_was_closed(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        link = page.locator('.contents a[href="#how-did-each-get-there"]')
        for _ in range(2):
            link.click()
            page.locator("#each").wait_for()
            page.locator("summary", has_text="How did each get there?").click()
            page.locator("#each").wait_for(state="hidden")


def test_print_shows_what_is_folded_with_its_pictures(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.emulate_media(media="print")
        page.locator("#each .picture").wait_for()  # it is fetched when it is to be seen
        assert page.locator("#each").is_visible()
        assert page.locator("#d210").is_visible()


def test_a_document_number_leads_to_the_document(browser, site):
    with offline(browser, reduced_motion="reduce") as page:
        visit(page, site, "hyperscalers")
        page.locator("#capex summary", has_text="more").click()
        page.locator('#capex .rest a[href="#d210"]').click()
        page.wait_for_function("document.querySelector('#d210').getBoundingClientRect().top < innerHeight")
        assert page.locator("#d210").bounding_box()["y"] >= 0


def test_charts_follow_the_width_of_the_window(browser, site):
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        unfold(page)
        page.set_viewport_size(PHONE)
        for id in ("capex", "each"):
            page.wait_for_function(f"document.querySelector('#{id} svg').width.baseVal.value <= 350")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
        inner = page.evaluate("[...document.querySelectorAll('.chart')].map(c => c.scrollWidth - c.clientWidth)")
        assert max(inner) == 0  # not even inside its own box


def test_a_chart_that_cannot_be_drawn_says_so_and_shows_its_picture(browser, site, tmp_path):
    shutil.copytree(site, tmp_path / "site")
    file = tmp_path / "site" / "hyperscalers.html"
    html = file.read_text("utf-8")
    file.write_text(
        re.sub(r'class="spec">\{.*?</script>', 'class="spec">{"mark":"none"}</script>', html, count=1), "utf-8"
    )
    with offline(browser) as page:
        visit(page, tmp_path / "site", "hyperscalers")
        assert "This chart could not be drawn here" in page.locator(".chart .fault").inner_text()
        assert page.locator("#capex .chart img").is_visible()
        unfold(page)
        assert page.locator("svg.marks").count() == 2  # the others are drawn all the same


def test_print_keeps_a_chart_with_its_title_and_lets_a_long_table_run_on(browser, site):
    how = "where => getComputedStyle(document.querySelector(where)).breakInside"
    with offline(browser) as page:
        visit(page, site, "hyperscalers")
        page.emulate_media(media="print")
        assert page.evaluate(how, "#capex") == "avoid"  # though its figures lie folded in it
        page.evaluate("document.querySelector('#capex').append(document.querySelector('#capex .table'))")
        assert page.evaluate(how, "#capex") == "auto"


def test_the_contents_are_at_hand_on_a_phone_and_step_aside(browser, site):
    with offline(browser, viewport=PHONE) as page:
        visit(page, site, "hyperscalers")
        page.mouse.wheel(0, 3000)
        page.wait_for_function("scrollY > 500")
        page.locator(".contents summary").click()
        page.locator('.contents a[href="#how-did-each-get-there"]').click()
        page.locator("#each svg.marks").wait_for()
        assert not page.locator(".contents ul").is_visible()
        heading, bar = (page.locator(each).bounding_box() for each in ("#how-did-each-get-there", ".contents summary"))
        assert heading["y"] >= bar["y"] + bar["height"] - 2  # not under it


def test_print_has_no_controls_and_keeps_charts_whole(browser, site):
    with offline(browser, color_scheme="dark") as page:
        visit(page, site, "hyperscalers")
        page.emulate_media(media="print", color_scheme="dark")
        for control in (".toggle", ".search", ".contents", ".more summary", ".sort", ".next", ".skip"):
            assert not page.locator(control).first.is_visible(), control
        assert page.locator("#capex .chart svg").is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")
