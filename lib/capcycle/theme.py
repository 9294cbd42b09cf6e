"""The one Altair theme: colours by role in light and in dark, a colour per company, marks by evidence."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps

import altair as alt
from altair.utils import schemapi
from altair.vegalite.v6 import api

from capcycle.errors import CapcycleError, unknown

FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans CJK SC', sans-serif"

# Found by a search for ten pairs of one hue each that stay apart with every kind of colour blindness;
# test_theme.py measures them. The first five are the ones that part best.
SERIES = ("#224bb2", "#ad5622", "#284408", "#439db2", "#8b2f52", "#a78e11", "#8c7aef", "#d16b7a", "#511e6a",
          "#636da6")  # fmt: skip
SERIES_DARK = ("#2e91f2", "#fa8f19", "#148922", "#45e6f5", "#e25a73", "#e7cd62", "#9ea9e7", "#f2a6ae",
               "#b672bc", "#705bcd")  # fmt: skip

LIGHT = {
    "page": "#ffffff",
    "panel": "#f4f5f7",
    "text": "#1b2027",
    "muted": "#59616d",
    "axis": "#88909b",
    "grid": "#e4e7eb",
    "accent": "#0b4f9e",
    "fault": "#a8201a",
} | {f"series-{place}": colour for place, colour in enumerate(SERIES)}

DARK = {
    "page": "#13171c",
    "panel": "#1d232b",
    "text": "#e8eaed",
    "muted": "#a3abb7",
    "axis": "#79828f",
    "grid": "#2c343e",
    "accent": "#8ab8f5",
    "fault": "#ff8f87",
} | {f"series-{place}": colour for place, colour in enumerate(SERIES_DARK)}

DASHES = ([1, 0], [6, 3], [2, 2], [9, 3, 2, 3], [12, 4], [4, 2], [1, 3], [8, 2, 2, 2, 2, 2], [3, 5], [14, 3, 4, 3])
PENTAGON = "M0,-0.9L0.86,-0.28L0.53,0.73L-0.53,0.73L-0.86,-0.28Z"
STAR = "M0,-1L0.25,-0.3L1,-0.3L0.4,0.15L0.6,0.9L0,0.45L-0.6,0.9L-0.4,0.15L-1,-0.3L-0.25,-0.3Z"
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", PENTAGON, "triangle-right",
          STAR, "triangle-left")  # fmt: skip

FIRM = ("reported", "derived")  # every other kind of evidence is drawn hollow
HEIGHT, WIDTH = 320, 680
# As many columns as the width holds, in rows of like length; a faceted chart has no width of its own.
FITTING = "max(1, floor((width || 600) / 88))"
LEGEND_COLUMNS = f"ceil(length(domain('color')) / ceil(length(domain('color')) / {FITTING})) || {FITTING}"
LETTER, SYMBOL = 7, 46  # pixels of a letter of a key, and of its mark with the space around
TINT = 0.45  # of a bar of what is somebody's judgement: a stack of outlines would be all lines
PERCENT, AMOUNT = ",~%", ",.4~g"  # with as many decimals as a tick has, or two might read alike


def config(colours: Mapping[str, str] = LIGHT) -> alt.theme.ThemeConfig:
    """The theme in given colours: `LIGHT`, `DARK`, or the CSS variables of a page."""
    text, muted, axis, grid = (colours[role] for role in ("text", "muted", "axis", "grid"))
    return {
        "config": {
            "background": colours["page"],
            "font": FONT,
            "view": {"stroke": None, "continuousWidth": WIDTH, "discreteWidth": WIDTH,
                     "continuousHeight": HEIGHT, "discreteHeight": HEIGHT},
            "title": {"anchor": "start", "color": text, "subtitleColor": muted, "fontSize": 15,
                      "subtitleFontSize": 12, "subtitlePadding": 4, "offset": 14},
            "axis": {"labelColor": muted, "titleColor": muted, "domainColor": axis, "tickColor": axis,
                     "gridColor": grid, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
                     "labelPadding": 6, "titlePadding": 10, "labelLimit": 180, "labelOverlap": True,
                     "labelSeparation": 6},
            "axisX": {"grid": False},
            "axisY": {"domain": False, "ticks": False},
            "axisQuantitative": {"tickCount": 5, "gridColor": {
                "condition": {"test": "datum.value === 0", "value": axis}, "value": grid}},
            "axisTemporal": {"format": "%b %Y"},
            "legend": {"orient": "top", "title": None, "labelColor": text, "titleColor": muted,
                       "labelFontSize": 12, "labelLimit": 280, "symbolStrokeWidth": 2, "columnPadding": 18,
                       "columns": {"expr": LEGEND_COLUMNS}},
            "header": {"labelColor": text, "titleColor": muted, "labelFontSize": 12, "title": None,
                       "labelFontWeight": "bold", "labelAnchor": "start"},
            "line": {"strokeWidth": 2, "strokeJoin": "round"},
            "point": {"size": 48, "filled": True, "opacity": 1},
            "rule": {"color": axis},
            "text": {"color": text, "fontSize": 12},
            "mark": {"color": colours["series-0"]},
            "range": {"category": [colours[f"series-{place}"] for place in range(len(SERIES))],
                      "ramp": {"scheme": "cividis"}, "heatmap": {"scheme": "cividis"},
                      "diverging": {"scheme": "blueorange"}},
        }
    }  # fmt: skip


@alt.theme.register("capcycle", enable=True)
def capcycle() -> alt.theme.ThemeConfig:
    """The theme that every chart of the project is drawn with."""
    return config()


def layer_quickly() -> None:
    """Have Altair, where it brings the layers of a chart together, copy of each only what it then changes.

    It copies each to its ground, some six times over, which takes half the time of a chart; what it changes are the
    name, the data and the parameters of a layer, at its top.
    """
    for name in ("_remove_duplicate_params", "_combine_subchart_params", "_combine_subchart_data"):
        setattr(api, name, _at_the_top(getattr(api, name)))


def _at_the_top(function: Callable) -> Callable:
    @wraps(function)
    def quick(*given):
        deep, schemapi._deep_copy = schemapi._deep_copy, lambda part, _: part.copy(deep=False)
        try:
            return function(*given)
        finally:
            schemapi._deep_copy = deep

    return quick


def legend_columns(names: Sequence[str]) -> str:
    """How many columns a key of these names has, in rows of like length, as a Vega expression.

    The key stands over the axes only, and on a telephone the labels beside them take up to four parts of ten.

    >>> legend_columns(["Cost", "Gross profit"])
    'ceil(2 / ceil(2 / max(1, floor((containerSize()[0] || width || 600) * (width < 400 ? 0.6 : 0.9) / 130))))'
    """
    room = "(containerSize()[0] || width || 600) * (width < 400 ? 0.6 : 0.9)"
    fitting = f"max(1, floor({room} / {LETTER * max(map(len, names)) + SYMBOL}))"
    return f"ceil({len(names)} / ceil({len(names)} / {fitting}))"


def signs(all_: Sequence, shown: Sequence[str], known: Sequence[str]) -> list:
    """A colour, shape or dash for each company `shown`, by its place among those `known`.

    Where the colours begin again, shapes and dashes go one further: no two of a hundred companies share both.

    >>> known = [str(number) for number in range(11)]
    >>> signs(SERIES, ["0", "10"], known), signs(SHAPES, ["0", "10"], known)
    (['#224bb2', '#224bb2'], ['circle', 'square'])
    """
    place = {company: index for index, company in enumerate(known)}
    if wrong := set(shown) - set(place):
        raise CapcycleError(unknown("company", wrong, place))
    turns = [place[company] + (all_ is not SERIES) * (place[company] // len(all_)) for company in shown]
    return [all_[turn % len(all_)] for turn in turns]


def apart(colours: Sequence[str]) -> list[str]:
    """Colours for a chart without shapes: one that comes again is replaced by one that is free.

    >>> apart(["#224bb2", "#ad5622", "#224bb2"])
    ['#224bb2', '#ad5622', '#284408']
    """
    free = [colour for colour in SERIES if colour not in colours]
    return [
        colour if colour not in colours[:place] or not free else free.pop(0) for place, colour in enumerate(colours)
    ]


def firm(field: str = "kind") -> str:
    """The test, as a Vega expression, that a figure is reported or derived and not somebody's judgement.

    >>> firm()
    "indexof(['reported', 'derived'], datum['kind']) >= 0"
    """
    return f"indexof({list(FIRM)}, datum['{field}']) >= 0"


def evidence_opacity(field: str = "kind", soft: float = 0) -> alt.FillOpacityValue:
    """For the channel `fillOpacity`: full for reported and derived figures, hollow or as `soft` says for all others.

    Give the mark a stroke of its own colour (`stroke=` beside `color=`), so that a hollow one is still seen.
    """
    return alt.FillOpacityValue(**alt.when(firm(field)).then(alt.value(1)).otherwise(alt.value(soft)))
