"""Every mark of the theme in a real browser: it is there, whole and seen in light, dark, print and on a telephone."""

import pytest
from browser import DESKTOP, NARROW, PHONE, offline, until_drawn
from specimen import build, made
from test_pages import CUT, LUMINANCE, check_drawn, complaints

pytestmark = pytest.mark.browser
# What each chart draws beyond its axes and its key, counted by hand from its made figures. A line that breaks is one; a
# name at an end is written twice, first as its halo; a point that its line says is a symbol too, which is not seen.
MARKS = {
    "lines": {"symbol": 14 + 3, "line": 3, "text": 2 * 3},
    "lines of one among others": {"symbol": 14 + 3, "line": 3, "text": 2 * 3},
    "small charts": {"symbol": 21, "line": 7 * 7 + 7},
    "stack": {"rect": 14, "rule": 2, "text": 2 * 2 + 3},
    "bars": {"rect": 3, "text": 3},
    "scatter": {"symbol": 3, "text": 3},
    "columns": {"rect": 5, "text": 5},
    "stacked": {"rect": 10, "text": 2},
    "waterfall": {"rect": 5, "text": 5},
    "dots": {"symbol": 5, "rect": 4, "text": 5},
    "bubble": {"symbol": 5, "text": 5},
    "paths": {"symbol": 10 + 2, "line": 2, "text": 2 * 2},
    "bands": {"symbol": 5, "line": 1, "area": 2},
    "tornado": {"rect": 6, "rule": 1, "text": 6},
    "what if": {"symbol": 1, "line": 2, "text": 2},
}
COUNT = """chart => {
  const found = {};
  for (const kind of ['symbol', 'rect', 'line', 'area', 'rule', 'text']) {
    const all = [...chart.querySelectorAll(`svg .role-mark.mark-${kind} > :is(path, line, text)`)];
    const many = all.filter(each => kind !== 'text' || each.textContent).length;
    if (many) found[kind] = many;
  }
  return found;
}"""
# The contrast of each mark and word with the page: of its outline where it has one, else of what fills it. What lies
# behind the marks for context alone (grey lines, bands, ranges) has less than full opacity; what is not seen has none.
CONTRAST = f"""figure => {{
  const contrast = {LUMINANCE};
  const seen = ({{ opacity, visibility }}) => opacity === '1' && visibility === 'visible';
  const halo = ({{ stroke, strokeWidth }}) => stroke !== 'none' && parseFloat(strokeWidth) >= 4;
  const found = [];
  for (const text of figure.querySelectorAll('.chart svg text')) {{
    const style = getComputedStyle(text);
    if (seen(style) && text.textContent && !halo(style)) found.push([contrast(text), 4.5, text.textContent]);
  }}
  const kinds = ['symbol', 'rect', 'line', 'rule'].map(kind => `.chart svg .role-mark.mark-${{kind}} > *`);
  for (const mark of figure.querySelectorAll(kinds.join())) {{
    const style = getComputedStyle(mark), colour = style.stroke !== 'none' ? style.stroke : style.fill;
    if (!seen(style) || colour === 'none') continue;
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = colour;
    found.push([contrast(probe), 3, mark.parentElement.getAttribute('class')]);
    probe.remove();
  }}
  if (found.length < 5) return ['nothing was measured'];
  return found.filter(([got, least]) => got < least);
}}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return build(tmp_path_factory.mktemp("specimen"))


@pytest.fixture(scope="module")
def page(browser, file):
    with offline(browser) as page:
        page.goto(file.as_uri())
        until_drawn(page)
        yield page
        assert [said for said in complaints(page) if "Canvas2D" not in said] == []  # said of the measuring itself


def at(page, viewport: dict, scheme: str = "light", media: str = "screen"):
    """The page in a window of a size, drawn anew."""
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme, media=media)
    page.reload()
    until_drawn(page)
    return page


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["wide", "390"])
def test_every_mark_is_there_at_every_width(page, viewport):
    at(page, viewport)
    check_drawn(page)
    charts = dict(zip(made(), page.query_selector_all("figure .chart"), strict=True))
    narrow = {"stack": {"rect": 14, "rule": 2, "text": 3}, "tornado": {"rect": 6, "rule": 1}}  # a note has the words
    expected = MARKS | (narrow if viewport is PHONE else {})
    assert {name: page.evaluate(COUNT, charts[name]) for name in MARKS} == expected


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, NARROW], ids=["wide", "390", "350"])
def test_nothing_is_cut_and_every_mark_and_word_is_seen(page, viewport, scheme):
    at(page, viewport, scheme)
    assert page.evaluate(CUT) == []
    figures = dict(zip(made(), page.query_selector_all("figure:has(.chart)"), strict=True))
    pale = {name: page.evaluate(CONTRAST, figures[name]) for name in figures if name not in ("heat map", "network")}
    assert {name: found for name, found in pale.items() if found} == {}


def test_print_has_every_chart_beside_its_title_and_no_control(page):
    at(page, DESKTOP, media="print")
    check_drawn(page)
    assert page.evaluate("[...document.querySelectorAll('figure')].every(each => each.offsetHeight < 900)")
    assert page.locator(".take:visible, .toggle:visible").count() == 0
    page.emulate_media(media="screen")


def test_no_chart_is_out_of_proportion(page):
    """A region of marks is as wide as its names leave it and neither a strip nor a tower."""
    at(page, DESKTOP)
    boxes = page.evaluate("""[...document.querySelectorAll('.chart svg')].map(svg => svg.getBoundingClientRect())
        .map(({width, height}) => [width, height])""")
    assert all(500 < width <= 740 and 80 < height < 620 for width, height in boxes), boxes
