"""One book: whatever day it is opened on, nothing later than that day can be read from it."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_registers import deals, toy  # noqa: F401

from capcycle import facts, study
from capcycle.errors import CapcycleError, ModelError
from capcycle.facts import Book, registers

COMPANIES = ["META", "MSFT", "BABA", "NBIS"]
DAYS = st.dates(date(2016, 1, 1), date(2026, 11, 1)).map(str)
SOURCES = pd.to_datetime(facts.sources()["published"].replace("", None), format="ISO8601")
KINDS = st.sampled_from(registers.names())
any_day = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def documents(table: pd.DataFrame) -> pd.Series:
    """The days of all documents that a table names."""
    ids = {one for column in registers.SOURCES if column in table for cell in table[column] for one in cell.split()}
    return SOURCES[list(ids)]


# ---- the promise


@any_day
@given(DAYS)
def test_no_fact_is_later_than_the_day(day):
    book = facts.open(COMPANIES, day)
    for table in (book.facts, book.history):
        assert not (table["published"] > day).any() and not (documents(table) > day).any()


@any_day
@given(DAYS, KINDS)
def test_no_row_and_no_document_of_a_register_is_later_than_the_day(day, name):
    book = facts.open(as_of=day)
    for table in (book.register(name), book.versions(name)):
        assert not (registers.public_day(table) > day).any() and not (documents(table) > day).any()


@any_day
@given(DAYS, KINDS)
def test_of_each_row_the_newest_version_of_the_day_is_read(day, name):
    book, key = facts.open(as_of=day), registers.key(name)
    newest = book.versions(name).assign(day=lambda table: registers.public_day(table)).groupby(key, dropna=False)["day"]
    rows = book.register(name)
    assert len(rows) == newest.ngroups
    assert sorted(registers.public_day(rows)) == sorted(newest.max())


@any_day
@given(DAYS.filter(lambda day: day > "2016-02-01"), st.sampled_from(["USD", "CNY", "HKD"]))
def test_no_rate_is_of_a_later_day(day, currency):
    rate = facts.open(as_of=day, currency="EUR").rate(currency)
    assert pd.Timestamp(day) - rate.day <= pd.Timedelta(days=5) and rate.day <= pd.Timestamp(day)  # over Easter too


@any_day
@given(DAYS)
def test_no_printed_example_is_of_a_later_day(day):
    assert not (facts.open(as_of=day).examples()["published"] > day).any()


@any_day
@given(DAYS, DAYS)
def test_an_earlier_day_of_a_book_is_the_book_of_that_day_and_a_later_one_is_refused(day, other):
    book = facts.open(["META"], other, "EUR")
    if day > other:
        with pytest.raises(CapcycleError, match=f"{day} is after {other}, the day of this book: give an earlier day"):
            book.on(day)
    else:
        same = facts.open(["META"], day, "EUR")
        assert (book.on(day).as_of, book.on(day).currency) == (same.as_of, same.currency)
        pd.testing.assert_frame_equal(book.on(day).facts, same.facts)


@any_day
@given(DAYS.filter(lambda day: day > "2018-01-01"))
def test_what_became_known_is_of_the_days_between(day):
    book = facts.open(COMPANIES, day)
    known = book.changes("2017-12-31")["published"]
    assert not (known > day).any() and not (known <= "2017-12-31").any()


def test_a_row_is_read_as_its_documents_of_the_day_had_it(toy):  # noqa: F811
    deals({"published": "2024-03-05"}, {"published": "2024-05-10", "value": "5500"}, {"deal": "two", "published": ""})
    values = [facts.open(as_of=day).register("deals")["value"].tolist() for day in ("2024-03-04", "2024-03-05", "")]
    assert values == [[], [5000], [5500, 5000]]


# ---- other companies, other currencies


def test_the_book_of_others_keeps_day_and_currency():
    book = facts.open(["MSFT"], "2025-06-30", "EUR").of("META", "neoclouds")
    assert (book.companies, book.as_of, book.currency) == (("META", "CRWV", "NBIS"), "2025-06-30", "EUR")


def test_the_book_in_another_currency_keeps_companies_and_day():
    book = facts.open(["BABA"], "2025-06-30").into("USD")
    assert (book.companies, book.as_of, book.money) == (("BABA",), "2025-06-30", "USD")


def test_facts_stay_in_their_own_currency_until_they_are_converted():
    book = facts.open(["BABA"], "2024-06-30", "USD")
    own = book.facts[book.facts["concept"] == "revenue"]
    assert set(own["unit"]) == {"CNY"} and set(book.convert(own)["unit"]) == {"USD"}


def test_records_are_restated_at_the_rate_of_the_day():
    # on 28 June 2024, the last fixing of the month: 1.0705 dollars for a euro
    deal = pd.DataFrame({"price": [2.0], "currency": "USD", "kind": "reported", "source": "s1"})
    row = facts.open(as_of="2024-06-30", currency="EUR").restated(deal, ["price"]).iloc[0]
    assert row["price"] == pytest.approx(2 / 1.0705) and row["rate_day"] == pd.Timestamp("2024-06-28")
    assert (row["currency"], row["own_currency"], row["kind"]) == ("EUR", "USD", "derived")


def test_a_document_is_public_from_its_day_on():
    days = ["2025-12-11", "2025-12-12", ""]
    assert [facts.open(as_of=day).public("golden-sun-2025-12-12") for day in days] == [False, True, True]
    assert not facts.open(as_of="2025-12-12").public("golden-sun-2025-12-12 golden-sun-abstract-2025-12-13")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"companies": ["MSFTT"]}, "unknown company or group MSFTT; there are: "),
        ({"companies": []}, "no company given; there are: "),
        ({"as_of": "June"}, "as_of 'June' is not a date such as 2024-06-30"),
        ({"currency": "SEK"}, "unknown currency SEK; there are: CNY, EUR, HKD, TWD, USD"),
    ],
)
def test_what_cannot_be_opened_is_refused(arguments, message):
    with pytest.raises(CapcycleError, match=f"^{message}"):
        facts.open(**arguments)


# ---- assumptions: as given while they are public, today's judgement before


def assuming(as_of: str, **row) -> Book:
    """A book with one assumption, made by hand."""
    numbers = {"low": 1.0, "central": 2.0, "high": 3.0, "unit": "years"}
    evidence = {"kind": "estimated", "source": "golden-sun-2025-12-12", "reason": "By hand.", "published": pd.NaT}
    book = Book(("META",), as_of)
    vars(book)["assumptions"] = pd.DataFrame([{"name": "lease_term", "company": ""} | numbers | evidence | row])
    return book


@pytest.mark.parametrize("published", [pd.NaT, pd.Timestamp("2025-12-12")])
def test_an_assumption_stands_as_given_from_its_day_on(published):
    for day in ("2025-12-12", ""):
        rent = study.assumption(assuming(day, published=published), "lease_term")
        assert (rent.kind, rent.source, rent.reason) == ("estimated", "golden-sun-2025-12-12", "By hand.")
        assert not rent.hindsight


@pytest.mark.parametrize("published", [pd.NaT, pd.Timestamp("2025-12-12")])
def test_before_its_day_an_assumption_is_todays_judgement_without_a_document(published):
    rent = study.assumption(assuming("2025-12-11", published=published), "lease_term")
    assert (rent.low, rent.value, rent.high) == (1.0, 2.0, 3.0)  # a model needs a value whatever the day
    assert (rent.kind, rent.source, rent.hindsight) == ("assumed", "", True) and "11 Dec 2025" in rent.reason


def test_an_assumption_without_day_and_document_was_public_on_no_earlier_day():
    assert study.assumption(assuming("2025-12-31", source=""), "lease_term").hindsight
    assert not study.assumption(assuming("", source=""), "lease_term").hindsight


def test_a_readers_own_number_is_no_judgement_of_a_later_day():
    rent = study.assumption(assuming("2025-12-11"), "lease_term", value=5.0)
    assert (rent.low, rent.value, rent.high, rent.hindsight) == (1.0, 5.0, 5.0, False)


def test_an_unknown_assumption_is_refused_with_the_known_ones():
    with pytest.raises(ModelError, match="unknown assumption rent; there are: lease_term"):
        study.assumption(assuming(""), "rent")


@any_day
@given(DAYS)
def test_every_assumption_of_the_data_has_a_value_or_a_reason_on_every_day_and_no_later_document(day):
    table = facts.open(as_of=day).assumptions
    assert set(table["name"]) == set(registers.read("assumptions")["name"])
    for row in table.sample(5, random_state=0).itertuples():
        known = study.assumption(facts.open(as_of=day), row.name, row.company)
        assert (not known.missing or known.reason) and not (SOURCES[known.source.split()] > day).any()
