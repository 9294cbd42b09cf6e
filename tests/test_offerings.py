"""Offerings: CoreWeave's at 40 and not at 35bn, Seres's low and close apart, and its price beside peers and at home."""

import numpy as np
import pytest

from capcycle import exhibits, facts
from capcycle.analyses import offerings
from capcycle.errors import ModelError

BOOK = facts.open()


def test_coreweave_at_the_issue_price_is_worth_less_than_ten_times_its_sales():
    # K139: 40 on about 473.5m shares is 18.94bn, 9.9 times 1.915bn; 35bn needs 875m shares, or 73.9 a share
    found = offerings.case(BOOK, "CRWV", offerings.issue_value).outputs
    assert round(float(found.issue_to_sales), 1) == 9.9 and round(float(found.stated_to_sales), 1) == 18.3
    assert float(found.shares_needed) == 875e6 and round(float(found.price_needed), 1) == 73.9


def test_coreweave_was_sold_below_its_range():
    # K137, K140, K141: 37.5m at 40 is 1.5bn; 14.9 % below 47; the first trade at 39
    found = offerings.case(BOOK, "CRWV").outputs
    assert float(found.proceeds) == 1.5e9 and round(float(found.from_range_low), 3) == -0.149
    assert float(found.return_at_open) == pytest.approx(-0.025) and float(found.return_at_close) == 0
    assert float(found.float_share) == pytest.approx(37.5 / 473.5)


def test_seres_closed_where_it_was_sold():
    # K026, K172: low 118 on 131.5 is -10.27 % within the day, close 131.5; 108.619m shares gross 14.283bn
    found = offerings.case(BOOK, "601127.SS").outputs
    assert round(float(found.return_at_low), 4) == -0.1027 and float(found.return_at_close) == 0
    assert round(float(found.proceeds) / 1e9, 3) == 14.283 and np.isnan(found.value_at_issue)
    told = offerings.verdict(*(offerings.case(BOOK, "601127.SS", which) for which in
                               (offerings.offering, offerings.issue_value, offerings.relative_value)))  # fmt: skip
    assert "as low as HK$118.00 on its first day, −10.3% from the issue price, and closed at HK$131.50" in told


def test_seres_beside_its_peers_and_at_home():
    # K171: 26.5 against 13.6 is +94.9 %, -48.7 % to parity. At the ECB's rates of 5 November 2025, 8.9361 dollars of
    # Hong Kong and 8.1905 yuan for a euro, 146.03 yuan are 159.32: 21.2 % above 131.5
    found = offerings.case(BOOK, "601127.SS", offerings.relative_value).outputs
    assert round(float(found.premium_to_peers), 3) == 0.949 and round(float(found.fall_to_parity), 3) == -0.487
    assert float(found.home_premium) == pytest.approx(146.03 * 8.9361 / 8.1905 / 131.5 - 1, rel=1e-6)


def test_what_was_not_printed_is_named():
    shown = offerings.sheet(BOOK, "601127.SS")
    assert any(note.startswith("Not in the data: low end of the price range") for note in shown.notes)
    assert offerings.case(BOOK, "CRWV", offerings.relative_value).lacking.startswith(
        "the data has no figure for price to expected"
    )


def test_a_company_without_an_offering_is_refused_with_those_that_have_one():
    with pytest.raises(ModelError, match=r"no offering of MSFT; companies with one: 601127\.SS, CRWV"):
        offerings.case(BOOK, "MSFT")
    with pytest.raises(ModelError, match="by 2025-01-31; companies with one: none"):
        offerings.case(facts.open(as_of="2025-01-31"), "CRWV")


def test_the_sheet_has_what_is_left_after_costs_and_who_held_the_price():
    """Net proceeds of 14.016bn, not the gross 14.283bn (K172); the greenshoe was used (c371, c372)."""
    shown = offerings.sheet(facts.open(["601127.SS"]), "601127.SS")
    assert "HK$14.0bn" in shown.view.set_index("Name")["Value"]["Proceeds after costs"]
    assert any("greenshoe was used" in note for note in shown.notes)


def test_what_the_data_lacks_is_not_assumed():
    """Of Seres eight of twelve inputs are printed; neither range nor share count, sales nor a stated value is."""
    each = [offerings.case(BOOK, "601127.SS", which) for which in
            (offerings.offering, offerings.issue_value, offerings.relative_value)]  # fmt: skip
    assert exhibits.assumptions(*each).title == "None of the 8 inputs is assumed"


def test_a_table_without_a_result_is_one_line():
    beside = offerings.case(BOOK, "CRWV", offerings.relative_value)
    names = ["pe_at_price", "peer_pe", "premium_to_peers", "fall_to_parity", "home_premium"]
    assert exhibits.table({"CRWV": beside}, names, "offerings.beside").view.empty
