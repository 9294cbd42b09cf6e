"""Every metric by the example in its docstring; what is missing stays missing; numbers, arrays and Series alike."""

import ast
import doctest
import inspect
from inspect import signature

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts, metrics
from capcycle.errors import MetricError
from capcycle.measure import measure
from capcycle.metrics.registry import CURRENCY, variant
from capcycle.panel import select

LOSSES = [  # metric, inputs, result: below zero, where the examples are of gains; the arithmetic is written out
    ("growth_year_on_year", (-30, 120), -1.25),  # -30/120 - 1
    ("cagr", (25, 100, 2), -0.5),  # half of a half is a quarter
    ("contribution_to_growth", (20, 30, 200), -0.05),  # (20 - 30)/200
    ("fcf", (-40, 30), -70),
    ("operating_margin", (-30, 120), -0.25),
    ("net_debt", (30, 5, 40, 15), -20),  # 30 + 5 - 40 - 15
    ("roic_incremental", (15, 30, 150, 100), -0.3),  # -15 on 50
    ("roic_opening_gross", (-30, 240), -0.125),
]
FILED = [  # metric, figures of a filing in bn, result
    ("operating_margin", (27.425, 84.742), 0.3236),  # Alphabet, June 2024
    ("capex_to_operating_cash_flow", (18.829, 29.999), 0.6277),  # Meta, September 2025
    ("cloud_return_on_assets", (22.841, 88.491), 0.2581),  # Amazon's AWS, 2022
    ("cloud_return_on_average_assets", (22.841, 88.491, 63.835), 0.2999),
    ("invested_capital_with_paper", (112.455, 9.982), 122.437),  # Apple, fiscal 2022
]
SECTIONS = ["Formula:", "Units:", "Source:"]
EITHER = ("capex_with_leases", "capex_as_stated")  # one of their two inputs is enough
OWN = {name: each for name, each in metrics.ALL.items() if not hasattr(each, "base")}  # the others are variants
AMOUNTS = st.floats(-1e12, 1e12)

each_metric = pytest.mark.parametrize("name", metrics.ALL)


def example(function) -> list[float]:
    """The inputs of the example in a metric's docstring; a variant takes those of the metric that it varies."""
    if hasattr(function, "base"):
        return example(function.base)
    code = "".join(each.source for each in doctest.DocTestParser().get_examples(inspect.getdoc(function)))
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    calls = [call.args for call in calls if getattr(call.func, "id", "") == function.__name__]
    assert len(calls) == 1, f"{function.__name__}: give one example in the docstring, of one call with numbers"
    return [float(ast.literal_eval(value)) for value in calls[0]]


# ---- how a metric is written


@each_metric
def test_a_metric_gives_formula_units_and_source(name):
    assert [section for section in SECTIONS if section not in metrics.ALL[name].__doc__] == []


@pytest.mark.parametrize("name", OWN)
def test_a_metric_has_one_example_that_names_a_number_for_each_input(name):
    assert len(example(OWN[name])) == len(signature(OWN[name]).parameters)


def test_every_metric_is_offered_by_its_name():
    assert set(metrics.ALL) < set(dir(metrics))
    assert all(getattr(metrics, name) is metric for name, metric in metrics.ALL.items())
    with pytest.raises(AttributeError, match="unknown metric roic; there are: "):
        _ = metrics.roic


# ---- variants


def test_a_variant_is_its_base_on_other_quantities():
    average = metrics.return_on_ppe_average
    assert list(signature(average).parameters) == ["nopat", "ppe_net", "ppe_net_opening"]
    assert average(nopat=30.0, ppe_net=110.0, ppe_net_opening=90.0) == average(30.0, 110.0, 90.0) == 0.3
    assert (average.unit, average.spans) == (metrics.roic_average.unit, metrics.roic_average.spans)


def test_a_variant_states_its_formula_in_its_own_quantities():
    formula, units, source = inspect.getdoc(metrics.cloud_operating_margin).splitlines()[2:]
    assert formula == "Formula: cloud_operating_income / cloud_revenue"
    assert units.endswith("a fraction. NaN where cloud_revenue is not positive.")
    assert source == (
        "Source:  `operating_margin`, with cloud_operating_income for operating_income and cloud_revenue for revenue."
    )


def test_a_variant_of_what_its_base_does_not_take_is_refused():
    with pytest.raises(MetricError, match="capex_to_revenue: unknown name income; there are: capex, revenue"):
        variant("income_of_capex", "capex_to_revenue", "", income="net_income")


# ---- by hand


@pytest.mark.parametrize(("name", "inputs", "result"), LOSSES, ids=[row[0] for row in LOSSES])
def test_a_loss_stays_a_loss(name, inputs, result):
    assert metrics.ALL[name](*map(float, inputs)) == pytest.approx(result, rel=1e-12)


@pytest.mark.parametrize(("name", "inputs", "result"), FILED, ids=[row[0] for row in FILED])
def test_a_variant_gives_what_a_filing_implies(name, inputs, result):
    assert metrics.ALL[name](*inputs) == pytest.approx(result, abs=5e-5)


def is_ratio(name: str) -> bool:
    return name in metrics.ALL and metrics.ALL[name].unit != CURRENCY


def divides(name: str) -> bool:
    """Whether a metric is a ratio, and not built on another one."""
    return is_ratio(name) and not any(map(is_ratio, signature(metrics.ALL[name]).parameters))


@pytest.mark.parametrize("times", [0, -1])
@pytest.mark.parametrize("name", list(filter(divides, metrics.ALL)))
def test_a_ratio_says_nothing_of_a_denominator_of_zero_or_less(name, times):
    function = metrics.ALL[name]
    amounts = zip(signature(function).parameters, example(function), strict=True)
    assert np.isnan(function(**{each: value if each == "years" else value * times for each, value in amounts}))


