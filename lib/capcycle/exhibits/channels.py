"""What the charts share: the axis of a unit, what a mark says of itself, the look of each company."""

from collections.abc import Iterable, Mapping

import altair as alt
import pandas as pd

from capcycle import facts, theme, words

FORMATS = {"fraction": theme.PERCENT, "rate": theme.PERCENT, "multiple": theme.MULTIPLE}
SCALED = "replace(replace(replace(format(datum.value, '~s'), 'M', 'm'), 'G', 'bn'), 'T', 'tn')"
EFFICIENCIES = ("kW/GPU", "kW/H100e", "GFLOPS/USD", "GFLOPS/W")
SMALL = ("number", "correlation", "years", "times", "share", "GPU-hour", "H100e-hour", *EFFICIENCIES)  # need no scale
COMPANY_TOOLTIP = ["name", "period", "shown", "kind", "source"]


def axis(unit: str, title: str | None = None) -> alt.Axis:
    """The axis of a unit: percent, times, plain numbers, or amounts in k, m, bn and tn.

    >>> axis("fraction", "Share").format, axis("USD/share").format, axis("USD").labelExpr == SCALED
    ('.0%', ',.4~g', True)
    """
    if unit in FORMATS or unit in SMALL or unit.partition("/")[2] in SMALL:
        return alt.Axis(format=FORMATS.get(unit, theme.AMOUNT), title=title)
    return alt.Axis(labelExpr=SCALED, title=title)


def tooltip(fields: Iterable[str] | Mapping[str, str]) -> list[alt.Tooltip]:
    """What a mark says of itself.

    fields  by whose names their headings go, or with the key of each heading
    Errors: CapcycleError for a field that has no words.

    >>> [each.to_dict()["title"] for each in tooltip(["name", "kind"])]
    ['Company', 'Evidence']
    """
    keys = fields if isinstance(fields, Mapping) else {field: f"tooltip.{field}" for field in fields}
    return [alt.Tooltip(f"{field}:N", title=words.say(key)) for field, key in keys.items()]


def company_look(companies: pd.Series, legend: alt.Legend | None = None) -> dict[str, alt.Stroke | dict]:
    """Stroke, fill, opacity and shape of each company, the same on every page; what is somebody's judgement is hollow.

    >>> company_look(pd.Series(["ORCL", "META"]))["fill"]["scale"].domain  # in the order of the data
    ['Meta', 'Oracle']
    """
    names = facts.companies()["name"]
    order = list(names.index)
    shown = [company for company in order if company in set(companies)]
    named = list(names[shown])
    colour = alt.Scale(domain=named, range=theme.company_scale(shown, order).range)
    shape = alt.Scale(domain=named, range=theme.company_shapes(shown, order).range)
    return {
        "stroke": alt.Stroke("name:N", scale=colour, legend=legend),
        "fill": alt.Fill("name:N", scale=colour, legend=legend),
        "fillOpacity": theme.evidence_opacity(),
        "shape": alt.Shape("name:N", scale=shape, legend=legend),
    }
