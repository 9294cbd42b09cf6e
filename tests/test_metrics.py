"""Every metric by hand; what is missing stays missing; the same on numbers, arrays and Series."""

from inspect import signature

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import metrics

HAND = [  # metric, inputs, result; the arithmetic is written out
    ("growth_year_on_year", (150, 120), 0.25),  # 150/120 - 1
    ("growth_year_on_year", (90, 120), -0.25),
    ("growth_year_on_year", (-30, 120), -1.25),
    ("growth_quarter_on_quarter", (66, 60), 0.1),
    ("cagr", (133.1, 100, 3), 0.1),  # 1.1³ = 1.331
    ("cagr", (25, 100, 2), -0.5),
    ("contribution_to_growth", (30, 20, 200), 0.05),  # (30 - 20)/200
    ("contribution_to_growth", (20, 30, 200), -0.05),
    ("capex_to_revenue", (30, 120), 0.25),
    ("capex_with_lease_additions_to_revenue", (36, 120), 0.3),
    ("capex_with_lease_principal_to_revenue", (33, 120), 0.275),
    ("capex_to_cloud_revenue", (30, 20), 1.5),
    ("incremental_revenue_per_capex", (150, 120, 60), 0.5),  # 30 on 60
    ("incremental_revenue_per_capex", (90, 120, 60), -0.5),
    ("ppe_turnover", (300, 110, 90), 3.0),  # 300 on the mean of 110 and 90
    ("capex_with_lease_additions", (30, 6), 36),
    ("capex_with_lease_principal", (30, 3), 33),
    ("capex_to_operating_cash_flow", (30, 40), 0.75),
    ("capex_to_net_income", (30, 24), 1.25),
    ("capex_to_depreciation", (30, 12), 2.5),
    ("fcf", (40, 30), 10),
    ("fcf", (-40, 30), -70),
    ("fcf_margin", (10, 120), 1 / 12),
    ("fcf_margin", (-30, 120), -0.25),
    ("fcf_after_leases", (40, 30, 3), 7),
    ("fcf_after_leases_margin", (7, 140), 0.05),
    ("gross_margin", (90, 120), 0.75),
    ("operating_margin", (-30, 120), -0.25),
    ("cloud_operating_margin", (7, 20), 0.35),
    ("net_margin", (24, 120), 0.2),
    ("nopat", (40, 0.25), 30),
    ("nopat", (40, 0), 40),
    ("invested_capital", (80, 30, 5, 10, 15), 90),  # 80 + 30 + 5 - 10 - 15
    ("roic_average", (30, 110, 90), 0.3),  # 30 on the mean of 110 and 90
    ("roic_incremental", (45, 30, 150, 100), 0.3),  # 15 on 50
    ("return_on_ppe_average", (30, 110, 90), 0.3),  # 30 on the mean of 110 and 90
    ("return_on_ppe_incremental", (45, 30, 150, 100), 0.3),
    ("capex_run_rate", (30,), 120),
    ("revenue_run_rate", (60,), 240),
    ("roic_incremental", (15, 30, 150, 100), -0.3),
    ("capex_net_of_proceeds", (30, 4), 26),
    ("capex_net_of_proceeds_to_revenue", (26, 104), 0.25),
    ("ppe_additions_to_revenue", (39, 130), 0.3),
    ("lease_liability", (12, 3), 15),
    ("net_debt", (30, 5, 10, 15), 10),  # 30 + 5 - 10 - 15
    ("net_debt", (30, 5, 40, 15), -20),
    ("net_debt_with_paper", (10, 4), 14),
    ("net_debt_with_finance_leases", (10, 3), 13),
    ("net_debt_with_leases", (10, 15), 25),
    ("net_debt_less_securities", (10, 50), -40),
    ("invested_capital_with_paper", (90, 4), 94),
    ("invested_capital_with_leases", (94, 15), 109),
    ("invested_capital_gross", (109, 10, 15), 134),  # the cash of 25 back in
    ("roic_closing", (30, 120), 0.25),
    ("roic_opening", (30, 150), 0.2),
    ("roic_average_with_paper", (30, 110, 90), 0.3),  # 30 on the mean of 110 and 90
    ("roic_average_with_leases", (30, 170, 130), 0.2),
    ("roic_closing_with_leases", (30, 200), 0.15),
    ("roic_opening_with_leases", (30, 150), 0.2),
    ("roic_average_gross", (30, 400, 200), 0.1),
    ("roic_closing_gross", (30, 240), 0.125),
    ("roic_opening_gross", (-30, 240), -0.125),
    ("cloud_return_on_assets", (20, 80), 0.25),
    ("cloud_return_on_average_assets", (20, 90, 70), 0.25),
    ("cloud_return_on_ppe", (20, 50), 0.4),
    ("cloud_return_on_average_ppe", (20, 60, 40), 0.4),
    ("cloud_return_before_depreciation", (20, 10, 60, 40), 0.6),  # 30 on the mean of 60 and 40
    ("cloud_return_on_average_assets_after_tax", (0.25, 0.2), 0.2),
    ("cloud_return_on_average_ppe_after_tax", (0.4, 0.25), 0.3),
]

