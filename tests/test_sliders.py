"""The sliders of a published page in a real browser with the network cut: they compute what the library computes."""

import math
import re

import altair as alt
import numpy as np
import pytest
from browser import code, offline, outcome, show, until_drawn
from nbformat.v4 import new_markdown_cell

from capcycle import analyses, exhibits, facts, paths, publish, study, words
from capcycle.analyses.required_revenue.model import required_revenue
from capcycle.quantity import Quantity

pytestmark = pytest.mark.browser
SLIDERS = ["gross_margin_before_depreciation", "target_return"]
CLOSED = [model for model in analyses.models().values() if not model.iterates]
SET = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }"
LINES = "[...document.querySelectorAll('.mark-line path')].map(path => path.getAttribute('d'))"
DOT = "[aria-roledescription='text mark']"  # the number beside the dot
# Vega itself works out the formulas: each is a signal over the signals of the inputs
COMPUTE = """async ([formulas, rows]) => {
  const signals = Object.keys(rows[0]).map(name => ({name, value: 0}));
  const found = Object.entries(formulas).map(([name, update]) => ({name: "out_" + name, update}));
  const box = document.body.appendChild(document.createElement("div"));
  const {view} = await vegaEmbed(box, {signals: [...signals, ...found]}, {mode: "vega", actions: false, ast: true});
  const out = rows.map(inputs => {
    Object.entries(inputs).forEach(([name, value]) => view.signal(name, value));
    view.run();
    return Object.fromEntries(Object.keys(formulas).map(name => [name, view.signal("out_" + name)]));
  });
  box.remove();
  return out;
}"""


