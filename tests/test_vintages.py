"""The same period published twice: rounding, split or restatement, and which value stands."""

from itertools import accumulate
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capcycle import facts, periods
from capcycle.facts import door, vintages

# Later values of a period and what they are, by an independent reading of the same filings
INDEPENDENT = pd.read_csv(Path(__file__).parent / "data" / "vintages.csv", keep_default_na=False)
COLUMNS = ["company", "concept", "period_start", "period_end", "value", "unit", "kind", "source", "locator"]


def values(*published, concept="net_income", unit="USD", start="2024-01-01", end="2024-03-31", kind="reported"):
    """A period's values by the day on which each was published."""
    row = ["TSLA", concept, pd.Timestamp(start), pd.Timestamp(end)]
    rows = [[*row, value, unit, kind, f"filing of {day}", "line"] for day, value in published]
    days = pd.to_datetime([day for day, _ in published])
    return pd.DataFrame(rows, columns=COLUMNS).assign(published=days, note="", tier=0)


def history(*series):
    return pd.concat(series, ignore_index=True)


def cause(before, after, **row):
    return vintages.revisions(values(("2024-05-01", before), ("2025-05-01", after), **row))["cause"].tolist()


TEN = ["MSFT", "AMZN", "GOOGL", "META", "ORCL", "NVDA", "AMD", "AVGO", "AAPL", "TSLA"]


def test_every_later_value_is_what_an_independent_table_says():
    read = facts.history(TEN)  # the table was made from their filings
    ours = vintages.revisions(read[read["tier"] == door.TIERS.index("filing")])
    dates = {
        name: ours[name].dt.strftime("%Y-%m-%d").fillna("") for name in ("period_start", "period_end", "published")
    }
    columns = ["company", "concept", "period_start", "period_end", "value", "published", "cause"]
    found = sorted(map(tuple, ours.assign(**dates)[columns].to_numpy()))
    assert found == sorted(map(tuple, INDEPENDENT[columns].to_numpy()))


@pytest.mark.parametrize(
    ("before", "after", "row", "expected"),
    [
        (1.73, 6.90, {"unit": "USD/share"}, ["split"]),  # NVIDIA, fiscal 2021, four for one
        (2_494e6, 24_940e6, {"unit": "shares"}, ["split"]),  # NVIDIA, fiscal 2024, ten for one
        (510e6, 10_198e6, {"unit": "shares"}, ["split"]),  # Amazon, 2020, twenty for one
        (1_729_890e2, 173e6, {"unit": "shares"}, ["rounding"]),  # Tesla, first quarter of 2019
        (4_541_464e3, 4_541e6, {}, ["rounding"]),  # Tesla, thousands to millions
        (110_100e6, 110_087e6, {}, ["rounding"]),  # Apple, prose to table
        (27_266e6, 27_045e6, {}, ["restatement"]),  # Meta, 2023, net of proceeds
        (1_129e6, 1_390e6, {}, ["restatement"]),  # Tesla, digital assets
        (0.42, 0.40, {"unit": "USD/share"}, ["restatement"]),
        (100e6, 1_000e6, {}, ["restatement"]),  # ten times the dollars is no split
        (5_369e6, 5_400e6, {"kind": "derived"}, ["restatement"]),  # a difference that ends in zeros is not rounded
        (115e6, 0.0, {}, ["restatement"]),
        (115e6, 115e6, {}, []),
    ],
)
def test_causes(before, after, row, expected):
    assert cause(before, after, **row) == expected


def test_change_is_a_fraction_of_the_earlier_value():
    later = vintages.revisions(values(("2024-05-01", 200.0), ("2025-05-01", 150.0)))
    assert later[["before", "change"]].to_numpy().tolist() == [[200.0, -0.25]]


def test_the_newest_value_stands():
    newest = vintages.latest(values(("2024-05-01", 1_129e6), ("2025-05-01", 1_390e6)))
    assert newest["value"].tolist() == [1_390e6]


def test_a_later_rounding_does_not_replace_the_figure():
    assert vintages.latest(values(("2019-05-01", 4_541_464e3), ("2020-02-13", 4_541e6)))["value"].item() == 4_541_464e3


def test_a_later_figure_in_more_digits_does():
    assert vintages.latest(values(("2019-05-01", 110_100e6), ("2020-02-13", 110_087e6)))["value"].item() == 110_087e6


def derived(*series):
    ours = vintages.quarters(vintages.on_bases(history(*series))).sort_values("published")
    return ours[["value", "published"]].astype({"published": str}).to_numpy().tolist()


def year(*published):
    return values(*published, start="2024-01-01", end="2024-12-31")


def nine_months(*published):
    return values(*published, start="2024-01-01", end="2024-09-30")


def test_a_quarter_is_known_when_the_longer_period_is():
    assert derived(year(("2025-01-30", 10e6)), nine_months(("2024-10-30", 7e6))) == [[3e6, "2025-01-30"]]


