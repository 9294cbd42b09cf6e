"""Multiples: CoreWeave's of March 2025 as checked by hand, medians, and what is missing or too old is said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts
from capcycle.analyses import ev_bridge, forward_multiples, multiples, payouts, useful_life
from capcycle.measure import measure
from capcycle.panel import select

AMOUNTS = st.floats(1e6, 1e13)
DAY = "2026-08-31"


@pytest.fixture(scope="module")
def cases():
    return multiples.cases(facts.open(["MSFT", "GOOGL", "META", "CRWV", "TSLA"], DAY, "USD"))


def test_coreweave_with_its_debt_costs_more_than_price_to_sales_shows():
    # K135: (35bn + 8.1bn) / 1.915bn = 22.5 times sales, and 43bn over about 1.2bn of EBITDA 35.8 times
    bridge = ev_bridge.ev_bridge(35e9, 40.0, 875e6, 8.1e9, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    worth = float(bridge.enterprise_value)
    found = multiples.multiples(35e9, worth, 1.915e9, 7.366, 0.324e9, 0.88e9, 0.0, -0.863e9, 0.0, 0.21, -5.95e9)
    assert round(float(found.ev_to_sales), 1) == 22.5 and round(float(found.ev_to_ebitda), 1) == 35.8
    assert np.isnan(found.price_to_earnings)  # a loss has no multiple


def test_the_bridge_adds_up():
    found = ev_bridge.ev_bridge(100.0, 4.0, 24.0, 40.0, 15.0, 5.0, 20.0, 3.0, 7.0, 11.0)
    assert found == (125, 120, 145, 128, 132, 114, 96)


@given(market=AMOUNTS, debt=AMOUNTS, cash=AMOUNTS, revenue=AMOUNTS)
def test_net_debt_is_what_parts_price_from_enterprise_value_to_sales(market, debt, cash, revenue):
    worth = float(ev_bridge.ev_bridge(market, 1.0, 1.0, debt, cash, 0.0, 0.0, 0.0, 0.0, 0.0).enterprise_value)
    found = multiples.multiples(market, worth, revenue, 0.1, 1.0, 1.0, 0.0, 1.0, 0.0, 0.2, 1.0)
    gap = float(found.ev_to_sales - found.price_to_sales) * revenue
    assert gap == pytest.approx(debt - cash, rel=1e-6, abs=1e-6 * (market + debt + cash))


def test_gains_on_investments_make_a_share_look_cheap():
    # 100 on a profit of 5, of which 2 is a gain before a quarter of tax: 20 times, and 100 / 3.5 = 28.6 without it
    found = multiples.multiples(100.0, 100.0, 50.0, 0.1, 6.0, 4.0, 1.0, 5.0, 2.0, 0.25, 3.0)
    assert float(found.price_to_earnings) == 20 and float(found.price_to_earnings_without_gains) == pytest.approx(
        28.571, 1e-4
    )
    assert float(found.fcf_yield) == 0.03 and float(found.rule_of_40) == pytest.approx(0.16)
    # EBITDA of 10 less maintenance of 4 + 1 leaves 5: 20 times, where EBIT of 6 is 16.7
    assert float(found.ev_to_ebitda_less_maintenance) == 20 and float(found.operating_margin) == 0.12
    assert float(found.ev_to_ebit) == pytest.approx(16.667, 1e-4) and float(
        found.ev_to_sales_per_growth
    ) == pytest.approx(0.2)


def test_peg_has_no_sign_of_its_own():
    # 100 on 4 and 5: 20 times on growth of 25 points is 0.8; without growth and for losses there is none
    assert float(forward_multiples.forward_multiples(100.0, 4.0, 5.0, 120.0, 80.0).peg) == pytest.approx(0.8)
    assert np.isnan(forward_multiples.forward_multiples(100.0, 5.0, 4.0, 120.0, 80.0).peg)
    assert np.isnan(forward_multiples.forward_multiples(100.0, -1.0, 4.0, 120.0, 80.0).peg)


def test_microsofts_sales_and_profit_are_those_of_its_filing(cases):
    # 10-K for fiscal 2026: revenue 331.839bn, net income 133.749bn, free cash flow 182.935bn - 115.948bn
    known = cases["MSFT"].inputs
    assert known["revenue"].value == 331.839e9 and known["net_income"].value == 133.749e9
    assert known["fcf"].value == 66.987e9 and known["fcf"].kind == "derived"
    worth = known["market_value"].value
    assert float(cases["MSFT"].outputs.price_to_earnings) == pytest.approx(worth / 133.749e9)


def test_microsofts_maintenance_is_what_four_years_add_to_its_charge(cases):
    """No filing gives it: of fiscal 2026 it is the charge at four years less that in the accounts, by useful_life."""
    own, lives = cases["MSFT"], useful_life.restated(facts.open(["MSFT"], DAY, "USD"))["MSFT"].chosen(server_life=4.0)
    added = float(lives.outputs.depreciation_prospective) - float(lives.outputs.depreciation_in_accounts)
    assert own.inputs["shorter_life_charge"].value == pytest.approx(added) and added > 10e9
    assert own.alone("ev_to_ebitda_less_maintenance").kind == "assumed"
    assert own.inputs["shorter_life_charge"].days == "30 Jun 2026"  # not of all the years of purchase behind it
    assert "what share of CoreWeave's capex is servers" in cases["CRWV"].inputs["shorter_life_charge"].reason


def test_of_one_company_all_that_is_known_is_told():
    told = multiples.verdict(multiples.cases(facts.open(["CRWV"], "2026-08-31")))
    assert "its sales by enterprise value" in told and "cannot be worked out" not in told


def test_a_cell_is_as_good_as_its_own_parts_and_says_why_it_is_empty(cases):
    assert cases["MSFT"].alone("rule_of_40").kind == "derived"  # no market value is in it
    assert cases["MSFT"].alone("price_to_earnings_without_gains").kind == "assumed"  # the tax rate is
    assert cases["MSFT"].alone("price_to_sales").days  # and each has its days
    assert "of 30 Jun 2025, too old beside the rest" in cases["TSLA"].alone("ev_to_ebitda").reason
    assert (
        cases["META"]
        .alone("price_to_earnings_without_gains")
        .reason.startswith("the data has no twelve months of gains")
    )
    assert "debt" not in cases["META"].alone("price_to_earnings_without_gains").reason


def test_the_table_has_the_median_of_those_that_have_a_figure(cases):
    shown = exhibits.peers(cases, multiples.SHOWN, "multiples.peers")
    values = sorted(float(case.outputs.ev_to_sales) for case in cases.values())
    assert exhibits.median(cases, "ev_to_sales").value == pytest.approx(np.nanmedian(values))
    assert shown.view["Company"].tolist()[-1] == "Median"
    assert float(cases["CRWV"].outputs.ev_to_sales) > float(cases["CRWV"].outputs.price_to_sales)  # by its debt


def test_a_company_without_a_balance_is_named():
    early = multiples.cases(facts.open(["MSFT", "CRWV"], "2026-08-11"))  # the day before CoreWeave filed for June
    shown = exhibits.peers(early, multiples.SHOWN, "multiples.peers")
    assert any(note.startswith("CoreWeave: the data has no figure for its debt") for note in shown.notes)


def test_coreweaves_debt_of_june_by_hand():
    """Recourse debt of 31.405bn and non-recourse debt of 3.663bn, less cash of 5.524bn (10-Q for June 2026)."""
    own = ev_bridge.bridges(facts.open(["CRWV"], "2026-08-31"))["CRWV"]
    worth = own.inputs["market_value"].value
    assert float(own.outputs.enterprise_value) == pytest.approx(worth + 31.405e9 + 3.663e9 - 5.524e9)


def test_price_and_expected_earnings_are_of_one_day():
    meta = forward_multiples.cases(facts.open(["META"]))["META"]  # its newest page gives no figure for the next year
    of_one_day = [one for name, one in meta.inputs.items() if name != "year_end_price"]
    assert {one.days for one in of_one_day} == {"26 Jun 2026"}
    assert float(meta.outputs.forward_pe) == pytest.approx(550.34 / 30.23)  # the page: 1,396.767bn over 2.538bn shares


def test_the_return_of_the_year_is_of_the_day_of_the_multiple():
    """Alibaba's ADS, as the pages had it: the price of 2 July 2026 over the last sale of December 2025."""
    own = forward_multiples.cases(facts.open(["BABA"]))["BABA"]
    price, before = own.inputs["share_price"], own.inputs["year_end_price"]
    assert price.day.year == 2026 and before.days == "31 Dec 2025"
    assert float(own.outputs.return_to_date) == pytest.approx(price.value / before.value - 1)


