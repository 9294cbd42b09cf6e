"""What a chart may not do: drop a quarter, write a value at another mark, give two companies or two ticks one look."""

import re
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import vl_convert
from hypothesis import given, settings
from hypothesis import strategies as st
from test_findings import amounts, margin
from test_sliders import build_of

from capcycle import exhibits, facts, study, theme, words
from capcycle.analyses import events, leasing, tokenised
from capcycle.exhibits import channels, ends, gate, marks
from capcycle.exhibits.studies import heat_map
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.publish.specs import one_look


def drawn(spec: dict, width: int = theme.WIDTH) -> str:
    return vl_convert.vegalite_to_svg({**spec, "width": width}, vl_version="6.4")


def texts(svg: str, role: str) -> list[tuple[float, str]]:
    """Where the texts of a role stand across, and what they say."""
    group = svg[svg.index(f'<g class="mark-text {role}') :]
    found = re.findall(r"<text[^>]*translate\(([\d.-]+),[^>]*>([^<]*)</text>", group[: group.index("</g>")])
    return [(float(place), text) for place, text in found if text]


def across(spec: dict) -> dict:
    return (spec["layer"][0] if "layer" in spec else spec)["encoding"]["x"]


def reach(spec: dict, width: int = theme.WIDTH) -> float:
    """How far the axis of time goes: up to the names at the ends of lines, where there are some."""
    _, end = across(spec)["scale"].get("range", (0, {"expr": "width - 0"}))
    return width - float(end["expr"].removeprefix("width - "))


# ---- time

BROKEN = {"NVDA": [1.0, None, None, 4.0, None, None, None, 8.0], "AMD": [1.0, 2.0, None, 4.0, 5.0, 6.0, 7.0, 8.0]}


@pytest.mark.parametrize("make", [exhibits.lines, exhibits.stack], ids=["lines", "stack"])
def test_a_time_axis_has_room_for_every_quarter_from_the_first_to_the_last(make):
    """Eight quarters of 2023 and 2024, the third without any value: 2023Q1 begins and 2024Q4 ends the axis."""
    spec = make(amounts(**BROKEN)).chart.to_dict()
    assert across(spec)["type"] == "temporal"
    assert across(spec)["scale"]["domain"] == ["2023-01-01", "2025-01-01"]


@pytest.mark.parametrize("make", [exhibits.lines, exhibits.stack], ids=["lines", "stack"])
def test_columns_and_points_stand_in_the_place_of_their_quarter(make):
    """Of eight quarters each has an eighth of the axis; nobody has the third, and one company alone three others."""
    spec = make(amounts(**BROKEN)).chart.to_dict()
    svg = drawn(spec, 800)
    column, point = (
        r'aria-roledescription="bar" d="M([\d.]+)',
        r'aria-roledescription="point" transform="translate\(([\d.]+)',
    )
    found = re.findall(column if make is exhibits.stack else point, svg)
    assert {int(8 * float(place) / reach(spec, 800)) for place in found} - {8} == {0, 1, 3, 4, 5, 6, 7}


@pytest.mark.parametrize(
    "span, calendar", [("ttm", "calendar"), ("ttm", "fiscal"), ("quarter", "fiscal"), ("year", "fiscal")]
)
@pytest.mark.parametrize("make", [exhibits.lines, exhibits.stack], ids=["lines", "stack"])
def test_every_period_stands_under_its_own_year(make, span, calendar):
    """The number of a year stands between the same two ticks as its quarters: 2025Q4 not on the tick of 2026."""
    spec = make(measure("capex", select(facts.open(["MSFT", "NVDA"]), span, calendar, since=2021))).chart.to_dict()
    first, last = (pd.Timestamp(end) for end in across(spec)["scale"]["domain"])
    numbers = {
        text: first + place / reach(spec) * (last - first) for place, text in texts(drawn(spec), "role-axis-label")
    }
    ticks = [pd.Timestamp(day) for day in across(spec)["axis"]["values"] if day.endswith("-01-01")]
    assert len(ticks) == last.year - first.year - (last.day_of_year == 1)
    (rows,) = spec["datasets"].values()
    for row in rows:
        own, day = re.search(r"\d{4}", row["period"])[0], pd.Timestamp(row["date"])
        assert day not in ticks and day.year == int(own)
        if first < day < last and own in numbers:
            assert sum(day > tick for tick in ticks) == sum(numbers[own] > tick for tick in ticks), row


