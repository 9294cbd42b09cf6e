"""Hosting: leases and books against filings and published reports, invariants, guards, and the page's exhibits."""

import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts, study, units
from capcycle.analyses import hosting, start
from capcycle.analyses.hosting import contracts, leases, own
from capcycle.analyses.hosting import model as lease
from capcycle.analyses.hosting.credit import tenant_rates
from capcycle.analyses.hosting.power_use import power_use
from capcycle.errors import CapcycleError, ModelError
from capcycle.quantity import Quantity

CUT_OFF = "2025-11-03"
EVERY = facts.open(["miners"])
rates, mw, years = st.floats(0.01, 0.3), st.floats(1, 1000), st.integers(1, 30)


def let(**numbers):
    """One MW let at the general assumption of a rent, all else as assumed."""
    return study.case(lease.hosting, EVERY, **numbers)


def lessors(*companies, as_of="", currency=""):
    """The contracts of some companies."""
    return contracts.read(facts.open(companies, as_of, currency))


USE = study.case(power_use, EVERY)
BOOK = pd.DataFrame({  # 100 over ten years, delivering since 2025; 50 over five, only signed; 7 without a day; 90 ended
    "contract": ["a", "b", "c", "d"], "status": ["delivering", "amended", "signed", "terminated"],
    "not_hosting": [False, False, True, False], "lessor": "X", "credit": "backed", "kind": "reported", "source": "s",
    "mw_owned": [10.0, 5.0, 1.0, 9.0], "running": [1.0, 0.0, 0.0, 0.0],
    "value_owned": [100.0, 50.0, 7.0, 90.0], "term_years": [10, 5, 5, 10],
    "signed": pd.to_datetime(["2024-01-01", "2025-07-02", None, "2025-01-01"]),
    "starts": pd.to_datetime(["2025-01-01", "2026-07-02", None, "2025-01-01"]),
})  # fmt: skip


# ---- against figures from outside


def test_golden_sun_net_present_value_of_a_level_lease():
    # 1.73m x 84 % = 1.4532m a year for 14 years: x 8.2442 at 8 % = 11.98m, x 7.3667 at 10 % = 10.71m
    case = let(hosting_noi_margin=0.84, rent_escalator=0.0, lease_term=14, delivery_years=0)
    assert case.evaluate(tenant_rate=0.08).lease_value == pytest.approx(11.98e6, rel=1e-3)
    assert case.evaluate(tenant_rate=0.10).lease_value == pytest.approx(10.71e6, rel=1e-3)


def test_hut_8_first_rent_comes_to_the_value_of_thirty_years():
    # release of 2025-12-17: 376m in the first year, rising 3 %, "17.7bn" with all extensions
    assert 376e6 * leases.growing_sum(0.03, 30) == pytest.approx(17.7e9, rel=0.015)


def test_the_register_rebuilds_the_printed_book():
    book = contracts.printed_book(EVERY)
    means = contracts.prices(book)
    assert (len(book), means.mw, round(means.value / 1e9, 1)) == (11, 1959, 53.6)


def test_the_register_has_the_printed_prices_without_the_contract_that_pays_for_gpus():
    book = contracts.printed_book(EVERY)
    means = contracts.prices(book[book["gpu_included"] == "no"])
    # Golden Sun: mean 1.73, lowest 1.22, highest 2.26; weighted 43.925bn / 25,065 MW-years = 1.752
    assert [round(each / 1e6, 2) for each in (means.simple, means.low, means.high)] == [1.73, 1.22, 2.26]
    assert means.weighted == pytest.approx(43.925e9 / 25065)
    # of 10 to 25 years, alike and by MW: the printed mean of 14 counts each contract alike
    assert (means.mean_term, means.term_by_mw) == (pytest.approx(13.9), pytest.approx(25_065 / 1_759))


def test_like_for_like_the_register_has_critical_power_the_own_part_and_all_that_was_signed():
    book = contracts.like_for_like(EVERY, CUT_OFF).set_index("contract")
    own = book["mw"][["wulf-core42", "wulf-fluidstack-abernathy"]].tolist()
    assert own == pytest.approx([60, 168 * 0.51])  # sold in July 2026, and TeraWulf's on the day
    late = {"hut-fluidstack-river-bend", "apld-hyperscaler-pf3", "cifr-fluidstack-barber-lake-2"}
    assert not late & set(book.index)
    # CORZ 200+70+112+120+70, GLXY 133+393, WULF 60+200+160+85.68, CIFR 168, APLD 250+150+200, IREN 200
    assert book["mw"].sum() == pytest.approx(572 + 526 + 505.68 + 168 + 600 + 200)
    amazon = book.loc["cifr-aws", ["mw", "value"]]  # 300 MW, and by then no text had said of what
    assert amazon.isna().all()


