"""Static pictures of charts, drawn once for each specification, and the script bundle that draws live ones."""

import hashlib
import json
import re
from functools import cache
from textwrap import wrap

import vl_convert

from capcycle import theme
from capcycle.publish.kept import kept

VEGA_LITE_VERSION = "6.4"
SIGNS = ("color", "fill", "stroke", "shape", "strokeDash", "opacity", "size")
WORDLESS = (
    dict.fromkeys(("x", "y"), ("axis", None))
    | dict.fromkeys(SIGNS, ("legend", None))
    | dict.fromkeys(("facet", "row", "column"), ("header", {"labelExpr": "''", "title": None}))
)
FONT = "Arial, sans-serif"
CARD_LINE = 52  # letters of a line of the title on a card
INNER_ID = re.compile(
    r'(?<=id="clip)\d+(?=")|(?<=url\(#clip)\d+(?=\))|(?<=id="gradient_)\d+(?=")|(?<=url\(#gradient_)\d+(?=\))'
)
AS_IT_IS = ("datasets", "config")


def picture(spec: dict) -> str:
    """The chart as SVG in the light colours, without its title."""
    return _drawn(_sized(spec, theme.WIDTH, spec.get("height")), {})


def card(spec: dict, title: str) -> bytes:
    """The chart under its title as a PNG, for those to whom the page is sent: few of them take an SVG."""
    lines = wrap(title, CARD_LINE) if title.isascii() else [title]
    heading = {"text": lines, "anchor": "start", "fontSize": 20, "offset": 14}
    drawn = _sized(spec, 560, spec.get("height", 230)) | {"title": heading, "background": "#ffffff", "padding": 20}
    return vl_convert.vegalite_to_png(drawn, vl_version=VEGA_LITE_VERSION, scale=2)


def thumbnail(spec: dict) -> str:
    """The chart's marks alone, small, with no background: legible in light and in dark."""
    return _drawn(_sized(_bare(spec), 320, 150), {"background": None})


def speaks(spec: dict) -> bool:
    """Whether a chart says something without its words: one over time does, all else needs its names.

    >>> time = {"x": {"field": "day", "type": "temporal"}}
    >>> speaks({"layer": [{"mark": "rule"}, {"mark": "line", "encoding": time}]}), speaks({"mark": "bar"})
    (True, False)
    """
    inner = [*spec.get("layer", ()), *filter(None, [spec.get("spec")])]
    return spec.get("encoding", {}).get("x", {}).get("type") == "temporal" or any(map(speaks, inner))


def bundle() -> str:
    """Vega, Vega-Lite and vega-embed as one script, the same bytes each time."""
    return kept(f"pictures/vega-{VEGA_LITE_VERSION}-{vl_convert.__version__}.js", _bundled)


@cache
def _bundled() -> str:
    return vl_convert.javascript_bundle(vl_version=VEGA_LITE_VERSION)  # takes two seconds


def _sized(spec: dict, width: int, height: int | None) -> dict:
    if not {"mark", "layer"} & set(spec) or "facet" in spec.get("encoding", {}):
        return spec
    return {**spec, "width": width, **({"height": height} if height else {})}


def _bare(node):
    """The specification without axes, legends, facet headers and layers of text."""
    if isinstance(node, list):
        return [_bare(item) for item in node if not _is_text(item)]
    if not isinstance(node, dict):
        return node
    return {key: _unlabelled(key, value) for key, value in node.items()}


def _is_text(layer) -> bool:
    mark = layer.get("mark") if isinstance(layer, dict) else None
    return (mark.get("type") if isinstance(mark, dict) else mark) == "text"


def _unlabelled(key: str, value):
    if key in WORDLESS and isinstance(value, dict) and "field" in value:
        label, nothing = WORDLESS[key]
        return {**value, label: nothing}
    return value if key in AS_IT_IS else _bare(value)


def _drawn(spec: dict, config: dict) -> str:
    # the page's own words stand beside the picture, so its marks need no text of their own; a short
    # list of fonts to look for takes a third of the time of the long one
    fixed = {"aria": False, "font": FONT}
    spec = {**spec, "title": None, "config": {**spec.get("config", {}), **fixed, **config}}
    text = json.dumps(spec, sort_keys=True)
    key = hashlib.sha256(f"{vl_convert.__version__} {text}".encode()).hexdigest()
    return kept(f"pictures/{key}.svg", lambda: numbered(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE_VERSION)))


def numbered(svg: str) -> str:
    """The picture with its inner ids counted from zero: Vega counts through all pictures of a process.

    >>> numbered('<g clip-path="url(#clip7)"/><clipPath id="clip7"/>')
    '<g clip-path="url(#clip0)"/><clipPath id="clip0"/>'
    """
    order = dict.fromkeys(INNER_ID.findall(svg))
    number = {found: str(place) for place, found in enumerate(order)}
    return INNER_ID.sub(lambda match: number[match[0]], svg)