@given(st.lists(st.integers(2000, 2040), min_size=1, max_size=9))
def test_an_axis_of_years_leaves_none_out(years):
    places = channels.every(years)
    assert places == list(range(min(years), max(years) + 1))


# ---- names at the ends of lines


def names(svg: str) -> dict[str, tuple[float, float]]:
    """Where the names at the ends of lines stand."""
    found = re.findall(r"<text[^>]*translate\(([\d.-]+),([\d.-]+)\)[^>]*>([A-Z][a-z][^<]*)</text>", svg)
    return {text: (float(across), float(down)) for across, down, text in found}


def test_a_line_has_its_name_at_its_end_and_the_chart_no_key():
    """On 680 × 320 pixels up to 8: a line that ends at 2 of 8 has its name at three quarters of the height."""
    spec = exhibits.lines(amounts(MSFT=[1.0, 4.0, 8.0], META=[1.0, 1.5, 2.0])).chart.to_dict()
    svg = drawn(spec)
    assert "role-legend" not in svg
    found = names(svg)
    assert found["Meta"][1] - found["Microsoft"][1] == pytest.approx(0.75 * theme.HEIGHT, abs=1)
    assert found["Meta"][0] == found["Microsoft"][0] < theme.WIDTH - 30


def test_names_of_lines_that_end_together_stand_apart_and_in_their_order():
    capex = {"MSFT": [1.0, 50.0], "META": [2.0, 50.2], "AMZN": [3.0, 50.4], "ORCL": [4.0, 50.1]}
    found = names(drawn(exhibits.lines(amounts(**capex)).chart.to_dict()))
    down = sorted((place, name) for name, (_, place) in found.items())
    assert [name for _, name in down] == ["Amazon", "Meta", "Oracle", "Microsoft"]
    assert min(after - before for (before, _), (after, _) in pairwise(down)) >= 12


@given(st.lists(st.floats(0, 320), min_size=1, max_size=7))
def test_no_two_names_cover_each_other_and_none_goes_farther_than_it_must(places):
    moved = sorted(place + by for place, by in zip(places, ends.spread(places), strict=True))
    assert all(after - before >= ends.APART - 1e-6 for before, after in pairwise(moved))
    assert max(map(abs, ends.spread(places))) <= ends.APART * (len(places) - 1)


def opaque(svg: str) -> int:
    points = re.findall(r'aria-roledescription="point"[^>]*>', svg)
    return sum('opacity="0"' not in point.replace("fill-opacity", "") for point in points)


def test_a_point_has_a_mark_only_where_the_line_does_not_say_it():
    """The first quarter stands alone, the others are joined; the second mark is that of the name."""
    alone = amounts(MSFT=[1.0, None, 3.0, 4.0, 5.0], META=[1.0, 2.0, 3.0, 4.0, 6.0])
    assert opaque(drawn(exhibits.lines(alone).chart.to_dict())) == 1 + 2


def test_the_peers_of_a_company_are_grey():
    (scale,) = {
        str(each["scale"]["range"])
        for layer in exhibits.lines(amounts(MSFT=[1.0, 2.0], META=[2.0, 4.0]), focus="META").chart.to_dict()["layer"]
        for name, each in layer.get("encoding", {}).items()
        if name == "stroke"
    }
    own = theme.signs(theme.SERIES, ["META"], list(facts.companies().index))
    assert scale == str([theme.LIGHT["axis"], *own])


def test_more_than_five_lines_are_a_small_chart_each_with_the_others_behind():
    six = {
        name: [float(place), 2.0 * place]
        for place, name in enumerate(("MSFT", "META", "AMZN", "GOOGL", "ORCL", "AAPL"), 1)
    }
    svg = drawn(exhibits.lines(amounts(**six)).chart.to_dict())
    assert len(re.findall(r'aria-roledescription="line mark"', svg)) == 6 * (6 + 1)
    five = exhibits.lines(amounts(**dict(list(six.items())[:5]))).chart.to_dict()
    assert "facet" not in five and len(names(drawn(five))) == 5


