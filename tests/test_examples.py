"""The published worked examples: what is marked `yes` reproduces within its tolerance, what is marked `no` does not."""

import json

import numpy as np
import pandas as pd
import pytest

from capcycle import analyses, claims, facts, paths, words
from capcycle.claims import reader, worked
from capcycle.claims.worked import work_out
from capcycle.errors import CapcycleError, DataError, ModelError
from capcycle.facts.examples import examples
from capcycle.facts.tables import columns
from capcycle.words import say

FILE = paths.DATA / "examples.csv"
TABLE = examples()
LINES = {line.line: line for line in reader.check_examples(TABLE)}


def lines(reproduced):
    rows = TABLE[TABLE["reproduced"] == reproduced]
    return [pytest.param(row.line, id=f"{row.line}-{row.model or row.about}") for row in rows.itertuples()]


@pytest.mark.parametrize("line", lines("yes"))
def test_what_reproduces_is_consistent(line):
    assert LINES[line].verdict == "consistent", LINES[line].why


@pytest.mark.parametrize("line", lines("no"))
def test_what_does_not_is_inconsistent(line):
    printed = TABLE.set_index("line").at[line, "outputs"].values()
    expected = "not checkable" if all(each is None for each in printed) else "inconsistent"  # nothing to compare with
    assert LINES[line].verdict == expected, LINES[line].why


def test_examples_in_number():  # facts of the register
    assert (len(TABLE), len(lines("yes")), len(lines("no"))) == (115, 91, 8)


@pytest.mark.parametrize(
    ("about", "right"),
    [
        ("Kupperman, three years", "Break-even revenue: $533.3bn"),  # 400 / 3 / 0.25
        ("Cahn in 2024, as quoted", "Gap to revenue: $530bn"),  # 600 - 70
        ("IBM, 20 to 30 GW", "Cost of the plan: $1.6tn and $2.4tn"),  # 20 and 30 GW at 80bn
        ("CoreWeave", "Margin per GPU-hour: 25.45%"),  # 1 - 1.64 / 2.2
    ],
)
def test_the_right_figure_stands_beside_the_printed_one(about, right):
    wrong = [LINES[row.line].right for row in TABLE[TABLE["about"] == about].itertuples()]
    assert right in wrong


def test_only_examples_known_to_be_loose_fail():
    wrong = [line.line for line in LINES.values() if line.verdict == "inconsistent"]
    assert set(TABLE.set_index("line").loc[wrong, "reproduced"]) <= {"no", "partly"}


def test_every_analysis_that_has_a_model_has_examples():
    rooms = {model.__module__.split(".")[2] for model in analyses.models().values()}
    unprinted = {
        "accruals",
        "contract_cover",
        "customers",
        "earnings_quality",
        "earnings_surprise",
        "frameworks",
        "funding",
        "gauge_history",
        "growth",
        "guarantees",
        "guidance",
        "laboratories",
        "order_failure",
        "per_token",
        "per_user",
        "position_change",
        "printed_parts",
        "regret",
        "rounds",
        "target_range",
        "tokenised",
        "training",
        "venture_monitor",
        "vesting",
    }  # of which nobody has printed one
    assert rooms - unprinted - {"lease_overhang"} <= set(TABLE["analysis"])  # those of leases stand under debt


# ---- one evaluator for all


def test_a_model_works_out_a_list_entry_by_entry():
    inputs = {"enterprise_value": [40e9, 10e9], "power": 5e3, "other_value_per_mw": 3e6}
    result = work_out("ev_per_mw", inputs, "", ["value_per_mw"])  # 40bn and 10bn over 5,000 MW
    assert result.figures["value_per_mw"] == [8e6, 2e6] and not result.faults


def test_steps_come_before_and_after_the_model():
    steps = "capex = 4 * quarter; depreciation = sum('charges'); ratio_less_one = capex_to_depreciation - 1"
    figures = work_out("capex_to_depreciation", {"quarter": 10.0, "charges": [3.0, 5.0]}, steps, []).figures
    assert (figures["capex_to_depreciation"], figures["ratio_less_one"]) == (5, 4)  # 40 / 8


def test_arithmetic_alone_needs_no_model():
    figures = work_out("", {"a": [1.0, 3.0], "b": 2.0}, "c = a * b; d = mean('c') + most('a') - least('a')", []).figures
    assert (figures["c"], figures["d"]) == ([2.0, 6.0], 6.0)


