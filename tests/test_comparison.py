"""The front page: its figures by hand from filed rows, its links, its days, its reasons, and its spreadsheet."""

import csv
import re
import shutil
import subprocess
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from capcycle import facts, run
from capcycle.analyses import company_figures, comparison, debt, first_screen
from capcycle.exhibits import cards
from capcycle.parameters import notebooks
from capcycle.publish import links
from capcycle.quantity import Quantity, missing

OFFICE = shutil.which("soffice")
UNHELD = "What the data lacks of it, and why"
GIANTS = ["MSFT", "AMZN", "GOOGL", "META", "ORCL"]


@pytest.fixture(scope="module")
def found():
    return company_figures.found(facts.open(GIANTS, currency="USD"))


@pytest.fixture(scope="module")
def shown(found):
    return comparison.table(found)


def test_a_companys_figures_are_the_same_whoever_stands_beside_it():
    alone, among = (company_figures.found(facts.open(["ORCL", *others])) for others in ([], ["CRWV", "NBIS", "AMZN"]))
    one, other = ({card.quantity.name: f"{card.quantity.shown} {card.quantity.days}" for card in every(each)
                   if card.company == "ORCL"} for each in (alone, among))  # fmt: skip
    assert one == other and len(one) > 15


def every(found):
    return [card for lines in found.lines.values() for own in lines.values() for card in own]


def cells(exhibit):
    return [cell for row in exhibit.view.to_numpy().tolist() for cell in row[1:] if isinstance(cell, dict)]


# ---- the figures


@pytest.mark.parametrize(
    ("name", "hand"),
    [  # Microsoft's 10-K for fiscal 2026, in billions; the snapshot of 2 July 2026
        ("capex", 115.948e9),
        ("capex_to_revenue", 115.948 / 331.839),
        ("fcf_after_leases", (182.935 - 115.948 - 3.101) * 1e9),
        ("rpo", 684e9),
        ("net_debt_to_ebitda", (40.3 - 20.935) / (155.237 + 34.3)),
        ("forward_pe", 2900.729 / 7.428 / 18.33),
        ("largest_customer", 0.0726),
        # 684bn, 47.5 % of it AI, over 2.4 years at 30 %; on 80 % of four times the last quarter's 35.802bn
        ("capex_yield", 684 * 0.475 / 2.4 * 0.30 / (0.8 * 4 * 35.802)),
        ("ai_revenue", 37e9),
    ],
)
def test_microsofts_figures_by_hand(found, name, hand):
    assert found.of(name)["Microsoft"].value == pytest.approx(hand, rel=1e-4)


@pytest.mark.parametrize(
    ("company", "name", "hand"),
    [
        ("Oracle", "debt_due_to_cash", 7.199 / 31.289),  # 10-K for fiscal 2026
        ("Alphabet", "due_soon_share", 2.0 / (2.0 + 1.0 + 2.676 + 1.764 + 5.5 + 36.145)),  # 10-K for 2025: note on debt
    ],
)
def test_what_falls_due_by_hand(found, company, name, hand):
    assert found.of(name)[company].value == pytest.approx(hand, rel=1e-3)


def test_a_few_dated_lines_say_nothing_of_all_debt(found):
    oracle = next(card.quantity for card in found.lines["carried"]["due_soon_share"] if card.company == "ORCL")
    assert oracle.missing and "lines of $6.5bn have a known one" in oracle.reason


def test_leverage_is_that_of_the_page_on_debt(found):
    shown = found.of("net_debt_to_ebitda")["Alphabet"]
    own = debt.owed(facts.open(["GOOGL"], currency="USD"), "GOOGL")
    assert shown.value == own.outputs.net_debt_to_ebitda and own.inputs["debt"].day == own.inputs["cash"].day


def test_a_change_of_life_is_what_it_is_on_the_page_of_lives(found):
    before, after, change = (
        found.of(name)["Oracle"].value for name in ("eps_in_accounts", "eps_prospective", "eps_change")
    )
    assert change == pytest.approx(after / before - 1) and change < -0.1


