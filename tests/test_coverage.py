"""What is known, how fresh, from where and what was changed: counted again by other means."""

import io
import json

import pandas as pd
import pytest
from test_findings import SOURCE, panel
from test_measure import book_of

from capcycle import facts, sources, words
from capcycle.errors import CapcycleError
from capcycle.exhibits import coverage
from capcycle.facts import tables
from capcycle.panel import select
from capcycle.sources import store

GROUP = ["MSFT", "META", "ORCL"]
BOOK = facts.open(GROUP)
KNOWN = BOOK.facts
QUARTERS = coverage.quarters(select(BOOK, since=2023, until=2024))
CARDS = [
    QUARTERS,
    coverage.freshness(BOOK),
    coverage.revised(BOOK),
    coverage.documents_by_year(BOOK),
    coverage.rejected(BOOK),
]
each = pytest.mark.parametrize("exhibit", CARDS, ids=lambda exhibit: exhibit.id)


@each
def test_title_subtitle_and_every_cell_are_text(exhibit):
    payload = json.loads(json.dumps(exhibit.payload(), allow_nan=False))
    assert exhibit.title.strip() and exhibit.subtitle.strip()
    assert all(isinstance(cell, str) and cell for row in payload["rows"] for cell in row)


def test_ids_are_unique_on_one_page():
    assert len({exhibit.id for exhibit in CARDS}) == len(CARDS)


@each
def test_the_download_is_a_table_and_its_documents_exist(exhibit):
    table = pd.read_csv(io.StringIO(exhibit.payload()["csv"]), dtype=str, keep_default_na=False)
    assert len(table) == len(exhibit.figures) > 0
    cited = {one for cell in table.get("source", []) for one in cell.split()}
    assert cited <= set(facts.sources().index)
    assert set(table.get("kind", [])) <= {"reported", "derived", "estimated"}  # what an aggregator had wrong


# ---- quarters with a figure


def test_quarters_are_counted_by_company_and_figure():
    # Microsoft files four quarters of capex a year, or what gives them by difference: eight in two years
    row = QUARTERS.figures.query("company == 'MSFT' and concept == 'capex'").iloc[0]
    assert (row["periods"], str(row["first"])[:10], str(row["last"])[:10]) == (8, "2023-03-31", "2024-12-31")


def test_a_figure_that_nobody_files_is_a_dash_and_no_number():
    made = panel(capex={"MSFT": [1.0, 2.0], "META": [1.0, None]}, rpo={"MSFT": [None, None], "META": [1.0, 2.0]})
    exhibit = coverage.quarters(made)
    assert exhibit.view.to_numpy().tolist() == [
        ["Capex", "2", "1"],
        ["Contracted backlog (RPO)", words.DASH, "2"],
    ]
    assert exhibit.title == "3 of 4 series lack at most one quarter since 2023; 1 are empty"


def test_the_grid_names_every_company_to_who_cannot_see_it():
    assert all(f"{name} has " in QUARTERS.alt for name in ("Microsoft", "Meta", "Oracle"))


def test_known_gaps_stand_in_the_notes_with_their_reason():
    notes = coverage.quarters(select(facts.open(["NVDA"]))).notes
    assert any(note.startswith("NVIDIA, capex, 31 Jan 2022 to 30 Oct 2022: NVIDIA tagged its capex") for note in notes)


@pytest.mark.parametrize("span", ["ttm", "year"])
def test_sums_of_quarters_are_not_counted_as_quarters(span):
    with pytest.raises(CapcycleError, match=rf"coverage counts quarters, and the panel's span is {span}"):
        coverage.quarters(select(BOOK, span))


# ---- freshness

NEWEST = KNOWN.sort_values("period_end").drop_duplicates("company", keep="last").set_index("company", drop=False)


def test_freshest_and_oldest_are_named():
    days = pd.to_datetime(["2024-07-30", "2024-08-01"])
    exhibit = coverage.freshness(book_of(NEWEST.loc[["MSFT", "META"]].reset_index(drop=True).assign(published=days)))
    assert exhibit.title == "Meta's newest document dates from 1 Aug 2024, Microsoft's from 30 Jul 2024"
    assert exhibit.view["Days old"].tolist() == ["0", "2"]


def test_on_the_page_of_a_company_its_own_newest_document_is_named():
    days = pd.to_datetime(["2024-07-30", "2024-08-01"])
    book = book_of(NEWEST.loc[["MSFT", "META"]].reset_index(drop=True).assign(published=days))
    assert coverage.freshness(book, "MSFT").title == "Microsoft's newest document was published on 30 Jul 2024"


def test_nobody_is_older_than_the_only_one():
    made = NEWEST.loc[["MSFT"]].reset_index(drop=True).assign(published=pd.Timestamp("2024-07-30"))
    assert coverage.freshness(book_of(made)).title == "Microsoft: the newest document was published on 30 Jul 2024"


def test_what_was_published_later_is_not_known_on_a_day():
    assert coverage.freshness(BOOK.on("2022-03-01")).figures["published"].max() <= pd.Timestamp("2022-03-01")


def test_what_was_rejected_later_is_not_on_an_earlier_page():
    companies = [coverage.rejected(BOOK.on(day)).view["Company"].tolist() for day in ("2020-06-21", "2020-06-22")]
    assert [each.count("Oracle") for each in companies] == [1, 3]  # two more quarters in its 10-K of 22 June 2020


def test_a_gap_of_later_periods_is_not_on_an_earlier_page():
    nvidia = facts.open(["NVDA"], "2022-10-29")  # its gap ends a day later
    assert coverage.quarters(select(nvidia)).notes == ()