def test_what_an_author_leaves_out_is_missing():
    figures = work_out(
        "build_plan", {"added_power": 1e3, "build_years": 1, "capex_per_gw": 80e9, "capex": None}, "", []
    )
    assert figures.figures["plan_cost"] == 80e9 and np.isnan(figures.figures["plan_to_capex"])


@pytest.mark.parametrize(
    ("model", "inputs", "steps", "why"),
    [
        ("gross_margn", {}, "", "there is no model, metric or function gross_margn; did you mean gross_margin?"),
        ("gross_margin", {"revenue": 1}, "", "it needs gross_profit"),
        ("gross_margin", {"revenue": 1, "profit": 1}, "", "it needs gross_profit; unknown input profit; there are: "),
        ("gross_margin", {"revenue": 1}, "gross_profit = revenue - cost", "it needs gross_profit"),
        ("gross_margin", {"revenue": 1, "gross_profit": 1}, "a = b + 1", "steps use b, which has no value"),
        ("", {"a": 1}, "b = a +", "cannot be read"),
        ("", {"a": 1}, "b: a + 1", "steps: 'b: a . 1' is not such as equity .currency. = cost - debt"),
        ("", {"a": 1}, "b [dollars] = a + 1", "unknown unit dollars; there are: EFLOPS,"),
        ("", {"a": "one"}, "b = a + 1", "cannot work with these inputs: could not convert string to float"),
        ("gross_margin", {"revenue": {}, "gross_profit": 1}, "", "gross_margin cannot work with these inputs"),
        ("", {"a": 1}, "b = __import__(a)", "no function __import__"),
        ("build_plan", {"added_power": -1, "build_years": 1, "capex_per_gw": 80e9, "capex": 1}, "", "added_power"),
    ],
)
def test_what_cannot_be_worked_out_is_refused(model, inputs, steps, why):
    with pytest.raises(CapcycleError, match=why.replace("?", r"\?")):
        work_out(model, inputs, steps, [])


ELSEWHERE = ["site.site", "models.finance.np", "models.finance._roots", "os.system", "analyses.import_module",
             "models.nothing.irr", "models..irr", ".", "irr."]  # fmt: skip


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_file_reaches_nothing_but_the_public_functions_of_models(place):
    with pytest.raises(ModelError, match="there is no model, metric or function"):
        worked.find(place)


# ---- a file of examples


def check(tmp_path, **cells):
    whole = {"model": "gross_margin", "inputs": {"gross_profit": 63, "revenue": 173}, "outputs": {"gross_margin": 0.36}}
    whole = {name: json.dumps(cell) if isinstance(cell, dict) else cell for name, cell in (whole | cells).items()}
    pd.DataFrame([whole]).to_csv(tmp_path / "mine.csv", index=False)
    return claims.check_file(tmp_path / "mine.csv")[0]


@pytest.mark.parametrize("tolerance", ["abs=0.005", "rel=0.02"])
def test_an_example_that_its_model_reproduces(tolerance, tmp_path):
    line = check(tmp_path, tolerance=tolerance)
    assert line.verdict == "consistent"
    assert line.arithmetic == ("Gross margin: 36.42% (printed 36%)",)  # 63 / 173


@pytest.mark.parametrize("tolerance", ["", "exact", "n/a"])
def test_an_example_that_its_model_does_not_reproduce(tolerance, tmp_path):
    line = check(tmp_path, tolerance=tolerance)
    assert (line.verdict, line.why) == ("inconsistent", "printed: Gross margin: 36%")
    assert line.right == "Gross margin: 36.42%"


def test_figures_that_differ_beyond_the_digits_shown_stand_with_all_of_them(tmp_path):
    line = check(tmp_path, outputs={"gross_margin": 0.36416})
    assert line.arithmetic == ("Gross margin: 0.36416184971098264 (printed 0.36416)",)


def test_an_unknown_name_leaves_the_rest_checked(tmp_path):
    inputs = {"gross_profit": 63, "revenue": 173, "mw": 1}
    line = check(tmp_path, inputs=inputs, outputs={"gross_margin": 0.36, "margin": 0.36}, tolerance="abs=0.005")
    assert line.verdict == "consistent" and len(line.arithmetic) == 1
    assert "unknown input mw; there are: gross_profit, revenue" in line.why
    assert "unknown output margin; there are: gross_margin" in line.why


def test_without_a_known_output_there_is_no_verdict(tmp_path):
    line = check(tmp_path, outputs={"margin": 0.36})
    assert (line.verdict, line.why) == ("not checkable", "unknown output margin; there are: gross_margin")