def test_money_and_multiples_say_so_on_their_axes():
    money = drawn(exhibits.lines(amounts(MSFT=[1e9, -2e9, 3e9], META=[1e9, 1e9, 2e9])).chart.to_dict())
    assert {"$2bn", "−$2bn"} <= {text for _, text in texts(money, "role-axis-label")} | set(
        re.findall(r">([^<]*)</text>", money)
    )


# ---- what happened


def test_an_event_stands_at_its_month_and_only_once_it_was_public():
    """CoreWeave's shares were first traded on 28 March 2025, at $40."""
    before, after = (events.of(facts.open(["CRWV"], day), "CRWV") for day in ("2025-03-20", "2025-04-01"))
    assert "IPO at $40.00" not in set(before["label"])
    (day,) = after.loc[after["label"] == "IPO at $40.00", "day"]
    assert f"{day:%F}" == "2025-03-28"
    panel = select(facts.open(["CRWV"], "2025-12-01"), "quarter", since=2024)
    exhibit = exhibits.stack(measure("capex", panel), after)
    first, last = (pd.Timestamp(end) for end in across(exhibit.chart.to_dict())["scale"]["domain"])
    svg = drawn(exhibit.chart.to_dict())
    rules = map(float, re.findall(r'aria-roledescription="rule mark" transform="translate\(([\d.]+),', svg))
    assert any(x == pytest.approx((day - first) / (last - first) * theme.WIDTH, abs=2) for x in rules)
    assert "IPO at $40.00 (2025-03)" in exhibit.notes[0]
    assert {each for cell in after["source"] for each in cell.split()} <= {card["id"] for card in exhibit.sources}


def test_a_contract_is_marked_as_it_was_announced():
    labels = events.of(facts.open(["CIFR"]), "CIFR")["label"].tolist()
    assert "Fluidstack, $3.0bn contract" in labels  # amended to 7.0bn a year later


def test_the_newest_results_and_a_restated_figure_are_events():
    """Meta's 10-K of 30 January 2025 gives 27.045bn of capex for 2023, that of 2024 gave 27.266bn: 0.8% less."""
    known = events.of(facts.open(["META"], "2025-02-03"), "META").set_index("label")["day"]
    assert f"{known['Capex to 2023-12 restated, −0.8%']:%F}" == "2025-01-30"
    (results,) = (label for label in known.index if label.startswith("Results"))
    assert f"{known[results]:%F}" == "2025-01-29" and results.startswith("Results: $8.02 a share, ")
    assert not {"Capex to 2023-12 restated, −0.8%"} & set(
        events.of(facts.open(["META"], "2025-01-29"), "META")["label"]
    )


def test_the_labels_of_events_stand_above_the_columns():
    happened = events.of(facts.open(["META"]), "META")
    spec = exhibits.stack(
        measure("capex", select(facts.open(["META"]), "quarter", since=2024)), happened
    ).chart.to_dict()
    svg = drawn(spec)
    lowest = max(float(y) for y in re.findall(r"translate\([\d.]+,([\d.]+)\)[^>]*>(?:Results|Guidance|Servers)", svg))
    (bars,) = re.findall(r'<g class="mark-rect.*?</g>', svg)
    assert lowest + 5 < min(float(y) for y in re.findall(r' d="M[\d.]+,([\d.]+)', bars))


# ---- values at their marks


def numbers(svg: str) -> dict[str, float]:
    """Where the numbers beside the marks stand across."""
    axes = re.sub(r'<g class="mark-text role-axis.*?</g>', "", svg)
    found = re.findall(r"<text[^>]*translate\(([\d.]+),[^>]*>([^<]*[%$][^<]*)<", axes)
    return {text: float(place) for place, text in found}


