"""The colours are told apart and read by everyone; marks show their evidence; a company keeps its signs."""

import re
from itertools import combinations

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from capcycle import theme
from capcycle.errors import CapcycleError

KNOWN = ["MSFT", "AMZN", "GOOGL", "META"]
# Machado, Oliveira and Fernandes 2009, severity 1.0: what each kind of colour blindness makes of linear RGB
SEEN_BY = {
    "everyone": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#000000")


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast ratio."""
    light, dark = sorted((linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


CONES = [
    [0.41222147, 0.53633254, 0.05144599],
    [0.21190350, 0.68069950, 0.10739696],
    [0.08830246, 0.28171884, 0.62997870],
]
LAB = [
    [0.21045426, 0.79361779, -0.00407205],
    [1.97799850, -2.42859221, 0.45059370],
    [0.02590400, 0.78277177, -0.80867577],
]


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson 2020: a space in which equal distances look about equally different."""
    return np.array(LAB) @ np.cbrt(np.array(CONES) @ rgb)


def closest(colours, eye: str) -> float:
    seen = [oklab(np.clip(np.array(SEEN_BY[eye]) @ linear(colour), 0, 1)) for colour in colours]
    return min(np.linalg.norm(one - other) for one, other in combinations(seen, 2))


@pytest.mark.parametrize("colours", [theme.SERIES, theme.SERIES_DARK], ids=["light", "dark"])
@pytest.mark.parametrize("eye", ["protan", "deutan", "tritan"])
def test_ten_companies_stay_apart_about_as_well_as_the_eight_of_okabe_and_ito(colours, eye):
    worst = min(closest(OKABE_ITO, eye) for eye in ("protan", "deutan", "tritan"))
    assert len(colours) == 10
    assert closest(colours, eye) >= 0.85 * worst


@pytest.mark.parametrize("roles", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_marks_and_text_stand_out_from_the_page(roles):
    marks = {role: contrast(colour, roles["page"]) for role, colour in roles.items() if "series" in role}
    assert {role for role, ratio in marks.items() if ratio < 3} == set()
    for role in ("text", "muted", "accent", "fault"):
        assert contrast(roles[role], roles["page"]) >= 4.5, role
        assert contrast(roles[role], roles["panel"]) >= 4.5, role
    assert contrast(roles["axis"], roles["page"]) >= 3


def test_light_and_dark_name_the_same_roles_and_no_colour_has_two():
    assert list(theme.LIGHT) == list(theme.DARK)
    assert len(set(theme.LIGHT.values())) == len(theme.LIGHT)  # a page maps each colour to its role


def test_the_theme_is_on_for_whoever_imports_it():
    assert alt.theme.active == "capcycle"
    config = alt.Chart(pd.DataFrame({"a": [1]})).mark_point().encode(x="a:Q").to_dict()["config"]
    assert config["font"] == theme.FONT
    assert config["view"]["discreteWidth"] == theme.WIDTH  # or a bar chart shrinks to 20 pixels a bar


def test_a_company_keeps_its_signs_whoever_else_is_shown():
    for signs in (theme.SERIES, theme.SHAPES):
        assert theme.signs(signs, ["META"], KNOWN)[0] == theme.signs(signs, ["MSFT", "META"], KNOWN)[1]


def test_a_company_that_is_not_known_is_refused():
    message = "unknown company TSLA; there are: AMZN, GOOGL, META, MSFT"
    with pytest.raises(CapcycleError, match=f"^{message}$"):
        theme.signs(theme.SERIES, ["TSLA"], KNOWN)


def drawn(**encoding) -> str:
    figures = pd.DataFrame({"company": ["a", "b", "c", "d"], "value": [1, 2, 3, 4]})
    figures["kind"] = ["reported", "derived", "estimated", "assumed"]
    bars = alt.Chart(figures).mark_bar(stroke="#224bb2").encode(x="value:Q", y="company:N", **encoding)
    svg = vl_convert.vegalite_to_svg(bars.to_dict(), vl_version="6.4")
    return svg[svg.index("mark-rect") :]


def test_only_reported_and_derived_marks_are_solid():
    assert re.findall(r'fill-opacity="(\d)"', drawn(fillOpacity=theme.evidence_opacity())) == ["1", "1", "0", "0"]


def test_a_legend_wraps_to_the_width_there_is():
    figures = pd.DataFrame({"company": [f"Company {i}" for i in range(7)], "value": range(7)})
    spec = alt.Chart(figures).mark_point().encode(x="value:Q", color="company:N").to_dict()
    rows = {width: legend_rows({**spec, "width": width}) for width in (300, 700)}
    assert rows == {300: 3, 700: 1}


def legend_rows(spec: dict) -> int:
    scene = vl_convert.vegalite_to_scenegraph(spec, vl_version="6.4")["scenegraph"]
    return len(set(label_tops(scene)))


def label_tops(node: dict, top: float = 0.0):
    for child in node.get("items", []):
        if child.get("role") == "legend-label":
            yield top
        yield from label_tops(child, top + child.get("y", 0))


def test_layers_brought_together_quickly_are_those_that_altair_brings_together(monkeypatch):
    for name in ("_remove_duplicate_params", "_combine_subchart_params", "_combine_subchart_data"):
        monkeypatch.setattr(theme.api, name, getattr(theme.api, name))
    rows = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
    point, slider = alt.selection_point(name="clicked"), alt.param(name="bound", value=1, bind=alt.binding_range())
    line = alt.Chart(rows).mark_line().encode(x="x:Q", y=alt.Y("y:Q", title="Y")).add_params(point, slider)
    dots = alt.Chart(rows).mark_point().encode(x="x:Q", color=alt.condition(point, "y:Q", alt.value("grey")))
    parts = [line, dots.add_params(point), dots.transform_filter(alt.datum.x < slider)]
    one = [each.to_dict() for each in parts]
    whole = (alt.layer(*parts).properties(width=300) + dots).to_dict()
    theme.layer_quickly()
    assert (alt.layer(*parts).properties(width=300) + dots).to_dict() == whole
    assert [each.to_dict() for each in parts] == one  # none of them was changed on the way
