"""Ten pages in both languages, as a reader sees them at a desk and on a phone: nothing cut, nothing left in English.

`make pictures` keeps a picture of each in site/pictures.
"""

import csv
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, chromium, offline, one_build, until_drawn
from test_pages import CUT, TWICE

from capcycle import paths

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ["comparison", "microsoft", "hyperscalers", "growth", "prices", "useful-life", "required-revenue-amazon",
         "debt", "warrants", "gigawatt"]  # fmt: skip
DOCUMENTS = {"sources": ("title", "publisher"), "examples": ("source_title",), "claims": ("article",)}
LANGUAGES = {"en": "", "zh": "zh/"}
ELLIPSES = """() => [...document.querySelectorAll('.chart svg text')].map(text => text.textContent)
    .filter(text => text.includes('…'))"""
SKIPPED = {"script", "style", "pre", "code", "template"}
SENTENCE = re.compile(r"(?:[A-Za-z][\w'’&./-]*[,;:]? +(?:\d[\w.,%]* +)?){3,}[A-Za-z][\w'’-]*", re.ASCII)
LOWER = re.compile(r"(?<![\w-])[a-z]{2,}")
PLACE = "xx"  # stands for what a document is called
HOW = 'id="how"'  # from here on a page gives the code of its run


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("both") / "site"
    command = [sys.executable, "-m", "capcycle.cli", "site", *PAGES, "--languages", "en,zh", "--out", str(out)]
    with one_build(tmp_path_factory):
        done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def page():
    if not (found := chromium()):
        pytest.skip("no Chromium found")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        with offline(browser) as opened:
            opened.set_default_timeout(0)
            yield opened
        browser.close()


@pytest.mark.parametrize(("name", "language"), [*product(PAGES, LANGUAGES)])
def test_a_page_has_nothing_cut_at_a_desk_and_on_a_phone(both, page, name, language):
    for viewport in (PHONE, DESKTOP):
        page.set_viewport_size(viewport)
        page.goto((both / f"{LANGUAGES[language]}{name}.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = each.matches('.folded'))")
        for chart in page.locator(".chart").all():
            chart.scroll_into_view_if_needed()
        until_drawn(page)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= viewport["width"]
        assert page.evaluate(CUT) == [] and page.evaluate(TWICE) == [] and page.evaluate(ELLIPSES) == []
        if kept := os.environ.get("CAPCYCLE_PICTURES"):
            page.screenshot(path=Path(kept) / f"{name}-{language}-{viewport['width']}.png", full_page=True)


class Said(HTMLParser):
    """The texts of a page, without code and without the names of documents."""

    def __init__(self, text: str):
        super().__init__()
        self.within, self.texts = [], []
        self.feed(text.partition(HOW)[0])

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.texts += [given[name] for name in ("title", "aria-label", "alt") if given.get(name)]
        if tag in SKIPPED:
            self.within.append(tag)

    def handle_endtag(self, tag):
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data):
        if not self.within:
            self.texts.append(data)


def documents() -> re.Pattern:
    """What documents are called, and who published them, the longest first."""
    names = set()
    for name, columns in {
        "sources": ("title", "publisher"),
        "examples": ("source_title",),
        "claims": ("article",),
    }.items():
        with (paths.DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            names |= {row[column] for row in csv.DictReader(file) for column in columns}
    return re.compile("|".join(map(re.escape, sorted(filter(None, names), key=len, reverse=True))))


@pytest.mark.parametrize("name", PAGES)
def test_a_chinese_page_has_no_english_sentence_but_the_titles_of_documents(both, name):
    """Four words of English in a row, two of them no names: a sentence that was left behind."""
    named = documents()
    said = Said((both / f"zh/{name}.html").read_text("utf-8")).texts
    left = {found[0] for text in said if (found := SENTENCE.search(named.sub(PLACE, text)))}
    assert sorted(each for each in left if len(LOWER.findall(each)) > 1) == []
