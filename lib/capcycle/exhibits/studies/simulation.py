"""Many draws of a model: by year as bands, one output as a distribution."""

from collections.abc import Mapping
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from capcycle import words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.exhibits.marks.frame import axis
from capcycle.exhibits.studies.cases import titled, whose
from capcycle.study import Case, Simulation
from capcycle.words import say

OUTER, INNER = (0.05, 0.95), (0.25, 0.75)
BINS = 40


def fan(found: Simulation, of: str) -> Exhibit:
    """An output by year over many draws: the median within bands of nine draws in ten and of one in two."""
    case, unit = found.case, found.case.unit(of)
    draws = found.by_year(of)
    outer, inner = (np.quantile(draws, ends, axis=1) for ends in (OUTER, INNER))
    rows = pd.DataFrame({
        "x": range(len(draws)), "low": outer[0], "inner_low": inner[0], "value": np.median(draws, axis=1),
        "inner_high": inner[1], "high": outer[1],
        "label": list(map(str, range(len(draws)))),
    }).assign(unit=unit, kind=case.kind, source=case.source)  # fmt: skip
    last = rows.iloc[-1]
    frame = Frame(
        parts.slug("fan", case.model.__name__, of, case.company),
        titled(case, of, "study.fan", _quantiles(last, unit), year=last["x"]),
        say("study.by_year_subtitle", output=words.name(of), unit=parts.unit(unit)),
        (_drawn_note(found),),
    )
    return marks.bands(rows, frame, (say("study.outer"), say("study.inner")))


def spread(found: Simulation, of: str | None = None) -> Exhibit:
    """How the draws of one output are spread: the share of them in each of its steps."""
    case = found.case
    of = case.output(of)
    unit, values = case.unit(of), found.values(of)
    held = values[np.isfinite(values)]
    if not len(held):
        return _undrawn(case, of)
    counts, edges = np.histogram(held, BINS if np.ptp(held) else 1)
    rows = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "value": counts / found.draws})
    rows = rows.assign(unit="fraction", kind=case.kind, source=case.source, label=[
        say("note.range", first=words.value(low, unit), last=words.value(high, unit))
        for low, high in pairwise(edges)
    ])  # fmt: skip
    low, middle, high = np.quantile(held, [OUTER[0], 0.5, OUTER[1]])
    frame = Frame(
        parts.slug("spread", case.model.__name__, of, case.company),
        titled(case, of, "study.spread", _quantiles({"low": low, "value": middle, "high": high}, unit)),
        say("study.spread_subtitle", output=words.lower(words.name(of))),
        (_drawn_note(found), *([say("study.undefined", share=words.value(1 - len(held) / found.draws, "fraction"))]
                               if len(held) < found.draws else [])),
    )  # fmt: skip
    chart = (
        alt.Chart(marks.frame.drawn(rows))
        .mark_bar(strokeWidth=1)
        .encode(
            x=alt.X("low:Q", axis=axis(unit), scale=alt.Scale(zero=False), bin="binned"),
            x2="high:Q",
            y=alt.Y("value:Q", axis=axis("fraction")),
            tooltip=marks.frame.tooltips(rows.assign(shown="")),
            **marks.frame.fill(rows),
        )
    )
    headings = {"label": words.name(of), "value": say("study.share")}
    return marks.finished(rows, frame, chart, marks.frame.view(rows, headings))


def _undrawn(case: Case, of: str) -> Exhibit:
    """What stands in the place of draws of which none gives a number."""
    return marks.nothing(Frame(
        parts.slug("spread", case.model.__name__, of, case.company),
        say("study.undrawn", output=whose(case, of)),
        say("study.spread_subtitle", output=words.lower(words.name(of))),
        (parts.upper(case.lacking),) if case.lacking else (),
    ))  # fmt: skip


def _quantiles(row: Mapping[str, float], unit: str) -> dict[str, str]:
    return {end: words.value(row[name], unit) for end, name in (("low", "low"), ("middle", "value"), ("high", "high"))}


def _drawn_note(found: Simulation) -> str:
    return say("study.drawn", draws=f"{found.draws:,}", inputs=len(found.inputs))
