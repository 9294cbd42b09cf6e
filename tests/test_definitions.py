"""One name, several numbers: each definition by the document, ranks by eye, and who changes places."""

import json
from functools import cache

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_findings import panel

from capcycle import exhibits, facts, metrics, words
from capcycle.errors import MetricError
from capcycle.exhibits.definitions import moved
from capcycle.measure import measure, needs
from capcycle.panel import other_calendar, select
from capcycle.paths import ROOT

PRINTED = pd.read_csv(ROOT / "tests" / "data" / "definitions.csv", dtype={"period": str})
RATES = {"AAPL": 0.162, "AMZN": 0.21}  # Apple's own, as its 10-K for fiscal 2022 states it; the US rate


@cache
def of(company: str, span: str = "year", calendar: str = "calendar"):
    return select(facts.open([company]), span, calendar)


def value(name: str, company: str, span: str, calendar: str, period: str) -> float:
    rate = {"tax_rate": RATES[company]} if "tax_rate" in needs(name) else {}
    return measure(name, of(company, span, calendar), **rate).at(period)["value"].item()


# ---- by the documents


@pytest.mark.parametrize(
    "row", PRINTED.to_dict("records"), ids=lambda row: f"{row['company']} {row['metric']} {row['period']}"
)
def test_by_the_document(row):
    percent = 100 * value(*(row[each] for each in ("metric", "company", "span", "calendar", "period")))
    assert percent == pytest.approx(row["printed"], abs=row["tolerance"]), row["place"]


def test_apples_return_runs_from_half_to_three_quarters_once_all_debt_is_counted():
    counted = [name for name in metrics.FAMILIES["roic"] if name.endswith(("_leases", "_gross"))]
    found = [value(name, "AAPL", "year", "fiscal", "FY2022") for name in counted]
    assert (round(min(found), 2), round(max(found), 2), len(found)) == (0.50, 0.74, 6)


def test_amazons_intensity_rises_on_cash_and_falls_on_accrual():
    cash, accrual = (
        [value(name, "AMZN", "year", "calendar", year) for year in ("2020", "2022")]
        for name in ("capex_to_revenue", "ppe_additions_to_revenue")
    )
    assert cash[0] < cash[1] and accrual[0] > accrual[1]


def test_the_cloud_returns_of_aws_run_from_a_quarter_to_nearly_two_thirds_before_tax():
    before_tax = [name for name in metrics.FAMILIES["cloud_return"] if "tax_rate" not in needs(name)]
    found = [value(name, "AMZN", "year", "calendar", "2022") for name in before_tax]
    assert (round(min(found), 3), round(max(found), 3)) == (0.258, 0.632)


# ---- families


@pytest.mark.parametrize("family", metrics.FAMILIES)
def test_a_family_is_of_one_unit_and_its_definitions_exist(family):
    units = {metrics.ALL[name].unit if name in metrics.ALL else "currency" for name in metrics.FAMILIES[family]}
    assert len(units) == 1 and len(set(metrics.FAMILIES[family])) == len(metrics.FAMILIES[family]) > 1
    assert set(metrics.FAMILIES[family]) <= {*metrics.ALL, *facts.dictionary().index}


# ---- ranks and who changes places


def leased(**leases: float | None):
    """Cash capex of 30, 20 and 10 out of a revenue of 100; what was leased beside it is given."""
    capex = {"MSFT": [30], "AMZN": [20], "META": [10]}
    given = {company: [leases.get(company)] for company in capex}
    return panel(capex=capex, revenue={company: [100] for company in capex}, finance_lease_additions=given)


def test_one_company_overtakes_another():
    exhibit = exhibits.definitions(leased(MSFT=0, AMZN=0, META=15), "capex_intensity")
    by = "3 of 3 by capex to revenue and 2 by capex with finance leases to revenue"
    assert exhibit.title == f"Meta ranks {by}, in 2023Q1"
    assert exhibit.view["Capex with finance leases to revenue"].tolist() == [
        "30.0% · 1 of 3", "20.0% · 3 of 3", "25.0% · 2 of 3",
    ]  # fmt: skip


def test_several_change_places():
    title = exhibits.definitions(leased(MSFT=0, AMZN=20, META=50), "capex_intensity").title
    between = "capex to revenue and capex with finance leases to revenue"
    assert title == f"2 of 3 change places between {between}, in 2023Q1"


def test_the_same_order_is_said_to_be_the_same():
    title = exhibits.definitions(leased(MSFT=1, AMZN=1, META=1), "capex_intensity").title
    assert title == "The order by capex out of revenue is the same under 2 definitions, in 2023Q1"


def test_a_company_without_the_part_is_missing_with_its_reason_and_changes_no_place():
    exhibit = exhibits.definitions(leased(MSFT=0, META=15), "capex_intensity")
    assert exhibit.view["Capex with finance leases to revenue"].tolist()[1] == words.DASH
    [note] = [each for each in exhibit.notes if each.startswith("Amazon's capex with finance leases to revenue cannot")]
    assert "the data has no figure for finance-lease additions" in note
    assert exhibit.title == "Meta's capex out of revenue is 10.0% to 25.0%, depending on the definition, in 2023Q1"
    # two companies have both, of whom none is ranked


def test_one_definition_is_not_every_definition():
    """Neither CoreWeave's nor Nebius's filings give leases, what they state as capex, or incentives."""
    own = select(facts.open(["CRWV", "NBIS"]), "ttm", since=2026)
    exhibit = exhibits.definitions(own, "capex_intensity")
    assert exhibit.title == "Of all definitions only capex to revenue has figures here, in the year to 2026Q2"
    assert exhibit.view.columns.tolist() == ["Company", "Capex to revenue"] and "the one definition" in exhibit.subtitle
    assert "PP&E additions to revenue: the data has no figures for any company here." in exhibit.notes