FULLER = ("_with_leases", "_gross")
UNDEFINED = [  # a denominator of nought or less says nothing
    ("growth_year_on_year", (150, -120)),
    ("growth_year_on_year", (150, 0)),
    ("growth_quarter_on_quarter", (66, 0)),
    ("cagr", (100, 0, 3)),
    ("cagr", (-100, 50, 3)),
    ("cagr", (100, -50, 3)),
    ("contribution_to_growth", (30, 20, 0)),
    ("capex_to_revenue", (30, 0)),
    ("capex_with_lease_additions_to_revenue", (36, 0)),
    ("capex_with_lease_principal_to_revenue", (33, 0)),
    ("capex_to_cloud_revenue", (30, 0)),
    ("incremental_revenue_per_capex", (150, 120, 0)),
    ("ppe_turnover", (300, -110, 90)),
    ("capex_to_operating_cash_flow", (30, -40)),
    ("capex_to_net_income", (30, -24)),
    ("capex_to_depreciation", (30, 0)),
    ("fcf_margin", (10, 0)),
    ("fcf_after_leases_margin", (7, -1)),
    ("gross_margin", (90, 0)),
    ("operating_margin", (10, 0)),
    ("cloud_operating_margin", (7, 0)),
    ("net_margin", (24, 0)),
    ("roic_average", (30, -110, 90)),
    ("roic_incremental", (45, 30, 100, 100)),  # capital did not grow
    ("roic_incremental", (45, 30, 90, 100)),
    ("return_on_ppe_average", (30, -110, 90)),
    ("return_on_ppe_incremental", (45, 30, 90, 100)),
    ("capex_net_of_proceeds_to_revenue", (26, 0)),
    ("ppe_additions_to_revenue", (39, -1)),
    *((f"roic_{when}{capital}", (30, -110)) for when in ("closing", "opening") for capital in ("", *FULLER)),
    *((f"roic_average{capital}", (30, -110, 90)) for capital in ("_with_paper", *FULLER)),
    ("cloud_return_on_assets", (20, 0)),
    ("cloud_return_on_average_assets", (20, 0, 0)),
    ("cloud_return_on_ppe", (20, 0)),
    ("cloud_return_on_average_ppe", (20, -60, 40)),
    ("cloud_return_before_depreciation", (20, 10, 0, 0)),
    ("cloud_return_on_average_assets_after_tax", (float("nan"), 0.21)),  # built on one that is undefined
    ("cloud_return_on_average_ppe_after_tax", (float("nan"), 0.21)),
]
FIRST = {name: inputs for name, inputs, _ in reversed(HAND)}
AMOUNTS = st.floats(-1e12, 1e12)


def labelled(hand):
    return [pytest.param(*each, id=f"{each[0]}{each[1]}") for each in hand]


@pytest.mark.parametrize(("name", "inputs", "result"), labelled(HAND))
def test_by_hand(name, inputs, result):
    assert metrics.ALL[name](*map(float, inputs)) == pytest.approx(result, rel=1e-12)


@pytest.mark.parametrize(("name", "inputs"), labelled(UNDEFINED))
def test_undefined(name, inputs):
    assert np.isnan(metrics.ALL[name](*map(float, inputs)))


def test_every_metric_has_hand_arithmetic():
    assert set(FIRST) == set(metrics.ALL)


def test_every_ratio_has_a_denominator_that_fails():
    ratios = {name for name, metric in metrics.ALL.items() if metric.unit != "currency"}
    assert {name for name, _ in UNDEFINED} == ratios


@pytest.mark.parametrize("name", metrics.ALL)
def test_nothing_in_nothing_out(name):
    for gone in range(len(FIRST[name])):
        inputs = [float("nan") if place == gone else float(value) for place, value in enumerate(FIRST[name])]
        assert np.isnan(metrics.ALL[name](*inputs)), list(signature(metrics.ALL[name]).parameters)[gone]


@pytest.mark.parametrize("name", metrics.ALL)
@pytest.mark.parametrize("kind", [np.array, pd.Series])
def test_numbers_arrays_and_series_alike(name, kind):
    inputs = [kind([float(value), np.nan, 1.0]) for value in FIRST[name]]
    many, one = metrics.ALL[name](*inputs), metrics.ALL[name](*map(float, FIRST[name]))
    assert type(many) is type(inputs[0])
    assert many[0] == one and np.isnan(many[1])


@pytest.mark.parametrize("name", metrics.ALL)
def test_inputs_are_not_touched(name):
    inputs = [pd.Series([float(value), 0.0, np.nan]) for value in FIRST[name]]
    before = [each.copy() for each in inputs]
    metrics.ALL[name](*inputs)
    for was, now in zip(before, inputs, strict=True):
        pd.testing.assert_series_equal(was, now)


@pytest.mark.parametrize("name", metrics.ALL)
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
    gap = metrics.fcf(flow, capex) - metrics.fcf_after_leases(flow, capex, principal)
    assert gap == pytest.approx(principal, rel=1e-6, abs=1e-3)
