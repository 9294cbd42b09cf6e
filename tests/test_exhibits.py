"""Every exhibit keeps its promises, whatever it is given: cited, complete, honest about what is missing."""

import ast
import io
import json
import re
from functools import cache
from itertools import takewhile

import altair as alt
import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_findings import SOURCE, amounts, intensity, panel

from capcycle import exhibits, facts, metrics, paths, theme, words
from capcycle.errors import CapcycleError, NothingToShow
from capcycle.exhibits import Exhibit, gate, marks
from capcycle.exhibits.exhibit import MIME, VEGA_LITE, cited
from capcycle.facts import Book
from capcycle.measure import measure, needs
from capcycle.measures import Measures
from capcycle.panel import Panel, select

GROUP = ("MSFT", "AMZN", "META", "NVDA")
EVERYONE = tuple(facts.companies().index)


@cache
def opened(companies: tuple[str, ...] = GROUP, as_of: str = "", currency: str = "") -> Book:
    return facts.open(companies, as_of, currency)


@cache
def shown(span: str = "ttm", calendar: str = "calendar", currency: str = "", companies=GROUP, as_of: str = "") -> Panel:
    return select(opened(companies, as_of, currency), span, calendar, 2021)


def ratio(**chosen) -> Measures:
    return measure(metrics.capex_to_revenue, shown(**chosen))


def margin(**chosen) -> Measures:
    return measure(metrics.fcf_after_leases_margin, shown(**chosen))


MAKERS = {
    "lines": lambda **chosen: exhibits.lines(ratio(**chosen)),
    "lines with a focus": lambda **chosen: exhibits.lines(margin(**chosen), focus="MSFT"),
    "bars": lambda **chosen: exhibits.bars(margin(**chosen)),
    "stack": lambda **chosen: exhibits.stack(measure("capex", shown(**chosen))),
    "scatter": lambda **chosen: exhibits.scatter(ratio(**chosen), measure(metrics.fcf_margin, shown(**chosen))),
    "compare": lambda **chosen: exhibits.compare(ratio(**chosen), margin(**chosen)),
    "definitions": lambda **chosen: exhibits.definitions(shown(**chosen), "capex_intensity"),
}
each_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
every = pytest.mark.parametrize("name", MAKERS)
charts = pytest.mark.parametrize("name", [name for name in MAKERS if name != "compare"])


@cache
def example(name: str) -> Exhibit:
    return MAKERS[name]()


def quarters() -> Exhibit:
    return exhibits.coverage.quarters(shown("quarter"))


def by_year() -> Exhibit:
    return exhibits.coverage.documents_by_year(opened())


def spec(exhibit: Exhibit) -> dict:
    return exhibit._repr_mimebundle_()[VEGA_LITE]


def data(exhibit: Exhibit) -> pd.DataFrame:
    (rows,) = spec(exhibit)["datasets"].values()
    return pd.DataFrame(rows)


def csv(exhibit: Exhibit) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(exhibit.payload()["csv"]))


# ---- what an exhibit says


@every
def test_title_and_subtitle_and_id_are_there(name):
    exhibit = example(name)
    assert exhibit.title.strip() and exhibit.subtitle.strip()
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", exhibit.id)


@each_maker
def test_the_title_follows_the_figures(make):
    assert make().title != make(as_of="2022-03-01").title


@pytest.mark.parametrize(
    ("exhibit", "subtitle"),
    [
        (lambda: example("lines"), "Capex to revenue, % (trailing twelve months)"),
        (lambda: exhibits.stack(amounts(MSFT=[1.0])), "Capex, USD (by quarter)"),
        (lambda: exhibits.bars(intensity(MSFT=[1.0])), "Capex to revenue, % (by quarter), 2023Q1"),
        (
            lambda: exhibits.scatter(intensity(MSFT=[1.0]), amounts(MSFT=[1.0])),
            "Capex to revenue (%) across, capex (USD) up, 2023Q1",
        ),
    ],
)
def test_the_subtitle_names_measure_and_unit(exhibit, subtitle):
    assert exhibit().subtitle == subtitle