def test_like_for_like_on_an_earlier_day_has_what_stood_on_it():
    early = contracts.like_for_like(EVERY.on("2025-06-30"), CUT_OFF)
    assert set(early["lessor"]) == {"CORZ", "WULF", "APLD"}  # Galaxy's and Cipher's became public later


def test_a_contract_without_a_day_counts_from_its_first_publication_not_from_its_last():
    own = lessors("CORZ").set_index("contract").loc["corz-coreweave-112"]
    assert own["status"] == "delivering" and own["published"] > own["signed"] == pd.Timestamp("2024-09-30")


def test_the_leases_of_two_landlords_in_the_register_add_up_to_what_they_state():
    sums = lessors("APLD", "HUT", as_of="2026-06-30").groupby("lessor")[["mw", "value"]].sum()
    assert sums.at["APLD", "mw"] == pytest.approx(1_400, rel=0.01)  # 8-K of 2026-06-09: 1.4 GW on five campuses
    assert sums.at["APLD", "value"] == pytest.approx(36e9, rel=0.01)  # about 36bn, of which 11 - 7bn for building 3
    assert sums.loc["HUT"].tolist() == [597, 16.8e9]  # Hut 8 on 2026-05-06: 597 MW and 16.8bn


def test_ciphers_leases_earn_more_than_their_tenants_lenders_ask():
    case = hosting.lease(facts.open(["CIFR"]))
    mw = np.array([168, 39, 216, 70])  # Barber Lake and its second lease, backed by Google; Amazon's two
    # m a MW and year, as amended in September 2026 to twenty years and 9bn, 7.0 and 2.0bn of which they were with their
    # options: 7,000 over 168 x 20, 2,000 over 39 x 20; 5,500 over 216 x 15 and 2,000 over 70 x 15
    rent = np.array([7_000 / 3_360, 2_000 / 780, 5_500 / 3_240, 2_000 / 1_050])
    margin, cost = np.array([0.825, 0.875, 0.85, 0.85]), np.array([10, 9.5, 10.5, 10.5])  # of Black Pearl the general
    # Google covers 1.4 of 7.0bn and 333m of 2.0bn at 5.25 %, the rest of the two is at 9.5 %, all of Amazon's at 5.25 %
    rates = np.array([*(cover * 0.0525 + (1 - cover) * 0.095 for cover in (1.4 / 7.0, 0.333 / 2.0)), 0.0525, 0.0525])
    rent, noi, rate, cost, term = ((each * mw).sum() / 493 for each in (rent, rent * margin, rates, cost,
                                                                      np.array([20, 20, 15, 15])))  # fmt: skip
    assert case.inputs["hosting_rent"].value == pytest.approx(rent * 1e6)  # 1.93m
    assert case.inputs["tenant_rate"].value == pytest.approx(rate)  # 6.7 %
    assert case.outputs.noi_per_mw == pytest.approx(noi * 1e6)  # 1.62m
    assert case.outputs.yield_on_cost == pytest.approx(noi / cost)  # 15.8 %
    years = [min(max(term - year, 0), 1) for year in range(20)]  # 17.1 of them
    first = noi * term / sum(1.03**year * part for year, part in enumerate(years))
    worth = sum(first * 1.03**year * part / (1 + rate) ** (year + 2) for year, part in enumerate(years))
    assert case.outputs.net_lease_value == pytest.approx((worth - cost) * 1e6)
    assert case.outputs.net_lease_value > 1.5e6  # on 300 MW it would be a loss


def test_where_no_contract_has_a_price_the_general_rent_and_rate_stand():
    case = hosting.lease(facts.open(["MARA"]))
    general = [study.assumption(EVERY, name).value for name in ("hosting_rent", "tenant_rate")]
    assert [case.inputs[name].value for name in ("hosting_rent", "tenant_rate")] == general