def test_the_answer_adds_up_what_is_needed_and_disclosed(found):
    said = comparison.verdict(found)
    assert said.startswith("On all they do, Microsoft, Amazon, Alphabet, Meta and Oracle earn more on their capital")
    disclosing = [found.of("revenue_required")[name].value for name in ("Microsoft", "Amazon")]
    assert f"Microsoft and Amazon, who need ${sum(disclosing) / 1e9:.1f}bn of it, disclose $52.0bn" in said  # 37 + 15
    assert said.count(". ") <= 3  # four sentences, of which a page leads with two


def test_chip_makers_are_not_asked_what_their_capex_must_earn():
    chips = company_figures.found(facts.open(["NVDA", "AMD"], currency="USD"))
    assert not chips.of("revenue_required") and "AI must bring" not in comparison.verdict(chips)


def test_what_moved_most_is_measured_in_its_own_usual_steps():
    # steps of 1, the last of 5: five times its usual move; a figure that always jumps by 50 moved once
    steady, wild = [*range(10), 14], [0, 50] * 5 + [0]
    own = [cards.Card(Quantity("capex", float(past[-1]), "USD", kind="reported"), "META", trend=past)
           for past in (steady, wild)]  # fmt: skip
    shown = cards.moved({"Spent": {"Capex": [own[0]], "Cash": [own[1]]}}, {"META": "Meta"}, "comparison.moved")
    assert shown.view.iloc[:, -1].tolist() == ["5.0×", "1.0×"]


# ---- each cell: its day, its kind, its reason, its link


def test_every_cell_has_a_day_and_a_kind_or_a_reason(shown):
    figures = shown.figures
    known = figures[figures["value"] != ""]
    assert known["kind"].isin(["reported", "derived", "estimated", "assumed"]).all()
    assert known.loc[known["page"] != "coverage", "day"].ne("").all()  # the grades of evidence are of no day
    assert figures.loc[figures["value"] == "", "reason"].str.len().gt(10).all()


def test_no_cell_is_empty_or_a_dash(shown):
    assert all(re.search(r"\w", cell["text"]) and cell["page"] for cell in cells(shown))
    opened = [cell["details"] for cell in cells(shown) if cell["text"] == "no figure"]
    assert opened and all(lines[0] for lines in opened)


@pytest.mark.parametrize("day", ["2024-12-31", "2025-06-30"])
def test_no_cell_is_later_than_the_day_of_the_page(day):
    early = company_figures.found(facts.open(["MSFT", "CRWV"], day, "USD"))
    dated = [card.quantity for card in every(early) if card.quantity.day == card.quantity.day]
    assert dated and max(each.day for each in dated) <= pd.Timestamp(day)
    published = comparison.table(early).sources
    assert published and max(card["published"] for card in published) <= day


def pages():
    for name, each in run.read_runs().items():
        outcome = SimpleNamespace(run=each, notebook=notebooks()[each.notebook], name=name, given=None)
        companies, covers = links.about(outcome), links.covered(outcome)
        yield {"outcome": outcome, "companies": companies, "covers": covers, "failed": False}


def test_every_cell_leads_to_a_page_of_the_site():
    site = list(pages())
    runs = [each for each in site if each["outcome"].run.notebook == "comparison"]
    companies = {name for each in runs for name in facts.open(each["covers"]).companies}
    lines = [line.page for own in company_figures.LINES.values() for line in own]
    lost = [(name, company) for name in {*lines, "coverage"} for company in companies
            if not links.page_behind(name, company, links.pages_of(site))]  # fmt: skip
    assert len(companies) >= 12 and set(lines) <= set(notebooks()) and not lost


def test_a_figure_leads_to_the_page_of_its_own_company_first():
    html = '<a data-page="required_revenue" data-of="MSFT">$40bn</a> <a data-page="nowhere" data-of="X">1</a>'
    assert (
        links.behind(html, "comparison", links.pages_of(list(pages())))
        == '<a href="required-revenue-microsoft.html">$40bn</a> 1'
    )