@every
def test_the_definition_stands_in_the_notes(name):
    notes = " ".join(example(name).notes)
    for metric in example(name).figures["metric"].unique():
        name = words.name(metric)
        assert f"{name}: " in notes or f"Definition: {words.lower(name)} = " in notes


@charts
def test_the_text_for_who_cannot_see_it_names_every_company(name):
    drawn = ["Microsoft", "Amazon", "Meta", *(["NVIDIA"] if name != "definitions" else [])]  # of NVIDIA's own quarters
    assert all(company in example(name).alt for company in drawn)


def test_who_lacks_a_value_is_named_too():
    both = panel(capex={"MSFT": [30], "META": [20]}, revenue={"MSFT": [100], "META": [100]})
    half = panel(operating_income={"MSFT": [10], "META": [None]}, revenue={"MSFT": [100], "META": [100]})
    exhibit = exhibits.scatter(measure(metrics.capex_to_revenue, both), measure(metrics.operating_margin, half))
    assert "Meta 20.0% and –" in exhibit.alt
    assert "Meta, 2023Q1: the data has no figure for operating income." in exhibit.notes


def test_fiscal_periods_are_said_to_be_fiscal():
    fiscal = words.say("note.fiscal")
    assert all(fiscal in make(calendar="fiscal").notes for make in MAKERS.values())
    assert not any(fiscal in example(name).notes for name in MAKERS)


def test_the_widest_mismatch_with_the_calendar_is_named():
    # Oracle's quarter to 2024-11-30 ends 31 days before December does, NVIDIA's to 2024-07-28 28 days after June
    one = select(opened(("NVDA", "ORCL")), since=2024, until=2024)
    notes = " ".join(exhibits.lines(measure("revenue", one)).notes)
    assert "The widest mismatch is Oracle, whose period ends 31 days before it" in notes


def test_a_table_of_newest_figures_names_the_widest_mismatch_among_these():
    # Broadcom's quarter to 2026-05-03 ends 33 days after March; that to 2024-05-05 ended 35 days after it
    one = measure("revenue", select(facts.open(["AVGO", "META"], as_of="2026-06-30"), since=2024))
    drawn, newest = (" ".join(made.notes) for made in (exhibits.lines(one), exhibits.compare(one)))
    assert "35 days after it" in drawn and "33 days after it" in newest and "35 days" not in newest


@pytest.mark.parametrize(("currency", "symbol"), [("CNY", "CN¥"), ("EUR", "€")])
def test_another_currency_stands_in_unit_and_values(currency, symbol):
    exhibit = exhibits.stack(measure("capex", shown(currency=currency)))
    assert f"Capex, {currency} " in exhibit.subtitle and symbol in exhibit.title
    assert exhibit.view.iloc[0, 1].startswith(symbol) and set(exhibit.figures["unit"]) == {currency}


# ---- the chart


@charts
def test_the_chart_is_valid(name):
    alt.Chart.from_dict(spec(example(name)), validate=True)


COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b")
NAMED = re.compile(r'"(?:scheme|color|fill|stroke)": "([^"]+)"')


@pytest.mark.parametrize("make", [*MAKERS.values(), quarters, by_year])
def test_every_colour_is_the_themes(make):
    if (exhibit := make()).chart is None:
        return
    text = json.dumps({key: part for key, part in spec(exhibit).items() if key not in ("datasets", "config")})
    assert set(COLOUR.findall(text)) <= set(theme.LIGHT.values())
    assert set(NAMED.findall(text)) <= set(theme.LIGHT.values())


@charts
def test_the_width_is_the_pages_or_the_themes(name):
    chart = spec(example(name))
    assert chart.get("width", "container") == "container"
    assert chart["config"]["view"]["continuousWidth"] == theme.WIDTH


