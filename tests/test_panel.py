"""Quarters, trailing twelve months and years, fiscal and calendar, with figures as filed."""

from dataclasses import replace
from functools import cache

import pytest

from capcycle import facts
from capcycle.errors import CapcycleError
from capcycle.panel import select

BN = 1e9


@cache
def panel(*companies, span="quarter", calendar="calendar", currency="", **more):
    return select(facts.open(companies, currency=currency), span, calendar, **more)


def values(grid, company, concept):
    """A concept's figures in billions by the label of their period."""
    if concept not in grid.concepts:
        return {}
    rows = grid.values[grid.concepts[concept]][grid.companies.index(company)]
    labels = grid.index[grid.index.get_loc(company)].get_level_values("period")
    return {label: value / BN for label, value in zip(labels, rows, strict=True) if value == value}


@pytest.mark.parametrize(
    ("company", "span", "calendar", "period", "capex"),
    [
        ("MSFT", "quarter", "fiscal", "FY2024Q4", 13.873),  # 10-K 2024 less 10-Q for March: 44.477 - 30.604
        ("MSFT", "quarter", "calendar", "2024Q2", 13.873),
        ("MSFT", "year", "fiscal", "FY2024", 44.477),  # 10-K 2024
        ("MSFT", "year", "calendar", "2024", 55.552),  # 44.477 + 14.923 + 15.804 - 9.917 - 9.735, 10-K and 10-Qs
        ("MSFT", "ttm", "calendar", "TTM 2024Q2", 44.477),
        ("AMZN", "ttm", "calendar", "TTM 2024Q2", 59.612),  # 10-Q for June 2024, twelve-month column
        ("AAPL", "year", "fiscal", "FY2024", 9.447),  # 10-K 2024
        ("AAPL", "ttm", "calendar", "TTM 2024Q3", 9.447),  # its year ends on 28 September
        ("ORCL", "year", "fiscal", "FY2025", 21.215),  # 10-K to 31 May 2025
        ("ORCL", "ttm", "calendar", "TTM 2025Q2", 21.215),  # nearest to the end of June
        ("AVGO", "year", "fiscal", "FY2024", 0.548),  # 10-K to 3 November 2024
        ("NVDA", "year", "fiscal", "FY2025", 3.236),  # 10-K to 26 January 2025
        ("NVDA", "year", "calendar", "2024", 3.236),  # nearest to the end of December
    ],
)
def test_capex_as_filed(company, span, calendar, period, capex):
    assert values(panel(company, span=span, calendar=calendar), company, "capex")[period] == pytest.approx(capex)


def test_a_balance_is_taken_at_the_periods_end():
    year = values(panel("AAPL", span="year", calendar="fiscal"), "AAPL", "cash")
    assert year["FY2024"] == 29.943  # 10-K 2024, cash and cash equivalents at 28 September


def test_year_and_twelve_months_agree_at_the_years_end():
    companies = tuple(facts.companies().index)
    year, ttm = (panel(*companies, span=span, calendar="fiscal") for span in ("year", "ttm"))
    for concept in ("revenue", "capex", "net_income"):
        for company in companies:
            at_end = values(ttm, company, concept)
            for period, value in values(year, company, concept).items():
                assert at_end[f"TTM {period}Q4"] == value


# Years that are not the sum of their quarters, in millions, beyond the rounding of five figures
UNEQUAL_YEARS = {
    ("META", "capex", "FY2020"): 48,  # the year was restated, 15.115 to 15.163, its quarters never were
    ("META", "capex", "FY2022"): -245,  # likewise, 31.431 to 31.186
    ("META", "depreciation", "FY2023"): -10,  # given to ten million
    ("META", "depreciation", "FY2024"): 10,
    (
        "MSFT",
        "cloud_revenue",
        "FY2023",
    ): -14_963,  # the year was recast in August 2024, 87.907 to 72.944, not its quarters
    ("AMZN", "cloud_revenue", "FY2025"): -21,  # the release gives the fourth quarter to a hundred million
    ("BIDU", "cloud_revenue_proxy", "FY2023"): -6_178,  # the years leave out more than the quarters do
    ("BIDU", "cloud_revenue_proxy", "FY2024"): -5_763,
    ("GDS", "revenue", "FY2024"): -441.632,  # a part was sold within the year, and the quarters still hold it
    ("IREN", "operating_cash_flow", "FY2024"): 183.089,  # 52.219 under US GAAP, its quarters -130.870 under IFRS
}


def test_four_quarters_add_up_to_the_year():
    companies = tuple(facts.companies().index)
    quarters, years = (panel(*companies, span=span, calendar="fiscal") for span in ("quarter", "year"))
    flows = [name for name in years.concepts if facts.dictionary()["nature"][name] == "flow"]
    unequal = {}
    for company, concept in ((company, concept) for company in companies for concept in flows):
        parts = values(quarters, company, concept)
        for period, year in values(years, company, concept).items():
            four = [parts[each] for each in parts if each.startswith(period)]
            if len(four) == 4 and abs(by := round((year - sum(four)) * 1e3, 3)) > 2.5:
                unequal[company, concept, period] = by
    assert unequal == UNEQUAL_YEARS