# ---- currencies, other companies, and a company's own page


def test_a_set_of_several_currencies_is_shown_in_one():
    own = company_figures.found(facts.open(["BABA", "NVDA"], currency="EUR"))
    amounts = {card.quantity.unit for card in own.lines["spent"]["capex"] if not card.quantity.missing}
    assert amounts == {"EUR"} and "amounts in EUR" in comparison.table(own).subtitle


def test_companies_that_lack_nearly_all_still_have_a_page():
    own = company_figures.found(facts.open(["BTDR", "HIVE"], currency="USD"))
    assert comparison.table(own).title and comparison.verdict(own) and comparison.moved(own).title


def test_a_company_stands_beside_the_middle_of_its_peers():
    view = first_screen.screen(facts.open(["MSFT", "AMZN", "GOOGL"], currency="USD"), "MSFT").view
    _, own, peers = view[view["Figure"] == "Contracted backlog (RPO)"].iloc[0]
    assert (own["text"], peers["text"], peers["under"]) == (
        "$684bn",
        "$508bn",
        "derived\nmiddle of 2",
    )  # the middle of 496 and 519.5


def test_what_is_old_is_no_peer():
    new, old = (cards.Card(Quantity("capex", value, "USD", day=pd.Timestamp(day)), "X")
                for value, day in ((2.0, "2026-06-30"), (9.0, "2024-12-31")))  # fmt: skip
    lacking = cards.Card(missing("capex", "nobody files it"), "X")
    names = {"X": "Xenon"}
    assert cards._middle(new, [old, new], names) == {"text": "$2", "under": "Xenon alone, 30 Jun 2026"}
    assert cards._middle(new, [old, lacking], names) == "no figure of a peer"
    assert cards._middle(new, [new, new], names) == {"text": "$2", "under": "assumed\nmiddle of 2"}


def test_what_a_company_lacks_stands_in_one_line():
    """CoreWeave gives no finance leases; of its peers Oracle alone has a backlog, 664bn in August 2026 (10-Q)."""
    view = first_screen.screen(facts.open(["CRWV", "NBIS", "ORCL"], currency="USD"), "CRWV").view
    rows = view.to_numpy().tolist()
    assert not any(isinstance(own, dict) and own.get("text") == "no figure" for _, own, _ in rows[:-1])
    label, own, peers = rows[-1]
    assert label == UNHELD and "Capex with finance leases" in str(own["details"]) and peers == ""
    assert own["text"] == f"{len(own['details'])} figures"
    backlog = next(peers for label, _, peers in rows if label == "Contracted backlog (RPO)")
    assert backlog == {"text": "$664bn", "under": "Oracle alone, 31 Aug 2026"}


def test_what_is_a_year_older_than_the_page_is_grey():
    """CoreWeave's note on debt is of June 2025; the prices beside it are of August 2026."""
    view = first_screen.screen(facts.open(["CRWV", "NBIS"], currency="USD"), "CRWV").view
    own = {label: cell for label, cell, _ in view.to_numpy().tolist() if isinstance(cell, dict)}
    assert own["Part of its debt due within eighteen months, at least"]["old"] and not own["Capex"]["old"]


def test_a_plan_for_a_year_that_is_over_is_no_plan():
    """Tesla's 10bn was for 2024, Alphabet's 195bn to 205bn (call of July 2026) is for 2026."""
    rows = {}
    for company in ("TSLA", "GOOGL"):
        view = first_screen.screen(facts.open([company, "META"], currency="USD"), company).view
        rows[company] = {label: own for label, own, _ in map(tuple, view.to_numpy().tolist()) if isinstance(label, str)}
    assert rows["GOOGL"]["Capex that it has guided to, lower end"]["text"] == "$195bn"
    lacking = next(own["details"] for label, own in rows["TSLA"].items() if label == UNHELD)
    assert any("guidance of capex in the data is for 2024, which is over" in each for each in lacking)