def test_a_company_has_one_colour_on_every_chart():
    def colours(exhibit):
        scales = re.findall(r'"domain": (\[[^]]+\]), "range": (\["#[^]]+\])', json.dumps(spec(exhibit)))
        return {pair for names, range_ in scales for pair in zip(json.loads(names), json.loads(range_), strict=True)}

    both = colours(example("lines")) | colours(exhibits.bars(intensity(META=[1.0], NVDA=[2.0])))
    assert len(both) == len(dict(both)) == 4


SOFT = {"lines": 0, "bars": theme.TINT, "stack": theme.TINT}  # what a mark of an estimate is filled with


def soft_unless_firm(name: str) -> dict:
    return {"condition": [{"test": theme.firm(), "value": 1}], "value": SOFT[name]}


def test_judgement_is_drawn_pale_and_marked_in_the_table():
    exhibit = exhibits.bars(measure("capex", panel(kind="estimated", capex={"MSFT": [5e9], "META": [4e9]})))
    assert spec(exhibit)["layer"][0]["encoding"]["fillOpacity"] == soft_unless_firm("bars")
    assert exhibit.view.iloc[:, 1].tolist() == ["$5.0bn (e)", "$4.0bn (e)"]
    assert words.say("note.estimated") in exhibit.notes


@pytest.mark.parametrize("name", SOFT)
def test_every_mark_of_a_value_carries_its_evidence(name):
    text = json.dumps(spec(getattr(exhibits, name)(amounts(MSFT=[1.0], META=[2.0]))))
    assert f'"fillOpacity": {json.dumps(soft_unless_firm(name))}' in text


def test_a_point_is_as_weak_as_the_weaker_of_its_two_values():
    firm = panel(capex={"MSFT": [30]}, revenue={"MSFT": [100]})
    soft = panel(kind="assumed", operating_income={"MSFT": [10]}, revenue={"MSFT": [100]})
    exhibit = exhibits.scatter(measure("capex", firm), measure(metrics.operating_margin, soft))
    assert data(exhibit)["kind"].tolist() == ["assumed"]
    assert exhibit.view.iloc[0].tolist() == ["Microsoft", "$30", "10.0% (a)"]


def test_amounts_per_share_are_not_scaled_on_the_axis():
    axis = exhibits.lines(measure("eps_diluted", panel(unit="USD/share", eps_diluted={"MSFT": [0.5]})))
    assert spec(axis)["layer"][0]["encoding"]["y"]["axis"] == {"format": f"${theme.AMOUNT}", "title": None}


# ---- what is missing stays missing

GAP = {"MSFT": [20.0, None, 25.0], "META": [10.0, 11.0, 12.0]}


@pytest.mark.parametrize("make", [exhibits.lines, exhibits.stack], ids=["lines", "stack"])
def test_the_newest_period_stands_first_though_the_first_company_begins_later(make):
    late = make(amounts(MSFT=[None, None, 25.0], META=[None, 11.0, 12.0])).view["Period"]
    assert late.tolist() == ["2023Q3", "2023Q2"]


@pytest.mark.parametrize("make", [exhibits.lines, exhibits.stack], ids=["lines", "stack"])
def test_a_missing_figure_is_a_dash_and_empty_and_has_its_reason(make):
    exhibit = make(amounts(**GAP))
    assert exhibit.view.loc[exhibit.view["Period"] == "2023Q2", "Microsoft"].item() == words.DASH
    row = csv(exhibit).query("company == 'MSFT' and period == '2023Q2'").iloc[0]
    assert np.isnan(row["value"]) and row["reason"] == "the data has no figure for capex"


def test_a_missing_figure_breaks_the_line():
    exhibit = exhibits.lines(amounts(**GAP))
    assert data(exhibit).query("company == 'MSFT'")["value"].isna().tolist() == [False, True, False]
    assert spec(exhibit)["layer"][0]["mark"]["invalid"] == "break-paths-show-domains"
    assert "Microsoft, 2023Q2: the data has no figure for capex." in exhibit.notes


