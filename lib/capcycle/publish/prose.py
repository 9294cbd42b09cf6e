"""Markdown to safe HTML: text from a notebook, a filing or a parameter can never run, load or restyle."""

import re

import mistune
from jinja2.filters import Markup, escape

CODE = re.compile("`([^`]+)`")


def safe(url: str) -> bool:
    """Whether a link leads to a web page or into the site, and cannot run anything.

    >>> safe("https://www.sec.gov/x"), safe("#d1"), safe("javascript:alert(1)")
    (True, True, False)
    """
    return re.match(r"(?i)https?://|#|[\w./-]+$", url) is not None


def coded(text: str) -> Markup:
    """A line of text for a page, what stands between backticks as code.

    >>> coded("`capex` < 0")
    Markup('<code>capex</code> &lt; 0')
    """
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))


class Renderer(mistune.HTMLRenderer):
    """HTML with raw HTML shown as text, no pictures fetched, headings given anchors."""

    def __init__(self, taken: set[str]):
        super().__init__(escape=True)
        self.taken = taken

    def heading(self, text: str, level: int, **attrs) -> str:
        return f'<h{max(level, 2)} id="{_anchor(text, self.taken)}">{text}</h{max(level, 2)}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, url, title) if safe(url) else text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text  # a picture from elsewhere would be a request outside the site


class Prose:
    """The markdown of one page, in which no two headings share an anchor.

    >>> prose = Prose()
    >>> prose.html("See <b>below</b>.")
    '<p>See &lt;b&gt;below&lt;/b&gt;.</p>\\n'
    >>> prose.heading("Who *spends*?")
    ('who-spends', 'Who <em>spends</em>?')
    """

    def __init__(self, taken: set[str] = frozenset()):
        self._taken = set(taken)
        self._markdown = mistune.create_markdown(renderer=Renderer(self._taken), plugins=["table"])

    def html(self, markdown: str) -> str:
        return self._markdown(markdown)

    def line(self, markdown: str) -> str:
        """One paragraph without its wrapping, to stand inside a heading, a lead or a card."""
        return re.sub(r"^<p>(.*)</p>\s*$", r"\1", self.html(markdown), flags=re.S)

    def heading(self, markdown: str) -> tuple[str, str]:
        """The anchor of a heading and its text."""
        text = self.line(markdown)
        return _anchor(text, self._taken), text


def slug(text: str) -> str:
    """A readable anchor for a heading.

    >>> slug("Who <em>spends</em>, and how?")
    'who-spends-and-how'
    """
    return re.sub(r"\W+", "-", re.sub(r"<[^>]*>|&\w+;", "", text).lower()).strip("-") or "section"


def _anchor(text: str, taken: set[str]) -> str:
    """The anchor of a heading, unlike any other of its page."""
    anchor, number = slug(text), 1
    while anchor in taken:
        number += 1
        anchor = f"{slug(text)}-{number}"
    taken.add(anchor)
    return anchor
