"""Share splits read off the figures: NVIDIA, Tesla, Amazon, Alphabet, Apple and Broadcom as filed."""

import pandas as pd
import pytest
from test_vintages import history, values

from capcycle import facts
from capcycle.facts import splits, vintages
from capcycle.panel import select

# As announced: the ratio and the day on which trading on the new number of shares began
ANNOUNCED = {
    ("AAPL", 4.0): "2020-08-31",
    ("TSLA", 5.0): "2020-08-31",
    ("NVDA", 4.0): "2021-07-20",
    ("AMZN", 20.0): "2022-06-06",
    ("GOOGL", 20.0): "2022-07-18",
    ("TSLA", 3.0): "2022-08-25",
    ("NVDA", 10.0): "2024-06-10",
    ("AVGO", 10.0): "2024-07-15",
    ("SMCI", 10.0): "2024-10-01",
}
LATE = {("SMCI", 10.0)}  # its reports for June to December 2024 were all filed on 2025-02-25


def figure(company, concept, start, end, as_of=""):
    rows = facts.load([company], as_of).query("concept == @concept")
    return rows[(rows["period_start"] == start) & (rows["period_end"] == end)].iloc[0]


def test_every_split_is_found_within_a_quarter_of_its_day_and_no_other():
    found = splits.splits(vintages.best_tier(facts.history()))
    days = {(row.company, row.ratio): row.day for row in found.itertuples()}
    assert set(days) == set(ANNOUNCED)
    waits = {split: (days[split] - pd.Timestamp(day)).days for split, day in ANNOUNCED.items()}
    assert min(waits.values()) >= 0 and {split for split, wait in waits.items() if wait >= 92} == LATE


@pytest.mark.parametrize("company", ["AMZN", "GOOGL", "NVDA", "TSLA", "AVGO", "AAPL"])
@pytest.mark.parametrize("span", ["quarter", "year"])
def test_shares_do_not_jump(company, span):
    rows = select(facts.open([company]), span, "fiscal").rows.query("concept == 'shares_diluted'")
    steps = rows.sort_values("ordinal")["value"].pipe(lambda shares: shares / shares.shift()).dropna()
    assert len(steps) > 1 and steps.between(1 / 1.5, 1.5).all()


@pytest.mark.parametrize(
    ("company", "concept", "start", "end", "as_of", "value"),
    [
        # Amazon: 510m shares in 2020 as filed in 2021; the 10-Q of 29 July 2022 is the first on twenty for one
        ("AMZN", "shares_diluted", "2020-01-01", "2020-12-31", "2022-07-28", 510e6),
        ("AMZN", "shares_diluted", "2020-01-01", "2020-12-31", "2022-07-29", 10_200e6),  # 510 × 20
        ("AMZN", "shares_diluted", "2020-01-01", "2020-12-31", "2023-02-03", 10_198e6),  # as the 10-K for 2022 says
        # NVIDIA: fiscal 2021, 6.90 a share; four for one in 2021 (1.73 as refiled), ten for one in 2024
        ("NVDA", "eps_diluted", "2020-01-27", "2021-01-31", "2021-08-19", 6.90),
        ("NVDA", "eps_diluted", "2020-01-27", "2021-01-31", "2021-08-20", 1.725),  # 6.90 ÷ 4
        ("NVDA", "eps_diluted", "2020-01-27", "2021-01-31", "2022-03-18", 1.73),
        ("NVDA", "eps_diluted", "2020-01-27", "2021-01-31", "2024-08-28", 0.173),  # 1.73 ÷ 10
        ("NVDA", "shares_diluted", "2020-01-27", "2021-01-31", "2021-08-19", 628e6),
        ("NVDA", "shares_diluted", "2020-01-27", "2021-01-31", "2022-03-18", 2_510e6),
        ("NVDA", "shares_diluted", "2020-01-27", "2021-01-31", "", 25_100e6),  # 2,510 × 10
    ],
)
def test_a_figure_is_on_the_shares_that_were_known(company, concept, start, end, as_of, value):
    assert figure(company, concept, start, end, as_of)["value"] == pytest.approx(value, rel=1e-12)


def test_what_is_put_on_new_shares_says_so():
    row = figure("NVDA", "shares_diluted", "2020-01-27", "2021-01-31")
    assert (row["kind"], f"{row['published']:%Y-%m-%d}") == ("derived", "2024-08-28")
    assert row["locator"] == "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding × 10"
    assert row["source"].split() == ["0001045810-22-000036", "0001045810-24-000264"]  # 10-K for 2022, 10-Q of August


def test_what_was_refiled_is_as_reported():
    assert figure("AMZN", "shares_diluted", "2020-01-01", "2020-12-31")["kind"] == "reported"


def test_an_old_figure_goes_through_both_splits():
    # Tesla's quarter to March 2019, 172.989m shares as filed that year: five for one, then three for one
    row = figure("TSLA", "shares_diluted", "2019-01-01", "2019-03-31", "2022-10-24")
    assert row["value"] == pytest.approx(172_989e3 * 5 * 3, rel=0.001)


def shares(*published, **more):
    return values(*published, concept="shares_diluted", unit="shares", **more)


def test_a_ratio_shown_once_is_no_split():
    once = history(shares(("2024-05-01", 100e6), ("2025-05-01", 200e6)), shares(("2020-05-01", 90e6), end="2023-12-31"))
    assert splits.splits(once).empty
    pd.testing.assert_frame_equal(splits.rebase(once, once), once)


def test_shares_can_be_joined_too():
    days = ("2024-05-01", 100e6), ("2025-05-01", 10e6)  # one for ten
    one, other = shares(*days), shares(*days, start="2023-10-01", end="2023-12-31")
    old = shares(("2022-05-01", 50e6), start="2022-01-01", end="2022-03-31")
    eps = values(("2022-05-01", -0.25), concept="eps_diluted", unit="USD/share", start="2022-01-01", end="2022-03-31")
    told = history(one, other, old, eps)
    rebased = splits.rebase(history(old, eps), told)
    assert splits.splits(told)["ratio"].tolist() == [0.1]
    assert rebased["value"].tolist() == pytest.approx([5e6, -2.5])


def test_money_is_left_alone():
    assert figure("AMZN", "revenue", "2020-01-01", "2020-12-31", "2022-07-29")["value"] == 386_064e6
