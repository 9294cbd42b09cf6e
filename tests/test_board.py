"""Several charts on one board: what a view's text names, and the scales of lines."""

import pytest

from capcycle import exhibits, facts
from capcycle.errors import CapcycleError, NothingToShow
from capcycle.exhibits import parts
from capcycle.exhibits.board import View, board, read
from capcycle.exhibits.lines import _scaled
from capcycle.measure import measure
from capcycle.panel import select

BOOK = facts.open(["META", "MSFT"], "2025-02-01")


@pytest.mark.parametrize(
    "view",
    [
        View("lines", "capex_to_revenue"),
        View("lines", "growth_year_on_year.capex", "quarter", "index"),
        View("bars", "cagr.capex", "year", years=3),
        View("table", "roic_average", tax_rate=0.215),
    ],
    ids=str,
)
def test_a_view_is_what_its_text_says(view):
    assert read(str(view)) == view


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "write it as 'lines capex_to_revenue ttm'; unknown form"),
        ("pie capex", "unknown form pie; there are: bars, lines, table"),
        ("lines", "write it as 'lines capex_to_revenue ttm'"),
        ("lines capex month", "view 'lines capex month': unknown word month; there are: index, log, plain, quarter"),
        ("lines cagr.capex years=many", "unknown word years=many"),
    ],
)
def test_what_names_no_view_is_refused_with_how_to_write_it(text, said):
    with pytest.raises(CapcycleError) as refused:
        read(text)
    assert said in str(refused.value)


def drawn(scale: str, concept: str = "capex") -> dict[str, list]:
    """What the lines of Meta and Microsoft have as values, by company."""
    shown = exhibits.lines(measure(concept, select(BOOK, "year", until=2024)), scale=scale)
    spec = shown.chart.to_dict()
    rows = next(iter(spec["datasets"].values()))
    return {name: [row["value"] for row in rows if row["company"] == name] for name in BOOK.companies}


def test_an_index_is_100_in_the_period_in_which_the_lines_meet():
    """Meta's capex: 27.045bn in 2023, 37.256bn in 2024, as its 10-K of 2025-01-30 has them: 37.8% more."""
    plain, index = drawn("plain")["META"], drawn("index")["META"]
    assert 100.0 in index and index[-1] / index[-2] == pytest.approx(37.256 / 27.045)
    assert plain[-1] == 37.256e9


def test_the_title_of_an_index_says_how_far_the_lines_have_come():
    """Meta's capex: 27.045bn in 2023, 37.256bn in 2024, as its 10-K of 2025-01-30 has them: 37.256 / 27.045 = 1.38."""
    years = select(facts.open(["META"]), "year", since=2023, until=2024)
    assert exhibits.lines(measure("capex", years), scale="index").title == "Meta's capex in 2024 was 1.4× that of 2023"


def test_who_comes_later_begins_at_100_then():
    late = _scaled(parts.chart_rows(measure("capex", select(facts.open(["META", "MSFT", "CRWV"]), "year"))), "index")[
        0
    ].dropna(subset="value")
    assert late[late["company"] == "CRWV"]["value"].iloc[0] == 100 < late["value"].max()


def test_nothing_at_or_below_zero_has_a_logarithm():
    figures = measure("fcf", select(facts.open(["ORCL"]), "year"))
    known = figures.table["value"].dropna()
    data, said, _ = _scaled(parts.chart_rows(figures), "log")
    assert (known < 0).any() and (data["value"].dropna() > 0).all() and "below zero" in said


def test_in_place_of_a_view_that_has_nothing_to_show_stands_why():
    """No whole year is held of HIVE, quarters are; the finding is of the first view that shows something."""
    shown = board(["lines capex year", "lines capex quarter"], facts.open(["HIVE"]))
    assert "Nothing can be shown here" in shown.exhibits[0] and shown.exhibits[1].id == "lines-capex-quarter"
    assert shown.first.panel.span == "quarter"


def test_a_board_of_nothing_says_so_itself():
    with pytest.raises(NothingToShow):
        board(["table capex year"], facts.open(["CRWV"], "2019-01-01"))
