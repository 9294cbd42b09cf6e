"""Earnings a share against the estimate, in deviations of earlier surprises."""

import pytest

from capcycle import facts
from capcycle.analyses import earnings_surprise


def test_a_standardised_surprise_by_hand():
    # 1.06 on 1.00 with earlier differences that spread by 0.03 is two deviations
    assert earnings_surprise.standardised_surprise(1.06, 1.0, 0.03).standardised_surprise == pytest.approx(2)


def test_nothing_announced_later_is_in_the_record():
    book = facts.open(["MSFT"], "2025-07-01")
    assert earnings_surprise.cases(book)["MSFT"].inputs["actual_eps"].days == "30 Apr 2025"
    few = facts.open(["CRWV"], "2025-12-31")
    assert earnings_surprise.record(few).title == "No company here has enough announcements with an estimate"


def test_surprises_of_chinese_companies_are_in_yuan():
    """Baidu, third quarter of 2024: 16.60 yuan for each ADS, adjusted; its filing has 21.60 by GAAP."""
    own = earnings_surprise.cases(facts.open(["BIDU"], "2024-12-01"))["BIDU"].inputs["actual_eps"]
    assert own.value == pytest.approx(16.6, abs=0.005) and own.unit == "CNY/share"
    shown = earnings_surprise.record(facts.open(["BIDU"], currency="USD")).view
    assert all("¥" in shown[column].item() for column in ("Actual", "Estimate", "Mean difference"))
