"""Warrants of customers: AMD's for OpenAI by hand, and what is not public is missing or refused."""

import pytest

from capcycle import exhibits, facts, study
from capcycle.analyses import warrants
from capcycle.errors import ModelError


def test_amds_warrant_at_its_hurdle_and_at_the_open():
    # 8-K of 2025-10-06: 160m shares at 0.01 dollars, 600 dollars, 6 GW: 95.998bn, 16bn a GW; at 206 dollars 5.5bn a GW
    found = warrants.warrant(160e6, 206.0, 0.01, 600.0, 6.0, 1.64e9)
    assert float(found.value_at_hurdle) == pytest.approx(95.9984e9)
    assert float(found.rebate_at_hurdle) == pytest.approx(16.0e9, rel=1e-3)
    assert float(found.rebate_per_gw) == pytest.approx(5.49e9, rel=1e-3)
    assert float(found.dilution) == pytest.approx(160 / 1800)


def test_a_price_below_the_strike_leaves_nothing():
    assert float(warrants.warrant(1e6, 5.0, 10.0, 20.0, 1.0, 1e9).warrant_value) == 0


def test_a_warrant_for_a_guarantee_is_none_for_purchases():
    with pytest.raises(
        ModelError,
        match="WULF has given no warrant for purchases that is public, only for a guarantee; those that have: AMD",
    ):
        warrants.case(facts.open(["WULF"]), "WULF")


def test_before_it_was_given_there_is_no_warrant():
    with pytest.raises(ModelError, match="AMD has given no warrant for purchases that is public"):
        warrants.case(facts.open(["AMD"], "2025-10-05"), "AMD")


def test_it_has_a_spreadsheet_and_the_title_names_its_company():
    found = warrants.case(facts.open(["AMD"]), "AMD")
    assert exhibits.assumptions(found).workbook[:2] == b"PK"
    assert warrants.by_price(found).title.startswith("All vested, AMD's warrant is worth $")


def test_the_rebate_is_said_in_the_title_of_its_columns():
    # $206.00 less a cent, times 160m shares, is $33.0bn: $5.49bn for each of six gigawatts; at $600 $96.0bn and $16bn
    terms = {"warrant_shares": 160e6, "share_price": 206.0, "strike": 0.01, "hurdle": 600.0, "gigawatts": 6.0}
    amd = study.case(warrants.warrant, facts.open(), "AMD", shares_diluted=1.64e9, **terms)
    shown = exhibits.columns(amd, ["rebate_per_gw", "rebate_at_hurdle"], "warrants.rebate")
    assert shown.title == "AMD's rebate is $5.49bn/GW at today's share price and $16bn/GW at the last hurdle"


def test_what_it_is_taken_to_be_worth_has_the_day_of_the_share_price():
    amd = warrants.case(facts.open(["AMD"]), "AMD")
    worth = warrants.costs(amd, 66.7e9)["Weighed by what vests"].inputs["warrant_worth"]
    assert worth.value == 66.7e9 and worth.kind == "assumed" and worth.day == amd.inputs["share_price"].day
