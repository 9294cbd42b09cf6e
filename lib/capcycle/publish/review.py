"""What the editor's gate has against executed pages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

ONE = ["metric", "company", "period_start", "period_end", "unit"]  # what makes a figure of a measure one and the same
DIGITS = 9  # to which it is the same on two pages


def faults(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What the editor's gate says of the exhibits of executed runs: see `exhibits.gate`."""
    pages: dict[str, list[pd.DataFrame]] = {}
    for outcome in outcomes:
        shown = list(notebook.parts(notebook.read(outcome.notebook)))
        made = [part for part in shown if part.kind == "exhibit"]
        figures = [_figures(part.content) for part in made]
        if not outcome.run.parameters.get("as_of"):  # of an earlier day a figure may have been another
            pages[outcome.run.name] = figures
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
                *gate.of_dated(title, part.content["subtitle"], _csv(part.content)),
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
    yield from apart(pages)


def apart(pages: Mapping[str, Sequence[pd.DataFrame]]) -> Iterator[str]:
    """Which figure of a measure, one company and one period, has no value that two pages share.

    pages  the figures of their exhibits, by run; one page may show a figure before and after its restatement

    >>> def of(value):
    ...     return [pd.DataFrame([["capex", "META", "", "2022-12-31", "USD", value]], columns=[*ONE, "value"])]
    >>> list(apart({"meta": of(31.4e9), "hyperscalers": of(31.2e9), "seven": of(31.4e9)}))
    ['meta and hyperscalers have unlike values of capex of META, 2022-12-31']
    """
    known: dict[tuple, dict[str, set]] = defaultdict(lambda: defaultdict(set))
    for run, exhibits in pages.items():
        for each in exhibits:
            if {*ONE, "value"} <= set(each):
                for *one, value in each[[*ONE, "value"]].dropna(subset="value").itertuples(index=False, name=None):
                    known[tuple(map(str, one))][run].add(f"{float(value):.{DIGITS}g}")
    for (metric, company, _, end, _), by_run in known.items():
        (first, values), *others = by_run.items()
        if unlike := next((run for run, own in others if not own & values), ""):
            yield say("gate.apart", first=first, second=unlike, metric=metric, company=company, end=end)


def _figures(exhibit: dict) -> pd.DataFrame:
    """The figures of an exhibit; what is of a day after all its documents is a plan, and has no day that it is of."""
    figures = _csv(exhibit)
    if "day" in figures and (newest := max((card["published"] for card in exhibit["sources"]), default="")):
        figures["day"] = figures["day"].where(figures["day"].astype(str) <= newest)
    return figures


def _csv(exhibit: dict) -> pd.DataFrame:
    return pd.read_csv(StringIO(exhibit["csv"])) if exhibit["csv"].strip() else pd.DataFrame()


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