def test_a_column_that_lacks_a_company_keeps_its_place_and_is_said_to_be_no_total():
    exhibit = exhibits.stack(amounts(**GAP))
    whole = data(exhibit).groupby("period")["whole"].all()
    assert whole.to_dict() == {"2023Q1": True, "2023Q2": False, "2023Q3": True}
    assert "A pale column lacks a company's figure and is no total: 2023Q2." in exhibit.notes


def test_a_company_without_a_value_stands_at_the_end_of_the_table_and_not_in_the_chart():
    exhibit = exhibits.bars(intensity(MSFT=[None], META=[20], AMZN=[10]))
    assert exhibit.view.to_numpy().tolist() == [["Meta", "20.0%"], ["Amazon", "10.0%"], ["Microsoft", words.DASH]]
    assert data(exhibit)["value"].tolist() == [0.2, 0.1]
    assert "Microsoft, 2023Q1: the data has no figure for capex." in exhibit.notes


def test_a_table_of_companies_shows_a_dash_and_the_reason():
    exhibit = exhibits.compare(intensity(MSFT=[None], META=[20]))
    assert exhibit.view.to_numpy().tolist() == [["Microsoft", words.DASH], ["Meta", "20.0%"]]
    assert "Microsoft's capex to revenue cannot be shown: the data has no figure for capex." in exhibit.notes


def test_a_table_shows_each_companys_newest_figure_with_its_period_and_greys_what_is_old():
    exhibit = exhibits.compare(amounts(MSFT=[1.0, 2.0, 3.0, 4.0], META=[2.0, None, None, None]))
    newest, old = (row[1] for row in exhibit.view.to_numpy().tolist())
    assert newest == {"text": "$4", "under": "2023Q4", "old": False}
    assert old == {"text": "$2", "under": "2023Q1", "old": True}
    assert not any(note.startswith("Ranks") for note in exhibit.notes)  # of two companies none is ranked
    html = exhibit._repr_mimebundle_()["text/html"]
    assert '<span style="opacity: 0.6">$2<br><small>2023Q1</small></span>' in html


def test_a_company_that_a_measure_does_not_cover_has_a_dash():
    exhibit = exhibits.compare(amounts(MSFT=[1.0], META=[2.0]), intensity(MSFT=[20]))
    assert exhibit.view.to_numpy().tolist() == [["Microsoft", "$1", "20.0%"], ["Meta", "$2", words.DASH]]


@pytest.mark.parametrize("make", [exhibits.lines, exhibits.bars, exhibits.compare], ids=["lines", "bars", "compare"])
def test_where_nobody_has_a_value_there_is_a_table_of_dashes(make):
    exhibit = make(measure(metrics.capex_to_revenue, panel(capex={"MSFT": [20.0], "META": [30.0]})))
    assert exhibit.chart is None and exhibit.alt == ""
    assert exhibit.title == "Capex to revenue: the data has no figures for any company here"
    assert set(exhibit.view.iloc[:, 1:].to_numpy().ravel()) == {words.DASH}
    assert csv(exhibit)["value"].isna().all() and (csv(exhibit)["reason"] == "the data has no figure for revenue").all()


def test_two_companies_without_a_common_period():
    apart = amounts(MSFT=[20.0, None], META=[None, 30.0])
    assert exhibits.stack(apart).chart is None
    assert exhibits.bars(apart).view.to_numpy().tolist() == [["Meta", "$30"], ["Microsoft", words.DASH]]
    with pytest.raises(NothingToShow, match=r"^no period has capex and capex of two companies; choose other"):
        exhibits.scatter(apart, apart)