@pytest.mark.parametrize("basis", ["gross_mw", "utility_mw", "mw_unstated"])
def test_power_that_is_not_critical_it_enters_no_price(basis):
    deal = EVERY.register("contracts").query("contract == 'wulf-fluidstack-cb3-cb4'")
    no_power = dict.fromkeys(["critical_it_mw", "gross_mw", "utility_mw", "mw_unstated"], np.nan)
    deal = deal.assign(**no_power, signed=deal["announced"])
    priced, unpriced = (contracts.terms(deal.assign(**{name: 200.0})).iloc[0] for name in ("critical_it_mw", basis))
    assert priced["price"] == 1.85e6  # 3.7bn over ten years
    assert np.isnan(unpriced["price"]) and np.isnan(unpriced["mw_owned"])


def test_no_table_of_the_pages_divides_by_power_that_is_not_critical_it():
    """A fact of the register: these contracts state no critical IT, and stand in no mean, yield, lease or rung."""
    lacking = {"btdr-undisclosed-tydal", "iren-nvidia", "iren-developers-2026-07"}
    table = contracts.read(EVERY)
    assert (
        set(table.loc[table["mw"].isna(), "contract"]) == lacking
        and table.loc[table["mw"].isna(), "price"].isna().all()
    )
    used = [set(contracts.built(table)["contract"]), set(own.live(EVERY)["contract"])]
    assert not any(lacking & each for each in used)


def test_one_megawatt_mines_what_the_network_pays():
    # J.P. Morgan, November 2025: 41,400 USD a day per EH/s; one MW at 20.5 J/TH is 1/20.5 EH/s
    then = USE.evaluate(bitcoin_price=98_800).mining_revenue  # what its figures imply for a bitcoin
    assert then == pytest.approx(41_400 * 365 / 20.5, rel=0.001)


def test_the_bitcoin_price_is_the_newest_that_is_held_and_says_its_day():
    price = USE.inputs["bitcoin_price"]
    assert (price.value, price.days) == (58_524, "30 Jun 2026")  # MARA's 10-Q of August 2026
    assert "of 30 Jun 2026" in hosting.verdict(let(), USE)
    before = study.assumption(facts.open(as_of="2026-01-31"), "bitcoin_price")
    assert (before.value, before.days) == (98_800, "30 Nov 2025")  # what J.P. Morgan's figures imply for November
    assert study.assumption(facts.open(), "bitcoin_price", value=9e4).days == ""  # a reader's own is of no day


def test_switching_price_by_hand():
    # one year, no decline, nothing discounted away but one year at 10 %: (hosting + cost / 1.1) / (bitcoins / 1.1)
    one = {"lease_term": 1, "renewal_years": 0, "mining_decline": 0.0, "uncontracted_rate": 0.1, "delivery_years": 0}
    worth = study.case(power_use, EVERY, **one, hosting_capex=1.0).outputs
    cost = 8760 * 40  # and nothing beside power
    by_hand = (worth.hosting_value * 1.1 + cost) / (3.125 * 52_560 / (20.5 * 1074))
    assert worth.switching_bitcoin_price == pytest.approx(by_hand)


def test_mining_equals_hosting_at_the_switching_price():
    price = USE.outputs.switching_bitcoin_price
    assert study.solve(USE, "bitcoin_price", 0, "switch_value", 5e4, 1e6).values == pytest.approx([price])


# ---- invariants


@given(price=st.floats(1e5, 3e6), rise=st.floats(0, 0.1), term=years)
def test_price_times_years_returns_the_value(price, rise, term):
    first, shares = lease.rents(price, rise, term, 0)
    assert first * sum(shares) == pytest.approx(price * term)


@given(value=st.floats(1e6, 1e11), mw=mw, term=years)
def test_price_times_power_times_years_returns_the_value(value, mw, term):
    assert leases.price_per_mw_year(value, mw, term) * mw * term == pytest.approx(value)
    assert units.per_mw_year(units.per_kw_month(value)) == pytest.approx(value)


@given(amount=st.floats(0, 1e12), share=st.floats(0, 1))
def test_a_part_is_at_most_the_whole(amount, share):
    assert leases.attributable(amount, share) <= amount


@given(rate=rates, rise=st.floats(0.001, 0.08), term=years)
def test_an_escalator_is_found_again_in_its_totals(rate, rise, term):
    whole = leases.growing_sum(rise, 2 * term)
    assert leases.implied_escalator(leases.growing_sum(rise, term), whole, term, term) == pytest.approx(rise)


@given(delay=st.floats(0, 3), weight=st.floats(0, 1))
def test_run_off_adds_up_to_what_is_signed(delay, weight):
    flows = contracts.run_off(BOOK, pd.Timestamp("2000-01-01"), delay, weight)
    assert flows.groupby("contract")["value"].sum().to_dict() == pytest.approx({"a": 100.0, "b": 50.0 * weight})


