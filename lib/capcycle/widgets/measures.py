"""Controls that call the same exhibits as a published page, for exploring only; nothing is computed here."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

import ipywidgets as ui
import tomli_w

from capcycle import facts, study, words
from capcycle.errors import CapcycleError, NothingToShow
from capcycle.exhibits import Exhibit, parts
from capcycle.exhibits.board import SHOWN, View
from capcycle.exhibits.cards import Card
from capcycle.exhibits.lines import SCALES
from capcycle.exhibits.studies import beside
from capcycle.facts import Book
from capcycle.measure import NUMBERS, needs
from capcycle.measures import Measures
from capcycle.metrics import ALL
from capcycle.metrics.registry import ANY_SPAN, CURRENCY
from capcycle.panel import CALENDARS, select
from capcycle.widgets.boards import Board
from capcycle.widgets.controls import (
    INDENT,
    PLAIN,
    ExhibitBox,
    choices,
    control,
    display,
    dropdown,
    hint,
    offer,
    output,
)

RATES = {"min": 0.01, "max": 0.5, "step": 0.005, "readout_format": ".1%"}  # of tax
YEARS = {"min": 1, "continuous_update": False}
LISTED = 5  # more companies than these are counted, not listed, in a run's name and title
ROWS = 8  # of the list of companies
ADD = (sys.executable, "-m", "capcycle.cli", "add")
PANEL = {"flex": "0 0 300px", "width": "300px"}  # the column of controls


class Explorer(ExhibitBox):
    """Controls, and below them the exhibit they choose: its chart, notes, figures and sources.

    The arguments are the first choice, under the names of the parameters of `notebooks/measure.ipynb`.
    `controls` has the widgets by name, `choice` the parameters they give, `exhibit` what is shown.
    Errors:  CapcycleError for a first choice that is not on offer; what is refused later is said in place of
             the exhibit.

    >>> explorer = Explorer(["META"], "capex", span="year")
    >>> explorer.controls["metric"].value = "growth_year_on_year"
    >>> explorer.exhibit.id, explorer.choice["metric"]
    ('lines-growth-year-on-year-capex', 'growth_year_on_year.capex')
    """

    def __init__(
        self,
        companies: Sequence[str],
        metric: str,
        years: int = 0,
        tax_rate: float = 0.0,
        span: str = "ttm",
        calendar: str = "calendar",
        since: int = 0,
        until: int = 0,
        currency: str = "",
        as_of: str = "",
    ):
        companies = facts.open(companies, as_of, currency).companies  # refuses what it does not know, in its own words
        try:
            self._years = _years(facts.open(companies))
        except NothingToShow:
            self._years = _years(facts.open())
        self._metrics = _metrics()
        name, *subjects = metric.split(".")
        own, rate = (
            (words.say("widgets.currency_own"), ""),
            study.assumption(facts.open(), "tax_rate", value=tax_rate).value,
        )
        rates = {**RATES, "min": min(rate, RATES["min"]), "max": max(rate, RATES["max"])}  # none that is given is moved
        calendars = dropdown("calendar", choices("calendar", CALENDARS), calendar)
        self.controls = {
            "companies": _companies(companies),
            "search": control(ui.Text, "search", placeholder=words.say("widgets.search_help")),
            "metric": dropdown("metric", tuple(self._metrics), name),
            **_subjects(name, subjects),
            "years": control(
                ui.IntSlider, "years", value=years or 3, min=1, max=max(6, years), continuous_update=False
            ),
            "tax_rate": control(ui.FloatSlider, "tax_rate", value=rate, continuous_update=False, **rates),
            "span": dropdown("span", _spans(name), span),
            "calendar": calendars,
            "range": _range(*self._years[calendar], since, until),
            "currency": dropdown("currency", [own, *((each, each) for each in facts.currencies())], currency),
            "as_of": control(ui.DatePicker, "as_of", value=date.fromisoformat(as_of) if as_of else None),
            "beside": control(ui.DatePicker, "beside"),
            "view": dropdown("view", choices("view", SHOWN), "lines"),
            "scale": dropdown("scale", choices("scale", SCALES), "plain"),
        }
        self.needed = ui.VBox()  # the controls that only some measures need
        self.button = ui.Button(description=words.say("widgets.run.button"), layout={"margin": f"2px 0 0 {INDENT}"})
        self.ticker = control(ui.Text, "ticker", placeholder=words.say("widgets.ticker_help"))
        self.bring = ui.Button(description=words.say("widgets.ticker_add"), layout={"width": "auto"})
        self.brought = ui.HTML()
        self.board = Board(self._view)
        self.row = ui.Textarea(layout={"width": "auto"})
        self.run = ui.VBox([hint("run.note"), self.row], layout={"display": "none", "max_width": "720px"})
        self._opened = False
        watched = [*self.controls.values(), self.board.tags]
        super().__init__([], watched, [self._panel()], [self.run, self.board])
        self.button.on_click(self._make_run)
        self.bring.on_click(self._bring)
        self.board.saver.on_click(lambda _: self.board.write(self.board_row()))
        self.board.opener.on_click(self._open)
        self.board.file.observe(self._tell, "value")  # the row has its name
        try:
            asyncio.get_running_loop().call_soon(self._prepare)
        except RuntimeError:  # no kernel
            self._prepare()

    def _prepare(self) -> None:
        """What the first chart need not wait for: the years of all companies, and what halves the time of a redraw."""
        facts.prepare()
        self._years, self._fitting = _years(facts.open()), True
        self._fit()
        self._fitting = False
        self._begin = self._stands = [each.value for each in self._watched]

    @property
    def choice(self) -> dict[str, Any]:
        """The present choice as parameters of `notebooks/measure.ipynb`; what is not chosen is 0 or empty."""
        chosen = {name: control.value for name, control in self.controls.items()}
        needed = needs(chosen["metric"])
        subjects = [chosen[name] for name in needed if name not in NUMBERS]
        (since, until), as_of = chosen["range"], chosen["as_of"]
        return {
            "companies": list(chosen["companies"]),
            "metric": ".".join([chosen["metric"], *subjects]),
            "years": chosen["years"] if "years" in needed else 0,
            "tax_rate": round(chosen["tax_rate"], 3) if "tax_rate" in needed else 0.0,
            "span": chosen["span"],
            "calendar": chosen["calendar"],
            "since": since,
            "until": 0 if until == self.controls["range"].max else until,  # the newest, also when there is a newer
            "currency": chosen["currency"],
            "as_of": as_of.isoformat() if as_of else "",
        }

    def run_row(self) -> str:
        """The row of `notebooks/runs.toml` that publishes the present choice."""
        chosen = {name: value for name, value in self.choice.items() if value}
        few = len(chosen["companies"]) <= LISTED
        of = chosen["companies"] if few else [self._who()]
        others = [chosen["span"], chosen["calendar"], chosen.get("currency", ""), chosen.get("as_of", "")]
        row = {
            "notebook": "measure",
            "title": words.say("widgets.run.title", metric=words.name(chosen["metric"]), companies=self._who()),
            "section": words.say("widgets.run.section"),
            "parameters": chosen,
        }
        return tomli_w.dumps({parts.slug(chosen["metric"], *of, *others): row})

    def board_row(self) -> str:
        """The row that publishes the board, which is its file too."""
        return self.board.row(self.choice, self._who())

    def _who(self) -> str:
        """The companies that are chosen, or how many they are."""
        named = [parts.company_names().get(company, company) for company in self.choice["companies"]]
        return words.listing(named) if len(named) <= LISTED else words.say("widgets.run.count", count=len(named))

    def _view(self) -> View:
        """The present choice as a view of the board."""
        chosen, of = self.choice, self.controls
        scale = of["scale"].value if of["view"].value == "lines" else "plain"
        return View(of["view"].value, chosen["metric"], chosen["span"], scale, chosen["years"], chosen["tax_rate"])

    def _panel(self) -> ui.VBox:
        of = self.controls
        self.ticker.layout.flex, self.ticker.layout.min_width = "1 1 0", "0"
        self.bring.layout.flex = "0 0 auto"
        ticker = ui.HBox([self.ticker, self.bring])
        return ui.VBox(
            [of["companies"], hint("companies_help", INDENT), ticker, self.brought, of["search"], of["metric"],
             self.needed, of["view"], of["scale"], of["span"], of["calendar"], of["range"], of["currency"],
             of["as_of"], of["beside"], self.button], layout=PANEL,
        )  # fmt: skip

    def _fit(self) -> None:
        """Offer what goes with the chosen metric and calendar."""
        metric, span, years = (self.controls[name] for name in ("metric", "span", "range"))
        offer(metric, searched(self.controls["search"].value, self._metrics))
        self.needed.children = [self.controls[name] for name in needs(metric.value)]
        offer(span, _spans(metric.value))
        _fit_range(years, *self._years[self.controls["calendar"].value])
        self.controls["scale"].layout.display = "" if self.controls["view"].value == "lines" else "none"

    def _show(self) -> None:
        try:
            super()._show()
        finally:  # a row is of what is shown
            self.button.disabled = self.exhibit is None
            self.run.layout.display = "" if self._opened and self.exhibit else "none"
            self.board.show(self.choice)
            self._tell()

    def _tell(self, _: Any = None) -> None:
        """The rows of what is shown, and of the board."""
        rows = [*([self.run_row()] if self.exhibit else []), *([self.board_row()] if self.board.sound else [])]
        self.row.value = "\n".join(rows)
        self.row.rows = self.row.value.count("\n") + 1

    def _exhibit(self) -> Exhibit:
        return self._as_known(self.choice)

    def _shown(self) -> list[dict[str, Any]]:
        """The exhibit, with its day where another stands beside it."""
        return [*(self._headed(self.choice["as_of"]) if self._other else []), *super()._shown()]

    def _beside(self) -> list[dict[str, Any]]:
        """The same as it was known on another day, where one is chosen."""
        day = self._other
        return [*self._headed(day), *display(self._as_known(self.choice | {"as_of": day}))] if day else []

    @property
    def _other(self) -> str:
        """The other day, as ISO text; empty where none is chosen."""
        day = self.controls["beside"].value
        return day.isoformat() if day else ""

    def _headed(self, day: str) -> list[dict[str, Any]]:
        now = words.say("widgets.now")
        said = words.say("page.as_of", date=words.day(date.fromisoformat(day))) if day else now
        return [output({"text/html": f"<h3>{escape(said)}</h3>"})]

    def _as_known(self, chosen: dict[str, Any]) -> Exhibit:
        return self._view().drawn(self._measured(chosen))

    def _measured(self, chosen: dict[str, Any]) -> Measures:
        book = facts.open(*(chosen[name] for name in ("companies", "as_of", "currency")))
        return self._view().measured(book, *(chosen[name] for name in ("calendar", "since", "until")))

    def _workbook(self) -> bytes:
        """Each company's newest figure as a formula of what was filed."""
        measures = self._measured(self.choice)
        newest = [Card(study.newest(measures, each), each, origin=measures) for each in measures.panel.companies]
        name = words.name(measures.name)
        return beside.workbook({name: {name: newest}}, measures.panel.book)

    def _bring(self, _: ui.Button) -> None:
        """Choose a company; one that is not held comes as with `capcycle add`, which says how it went."""
        ticker, of = self.ticker.value.strip().upper(), self.controls["companies"]
        self.brought.value = ""
        if ticker and ticker not in facts.companies().index:
            self.brought.value = words.say("widgets.busy")
            done = subprocess.run([*ADD, ticker], capture_output=True, text=True, check=False)
            said = escape(f"{done.stdout}{done.stderr}".strip())
            self.brought.value = f'<pre class="{PLAIN}" role="status" style="white-space: pre-wrap">{said}</pre>'
            facts.prepare()
        if ticker in facts.companies().index:
            kept, self._fitting = of.value, True  # one picture, when the company is chosen
            of.options = _offered()
            of.value, self._fitting = kept, False
            of.value = (*kept, *({ticker} - set(kept)))

    def _open(self, _: ui.Button) -> None:
        """The board that a file holds, with its companies, years and day."""
        given = self.board.read()
        if given is None:
            return
        years = self._years[given.get("calendar", "calendar")]
        day = given.get("as_of", "")
        put = {"companies": facts.open(given["companies"]).companies, "calendar": given.get("calendar", "calendar"),
               "range": (max(given.get("since", 0), years[0]), given.get("until", 0) or years[1]),
               "currency": given.get("currency", ""), "as_of": date.fromisoformat(day) if day else None}  # fmt: skip
        places = {name: each.value for name, each in self.controls.items()} | put
        self._set([*places.values(), [self.board.tag(view) for view in given["views"]]])

    def _make_run(self, _: ui.Button) -> None:
        self._opened = True
        self._show()


