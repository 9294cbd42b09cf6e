"""What the editor's gate has against executed pages."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from io import StringIO

import pandas as pd

from capcycle import facts
from capcycle.exhibits import gate
from capcycle.parameters import check_parameters, find_notebook
from capcycle.publish import lead as leads
from capcycle.publish import notebook
from capcycle.publish.specs import one_look
from capcycle.run import Outcome, Run
from capcycle.words import say


def faults(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What the editor's gate says of the exhibits of executed runs: see `exhibits.gate`."""
    for outcome in outcomes:
        shown = list(notebook.parts(notebook.read(outcome.notebook)))
        made = [part for part in shown if part.kind == "exhibit"]
        figures = [_figures(part.content) for part in made]
        newest = max((end for each in figures for end in gate.ends_of(each)), default=pd.NaT)
        own = _own(outcome.run)
        top = leads.lead(shown, outcome.run.notebook)
        yield from (say("gate.fault", run=outcome.run.name, title=top.text, fault=fault) for fault in leads.faults(top))
        asked = next((part.content for part in shown if part.kind == "title"), "")
        title = outcome.run.title
        yield from (say("gate.fault", run=outcome.run.name, title=title, fault=fault)
                    for fault in gate.of_question(title, asked))  # fmt: skip
        for part, each in zip(made, figures, strict=True):
            title = part.content["title"]
            texts = [title, part.content["subtitle"], *part.content["notes"]]
            found = [
                *gate.faults(title, part.content["subtitle"]),
                *gate.about(title, own),
                *gate.of_figures(title, each, newest),
                *gate.of_dated(title, part.content["subtitle"], each),
                *gate.of_rank(_cells(part.content)),
                *gate.of_comparison(title, each),
                *gate.of_one(title, each),
                *gate.of_profit(" ".join([*texts, *_cells(part.content)]), each),
                *gate.of_absence(texts),
            ]
            for fault in [*found, *gate.of_chart(part.spec or {}, each)]:
                yield say("gate.fault", run=outcome.run.name, title=title, fault=fault)
        # a measure over time and its newest figures beside each other say the same
        told = [each for each in zip(made, figures, strict=True) if len(each[1]) and "metric" not in each[1]]
        titles = [part.content["title"] for part, _ in told]
        for fault in gate.of_titles(titles):
            twice = next(title for title in titles if titles.count(title) > 1)
            yield say("gate.fault", run=outcome.run.name, title=twice, fault=fault)
        charts = deepcopy([part.spec for part in made if part.spec])
        one_look(charts)  # as the page draws them
        for fault in gate.of_looks(charts):
            yield say("gate.fault", run=outcome.run.name, title=outcome.run.title, fault=fault)


def _figures(exhibit: dict) -> pd.DataFrame:
    """The figures of an exhibit; what is of a day after all its documents is a plan, and has no day that it is of."""
    if not exhibit["csv"].strip():
        return pd.DataFrame()
    figures = pd.read_csv(StringIO(exhibit["csv"]))
    if "day" in figures and (newest := max((card["published"] for card in exhibit["sources"]), default="")):
        figures["day"] = figures["day"].where(figures["day"].astype(str) <= newest)
    return figures


def _cells(exhibit: dict) -> list[str]:
    """What a table says of what its figures are."""
    return [*exhibit["columns"], *(cell for row in exhibit["rows"] for cell in row if isinstance(cell, str))]


def _own(run: Run) -> set[str]:
    """The companies that a page is about: the one beside its peers, or all of them; none where it takes none."""
    given = check_parameters(find_notebook(run.notebook), run.parameters)
    companies = [] if "peers" in given else given.get("companies", [])
    symbols = [each for name in ("beside", "league") for each in given.get(name, ()) if each in facts.companies().index]
    named = [*companies, *filter(None, [given.get("company")]), *symbols]
    return set(facts.tickers(named)) if named else set()
