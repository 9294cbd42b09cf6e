"""Quarters, trailing twelve months and years, fiscal and calendar, with figures as filed."""

import shutil
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from capcycle import facts, metrics, paths, spans
from capcycle.errors import CapcycleError
from capcycle.facts import sums, vintages
from capcycle.measure import measure
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
    ("INTC", "operating_cash_flow", "FY2020"): 480,  # the year was restated two years later, 35.384 to 35.864
    ("SMCI", "operating_cash_flow", "FY2024"): 6,  # the quarters as first filed, the year after its audit
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


# ---- twelve months and growth of one definition


class Made:
    """A book of one company whose revenue, in millions, is given by (first day, months, day of publication, value)."""

    companies, currency = ("MSFT",), ""

    def __init__(self, *figures):
        rows = [(pd.Timestamp(first), months, pd.Timestamp(day), value * 1e6) for first, months, day, value in figures]
        table = pd.DataFrame(rows, columns=["period_start", "months", "published", "value"])
        ends = [
            each.period_start + pd.DateOffset(months=each.months) - pd.Timedelta(days=1) for each in table.itertuples()
        ]
        table = table.drop(columns="months").assign(company="MSFT", concept="revenue", period_end=ends, unit="USD",
            kind="reported", source="0000950170-24-087843-t", locator="made", note="", tier=0)  # fmt: skip
        self.flows = vintages.on_bases(table)
        derived = vintages.quarters(self.flows)
        self.panels = {}
        self.facts = vintages.latest(pd.concat([derived, self.flows[vintages.COLUMNS]], ignore_index=True))

    @property
    def prepared(self):
        return [facts.Prepared(self.facts, self.facts[:0], {})]

    @property
    def gaps(self):
        return vintages.refused(self.flows).assign(reason="two definitions")

    def register(self, name):
        return facts.open(["MSFT"]).register(name).iloc[:0]


def to_date(year, *values, day=""):
    """Three, six, nine and twelve months of a calendar year, published about a month after each."""
    return [(f"{year}-01-01", months, day or f"{year + (months == 12)}-{months % 12 + 2:02}-01", value)
            for months, value in zip((3, 6, 9, 12), values, strict=False)]  # fmt: skip


RECAST = [*to_date(2023, 50, 100, 150, 200), *to_date(2024, 60, 120, 180, 150), *to_date(2025, 50, 110)]


def measured(metric, grid, **names):
    table = measure(metric, grid, **names).table.set_index("period")
    return table["value"], table["reason"]


def test_twelve_months_never_add_a_recast_year_to_first_filed_quarters():
    grid = select(Made(*RECAST), "ttm")
    assert measured("revenue", grid)[0].dropna().div(1e6).to_dict() == {
        "TTM 2023Q4": 200,
        "TTM 2024Q1": 210,  # 200 - 50 + 60
        "TTM 2024Q2": 220,
        "TTM 2024Q3": 230,
        "TTM 2024Q4": 150,  # as filed; the next, 150 - 60 + 50, would be of two definitions
    }
    assert grid.why_missing("MSFT", 2025 * 4, "revenue") == "the data has no twelve months of revenue: two definitions"


def test_comparatives_of_the_new_definition_make_them_whole():
    anew = to_date(2024, 40, 75, 110)
    anew = [(first, months, f"2025-{months + 2:02}-01", value) for first, months, _, value in anew]
    values, _ = measured("revenue", select(Made(*RECAST, *anew), "ttm"))
    assert values["TTM 2025Q1"] == 160e6 and values["TTM 2025Q2"] == 185e6  # 150 - 40 + 50; 150 - 75 + 110


def test_quarters_restated_since_are_not_added_to_quarters_that_were_not():
    quarters = [
        (f"{year}-{month:02}-01", 3, f"{year}-{month + 2:02}-28", 50)
        for year in (2023, 2024)
        for month in (1, 4, 7, 10)
    ]
    quarters = [
        (first, months, pd.Timestamp(day) + pd.Timedelta(days=40), value) for first, months, day, value in quarters
    ]
    restated = [("2024-01-01", 3, "2025-05-05", 40), ("2025-01-01", 3, "2025-05-05", 42)]
    grid = select(Made(*quarters, *restated), "ttm")
    values, _ = measured("revenue", grid)
    assert values["TTM 2023Q4"] == 200e6 and "TTM 2025Q1" not in values.dropna()
    assert grid.why_missing("MSFT", 2025 * 4, "revenue") == (
        "the data has no twelve months of revenue: the company changed what it counts in between, and restated some of "
        "the quarters and not the others"
    )


