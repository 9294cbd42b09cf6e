"""Prices of tokens at one quality, premiums of closed models, and tiers by a rule: printed figures, early days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import frameworks, open_models
from capcycle.errors import ModelError, NothingToShow

EPOCH = [  # factor a year and prices behind it, as Epoch's own table of results of 12 March 2025 has them
    ("mmlu", 0.439, 11.772872667, 9), ("mmlu", 0.648, 15.830914762, 7), ("mmlu", 0.68, 9.347248947, 6),
    ("mmlu", 0.86, 15.856761568, 5), ("mmlu", 0.87, 35.791221662, 5), ("gpqa", 0.33, 42.018998837, 6),
    ("gpqa", 0.5, 46.246021561, 6), ("gpqa", 0.53, 851.162203875, 4), ("gpqa", 0.56, 251.157113089, 4),
]  # fmt: skip
price, share = st.floats(0.01, 100), st.floats(0.01, 0.99)


# ---- open and closed models


@pytest.mark.parametrize(("score", "level", "rate", "count"), EPOCH)
def test_epochs_rates_are_reproduced(score, level, rate, count):
    steps = open_models.cheapest(facts.open(), score, level)
    assert len(steps) == count and open_models.fall_per_year(steps) == pytest.approx(rate, rel=1e-8)


def test_fewer_than_four_prices_give_no_rate():
    assert open_models.fall_per_year(open_models.cheapest(facts.open(), "gpqa", 0.9)) != 0
    shown = open_models.falls(facts.open(), [0.33, 0.9], "gpqa").view
    assert shown["Value"].tolist()[1] == "–" and "fewer than four" in shown["Remark"].tolist()[1]


def test_what_closed_models_cost_beside_open_ones():
    """V4-Pro at (3 × 1.74 + 3.48) / 4 = 2.175 against Gemini 3.1 Pro at (3 × 2 + 12) / 4 = 4.5; R1 against o1."""
    found = open_models.premiums(facts.open(), "gpqa").set_index("model")
    assert found.loc["DeepSeek V4-Pro", ["closed", "premium"]].tolist() == [
        "Gemini 3.1 Pro",
        pytest.approx(4.5 / 2.175),
    ]
    assert found.loc["DeepSeek-R1", ["closed", "premium"]].tolist() == ["o1", pytest.approx(26.25 / 0.96)]


@given(closed=price, other=price, part=share)
def test_the_part_of_revenue_is_that_of_tokens_where_prices_are_alike(closed, other, part):
    same = open_models.open_or_closed(closed, closed, part)
    assert same.closed_revenue_share == pytest.approx(part) and same.closed_premium == pytest.approx(1)
    found = open_models.open_or_closed(closed, other, part)
    assert found.open_saving == pytest.approx(1 - 1 / found.closed_premium)


def test_another_score_is_refused_and_early_days_have_no_price():
    with pytest.raises(ModelError, match="unknown score elo; there are: gpqa, mmlu"):
        open_models.prices(facts.open(), "elo")
    with pytest.raises(NothingToShow, match="choose a later date"):
        open_models.prices(facts.open(as_of="2024-12-31"))
    assert open_models.prices(facts.open(as_of="2025-06-30"))["date"].max() < facts.open(as_of="2025-06-30").day


# ---- who earns with AI


def test_the_tiers_of_the_text_and_of_the_rule():
    """Yixin (c135): tier 1 Baidu, Alibaba, Tencent, Huawei; 2 Kuaishou, Meitu; 3 iFlytek, Kunlun."""
    table = facts.open().register("monetisation").groupby("name")["printed_tier"].first()
    tiers = {1: "Alibaba Baidu Huawei Tencent", 2: "Kuaishou Meitu", 3: "Kunlun iFlytek"}
    assert {tier: " ".join(sorted(table.index[table == tier])) for tier in tiers} == tiers
    ruled = {label.split(" to ")[0]: one.outputs.tier for label, one in frameworks.cases(facts.open()).items()}
    assert (ruled["Kuaishou"], ruled["iFlytek"], ruled["Kunlun"], ruled["Meitu"]) == (2, 3, 3, 1)


def test_baidu_moves_with_its_impairment():
    """A loss of 11.2bn is tier 3; 15.1bn of operating loss less 16.2bn of impairment is a profit, and tier 1."""
    own = {
        label: one.outputs.tier for label, one in frameworks.cases(facts.open()).items() if "30 Sep 2025: AI c" in label
    }
    assert list(own.values()) == [3, 1] or sorted(own.values()) == [1, 3]


def test_what_is_not_disclosed_is_in_no_tier_unless_it_does_not_count():
    each = frameworks.cases(facts.open())
    silent = [label.split(" to ")[0] for label, one in each.items() if one.outputs.tier != one.outputs.tier]
    assert silent == ["Baidu", "Huawei", "Tencent"]
    kuaishou = next(one for label, one in each.items() if label.startswith("Kuaishou"))
    assert kuaishou.inputs["ai_growth"].missing and kuaishou.outputs.tier == 2  # 0.8% of revenue is too little anyhow


@given(part=share, growth=st.floats(-1, 5), bar=share, more=st.floats(0, 0.5))
def test_a_higher_bar_lifts_nobody(part, growth, bar, more):
    now = frameworks.monetisation_tier(part, growth, 1.0, bar, 0.2).tier
    assert frameworks.monetisation_tier(part, growth, 1.0, min(bar + more, 1), 0.2 + more).tier >= now


def test_before_the_text_there_are_no_tiers():
    with pytest.raises(NothingToShow, match="choose a later date"):
        frameworks.cases(facts.open(as_of="2025-06-30"))


def test_what_fell_for_seven_months_has_no_yearly_rate():
    """From 56% on: 6.00 on 20 June 2024 to 0.175 on 5 February 2025, 34 times in 230 days; at 33% 1.75 years."""
    rows = open_models.falls(facts.open(), [0.33, 0.56], "gpqa")
    assert rows.view["Value"].tolist()[1] == "–" and "within less than a year" in rows.view["Remark"].tolist()[1]
    assert rows.title == "Tokens of one quality became 42.0× cheaper a year, 2023 to 2024"
