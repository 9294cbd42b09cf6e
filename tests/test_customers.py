"""Dependence on large customers: published shares, what is left without the largest, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import customers, dependence, laboratory_orders
from capcycle.errors import ModelError, NothingToShow

share = st.floats(0, 1)


@pytest.fixture(scope="module")
def at_the_offering():
    return facts.open(["CRWV", "KC"], "2025-06-30")


def test_coreweaves_second_customer(at_the_offering):
    """62% and 77% of 1,915m in 2024 (prospectus): 15% for the second, 287m."""
    found = customers.second(at_the_offering, "CRWV")
    assert found.value == pytest.approx(0.15) and found.value * 1915e6 == pytest.approx(287e6, abs=0.5e6)


def test_coreweaves_largest_customer(at_the_offering):
    """1,915.426m of revenue and 324.4m of operating income in 2024: 62% is 1,187.6m, and all costs stay."""
    case = customers.cases(at_the_offering)["CRWV"].with_inputs(cost_that_leaves=0.0, operating_income=324.4e6)
    assert case.outputs.lost_revenue == pytest.approx(0.62 * 1915.426e6, rel=1e-3)
    assert case.outputs.profit_without == pytest.approx(324.4e6 - 0.62 * 1915.426e6, rel=1e-3)


def test_kingsofts_related_parties_are_of_a_quarter():
    """28% of the quarter to September 2025 (c025); no operating profit of it is held, which is said."""
    case = customers.cases(facts.open(["KC"]))["KC"]
    assert case.inputs["largest_share"].value == 0.28 and "operating income" in case.lacking


@given(revenue=st.floats(1e6, 1e12), margin=st.floats(-1, 0.9), part=share, leaves=share)
def test_what_is_left_and_what_is_lost_make_the_whole(revenue, margin, part, leaves):
    found = customers.customer_loss(revenue, revenue * margin, 0.0, part, leaves)
    assert found.lost_revenue + found.revenue_without == pytest.approx(revenue)
    all_gone = customers.customer_loss(revenue, revenue * margin, 0.0, part, 1.0)
    assert all_gone.profit_without == pytest.approx(revenue * margin * (1 - part), rel=1e-9, abs=1e-3)
    assert found.profit_without <= all_gone.profit_without + 1e-3
    assert found.ebitda_without == pytest.approx(found.profit_without)  # nothing is written off


def test_before_anything_was_disclosed_the_page_says_so():
    book = facts.open(["CRWV", "NVDA"], "2024-06-30")
    assert "No company here discloses" in customers.verdict(customers.cases(book))
    assert customers.shares(book).title == "No company here discloses what a customer is of its revenue"


def test_a_share_above_one_is_refused():
    with pytest.raises(ModelError, match="cost_that_leaves is 50"):
        customers.cases(facts.open(["CRWV"]), cost_that_leaves=50.0)


# ---- concentration, related parties, laboratories


def row(book, company):
    return dependence.concentrated(book).set_index("company").loc[company]


def test_coreweaves_concentration_by_hand(at_the_offering):
    """62% and 77% (prospectus): 0.62² + 0.15² = 0.4069, and the rest of 23% in pieces of 15% at most: 0.4414."""
    found = row(at_the_offering, "CRWV")
    assert (found["largest"], found["two"], found["second"]) == pytest.approx((0.62, 0.77, 0.15))
    assert (found["low"], found["high"]) == pytest.approx((0.4069, 0.4414))
    assert dependence.concentration(at_the_offering).view["Second in money"].iloc[0] == "$287m"


def test_nvidias_two_direct_customers_add_up():
    """23% and 16% in the quarter to July 2025: 39% of revenue, as the articles of that day have it."""
    found = row(facts.open(["NVDA"], "2025-12-31"), "NVDA")
    assert (found["two"], found["second"]) == pytest.approx((0.39, 0.16))


def test_kingsofts_ecosystem_is_a_related_party():
    assert row(facts.open(["KC"]), "KC")["related"] == 0.28  # c025


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6))
def test_the_index_of_all_lies_between_its_ends(sizes):
    shares = sorted((size / sum(sizes) for size in sizes), reverse=True)
    low, high = dependence.herfindahl(shares[:2])
    assert low - 1e-9 <= sum(share**2 for share in shares) <= high + 1e-9


def test_ebitda_of_2024_was_what_the_largest_customer_paid():
    """324.4m and 863.4m of depreciation are 1,187.8m, 62% of 1,915.4m are 1,187.6m: nothing is left."""
    found = customers.customer_loss(1915.426e6, 324.4e6, 863.4e6, 0.62, 0.0)
    assert found.ebitda_without == pytest.approx(1187.8e6 - 1187.564e6, abs=1e4)


def test_laboratories_in_backlogs_by_hand():
    """OpenAI's 300bn on 664bn at Oracle; its 138bn and Anthropic's 100bn on 496bn at Amazon; 22.4bn on 103.7bn."""
    found = laboratory_orders.backlogs(facts.open(["ORCL", "AMZN", "CRWV"], currency="USD")).set_index("company")[
        "share"
    ]
    assert found.to_dict() == pytest.approx({"ORCL": 300 / 664, "AMZN": 238 / 496, "CRWV": 22.4 / 103.7})


def test_a_backlog_as_filed_has_no_mark_of_an_estimate_and_what_others_report_has_its_day():
    view = dependence.in_backlog(facts.open(["MSFT", "GOOGL"], currency="USD")).view.set_index("Seller")
    assert view.at["Microsoft", "Backlog"] == "$684bn" and view.at["Microsoft", "OpenAI"] == "$250bn (e)"
    assert view.at["Microsoft", "As reported"].startswith("45.0% (a): OpenAI's share") and (
        "at the end of 2025" in view.at["Microsoft", "As reported"])  # fmt: skip


def test_before_a_share_was_disclosed_concentration_says_so():
    with pytest.raises(NothingToShow, match="no company here has disclosed"):
        dependence.concentration(facts.open(["CRWV"], "2024-06-30"))
    with pytest.raises(NothingToShow, match="both a backlog and an order"):
        dependence.in_backlog(facts.open(["ORCL"], "2024-06-30"))


def test_a_quarter_and_a_year_are_told_apart_and_an_estimate_is_marked():
    """NVIDIA's 23% are of the quarter to 27 July 2025 (10-Q), CoreWeave's 67% of 2025 (10-K); Kingsoft's a broker's."""
    book = facts.open(["NVDA", "CRWV", "KC"])
    view = customers.shares(book).view.set_index("Company")
    assert view.at["Kingsoft Cloud", "Part of revenue"] == "28.0% (e)"
    assert "quarter to 27 Jul 2025" in set(view.loc["NVIDIA", "Period"])
    spans = {company: case.inputs["period_revenue"].days for company, case in customers.cases(book).items()}
    assert spans["CRWV"] == "1 Jan 2025 to 31 Dec 2025" and spans["NVDA"] == "28 Apr 2025 to 27 Jul 2025"


def test_microsofts_ebitda_takes_depreciation_alone_as_on_the_other_pages():
    """10-K for fiscal 2026: 155.237bn and 34.3bn of depreciation; without 24.1bn of sales and half of their costs."""
    case = customers.cases(facts.open(["MSFT"]), cost_that_leaves=0.5)["MSFT"]
    ebitda, lost = 155.237e9 + 34.3e9, 331.839e9 * 0.0726
    hand = ebitda - lost + (331.839e9 - ebitda) * 0.0726 / 2
    assert float(case.outputs.ebitda_without) == pytest.approx(hand, rel=1e-3)