def test_metas_revenue_is_no_contract(found):
    """Meta files no remaining performance obligations, so a year of its contracts is of nothing."""
    own = {card.company: card.quantity for card in found.lines["earned"]["capex_yield"]}
    assert own["META"].missing and "stands in for contracts" in own["META"].reason
    assert not any(own[name].missing for name in ("MSFT", "AMZN", "GOOGL", "ORCL"))


def test_where_no_model_speaks_the_answer_is_what_is_known():
    chips = company_figures.found(facts.open(["NVDA", "AMD", "AVGO"], currency="USD"))
    said = comparison.verdict(chips)
    dear = max(chips.of("ev_to_sales").items(), key=lambda one: one[1].value)
    assert said.startswith(f"By enterprise value {dear[0]} costs {dear[1].shown}") and "Nothing" not in said


# ---- the spreadsheet


@pytest.fixture(scope="module")
def sheets(shown, tmp_path_factory):
    """The rows that an independent program computes, by sheet, from a file without a value computed beforehand."""
    if not OFFICE:
        pytest.skip("needs LibreOffice Calc to compute the formulas: soffice is not installed")
    folder = tmp_path_factory.mktemp("book")
    made = folder / "comparison.xlsx"
    made.write_bytes(shown.workbook)
    with zipfile.ZipFile(made) as book:
        parts = {part: book.read(part) for part in book.namelist()}
    parts = {part: re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content) for part, content in parts.items()}
    with zipfile.ZipFile(made, "w") as book:
        for part, content in parts.items():
            book.writestr(part, content)
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    command = [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", form]
    subprocess.run([*command, "--outdir", folder, made], check=True, capture_output=True)
    return {file.stem.partition("-")[2]: list(csv.reader(file.read_text("utf-8").splitlines()))
            for file in folder.glob("*.csv")}  # fmt: skip


def number(text):
    written = re.fullmatch(r"(-?[\d.]+(?:E[-+]\d+)?)(%?)", text)
    return float(written[1]) / (100 if written[2] else 1) if written else np.nan


def test_the_spreadsheet_computes_the_same_figures(sheets, found):
    rows = {row[0]: row[1:] for row in sheets["Comparison"]}
    for label, own in (pair for lines in found.worded.values() for pair in lines.items()):
        wanted = [np.nan if card.quantity.missing else card.quantity.value for card in own]
        assert np.allclose([number(text) for text in rows[label]], wanted, rtol=1e-7, equal_nan=True), label


def test_the_spreadsheet_keeps_inputs_judgements_and_documents_apart(sheets):
    inputs, judged = ({row[0] for row in sheets[name]} for name in ("Inputs", "Assumptions"))
    assert "Capex" in inputs - judged and "Tax rate" in judged - inputs
    assert any("sec.gov" in cell for row in sheets["Sources"] for cell in row)


def test_its_figures_are_formulas(shown, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(shown.workbook)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        first, comments = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/comments1.xml").decode()
    assert first.count("<f>") > 60 and "Microsoft 10-K" in comments


@pytest.mark.parametrize(
    ("company", "first", "then"),
    [
        ("MSFT", r"On all it does, Microsoft earned [\d.]+ points more on its capital than that costs, in the year",
         "Microsoft's price of 22 Aug 2026 assumes 10 years of"),
        ("AMZN", "On all it does, Amazon earned", "Amazon's price of 22 Aug 2026 takes 10 years of implausible profit"),
        ("CRWV", r"CoreWeave costs [\d.]+× a year's sales", "Whether CoreWeave's capital earns its cost"),
    ],
)  # fmt: skip
def test_a_companys_page_says_first_whether_it_earns_its_cost_and_what_it_costs(company, first, then):
    said = first_screen.verdict(facts.open([company], currency="USD"), company)
    assert re.match(first, said) and then in said
