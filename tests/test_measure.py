"""Binding: what a metric's parameters name is found, and kind, sources and reasons reach the result."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capcycle import facts, metrics, study
from capcycle.errors import MetricError
from capcycle.facts import Book
from capcycle.measure import measure, needs
from capcycle.panel import select

QUARTERS = pd.period_range("2022Q1", "2023Q4", freq="Q")
REVENUE = [80, 90, 100, 110, 120, 135, 150, 165]
CAPEX = [8, 9, 20, 22, 30, 27, 60, 66]
CASH_FLOW = [40, 40, 40, 40, 50, 50, 50, 50]


def rows(company, concept, values, kind="reported"):
    """A figure a quarter, from the first quarter of 2022 on, each from its own document."""
    quarters = QUARTERS[: len(values)]
    table = pd.DataFrame({"company": company, "concept": concept, "value": values}).astype({"value": float})
    return table.assign(
        unit="USD",
        kind=kind,
        locator="line",
        basis=0,
        last_basis=0,
        note="",
        period_start=quarters.start_time,
        period_end=quarters.end_time.normalize(),
        source=[f"{company}-{concept}-{quarter}" for quarter in quarters],
        published=quarters.end_time.normalize() + pd.Timedelta(days=30),
    )


def book_of(table):
    """A book whose facts are made by hand."""
    book = Book(tuple(dict.fromkeys(table["company"])))
    own = [facts.Prepared(table[table["company"] == company], table[:0], {}) for company in book.companies]
    vars(book).update(facts=table, prepared=own, gaps=facts.gaps())  # in the place of those that it would read
    return book


def toy(*tables, **choice):
    return select(book_of(pd.concat(tables, ignore_index=True)), **choice)


@cache
def acme(kind="reported"):
    figures = {"revenue": REVENUE, "operating_cash_flow": CASH_FLOW}
    plain = [rows("ACME", concept, values) for concept, values in figures.items()]
    return toy(rows("ACME", "capex", CAPEX, kind), *plain)


@cache
def real(company, span="quarter", calendar="calendar"):
    return select(facts.open([company]), span, calendar)


def row(measures, period):
    return measures.at(period).iloc[0]


def test_a_parameter_takes_the_concept_of_its_name():
    assert row(measure(metrics.capex_to_revenue, acme()), "2022Q3")["value"] == 0.2  # 20 of 100


def test_a_name_given_replaces_it():
    measured = measure(metrics.capex_to_revenue, acme(), revenue="operating_cash_flow")
    assert row(measured, "2022Q3")["value"] == 0.5  # 20 of 40


def test_a_general_parameter_takes_what_is_named():
    measured = measure(metrics.growth_year_on_year, acme(), value="revenue")
    assert measured.name == "growth_year_on_year.revenue"
    assert row(measured, "2023Q3")["value"] == 0.5  # 150 after 100


def test_a_year_ago_is_four_quarters_and_a_quarter_ago_one():
    assert row(measure(metrics.growth_quarter_on_quarter, acme(), value="revenue"), "2023Q3")["value"] == 150 / 135 - 1


def test_a_year_ago_is_one_year():
    years = toy(rows("ACME", "revenue", REVENUE), span="year")
    assert row(measure(metrics.growth_year_on_year, years, value="revenue"), "2023")["value"] == 0.5  # 570 after 380


def test_some_years_ago():
    ttm = toy(rows("ACME", "revenue", REVENUE), span="ttm")
    assert row(measure(metrics.cagr, ttm, value="revenue", years=1), "TTM 2023Q4")["value"] == pytest.approx(0.5)


def test_opening_is_the_balance_before_the_period():
    balance = rows("ACME", "ppe_net", [90, 0, 0, 110, 0, 0, 0, 130]).assign(period_start=pd.NaT)
    ttm = toy(balance, rows("ACME", "revenue", REVENUE), span="ttm")
    assert row(measure(metrics.ppe_turnover, ttm), "TTM 2023Q4")["value"] == 570 / 120  # mean of 110 and 130


def test_a_metric_built_on_a_metric_carries_all_inputs():
    measured = measure(metrics.fcf_margin, acme())
    assert set(measured.inputs) == {"operating_cash_flow", "capex", "revenue"}
    assert row(measured, "2022Q3")["value"] == 0.2  # (40 - 20) / 100


def test_growth_of_a_metric():
    measured = measure(metrics.growth_year_on_year, acme(), value="fcf")
    assert row(measured, "2023Q1")["value"] == 20 / 32 - 1  # 50 - 30 after 40 - 8
    assert set(measured.inputs) == {"operating_cash_flow", "capex", "operating_cash_flow_year_ago", "capex_year_ago"}


def test_a_substitute_may_contain_what_it_replaces():
    leases = rows("ACME", "finance_lease_principal_paid", [2] * 8)
    grid = toy(acme().rows.drop(columns="ordinal"), leases)
    measured = measure(metrics.capex_to_revenue, grid, capex="capex_with_lease_principal")
    assert row(measured, "2022Q3")["value"] == 0.22  # 20 and 2 of 100


# ---- origin


def test_the_facts_behind_a_value_are_exactly_those():
    used = measure(metrics.growth_year_on_year, acme(), value="capex").used("ACME", "2023Q2")
    found = used[["input", "value", "source"]].to_numpy().tolist()
    assert found == [["capex", 27.0, "ACME-capex-2023Q2"], ["capex_year_ago", 9.0, "ACME-capex-2022Q2"]]


def test_a_value_names_every_source_and_the_day_all_were_known():
    value = row(measure(metrics.growth_year_on_year, acme(), value="capex"), "2023Q2")
    assert value["source"].split() == ["ACME-capex-2023Q2", "ACME-capex-2022Q2"]
    assert f"{value['published']:%Y-%m-%d}" == "2023-07-30"


@pytest.mark.parametrize(
    ("kind", "result"),
    [("reported", "derived"), ("derived", "derived"), ("estimated", "estimated"), ("assumed", "assumed")],
)
def test_a_result_is_as_weak_as_its_weakest_input_and_at_best_derived(kind, result):
    assert set(measure(metrics.capex_to_revenue, acme(kind)).table["kind"]) == {result}


def test_a_concept_itself_keeps_its_kind():
    capex = measure("capex", acme())
    assert row(capex, "2022Q3")[["value", "kind", "unit"]].tolist() == [20.0, "reported", "USD"]


def test_a_number_given_makes_the_result_assumed():
    grid = toy(rows("ACME", "operating_income", [10] * 8), span="ttm")
    assert row(measure(metrics.nopat, grid, tax_rate=0.25), "TTM 2023Q4")[["value", "kind"]].tolist() == [
        30.0,
        "assumed",
    ]


def test_a_span_of_years_is_no_assumption():
    ttm = toy(rows("ACME", "revenue", REVENUE), span="ttm")
    assert row(measure(metrics.cagr, ttm, value="revenue", years=1), "TTM 2023Q4")["kind"] == "derived"


# ---- what is missing


def test_a_missing_input_gives_a_missing_result_with_the_reason():
    measured = measure(
        metrics.capex_to_revenue, toy(rows("ACME", "capex", CAPEX), rows("ACME", "revenue", REVENUE[:7]))
    )
    value = row(measured, "2023Q4")
    assert np.isnan(value["value"]) and value["kind"] == ""
    assert value["reason"] == "the data has no figure for revenue"


@pytest.mark.parametrize("period", ["FY2023Q1", "FY2023Q2", "FY2023Q3"])
def test_the_reason_of_a_known_gap_is_told(period):
    value = row(measure(metrics.capex_to_revenue, real("NVDA", calendar="fiscal")), period)
    gap = facts.gaps().query("company == 'NVDA' and concept == 'capex'")["reason"].item().rstrip(".")
    assert np.isnan(value["value"]) and value["reason"].rstrip(".") == f"the data has no figure for capex: {gap}"


def test_the_reason_survives_into_growth():
    measured = measure(metrics.growth_year_on_year, acme(), value="capex")
    assert row(measured, "2022Q4")["reason"] == "the data has no figure for capex a year earlier"


def test_a_concept_that_no_company_has_is_missing_not_wrong():
    assert set(measure(metrics.net_margin, acme()).table["reason"]) == {"the data has no figure for net income"}


def test_a_denominator_that_is_not_positive_is_said():
    grid = toy(rows("ACME", "capex", CAPEX), rows("ACME", "net_income", [-5] * 8))
    assert set(measure(metrics.capex_to_net_income, grid).table["reason"]) == {
        "undefined: the denominator is not positive"
    }


def test_a_panel_shorter_than_the_lag_has_no_growth():
    short = toy(rows("ACME", "revenue", REVENUE[:3]))
    assert measure(metrics.growth_year_on_year, short, value="revenue").table["value"].isna().all()


def test_a_company_is_not_compared_with_another_ones_figures():
    grid = toy(rows("ACME", "capex", CAPEX), rows("BOLT", "revenue", REVENUE))
    assert measure(metrics.capex_to_revenue, grid).table["value"].isna().all()


# ---- periods


def test_the_period_shown_is_the_newest_that_most_companies_have():
    grid = toy(rows("ACME", "capex", CAPEX), rows("BOLT", "capex", CAPEX[:6]))
    assert measure("capex", grid).common_period() == "2023Q2"


def test_who_has_nothing_recent_draws_nobody_back_to_an_old_period():
    # three shared the first quarter of 2022; two have figures of 2023
    grid = toy(rows("ACME", "capex", CAPEX), rows("BOLT", "capex", CAPEX[:7]), rows("CORE", "capex", CAPEX[:1]))
    capex = measure("capex", grid)
    assert capex.common_period() == "2023Q3"
    assert capex.at()["value"].notna().sum() == 2


def test_each_companys_newest_stands_with_its_own_period_and_is_old_after_half_a_year():
    grid = toy(rows("ACME", "capex", CAPEX), rows("BOLT", "capex", CAPEX[:6]), rows("CORE", "capex", CAPEX[:5]))
    newest = measure("capex", grid).newest().set_index("company")
    assert newest["period"].to_dict() == {"ACME": "2023Q4", "BOLT": "2023Q2", "CORE": "2023Q1"}
    assert newest["old"].to_dict() == {"ACME": False, "BOLT": False, "CORE": True}


def test_a_company_without_any_value_has_the_row_that_says_why():
    newest = measure(metrics.capex_to_revenue, acme()).newest()
    assert newest["value"].item() == pytest.approx(66 / 165)
    none = measure(metrics.fcf_after_leases, acme()).newest()
    assert "finance-lease principal" in none["reason"].item()


def test_a_result_outside_its_plausible_range_is_no_value_and_says_what_it_comes_from():
    # operating cash flow of 165 less 20 of capex on a revenue of 2 is a margin of 7,250 %
    figures = {"operating_cash_flow": [165], "capex": [20], "revenue": [2]}
    row = measure(metrics.fcf_margin, toy(*(rows("ACME", *each) for each in figures.items()))).table.iloc[0]
    assert np.isnan(row["value"]) and row["implausible"] == pytest.approx(72.5)
    assert row["reason"].startswith("7,250% is outside the plausible range of −2,000% to 70.0%")
    assert "operating cash flow $165" in row["reason"] and "revenue $2" in row["reason"]


def test_the_largest_stands_first():
    grid = toy(rows("ACME", "capex", CAPEX), rows("BOLT", "capex", [100] * 8))
    assert measure("capex", grid).at("2023Q1")["company"].tolist() == ["BOLT", "ACME"]


def test_only_periods_since_the_first_year_are_shown():
    grid = toy(rows("ACME", "revenue", REVENUE), since=2023)
    table = measure(metrics.growth_year_on_year, grid, value="revenue").table
    assert table["period"].tolist() == ["2023Q1", "2023Q2", "2023Q3", "2023Q4"]
    assert table["value"].tolist() == [0.5, 0.5, 0.5, 0.5]


def test_the_mismatch_with_the_calendar_is_told_in_days():
    assert row(measure("revenue", real("NVDA")), "2024Q2")["mismatch"] == 28  # 28 July 2024


# ---- units and scale


@pytest.mark.parametrize(
    ("name", "unit"),
    [("capex", "USD"), ("fcf", "USD"), ("capex_to_revenue", "fraction"), ("capex_to_depreciation", "multiple")],
)
def test_units(name, unit):
    assert measure(name, real("MSFT")).unit == unit


@pytest.mark.parametrize(("concept", "unit"), [("shares_diluted", "shares"), ("eps_diluted", "USD/share")])
def test_units_of_concepts(concept, unit):
    assert measure(concept, real("AAPL")).unit == unit


SCALED = st.floats(1e-3, 1e3)
SUBJECTS = {"value": "revenue", "part": "cloud_revenue", "total": "revenue", "tax_rate": 0.21, "years": 2}


def subjects(name):
    """What has to be said when measuring: the quantity of a general parameter, or a number."""
    return {each: SUBJECTS[each] for each in needs(name)}


@pytest.mark.parametrize("name", metrics.ALL)
@settings(max_examples=4)
@given(SCALED)
def test_a_metric_does_not_care_for_the_size_of_the_currency(name, scale):
    metric, grid = metrics.ALL[name], real("AMZN", metrics.ALL[name].spans[0])
    larger = replace(grid, rows=grid.rows.assign(value=grid.rows["value"] * scale))
    before, after = (measure(metric, each, **subjects(name)).values for each in (grid, larger))
    np.testing.assert_allclose(after, before * (scale if metric.unit == "currency" else 1), rtol=1e-9, atol=1e-12)


def test_measuring_changes_nothing_in_the_panel():
    before = acme().rows.copy()
    for name in metrics.ALL:
        if "quarter" in metrics.ALL[name].spans:
            _ = measure(name, acme(), **subjects(name)).table
    pd.testing.assert_frame_equal(acme().rows, before)


# ---- what is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"metric": metrics.roic_average, "tax_rate": 0.2},
            "roic_average is not measured by the quarter; use ttm or year",
        ),
        (
            {"metric": metrics.growth_year_on_year, "value": "ppe_turnover"},
            "ppe_turnover is not measured by the quarter; use ttm or year",
        ),
        (
            {"metric": metrics.capex_to_revenue, "revenu": "cloud_revenue"},
            "capex_to_revenue: unknown name revenu; there are: capex, revenue",
        ),
        (
            {"metric": metrics.growth_year_on_year, "value": 5},
            "growth_year_on_year: only numbers are given; name at least one quantity",
        ),
    ],
)
def test_measure_refuses(arguments, message):
    with pytest.raises(MetricError) as refused:
        measure(panel=acme(), **arguments)
    assert str(refused.value) == message


@pytest.mark.parametrize("arguments", [{"value": "revenu"}, {"value": "growth_year_on_year"}, {}])
def test_an_unknown_quantity_names_the_known_ones(arguments):
    with pytest.raises(MetricError, match=r"^unknown quantity (revenu|value); there are: ") as refused:
        measure(metrics.growth_year_on_year, acme(), **arguments)
    assert all(name in str(refused.value) for name in [*facts.dictionary().index, *metrics.ALL])


@pytest.mark.parametrize("years", [None, 0, -1, 1.3, "two"])
def test_years_must_hold_whole_periods(years):
    ttm = toy(rows("ACME", "revenue", REVENUE), span="ttm")
    with pytest.raises(MetricError) as refused:
        measure(metrics.cagr, ttm, value="revenue", **({"years": years} if years is not None else {}))
    assert str(refused.value) == f"years is {years}; give a number of years that holds whole periods, such as years=3"


def test_a_period_that_is_not_shown():
    with pytest.raises(MetricError) as refused:
        measure("capex", acme()).at("2099Q1")
    assert str(refused.value) == "no period '2099Q1'; shown are 2022Q1 to 2023Q4"


def test_the_reason_of_what_is_missing_is_of_the_period_of_which_most_is_known():
    """NVIDIA files operating leases (10-Q of April 2026) and no finance leases; July 2026 is of nobody's filing yet."""
    quarters = select(facts.open(["NVDA", "MSFT"], "2026-08-31"))
    reason = study.newest(measure("lease_liability", quarters), "NVDA").reason
    assert "finance-lease liability" in reason and "operating-lease" not in reason
