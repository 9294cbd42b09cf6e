"""A page in another currency: the same ratios, every amount times the last rate, and no other currency beside it."""

import re

import numpy as np
import pandas as pd
import pytest

from capcycle import analyses, facts, paths, words
from capcycle.analyses import gpu_cloud, leasing
from capcycle.errors import CapcycleError

FIXINGS = pd.read_csv(paths.DATA / "fx.csv").iloc[-1]  # the last, per euro
RATES = {"EUR": 1 / FIXINGS["USD"], "CNY": FIXINGS["CNY"] / FIXINGS["USD"]}  # for one dollar
OWN = ("leasing", "leasing_implied")  # begin in the yuan of their call, whatever the book's currency
MODELS = [name for name in analyses.models() if name not in OWN]


def begun(name, currency):
    """A case of any model as it begins, without a company, in a currency."""
    return analyses.start(name, facts.open(currency=currency))


def numbers(case):
    """All numbers of a case in a list for each input (with its range) and each output, by name and unit."""
    ends = {name: [each.low, *np.ravel(each.value), each.high] for name, each in case.inputs.items()}
    outputs = {name: np.ravel(getattr(case.outputs, name)) for name in case.model.outputs}
    units = case.model.parameters | case.model.outputs
    return {(name, units[name]): np.asarray(each, float) for name, each in (ends | outputs).items()}


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
@pytest.mark.parametrize("name", MODELS)
def test_amounts_are_times_the_rate_and_all_else_is_the_same(name, currency):
    case, dollars = (numbers(begun(name, each)) for each in (currency, "USD"))
    for (one, unit), each in case.items():
        rate = RATES[currency] if unit.startswith("currency") else 1.0
        assert each == pytest.approx(dollars[one, unit] * rate, rel=1e-6, nan_ok=True), one


def text(exhibit):
    """What a reader sees of an exhibit, but for documents, and remarks and notes, which speak of rates."""
    view = exhibit.view.drop(columns=words.say("marks.column.note"), errors="ignore")
    return " ".join([exhibit.title, exhibit.subtitle, exhibit.alt, *view.astype(str).to_numpy().ravel()])


def test_no_amount_of_the_page_is_in_another_currency():
    book = facts.open(currency="EUR")
    shown = [gpu_cloud.contracts(book), gpu_cloud.forward_rents(book, ["H100"]), gpu_cloud.run_rate_range(book),
             gpu_cloud.hour_stack(gpu_cloud.hour(book)), gpu_cloud.irr_variants(book)]  # fmt: skip
    for exhibit in shown:
        assert not re.search(r"\$|\bUSD\b|CN¥|\bCNY\b", text(exhibit)), exhibit.id


def test_verdicts_are_in_the_currency_too():
    answer = gpu_cloud.finding(gpu_cloud.cluster(facts.open(currency="EUR")))
    assert "€" in answer and "$" not in answer


def test_a_quoted_profit_is_converted_from_yuan():
    profit = leasing.quoted_profit(facts.open(currency="EUR"))
    assert [profit.low, profit.high] == pytest.approx([150e6 / FIXINGS["CNY"], 200e6 / FIXINGS["CNY"]])


def test_an_unknown_currency_is_refused_with_those_there_are():
    with pytest.raises(CapcycleError, match="unknown currency XYZ; there are: CNY, EUR, HKD, TWD, USD"):
        facts.open(currency="XYZ")
