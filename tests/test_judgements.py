"""Judgements on a page of an earlier day: what stood, what is today's, and what a reader cannot put in their place."""

import pandas as pd
import pytest

from capcycle import facts, study
from capcycle.errors import ModelError

ROW = {"name": "share", "company": "", "low": 0.2, "central": 0.5, "high": 0.8, "unit": "fraction", "reason": "Why.",
       "kind": "assumed", "published": pd.Timestamp("2024-12-23")}  # fmt: skip
EARLY, LATE = "npm-terawulf-2024-12-23", "golden-sun-2025-12-12"  # two documents of the register of sources


def book_of(source):
    """The book of a day between the two, with one assumption."""
    book = facts.open(as_of="2025-06-30")
    vars(book)["assumptions"] = pd.DataFrame([ROW | {"source": source}])
    return book


def test_a_judgement_that_rests_on_a_later_document_is_todays_whatever_its_own_day():
    stood, later = (study.assumption(book_of(source), "share") for source in (EARLY, f"{EARLY} {LATE}"))
    assert (stood.hindsight, stood.source) == (False, EARLY)
    assert (later.hindsight, later.source, later.value) == (True, "", 0.5)


def test_a_note_names_todays_judgements_and_is_silent_where_there_are_none():
    book = facts.open(as_of="2025-06-30")
    weight, mean = study.assumption(book, "signed_weight"), study.assumption(book, "site_rent")  # 2026 and 2024
    said = "This rests on today's judgement of the weight of signed-only contracts, which nothing public by 30 Jun 2025"
    assert [*study.judged_later(book, weight, mean)] == [f"{said} states."] and not [*study.judged_later(book, mean)]


def test_a_readers_own_number_is_checked_as_an_input_of_a_model_is():
    with pytest.raises(ModelError, match=r"signed_weight is 75: give a number from 0 to 1; write 0\.75 for 75 %"):
        study.assumption(facts.open(), "signed_weight", value=75)
