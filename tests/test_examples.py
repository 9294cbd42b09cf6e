"""The published worked examples: what is marked `yes` reproduces within its tolerance, what is marked `no` does not."""

import json

import pandas as pd
import pytest

from capcycle import claims, paths, words
from capcycle.claims.own import MODELS, read_examples
from capcycle.errors import ModelError
from capcycle.words import say

FILE = paths.DATA / "examples.csv"
TABLE = read_examples(FILE)
LINES = {line.line: line for line in claims.check_file(FILE)}
LATER = {  # methods whose analyses are still to come
    "ps_multiple", "revenue_multiple_growth", "bubble_pe_comparison", "warrant_value", "warrant_value_per_gw",
    "vendor_financing_ratio", "investment_recycling", "capex_coverage", "maturity_wall", "lease_overhang",
    "ebitda_margin",
}  # fmt: skip


def rows(reproduced):
    chosen = TABLE[(TABLE["reproduced"] == reproduced) & TABLE["method"].isin(MODELS)]
    return [pytest.param(row.line, id=f"{row.line}-{row.method}") for row in chosen.itertuples()]


def test_every_method_has_a_model_but_those_still_to_come():
    assert set(TABLE["method"]) - set(MODELS) == LATER


@pytest.mark.parametrize("line", rows("yes"))
def test_what_reproduces_is_consistent(line):
    assert LINES[line].verdict == "consistent", LINES[line].why


@pytest.mark.parametrize("line", rows("no"))
def test_what_does_not_is_inconsistent(line):
    assert LINES[line].verdict == "inconsistent", LINES[line].why


@pytest.mark.parametrize(
    ("method", "right"),
    [
        ("kuppy_breakeven", "533.333"),  # 400 / 3 / 0.25
        ("cahn_revenue_gap", "530"),  # 600 - 70
        ("capex_per_gw_commitment", "1.6 and 2.4"),  # 20 and 30 GW at 80bn
        ("gpu_hour_cost_stack", "25.45%"),  # 1 - 1.64 / 2.2
    ],
)
def test_the_right_figure_stands_beside_the_printed_one(method, right):
    wrong = [line.right for line in LINES.values() if line.name == method and line.verdict == "inconsistent"]
    assert [text for text in wrong if text.endswith(f" {right}")]


def test_only_examples_known_to_be_loose_fail():
    wrong = {line.line for line in LINES.values() if line.verdict == "inconsistent"}
    assert set(TABLE.set_index("line").loc[sorted(wrong), "reproduced"]) <= {"no", "partly"}


def test_the_project_holds_its_examples_without_their_makers_notes_to_self():
    text = pd.read_csv(FILE, dtype=str, keep_default_na=False).to_csv()
    assert "my " not in text.lower().replace("economy ", "")


def test_every_figure_and_method_of_an_example_has_words():
    built = TABLE[TABLE["method"].isin(MODELS)]
    said = words.catalogue()
    assert [method for method in built["method"] if f"example.method.{method}" not in said] == []
    outputs = {name for expected in built["expected"] for name in expected}
    assert [name for name in outputs if not {f"example.figure.{name}", f"example.share.{name}"} & set(said)] == []


def test_words_of_examples_belong_to_one():
    known = {*TABLE["method"], *(name for expected in TABLE["expected"] for name in expected)}
    keys = [key for key in words.catalogue() if key.startswith("example.")]
    assert [key for key in keys if key.rpartition(".")[2] not in known] == []


def test_an_analysis_shows_its_own_examples():
    shown = claims.worked_examples("gpu_cloud")
    assert list(shown.figures["method"].unique()) == [
        "gpu_hour_capital_cost", "gpu_hour_cost_stack", "gpu_forward_curve", "funding_gap", "gpu_cloud_irr",
        "gpu_cloud_contract",
    ]  # fmt: skip
    cells = shown.view.set_index(say("examples.column_method"))[say("examples.column_figures")]
    assert cells["Revenue of a GPU-hour"].startswith("revenue, USD a GPU-hour: 2.77")  # 3.4bn / 140,000 / 8,766


def test_an_analysis_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ModelError, match="unknown analysis hostng; there are: ai_roic, cycle"):
        claims.worked_examples("hostng")


@pytest.mark.parametrize(
    ("method", "inputs", "expected", "told"),
    [
        ("npv", {"rate": 0.1, "flows": [-1, 2]}, {"npv": 0.8}, "it needs cash_flows; unknown input flows"),
        ("npv", {"rate": 0.1, "cash_flows": [-1, 2]}, {"worth": 0.8}, "unknown output worth; there are: npv"),
        ("kuppy_breakeven", {"capex_usd_bn": 400}, {"revenue": 1}, "it needs gross_margin, life_years"),
    ],
)
def test_a_name_that_a_method_does_not_know_is_no_verdict(method, inputs, expected, told, tmp_path):
    table = pd.DataFrame({"method": [method], "inputs": [json.dumps(inputs)], "expected": [json.dumps(expected)]})
    table.to_csv(tmp_path / "e.csv", index=False)
    line = claims.check_file(tmp_path / "e.csv")[0]
    assert line.verdict == "not checkable" and told in line.why