def test_before_anything_was_public_the_verdict_says_so():
    early = facts.open(["MSFT", "META"], "2020-06-30", "USD")
    assert multiples.verdict(multiples.cases(early)).startswith("No company here has this multiple")
    assert exhibits.peers(forward_multiples.cases(early), forward_multiples.SHOWN, "forward_multiples.shown").view.empty


def test_old_flows_of_a_company_without_a_price_are_not_set_beside_others():
    """GDS has no price here, and on 30 November 2024 its newest twelve months in the data are of December 2023."""
    early = multiples.cases(facts.open(["ORCL", "GDS"], "2024-11-30"))
    assert "too old" in early["GDS"].alone("rule_of_40").reason
    title = exhibits.against(early, "revenue_growth", "ev_to_sales", "multiples.against").title
    assert "growth explains nothing" in title and "runs from" not in title


def test_a_page_in_yuan_gives_no_price_to_expected_earnings():
    """GDS was shown with 5.95 a share for the next year beside a price of 30 dollars: yuan, by all appearance."""
    assert forward_multiples.cases(facts.open(["GDS"]))["GDS"].alone("forward_pe").missing


def test_alphabets_preferred_shares_stand_apart():
    """18.023bn of mandatory convertible preferred stock of June 2026 (10-Q); where none is on record it is missing."""
    own = ev_bridge.bridges(facts.open(["GOOGL", "MSFT"], "2026-08-31"))
    parts = own["GOOGL"].outputs
    assert float(parts.enterprise_value_with_preferred - parts.enterprise_value) == pytest.approx(18.023e9)
    assert own["MSFT"].alone("enterprise_value_with_preferred").missing