def test_growth_across_a_recast_is_missing_and_says_why():
    values, reasons = measured(metrics.growth_year_on_year, select(Made(*RECAST), "year"), value="revenue")
    assert values.isna()["2024"] and reasons["2024"] == (  # 150 after 200 is no growth
        "the company changed what it counts as revenue in between, and the earlier figure was not restated"
    )


def test_applied_digitals_recast_year_leaves_no_quarter_and_no_twelve_months():
    # 10-K to May 2025: 144.193m from continuing operations; 10-Q to February: 177.493m with the cloud
    quarter, ttm = panel("APLD", calendar="fiscal"), panel("APLD", span="ttm", calendar="fiscal")
    assert "FY2025Q4" not in values(quarter, "APLD", "revenue")
    assert not {f"TTM FY2026Q{number}" for number in (1, 2, 3)} & set(values(ttm, "APLD", "revenue"))
    assert values(ttm, "APLD", "revenue")["TTM FY2025Q4"] == 0.144193
    assert "smaller than its first months" in quarter.why_missing("APLD", 2025 * 4 + 3, "revenue")


@pytest.mark.parametrize(
    ("first", "lengths"),
    [("2023-09-04", (12, 12, 12, 16)), ("2022-08-29", (12, 12, 12, 17)), ("2023-01-29", (16, 12, 12, 13)),
     ("2023-01-01", (12, 12, 12, 16)), ("2023-01-29", (13, 13, 13, 14))],
)  # fmt: skip
def test_quarters_of_unequal_weeks_keep_their_labels_and_meet_no_other(first, lengths, monkeypatch):
    lengths = pd.Series(lengths)
    starts = pd.Timestamp(first) + pd.Timedelta(weeks=1) * (lengths.cumsum() - lengths)
    ends = starts + pd.Timedelta(weeks=1) * lengths - pd.Timedelta(days=1)
    month = (ends.iloc[-1] - pd.Timedelta(days=7)).month
    monkeypatch.setattr(
        "capcycle.facts.year_ends.months", lambda companies, _: pd.Series(float(month), companies.index)
    )
    book = Made(*((start, 3, end, 10) for start, end in zip(starts, ends, strict=True)))
    book.facts = book.facts.assign(period_end=ends.to_numpy())
    for calendar in ("fiscal", "calendar"):
        numbers = select(book, "quarter", calendar).rows["ordinal"].tolist()
        assert [number - numbers[0] for number in numbers] == [0, 1, 2, 3]
    assert select(book, "ttm", "fiscal").rows["value"].tolist() == [40e6]


@pytest.mark.parametrize("calendar", spans.CALENDARS)
@pytest.mark.parametrize("span", spans.SPANS)
def test_what_is_remembered_of_a_company_is_what_would_be_worked_out(span, calendar):
    book = facts.open(["ORCL", "BABA", "HUT"])
    key = ["company", "concept", "ordinal"]
    once, anew = select(book, span, calendar).rows, spans.placed(book.facts, span, calendar)
    pd.testing.assert_frame_equal(*(rows.sort_values(key, ignore_index=True) for rows in (once, anew)))


def test_a_changed_file_is_not_remembered(tmp_path, monkeypatch):
    book = facts.open(["HUT"])
    before = select(book, "year", "fiscal").rows
    folder = shutil.copytree(paths.DATA, tmp_path / "data")
    (folder / "year_ends.csv").write_text((folder / "year_ends.csv").read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    monkeypatch.setattr(paths, "DATA", folder)
    after = select(facts.open(["HUT"]), "year", "fiscal").rows
    assert set(before["ordinal"]) != set(after["ordinal"])


def test_years_that_their_quarters_do_not_add_up_to_are_doubts():
    found = {(each.split()[1], each.split()[2].rstrip(","), int(each.split()[7].rstrip(":"))) for each in sums.doubts()}
    assert {
        (company, concept, int(year[2:])) for company, concept, year in UNEQUAL_YEARS if company != "AMZN"
    } - found == {
        ("META", "depreciation", 2023),  # given to ten million, so within its rounding
        ("META", "depreciation", 2024),
    }