def test_without_a_quarter_there_is_no_sum():
    # NVIDIA's first three quarters of fiscal 2023 are not in the data, the years to January and its nine months are
    ttm = values(panel("NVDA", span="ttm", calendar="fiscal"), "NVDA", "capex")
    assert "TTM FY2023Q4" in ttm and "TTM FY2024Q3" in ttm
    assert not {f"TTM FY{quarter}" for quarter in ("2023Q1", "2023Q2", "2024Q1", "2024Q2")} & set(ttm)


def test_twelve_months_without_quarters_are_a_year_less_its_first_months_plus_those_of_the_next():
    # NVIDIA 10-K for fiscal 2022, capex 976m; 10-Q for October 2022, nine months: 1,324m after 703m a year earlier
    ttm = values(panel("NVDA", span="ttm", calendar="fiscal"), "NVDA", "capex")
    assert ttm["TTM FY2023Q3"] == pytest.approx(0.976 - 0.703 + 1.324)


def test_averages_are_never_added_up():
    ttm = panel("MSFT", "AAPL", span="ttm", calendar="fiscal").rows
    averages = ttm[ttm["concept"].isin(["eps_diluted", "shares_diluted"])]
    assert set(averages["locator"].str.startswith("sum")) == {False}
    assert ((averages["period_end"] - averages["period_start"]).dt.days > 345).all()


def test_a_sum_is_derived_and_names_every_document():
    ttm = panel("MSFT", span="ttm").rows.query("concept == 'revenue' and locator == 'sum of four quarters'").iloc[-1]
    assert ttm["kind"] == "derived" and len(ttm["source"].split()) >= 4


def test_a_filed_year_stays_reported():
    year = panel("MSFT", span="year", calendar="fiscal").rows.query("concept == 'capex'")
    assert set(year["kind"]) == {"reported"}


def test_since_hides_but_keeps_what_growth_needs():
    grid = panel("MSFT", since=2023)
    assert grid.first == 2023 * 4 and min(grid.ordinals) < grid.first


def test_until_cuts():
    grid = panel("MSFT", span="year", calendar="fiscal", until=2022)
    assert grid.index.get_level_values("period")[-1] == "FY2022"


def test_companies_stand_in_the_order_asked_for():
    assert panel("ORCL", "AMD").companies == ("ORCL", "AMD")


def test_fiscal_quarters_of_several_companies_share_a_label():
    grid = panel("MSFT", "NVDA", calendar="fiscal")
    ends = grid.rows.query("concept == 'revenue'").groupby(["company", "ordinal"])["period_end"].max()
    assert [f"{ends[name, 2025 * 4]:%Y-%m-%d}" for name in grid.companies] == ["2024-09-30", "2024-04-28"]


def test_in_another_currency():
    assert panel("MSFT", currency="EUR").currency == "EUR"


def test_mixed_currencies_have_none_in_common():
    grid = panel("MSFT")
    rows = grid.rows.assign(unit=["EUR", *grid.rows["unit"][1:]])
    with pytest.raises(CapcycleError) as refused:
        _ = replace(grid, rows=rows).currency
    assert str(refused.value) == "amounts in EUR, USD cannot stand beside each other: give a currency"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"span": "month"}, "unknown span month; there are: quarter, ttm, year"),
        ({"calendar": "lunar"}, "unknown calendar lunar; there are: calendar, fiscal"),
        ({"until": 1999}, "no figure is left: widen the years, or choose companies that have such periods"),
        ({"since": 2099}, "no figure is left: widen the years, or choose companies that have such periods"),
    ],
)
def test_select_refuses(arguments, message):
    with pytest.raises(CapcycleError) as refused:
        select(facts.open(["MSFT"]), **arguments)
    assert str(refused.value) == message


@pytest.mark.parametrize(("calendar", "year"), [("fiscal", 2023), ("calendar", 2022)])
def test_a_known_gap_is_the_reason_for_its_quarters_and_no_other(calendar, year):
    grid = panel("NVDA", calendar=calendar)  # a gap from 31 January to 30 October 2022
    reasons = [grid.why_missing("NVDA", year * 4 + step, "capex") for step in range(-1, 4)]
    assert ["elements of its own" in reason for reason in reasons] == [False, True, True, True, False]


def test_a_company_that_had_published_nothing_by_then_is_still_on_the_panel():
    book = facts.open(["ORCL", "MSFT"], as_of="2019-03-30")  # Microsoft's first figure in the data is of 2019-04-24
    assert select(book).companies == ("ORCL", "MSFT")
