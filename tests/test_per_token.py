"""Cloud revenue for each token of customers: Alphabet's quarters by hand, and those who tell no tokens."""

import pytest

from capcycle import facts
from capcycle.analyses import operating, per_token

BOOK = facts.open(["GOOGL"])


def test_googles_cloud_per_million_tokens():
    # 10-Q for September 2025: 15.157bn; 7bn tokens a minute, 92 days. 10-Q for June 2026: 24.768bn; 22bn, 91 days
    found = per_token.cases(BOOK)
    first, last = (found[f"{quarter} Alphabet"].outputs for quarter in ("2025Q3", "2026Q2"))
    assert first.revenue_per_million_tokens == pytest.approx(15.157e9 / (7e3 * 92 * 1440), rel=1e-4)
    assert last.revenue_per_million_tokens == pytest.approx(24.768e9 / (22e3 * 91 * 1440), rel=1e-4)
    assert per_token.by_quarter(found).title == (
        "Alphabet's cloud took in $16.3/m tokens of customers in 2025Q3, $8.59/m tokens in 2026Q2"
    )


def test_googles_tokens_grew_sevenfold():
    # told on 19 May 2026: 3.2 quadrillion a month after 480 trillion
    grown = operating.grown(BOOK)["Alphabet, tokens a month, all products"]
    assert grown.inputs["count_growth"].value == pytest.approx(3200 / 480 - 1)


def test_who_tells_no_tokens_and_what_was_not_told_yet():
    assert per_token.cases(facts.open(["META"])) == {}
    assert list(per_token.cases(facts.open(["GOOGL"], "2026-02-10"))) == ["2025Q3 Alphabet", "2025Q4 Alphabet"]
    assert per_token.by_quarter({}).chart is None