def build_of(**inputs):
    """A build of 400bn, with ranges for three inputs."""
    margin = Quantity("", 0.5, "fraction", 0.25, 0.8, reason="By hand.")
    wanted = Quantity("", 0.1, "fraction", 0.0, 0.2, reason="By hand.")
    life = Quantity("", 5.0, "years", 3.0, 6.0, reason="By hand.")
    known = {"it_capex": 300e9, "facility_capex": 100e9, "facility_life": 14.0, "net_capital": 0.0,
             "other_fixed_cost": 0.0, "ramp": 1.0, "ai_revenue": 60e9}  # fmt: skip
    ranges = {"it_life": life, "gross_margin_before_depreciation": margin, "target_return": wanted}
    return study.case(required_revenue, facts.open(), **(known | ranges | inputs))


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sliders")
    shown = exhibits.what_if(build_of(), "it_life", SLIDERS, "revenue_required")
    cells = [
        new_markdown_cell("# What if?"),
        code("x: int = 1  # one\n", tags=["parameters"]),
        code("what_if", show(shown)),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", folder / "cache")
        (folder / "site").mkdir()
        publish.build([outcome(folder / "runs", "whatif", cells)], folder / "site")
    with offline(browser) as page:
        page.goto((folder / "site" / "whatif.html").as_uri())
        until_drawn(page)
        yield page


def move(page, place: int, value: float) -> float:
    """Set a slider and say where it then stands, once the lines are drawn anew."""
    slider = page.locator("input[type=range]").nth(place)
    before, drawn = slider.input_value(), page.evaluate(LINES)
    slider.evaluate(SET, value)
    if slider.input_value() != before:
        page.wait_for_function(f"drawn => {LINES}.join() !== drawn.join()", arg=drawn)
    return float(slider.input_value())


def test_a_slider_starts_at_the_central_value(page):
    assert [float(each.input_value()) for each in page.locator("input[type=range]").all()] == [50, 10]  # percent


def test_the_title_follows_the_sliders(page):
    """At 80 % and 20 %, by hand: (300/3 + 100/14 + 0.2 × 400)/0.8 = 233.9bn, and with 6 years 171.4bn."""
    before = page.locator(".title").text_content()
    assert before == exhibits.what_if(build_of(), "it_life", SLIDERS, "revenue_required").title
    for place, value in enumerate((80, 20)):
        move(page, place, value)
    page.wait_for_function("before => document.querySelector('.title').textContent !== before", arg=before)
    assert re.findall(r"\$(\d+)bn", page.locator(".title").text_content()) == ["234", "171"]
    assert page.locator(".title").text_content() in page.locator(".chart").get_attribute("aria-label")
    for place, value in enumerate((50, 10)):
        move(page, place, value)
    page.wait_for_function("before => document.querySelector('.title').textContent === before", arg=before)


def test_the_chart_follows_the_sliders_over_a_grid(page):
    for margin, wanted in [(25, 0), (38.75, 5), (52.5, 20), (80, 12.5)]:
        at = [move(page, place, value) / 100 for place, value in enumerate((margin, wanted))]
        read = re.search(r"value: ([\d.]+)", page.locator(DOT).last.get_attribute("aria-label"))[1]
        right = build_of().evaluate(**dict(zip(SLIDERS, at, strict=True))).revenue_required
        assert float(read) == pytest.approx(right, rel=1e-11), at


def test_the_axis_stays_where_it_is_and_has_room_for_the_line_wherever_the_sliders_stand(page):
    def seen() -> list[str]:
        return page.locator(".role-axis-label text").all_text_contents()

    before = seen()
    frame = page.locator(".mark-group.role-frame path.background").first.bounding_box()
    for at in ((25, 0), (80, 20), (25, 20), (80, 0)):
        for place, value in enumerate(at):
            move(page, place, value)
        line = page.locator(".mark-line path").first.bounding_box()
        assert seen() == before and frame["y"] <= line["y"] + 2
        assert line["y"] + line["height"] <= frame["y"] + frame["height"] + 2


def test_the_base_case_stays_as_a_ghost_where_the_sliders_leave_it_and_comes_back_under_the_line(page):
    for place, value in enumerate((50, 10)):
        move(page, place, value)
    start = page.evaluate(LINES)
    assert len(start) == 2
    for place, value in enumerate((80, 20)):
        move(page, place, value)
    moved, ghost = page.evaluate(LINES)
    assert ghost == start[1] and moved != start[0]
    dashes = page.locator(".mark-line path").nth(1).get_attribute("stroke-dasharray")
    assert dashes == "4,4"  # so that nobody takes it for the line itself
    page.get_by_role("button", name="Back to the start").click()
    page.wait_for_function(f"start => {LINES}.join() === start.join()", arg=start)


def test_a_slider_shows_three_digits(page):
    move(page, 0, 38.75)
    page.wait_for_function("() => document.querySelector('.vega-bind input + *').textContent === '38.8'")


UNITS = ["fraction", "rate", "multiple", "USD", "CNY", "shares", "H100e", "USD/share", "USD/MW/year", "USD/GPU-hour",
         "years", "correlation", "bp", "GPUs", "MW"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_number_that_a_slider_moves_reads_as_the_same_number_elsewhere(page, unit):
    random = np.random.default_rng(11)
    last = 1 if unit == "rate" else 14
    sizes = [
        0.0,
        1.0,
        -1.0,
        2.0,
        *(random.choice([-1, 1]) * random.uniform(1, 9.9) * 10.0**e for e in range(-2, last)),
    ]
    rows = [{"number": float(size)} for size in sizes]
    said = page.evaluate(COMPUTE, [{"said": words.expression("number", unit)}, rows])
    assert [each["said"] for each in said] == [words.value(row["number"], unit) for row in rows]


def test_a_slider_has_a_name_and_moves_by_keyboard(page):
    slider = page.get_by_label("Target return")
    slider.evaluate(SET, 10)
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert float(slider.input_value()) == 9.5


def test_the_page_said_nothing_and_asked_no_one(page):
    assert page.said == [] and all(url.startswith(("file:", "data:")) for url in page.asked)


def some_inputs(model) -> dict[str, np.ndarray]:
    """Twenty values of every input, by its unit: what a formula is tried on."""
    random = np.random.default_rng(7)
    reach = {
        "fraction": (0.05, 0.6),
        "years": (2.0, 9.0),
        "multiple": (0.5, 4.0),
        "currency": (1e9, 4e11),
        "kW/GPU": (0.8, 3.9),
    }
    units = {name: unit for name, unit in model.parameters.items() if name not in model.lists}
    return {name: random.uniform(*reach.get(unit, (1.0, 90.0)), 20) for name, unit in units.items()}


def formula(value) -> str:
    """An output as a Vega expression; an output that is an input itself is its name."""
    return value.name if isinstance(value, alt.Parameter) else str(getattr(value, "expr", value))


@pytest.mark.parametrize("model", CLOSED, ids=lambda model: model.__name__)
def test_the_browser_computes_what_the_library_computes(page, model):
    inputs = some_inputs(model)
    by_year = {name: [1e9, 4e9, 2e9, 8e9, 3e9, 9e9, 5e9, 7e9] for name in model.lists}  # no slider moves a list
    outputs = model(**{name: alt.param(name=name) for name in inputs}, **by_year)
    single = {name: getattr(outputs, name) for name in model.outputs if name not in model.by_year}
    formulas = {name: formula(value) for name, value in single.items()}
    rows = [{name: float(values[row]) for name, values in inputs.items()} for row in range(20)]
    computed = page.evaluate(COMPUTE, [formulas, rows])
    for inputs, outputs in zip(rows, computed, strict=True):
        outputs = {name: math.nan if value is None else value for name, value in outputs.items()}
        exact = model.unguarded(**inputs, **by_year)  # what an input can be is not looked at here
        wanted = {name: float(getattr(exact, name)) for name in formulas}
        assert outputs == pytest.approx(wanted, rel=1e-9, nan_ok=True)


def test_what_an_output_does_not_take_may_be_missing():
    unknown = build_of(ai_revenue=Quantity("", math.nan, "USD", reason="Not disclosed."))
    charts = [exhibits.what_if(unknown, "it_life", SLIDERS, of).chart for of in ("revenue_required", "revenue_gap")]
    assert charts[0] is not None and charts[1] is None  # the gap is to the revenue that is not disclosed
