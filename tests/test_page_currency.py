"""A page in another currency: the same ratios, every amount times the newest rate, and no other currency beside it."""

import re

import numpy as np
import pandas as pd
import pytest

from capcycle import facts, paths, study
from capcycle.analyses import hosting, leasing
from capcycle.analyses.gpu_cloud import cases as gpu_cases
from capcycle.analyses.gpu_cloud import exhibits as gpu_exhibits
from capcycle.analyses.gpu_cloud.gpu_hour import gpu_run_rate
from capcycle.analyses.hosting import contracts
from capcycle.analyses.power_value import peers
from capcycle.errors import CapcycleError
from capcycle.facts import registers

FIXINGS = pd.read_csv(paths.DATA / "fx.csv").iloc[-1]  # the newest, per euro
RATES = {"EUR": 1 / FIXINGS["USD"], "CNY": FIXINGS["CNY"] / FIXINGS["USD"]}  # for one dollar
CASES = {
    "one MW let": lambda currency: hosting.cases.lease(contracts.read(["miners"], currency=currency)),
    "a MW let at a price of the reader's": lambda currency: hosting.cases.lease(
        contracts.read(["WULF"], currency=currency), hosting_rent=1.5e6, hosting_capex=9e6
    ),
    "a MW of the one contract held": lambda currency: hosting.cases.lease(
        contracts.read(["HUT"], "2026-01-31", currency)
    ),
    "one MW used": lambda currency: hosting.cases.uses(contracts.read(["CIFR"], currency=currency)),
    "one MW as an own cloud": lambda currency: hosting.cases.businesses(currency)["own_cloud"],
    "GPUs let by the hour": lambda currency: gpu_cases.cluster(currency=currency, gpu_rent=3.0),
    "GPUs of a contract": lambda currency: gpu_cases.cluster("IREN", currency=currency),
    "a GPU-hour": lambda currency: gpu_cases.hour(currency=currency),
    "a leased cluster": lambda currency: leasing.cases.cluster(
        "ordinary", currency, card_price=[250e3, 287.5e3, 350e3], lessor_debt_rate=0.045, operating_cost_share=0.05,
        borrowed_share=0.7, lessor_tax_rate=0.25
    ),
}  # fmt: skip


def numbers(case):
    """All numbers of a case in a list for each input (with its range) and each output, by name and unit."""
    ends = {name: [each.low, each.central, each.high] for name, each in case.inputs.items()}
    outputs = {name: np.ravel(getattr(case.outputs, name)) for name in case.model.outputs}
    units = case.model.parameters | case.model.outputs
    return {(name, units[name]): np.asarray(each, float) for name, each in (ends | outputs).items()}


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
@pytest.mark.parametrize("name", CASES)
def test_amounts_are_times_the_rate_and_all_else_is_the_same(name, currency):
    case, dollars = numbers(CASES[name](currency)), numbers(CASES[name]("USD"))
    for (one, unit), each in case.items():
        rate = RATES[currency] if unit.startswith("currency") else 1.0
        assert each == pytest.approx(dollars[one, unit] * rate, rel=1e-6, nan_ok=True), one


def said(exhibit):
    """All that a reader sees of an exhibit, but for titles of documents and for notes, which tell of rates."""
    return " ".join([exhibit.title, exhibit.subtitle, exhibit.alt, *exhibit.view.astype(str).to_numpy().ravel()])


def shown_of_hosting(currency):
    table = contracts.read(["miners"], currency=currency)
    let, use = hosting.cases.lease(table), hosting.cases.uses(table)
    printed, like = contracts.golden_sun(table), contracts.like_for_like(table, "2025-11-03")
    flows = contracts.run_off(table, contracts.known_on(table), 1.5, 0.75)
    rates = dict.fromkeys(["hyperscaler", "backed", "unbacked"], hosting.cases.credit_rates()["backed"])
    own = hosting.exhibits
    return [
        own.ledger(table), own.bubbles(table), own.books(printed, like, 14), own.worth(table, rates, 1.5),
        own.run_off(table, flows, contracts.known_on(table)), own.yields(table, hosting.cases.yields(table, let),
        contracts.debt_costs(["miners"])), hosting.use_exhibits.business_models(hosting.cases.businesses(currency)),
        hosting.use_exhibits.worth(use),
    ]  # fmt: skip