def test_who_has_no_period_in_common_with_the_others_is_listed():
    three = amounts(MSFT=[20.0, 21.0], META=[30.0, 31.0], ORCL=[40.0, None])
    assert exhibits.scatter(three, three).subtitle.endswith("2023Q1")  # all three
    late = amounts(MSFT=[20.0, 21.0], META=[None, 31.0], ORCL=[40.0, None])
    exhibit = exhibits.scatter(late, late)
    assert exhibit.subtitle.endswith("2023Q2") and exhibit.view["Company"].tolist() == ["Microsoft", "Meta", "Oracle"]
    assert any(note.startswith("Oracle, 2023Q2: ") for note in exhibit.notes)


def test_a_focus_without_a_value_is_drawn_all_the_same():
    exhibit = exhibits.lines(intensity(MSFT=[None, None], META=[20, 21]), focus="MSFT")
    assert exhibit.title.startswith("Microsoft's capex to revenue in 2023Q2 cannot be shown")
    assert "Microsoft, every period: the data has no figure for capex." in exhibit.notes


def test_what_was_known_early_is_shown_early():
    exhibit = exhibits.lines(measure("revenue", select(opened(GROUP, "2019-06-01"))))
    assert csv(exhibit)["published"].dropna().max() <= "2019-06-01"


# ---- where the figures come from


@every
def test_every_value_has_evidence_and_documents_that_exist(name):
    figures = csv(example(name)).dropna(subset="value")
    assert set(figures["kind"]) <= {"reported", "derived", "estimated"}  # capex that a company states on a call
    ids = {one for cell in figures["source"] for one in cell.split()}
    assert ids and ids <= set(facts.sources().index)
    assert ids <= {card["id"] for card in example(name).sources}


@pytest.mark.parametrize("name", ["lines", "stack"])
def test_the_download_gives_the_measure_back_exactly(name):
    measures = ratio() if name == "lines" else measure("capex", shown())
    pd.testing.assert_series_equal(csv(example(name))["value"], measures.table["value"], check_exact=True)


def test_the_documents_of_an_exhibit_stand_newest_first():
    own = [card["published"] for card in example("lines").sources]
    assert own == sorted(own, reverse=True)
    one = exhibits.lines(amounts(MSFT=[1.0], META=[None]))
    assert [card["id"] for card in one.sources] == [SOURCE]


def test_in_jupyterlab_each_exhibit_names_its_sources():
    one = exhibits.lines(amounts(MSFT=[1.0], META=[None]))
    said = "Sources: Microsoft 10-K filed 2024-07-30"
    assert spec(one)["title"]["subtitle"] == [one.subtitle, said]
    assert said in exhibits.compare(amounts(MSFT=[1.0], META=[None]))._repr_mimebundle_()["text/html"]


def test_the_three_documents_that_most_of_the_newest_figures_rest_on_are_named():
    days = {"old": "2024-02-01", "a": "2025-02-01", "b": "2025-05-01", "c": "2024-05-01", "rates": "2026-01-01"}
    cards = [{"id": id, "title": id, "publisher": "", "url": "", "published": day,
              "tier": "statistics" if id == "rates" else "filing"} for id, day in days.items()]  # fmt: skip
    figures = pd.DataFrame({"company": ["M", "M", "N"], "source": ["old old", "a c rates", "b c rates"]})
    one = Exhibit("one", "", "", "", pd.DataFrame({"a": []}), figures, sources=tuple(cards))
    assert [card["id"] for card in one.payload()["sources"]] == ["c", "b", "a", "old", "rates"]
    assert cited(one.payload()["sources"]) == "Sources: c, 2024-05-01; b, 2025-05-01; a, 2025-02-01 and 2 more"


# ---- on the way to a page


@each_maker
def test_nothing_given_is_changed(make):
    before = {name: grid.copy() for name, grid in shown().concepts.items()}
    rows, figures = shown().rows.copy(), shown().book.facts.copy()
    make()
    pd.testing.assert_frame_equal(shown().rows, rows)
    pd.testing.assert_frame_equal(shown().book.facts, figures)
    assert all((shown().concepts[name] == grid).all() for name, grid in before.items())