def _metrics() -> dict[tuple[str, str], str]:
    """What can be measured, as the list has it, with all that a search may ask for."""
    concepts = facts.dictionary()["definition"]
    shown = {(words.name(each), each): metric.__doc__.splitlines()[0] for each, metric in ALL.items()}
    shown |= {(words.say("widgets.figure", name=words.name(each)), each): concepts[each] for each in concepts.index}
    return {pair: findable(*pair, meaning) for pair, meaning in shown.items()}


def findable(shown: str, name: str, meaning: str) -> str:
    """All that a search may ask for of a metric, a figure or a model: its name and its meaning in every language."""
    names = (words.catalogue(each).get(f"name.{name}", "") for each in words.languages())
    return " ".join([shown, name, *names, *(words.translated(meaning, each) for each in words.languages())]).lower()


def searched(wanted: str, known: dict[tuple[str, str], str]) -> tuple[tuple[str, str], ...]:
    """The pairs of a list whose texts have every word that is searched for; all where none has.

    >>> searched("roic lease", {("Capex", "capex"): "capex", ("ROIC", "roic"): "roic with leases"})
    (('ROIC', 'roic'),)
    """
    asked = wanted.lower().split()
    return tuple(pair for pair, text in known.items() if all(word in text for word in asked)) or tuple(known)