@pytest.mark.parametrize("make", [coverage.freshness, coverage.documents_by_year])
def test_where_nothing_is_known_it_is_refused(make):
    with pytest.raises(CapcycleError, match=r"^no figure is known: choose companies that have some, or a later date$"):
        make(BOOK.on("2010-01-01"))


# ---- what was changed


def test_metas_capex_of_2023_was_restated():
    # 10-K for 2023: 27.266bn purchases; 10-K for 2024: 27.045bn, net of proceeds
    exhibit = coverage.revised(facts.open(["META"]))
    row = exhibit.view[(exhibit.view["Figure"] == "Capex") & (exhibit.view["Was"] == "$27.3bn")].iloc[0]
    assert row[["Is", "Change", "Published"]].tolist() == ["$27.0bn", "−0.8%", "30 Jan 2025"]


def test_every_change_is_in_the_download_and_causes_add_up():
    exhibit = coverage.revised(facts.open(["META", "NVDA"]))  # NVIDIA split its shares in 2021 and 2024
    counts = exhibit.figures["cause"].value_counts()
    assert exhibit.title.startswith(f"{counts.sum()} published figures changed: ")
    assert f"{counts['restatement']} by restatement" in exhibit.title
    assert len(exhibit.view) == counts["restatement"] < counts.sum()


def test_where_nothing_was_changed_it_is_said():
    exhibit = coverage.revised(facts.open(["AMD"], "2019-04-30"))
    assert exhibit.title == "The data has no figure that was changed after it was first published"
    assert exhibit.view.empty and exhibit.sources == ()


# ---- documents


def test_documents_are_counted_once_each():
    exhibit, ids = CARDS[3], {one for cell in KNOWN["source"] for one in cell.split()}
    rows = facts.sources().loc[sorted(ids)].sort_values("tier")
    both = rows["tier"].eq("tracker") & rows["title"].isin(rows.loc[rows["tier"].eq("filing"), "title"])
    rows = rows[~both]  # what is filed and read by a tracker too is one document
    assert both.any() and exhibit.figures["documents"].sum() == len(rows) == len(exhibit.sources)
    tiers = rows["tier"].value_counts()
    assert exhibit.title == f"The figures come from {len(rows)} documents, among them {tiers['filing']} filings"
    for tier, said in {"filing": "filings", "tracker": "filings read by a public tracker"}.items():
        assert f"{tiers[tier]} {said}" in exhibit.subtitle


def test_one_document_has_words_that_fit():
    exhibit = coverage.documents_by_year(book_of(KNOWN[KNOWN["source"] == SOURCE]))
    assert exhibit.title == "The figures come from 1 document: 1 filing"
    assert exhibit.alt == "Stacked columns of documents by year. 2024: 1."


def test_every_rejected_figure_has_its_reason():
    exhibit = CARDS[4]
    shown = facts.rejected()["company"].isin(KNOWN["company"])
    assert len(exhibit.view) == shown.sum() > 0
    assert exhibit.view["Reason"].str.len().min() > 0


# ---- layers


def test_layers_conflicts_and_the_newest_of_the_own_layer_are_shown(own):
    reviewed = facts.history(["MSFT"]).query("concept == 'capex'").iloc[0]
    start, end, day = (f"{reviewed[name]:%Y-%m-%d}" for name in ("period_start", "period_end", "published"))
    new = "0000789019-30-000001"
    rows = [
        ["MSFT", "capex", start, end, "1", "USD", "reported", reviewed["source"], "us-gaap:X", day, ""],
        [
            "MSFT",
            "buybacks",
            "2030-01-01",
            "2030-03-31",
            "5000000000",
            "USD",
            "reported",
            new,
            "us-gaap:Y",
            "2030-05-01",
            "",
        ],
    ]
    address = "https://www.sec.gov/Archives/edgar/data/789019/1/"
    filing = [[new, "Microsoft 10-Q filed 2030-05-01", "Microsoft", address, "2030-05-01", "filing"]]
    company = facts.companies().loc[["MSFT"]].astype(str).reset_index(names="company")
    names = {"facts": "facts/MSFT.csv", "sources": "sources.csv", "companies": "companies.csv"}
    columns = {folder: list(tables.columns(name)) for folder, name in names.items()}
    written = {
        folder: pd.DataFrame(each, columns=columns[folder]) for folder, each in (("facts", rows), ("sources", filing))
    }
    with sources.locked():
        store.write("MSFT", written | {"companies": company[columns["companies"]]})
    shown = coverage.layers(facts.open(["MSFT", "META"]))
    assert shown.title == "1 figure was brought in below the reviewed tables, which contradict 1 of the own layer"
    assert (
        shown.view.iloc[0, 2:].tolist() == ["1", "0", "1", "1 May 2030"] and shown.view.iloc[1, 2:].tolist()[2] == "0"
    )
    assert shown.notes[0].startswith(f"Conflict: MSFT capex {start}…{end} is 1 USD")
    before = coverage.layers(facts.open(["MSFT"], "2030-04-30"))
    assert before.view.iloc[0, 2:].tolist()[0] == "0"  # nothing later than its day reaches a page


def test_a_page_counts_each_filing_once_and_rejects_its_own_companies_figures_only():
    """Four of Oracle's 10-Ks give the year's revenue a context of three months, and one sum of SaaS is wrong."""
    oracle = facts.open(["ORCL"], "2026-08-31")
    assert set(coverage.rejected(oracle).view["Company"]) == {"Oracle"}
    shown = coverage.documents_by_year(oracle)
    titles = [card["title"] for card in shown.sources]
    assert len(titles) == len(set(titles)) and shown.title.startswith(f"The figures come from {len(titles)} documents")