def ranges() -> pd.DataFrame:
    rows = pd.DataFrame(
        {"label": ["Cipher", "Riot", "Hut 8"], "value": [-0.107, 0.3, float("nan")], "unit": "fraction"}
    )
    return rows.assign(low=[-0.9, 0.3, 0.1], high=[1.5, 0.3, 0.2], kind="assumed", source="")


def test_the_central_value_of_a_range_is_written_at_the_centre_and_not_at_the_end():
    svg = drawn(marks.dots(ranges(), marks.Frame("upside", "Upside", "%")).chart.to_dict())
    places = numbers(svg)
    dots = [float(x) for x in re.findall(r'aria-roledescription="point" transform="translate\(([\d.]+)', svg)]
    assert places["−10.7%"] == pytest.approx(dots[0])
    assert places["30.0%"] == pytest.approx(dots[1] + 9)  # a dot without a bar has its number beside it

    bars = re.findall(r'd="M([\d.]+),[\d.]+h([\d.]+)', svg[svg.index("mark-rect role-mark") :])
    start, length = map(float, bars[1])  # a range without a centre has its ends over its middle
    assert places["10.0% to 20.0%"] == pytest.approx(start + length / 2, abs=1)


@pytest.mark.parametrize("make", ["columns", "bars"])
def test_the_value_of_a_bar_below_zero_is_written_at_its_end_and_not_at_zero(make):
    rows = pd.DataFrame({"label": ["Let", "Cloud"], "value": [1.59e6, -11e6], "unit": "USD/MW"})
    drawing = marks.columns(rows.assign(kind="assumed", source=""), marks.Frame("a", "b", "c"))
    exhibit = drawing if make == "columns" else exhibits.bars(amounts(MSFT=[1.0], META=[-11.0]))
    svg = drawn(exhibit.chart.to_dict())
    bars = re.findall(r'aria-roledescription="bar" d="M([\d.]+),[\d.]+h([\d.]+)', svg)
    left = min(float(start) for start, _ in bars)
    text, place = next((text, place) for text, place in numbers(svg).items() if text.startswith("−"))
    assert place == pytest.approx(left - 5, abs=1) and place - 6.6 * len(text) >= -7, "it covers no name"


def stack_of(groups: list[str], values: list[float]) -> dict:
    rows = pd.DataFrame({"x": ["Units"] * 2 + ["Money"] * 2, "label": groups * 2, "group": groups * 2, "value": values})
    rows = rows.assign(unit="USD", kind="reported", source="")
    return marks.stacked(rows, marks.Frame("a", "b", "c")).chart.to_dict()


def test_the_parts_of_a_stack_have_their_names_beside_its_last_column_or_a_key():
    beside = drawn(stack_of(["Let", "Own"], [5, 5, 6, 4]))
    assert re.findall(r">(Let|Own)<", beside) == ["Let", "Own"] and "role-legend" not in beside
    thin = drawn(stack_of(["Let", "Own"], [5, 5, 9.9, 0.1]))  # the last part is too low for a name
    assert "role-legend" in thin


def test_a_stack_over_time_has_the_names_of_its_companies_beside_its_last_column():
    even = exhibits.stack(amounts(MSFT=[1.0, 2.0], META=[2.0, 3.0])).chart.to_dict()
    assert re.findall(r">(Microsoft|Meta)<", drawn(even)) and "role-legend" not in drawn(even)


@pytest.mark.parametrize(("level", "low"), [(0.02, True), (0.5, False)])
def test_the_value_of_a_line_near_the_axis_stands_above_it(level, low):
    grid = SimpleNamespace(xs=np.linspace(0, 1, 11), ys=np.linspace(0, 1, 11))
    line = pd.DataFrame({"x": grid.xs, "y": level, "piece": 0})
    assert heat_map._middle(line, grid)["low"].item() == low


def test_a_line_alone_is_solid():
    rows = pd.DataFrame({"x": ["2024", "2025"] * 2, "group": ["Own"] * 2 + ["Let"] * 2, "value": [1.0, 2.0, 3.0, 2.0]})
    rows = rows.assign(label=rows["group"], unit="USD", kind="reported", source="")
    one, two = (marks.paths(some, marks.Frame("a", "b", "c")).chart.to_dict() for some in (rows[:2], rows))
    assert "strokeDash" not in one["layer"][0]["encoding"] and "strokeDash" in two["layer"][0]["encoding"]


