"""A figure with its evidence: arithmetic by hand, and what no sum or product may lose."""

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle.errors import ModelError
from capcycle.facts.door import KINDS
from capcycle.quantity import Quantity, missing, newest, together, total

RENT = Quantity("rent", 1.5e6, "USD/MW/year", kind="reported", source="s1", day=pd.Timestamp("2026-06-30"))
POWER = Quantity("power", 200.0, "MW", kind="estimated", source="s2", day=pd.Timestamp("2026-06-30"))


def usd(value: float, **evidence) -> Quantity:
    return Quantity("a", value, "USD", **evidence)


def of(first: str, last: str = "") -> Quantity:
    """A dollar of one day, or of figures of two days."""
    return usd(1.0, since=pd.Timestamp(first), day=pd.Timestamp(last or first))


# ---- units


@pytest.mark.parametrize(("left", "right", "product"), [
    ("USD/MW/year", "MW", "USD/year"),
    ("USD/year", "years", "USD"),
    ("USD/share", "shares", "USD"),
    ("USD/MWh", "MWh/year", "USD/year"),
    ("USD", "fraction", "USD"),
    ("multiple", "USD", "USD"),
    ("fraction", "fraction", "fraction"),
    ("USD/GPU-hour", "GPU-hour", "USD"),
    ("kW/GPU", "GPU", "kW"),
])  # fmt: skip
def test_units_of_a_product(left, right, product):
    assert (Quantity("a", 2.0, left) * Quantity("b", 3.0, right)).unit == product


@pytest.mark.parametrize(("over", "under", "quotient"), [
    ("USD", "USD", "fraction"),
    ("USD", "MW", "USD/MW"),
    ("USD", "fraction", "USD"),
    ("fraction", "multiple", "fraction"),
    ("USD/year", "MW", "USD/year/MW"),
    ("USD", "USD/share", "share"),
    ("MW", "years", "MW/years"),
])  # fmt: skip
def test_units_of_a_quotient(over, under, quotient):
    assert (Quantity("a", 6.0, over) / Quantity("b", 3.0, under)).unit == quotient


def test_rent_times_power_is_revenue_a_year():
    revenue = RENT * POWER
    assert (revenue.value, revenue.unit) == (300e6, "USD/year")  # 1.5m a MW times 200 MW
    assert (revenue.kind, revenue.source, revenue.days) == ("estimated", "s1 s2", "30 Jun 2026")


def test_a_number_takes_the_unit_of_what_it_is_added_to():
    assert ((usd(3.0) + 2).unit, (10 - usd(3.0)).value, (2 * usd(3.0)).unit) == ("USD", 7, "USD")


@pytest.mark.parametrize("combine", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: total([a, b])])
def test_amounts_of_unlike_units_are_not_added(combine):
    with pytest.raises(ModelError, match="rent in USD/MW/year and power in MW cannot be added or subtracted: convert"):
        combine(RENT, POWER)


# ---- evidence


@pytest.mark.parametrize(("kinds", "weakest"), [
    (("reported", "reported"), "derived"),
    (("reported", "derived"), "derived"),
    (("derived", "estimated"), "estimated"),
    (("assumed", "reported"), "assumed"),
])  # fmt: skip
def test_a_result_is_no_better_than_its_weakest_part_and_at_best_derived(kinds, weakest):
    first, second = (usd(1.0, kind=kind) for kind in kinds)
    assert (first + second).kind == (second * first).kind == weakest


def test_documents_are_named_once_each():
    assert (usd(1.0, source="s1 s2") + usd(1.0, source="s2 s3") + usd(1.0, source="s1")).source == "s1 s2 s3"


def test_what_is_missing_is_missing_for_the_reasons_of_its_parts():
    rent = missing("rent", "No document gives the rent.", "USD/MW", source="s1")
    power = missing("power", "The power is not disclosed.", "MW")
    revenue = rent * power
    assert revenue.missing and revenue.reason == "No document gives the rent; The power is not disclosed"
    assert revenue.source == "s1" and (rent + rent).reason == "No document gives the rent"


def test_a_missing_part_keeps_its_own_reason_under_another_name():
    assert missing("a", "Nobody says.").called("b", reason="Worked out.").reason == "Nobody says."
    assert usd(1.0).called("b", reason="Worked out.").reason == "Worked out."


def test_todays_judgement_stays_one_in_a_sum():
    assert (usd(1.0, hindsight=True) + usd(2.0)).hindsight and not (usd(1.0) + usd(2.0)).hindsight


def test_a_result_was_public_when_its_last_part_was():
    first, last = (usd(1.0, published=pd.Timestamp(day)) for day in ("2025-01-30", "2026-02-02"))
    assert (first + last).published == pd.Timestamp("2026-02-02")
    assert (usd(1.0) + usd(2.0)).published is pd.NaT


# ---- ranges


def test_a_range_of_a_product_is_that_of_its_ends():
    spent = usd(60.0) * Quantity("share", 0.5, "fraction", 0.4, 0.75)
    assert (spent.low, spent.value, spent.high) == (24, 30, 45)


def test_a_difference_is_lowest_where_what_is_taken_off_is_highest():
    net = usd(40.0, low=38.0, high=45.0) - usd(15.0, low=10.0, high=20.0)
    assert (net.low, net.value, net.high) == (18, 25, 35)  # 38 - 20, 40 - 15, 45 - 10


def test_a_quotient_is_highest_where_what_divides_is_lowest():
    price = Quantity("cost", 90.0, "USD", 80.0, 100.0) / Quantity("power", 3.0, "MW", 2.0, 4.0)
    assert (price.low, price.value, price.high) == (20, 30, 50)  # 80 / 4, 90 / 3, 100 / 2