@given(price=st.floats(1e4, 1e6), rent=st.floats(1e6, 3e6))
def test_mining_is_never_worth_less_than_standing_still(price, rent):
    worth = USE.evaluate(bitcoin_price=price, hosting_rent=rent)
    assert worth.mining_value >= 0
    assert (worth.switch_value > 0) == (worth.switching_bitcoin_price > price)


# ---- guards, and what is missing


def test_a_share_above_one_is_refused():
    with pytest.raises(ModelError, match=r"ownership of 51: .* write 0.51 for 51 %"):
        leases.attributable(168, 51)


def test_a_readers_numbers_that_cannot_be_are_refused_all_at_once():
    said = r"hosting_rent is 9,700,000 .*from 100,000 to 3,000,000; .*tenant_rate is 8: give a number from 0 to 1"
    with pytest.raises(ModelError, match=said):
        hosting.lease(EVERY).chosen(hosting_rent=9.7e6, tenant_rate=8)


def test_contracts_of_the_register_that_must_not_be_averaged_are_marked():
    table = lessors("miners").set_index("contract")
    with_gpus = ["iren-microsoft", "iren-nvidia", "iren-developers-2026-07"]  # the first 9.7m USD per MW and year
    assert table.index[table["not_hosting"]].tolist() == with_gpus
    net = ["hut-fluidstack-river-bend", "hut-hyperscaler-beacon-point"]  # 6.9 of 7.0bn is income, 9.8 of 9.8bn
    assert table.index[table["triple_net"]].tolist() == net


@pytest.mark.parametrize(("income", "margin"), [(84, 0.84), (100.3, 1.0), (130, np.nan)])
def test_no_contract_earns_more_than_its_rent(income, margin):
    # 15 years of income over a value of 1,500: a third of a percent too much is rounding, 30 % is a slip
    table = facts.open(["HUT"]).register("contracts").query("contract == 'hut-hyperscaler-beacon-point'").head(1)
    found = contracts.terms(table.assign(noi_per_year=income, term_years=15.0, contract_value=1500.0))["margin"].item()
    assert found == pytest.approx(margin, nan_ok=True)


def test_what_is_not_stated_stays_missing():
    table = lessors("GLXY").set_index("contract")
    assert np.isnan(table.at["glxy-coreweave-helios-2-3", "value_owned"])
    assert table.at["glxy-coreweave-helios-1", "kind"] == "estimated"  # 15 years of about 300m, by news alone
    assert np.isnan(leases.implied_escalator(7e9, 17.7e9, 15, 10))  # an extension of another length


def test_a_terminated_contract_is_worth_nothing():
    ended = BOOK[BOOK["status"] == "terminated"]
    assert contracts.run_off(ended, pd.Timestamp("2025-01-01"), 1, 1.0).empty
    assert contracts.worth(ended, hosting.credit_rates(EVERY), pd.Timestamp("2025-01-01"), 1).empty


def test_a_cut_off_or_a_day_that_is_none_is_refused():
    with pytest.raises(ModelError, match="cut_off 'yesterday' is not a date such as 2025-11-03"):
        contracts.like_for_like(EVERY, "yesterday")
    with pytest.raises(ModelError, match="from_day 'soon' is not a date such as 2025-11-03"):
        contracts.known_on(EVERY, "soon")


# ---- on an earlier day


def shown(book):
    """Every exhibit of the page, each with its title, notes and table."""
    one, weight = hosting.lease(book), study.assumption(book, "signed_weight")
    use = hosting.uses(one)
    return [
        hosting.ledger(book), hosting.bubbles(book), hosting.books(book, CUT_OFF), hosting.holdings(book, CUT_OFF),
        hosting.holdings(book, CUT_OFF, "tenant"), hosting.backlog(one, weight), hosting.run_off(one, weight),
        hosting.worth(one), hosting.yields(one), hosting.terms(book), hosting.business_models(book),
        exhibits.columns(use, ["hosting_value", "cloud_value", "mining_value"], "power.worth"),
    ]  # fmt: skip


def said(exhibit):
    """All that a reader sees of an exhibit, but for titles of documents and for notes."""
    return " ".join([exhibit.title, exhibit.subtitle, exhibit.alt, *exhibit.view.astype(str).to_numpy().ravel()])