def test_a_multiple_of_nearly_no_profit_is_in_no_title_and_no_middle(cases):
    """Tesla's price is 377 times its earnings: shown with the reason, and Microsoft's is the highest of the rest."""
    tesla = cases["TSLA"].alone("price_to_earnings")
    assert tesla.missing and "is outside the plausible range" in tesla.reason
    assert "Tesla" not in [name for name, _ in exhibits.ranked(cases, "price_to_earnings")]
    shown = exhibits.peers(cases, ["price_to_earnings"], "multiples.peers")
    assert any("Tesla" in note and "outside the plausible range" in note for note in shown.notes)
    assert "Tesla" not in shown.title


def test_minorities_and_bitcoin_stand_apart():
    """MARA's 10-Q for June 2026: 82.461m of redeemable interests of others, 35,577 bitcoins at 58,524 dollars."""
    parts = ev_bridge.bridges(facts.open(["MARA"], "2026-08-31"))["MARA"].outputs
    worth = float(parts.enterprise_value)
    assert float(parts.enterprise_value_with_minorities) - worth == pytest.approx(82.461e6)
    assert worth - float(parts.enterprise_value_less_bitcoin) == pytest.approx(35_577 * 58_524)


def test_what_nobody_knows_is_not_called_undefined():
    """Applied Digital's newest operating income is old: whether profit after maintenance is below zero is not known."""
    apld, crwv = (multiples.cases(facts.open([one], "2026-08-31"))[one] for one in ("APLD", "CRWV"))
    reason = apld.alone("ev_to_ebitda_less_maintenance").reason
    assert "operating income" in reason and "undefined" not in reason
    assert "no result" in crwv.alone("ev_to_ebit").reason  # operating loss of the twelve months to June 2026 (10-Q)


def test_a_median_counts_the_dearest_by_its_place():
    """Tesla's price to earnings is above all others, and the middle of three is the second."""
    cases = multiples.cases(facts.open(["NVDA", "AAPL", "TSLA"], "2026-08-31"))
    known = [float(case.outputs.price_to_earnings) for case in cases.values()]
    assert cases["TSLA"].alone("price_to_earnings").missing and max(known) > 300
    assert exhibits.median(cases, "price_to_earnings").value == pytest.approx(sorted(known)[1])
    assert any("by its place alone" in note for note in exhibits.peers(cases, multiples.SHOWN, "multiples.peers").notes)


def test_a_mark_in_a_chart_rests_on_what_its_figures_rest_on():
    """Enterprise value is a screener's estimate; what servers of four years would cost has no part in EV to sales."""
    cases = multiples.cases(facts.open(["MSFT", "AMZN", "GOOGL"], "2026-08-31"))
    shown = exhibits.against(cases, "revenue_growth", "ev_to_sales", "multiples.against").figures
    assert set(shown["kind"]) == {"estimated"}


def test_the_price_of_a_snapshot_is_the_last_one_and_not_the_close_before():
    """Microsoft, 2 July 2026: 2,900.729bn over 7.428bn shares are 390.51; the close of the day before was 384.28."""
    msft = forward_multiples.cases(facts.open(["MSFT"]))["MSFT"]
    assert msft.inputs["share_price"].value == pytest.approx(2900.729 / 7.428, abs=0.01)
    assert float(msft.outputs.trailing_pe) == pytest.approx(24.12, abs=0.01)  # as the page prints it
    assert float(msft.outputs.forward_pe) == pytest.approx(21.30, abs=0.01)
    assert msft.inputs["year_end_price"].value == 483.62  # close of 31 December 2025, not the 487.48 of the 30th