def test_what_has_no_range_gives_none():
    assert math.isnan((usd(1.0) + usd(2.0)).low) and not (usd(1.0) + usd(2.0)).varied


def test_a_list_by_year_is_worked_out_year_by_year():
    paid = Quantity("flows", [1.0, 2.0], "USD") * Quantity("share", 0.5, "fraction")
    assert paid.value == [0.5, 1.0] and paid.unit == "USD"
    assert Quantity("flows", [1.0, math.nan], "USD").missing


# ---- days


def test_quarters_under_one_label_are_of_one_period():
    pair = of("2026-05-31") + of("2026-07-31")  # 61 days, a month either side of June
    assert not pair.unlike and pair.days == "31 Jul 2026"


def test_figures_that_lie_further_apart_say_both_days():
    pair = of("2025-12-31") + of("2026-06-30")
    assert pair.unlike and pair.days == "31 Dec 2025 to 30 Jun 2026"
    whole = of("2026-03-31") + pair
    assert (whole.since, whole.day) == (pd.Timestamp("2025-12-31"), pd.Timestamp("2026-06-30"))


def test_what_is_of_no_day_says_none_and_changes_none():
    assert usd(1.0).days == "" and (usd(1.0) + usd(1.0)).days == ""
    assert (of("2026-06-30") * Quantity("share", 0.5, "fraction")).days == "30 Jun 2026"


# ---- totals and the newest row


def test_a_total_adds_up_and_takes_its_name():
    sum_ = total([usd(1.0, source="s1"), usd(2.5, source="s2")], "capex", "Of both.")
    assert (sum_.name, sum_.value, sum_.source, sum_.reason) == ("capex", 3.5, "s1 s2", "Of both.")


def test_a_total_of_one_that_is_missing_is_missing_and_of_none_is_refused():
    assert total([usd(1.0), missing("b", "Nobody says.", "USD")]).reason == "Nobody says"
    with pytest.raises(ModelError, match="nothing to add up for capex: choose companies that have it, or a later date"):
        total([], "capex")


ROWS = pd.DataFrame({"mw": [207.0, 200.0, np.nan], "date": pd.to_datetime(["2026-06-30", "2025-12-31", "2026-09-30"]),
                     "kind": ["estimated", "reported", "reported"], "source": ["b", "a", "c"], "unit": "MW",
                     "note": ["Of two sites.", "", ""]})  # fmt: skip


def test_the_newest_row_that_has_a_value_is_taken_with_its_evidence():
    power = newest(ROWS, "operating_mw", "Nobody says.", "mw")
    assert (power.value, power.unit, power.kind, power.source) == (207, "MW", "estimated", "b")
    assert (power.reason, power.days) == ("Of two sites.", "30 Jun 2026")


def test_where_no_row_has_a_value_it_is_missing_with_the_reason():
    power = newest(ROWS.tail(1), "operating_mw", "Nobody says.", "mw")
    assert power.missing and power.reason == "Nobody says."


# ---- a reader's own number


def test_a_readers_number_widens_a_range_and_gives_none_where_there_was_none():
    ranged = usd(5.0, low=3.0, high=6.0, kind="reported", source="s1").chosen(8.0)
    assert (ranged.low, ranged.value, ranged.high, ranged.kind) == (3, 8, 8, "assumed")
    assert not usd(5.0).chosen(8.0).varied


# ---- what always holds

NUMBERS = st.floats(-1e12, 1e12)
PARTS = st.builds(
    lambda value, kind, sources, hindsight: usd(value, kind=kind, source=" ".join(sources), hindsight=hindsight),
    NUMBERS | st.just(math.nan),
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(["s1", "s2", "s3"]), unique=True),
    st.booleans(),
)
COMBINED = st.sampled_from([lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b])


@given(NUMBERS, NUMBERS)
def test_what_is_added_and_taken_off_again_changes_no_value(one, other):
    back = usd(one) + usd(other) - usd(other)
    assert back.value == pytest.approx(one, abs=1e-12 * max(abs(one), abs(other))) and back.unit == "USD"


@given(PARTS, PARTS, COMBINED)
def test_nothing_of_the_evidence_is_lost(one, other, combine):
    result = combine(one, other)
    assert set(result.source.split()) == set(one.source.split()) | set(other.source.split())
    assert result.missing == (one.missing or other.missing)
    if not result.missing:
        assert KINDS.index(result.kind) == max(KINDS.index(kind) for kind in (one.kind, other.kind, "derived"))
        assert result.hindsight == (one.hindsight or other.hindsight)


@given(st.lists(PARTS, min_size=2, max_size=4))
def test_the_order_of_a_sum_changes_nothing(parts):
    first, *others = (total(order) for order in permutations(parts))
    for each in others:
        assert each.missing == first.missing and set(each.source.split()) == set(first.source.split())
        assert each.missing or (each.kind == first.kind and each.value == pytest.approx(first.value, abs=1e-3))


ENDS = st.tuples(NUMBERS, NUMBERS, NUMBERS).map(sorted)


@given(ENDS, ENDS, COMBINED)
def test_a_result_lies_within_its_range(one, other, combine):
    left, right = (usd(value, low=low, high=high) for low, value, high in (one, other))
    result = combine(left, right)
    if result.varied:
        slack = 1e-9 * max(abs(result.low), abs(result.high))
        assert result.low - slack <= result.value <= result.high + slack


def test_a_formula_of_its_own_is_worked_out_over_all_ends():
    peak = together(lambda a, b: max(a, b), usd(5.0, low=1.0, high=9.0), usd(6.0, low=2.0, high=7.0), name="peak")
    assert (peak.name, peak.low, peak.value, peak.high) == ("peak", 2, 6, 9)