@each_metric
def test_every_ratio_says_between_which_ends_it_is_plausible(name):
    low, high = metrics.ALL[name].plausible
    assert np.isfinite([low, high]).all() == (metrics.ALL[name].unit in ("fraction", "multiple")) and low < high


@pytest.mark.parametrize("name", [name for name in metrics.ALL if name not in EITHER])
def test_nothing_in_nothing_out(name):
    function = metrics.ALL[name]
    inputs = dict(zip(signature(function).parameters, example(function), strict=True))
    assert [gone for gone in inputs if not np.isnan(function(**inputs | {gone: float("nan")}))] == []


def test_microsofts_capex_is_given_in_cash_with_leases_and_as_it_states_it():
    # 10-K for fiscal 2026: 115.948bn of cash, 24.608bn under finance leases; its calls: 34.9 + 37.5 + 31.9 + 41.0bn
    years = select(facts.open(["MSFT", "ORCL"], "2026-08-15", "USD"), "ttm")
    found = {"capex": 115.948, "capex_with_leases": 115.948 + 24.608, "capex_as_stated": 145.3}
    for name, capex in found.items():
        now = measure(name, years).at("TTM 2026Q2").set_index("company")
        assert now.loc["MSFT", "value"] / 1e9 == pytest.approx(capex)
    with_leases = measure("capex_with_leases", years).at("TTM 2026Q2").set_index("company").loc["MSFT"]
    assert with_leases["kind"] == "derived" and "call" not in with_leases["source"]  # nothing rests on the calls here
    lacking = [f"the data has no twelve months of capex{leases}, as stated" for leases in (" with leases", "")]
    assert now.loc["ORCL", "reason"] == "; ".join(lacking)


def test_alphabets_margin_with_and_without_gains_on_investments():
    # 10-Q for March 2026: net income 62.578bn, gains 36.804bn; less 79 % of them on 109.896bn of revenue
    quarters = select(facts.open(["GOOGL"], "2026-05-31", "USD"))
    revenue = measure("revenue", quarters).at("2026Q1")["value"].item()
    both = measure(metrics.net_margin, quarters), measure(metrics.net_margin_without_gains, quarters, tax_rate=0.21)
    with_gains, without = (each.at("2026Q1").iloc[0] for each in both)
    assert with_gains["value"] * revenue == pytest.approx(62.578e9)
    assert without["value"] * revenue == pytest.approx(62.578e9 - 0.79 * 36.804e9) and without["kind"] == "assumed"


def test_a_company_that_discloses_no_gains_has_no_margin_without_them():
    quarters = select(facts.open(["META"], "2026-05-31", "USD"))
    row = measure(metrics.net_margin_without_gains, quarters, tax_rate=0.21).newest().iloc[0]
    assert np.isnan(row["value"]) and "gains on investments" in row["reason"]


@pytest.mark.parametrize("name", EITHER)
def test_what_the_filing_gives_comes_before_what_the_company_states(name):
    both = metrics.ALL[name]([3.0, np.nan, 3.0, np.nan], [2.0, 2.0, np.nan, np.nan])
    assert np.array_equal(both, [3.0, 2.0, 3.0, np.nan], equal_nan=True)


@each_metric
@pytest.mark.parametrize("kind", [np.array, pd.Series])
def test_numbers_arrays_and_series_alike(name, kind):
    numbers = example(metrics.ALL[name])
    inputs = [kind([value, np.nan, 1.0]) for value in numbers]
    many, one = metrics.ALL[name](*inputs), metrics.ALL[name](*numbers)
    assert type(many) is type(inputs[0])
    assert many[0] == one and np.isnan(many[1])


@each_metric
def test_inputs_are_not_touched(name):
    inputs = [pd.Series([value, 0.0, np.nan]) for value in example(metrics.ALL[name])]
    before = [each.copy() for each in inputs]
    metrics.ALL[name](*inputs)
    for was, now in zip(before, inputs, strict=True):
        pd.testing.assert_series_equal(was, now)


@each_metric
def test_no_warning_is_left_to_the_reader(name, recwarn):
    bad = np.array([0.0, -1.0, np.nan])
    metrics.ALL[name](*(3 if each == "years" else bad for each in signature(metrics.ALL[name]).parameters))
    assert [str(each.message) for each in recwarn] == []


@given(AMOUNTS, AMOUNTS, st.floats(1e-6, 1e12))
def test_contributions_of_the_parts_add_up_to_the_growth_of_the_whole(cloud, rest, total):
    part = total / 4
    parts = [
        metrics.contribution_to_growth(cloud, part, total),
        metrics.contribution_to_growth(rest, total - part, total),
    ]
    assert sum(parts) == pytest.approx(metrics.growth_year_on_year(cloud + rest, total), rel=1e-6, abs=1e-6)


@given(st.floats(1, 1e12), st.floats(-0.9, 5), st.integers(1, 10))
def test_compound_growth_is_what_compounds(start, rate, years):
    assert metrics.cagr(start * (1 + rate) ** years, start, years) == pytest.approx(rate, abs=1e-9)


@given(AMOUNTS, st.floats(0, 1e12), st.floats(0, 1e12))
def test_leases_are_all_that_separates_the_two_free_cash_flows(flow, capex, principal):
    gap = metrics.fcf(flow, capex) - metrics.fcf_after_leases(metrics.fcf(flow, capex), principal)
    assert gap == pytest.approx(principal, rel=1e-6, abs=1e-3)
