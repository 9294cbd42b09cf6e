"""Calendars, standards, currencies, kinds of source and definitions, each with figures as the companies gave them."""

from pathlib import Path

import pandas as pd
import pytest

from capcycle import facts
from capcycle.facts import door, vintages
from capcycle.panel import select

TRACKER = pd.read_csv(Path(__file__).parent / "data" / "tracker.csv", keep_default_na=False)
BN, M = 1e9, 1e6


def figures(company, concept, start, end, as_of=""):
    rows = facts.load([company], as_of).query("concept == @concept")
    rows = rows[rows["period_end"] == end]
    return rows[rows["period_start"].isna()] if start is None else rows[rows["period_start"] == start]


def figure(*args):
    return figures(*args)["value"].item()


def published(company, concept, start, end):
    """Every value of a period by the day on which it was published."""
    rows = facts.history([company]).query("concept == @concept")
    rows = rows[(rows["period_start"] == start) & (rows["period_end"] == end)].sort_values("published")
    return list(zip(rows["published"].dt.strftime("%Y-%m-%d").fillna(""), rows["value"], strict=True))


# ---- kinds of source


def test_an_aggregator_overrides_nothing():
    held = facts.history()
    key = ["company", "concept", "period_start", "period_end"]
    weak = held["tier"].eq(door.TIERS.index("aggregator"))
    both = held[weak].merge(held[~weak], on=key, suffixes=("", "_better"))
    digit = vintages.last_digit(both["value_better"].to_numpy())
    same = (both["value"] - both["value_better"]).abs() <= digit / 2  # in more digits: it overrides nothing
    shown = facts.load().set_index(key)["tier"]
    assert len(both)
    better = shown[pd.MultiIndex.from_frame(both[key])].to_numpy() < door.TIERS.index("aggregator")
    assert (better | same).all()


def test_what_only_an_aggregator_gives_is_an_estimate():
    # TeraWulf's 614.990m capex of the fourth quarter of 2025: a quarter that no filing held gives
    row = figures("WULF", "capex", "2025-10-01", "2025-12-31").iloc[0]
    assert (row["value"], row["kind"]) == (614.990 * M, "estimated")
    shown = facts.load()
    assert set(shown[shown["tier"] == door.TIERS.index("aggregator")]["kind"]) == {"estimated"}


def test_a_better_source_comes_before_a_newer_one():
    # IREN's quarter to September 2025: 240.295m in the 10-Q, 240.29m read from it by the tracker
    assert len(published("IREN", "revenue", "2025-07-01", "2025-09-30")) == 2
    assert figure("IREN", "revenue", "2025-07-01", "2025-09-30") == 240.295 * M


def test_a_figure_of_an_unknown_day_is_known_on_no_day():
    undated = facts.history()["published"].isna()
    assert undated.any()
    assert facts.history(as_of="2099-01-01")["published"].notna().all()
    assert facts.load(as_of="2099-01-01")["published"].notna().all()
    assert not figures("RIOT", "operating_cash_flow", "2024-07-01", "2024-09-30").empty
    assert figures("RIOT", "operating_cash_flow", "2024-07-01", "2024-09-30", "2099-01-01").empty


def test_a_quarter_derived_from_an_undated_figure_has_no_day():
    rows = facts.load(["BABA", "GDS", "BIDU"]).query("kind == 'derived'")
    undated = rows[rows["published"].isna()]
    dated = set(facts.sources().query("published != ''").index)
    assert not [row.source for row in undated.itertuples() if set(row.source.split()) <= dated]


# ---- vintages


@pytest.mark.parametrize(
    ("as_of", "fy2024", "fy2023"),
    [
        ("2024-07-30", 105.362, 87.907),  # 10-K for 2024: Intelligent Cloud, before it was redrawn in August 2024
        ("2025-07-30", 87.464, 72.944),  # 10-K for 2025, recast
    ],
)
def test_microsofts_cloud_as_first_reported_and_as_recast(as_of, fy2024, fy2023):
    assert figure("MSFT", "cloud_revenue", "2023-07-01", "2024-06-30", as_of) == fy2024 * BN
    assert figure("MSFT", "cloud_revenue", "2022-07-01", "2023-06-30", as_of) == fy2023 * BN