def test_contracts_as_they_were_known():
    assert set(lessors("miners", as_of="2024-07-31")["contract"]) == {"corz-coreweave-200", "corz-coreweave-70"}
    status = lessors("WULF", as_of="2025-10-31").set_index("contract")["status"]
    assert status["wulf-core42"] == "signed"  # that the first rent is paid became known on 2025-11-10


def test_a_book_and_figures_of_an_author_are_left_out_until_he_had_printed_them():
    before, after = (facts.open(["miners"], day) for day in ("2025-12-11", "2025-12-13"))
    assert contracts.printed_book(before).empty and not hosting.businesses(before)
    assert len(contracts.printed_book(after)) == 11  # printed on 2025-12-12
    for exhibit in shown(before):
        assert "rinted" not in said(exhibit) and "Golden Sun" not in " ".join([said(exhibit), *exhibit.notes])


def test_a_rent_is_discounted_at_the_credit_of_who_pays_it():
    rates = {
        "hyperscaler": Quantity("", 0.0525, "rate", 0.047, 0.059),
        "unbacked": Quantity("", 0.095, "rate", 0.09, 0.1),
    }
    rows = pd.DataFrame(
        {"credit": ["hyperscaler", "unbacked", "backed", "backed"], "cover": [np.nan, np.nan, 0.4, np.nan]}
    )
    found = [(each.low, round(each.value, 5), each.high) for each in tenant_rates(rows, rates)]
    assert found[:2] == [(0.047, 0.0525, 0.059), (0.09, 0.095, 0.1)]
    assert found[2] == pytest.approx((0.4 * 0.047 + 0.6 * 0.09, 0.078, 0.4 * 0.059 + 0.6 * 0.1))  # 2.1 and 5.7 %
    assert found[3] == (0.047, 0.07375, 0.1)  # no source gives the cover: from all of the rent to none


def test_todays_judgements_are_marked_on_an_earlier_page():
    one = hosting.lease(facts.open(["miners"], "2025-06-30"))
    assert {"hosting_noi_margin", "cap_rate"} < set(one.hindsight) and "lease_term" not in one.hindsight
    assert hosting.verdict(one, hosting.uses(one)).endswith("which nothing public by 30 Jun 2025 states.")
    assert "rate for a hyperscaler's rent" not in " ".join(hosting.worth(one).notes)  # none of them rents yet
    assert "discount rate for rent without guarantor" in " ".join(hosting.worth(one).notes)


@pytest.mark.parametrize("book", [facts.open(["miners"], "2023-12-31"), facts.open(["HIVE"])])
def test_where_there_is_no_contract_every_exhibit_of_them_says_so(book):
    of_contracts = shown(book)[:-2]
    assert {each.title for each in of_contracts} == {"No public document states the figures needed for this exhibit"}
    assert not any(each.sources for each in of_contracts)


# ---- in another currency


def numbers(case):
    """All numbers of a case in a list for each input (with its range) and each output, by name and unit."""
    ends = {name: [each.low, each.value, each.high] for name, each in case.inputs.items()}
    outputs = {name: np.ravel(getattr(case.outputs, name)) for name in case.model.outputs}
    units = case.model.parameters | case.model.outputs
    return {(name, units[name]): np.asarray(each, float) for name, each in (ends | outputs).items()}


CASES = {
    "one MW let": lambda book: hosting.lease(book.of("miners")),
    "a MW let at a price of the reader's": lambda book: hosting.lease(book).chosen(hosting_rent=1.5e6),
    "a MW of the only contract": lambda book: hosting.lease(book.of("HUT").on("2026-01-31")),
    "one MW used": lambda book: hosting.uses(hosting.lease(book.of("CIFR"))),
    "one MW as an own cloud": lambda book: hosting.businesses(book)["Own cloud"],
}


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
@pytest.mark.parametrize("name", CASES)
def test_amounts_are_times_the_rate_and_all_else_is_the_same(name, currency):
    case, dollars = CASES[name](facts.open(currency=currency)), numbers(CASES[name](facts.open()))
    rate = case.book.rate("USD").value
    for (one, unit), each in numbers(case).items():
        factor = rate if unit.startswith("currency") else 1.0
        assert each == pytest.approx(dollars[one, unit] * factor, rel=1e-6, nan_ok=True), one


def test_no_amount_of_the_page_is_in_another_currency():
    book = facts.open(["miners"], currency="EUR")
    verdict = hosting.verdict(hosting.lease(book), hosting.uses(hosting.lease(book)))
    assert "€" in verdict and "$" not in verdict
    for exhibit in shown(book):
        assert not re.search(r"\$|\bUSD\b|CN¥|\bCNY\b", said(exhibit)), exhibit.id


