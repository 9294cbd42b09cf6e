"""From backlog to disclosed revenue: what contracts imply, what is disclosed, and what closes the gap."""

import pytest

from capcycle import facts
from capcycle.analyses import backlog
from capcycle.analyses.backlog import backlog_to_revenue

BOOK = facts.open(["MSFT", "AMZN", "GOOGL", "META"], currency="USD")


@pytest.fixture(scope="module")
def cases():
    return backlog.cases(BOOK)


def test_implied_against_disclosed_as_the_author_judges(cases):
    # ai-capex-roic: half of Microsoft's 684bn over 2.5 years, 55 % of Amazon's 496bn over 4; run rates of the spring
    rows = backlog.gap(cases).figures.set_index(["label", "group"])["value"].astype(float) / 1e9
    author, disclosed = "Implied by one author's judgements", "Disclosed"
    assert [round(rows["Microsoft", each]) for each in (author, disclosed)] == [137, 37]
    assert [round(rows["Amazon", each]) for each in (author, disclosed)] == [68, 15]


def test_a_gap_by_hand():
    # 300 of backlog, 60 % of it AI and half of it the laboratories', over 3 years: 60 a year, 50 of it theirs
    found = backlog_to_revenue(300.0, 0.6, 3.0, 0.5, 0.0, 0.0, 20.0)
    assert found == pytest.approx((60, 50, 10, 3, 9))  # and 180 over 9 years is the 20 that is disclosed
    # of the laboratories' 150 an order of 120 runs 10 years: 12 a year, 10 for their other 30, and 10 of all others
    found = backlog_to_revenue(300.0, 0.6, 3.0, 0.5, 12.0, 0.4, 20.0)
    assert found == pytest.approx((32, 22, 10, 1.6, 9))


def test_an_order_that_tells_its_years_is_spread_over_those(cases):
    # Amazon: 38bn over 7 years, 100bn over 8 (8-K of 27 February 2026) and Anthropic's 100bn over 10 are 27.9bn a year;
    # the other AI of its 496bn, 51.5 % less the 238bn, over 5.2 years
    year = 38 / 7 + 100 / 8 + 100 / 10
    others = (496 * 0.515 - 238) / 5.2
    found = cases["AMZN"].outputs
    assert found.implied_by_laboratories / 1e9 == pytest.approx(year)
    assert found.ai_revenue_implied / 1e9 == pytest.approx(year + others)
    assert found.implied_multiple == pytest.approx((year + others) / 15)  # 2.1 times, not 3.3
    assert cases["GOOGL"].outputs.implied_by_laboratories / 1e9 == pytest.approx(200 / 5)
    assert cases["MSFT"].outputs.implied_by_laboratories / 1e9 == pytest.approx(280 / 2.4)  # whose years are not told


def test_without_the_laboratories_less_is_implied_than_is_disclosed(cases):
    # Microsoft: 684bn * 47.5 % less the orders of both, 250bn and 30bn, is 44.9bn: 18.7bn a year, against 37bn
    assert cases["MSFT"].outputs.implied_by_others / 1e9 == pytest.approx((684 * 0.475 - 280) / 2.4)
    shown = backlog.closes(cases)
    assert shown.title == "Without OpenAI and Anthropic, 2 backlogs imply less than is disclosed"
    paid = shown.view.set_index("Company")["Revenue from them"]
    assert paid["Microsoft"] == "OpenAI $24.1bn in the year to 30 Jun 2026"  # 10-K 2026, note on related parties


def test_growth_closes_the_gap_at_the_pace_of_two_disclosures(cases):
    # 13bn in December 2024, 37bn fifteen months later: (37 / 13)^(12 / 15) = 2.309 times a year;
    # ln(135.375 / 37) / ln(2.309) = 1.550 years
    growth = backlog.closes(cases).view.set_index("Company")["Until disclosure is what is implied"]
    assert growth["Microsoft"] == "1.6 years, at +130.9% a year since $13.0bn on 31 Dec 2024 (a)"
    assert growth["Amazon"] == "one disclosure only"


def test_who_lacks_a_backlog_or_a_disclosure_is_named(cases):
    notes = backlog.gap(cases).notes
    assert any(note.startswith("Alphabet: the data has no disclosed AI revenue") for note in notes)
    assert any(note.startswith("Meta: the data has no figure for contracted backlog (RPO)") for note in notes)


def test_before_anything_was_disclosed_the_page_says_so():
    early = backlog.cases(facts.open(["MSFT", "AMZN"], "2024-12-31", "USD"))
    assert backlog.verdict(early).startswith("No company here has both a backlog and a disclosed AI revenue")
    assert backlog.gap(early).chart is None and backlog.closes(early).chart is None


def test_before_the_laboratories_ordered_the_gap_is_known_and_their_part_is_not():
    # Microsoft disclosed 13bn in January 2025, and OpenAI's 250bn came in October that year
    early = backlog.cases(facts.open(["MSFT"], "2025-06-30", "USD"))
    assert backlog.verdict(early).startswith("Microsoft's backlog of ")
    assert backlog.closes(early).title.startswith("No order of OpenAI or Anthropic was on record")