def test_nebius_result_of_2025_was_corrected():
    # 101.7m in the 6-K of February 2026, 82.5m in the 20-F of April
    assert published("NBIS", "net_income", "2025-01-01", "2025-12-31") == [
        ("2026-02-12", 101.7 * M),
        ("2026-04-30", 82.5 * M),
    ]
    assert figure("NBIS", "net_income", "2025-01-01", "2025-12-31", "2026-04-29") == 101.7 * M
    assert figure("NBIS", "net_income", "2025-01-01", "2025-12-31", "2026-04-30") == 82.5 * M


def test_nebius_first_quarter_of_2025_lost_toloka():
    values = [value for _, value in published("NBIS", "revenue", "2025-01-01", "2025-03-31")]
    assert {55.3 * M, 50.9 * M} == set(values)
    assert figure("NBIS", "revenue", "2025-01-01", "2025-03-31") == 50.9 * M
    assert figures("NBIS", "revenue", "2025-01-01", "2025-03-31", "2025-05-19").empty
    assert figure("NBIS", "revenue", "2025-01-01", "2025-03-31", "2026-05-12") == 55.3 * M  # 6-K of 2025-05-20
    assert figure("NBIS", "revenue", "2025-01-01", "2025-03-31", "2026-05-13") == 50.9 * M


def test_alibabas_year_is_its_nine_months_and_the_march_quarter():
    nine_months = figure("BABA", "revenue", "2025-04-01", "2025-12-31")
    quarter = figure("BABA", "revenue", "2026-01-01", "2026-03-31")
    year = figures("BABA", "revenue", "2025-04-01", "2026-03-31").iloc[0]
    assert (nine_months, quarter) == (780.290 * BN, 243.380 * BN)
    assert (year["value"], year["unit"], year["kind"]) == (nine_months + quarter, "CNY", "estimated")
    assert year["value"] == 1_023.670 * BN


# ---- definitions


def test_oracles_cloud_definitions_do_not_mix():
    # Fiscal 2025: 24.506bn IaaS and SaaS, 44.029bn with licence support; fourth quarter 44.029 less 32.331 = 11.698
    year = "2024-06-01", "2025-05-31"
    assert figure("ORCL", "cloud_revenue", *year) == 24.506 * BN
    assert figure("ORCL", "cloud_and_license_support_revenue", *year) == 44.029 * BN
    assert figure("ORCL", "cloud_and_license_support_revenue", "2025-03-01", "2025-05-31") == 11.698 * BN
    assert figure("ORCL", "cloud_infrastructure_revenue", "2025-03-01", "2025-05-31") == 3.0 * BN
    narrow = select(facts.open(["ORCL"]), "year", "fiscal").rows.query("concept == 'cloud_revenue'")
    assert narrow.set_index("ordinal")["value"].to_dict() == {
        2023: 15.881 * BN,
        2024: 19.774 * BN,
        2025: 24.506 * BN,
    }


def test_a_proxy_is_not_a_cloud():
    # Baidu's third quarter of 2025: 9.2bn is neither advertising nor iQIYI, 6.2bn is AI Cloud by its own word
    quarter = "2025-07-01", "2025-09-30"
    assert figure("BIDU", "cloud_revenue", *quarter) == 6.2 * BN
    assert figure("BIDU", "cloud_revenue_proxy", *quarter) == 9.2 * BN
    assert figures("0700.HK", "cloud_revenue", "2024-01-01", "2024-12-31").empty
    assert not figures("0700.HK", "cloud_revenue_proxy", "2024-01-01", "2024-12-31").empty