@each_maker
def test_two_calls_give_the_same_bytes(make):
    one, other = (json.dumps(make()._repr_mimebundle_(), allow_nan=False) for _ in range(2))
    assert one == other


@every
def test_the_table_has_text_in_every_cell(name):
    payload = json.loads(json.dumps(example(name).payload()))
    texts = [cell if isinstance(cell, str) else cell["text"] for row in payload["rows"] for cell in row]
    assert all(texts)
    assert all(len(row) == len(payload["columns"]) for row in payload["rows"])


def test_a_table_in_a_notebook_is_safe_html_with_links():
    link = {"text": "10-K <2024>", "href": "https://example.org/?a=1&b=2"}
    exhibit = Exhibit("x", "PP&E <b>", "s", "", pd.DataFrame({"Document": [link], "of": ["A&B"]}), pd.DataFrame())
    html = exhibit._repr_mimebundle_()["text/html"]
    assert '<a href="https://example.org/?a=1&amp;b=2">10-K &lt;2024&gt;</a>' in html
    assert "PP&amp;E &lt;b&gt;" in html and "<td>A&amp;B</td>" in html


def test_a_chart_bundles_its_picture_and_its_page():
    bundle = example("lines")._repr_mimebundle_()
    assert set(bundle) == {VEGA_LITE, MIME, "text/plain"}
    assert bundle[VEGA_LITE]["title"]["text"] == example("lines").title


# ---- whatever is chosen

ANY_METRIC = st.sampled_from([*metrics.ALL, *facts.dictionary().index])
CONCEPTS = st.sampled_from(["capex", "revenue", "cloud_revenue", "rpo", "eps_diluted"])
YEARS = st.one_of(st.none(), st.integers(2016, 2028))
CHOICES = st.fixed_dictionaries({
    "companies": st.lists(st.sampled_from(EVERYONE), min_size=1, max_size=4, unique=True).map(tuple),
    "as_of": st.sampled_from(["", "2019-01-01", "2019-04-15", "2019-06-01", "2021-05-05", "2024-08-01"]),
    "span": st.sampled_from(["quarter", "ttm", "year"]),
    "calendar": st.sampled_from(["calendar", "fiscal"]),
    "since": YEARS,
    "until": YEARS,
    "currency": st.sampled_from(["", "USD", "EUR", "CNY"]),
})  # fmt: skip


def chosen(metric: str, on: Panel, concept: str) -> Measures:
    return measure(metric, on, **{need: {"years": 2, "tax_rate": 0.21}.get(need, concept) for need in needs(metric)})


def made(make, *arguments, **named) -> None:
    """Whatever is made is whole; whatever is refused is refused in words."""
    try:
        exhibit = make(*arguments, **named)
    except CapcycleError as refusal:
        assert str(refusal)
        return
    assert exhibit.title.strip()
    json.dumps(exhibit._repr_mimebundle_(), allow_nan=False)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(CHOICES, ANY_METRIC, ANY_METRIC, CONCEPTS, st.sampled_from([None, *EVERYONE]))
def test_any_choice_is_shown_or_refused_in_words(choice, metric, other, concept, focus):
    book = opened(*(choice.pop(name) for name in ("companies", "as_of", "currency")))
    try:
        on = select(book, **choice)
        one, two = chosen(metric, on, concept), chosen(other, on, concept)
    except CapcycleError:
        return
    for make in (exhibits.lines, exhibits.bars, exhibits.compare):
        made(make, one, focus=focus)
    made(exhibits.stack, one)
    made(exhibits.scatter, one, two)
    made(exhibits.compare, one, two, focus=focus)
    made(exhibits.coverage.quarters, on)


# ---- on a page

