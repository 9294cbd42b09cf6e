"""The same period published twice: rounding, split or restatement, and which value stands."""

from pathlib import Path

import pandas as pd
import pytest

from capcycle import facts
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


def test_every_later_value_is_what_an_independent_table_says():
    read = facts.history(["hyperscalers", "chip makers", "device makers"])  # the table was made from their filings
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
