"""The published worked examples of an analysis: what the library makes of their inputs beside what was printed."""

import pandas as pd

from capcycle import paths, words
from capcycle.claims import own, worked
from capcycle.exhibits.exhibit import Exhibit
from capcycle.words import say


def worked_examples(analysis: str) -> Exhibit:
    """Every published example of an analysis, worked out again from its own inputs.

    analysis  a module of `capcycle.claims.worked`
    Errors:   ModelError for an analysis that has none.

    >>> worked_examples("power_value").title
    'All 3 published worked examples reproduce'
    """
    methods = worked.methods(analysis)
    file = paths.DATA / "examples.csv"
    table = own.read_examples(file).assign(checked=own.check_file(file))
    table = table[table["method"].isin(methods)]
    verdicts = [line.verdict for line in table["checked"]]
    fits = verdicts.count("consistent")
    view = pd.DataFrame({
        say("examples.column_method"): [_method(row) for row in table.itertuples()],
        say("examples.column_figures"): ["; ".join(line.arithmetic) or line.why for line in table["checked"]],
        say("column.verdict"): [_verdict(row) for row in table.itertuples()],
        say("column.document"): [{"text": row.source_title, "href": row.source_url} for row in table.itertuples()],
    })  # fmt: skip
    return Exhibit(
        id="worked-examples",
        title=say("examples.all" if fits == len(table) else "examples.some", fits=fits, count=len(table)),
        subtitle=say("examples.subtitle"),
        alt="",
        view=view,
        figures=table[["method", "tolerance", "source_title", "source_url", "note"]].assign(
            verdict=verdicts, figures=["; ".join(line.arithmetic) for line in table["checked"]]
        ),
    )


def _method(row) -> str:
    """What is worked out, and for whom where the example names one."""
    method = say(f"example.method.{row.method}")
    company = row.inputs.get("ticker")
    return say("examples.of_company", method=method, company=company) if company else method


def _verdict(row) -> str:
    """The verdict, with how far what is worked out may lie from what was printed."""
    verdict = say(f"claims.verdict.{row.checked.verdict.replace(' ', '_')}")
    kind, _, size = row.tolerance.partition("=")
    within = {"abs": size, "rel": words.coupon(float(size or 0))}.get(kind, "")
    return say("examples.within", verdict=verdict, size=within) if within else verdict