def test_the_exhibit_says_at_what_rate_records_were_converted():
    book = facts.open(["miners"], currency="EUR")
    more = set(hosting.ledger(book).notes) - set(hosting.ledger(EVERY).notes)
    assert len(more) == 1 and f"{book.rate('USD').value:.4g} for one USD" in more.pop()


def test_a_contract_is_its_value_times_the_rate():
    ours, dollars = (lessors("CIFR", currency=each, as_of="2026-09-24").iloc[0] for each in ("CNY", "USD"))
    names = ["contract_value", "price", "value_owned", "backstop"]
    rate = facts.open(as_of="2026-09-24", currency="CNY").rate("USD").value
    assert (ours[names] / dollars[names]).tolist() == pytest.approx([rate] * 4)
    assert (ours["kind"], ours["currency"], ours["own_currency"]) == ("derived", "CNY", "USD")
    assert ours["source"] == f"{dollars['source']} ecb-eurofxref"


def test_what_pays_for_gpus_shows_by_its_price_in_dollars():
    yuan, dollars = (lessors("miners", currency=each)["not_hosting"].tolist() for each in ("CNY", "USD"))
    assert yuan == dollars


def test_an_unknown_currency_is_refused_with_those_there_are():
    with pytest.raises(CapcycleError, match="unknown currency XYZ; there are: CNY, EUR, HKD, TWD, USD"):
        lessors("miners", currency="XYZ")


# ---- the page


def test_models_yield_a_formula():
    slider = alt.param(name="hosting_capex", value=1.0)
    assert "hosting_capex" in str(let().evaluate(hosting_capex=slider).net_lease_value.expr)
    assert "datum.x" in str(USE.evaluate(hosting_rent=alt.datum.x).switching_bitcoin_price)


def test_each_model_begins_with_contracts_of_a_company_or_of_all_lessors():
    assert start("hosting", facts.open()).inputs["hosting_rent"] == hosting.lease(EVERY).inputs["hosting_rent"]
    own = start("power_use", facts.open(), "WULF").inputs["hosting_rent"]
    # by MW: 1.1bn for 60 MW, 3.7bn for 200, 3.0bn for 160 (ten years each), 19.0bn for 401 (twenty); Abernathy is sold
    assert own.value == pytest.approx((110 + 370 + 300 + 950) / 821 * 1e6)
    assert not start("business", facts.open()).lacking


def test_a_rent_is_as_good_as_the_contracts_that_it_is_the_mean_of():
    assert "estimated" in set(lessors("WULF").query("price.notna()")["kind"])  # Core42's
    assert hosting.lease(facts.open(["WULF"])).inputs["hosting_rent"].kind == "estimated"
    # of Riot's second lease to AMD no document states the value: the general rent stands in, which is assumed
    assert hosting.lease(facts.open(["RIOT"])).inputs["hosting_rent"].kind == "assumed"


def test_a_readers_own_value_keeps_the_range_of_the_sliders():
    case = hosting.lease(facts.open(["APLD"], "2025-07-01")).chosen(tenant_rate=0.12)
    ends = case.inputs["tenant_rate"]
    assert (ends.low, ends.value, ends.high) == (0.09, 0.12, 0.12)  # CoreWeave's credit, 9 to 10 %, and the reader's
    assert case.inputs["hosting_rent"].varied  # a single contract: the range of the general assumption


def test_a_yield_on_cost_by_hand():
    # 2m a MW at 80 to 90 %, built for 8 to 10m: 1.7m over 9m; at worst 1.6m over 10m, at best 1.8m over 8m
    contract = {"price": 2e6, "margin": 0.85, "margin_low": 0.8, "margin_high": 0.9, "capex_per_mw_low": 8e6,
                "capex_per_mw_high": 10e6, "kind": "reported", "source": "s", "published": pd.NaT}  # fmt: skip
    margin, capex = (let().inputs[name] for name in ("hosting_noi_margin", "hosting_capex"))
    own = contracts.yield_on_cost(contract, margin, capex)
    assert (own.value, own.low, own.high) == pytest.approx((1.7 / 9, 0.16, 0.225))
    assert (own.kind, own.source) == ("derived", "s")
    lacks = contracts.yield_on_cost(contract | {"margin": np.nan}, margin, capex)
    assert lacks.kind == "assumed" and set(lacks.source.split()) == {"s", *margin.source.split()}