def test_a_row_without_a_value_is_in_the_table_and_not_in_the_chart():
    rows = pd.DataFrame({"label": ["Meta", "Oracle", "Alibaba"], "value": [0.2, 0.3, float("nan")], "unit": "fraction"})
    rows = rows.assign(kind="reported", source="", note=["", "", "not disclosed"])
    for make in (marks.columns, marks.dots):
        exhibit = make(rows, marks.Frame("a", "b", "c"))
        assert "Alibaba" not in drawn(exhibit.chart.to_dict()) and "Alibaba" in list(exhibit.view["Name"])
        assert "Alibaba: not disclosed" in exhibit.notes


def test_a_company_keeps_its_colour_beside_what_is_no_company():
    own, google, amazon = channels.group_scale(["NVIDIA", "Google", "Amazon"], theme.SERIES).range
    assert own == channels.group_scale(["NVIDIA"], theme.SERIES).range[0]
    assert amazon == channels.group_scale(["Amazon"], theme.SERIES).range[0] and google not in (own, amazon)


def test_megawatts_have_all_their_digits_on_an_axis_as_beside_a_mark():
    rows = pd.DataFrame({"label": ["Own", "Let"], "value": [20_000, 5_000], "unit": "MW", "kind": "reported"})
    svg = drawn(marks.columns(rows.assign(source=""), marks.Frame("a", "b", "c")).chart.to_dict())
    assert "20,000 MW" in svg and "20,000" in [text for _, text in texts(svg, "role-axis-label")]


# ---- one look for one thing


def test_two_dots_of_one_name_stand_on_one_line_with_the_numbers_outside_of_them():
    two = pd.DataFrame({"label": ["Meta", "Meta", "Oracle", "Oracle"], "value": [0.234, 0.277, 0.29, 0.173]})
    two = two.assign(group=["Assumed", "Grown"] * 2, unit="fraction", kind="reported", source="")
    spec = marks.dots(two, marks.Frame("a", "A", "B")).chart.to_dict()
    svg = drawn(spec)
    at = numbers(svg)
    dots = sorted(
        float(x)
        for x in re.findall(r'role="graphics-symbol" aria-roledescription="point"[^>]*translate\(([\d.]+),', svg)
    )
    assert at["17.3%"] < dots[0] and at["29.0%"] > dots[-1] and at["23.4%"] < dots[1] < dots[2] < at["27.7%"]
    assert svg.count('aria-roledescription="rule mark"') == 2


def test_a_number_over_a_bar_keeps_off_the_names_on_a_telephone():
    low = pd.DataFrame({"label": ["VanEck", "J.P. Morgan"], "value": [3e6, 12e6]})
    low = low.assign(low=[2e6, 8e6], high=[6e6, 17e6], unit="USD/MW", kind="estimated", source="")
    svg = drawn(marks.dots(low, marks.Frame("a", "A", "B")).chart.to_dict(), 100)
    (place,) = (place for text, place in numbers(svg).items() if text == "$3m")
    assert place >= len("$3m") * channels.LETTER / 2 - 1  # written around its middle, from the axis on


def test_names_of_companies_that_lie_together_do_not_cover_each_other():
    same = {name: [50 + place] for place, name in enumerate(("MSFT", "AMZN", "GOOGL", "META", "ORCL", "NVDA"))}
    wide = exhibits.scatter(amounts(**same | {"AAPL": [900]}), margin(**{name: [20] for name in [*same, "AAPL"]}))
    svg = drawn(wide.chart.to_dict())
    names = dict(re.findall(r"translate\(([\d.]+,[\d.]+)\)[^>]*>(Microsoft|Amazon|Alphabet|Meta|Oracle|NVIDIA)<", svg))
    assert 1 <= len(names) < 6  # the others are in the tooltip and in the table
    assert len(wide.view) == 7


