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
        figures = [_figures(part.content["csv"]) for part in made]
        newest = max((end for each in figures for end in gate.ends_of(each)), default=pd.NaT)
        own = _own(outcome.run)
        top = leads.lead(shown, outcome.run.notebook)
        yield from (say("gate.fault", run=outcome.run.name, title=top.text, fault=fault) for fault in leads.faults(top))
        for part, each in zip(made, figures, strict=True):
            title = part.content["title"]
            texts = [title, part.content["subtitle"], *part.content["notes"]]
            found = [
                *gate.faults(title, part.content["subtitle"]),
                *gate.about(title, own),
                *gate.of_figures(title, each, newest),
                *gate.of_comparison(title, each),
                *gate.of_profit(" ".join(texts), each),
                *gate.of_absence(texts),
            ]
            for fault in [*found, *gate.of_chart(part.spec or {}, each)]:
                yield say("gate.fault", run=outcome.run.name, title=title, fault=fault)
        charts = deepcopy([part.spec for part in made if part.spec])
        one_look(charts)  # as the page draws them
        for fault in gate.of_looks(charts):
            yield say("gate.fault", run=outcome.run.name, title=outcome.run.title, fault=fault)


def _figures(csv: str) -> pd.DataFrame:
    return pd.read_csv(StringIO(csv)) if csv.strip() else pd.DataFrame()


def _own(run: Run) -> set[str]:
    """The companies that a page is about: the one beside its peers, or all of them; none where it takes none."""
    given = check_parameters(find_notebook(run.notebook), run.parameters)
    companies = [] if "peers" in given else given.get("companies", [])
    named = [*companies, *filter(None, [given.get("company")])]
    return set(facts.tickers(named)) if named else set()