def _companies(chosen: Sequence[str]) -> ui.SelectMultiple:
    return control(ui.SelectMultiple, "companies", options=_offered(), value=tuple(chosen), rows=ROWS)


def _offered() -> tuple[tuple[str, str], ...]:
    """The groups, then every company."""
    groups = [(words.say("widgets.group", name=words.translated(each)), each) for each in _groups()]
    return *groups, *((name, ticker) for ticker, name in parts.company_names().items())


def _groups() -> list[str]:
    """The groups of companies; those that only came with a whole market are no group to compare."""
    groups = facts.companies()["group"].drop_duplicates()
    return [each for each in groups if each and each != facts.store.MARKET]


def _subjects(metric: str, chosen: list[str]) -> dict[str, ui.Dropdown]:
    """What growth can be measured on: every concept, and the metrics that are amounts."""
    amounts = [name for name, each in ALL.items() if each.unit == CURRENCY and not needs(name)]
    options = [(words.name(name), name) for name in (*amounts, *facts.dictionary().index)]
    first = {"value": "capex", "part": "cloud_revenue", "total": "revenue"}
    concepts = [name for name in needs(metric) if name not in NUMBERS]
    if chosen and len(chosen) != len(concepts):
        raise CapcycleError(f"{metric} is measured on {len(concepts)} concepts, not {', '.join(chosen)}")
    first |= dict(zip(concepts, chosen, strict=False))
    return {key: dropdown(key, options, first[key]) for key in ("value", "part", "total")}


def _spans(metric: str) -> tuple[tuple[str, str], ...]:
    return choices("span", ALL[metric].spans if metric in ALL else ANY_SPAN)


def _years(book: Book) -> dict[str, tuple[int, int]]:
    """The first and last year of a book, by calendar."""
    quarters = {calendar: select(book, "quarter", calendar).ordinals for calendar in CALENDARS}
    return {calendar: (each[0] // 4, each[-1] // 4) for calendar, each in quarters.items()}


def _range(first: int, last: int, since: int, until: int) -> ui.IntRangeSlider:
    chosen = max(since, first), min(until or last, last)
    return control(ui.IntRangeSlider, "range", value=chosen, min=first, max=last, continuous_update=False)


def _fit_range(slider: ui.IntRangeSlider, first: int, last: int) -> None:
    """New ends for the slider; one that stood at the newest year stays there."""
    if (slider.min, slider.max) == (first, last):
        return
    since, until = slider.value
    newest = until == slider.max
    slider.min, slider.max = min(first, slider.min), max(last, slider.max)
    slider.value = max(since, first), last if newest else min(until, last)
    slider.min, slider.max = first, last