def test_one_company_alone_is_given_its_range():
    exhibit = exhibits.definitions(select(facts.open(["AMZN"]), "year", until=2022), "capex_intensity")
    assert exhibit.title == "Amazon's capex out of revenue is 11.3% to 13.9%, depending on the definition, in 2022"


def test_where_nobody_has_a_figure_it_is_said():
    nothing = panel(capex={"MSFT": [None], "META": [None]}, rpo={"MSFT": [1], "META": [2]})
    exhibit = exhibits.definitions(nothing, "capex_intensity")
    assert (
        exhibit.title == "Capex out of revenue: the data has no figures for any company here" and exhibit.chart is None
    )


def test_ranks_are_in_the_download_beside_unrounded_values():
    figures = exhibits.definitions(leased(MSFT=0, AMZN=0, META=15), "capex_intensity").figures
    row = figures[figures["metric"].eq("capex_with_leases_to_revenue") & figures["company"].eq("META")]
    assert row[["value", "rank"]].to_numpy().tolist() == [["0.25", "2"]]


def test_all_definitions_stand_at_one_period():
    on = select(facts.open(["MSFT", "AMZN", "GOOGL", "META"]), "ttm", since=2022)
    assert exhibits.definitions(on, "capex_intensity").figures["period"].nunique() == 1


def test_a_number_goes_to_those_who_take_it_and_only_there():
    exhibit = exhibits.definitions(of("AMZN"), "cloud_return", tax_rate=0.21)
    kinds = exhibit.figures.dropna(subset="value").set_index("metric")["kind"]
    assert set(kinds[kinds == "assumed"].index) == {name for name in kinds.index if name.endswith("after_tax")}


@pytest.mark.parametrize(
    ("family", "numbers", "message"),
    [
        ("ebitda", {}, "unknown family of definitions ebitda; there are: capex, capex_intensity,"),
        ("capex", {"tax_rate": 0.2}, "capex: unknown number tax_rate"),
        ("roic", {}, "tax_rate"),
    ],
)
def test_what_cannot_be_shown_is_refused(family, numbers, message):
    with pytest.raises(MetricError, match=message):
        exhibits.definitions(of("AMZN"), family, **numbers)


# ---- fiscal or calendar


def test_the_other_calendar_is_a_definition_too():
    # Oracle's fiscal 2024 ended in May 2024, Microsoft's in June: by calendar both are half a year further
    book = facts.open(["MSFT", "ORCL", "META", "GOOGL", "AMZN"])
    both = [select(book, "ttm", calendar, 2023, 2024) for calendar in ("calendar", other_calendar("calendar"))]
    exhibit = exhibits.definitions(both[0], "capex_intensity", both[1])
    assert "fiscal" not in exhibit.title  # other months under one label are no finding, only a note
    by = "Capex to revenue, fiscal TTM FY2024Q4: Oracle number 5 instead of 3"
    assert any(note.startswith(by) for note in exhibit.notes)
    assert words.say("note.fiscal") in exhibit.notes


FISCAL = select(facts.open(["MSFT", "ORCL", "META"]), "ttm", "fiscal", 2023)
RANKINGS = {
    "bars": lambda on: exhibits.bars(measure("capex_to_revenue", on)),
    "compare": lambda on: exhibits.compare(measure("capex_to_revenue", on), measure("fcf_margin", on)),
    "definitions": lambda on: exhibits.definitions(on, "capex_intensity"),
}


@pytest.mark.parametrize("ranking", RANKINGS.values(), ids=RANKINGS)
def test_no_ranking_over_different_months_without_saying_so(ranking):
    ends = measure("capex_to_revenue", FISCAL).at("TTM FY2024Q4")["period_end"]
    assert ends.nunique() == 3  # May, June and December 2024
    assert words.say("note.fiscal") in ranking(FISCAL).notes


@pytest.mark.parametrize("ranking", RANKINGS.values(), ids=RANKINGS)
def test_a_ranking_by_calendar_says_how_far_the_months_are_apart(ranking):
    notes = ranking(select(facts.open(["MSFT", "ORCL", "META"]), "ttm", since=2023)).notes
    assert any(note.startswith("Calendar quarters: ") and "Oracle" in note for note in notes)


# ---- who has to be taken out for two orders to agree

ORDERS = st.integers(2, 7).flatmap(lambda count: st.tuples(*[st.permutations(range(count))] * 2))


def ranked(values) -> pd.Series:
    return pd.Series(values, index=[f"C{place}" for place in range(len(values))], dtype=float)


@given(ORDERS)
def test_without_the_movers_the_orders_agree_and_nobody_is_moved_for_nothing(orders):
    one, other = map(ranked, orders)
    gone = moved(one, other)
    assert list(one.drop(gone).sort_values().index) == list(other.drop(gone).sort_values().index)
    assert (gone == []) == (list(one.sort_values().index) == list(other.sort_values().index))


def test_a_swap_moves_one():
    assert moved(ranked([3, 2, 1]), ranked([2, 3, 1])) in (["C0"], ["C1"])


def test_equals_do_not_change_places():
    assert moved(ranked([3, 2, 1]), ranked([5, 5, 5])) == []


@pytest.mark.parametrize("family", metrics.FAMILIES)
def test_the_exhibit_is_whole_for_every_family(family):
    rate = {"tax_rate": 0.21} if any("tax_rate" in needs(name) for name in metrics.FAMILIES[family]) else {}
    exhibit = exhibits.definitions(of("AMZN"), family, **rate)
    json.dumps(exhibit._repr_mimebundle_(), allow_nan=False)
    assert exhibit.title.strip() and exhibit.alt