def test_both_restated_give_a_second_vintage():
    ours = derived(
        year(("2025-01-30", 10e6), ("2026-01-30", 12e6)), nine_months(("2024-10-30", 7e6), ("2025-10-30", 8e6))
    )
    assert ours == [[3e6, "2025-01-30"], [4e6, "2026-01-30"]]


def test_a_restated_year_is_not_set_against_nine_months_that_were_not():
    ours = derived(year(("2025-01-30", 10e6), ("2026-01-30", 12e6)), nine_months(("2024-10-30", 7e6)))
    assert ours == [[3e6, "2025-01-30"]]


def test_restated_nine_months_wait_for_the_year_to_be_restated():
    ours = derived(year(("2025-01-30", 10e6)), nine_months(("2024-10-30", 7e6), ("2025-10-30", 8e6)))
    assert ours == [[3e6, "2025-01-30"]]


def test_or_for_it_to_be_repeated_beside_the_next_year():
    next_year = values(("2026-01-30", 20e6), start="2025-01-01", end="2025-12-31")
    ours = derived(year(("2025-01-30", 10e6)), nine_months(("2024-10-30", 7e6), ("2025-10-30", 8e6)), next_year)
    assert ours == [[3e6, "2025-01-30"], [2e6, "2026-01-30"]]


def test_a_filed_quarter_stands():
    quarter = values(("2025-01-30", 3.1e6), start="2024-10-01", end="2024-12-31")
    assert derived(year(("2025-01-30", 10e6)), nine_months(("2024-10-30", 7e6)), quarter) == []


def test_a_filed_restatement_is_not_replaced_by_the_same_as_a_difference():
    quarter = values(("2025-01-30", 3e6), ("2025-12-30", 4e6), start="2024-10-01", end="2024-12-31")
    restated = year(("2025-01-30", 10e6), ("2026-01-30", 12e6)), nine_months(("2024-10-30", 7e6), ("2025-10-30", 8e6))
    assert derived(*restated, quarter) == []


def test_a_restatement_of_the_periods_around_it_replaces_a_filed_quarter():
    quarter = values(("2025-01-30", 3e6), start="2024-10-01", end="2024-12-31")
    restated = year(("2025-01-30", 10e6), ("2026-01-30", 12e6)), nine_months(("2024-10-30", 7e6), ("2025-10-30", 8e6))
    assert derived(*restated, quarter) == [[4e6, "2026-01-30"]]


def test_a_difference_of_estimates_is_an_estimate():
    estimate = year(("2025-01-30", 10e6)).assign(kind="estimated")
    assert vintages.quarters(vintages.on_bases(history(estimate, nine_months(("2024-10-30", 7e6)))))[
        "kind"
    ].tolist() == ["estimated"]


# ---- one definition, or nothing


M = 1e6


def flow(months, *published, first="2024-01-01", concept="revenue"):
    """A figure of so many months from `first`, in millions, by the day of each publication."""
    end = pd.Timestamp(first) + pd.DateOffset(months=months) - periods.DAY
    return values(*((day, value * M) for day, value in published), concept=concept, start=first, end=end)


def year_to_date(first, *millions, year=None, concept="revenue"):
    """Three, six and nine months as filed a month after each ends, and the year, if given, two months after its end."""
    ends = [pd.Timestamp(first) + pd.DateOffset(months=months) for months in (4, 7, 10, 14)]
    filed = zip((3, 6, 9, 12), ends, [*millions, *([] if year is None else [year])], strict=False)
    return [flow(months, (f"{day:%Y-%m-%d}", value), first=first, concept=concept) for months, day, value in filed]


def shown(*series, as_of="2030-01-01"):
    """Millions of each derived quarter of 2024 by its last month, as known on a day; a word where it is refused."""
    known = history(*series)
    flows = vintages.on_bases(known[known["published"] <= as_of])
    newest = vintages.latest(vintages.quarters(flows))
    found = [*zip(newest["period_end"], newest["value"] / M, strict=True)]
    refused = vintages.refused(flows)
    both = [*found, *zip(refused["period_end"], refused["fault"], strict=True)]
    return {end.month: value for end, value in both if end.year == 2024}


QUARTERS = st.lists(st.integers(100, 900), min_size=4, max_size=4)


@settings(max_examples=20)
@given(st.lists(QUARTERS, min_size=5, max_size=len(TEN)))
def test_differences_of_year_to_date_add_back_to_the_year(years):
    """A company for each year: to derive the quarters of ten costs as much as those of one."""
    filed = []
    for company, (*months, year) in zip(TEN, map(accumulate, years), strict=False):
        filed += [each.assign(company=company) for each in year_to_date("2024-01-01", *months, year=year)]
    flows = vintages.on_bases(history(*filed))
    newest = vintages.latest(vintages.quarters(flows))
    assert vintages.refused(flows).empty and {*newest["period_end"].dt.year} == {2024}
    for company, quarters in zip(TEN, years, strict=False):
        own = newest[newest["company"] == company]
        derived = dict(zip(own["period_end"].dt.month, own["value"] / M, strict=True))
        assert derived == pytest.approx(dict(zip((6, 9, 12), quarters[1:], strict=True)))
        assert quarters[0] + sum(derived.values()) == pytest.approx(sum(quarters))


