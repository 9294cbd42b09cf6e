"""Private rounds: OpenAI's and CoreWeave's as printed, venture money, and what is signed year by year."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import commitment_capacity, laboratories, rounds
from capcycle.errors import ModelError

BOOK = facts.open()


def test_openais_value_and_sales_as_printed():
    # Tencent Technology: 29bn to 86bn; sales of 1.6bn to 3.5-4.5bn; a loss of 4bn of the year
    low, high = (laboratories.laboratory(86e9, 29e9, sales, 1.6e9, 4e9, sales, 0.0) for sales in (3.5e9, 4.5e9))
    assert float(low.step_up) == pytest.approx(2.97, abs=0.005)
    assert [round(float(each.sales_multiple), 2) for each in (low, high)] == [2.19, 2.81]
    assert [round(float(each.loss_to_sales), 2) for each in (low, high)] == [1.14, 0.89]
    assert [round(float(each.value_to_sales), 1) for each in (low, high)] == [24.6, 19.1]


def test_which_date_is_taken_decides_the_multiple():
    view = laboratories.by_date(BOOK, "OpenAI").figures
    own = view[view["label"].eq("29 Feb 2024")]["value"].astype(float).tolist()
    assert own == pytest.approx([86 / 1.6, 86 / 4.0])  # sales of December 2023, and the middle of June 2024


def test_coreweaves_rounds():
    # StockWe: 221m, 200m, 100m and 2.3bn on H100s are 2,821m; 2bn, 23bn, 35bn are steps of 11.5 and 1.52; 3bn is 8.6 %
    rows = rounds.of(BOOK, "CoreWeave")
    assert rows.loc[rows["type"].isin(["equity", "debt"]), "amount"].sum() == 2821e6
    shown = rounds.table(BOOK, "CoreWeave").view
    assert (
        shown["To the value before"].tolist()[-2:] == ["11.5× (e)", "1.5× (e)"]
        and shown["Part sold"].iloc[-1] == "8.6% (e)"
    )


def test_the_mean_round_of_a_quarter():
    assert float(rounds.quarter(BOOK).outputs.mean_round) == pytest.approx(222e6, rel=1e-3)  # 12.2bn to 55 companies


def test_a_sale_of_old_shares_dilutes_nobody():
    shown = rounds.table(BOOK, "OpenAI").view.set_index("What")["Part sold"]
    assert set(shown["secondary"]) == {"–"}


def test_years_that_are_public_sum_to_the_contract():
    # Oracle 300bn over five years from 2027, Amazon 38bn over seven from 2025 and 100bn over eight from 2026,
    # CoreWeave 11.9bn over five from 2025
    own = commitment_capacity.orders(BOOK).query("giver == 'OpenAI' and told")
    rows = commitment_capacity.spread(own).groupby("taker")["paid"].sum() / 1e9
    assert rows.to_dict() == pytest.approx({"Amazon": 138.0, "CoreWeave": 11.9, "Oracle": 300.0})


def test_a_contract_begins_when_its_customer_pays():
    rows = commitment_capacity.spread(commitment_capacity.orders(BOOK).query("giver == 'OpenAI' and taker == 'Oracle'"))
    assert rows["year"].tolist() == [2027, 2028, 2029, 2030, 2031] and rows["paid"].tolist() == pytest.approx(
        [60e9] * 5
    )


def test_what_tells_no_years_is_named_with_those_that_are_taken():
    """Of OpenAI's orders 300bn runs for 5 years, 11.9bn for 5, 38bn for 7 and 100bn for 8: the middle is 6."""
    shown = commitment_capacity.by_year(BOOK, "OpenAI")
    assert any("CoreWeave and Microsoft" in note and "6 years" in note for note in shown.notes)


def test_who_has_no_round_is_refused_with_those_that_have():
    with pytest.raises(ModelError, match="those that have: Anthropic, OpenAI, xAI, CoreWeave"):
        laboratories.case(BOOK, "Mistral")
    with pytest.raises(ModelError, match="by 2023-12-31; those that have: none"):
        laboratories.case(facts.open(as_of="2023-12-31"), "OpenAI")


def test_on_an_earlier_day_later_rounds_are_not_there():
    assert rounds.names(facts.open(as_of="2024-12-31")) == ["OpenAI"]


@given(st.floats(1, 1e12), st.floats(0, 1e12), st.floats(1, 1e12))
def test_a_round_sells_between_nothing_and_all(before, raised, old):
    found = rounds.funding_round(raised, before + raised, old)  # new money is part of the value after it
    assert 0 <= float(found.dilution_of_round) <= 1 and float(found.step_up_of_round) > 0


def test_sales_of_another_half_year_give_no_multiple():
    """Anthropic, 30 September 2025 at 183bn: sales of December 2024 would make 183 times, those of February 13.1."""
    shown = laboratories.by_date(facts.open(), "Anthropic").figures["value"].astype(float)
    assert shown.max() < 30 and shown.min() == pytest.approx(183 / 14, rel=0.01)


def test_what_anthropic_has_signed_is_one_sum_on_every_page():
    """Alphabet 200bn, Amazon 100bn, Microsoft 30bn, and TeraWulf's lease, which is a promise as well: 19bn."""
    book = facts.open(currency="USD")
    own = laboratories.case(book, "Anthropic").inputs["committed_purchases"].value
    assert own == pytest.approx(349e9, rel=2e-3)
    assert own == pytest.approx(commitment_capacity.payers(book).at["Anthropic", "promised"])


def test_rounds_counted_are_rounds_of_new_shares():
    # OpenAI: April 2023, October 2024, March 2025, March 2026; two sales of old shares are none
    assert rounds.table(BOOK, "OpenAI").title.startswith("OpenAI: 4 rounds of new shares")