def test_the_ledger_says_how_much_runs():
    assert hosting.ledger(facts.open(["WULF"])).title == "Of 821 MW in 4 live contracts 102 MW are known to run"
    untold = hosting.ledger(facts.open(["CIFR"]))  # Black Pearl pays rent, for how much no document says
    assert untold.title == "Of 493 MW in 4 live contracts 216 MW deliver; how much of them is not told"
    alone = hosting.ledger(facts.open(["BTDR"]))  # has one contract
    assert alone.title == "The only contract is signed, not in force"
    applied = hosting.terms(facts.open(["APLD"])).view
    assert applied["Running"].tolist()[0] == "175 MW (e)"  # of 250 at Polaris Forge 1
    assert hosting.terms(facts.open(["WULF"])).view["Running"].tolist() == [
        "60 MW (e)",
        "42 MW (e)",
        "–",
        "–",
        "–",
    ]  # CB-3
    core = hosting.terms(facts.open(["CORZ"]))
    assert any("no document says how much" in note for note in core.notes)


def test_no_two_contracts_of_the_ledger_are_called_the_same():
    labels = hosting.ledger(EVERY).view["Contract"]
    assert labels.is_unique and "Core Scientific for CoreWeave, 112 MW" in set(labels)
    assert {"Cipher for Fluidstack, Barber Lake, 168 MW", "Cipher for Fluidstack, Barber Lake, 39 MW"} < set(labels)


def test_an_amended_lease_has_its_old_terms_the_day_before():
    before, after = (lessors("CIFR", as_of=day).set_index("contract") for day in ("2026-09-24", "2026-09-25"))
    own = ["cifr-fluidstack-barber-lake", "cifr-fluidstack-barber-lake-2"]
    assert before.loc[own, ["term_years", "value"]].to_numpy().tolist() == [[10, 3e9], [10, 830e6]]
    assert after.loc[own, "term_years"].tolist() == [20, 20] and after.loc[own, "value"].sum() == 9e9  # "over $9bn"
    printed = contracts.printed_book(EVERY).set_index("contract").loc[own[0]]
    assert (printed["term_years"], printed["price"]) == (10, 3e9 / 1680)  # as Golden Sun had it in December 2025


def test_who_stands_behind_a_rent_is_what_the_register_tells():
    credit = lessors("miners").set_index("contract")["credit"]
    assert credit["wulf-anthropic-justified"] == credit["corz-neocloud-amd"] == "supported"
    assert credit["riot-amd-rockdale"] == "hyperscaler"  # a chip maker, whose own notes are of investment grade
    shares = hosting.terms(facts.open(["WULF"])).view.set_index("Contract")["Lessor's share"]
    assert shares["TeraWulf for Anthropic"] == "93.2% to 100.0%"  # two summaries differ
    rate = hosting.lease(facts.open(["WULF"])).inputs["tenant_rate"].value
    google = [cover * 0.0525 + (1 - cover) * 0.095 for cover in (1.8 / 3.7, 1.4 / 3.0)]
    half = (0.0525 + 0.095) / 2  # of a support whose amount is not told
    assert rate == pytest.approx((60 * 0.095 + 200 * google[0] + 160 * google[1] + 401 * half) / 821)


def test_a_lease_whose_lessor_sells_its_part_is_in_no_sum():
    book = facts.open(["WULF"])
    sold = lessors("WULF").set_index("contract").loc["wulf-fluidstack-abernathy"]
    assert (sold["status"], str(sold["status_date"].date())) == ("sold", "2026-07-06")
    one = hosting.lease(book)
    for exhibit in (hosting.bubbles(book), hosting.worth(one), hosting.yields(one)):
        assert "168 MW" not in said(exhibit)
    then = lessors("WULF", as_of="2026-06-30").set_index("contract").loc["wulf-fluidstack-abernathy"]
    assert (then["status"], then["share"], then["share_low"]) == ("signed", 0.51, 0.501)  # 50.1 % at first


def test_of_one_note_none_is_the_dearest():
    assert "the note on record pays 7.75%" in hosting.yields(hosting.lease(facts.open(["WULF"]))).title
    assert "the dearest note pays" in hosting.yields(hosting.lease(facts.open(["CIFR"]))).title