def test_no_two_companies_share_both_colour_and_shape_or_dash():
    known = list(facts.companies().index)
    colours = theme.signs(theme.SERIES, known, known)
    for signs in (theme.SHAPES, theme.DASHES):
        looks = list(zip(colours, map(str, theme.signs(signs, known, known)), strict=True))
        assert len(known) > 10 and len(set(looks)) == len(looks)


def test_no_two_companies_of_a_stack_share_a_colour():
    """NVIDIA and CoreWeave have one place in the order of the colours, ten apart."""
    names = list(facts.companies().index)
    pair = next((one, names[place + 10]) for place, one in enumerate(names) if {"NVDA"} == {one})
    spec = exhibits.stack(amounts(**{company: [1.0, 2.0] for company in pair})).chart.to_dict()
    assert len(set(spec["layer"][0]["encoding"]["fill"]["scale"]["range"])) == 2


def test_bars_of_more_companies_than_colours_are_of_one_colour():
    """IREN and Galaxy were one violet among eleven miners."""
    names = list(facts.companies().index)[:11]
    spec = exhibits.bars(amounts(**{company: [1.0] for company in names})).chart.to_dict()
    assert gate.of_looks([spec]) == [] and "scale" not in spec["layer"][0]["encoding"]["fill"]


@pytest.mark.parametrize("draw", [marks.stacked, marks.paths], ids=["stacked", "paths"])
def test_a_company_has_its_own_colour_in_charts_of_rows_too(draw):
    rows = pd.DataFrame({"label": "2026", "group": ["Alphabet", "Microsoft"], "x": "2026", "value": [1.0, 2.0]})
    spec = draw(rows.assign(unit="USD", kind="reported", source=""), marks.Frame("a", "b", "c")).chart.to_dict()
    scale = (spec["layer"][0] if "layer" in spec else spec)["encoding"]["stroke"]["scale"]
    assert scale["range"] == theme.signs(theme.SERIES, ["GOOGL", "MSFT"], list(facts.companies().index))


def chart(*names: str) -> dict:
    return {"encoding": {"fill": {"scale": {"domain": list(names), "range": list(theme.SERIES)}},
                         "shape": {"scale": {"domain": list(names), "range": list(theme.SHAPES)}}}}  # fmt: skip


def test_a_category_has_one_colour_and_shape_on_a_page_and_none_that_stands_beside_it_has_the_same():
    specs = [
        chart("Hyperscaler", "Guaranteed", "None"),
        chart("None", "Hyperscaler"),
        chart("Grid", "None"),
        chart("Grid"),
    ]
    one_look(specs)
    looks: dict[str, set] = {}
    for spec in specs:
        scales = [each["scale"] for each in spec["encoding"].values()]
        own = list(zip(*(scale["range"] for scale in scales), strict=True))
        assert len(set(own)) == len(own) == len(scales[0]["domain"])
        for name, look in zip(scales[0]["domain"], own, strict=True):
            looks.setdefault(name, set()).add(look)
    assert all(len(look) == 1 for look in looks.values()), looks


def test_a_company_keeps_its_colour_beside_other_categories():
    specs = [chart("Others", "Oracle"), {"scale": {"domain": ["Oracle"], "range": [theme.SERIES[4]]}}]
    one_look(specs)
    assert specs[0]["encoding"]["fill"]["scale"]["range"] == [theme.SERIES[0], theme.SERIES[4]]


# ---- ticks


@settings(max_examples=30)
@given(st.sampled_from(["fraction", "rate", "multiple", "USD", "years", "MW"]), st.floats(1e-4, 1e4), st.floats(0, 3))
def test_no_two_ticks_read_alike(unit, size, start):
    """Of axes of any reach: 0 to 3.5 % once read 0 %, 1 %, 1 %, 2 %, 2 %."""
    rows = pd.DataFrame({"label": ["a", "b"], "value": [size * start, size * (start + 1)], "unit": unit})
    rows = rows.assign(kind="reported", source="", group="One", x=[0.0, 1.0])
    spec = marks.bubble(rows, marks.Frame("a", "b", "c"), "across", "up", "years").chart.to_dict()
    svg = drawn(spec)
    for axis in re.findall(r'<g class="mark-text role-axis-label".*?</g>', svg):
        labels = re.findall(r">([^<]+)</text>", axis)
        assert len(labels) == len(set(labels)), labels


