"""Warrants for a guarantee: TeraWulf's by hand from its 8-Ks, Cipher's share as printed, what was known then."""

from functools import cache

import pytest

from capcycle import facts
from capcycle.analyses import guarantees


@cache
def every():
    return guarantees.cases(facts.open())


def test_terawulfs_warrants_as_filed():
    # 8-K of 2025-08-14: 41,011,803 shares at a cent for 1.8bn; the close of the day before was 5.46. 8-K of 2025-08-18:
    # 32,568,197 shares; the guarantee is 3.2bn in all, so 1.4bn more; the close of the Friday before was 8.97
    first, second = (every()[f"TeraWulf, {day} Aug 2025"] for day in ("14", "18"))
    assert float(first.outputs.value_at_grant) == pytest.approx(41_011_803 * 5.45)
    assert float(first.outputs.fee_for_guarantee) == pytest.approx(41_011_803 * 5.45 / 1.8e9)
    assert float(first.outputs.rent_given_back) == pytest.approx(41_011_803 * 5.45 / 3.7e9)
    assert second.alone("fee_for_guarantee").value == pytest.approx(32_568_197 * 8.96 / 1.4e9)


def test_ciphers_share_is_about_what_it_printed():
    # its release of 2025-09-25 says about 5.4 % of the company; the shares of today are a few more or less
    cipher = every()["Cipher, 25 Sep 2025"]
    assert cipher.alone("dilution").value == pytest.approx(0.054, abs=0.005)
    assert cipher.alone("value_at_grant").missing  # no exercise price in what is public


def test_one_lease_was_known_before_the_other():
    assert list(guarantees.cases(facts.open(as_of="2025-08-15"))) == ["TeraWulf, 14 Aug 2025"]
    assert guarantees.cases(facts.open(as_of="2025-01-01")) == {}


def test_a_price_below_the_strike_leaves_nothing():
    found = guarantees.guarantee_warrant(1e6, 10.0, 5.0, 6.0, 1e8, 1e9, 2e9)
    assert float(found.value_at_grant) == 0 and float(found.warrant_value) == 0


def test_a_company_has_the_newest_of_which_the_value_is_known():
    own = guarantees.by_giver(facts.open(["WULF", "CIFR", "AMD"]))
    assert set(own) == {"WULF", "CIFR"} and own["WULF"].inputs["warrant_shares"].value == 32_568_197
