"""The published worked examples of an analysis: what the library makes of their inputs beside what was printed."""

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.claims import reader, worked
from capcycle.errors import ModelError, unknown
from capcycle.exhibits.exhibit import Exhibit
from capcycle.facts import Book
from capcycle.facts.examples import examples
from capcycle.words import say


def worked_examples(book: Book, analysis: str) -> Exhibit:
    """Every published example of an analysis that was public, worked out again from its author's own inputs.

    analysis  a room of `capcycle.analyses`
    Errors:   ModelError for an analysis that has no example.

    >>> worked_examples(facts.open(), "power_value").title
    'All 3 published worked examples reproduce'
    """
    every = examples()
    lacking = [worked.is_lacking(*each) for each in zip(every["model"], every["analysis"], strict=True)]
    if analysis not in (valid := set(every.loc[np.logical_not(lacking), "analysis"]) - {""}):
        raise ModelError(unknown("analysis", [analysis], valid))
    table = book.examples().query("analysis == @analysis")
    lines = reader.check_examples(table)
    fits = [line.verdict for line in lines].count("consistent")
    figures = ["; ".join(line.arithmetic) for line in lines]
    view = pd.DataFrame({
        say("examples.column_example"): [_example(row) for row in table.itertuples()],
        say("examples.column_figures"): [text or line.why for text, line in zip(figures, lines, strict=True)],
        say("column.verdict"): [_verdict(*each) for each in zip(lines, table["tolerance"], strict=True)],
        say("column.document"): [{"text": row.source_title, "href": row.source_url} for row in table.itertuples()],
    })  # fmt: skip
    columns = ["model", "about", "tolerance", "source_title", "source_url", "note"]
    return Exhibit(
        id="worked-examples",
        title=_title(fits, len(table)),
        subtitle=say("examples.subtitle"),
        alt="",
        view=view,
        figures=table[columns].assign(verdict=[line.verdict for line in lines], figures=figures),
    )


def _title(fits: int, count: int) -> str:
    if not count:
        return say("examples.none")
    return words.counted("examples.all" if fits == count else "examples.some", count, fits=fits)


def _example(row) -> str:
    """Whom it is about, a company by its name, and the model unless that is a plain function."""
    company, comma, rest = row.about.partition(",")
    about = facts.companies()["name"].get(company, company) + comma + rest
    model = words.catalogue().get(f"name.{row.model}", "")
    return say("examples.of_model", about=about, model=words.lower(model)) if model else about


def _verdict(line: reader.Line, tolerance: str) -> str:
    """The verdict, with how far what is worked out may lie from what was printed."""
    kind, _, size = tolerance.partition("=")
    within = {"abs": worked.plain(float(size or 0)), "rel": words.coupon(float(size or 0))}.get(kind, "")
    verdict = reader.verdict_name(line.verdict)
    return say("examples.within", verdict=verdict, size=within) if within else verdict
