"""Price to sales: CoreWeave's compression, the brackets of March 2025 and who has left them, no hindsight."""

import pandas as pd
import pytest

from capcycle import facts
from capcycle.analyses import price_to_sales

BOOK = facts.open(["MSFT", "CRWV"], currency="USD")


def test_coreweave_at_35bn_ahead():
    # K126, K127: 35/1.915 = 18.28; 35/4 = 8.75; an exact doubling is 9.14; 4bn is 2.089 times 1.915bn
    found = price_to_sales.sales_ahead(35e9, 1.915e9, 4e9)
    assert [round(float(each), 2) for each in found] == [18.28, 8.75, 1.09, 9.14]


def test_the_estimate_meets_the_year_before_it():
    case = price_to_sales.ahead(BOOK)["CRWV"]  # filed: 1,915.426m in 2024
    assert case.inputs["revenue"].value == pytest.approx(1.915e9, rel=1e-3)
    assert case.inputs["market_value"].value == 35e9 and case.inputs["revenue_next"].value == 4e9
    assert price_to_sales.ahead(BOOK)["MSFT"].lacking == "the data has no figure for the revenue expected"


def test_brackets_stand_beside_what_was_printed_later_and_what_is_now():
    # K090, K091: Microsoft 14 and Alphabet 10 times in November 2025, in a bracket of 5 to 10
    shown = price_to_sales.buckets(BOOK).view.set_index("Company")
    assert shown.loc["Microsoft", "Printed"] == "5.0× to 10.0×"
    assert shown.loc["Microsoft", "Printed later"].startswith("14") and shown.loc[
        "Alphabet", "Printed later"
    ].startswith("10")
    assert shown.loc["NVIDIA", "Printed"] == "25.0× to 40.0×"
    assert "Microsoft" in price_to_sales.buckets(BOOK).title
    of_others = price_to_sales.buckets(facts.open(["NVDA", "AVGO"])).title
    assert of_others.startswith("Companies that cost more sales than the top of their bracket: ")


def test_a_month_takes_only_sales_that_were_public():
    # Microsoft's year to June 2024 (245.122bn) was filed on 30 July, the quarter to December 2024 in January: the end
    # of June still has the year to March, 236.584bn, that of December the year to September, 245.122 - 56.517 + 65.585
    known = price_to_sales.history(BOOK, "MSFT").set_index("date")["value"]
    market = BOOK.register("market").query("symbol == 'MSFT' and measure == 'market_value'").set_index("date")["value"]
    for month, revenue in {"2024-06": 236.584e9, "2024-08": 245.122e9, "2024-12": 254.190e9}.items():
        found, worth = (each[each.index.to_period("M") == month].iloc[-1] for each in (known, market))
        assert found == pytest.approx(worth / revenue, rel=1e-4), month


def test_a_month_whose_newest_sales_came_to_the_data_late_has_no_multiple():
    """CoreWeave's year to June 2025 follows only from documents of 2026: a month of 2025 would take far older sales."""
    known = price_to_sales.history(BOOK, "CRWV")
    ends = pd.Series(pd.to_datetime(["2024-12-31", "2025-12-31", "2026-06-30"]))  # of the years filed for within months
    assert (known["date"].map(lambda day: (day - ends[ends <= day].max()).days) <= 152).all()
    assert price_to_sales.band(BOOK, "CRWV").title.startswith("CoreWeave has fewer than 24 months")


def test_price_and_sales_are_in_the_money_of_the_accounts():
    """Alibaba: market value of the day in yuan, on 1,023.67bn yuan of its year to March 2026, whatever the page's."""
    book = facts.open(["BABA"])
    value = book.register("market").query("symbol == 'BABA' and measure == 'market_value'").iloc[-1]
    yuan = value["value"] * facts.open(["BABA"], str(value["date"].date())).rate("USD", "CNY").value
    found = [price_to_sales.history(book.into(money), "BABA")["value"].iloc[-1] for money in ("USD", "CNY", "EUR")]
    assert found[0] == found[1] == found[2] == pytest.approx(yuan / 1023.67e9, rel=1e-3)


def test_an_early_book_ends_early_and_a_company_without_sales_has_no_band():
    early = facts.open(["MSFT"], "2024-07-15", "USD")
    assert price_to_sales.history(early, "MSFT")["date"].max() <= early.day
    assert price_to_sales.buckets(early).title == "No bracket of price to sales was printed by the day"
    assert price_to_sales.band(facts.open(["MSFT", "CRWV"], "2024-07-15", "USD"), "CRWV").chart is None
    assert price_to_sales.band(facts.open(["BIDU"], "2025-02-10", "USD"), "BIDU").chart is None