def shown_of_gpus(currency):
    prices, case = registers.read("gpu_prices"), gpu_cases.cluster("IREN", currency=currency)
    rate = study.case(gpu_run_rate, "IREN", currency, run_rate="contract_revenue", gpus="gpus",
                      gpu_utilisation=1.0, planned_gpus="gpus_planned")  # fmt: skip
    return [
        gpu_exhibits.gpu_contracts(currency=currency), gpu_exhibits.forward_rents(prices, ["H100"], currency),
        gpu_exhibits.run_rates({"one": rate}), gpu_exhibits.hour_stack(gpu_cases.hour(currency=currency)),
        gpu_exhibits.irr_variants(case, 1.5e6, 0.2, {"Printed": [0.1, 0.12]}, "iren-holder-post"),
    ]  # fmt: skip


@pytest.mark.parametrize("shown", [shown_of_hosting, shown_of_gpus])
def test_no_amount_of_the_page_is_in_another_currency(shown):
    for exhibit in shown("EUR"):
        assert not re.search(r"\$|\bUSD\b|CN¥|\bCNY\b", said(exhibit)), exhibit.id


def test_verdicts_are_in_the_currency_too():
    table = contracts.read(["miners"], currency="EUR")
    verdict = hosting.exhibits.verdict(hosting.cases.lease(table), table)
    switch = hosting.use_exhibits.switching(hosting.cases.uses(table))
    gpus = gpu_exhibits.cluster_finding(gpu_cases.cluster(currency="EUR"))
    assert all("€" in told and "$" not in told for told in (verdict, switch, gpus))


def test_the_exhibit_says_at_what_rate_records_were_converted():
    notes = hosting.exhibits.ledger(contracts.read(["miners"], currency="EUR")).notes
    rate = [note for note in notes if f"{RATES['EUR']:.4g} for one USD" in note]
    assert len(rate) == 1 and set(notes) - set(rate) == set(hosting.exhibits.ledger(contracts.read(["miners"])).notes)


def test_a_contract_is_its_value_times_the_rate():
    ours, dollars = (contracts.read(["CIFR"], currency=each).iloc[0] for each in ("CNY", "USD"))
    names = ["contract_value", "price", "value_owned", "backstop"]
    assert (ours[names] / dollars[names]).tolist() == pytest.approx([RATES["CNY"]] * 4)
    assert (ours["kind"], ours["currency"], ours["told_in"]) == ("derived", "CNY", "USD")
    assert ours["source"] == f"{dollars['source']} ecb-eurofxref"


def test_what_pays_for_gpus_is_told_by_its_price_in_dollars():
    marked = {each: contracts.read(["miners"], currency=each)["not_hosting"].tolist() for each in ("CNY", "USD")}
    assert marked["CNY"] == marked["USD"]


def test_a_told_profit_is_converted_from_yuan():
    told = [150e6 / FIXINGS["CNY"], 200e6 / FIXINGS["CNY"]]
    assert leasing.cases.told_profit("ordinary", "EUR") == pytest.approx(told)


def test_a_balance_in_yuan_is_taken_in_dollars(monkeypatch):
    # Cipher's own figures, as if they were yuan: at the fixing of the balance's day, not at the newest
    known, dollars = facts.load(["CIFR"]), peers.peers(["CIFR"]).set_index("figure").loc["debt"]
    monkeypatch.setattr(facts, "load", lambda *_: known.assign(unit=known["unit"].str.replace("USD", "CNY")))
    found, day = peers.peers(["CIFR"]).set_index("figure").loc["debt"], facts.rates()[: dollars["date"]].iloc[-1]
    assert found["value"] == pytest.approx(dollars["value"] * day["USD"] / day["CNY"])
    assert "ecb-eurofxref" in found["source"]


def test_a_balance_in_a_currency_without_rates_is_refused(monkeypatch):
    known = facts.load(["CIFR"])
    monkeypatch.setattr(facts, "load", lambda *_: known.assign(unit=known["unit"].str.replace("USD", "GBP")))
    with pytest.raises(CapcycleError, match="unknown currency GBP; there are: CNY, EUR, HKD, TWD, USD"):
        peers.peers(["CIFR"])


@pytest.mark.parametrize("ask", [
    lambda: contracts.read(["miners"], currency="XYZ"), lambda: gpu_cases.cluster(currency="XYZ"),
    lambda: leasing.cases.cluster("ordinary", "XYZ", card_price=1e5),
    lambda: gpu_exhibits.gpu_contracts(currency="XYZ"),
])  # fmt: skip
def test_an_unknown_currency_is_refused_with_those_there_are(ask):
    with pytest.raises(CapcycleError, match="unknown currency XYZ; there are: CNY, EUR, HKD, TWD, USD"):
        ask()