FIRST_FILED = year_to_date("2024-01-01", 60, 120, 180)


def test_a_recast_year_less_first_filed_months_is_no_quarter():
    assert shown(*FIRST_FILED, flow(12, ("2025-03-01", 150))) == {6: 60, 9: 60, 12: "negative"}


def test_nor_a_year_after_when_the_next_years_own_figures_are_there():
    recast = *FIRST_FILED, flow(12, ("2025-03-01", 150)), *year_to_date("2025-01-01", 50, 110, 180)
    assert shown(*recast)[12] == "negative"


def test_recast_comparatives_are_of_one_vintage_with_the_recast_year():
    recast = [flow(12, ("2025-03-01", 150))]
    recast += [flow(months, (f"2025-{day}-01", value)) for months, day, value in ((3, "05", 40), (6, "08", 75))]
    recast += [flow(9, ("2025-11-01", 110))]
    whole = shown(*FIRST_FILED, *recast)
    assert whole == {6: 35, 9: 35, 12: 40} and 40 + sum(whole.values()) == 150


def test_a_year_that_also_restates_the_year_before_is_of_another_definition_than_its_own_months():
    # 190 less 180 would be ten: the annual report also gives 2023 anew, 300 for 400, which the nine months did not do
    before = [*year_to_date("2023-01-01", 90, 190, 290, year=400), flow(12, ("2025-03-01", 300), first="2023-01-01")]
    assert shown(*before, *FIRST_FILED, flow(12, ("2025-03-01", 190)))[12] == "mixed"
    assert shown(*before[:-1], *FIRST_FILED, flow(12, ("2025-03-01", 230)))[12] == 50  # as without the restatement


def test_a_small_restatement_of_another_year_forbids_nothing():
    before = [*year_to_date("2023-01-01", 90, 190, 290, year=400), flow(12, ("2025-03-01", 399), first="2023-01-01")]
    assert shown(*before, *FIRST_FILED, flow(12, ("2025-03-01", 230)))[12] == 50


def test_what_may_be_negative_is_derived_below_zero():
    months = year_to_date("2024-01-01", 60, 120, 180, year=150, concept="operating_income")
    assert shown(*months) == {6: 60, 9: 60, 12: -30}


def test_a_half_year_smaller_than_its_first_quarter_gives_no_second_one():
    # Applied Digital, capex to November 2023: 45.830m in six months, 75.659m in the first three as filed
    assert shown(*year_to_date("2024-01-01", 75.659, 45.830, 86.996)) == {6: "negative", 9: 41.166}


def test_a_year_of_which_the_first_months_are_nothing_is_no_quarter():
    assert shown(*year_to_date("2024-01-01", 0, 0, 0, year=8))[12] == "whole"


def test_a_quarter_a_thousand_times_its_neighbours_is_refused():
    earlier = [flow(3, ("2024-01-01", 50), first=f"{year}-{month}-01") for year in (2022, 2023) for month in (1, 4, 7)]
    assert shown(*earlier, *year_to_date("2024-01-01", 50, 100, 150, year=50_150))[12] == "scale"


def test_little_left_between_two_good_figures_is_a_quarter():
    # Oracle, operating cash flow: 7,117m to November 2023 less 6,974m to August
    earlier = [flow(3, ("2024-01-01", 5_000), first=f"{year}-{month}-01") for year in (2022, 2023) for month in (1, 4)]
    assert shown(*earlier, *year_to_date("2024-01-01", 6_974, 7_117))[6] == 143


def test_no_quarter_of_the_data_has_the_wrong_sign():
    known = facts.load()
    positive = known["concept"].map(facts.dictionary()["sign"]).eq("positive")
    assert known[positive & (known["value"] < 0)].empty


# ---- a rounded figure never beats an exact one of the same period


def test_a_release_that_rounds_gives_way_to_the_filing_after_it():
    # Oracle, fiscal 2025: 17.7bn in the release of 2025-06-11, 17.678bn in the 10-K a week later
    def income(day):
        rows = facts.load(["ORCL"], day)
        rows = rows[(rows["concept"] == "operating_income") & (rows["period_end"] == "2025-05-31")]
        return rows[rows["period_start"] == "2024-06-01"]["value"].tolist()

    assert [income("2025-06-12"), income("2025-06-30"), income(None)] == [[17.7e9], [17.678e9], [17.678e9]]


@pytest.mark.parametrize(("better", "worse", "kind", "stands"), [
    (17_700e6, 17_678e6, "reported", 17_678e6), (17_700e6, 17_678e6, "estimated", 17_700e6),  # no aggregator beats it
    (17_700e6, 17_578e6, "reported", 17_700e6), (17_678e6, 17_700e6, "reported", 17_678e6),
])  # fmt: skip
def test_what_says_the_same_in_full_and_no_less_well_stands(better, worse, kind, stands):
    both = history(values(("2025-06-11", better)), values(("2025-06-18", worse), kind=kind).assign(tier=2))
    assert vintages.latest(vintages.best_tier(both))["value"].tolist() == [stands]
