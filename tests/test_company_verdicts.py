"""What each model says of one company: its own sentence with day, kind and page, or once why it cannot be said."""

import pandas as pd
import pytest

from capcycle import facts
from capcycle.analyses import company_verdicts
from capcycle.parameters import notebooks

UNLIKE = ["0700.HK", "AMD", "CRWV", "WULF"]  # companies of which the data has unlike things


def said(company, as_of=""):
    """By question, the text of each line and the line under it, or why it cannot be said; and the exhibit."""
    book = facts.open([company], as_of, "USD")
    shown = company_verdicts.table(book, company)
    *told, (_, last) = shown.view.to_numpy().tolist()
    lines = {label: (cell["text"], cell["under"]) for label, cell in told}
    return lines | {f"{label}?": (why, "") for label, why in (each.split("? ", 1) for each in last["details"])}, shown


@pytest.fixture(scope="module")
def microsoft():
    return said("MSFT")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [  # by hand: the 10-K for fiscal 2026, in billions, the snapshot of 2 July 2026 and the close of its day
        ("How much does it owe?", f"leases and securities left out, is {(40.3 - 20.935) / (155.237 + 34.3):.2f}×"),
        ("What do analysts expect?", f"it costs {390.51 / 18.33:.1f}× the earnings expected of next year"),
        ("What if its largest customer leaves?", "Microsoft had 7.3% of its revenue from one customer"),
        ("What must AI bring?", "the $37.0bn that is disclosed"),
        ("What does it cost?", "earnings with gains on investments"),
        ("Does its capital earn its cost?", "against a cost of 9.0%"),
    ],
)
def test_microsofts_sentences_by_hand(microsoft, asked, sentence):
    assert sentence in microsoft[0][asked][0]


def test_each_has_its_day_and_kind(microsoft):
    lines, shown = microsoft
    assert lines["How much does it owe?"][1] == "derived\n30 Jun 2026"
    assert lines["What if servers last four years?"][1] == "assumed\n30 Jun 2026"  # the last day of its history
    assert shown.title.startswith(f"Of {len(company_verdicts.ASKED)} models, ") and shown.sources


def test_what_cannot_be_said_is_one_line_at_the_end_that_opens_the_reasons(microsoft):
    *told, (label, last) = microsoft[1].view.to_numpy().tolist()
    assert all(cell["under"] for _, cell in told) and label == "What cannot be said, and why"
    assert last["text"] == f"{len(last['details'])} questions"
    assert len(told) + len(last["details"]) == len(company_verdicts.ASKED)
    why = "No contract of it that also pays for GPUs has a public price."
    assert f"Does its GPU contract pay? {why}" in last["details"]


@pytest.mark.parametrize("company", UNLIKE)
def test_of_every_company_each_model_is_asked(company):
    lines, shown = said(company)
    assert len(lines) == len(company_verdicts.ASKED) and len(shown.figures) == len(lines)
    assert all(
        text.endswith(".") and len(text) > 20 and "cannot be worked out" not in text for text, _ in lines.values()
    )


@pytest.mark.parametrize(("company", "day"), [("MSFT", "2023-12-31"), ("CRWV", "2025-06-30")])
def test_nothing_is_of_a_later_day_than_the_page(company, day):
    _, shown = said(company, day)
    days = pd.to_datetime(shown.figures["day"])
    assert not (days > day).any() and all(card["published"] <= day for card in shown.sources)


@pytest.mark.parametrize("company", ["CIFR", "IREN", "ORCL"])  # of the others the gate asks, as they are built
def test_every_sentence_says_of_when_it_is(company):
    known = said(company)[1].figures.query("value != ''")
    assert (known["day"] != "").all() and (known["from"] != "").all(), known.loc[known["day"] == "", "figure"].tolist()


def test_a_lease_is_of_the_day_on_which_the_newest_of_its_terms_or_of_what_is_assumed_was_told():
    told = {company: said(company)[0]["Do its leases to tenants pay?"][1] for company in ("CIFR", "APLD", "WULF")}
    assert told == {"CIFR": "assumed\n25 Sep 2026", "APLD": "assumed\n6 Jul 2026", "WULF": "assumed\n5 Aug 2026"}


def test_every_line_leads_to_a_notebook():
    assert {each.page for each in company_verdicts.ASKED} <= set(notebooks())
