"""The growth that a price assumes: by hand without growth, back and forth, and refused where none explains a price."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capcycle import facts, study
from capcycle.analyses import implied_growth, multiples
from capcycle.analyses.implied_growth import growth_value
from capcycle.models.bounds import RESULTS

BOOK = facts.open(["MSFT", "CRWV"], "2026-08-31", "USD")


def _case(**inputs):
    given = {"enterprise_value": 200.0, "operating_income": 12.5, "tax_rate": 0.2, "assumed_growth": 0.0,
             "growth_years": 10.0, "return_on_new_capital": 0.15, "wacc": 0.1}  # fmt: skip
    return study.case(growth_value, BOOK, **given | inputs)


def test_without_growth_a_profit_is_worth_itself_over_the_cost_of_capital():
    assert float(growth_value(200.0, 12.5, 0.2, 0.0, 7.0, 0.15, 0.1).value_to_price) == pytest.approx(0.5)


def test_one_year_of_growth_by_hand():
    # profit 10, growth 5 % at a return of 20 % invests a quarter: 10 * 1.05 * 0.75 / 1.1 = 7.159; then 10 * 1.05^2 /
    # 0.1 / 1.1 = 100.227: 107.386 together
    found = growth_value(100.0, 12.5, 0.2, 0.05, 1.0, 0.2, 0.1)
    assert float(found.value_of_growth_years) == pytest.approx(7.1591, rel=1e-4)
    assert float(found.value_after) == pytest.approx(100.2273, rel=1e-4)


@settings(max_examples=25, deadline=None)
@given(growth=st.floats(-0.05, 0.28), wacc=st.floats(0.06, 0.12), spread=st.floats(0.01, 0.2))
def test_the_growth_that_was_paid_for_is_found_again(growth, wacc, spread):
    terms = {"wacc": wacc, "return_on_new_capital": wacc + spread}
    worth = _case(assumed_growth=abs(growth), **terms).outputs
    price = float(worth.value_of_growth_years + worth.value_after)
    found = implied_growth.implied(_case(enterprise_value=price, **terms))
    assert found.value == pytest.approx(abs(growth), abs=1e-5)


def test_a_loss_and_new_capital_below_its_cost_have_no_answer():
    assert implied_growth.implied(_case(operating_income=-1.0)).reason.startswith("operations make a loss")
    assert implied_growth.implied(_case(return_on_new_capital=0.08)).reason.startswith("new capital earns less")
    assert implied_growth.implied(_case(enterprise_value=1e9)).reason.startswith("no growth between")


def test_growth_that_no_company_that_large_has_kept_up_is_in_no_title_or_rank():
    """20% a year is what none of the largest with sales above 50bn reached in ten; a doubled margin makes it 28.6%."""
    assert RESULTS["assumed_growth"].high == pytest.approx(1.2 * 2**0.1 - 1, abs=1e-3)
    terms = {"wacc": 0.08, "return_on_new_capital": 0.2}
    worth = _case(assumed_growth=0.35, **terms).outputs
    price = float(worth.value_of_growth_years + worth.value_after)
    found = implied_growth.implied(_case(enterprise_value=price, **terms))
    assert found.missing and "35.0% a year, which is above the plausible 28.6%" in found.reason


def test_a_price_that_the_model_does_not_explain_is_listed_with_the_reason():
    book = facts.open(["MSFT", "AMZN"], "2026-08-31", "USD")
    both = implied_growth.cases(book)
    assert "explains its price only by growth of 36.5%" in both["AMZN"].lacking
    assert "36.6%" not in implied_growth.verdict(both)
    assert "The price of Amazon assumes more than is plausible" in implied_growth.verdict(both)
    shown = implied_growth.against_last_year(both, multiples.cases(book))
    assert any(note.startswith("Amazon: this model explains its price only by growth") for note in shown.notes)
    assert not [label for label in shown.figures["label"] if label.startswith("Amazon")]
    # 19.1 % against growth of 17.8 % at Microsoft, 36.6 % against 15.8 % at Amazon: no selection of those that fit
    assert shown.title.startswith("2 of 2 prices") and shown.title.endswith(", 1 beyond the plausible")


def test_of_a_price_beyond_the_plausible_it_is_not_said_that_nothing_is_known():
    book = facts.open(["BABA", "BIDU", "KC"], "2026-08-31", "USD")
    both = implied_growth.cases(book)
    said = implied_growth.verdict(both)
    assert said.startswith("The price of Alibaba assumes more than is plausible") and "no company" not in said
    assert implied_growth.against_last_year(both, multiples.cases(book)).title in said


def test_a_companys_price_is_met_at_the_growth_that_is_shown():
    case = implied_growth.cases(BOOK)["MSFT"]
    assert float(case.outputs.value_to_price) == pytest.approx(1.0, abs=1e-6)
    assert case.inputs["assumed_growth"].kind == "assumed"  # it rests on assumptions
    assert implied_growth.cases(BOOK)["CRWV"].lacking


def test_who_lacks_a_price_is_said_and_nothing_is_drawn():
    early = implied_growth.cases(facts.open(["MSFT"], "2020-06-30", "USD"))
    assert implied_growth.verdict(early).startswith("The growth that a price assumes can be worked out for no company")