@pytest.mark.parametrize("row", TRACKER.to_dict("records"), ids=lambda row: f"{row['company']} {row['period_end']}")
def test_where_the_tracker_and_another_source_differ_one_stands_for_a_reason(row):
    key = row["company"], row["concept"], row["period_start"] or None, row["period_end"]
    assert figure(*key) == float(row["stands"])
    assert len(row["reason"]) > 20
    found = facts.history([row["company"]])
    found = found[(found["concept"] == row["concept"]) & (found["period_end"] == row["period_end"])]
    assert float(row["other"]) in found["value"].tolist()


def test_nine_keys_differ():
    assert len(TRACKER) == 9


# ---- accounting standards


@pytest.mark.parametrize(
    ("as_of", "value"),
    [
        ("2023-09-13", 6.045),  # IFRS, 20-F of September 2023
        ("2025-03-20", -72.378),  # IFRS, 20-F/A of March 2025
        ("2025-08-28", 5.729),  # US GAAP, 10-K of August 2025
    ],
)
def test_irens_operating_cash_flow_of_2023_under_two_standards(as_of, value):
    assert figure("IREN", "operating_cash_flow", "2022-07-01", "2023-06-30", as_of) == value * M


@pytest.mark.parametrize(
    ("quarter", "as_of", "value"),
    [
        (("2023-10-01", "2023-12-31"), "2025-03-20", -24.165),  # IFRS restated: -54.434 less -30.269
        (("2025-01-01", "2025-03-31"), "2025-05-14", -48.012),  # IFRS restated: -161.206 less -113.194
        (("2025-01-01", "2025-03-31"), "2026-05-08", 93.104),  # US GAAP: 142.745 less 49.641
        (("2025-04-01", "2025-06-30"), "2026-05-08", 103.141),  # US GAAP: 245.886 less 142.745
    ],
)
def test_irens_quarters_are_differences_within_one_standard(quarter, as_of, value):
    assert figure("IREN", "operating_cash_flow", *quarter, as_of) == value * M


def test_no_quarter_is_a_difference_across_standards():
    # The year to June 2025 came under US GAAP in August, its nine months under IFRS: 245.886 less -161.206 is nothing
    assert figures("IREN", "operating_cash_flow", "2025-04-01", "2025-06-30", "2026-05-07").empty
    held = facts.history(["IREN"]).query("concept in ['operating_cash_flow', 'revenue', 'net_income', 'capex']")
    ours = vintages.quarters(vintages.on_bases(held[held["tier"] == door.TIERS.index("filing")]))
    standard = held.assign(ifrs=vintages.is_ifrs(held["locator"])).groupby("source")["ifrs"].unique()
    mixed = [
        row.locator for row in ours.itertuples() if len({bool(standard[one][0]) for one in row.source.split()}) > 1
    ]
    assert len(ours) > 10 and mixed == []


def test_twelve_months_are_of_one_standard():
    # To September 2024: quarters to December 2023, March and June 2024 under IFRS, September 2024 under US GAAP
    months = select(facts.open(["IREN"]), "ttm").rows.query("concept == 'operating_cash_flow'")
    ends = set(months["period_end"].dt.strftime("%Y-%m-%d"))
    assert "2024-09-30" not in ends
    # To September 2025, all under US GAAP: 53.556 + 93.104 + 103.141 + 142.353
    assert months.set_index("period_end").loc["2025-09-30", "value"] == pytest.approx(392.154 * M)


# ---- fiscal calendars