def test_amounts_are_in_the_currency_of_the_line(tmp_path):
    inputs = {"added_power": 1e3, "build_years": 1, "capex_per_gw": 80e9, "capex": None}
    line = check(tmp_path, model="build_plan", inputs=inputs, outputs={"plan_cost": 80e9}, currency="CNY")
    assert line.arithmetic == ("Cost of the plan: CN¥80bn (printed CN¥80bn)",)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"inputs": "capex=4"}, 'inputs is not a JSON object such as {"capex": 400e9}'),
        ({"outputs": "[1]"}, "outputs is not a JSON object"),
        ({"tolerance": "5%"}, "tolerance '5%' is not exact, n/a, abs=0.5 or rel=0.01"),
        ({"currency": "dollars"}, "currency 'dollars' is not a three-letter code such as USD"),
        ({"reproduced": "maybe"}, "reproduced 'maybe' is not one of yes, partly, no"),
        ({"published": "June"}, "published 'June' is not a day, a month or a year such as 2025-11-07"),
        ({"model": ""}, "neither a model nor steps: say what works it out"),
    ],
)
def test_a_malformed_line_is_refused_by_file_and_line(cells, fault, tmp_path):
    with pytest.raises(DataError) as refused:
        check(tmp_path, **cells)
    assert refused.value.faults[0].startswith(f"{tmp_path}/mine.csv:2: {fault}")


def test_a_column_that_is_lacking_or_strange_is_named(tmp_path):
    (tmp_path / "mine.csv").write_text("model,inputs,remark\n")
    with pytest.raises(DataError) as refused:
        claims.check_file(tmp_path / "mine.csv")
    assert [fault.rpartition("mine.csv:1: ")[2] for fault in refused.value.faults] == [
        "column outputs is missing", "unknown column remark"
    ]  # fmt: skip


# ---- the packaged file, and its pages


def test_on_an_earlier_day_only_what_had_been_published_is_there():
    early = examples("2024-12-31")
    assert set(early["published"]) == {"2005", "2010", "2024-02-26", "2024-06", "2024-06-20", "2024-11", "2024-12-23"}
    shown = claims.worked_examples(facts.open(as_of="2025-06-30"), "ai_roic")
    assert shown.title == "No worked example had been published by then" and shown.view.empty


def test_the_packaged_examples_are_without_their_makers_notes_to_self():
    text = pd.read_csv(FILE, dtype=str, keep_default_na=False).to_csv()
    assert list(TABLE.columns.drop(["file", "line"])) == list(columns("examples.csv"))
    assert "my " not in text.lower().replace("economy ", "")


def test_a_company_of_an_example_is_one_of_ours_or_an_author_s_ticker():
    forward = TABLE[TABLE["model"].str.endswith("_yield")]
    assert set(forward["about"]) - set(facts.companies().index) == {"GOOG"}


def test_an_analysis_shows_its_own_examples():
    view = claims.worked_examples(facts.open(), "gpu_cloud").view
    cells = view.set_index(say("examples.column_example"))[say("examples.column_figures")]
    assert len(cells) == 8
    assert cells["H100 at Oblivus: forward rents"].startswith("Rent to the previous year's rent: 0.6817×")
    assert cells[f"IREN: {words.lower(words.name('gpu_run_rate'))}"].startswith("Revenue per GPU-hour: $2.77")


def test_a_company_is_shown_by_its_name():
    examples_of = claims.worked_examples(facts.open(), "ai_roic").view[say("examples.column_example")]
    assert any(text.startswith("Microsoft: ") for text in examples_of)


def test_an_analysis_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ModelError, match="unknown analysis hostng; there are: ai_roic, backlog"):
        claims.worked_examples(facts.open(), "hostng")


@pytest.mark.parametrize(("given_", "wanted", "tolerance", "fits"), [
    (9.05, 9.1, "abs=0.05", True), (9.04, 9.1, "abs=0.05", False), (99, 100, "rel=0.01", True), (1, 1, "exact", True),
    ([1.0, 2.0], [1.0, 2.1], "abs=0.05", False), ({"a": 1.0}, {"a": 1.0}, "", True), (None, 1.0, "abs=9", False),
    (float("nan"), 1.0, "abs=9", False),
])  # fmt: skip
def test_a_figure_fits_within_its_tolerance(given_, wanted, tolerance, fits):
    assert worked.fits(given_, wanted, tolerance) is fits
