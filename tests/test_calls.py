"""Calls scored by prices, and earlier build-outs beside today's: rules by hand, published figures, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capcycle import facts
from capcycle.analyses import analogues, calls
from capcycle.errors import NothingToShow

DAYS = pd.date_range("2025-01-01", periods=6)
CLOSES = pd.DataFrame({"A": [100.0, 80, 100, 120, 114, 90], "B": [50.0, 50, 51, 52, 53, 54]}, DAYS)


def call(test, **cells):
    given = {"test": test, "symbol": "A", "against": "", "limit": np.nan, "start": DAYS[2], "end": DAYS[4],
             "earlier_start": DAYS[0], "earlier_end": DAYS[1]}  # fmt: skip
    return pd.Series(given | cells)


@pytest.mark.parametrize(
    ("one", "state", "value", "against"),
    [
        (call("leads", against="B"), "right", 0.14, 53 / 51 - 1),
        (call("leads", symbol="B", against="A"), "wrong", 53 / 51 - 1, 0.14),
        (call("milder"), "right", -0.05, -0.2),  # 114 after 120, against 80 after 100
        (call("milder", end=DAYS[5]), "wrong", -0.25, -0.2),  # 90 after 120
        (call("falls_less", limit=0.1), "right", -0.05, -0.1),
        (call("falls_less", limit=0.1, end=DAYS[5]), "wrong", -0.25, -0.1),
    ],
)
def test_rules_by_hand(one, state, value, against):
    found = calls.score(one, CLOSES)
    assert found.state == state
    assert (found.value, found.against) == pytest.approx((value, against))


def test_a_peak_is_the_highest_close_since_the_watch_began():
    assert calls.score(call("peak"), CLOSES).state == "right"  # 120 on the fourth day
    assert calls.score(call("peak", start=DAYS[4], end=DAYS[5]), CLOSES)[::3] == ("wrong", DAYS[3])


def test_a_call_stays_open_until_its_last_day_has_a_close():
    assert calls.score(call("falls_less", limit=0.1, end=DAYS[5] + pd.Timedelta(days=1)), CLOSES).state == "open"


def test_what_has_no_closes_is_not_told():
    assert calls.score(call("leads", against="C"), CLOSES).state == "unknown"


prices = arrays(float, st.integers(2, 40), elements=st.floats(1, 1e4))


@given(prices)
def test_a_fall_lies_between_nothing_and_all_and_reaches_the_change(each):
    fall = calls.worst_fall(pd.Series(each))
    assert -1 <= fall <= 0 and fall <= calls.change(pd.Series(each)) + 1e-12


def test_the_adjustment_of_autumn_2025_was_milder_than_that_of_april():
    """c142: FXI closed at 35.54 on 2025-04-02 and at 29.59 on 2025-04-08: 16.7%; in autumn it fell by a twentieth."""
    scored = calls.scores(facts.open()).set_index("call")["score"]
    milder = scored["shenwan-milder"]
    assert milder.state == "right" and milder.against == pytest.approx(29.59 / 35.54 - 1)
    assert scored["shenwan-peak"].state == "wrong" and scored["goldman-no-bubble"].state == "open"


def test_on_an_earlier_day_nothing_is_scored_that_was_not_over():
    scored = calls.scores(facts.open(as_of="2025-10-31"))
    assert {each.state for each in scored["score"]} == {"open"}
    assert "none can be scored yet" in calls.verdict(scored)


def test_before_any_call_there_is_nothing():
    with pytest.raises(NothingToShow, match="no call"):
        calls.scores(facts.open(as_of="2025-01-31"))


# ---- earlier build-outs


@pytest.fixture(scope="module")
def earlier():
    return analogues.analogues(facts.open())


def test_telecoms_as_printed(earlier):
    """2.6% of the fibre in use (Merrill Lynch, June 2001); Tunguz's 1.2% of GDP to Jude's 5.2%; 77 failures in 2001."""
    row = earlier.set_index("episode").loc["US telecoms"]
    assert (row["utilisation"], row["low"], row["high"], row["years"]) == (0.026, 0.012, 0.052, 1)
    assert "77 companies in 2001" in row["failures"]


def test_years_from_peak_to_failures(earlier):
    """Indiana defaults four years after the panic of 1837, Insull three after 1929, Jay Cooke in 1873 itself."""
    assert earlier["years"].tolist() == [4, 0, 3, 1]
    assert "0 to 4 years" in analogues.verdict(earlier)


def test_a_trait_that_is_not_told_is_no_likeness(earlier):
    rows = earlier.set_index("episode")
    assert rows.loc["Electric power of the 1920s", ["same", "known"]].tolist() == [0, 1]
    assert rows.loc["US telecoms", ["same", "known"]].tolist() == [1, 4]  # neither was paid by states


cells = st.sampled_from(["yes", "no", ""])
rows = st.fixed_dictionaries(dict.fromkeys(analogues.TRAITS, cells))


@given(rows, rows)
def test_likeness_is_mutual_and_full_with_itself(one, other):
    one, other = pd.Series(one), pd.Series(other)
    assert analogues.alike(one, other) == analogues.alike(other, one)
    same, known = analogues.alike(one, one)
    assert same == known


def test_before_they_were_described_there_is_nothing():
    with pytest.raises(NothingToShow):
        analogues.analogues(facts.open(as_of="2024-01-31"))