@pytest.mark.parametrize(
    ("company", "concept", "label", "calendar_label", "value"),
    [
        ("MSFT", "capex", "FY2024Q4", "2024Q2", 13.873),  # June: 44.477 less 30.604
        ("ORCL", "capex", "FY2025Q4", "2025Q2", 9.080),  # May: 21.215 less 12.135
        ("APLD", "revenue", "FY2026Q2", "2025Q4", 0.126589),  # May: 190.805m less 64.216m
        ("NVDA", "revenue", "FY2025Q4", "2024Q4", 39.331),  # January: 130.497 less 91.166
        ("BABA", "revenue", "FY2026Q4", "2026Q1", 243.380),  # March
        ("AAPL", "revenue", "FY2024Q4", "2024Q3", 94.930),  # the last Saturday of September
        ("AVGO", "revenue", "FY2024Q4", "2024Q3", 14.054),  # 53 weeks to 3 November: 51.574 less 37.520
        ("AMD", "revenue", "FY2025Q4", "2025Q4", 10.270),  # the last Saturday of December: 34.639 less 24.369
        ("INTC", "revenue", "FY2024Q4", "2024Q4", 14.260),  # the last Saturday of December: 53.101 less 38.841
        ("SMCI", "revenue", "FY2025Q4", "2025Q2", 5.756911),  # June: 21.972042 less 16.215131
    ],
)
def test_a_quarter_under_its_own_and_the_calendars_label(company, concept, label, calendar_label, value):
    for calendar, name in (("fiscal", label), ("calendar", calendar_label)):
        grid = select(facts.open([company]), "quarter", calendar)
        rows = grid.values[grid.concepts[concept]][0]
        assert dict(zip(grid.index.get_level_values("period"), rows, strict=True))[name] == pytest.approx(value * BN)


def test_a_year_of_hive_ends_in_march():
    # 115.3m in the year to March 2025, as printed in June 2025
    years = select(facts.open(["HIVE"]), "year", "fiscal").rows.query("concept == 'revenue'").set_index("ordinal")
    assert years.loc[2025, "value"] == 115.3 * M


# ---- currencies


def test_a_flow_is_converted_at_the_average_of_its_quarter():
    # Alibaba, quarter to September 2025: 247.795bn yuan; 66 fixings, dollars per yuan 0.139725 on average
    ours = select(facts.open(["BABA"], currency="USD"), "quarter", "fiscal")
    rates = pd.read_csv(door.paths.DATA / "fx.csv", index_col="date").loc["2025-07-01":"2025-09-30"]
    average = (rates["USD"] / rates["CNY"]).mean()
    row = ours.rows.query("concept == 'revenue'").set_index("period_end").loc["2025-09-30"]
    assert (len(rates), round(average, 6)) == (66, 0.139725)
    assert row["value"] == pytest.approx(247.795 * BN * average, rel=1e-12)
    assert (row["unit"], row["kind"], row["source"].split()[-1]) == ("USD", "derived", "ecb-eurofxref")


def test_a_stock_is_converted_on_its_last_day():
    # Tencent's property, plant and equipment at the end of 2025; 31 December: 1.1750 dollars, 8.2262 yuan for a euro
    own = figure("0700.HK", "ppe_net", None, "2025-12-31")
    row = facts.convert(figures("0700.HK", "ppe_net", None, "2025-12-31"), "USD").iloc[0]
    assert row["value"] == pytest.approx(own * 1.1750 / 8.2262, rel=1e-12)


def test_into_hong_kong_dollars():
    # The same day: 9.1464 Hong Kong dollars for a euro
    own = figure("0700.HK", "ppe_net", None, "2025-12-31")
    row = facts.convert(figures("0700.HK", "ppe_net", None, "2025-12-31"), "HKD").iloc[0]
    assert (row["value"], row["unit"]) == (pytest.approx(own * 9.1464 / 8.2262, rel=1e-12), "HKD")


def test_earnings_per_share_keep_their_currency_and_are_not_scaled():
    # Seres, first half of 2025: 1.87 yuan a share
    row = figures("601127.SS", "eps_diluted", "2025-01-01", "2025-06-30").iloc[0]
    assert (row["value"], row["unit"]) == (1.87, "CNY/share")
    assert facts.convert(row.to_frame().T.astype({"value": float}), "CNY")["value"].item() == 1.87


def test_currencies_stand_beside_each_other_only_when_one_is_asked_for():
    grid = select(facts.open(["China clouds"], currency="USD"))
    assert grid.currency == "USD" and set(grid.companies) == {"BABA", "0700.HK", "BIDU", "KC", "GDS"}


# ---- groups


def test_a_group_is_its_companies():
    assert facts.open(["neoclouds"]).companies == ("CRWV", "NBIS")
    assert facts.open(["neoclouds", "CRWV", "IREN"]).companies == ("CRWV", "NBIS", "IREN")
