"""Several charts of the same companies on one board; each is a view, which a line of text names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from IPython.display import display

from capcycle import words
from capcycle.errors import CapcycleError, NothingToShow, unknown
from capcycle.exhibits import findings, parts
from capcycle.exhibits.bars import bars
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.lines import SCALES, lines
from capcycle.facts import Book
from capcycle.measure import NUMBERS, measure_named
from capcycle.measures import Measures
from capcycle.panel import SPANS, select
from capcycle.words import Sentence

SHOWN: dict[str, Callable[[Measures, str], Exhibit]] = {
    "lines": lambda measures, scale: lines(measures, scale=scale),
    "bars": lambda measures, _: bars(measures),
    "table": lambda measures, _: replace(lines(measures), chart=None),
}


@dataclass(frozen=True)
class View:
    """One chart of a board; its text is what `read` takes.

    show    lines, bars or table
    metric  id of the definition, such as `capex` or `growth_year_on_year.capex`
    span    quarter, ttm or year
    scale   of lines: plain, log or index
    years, tax_rate  the numbers that some metrics take; 0 where it takes none

    >>> str(View("lines", "cagr.capex", years=3))
    'lines cagr.capex ttm years=3'
    """

    show: str
    metric: str
    span: str = "ttm"
    scale: str = "plain"
    years: int = 0
    tax_rate: float = 0.0

    def __str__(self) -> str:
        numbers = [f"{name}={getattr(self, name)}" for name in NUMBERS if getattr(self, name)]
        return " ".join([self.show, self.metric, self.span, *([self.scale] * (self.scale != "plain")), *numbers])

    def measured(self, book: Book, calendar: str = "calendar", since: int = 0, until: int = 0) -> Measures:
        """Its measure, of the companies of a book and some years."""
        panel = select(book, self.span, calendar, since, until)
        return measure_named(self.metric, panel, **{name: getattr(self, name) for name in NUMBERS})

    def drawn(self, measures: Measures) -> Exhibit:
        """The exhibit of its measure."""
        return SHOWN[self.show](measures, self.scale)


def read(text: str) -> View:
    """The view that a text names: how it is shown, the measure, then in any order the span, the scale and numbers.

    Errors: CapcycleError for what is none of these.

    >>> read("lines roic_average year log tax_rate=0.21")
    View(show='lines', metric='roic_average', span='year', scale='log', years=0, tax_rate=0.21)
    """
    show, _, rest = text.strip().partition(" ")
    metric, *others = rest.split() or [""]
    if show not in SHOWN or not metric:
        raise CapcycleError(
            f"view '{text}': write it as 'lines capex_to_revenue ttm'; {unknown('form', [show], SHOWN)}"
        )
    found: dict[str, Any] = {}
    for each in others:
        name, _, number = each.partition("=")
        if each in SPANS or each in SCALES:
            found["span" if each in SPANS else "scale"] = each
        elif name in NUMBERS and number.replace(".", "", 1).isdigit():
            found[name] = float(number) if name == "tax_rate" else int(float(number))
        else:
            raise CapcycleError(
                f"view '{text}': {unknown('word', [each], [*SPANS, *SCALES, *(f'{n}=1' for n in NUMBERS)])}"
            )
    return View(show, metric, **found)


@dataclass(frozen=True)
class Board:
    """The exhibits of some views in their order, as one cell of a notebook shows them; `first` is the first measure."""

    exhibits: tuple[Exhibit | Sentence, ...]
    first: Measures

    def finding(self) -> Sentence:
        """What the first measure shows."""
        return findings.finding(self.first)

    def _ipython_display_(self) -> None:
        for each in self.exhibits:
            display(each)


def board(views: Sequence[str], book: Book, calendar: str = "calendar", since: int = 0, until: int = 0) -> Board:
    """Several views of the same companies, years and day; in place of one that has nothing to show, the reason.

    views   as `read` takes them; each exhibit is named after its own
    Errors: CapcycleError for a view that names nothing, MetricError for an unknown measure, NothingToShow where none
            of them has anything to show.

    >>> shown = board(["lines capex year", "bars capex year"], facts.open(["META", "MSFT"], "2025-02-01"), until=2024)
    >>> [each.id for each in shown.exhibits], shown.finding()
    (['lines-capex-year', 'bars-capex-year'], 'Capex ran from $37.3bn (Meta) to $55.6bn (Microsoft) in 2024')
    """
    if not views:
        raise CapcycleError("views is empty: give one at least, such as 'lines capex_to_revenue ttm'")
    shown: list[Exhibit | Sentence] = []
    measured: list[Measures] = []
    for view in map(read, views):
        try:
            measures = view.measured(book, calendar, since, until)
            shown.append(replace(view.drawn(measures), id=parts.slug(str(view))))
            measured.append(measures)
        except NothingToShow as reason:
            shown.append(words.paragraph(words.say("absent.nothing", reason=str(reason))))
    if not measured:
        raise NothingToShow(words.listing(list(dict.fromkeys(map(str, shown)))))
    return Board(tuple(shown), measured[0])