NOTEBOOKS = {file.stem: nbformat.read(file, 4).cells for file in sorted(paths.NOTEBOOKS.glob("*.ipynb"))}
LIMITS = (
    "## What would change the conclusion?",
    "## What would change this picture?",
    "## What should a reader keep in mind?",
    "## What does this not say?",
    "## What does this not do?",
)
OPENS = ("facts.open(", "claims.examine(")
FINDS = re.compile(r"words\.paragraph\(|\w+\.(?:\w+_)?(?:finding|verdict)\(")
EXPLORERS = ("explore", "explore_models", "explore_text")
PAGES = {name: cells for name, cells in NOTEBOOKS.items() if name not in EXPLORERS}
pages = pytest.mark.parametrize("cells", PAGES.values(), ids=PAGES)


def code(cells: list) -> list[str]:
    return [cell.source for cell in cells if cell.cell_type == "code"]


def prose(cells: list) -> list[str]:
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


@pages
def test_a_page_begins_with_its_finding_as_soon_as_its_book_is_open(cells):
    opens = next(number for number, source in enumerate(code(cells)) if any(each in source for each in OPENS))
    after = "\n".join(code(cells)[opens : opens + 2]).splitlines()
    assert any(FINDS.match(line) for line in after)
    assert not any(cell.source.startswith("## ") for cell in cells[: cells_until(cells, opens) + 1])


def cells_until(cells: list, number: int) -> int:
    """Where among all cells the code cell of that number stands."""
    return [place for place, cell in enumerate(cells) if cell.cell_type == "code"][number]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_says_its_limits_before_it_goes_into_depth(name):
    headings = [source.splitlines()[0] for source in prose(NOTEBOOKS[name]) if source.startswith("#")]
    asked = list(takewhile(lambda heading: heading != "# In depth", headings))
    assert asked[-1] in LIMITS


@pytest.mark.parametrize(
    ("title", "fault"),
    [
        ("Leases earn – on cost", "a dash stands for a number in the title"),
        ("A lease is worth $2bn (–)", "a dash stands for a number in the title"),
        ("Lives run from 5 years to 5 years", "both ends of a range are one number"),
        ("Meta is number 1 of 1", "a rank among one or two says nothing"),
        ("Meta spends most, the highest of 2", "a rank among one or two says nothing"),
        ("Microsoft's fcf_margin fell", "the title has a name of code"),
        ("words " * 15 + "w", "the title has 91 letters, and may have 90"),
        ("It rose from $1bn to 2bn, 3% to −4.5% of 5 MW", "the title has 5 numbers, and may have 3"),
    ],
)
def test_a_poor_title_is_noticed(title, fault):
    assert gate.faults(title) == [fault]


@pytest.mark.parametrize(
    "title",
    [
        "Free cash flow ran from −$1.5bn (Amazon) to $15bn (Microsoft) in the year to 2026Q2",
        "Hut 8 ranks highest on 1, lowest on 2 of 3 measures",
        "In FY2025 and 2030, on 30 Jun 2026 and 2025-12, GB300 and H100 cost 1×, 2% and CN¥3bn",
        "words " * 15,
    ],
)
def test_a_good_title_is_not(title):
    assert gate.faults(title) == []


@pytest.mark.parametrize(("values", "worth"), [([1.0, 2.0, 3.0], True), ([1.0, 2.0], False), ([1.0, None, 2.0], False)])
def test_a_chart_is_worth_drawing_from_three_marks_on(values, worth):
    rows = pd.DataFrame({"label": list("abc")[: len(values)], "value": values})
    rows = rows.assign(unit="MW", kind="reported", source="")
    assert gate.worth_drawing(spec(marks.dots(rows, marks.Frame("power", "Three run", "Power, MW")))) == worth


def ran(source: str, names: dict) -> object:
    """What a cell shows: the value of the expression that it ends with."""
    *steps, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        steps, last = [*steps, last], ast.Expr(ast.Constant(None))
    exec(compile(ast.Module(steps, []), "cell", "exec"), names)
    return eval(compile(ast.fix_missing_locations(ast.Expression(last.value)), "cell", "eval"), names)