def test_a_multiple_of_a_loss_says_which_figure_is_the_loss():
    # the snapshot of 2 July 2026 expects a loss of 4.11 a share of CoreWeave for next year
    own = forward_multiples.cases(facts.open(["CRWV"]))["CRWV"].alone("forward_pe")
    assert own.missing and own.reason.endswith("for a figure below zero: earnings per share, next year (−$4.11)")


# ---- each measure of its own newest period, a ratio in the company's own money


def test_each_measure_is_of_the_newest_period_that_has_its_own_inputs():
    """Alphabet's gains of June 2026 are not held, its profit is; Meta's operating income is, its depreciation is not.

    Alphabet, bn: 132.170 of 2025 less 62.736 of its first half and 174.771 of the next; Meta's sales are 200.966 -
    89.830 + 117.111.
    """
    cases = multiples.cases(facts.open(["GOOGL", "META"], "2026-08-31", "USD"))
    google, meta = cases["GOOGL"], cases["META"]
    value = {company: case.inputs["market_value"].value / 1e9 for company, case in cases.items()}
    assert google.alone("price_to_earnings").value == pytest.approx(
        value["GOOGL"] / (132.170 - 62.736 + 174.771), rel=1e-4
    )
    assert google.of("price_to_earnings_without_gains").inputs["net_income"].days == "31 Mar 2026"
    assert meta.alone("price_to_sales").value == pytest.approx(value["META"] / (200.966 - 89.830 + 117.111), rel=1e-4)
    assert meta.of("ev_to_ebitda").inputs["operating_income"].days == "31 Mar 2026"
    assert meta.of("ev_to_ebit").inputs["operating_income"].days == "30 Jun 2026"
    notes = exhibits.peers(cases, multiples.SHOWN, "multiples.peers").notes
    assert any(note.startswith("Alphabet, of 31 Mar 2026: price to earnings before gains; ") for note in notes)
    assert float(meta.outputs.ev_to_ebitda) == meta.alone("ev_to_ebitda").value


def test_dividends_of_an_older_quarter_hold_back_no_yield_of_buy_backs():
    """Alphabet, bn: 45.709 of 2025 less 28.706 as first filed of its first half, nothing since; pay in shares 24.953
    - 11.514 + 14.708. Its dividends of June 2026 are not held: what is paid out is of the year to March.
    """
    google = payouts.cases(facts.open(["GOOGL"], "2026-08-31", "USD"))["GOOGL"]
    value = google.inputs["market_value"].value / 1e9
    net = (45.709 - 28.706 - (24.953 - 11.514 + 14.708)) / value
    assert google.alone("net_buyback_yield").value == pytest.approx(net, rel=1e-4) and net < 0
    assert google.of("net_buyback_yield").inputs["buybacks"].days == "30 Jun 2026"
    assert google.of("paid_out").inputs["buybacks"].days == "31 Mar 2026" and not google.alone("paid_out").missing
    assert "TTM 2026Q2" in google.inputs["dividends_paid"].reason


@pytest.mark.parametrize("money", ["USD", "CNY", "EUR"])
def test_a_margin_and_a_multiple_do_not_depend_on_the_money_of_the_page(money):
    """Alibaba's quarters to March 2026, bn yuan; translated one by one they gave a margin of 4.8 % for 4.9 %."""
    book = facts.open(["BABA"], "2026-08-31", money)
    own = multiples.cases(book)["BABA"]
    profit = 34.988 + 5.365 + 10.645 - 0.848
    sales = 247.652 + 247.795 + 284.843 + 243.380
    assert own.alone("operating_margin").value == pytest.approx(profit / sales, rel=1e-4)  # 4.9 %
    margin = measure("operating_margin", select(book, "ttm")).newest().iloc[0]
    assert margin["value"] == pytest.approx(own.alone("operating_margin").value)
    value = book.register("market").query("symbol == 'BABA' and measure == 'market_value'").iloc[-1]
    rate = facts.open(["BABA"], str(value["date"].date())).rate("USD", "CNY").value  # of the price's day, no later one
    assert own.inputs["market_value"].value == pytest.approx(value["value"] * rate)
    in_yuan = multiples.cases(book.into("CNY"))["BABA"]
    assert own.alone("ev_to_ebit").value == pytest.approx(in_yuan.alone("ev_to_ebit").value)
