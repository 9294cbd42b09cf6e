"""Many draws of a model: by year as bands, one output as a distribution."""

from collections.abc import Mapping
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.channels import axis
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Drawing, Frame
from capcycle.exhibits.studies.cases import lacking, titled
from capcycle.study import Simulation
from capcycle.words import say

OUTER, INNER = (0.05, 0.95), (0.25, 0.75)
BINS = 40


def fan(simulation: Simulation, of: str) -> Exhibit:
    """An output by year over many draws: the median within bands of nine draws in ten and of one in two.

    Errors: AttributeError for an output that the model does not give.

    >>> fan(study.simulate(analyses.start("ai_cloud_payback", facts.open()), 50), "build_cash").id
    'fan-ai-cloud-payback-build-cash'
    """
    case, unit = simulation.case, simulation.case.unit(of)
    draws = simulation.by_year(of)
    outer, inner = (np.quantile(draws, ends, axis=1) for ends in (OUTER, INNER))
    rows = pd.DataFrame({
        "x": range(len(draws)), "low": outer[0], "inner_low": inner[0], "value": np.median(draws, axis=1),
        "inner_high": inner[1], "high": outer[1],
        "label": list(map(str, range(len(draws)))),
    }).assign(unit=unit, kind=case.kind, source=case.source)  # fmt: skip
    last, ends = rows.iloc[-1], _quantiles(rows.iloc[-1], unit)
    frame = Frame(
        parts.slug("fan", case.model.__name__, of, case.company),
        titled(case, of, "study.fan", ends, year=last["x"]),
        say("study.fan_subtitle", output=words.name(of), unit=parts.unit(unit), middle=ends["middle"]),
        (_drawn_note(simulation), *lacking(case)),
    )
    return marks.bands(rows, frame, (say("study.outer"), say("study.inner")))


def spread(simulation: Simulation, of: str | None = None) -> Exhibit:
    """How the draws of one output are spread: the share of them in each of its steps.

    Errors: ModelError for an output that the model does not give.

    >>> spread(study.simulate(analyses.start("ai_cloud_payback", facts.open()), 50)).id
    'spread-ai-cloud-payback-npv-per-capital'
    """
    case = simulation.case
    of = case.output(of)
    unit, values = case.unit(of), simulation.values(of)
    drawn = values[np.isfinite(values)]
    id = parts.slug("spread", case.model.__name__, of, case.company)
    subtitle = say("study.spread_subtitle", output=words.lower(words.name(of)))
    if not len(drawn):  # none of the draws gives a number
        return marks.nothing(Frame(id, titled(case, of, "study.undrawn", {}), subtitle, lacking(case)))
    counts, edges = np.histogram(drawn, BINS if np.ptp(drawn) else 1)
    rows = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "value": counts / simulation.draws})
    rows = rows.assign(unit="fraction", kind=case.kind, source=case.source, label=[
        words.between(low, high, unit)
        for low, high in pairwise(edges)
    ])  # fmt: skip
    low, middle, high = np.quantile(drawn, [OUTER[0], 0.5, OUTER[1]])
    title = titled(case, of, "study.spread", _quantiles({"low": low, "value": middle, "high": high}, unit))
    undrawn = 1 - len(drawn) / simulation.draws
    undefined = [say("study.undefined", share=words.value(undrawn, "fraction"))] if undrawn else []
    notes = (_drawn_note(simulation), *undefined)
    drawing = Drawing(rows, Frame(id, title, subtitle, notes))
    chart = drawing.chart.mark_bar(strokeWidth=1).encode(
        x=alt.X("low:Q", axis=axis(unit), scale=alt.Scale(zero=False), bin="binned"),
        x2=alt.X2("high:Q"),
        y=alt.Y("value:Q", axis=drawing.axis()),
        tooltip=drawing.tooltip,
        **drawing.fill(theme.TINT),
    )
    return drawing.exhibit(chart, drawing.view("label", "value", label=words.name(of), value=say("study.share")))


def _quantiles(row: Mapping[str, float], unit: str) -> dict[str, str]:
    return {end: words.value(row[name], unit) for end, name in (("low", "low"), ("middle", "value"), ("high", "high"))}


def _drawn_note(simulation: Simulation) -> str:
    return say("study.drawn", draws=f"{simulation.draws:,}", inputs=len(simulation.inputs))