# ---- heat maps


def test_the_line_of_a_heat_map_is_seen_on_light_and_on_dark_and_says_its_value():
    """What is needed, as it is today, over a life and a return: written once beside the line, white on a black edge."""
    grid = study.grid(build_of(), "it_life", "target_return", of="revenue_required")
    spec = heat_map.heat_map(grid).chart.to_dict()
    lines = [layer["mark"] for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert [(each["color"], each["strokeWidth"]) for each in lines] == [("black", 5), ("white", 2)]
    today = words.value(build_of().outputs.revenue_required, "USD")
    svg = drawn(spec)
    assert svg.count(f">{today}</text>") == 2  # its edge and itself


def test_an_axis_of_years_says_so():
    assert channels.axis("years", "Life").title == "Life, years" and channels.axis("fraction", "Share").title == "Share"


def test_a_row_is_as_high_as_the_longest_name_needs():
    rows = pd.DataFrame(
        {"label": ["Own", "Power usage effectiveness (site power to IT power of all halls)"], "value": 1.0}
    )
    spec = marks.columns(rows.assign(unit="MW", kind="reported", source=""), marks.Frame("a", "b", "c")).chart.to_dict()
    assert spec["height"]["step"] >= 3 * 13  # three lines of thirteen pixels


def test_no_name_of_a_line_stands_below_the_axis():
    """Three lines that end at zero: their names are pushed up, not into the ticks."""
    rows = pd.DataFrame([{"x": f"202{year}", "group": name, "value": value * (1 - year)} for name, value in
                         (("Oracle", 9.0), ("Amazon", 1.0), ("Meta", 4.0)) for year in (0, 1)])  # fmt: skip
    rows = rows.assign(label=rows["x"], unit="USD", kind="reported", source="")
    found = names(drawn(marks.paths(rows, marks.Frame("a", "b", "c")).chart.to_dict()))
    assert set(found) == {"Oracle", "Amazon", "Meta"} and max(down for _, down in found.values()) <= theme.HEIGHT


def test_of_many_lines_those_of_the_title_have_colour_and_name_and_the_others_are_grey():
    rows = pd.DataFrame([{"x": year, "group": name, "value": float(place * year)}
                         for place, name in enumerate("abcdefgh", start=1) for year in (1, 2)])  # fmt: skip
    rows = rows.assign(group="Line " + rows["group"], label="", unit="USD", kind="reported", source="")
    spec = marks.paths(rows, marks.Frame("a", "Line b ends above Line a", "c")).chart.to_dict()
    scale = spec["layer"][0]["encoding"]["stroke"]["scale"]
    grey = [name for name, colour in zip(scale["domain"], scale["range"], strict=True) if colour == theme.LIGHT["axis"]]
    assert grey == [f"Line {name}" for name in "cdefgh"] and set(names(drawn(spec))) == {"Line a", "Line b"}


def test_groups_that_stand_in_the_labels_of_their_rows_need_no_key():
    rows = pd.DataFrame({"label": ["Meta: ads", "Oracle: cloud"], "group": ["Meta", "Oracle"], "value": [1.0, 2.0]})
    rows = rows.assign(unit="USD", kind="reported", source="")
    keys = [marks.columns(each, marks.Frame("a", "b", "c")).chart.to_dict()["layer"][0]["encoding"]["fill"]["legend"]
            for each in (rows, rows.assign(label=["ads", "cloud"]))]  # fmt: skip
    assert keys[0] is None and keys[1] is not None


def test_names_that_share_a_beginning_are_told_apart_in_the_key():
    costs = {"card_price": 287_500.0, "lessor_debt_rate": 0.045, "operating_cost_share": 0.05, "borrowed_share": 0.7}
    issue = tokenised.issue(leasing.cluster(facts.open(currency="CNY"), "ordinary", **costs), 0.5)
    assert list(dict.fromkeys(tokenised.by_yield(issue).figures["group"])) == [
        "Without tokens", "With tokens", "With a loan of that size"]  # fmt: skip
