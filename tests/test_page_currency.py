"""A page in another currency: the same ratios, every amount times the newest rate, and no other currency beside it."""

import re

import numpy as np
import pandas as pd
import pytest

from capcycle import paths, study
from capcycle.analyses import leasing
from capcycle.analyses.gpu_cloud import cases as gpu_cases
from capcycle.analyses.gpu_cloud import exhibits as gpu_exhibits
from capcycle.analyses.gpu_cloud.gpu_hour import gpu_run_rate
from capcycle.errors import CapcycleError
from capcycle.facts import registers

FIXINGS = pd.read_csv(paths.DATA / "fx.csv").iloc[-1]  # the newest, per euro
RATES = {"EUR": 1 / FIXINGS["USD"], "CNY": FIXINGS["CNY"] / FIXINGS["USD"]}  # for one dollar
CASES = {
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


def shown_of_gpus(currency):
    prices, case = registers.read("gpu_prices"), gpu_cases.cluster("IREN", currency=currency)
    rate = study.case(gpu_run_rate, "IREN", currency, run_rate="contract_revenue", gpus="gpus",
                      gpu_utilisation=1.0, planned_gpus="gpus_planned")  # fmt: skip
    return [
        gpu_exhibits.gpu_contracts(currency=currency), gpu_exhibits.forward_rents(prices, ["H100"], currency),
        gpu_exhibits.run_rates({"one": rate}), gpu_exhibits.hour_stack(gpu_cases.hour(currency=currency)),
        gpu_exhibits.irr_variants(case, 1.5e6, 0.2, {"Printed": [0.1, 0.12]}, "iren-holder-post"),
    ]  # fmt: skip


def test_no_amount_of_the_page_is_in_another_currency():
    for exhibit in shown_of_gpus("EUR"):
        assert not re.search(r"\$|\bUSD\b|CN¥|\bCNY\b", said(exhibit)), exhibit.id


def test_verdicts_are_in_the_currency_too():
    gpus = gpu_exhibits.cluster_finding(gpu_cases.cluster(currency="EUR"))
    assert "€" in gpus and "$" not in gpus


def test_a_told_profit_is_converted_from_yuan():
    told = [150e6 / FIXINGS["CNY"], 200e6 / FIXINGS["CNY"]]
    assert leasing.cases.told_profit("ordinary", "EUR") == pytest.approx(told)


@pytest.mark.parametrize("ask", [
    lambda: gpu_cases.cluster(currency="XYZ"),
    lambda: leasing.cases.cluster("ordinary", "XYZ", card_price=1e5),
    lambda: gpu_exhibits.gpu_contracts(currency="XYZ"),
])  # fmt: skip
def test_an_unknown_currency_is_refused_with_those_there_are(ask):
    with pytest.raises(CapcycleError, match="unknown currency XYZ; there are: CNY, EUR, HKD, TWD, USD"):
        ask()
