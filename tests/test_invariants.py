"""What must hold whatever the numbers, and the test that holds it."""

import pytest

from capcycle import paths

HELD = {
    "methods of depreciation charge the same in all": "useful_life::test_every_method_charges_the_same_in_all",
    "required revenue falls with life": "required_revenue::test_it_falls_with_life",
    "required revenue falls with margin": "required_revenue::test_it_falls_with_margin",
    "a stream is worth nothing at its rate of return":
        "finance::test_at_the_rate_of_return_the_flows_are_worth_nothing",
    "a cluster is worth nothing at its rate of return": "gpu_cloud::test_npv_at_the_irr_is_zero",
    "parts of a return add up to it": "bubble::test_parts_add_up_to_the_whole",
    "parts of growth add up to it": "growth::test_contributions_of_a_part_and_the_rest_add_to_growth",
    "price by power by years is the value": "hosting::test_price_times_power_times_years_returns_the_value",
    "a facility is no smaller than its IT": "gigawatt::test_a_facility_is_no_smaller_than_its_it",
    "no site on record is smaller than its IT": "gigawatt::test_no_site_of_the_register_is_smaller_than_its_it",
    "parts of a value by power add up to it": "power_value::test_parts_add_up",
    "what is attributable is at most the whole": "hosting::test_a_part_is_at_most_the_whole",
    "lines and maturities of debt sum alike": "debt::test_six_lines_and_six_maturities_sum_to_the_same_principal",
    "maturities sum to the debt that is filed": "debt::test_alphabets_maturities_sum_to_the_debt_that_it_files",
    "differences of year to date add back to the year":
        "vintages::test_differences_of_year_to_date_add_back_to_the_year",
    "power per GPU lies between 0.7 and 4 kW": "gigawatt::test_what_cannot_be_is_refused",
    "a dear MW is marked as no hosting, a margin above 95 % as net":
        "hosting::test_contracts_of_the_register_that_must_not_be_averaged_are_marked",
    "a share above the whole is refused": "hosting::test_a_share_above_one_is_refused",
    "what is missing stays missing in a metric": "metrics::test_nothing_in_nothing_out",
    "what is missing stays missing in a contract": "hosting::test_what_is_not_stated_stays_missing",
    "a printed example marked yes is reproduced": "examples::test_what_reproduces_is_consistent",
}  # fmt: skip


@pytest.mark.parametrize("invariant", HELD)
def test_an_invariant_is_held_by_a_test(invariant):
    file, _, name = HELD[invariant].partition("::")
    assert f"\ndef {name}(" in (paths.ROOT / "tests" / f"test_{file}.py").read_text("utf-8")
