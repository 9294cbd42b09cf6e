"""Marks: where names are written, and what a chart leaves room for."""

import pandas as pd
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from capcycle import theme
from capcycle.exhibits import marks
from capcycle.exhibits.marks import places

WIDTH, HEIGHT = 560, 320


def points(*spots):
    table = pd.DataFrame(spots, columns=["x", "y"])
    return table.assign(half=8.0, label=[f"Lessor {place} 200 MW" for place in range(len(table))])


def boxes(table, found):
    """The box of every name that is written, in pixels."""
    rows = table.assign(x=table["x"] * WIDTH, y=(1 - table["y"]) * HEIGHT)
    return [places._name(row, side) for row, side in zip(rows.itertuples(), found, strict=True) if side]


parts = st.floats(0, 1)


@given(st.lists(st.tuples(parts, parts), min_size=1, max_size=12))
def test_no_name_covers_another_or_leaves_the_chart(spots):
    table = points(*spots)
    written = boxes(table, places.sides(table, WIDTH, HEIGHT))
    assert not any(places._meet(one, other) for one in written for other in written if one is not other)
    assert all(places._inside(box, WIDTH, HEIGHT) for box in written)


@pytest.mark.parametrize(("x", "side"), [(0.5, "right"), (0.99, "left")])
def test_a_name_stands_at_the_right_unless_the_chart_ends_there(x, side):
    assert places.sides(points((x, 0.5)), WIDTH, HEIGHT) == [side]


def test_a_name_without_room_is_left_out():
    crowd = points(*[(0.5, 0.5)] * 6)
    assert places.sides(crowd, WIDTH, HEIGHT).count("") > 0


def test_a_key_of_one_name_has_one_column():
    assert theme.legend_columns(["Cost"]).startswith("ceil(1 / ceil(1 / max(1,")


def test_an_exhibit_without_a_row_says_so_and_draws_nothing():
    found = marks.nothing(marks.Frame("prices", "No price is known", "USD/MW"))
    assert (found.title, found.chart, found.payload()["rows"]) == ("No price is known", None, [])


# ---- nothing to draw

ROWS = pd.DataFrame(columns=["label", "group", "x", "value", "low", "high", "unit", "kind", "source", "total"])
DRAWN = {
    "columns": marks.columns,
    "stacked": marks.stacked,
    "waterfall": marks.waterfall,
    "dots": marks.dots,
    "paths": marks.paths,
    "bands": lambda rows, frame: marks.bands(rows, frame, ("outer", "inner")),
    "bubble": lambda rows, frame: marks.bubble(rows, frame, "Term", "Power", "years"),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_of_no_rows_the_title_is_left(draw):
    exhibit = draw(ROWS, marks.Frame("power", "No power was known by then", "Power, MW", ("A note.",)))
    assert exhibit.chart is None and exhibit.view.empty and exhibit.payload()["rows"] == []
    assert (exhibit.title, exhibit.notes) == ("No power was known by then", ("A note.",))


def test_no_layer_of_dots_is_for_rows_that_are_not_drawn():
    """Vega-Lite warns of an infinite extent where the rows of a layer are none: of no bar, and of no number beside one.

    Own and Let have a bar each, with its number over it, and Sold is not known: nothing stands at the right of a dot.
    """
    rows = pd.DataFrame({"label": ["Own", "Let", "Sold"], "value": [12.0, 3.0, None], "low": [10.0, 2.0, None],
                         "high": [15.0, 4.0, None], "unit": "MW", "kind": "reported", "source": ""})  # fmt: skip
    frame = marks.Frame("power", "Power", "MW")
    assert sides_and_bars(marks.dots(rows, frame)) == (["over"], 1)
    points = rows.assign(low=rows["value"], high=rows["value"])
    assert sides_and_bars(marks.dots(points, frame)) == (["right"], 0)


def sides_and_bars(exhibit) -> tuple[list[str], int]:
    layers = exhibit.chart.to_dict()["layer"]
    sides = [side for side in ("over", "left", "right") if f"datum.side === '{side}'" in str(layers)]
    return sides, sum(layer["mark"]["type"] == "bar" for layer in layers)


# ---- for who does not see it


def test_the_words_for_a_range_chart_give_the_ranges():
    rows = pd.DataFrame({"label": ["Own", "Let", "Sold"], "low": [10.0, 3.0, 1.0], "value": [12.0, 3.0, float("nan")]})
    rows = rows.assign(high=[15.0, 3.0, 2.0], unit="MW", kind="reported", source="", note="")
    said = marks.dots(rows, marks.Frame("power", "Power", "MW")).alt
    assert said == "Own 12 MW (from 10 to 15 MW); Let 3 MW; Sold 1 to 2 MW."


def test_the_key_of_lines_shows_their_dashes_and_no_point():
    rows = pd.DataFrame({"x": ["2024", "2025"] * 2, "value": [1.0, 2.0, 1.0, 2.0], "unit": "USD", "source": ""})
    rows = rows.assign(
        label=rows["x"], group=["A name that is too long for the end"] * 2 + ["Let"] * 2, kind="reported"
    )
    spec = marks.paths(rows, marks.Frame("a", "A", "B")).chart.to_dict()
    (key,) = vl_convert.vegalite_to_vega({**spec, "width": 600}, vl_version="6.4")["legends"]
    assert key["symbolType"] == "stroke" and {"stroke", "strokeDash"} <= set(key) and not {"shape", "fill"} & set(key)


def test_a_table_behind_lines_gives_what_stands_across_in_its_unit():
    """The cost of a gigawatt once read 2.9e+10."""
    rows = pd.DataFrame({"label": "", "x": [29e9, 35e9], "value": [0.345, 0.286], "unit": "fraction", "group": "Part"})
    frame = marks.Frame("a", "b", "c")
    shown = marks.paths(rows.assign(kind="assumed", source=""), frame, x_unit="USD/GW", x_title="Cost of a GW")
    assert shown.view.iloc[:, 0].tolist() == ["$29bn/GW", "$35bn/GW"]