def test_what_a_lease_is_worth_by_hand():
    day = pd.Timestamp("2026-01-01")
    rates = {"hyperscaler": Quantity("", 0.0, "rate"), "unbacked": Quantity("", 0.1, "rate")}
    found = contracts.worth(BOOK.assign(credit="unbacked", cover=np.nan), rates, day, 1.0).set_index("contract")
    # a: nine of ten years at 10 a year are left; (1 - 1.1 ** -9) / 0.1 = 5.7590
    assert found.loc["a", ["to_come", "present_value"]].tolist() == pytest.approx([90, 57.590], abs=0.05)
    # b: five years at 10, from 2 July 2026, 182 days later: 3.7908 x 10 / 1.1 ** 0.4983 = 36.15
    assert found.loc["b", ["to_come", "present_value"]].tolist() == pytest.approx([50, 36.150], abs=0.005)
    assert set(found.index) == {"a", "b"}  # c has no day, d has ended


def test_rent_of_what_is_not_known_to_run_has_not_begun():
    late = BOOK.query("contract == 'b'")  # only signed, to pay from 2 July 2026
    flows = contracts.run_off(late, pd.Timestamp("2027-01-01"), 1.0, 1.0)
    paid = flows.set_index("year")["value"]
    assert paid.sum() == pytest.approx(50) and paid[2027] == pytest.approx(10, rel=1e-3)  # all of it, from that day


def test_the_backlog_by_hand():
    backlog = contracts.backlog(BOOK, pd.Timestamp("2026-01-01"), 1.0, 0.25)
    assert backlog["value"].to_dict() == {"delivering": 100.0, "signed": 50.0, "gpus": 7.0}
    assert backlog.loc["delivering", "to_come"] == pytest.approx(90, abs=0.05)  # one year of ten is paid
    assert backlog.loc["signed", ["to_come", "weighted"]].tolist() == pytest.approx([50, 12.5])
    assert backlog.loc["gpus", ["undated", "to_come"]].tolist() == [7.0, 0.0]


def test_a_contract_of_which_a_part_runs_stands_in_both_rows():
    half = BOOK.assign(running=[0.4, 0.0, 0.0, 0.0])
    backlog = contracts.backlog(half, pd.Timestamp("2026-01-01"), 1.0, 0.25)
    assert backlog["value"].to_dict() == {"delivering": 40.0, "signed": 110.0, "gpus": 7.0}
    assert backlog["mw"].to_dict() == {"delivering": 4.0, "signed": 11.0, "gpus": 1.0}
    assert backlog["weighted"].to_dict() == pytest.approx(
        {"delivering": 36, "signed": (54 + 50) / 4, "gpus": 0}, abs=0.05
    )
    untold = contracts.backlog(BOOK.assign(running=[np.nan, 0.0, 0.0, 0.0]), pd.Timestamp("2026-01-01"), 1.0, 0.25)
    assert untold.loc["untold", ["value", "weighted"]].tolist() == pytest.approx([100, 22.5], abs=0.05)


def test_golden_suns_uses_are_told_as_what_they_are():
    cases = hosting.businesses(EVERY)
    # the note: bare metal is the middle of its 9.7m and 300bn over five years on 4.5 GW; margins of mining and hosting
    # of its 12 and 36 % and of Core Scientific's 6.0 of 67.2m and 30 %
    assert cases["Bare-metal leasing"].inputs["revenue_per_mw"].value == pytest.approx((9.7e6 + 3e11 / 5 / 4500) / 2)
    margins = [cases[use].inputs["gross_margin"].value for use in ("Mining", "Hosting")]
    assert margins == pytest.approx([(0.12 + 6.0 / 67.2) / 2, (0.36 + 0.30) / 2], abs=5e-4)
    assert "Golden Sun's estimates" not in " ".join(hosting.business_models(EVERY).notes)


def test_the_cost_of_mining_beside_power_is_what_a_miner_states():
    # Riot, third quarter of 2025: 46,324 a bitcoin without depreciation, times 7.46 a MW-year, less 8,760 h at 40
    beside = 46_324 * USE.outputs.bitcoins_mined - 8_760 * 40
    assert beside < 0 and study.assumption(EVERY, "mining_other_cost").value == 0.0


def test_contracts_that_would_be_called_the_same_have_their_site_beside():
    exhibit = hosting.bubbles(facts.open(["APLD", "IREN"]))
    same = {f"Applied Digital 300 MW, {site}" for site in ("Polaris Forge 3", "Delta Forge 1")}
    assert same < set(exhibit.view.iloc[:, 0])
    assert any("also pay for GPUs: IREN 200 MW, IREN for NVIDIA" in note for note in exhibit.notes)
