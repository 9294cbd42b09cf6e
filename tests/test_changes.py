"""What became known between two dates and why: real filings, and what must hold for any two days."""

import json
from datetime import date
from functools import cache

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_findings import SOURCE, panel

from capcycle import exhibits, facts
from capcycle.errors import CapcycleError
from capcycle.facts import between, door
from capcycle.facts.vintages import KEY
from capcycle.measure import measure
from capcycle.panel import select

BOOKS = [facts.open(["META"], day) for day in ("2024-10-30", "2025-02-01")]
GROUP = ["META", "MSFT", "NVDA", "TSLA", "NBIS"]


@cache
def meta():
    return BOOKS[1].changes("2024-10-30")


def row(found: pd.DataFrame, concept: str, start: str, end: str) -> pd.Series:
    same = found["concept"].eq(concept) & found["period_start"].eq(start) & found["period_end"].eq(end)
    return found[same].iloc[0]


# ---- real filings


def test_metas_capex_of_2023_was_restated_by_its_10k_for_2024():
    # 27.266bn in the 10-K for 2023, 27.045bn net of proceeds in that for 2024
    found = row(meta(), "capex", "2023-01-01", "2023-12-31")
    assert (found["before"], found["value"], found["cause"]) == (27.266e9, 27.045e9, "restatement")
    assert found["document_before"] == "0001326801-24-000012" and found["source"] == "0001326801-25-000017"


def test_metas_year_2024_is_a_new_period():
    found = row(meta(), "capex", "2024-01-01", "2024-12-31")
    assert (found["value"], found["cause"]) == (37.256e9, "new_period") and pd.isna(found["before"])


def test_teslas_net_income_was_restated_for_the_digital_assets_rule():
    # 10-Q for March 2024: 1.129bn; beside March 2025 in its 10-Q: 1.390bn
    found = row(facts.open(["TSLA"], "2025-05-01").changes("2024-10-30"), "net_income", "2024-01-01", "2024-03-31")
    assert (found["before"], found["value"], found["cause"]) == (1.129e9, 1.390e9, "restatement")
    assert found["change"] == pytest.approx(1390 / 1129 - 1)


def test_microsofts_intelligent_cloud_was_redrawn():
    # fiscal 2023: 87.907bn as first reported, 72.944bn in the segments of August 2024
    found = row(facts.open(["MSFT"], "2025-09-01").changes("2024-06-30"), "cloud_revenue", "2022-07-01", "2023-06-30")
    assert (found["before"], found["value"], found["cause"]) == (87.907e9, 72.944e9, "recast")


def test_nvidias_earnings_per_share_follow_its_split():
    # quarter to October 2023: 3.71 before the split of ten for one, 0.37 after
    found = row(facts.open(["NVDA"], "2025-02-01").changes("2024-10-30"), "eps_diluted", "2023-07-31", "2023-10-29")
    assert (found["before"], found["value"], found["cause"]) == (3.71, 0.37, "split")


def test_a_filing_replaces_what_only_a_weaker_source_gave():
    found = facts.open(["NBIS"]).changes("2026-01-31")
    better = found[found["cause"] == "better_source"]
    # the release of May 2026 restates the first quarter of 2025 without Toloka, which a tracker had given with it
    assert better[["before", "value"]].to_numpy().tolist() == [[55.3e6, 50.9e6]]
    tiers = facts.sources()["tier"].map(door.TIERS.index)
    assert (tiers[better["source"]].to_numpy() < tiers[better["document_before"]].to_numpy()).all()


# ---- made by hand


def history(*rows: tuple, concept: str = "capex", unit: str = "USD") -> pd.DataFrame:
    """(end of the year, value, day of publication, tier, source)"""
    table = pd.DataFrame(rows, columns=["period_end", "value", "published", "tier", "source"])
    table = table.assign(company="META", concept=concept, unit=unit, kind="reported", note="", locator="")
    days = table[["period_end", "published"]].apply(pd.to_datetime)
    return table.assign(period_start=days["period_end"] - pd.DateOffset(years=1, days=-1), **days)


def causes(was: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    return between.changes(was, now)["cause"].tolist()


OLD = [
    (f"{year}-12-31", value, "2024-02-01", 0, "first") for year, value in ((2021, 101e6), (2022, 103e6), (2023, 107e6))
]


def test_three_periods_restated_by_one_document_are_a_recast():
    later = [(end, value * 0.9, "2025-02-01", 0, "second") for end, value, *_ in OLD]
    assert causes(history(*OLD), history(*OLD, *later)) == ["recast"] * 3
    assert causes(history(*OLD), history(*OLD, *later[:2])) == ["restatement"] * 2


def test_repeating_a_figure_changes_nothing():
    repeated = [(end, value, "2025-02-01", 0, "second") for end, value, *_ in OLD]
    assert causes(history(*OLD), history(*OLD, *repeated)) == []


def test_more_digits_are_a_rounding():
    was = [("2023-12-31", 27e9, "2024-02-01", 0, "first")]
    now = [*was, ("2023-12-31", 27.045e9, "2025-02-01", 0, "second")]
    assert causes(history(*was), history(*now)) == ["rounding"]


def test_a_weaker_source_changes_nothing_and_a_better_one_does_even_at_the_same_value():
    weaker = [*OLD, ("2023-12-31", 999e6, "2025-02-01", 4, "news")]
    assert causes(history(*OLD), history(*weaker)) == []
    assert causes(history(weaker[-1]), history(*weaker)) == ["first_given", "first_given", "better_source"]
    same = (*OLD[-1][:3], 4, "news")
    assert causes(history(same), history(same, OLD[-1])) == ["better_source"]


def test_an_earlier_period_given_late_is_no_new_period():
    assert causes(history(OLD[1]), history(*OLD)) == ["first_given", "new_period"]


def test_what_has_no_date_is_not_placed_between_two():
    assert causes(history(*OLD), history(*OLD, ("2024-12-31", 1e6, None, 0, "undated"))) == []


# ---- what holds for any two days

DAYS = st.lists(st.dates(date(2019, 6, 1), date(2026, 11, 1)), min_size=2, max_size=2, unique=True)
of = cache(lambda company: facts.history([company]))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(DAYS.map(sorted), st.sampled_from(GROUP))
def test_nothing_later_ever_shows_and_nothing_known_before_is_new(days, company):
    before, after = map(str, days)
    found = facts.open([company], after).changes(before)
    assert not (found["published"] > after).any()
    new = found[found["before"].isna()]
    earlier = of(company)[of(company)["published"] <= before]
    assert not pd.MultiIndex.from_frame(new[KEY]).isin(pd.MultiIndex.from_frame(earlier[KEY])).any()
    assert set(found["cause"]) <= set(between.CAUSES) and not found.duplicated(KEY).any()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(DAYS.map(sorted), st.sampled_from(GROUP))
def test_what_was_known_and_what_changed_make_what_is_known(days, company):
    before, after = map(str, days)
    was, now = (
        between.vintages.latest(between.vintages.best_tier(facts.history([company], day))).set_index(KEY)["value"]
        for day in (before, after)
    )
    changed = facts.open([company], after).changes(before).set_index(KEY)["value"]
    assert {**was.to_dict(), **changed.to_dict()} == now.to_dict()


@pytest.mark.parametrize(("before", "after"), [("", None), ("2025-01-01", "2025-01-01"), ("2025-02-01", "2025-01-01")])
def test_dates_that_are_not_one_before_the_other_are_refused(before, after):
    with pytest.raises(CapcycleError, match="give two dates, the earlier one first"):
        facts.open(["META"], after).changes(before)


# ---- as shown


@cache
def card():
    return exhibits.changes.changed(*BOOKS)


def test_title_and_subtitle_count_every_cause():
    counts = meta()["cause"].value_counts()
    between = "between 30 Oct 2024 and 1 Feb 2025"
    assert card().title == f"{len(meta())} figures became known or changed {between}, {len(meta())} of them Meta's"
    assert card().subtitle.startswith(
        f"{counts['new_period']} for new periods, {counts['first_given']} first held for earlier periods and "
        f"{counts['restatement']} restated; "
    )


def test_the_largest_changes_come_first_and_all_are_in_the_download():
    sizes = card().figures["change"].abs().dropna()
    assert len(card().figures) == len(meta()) and sizes.is_monotonic_decreasing
    assert card().figures["change"].notna().tolist() == [True] * len(sizes) + [False] * (len(meta()) - len(sizes))
    assert card().view.iloc[0][["Figure", "Was", "Is", "Change", "Why"]].tolist() == [
        "Capex", "$27.3bn", "$27.0bn", "−0.8%", "Restated",
    ]  # fmt: skip


def test_where_nothing_changed_it_is_said():
    exhibit = exhibits.changes.changed(*(facts.open(["META"], day) for day in ("2025-02-02", "2025-02-03")))
    assert exhibit.title == "Nothing became known and nothing changed between 2 Feb 2025 and 3 Feb 2025"
    assert exhibit.view.empty and exhibit.chart is None


def at(day: str, company: str = "META"):
    return measure("capex_to_revenue", select(facts.open([company, "MSFT"], day), "ttm", since=2023))


def test_the_effect_is_that_of_the_restatement():
    # of the twelve months to June 2024, Q4 of 2023 is 27.045 - 19.453 = 7.592bn, not 7.665bn
    exhibit = exhibits.changes.effect(at("2024-10-30"), at("2025-02-01"))
    assert exhibit.title == "Meta's capex to revenue in the year to 2024Q2 was 19.2% as known then, 19.1% later"
    assert exhibit.subtitle.endswith("; it changed at 1 of 2 companies")
    assert exhibit.view.iloc[0].tolist() == ["Meta", "19.2%", "19.1%", "−0.1 points"]


def test_before_and_after_are_told_apart_in_the_download():
    figures = exhibits.changes.effect(at("2024-10-30"), at("2025-02-01")).figures
    assert figures["known"].tolist() == ["before"] * 2 + ["after"] * 2
    assert (figures.loc[figures["known"] == "before", "published"].astype(str) <= "2024-10-30").all()


def test_no_effect_is_said_to_be_none():
    made = measure("capex", panel(capex={"MSFT": [5e9], "META": [4e9]}))
    exhibit = exhibits.changes.effect(made, made)
    assert exhibit.title == "What became known later changed no company's capex in 2023Q1"
    assert exhibit.view["Difference"].tolist() == ["$0", "$0"] and exhibit.sources[0]["id"] == SOURCE


def test_a_company_without_a_value_on_either_day_is_a_dash():
    was = measure("capex", panel(capex={"MSFT": [5e9], "META": [None]}))
    now = measure("capex", panel(capex={"MSFT": [6e9], "META": [4e9]}))
    view = exhibits.changes.effect(was, now).view.set_index("Company")
    assert view.loc["Meta"].tolist() == ["–", "$4.0bn", "–"] and view.loc["Microsoft", "Difference"] == "$1.0bn"


@pytest.mark.parametrize("name", ["changed", "effect"])
def test_the_exhibit_is_whole(name):
    exhibit = card() if name == "changed" else exhibits.changes.effect(at("2024-10-30"), at("2025-02-01"))
    payload = json.loads(json.dumps(exhibit.payload(), allow_nan=False))
    assert all(isinstance(cell, str) and cell for cells in payload["rows"] for cell in cells)
    json.dumps(exhibit._repr_mimebundle_(), allow_nan=False)
    assert {one for cell in exhibit.figures["source"] for one in cell.split()} <= {
        card["id"] for card in exhibit.sources
    }


# ---- the page of changes


def test_what_moved_leaves_out_what_is_new():
    shown = exhibits.changes.moved(*BOOKS)
    capex = row(shown.figures, "capex", "2023-01-01", "2023-12-31")
    assert capex[["before", "value", "cause"]].tolist() == [27.266e9, 27.045e9, "restatement"]
    assert shown.figures["before"].notna().all() and len(shown.figures) < len(meta())


def test_nothing_moved_is_said():
    calm = facts.open(["META"], "2025-02-03")
    assert exhibits.changes.moved(calm.on("2025-02-02"), calm).title.startswith("No figure of an earlier period moved")


def test_the_documents_between_two_days_are_listed_with_how_many_figures_each_gives():
    shown = exhibits.changes.documents(*BOOKS)
    # the 10-Q for September 2024, filed on 31 October, and the 10-K for 2024, filed on 30 January
    assert {"2024-10-31", "2025-01-30"} <= {f"{day:%Y-%m-%d}" for day in shown.figures["published"]}
    assert (shown.figures["published"] > BOOKS[0].day).all() and (shown.figures["figures"] > 0).all()


def test_a_headline_measure_says_whether_a_quarter_came_or_a_figure_changed():
    shown = exhibits.changes.measures(*BOOKS).figures.set_index("metric")
    capex = shown.loc["capex_to_revenue"]
    # twelve months to December 2024: 37.256bn on 164.501bn, by the 10-K for 2024
    assert capex["value"] == pytest.approx(37.256 / 164.501, abs=1e-4) and capex["why"] in ("quarter", "both")
    assert exhibits.changes.measures(BOOKS[1].on("2025-01-31"), BOOKS[1]).figures["why"].tolist() == ["none"] * 3


@pytest.mark.parametrize(
    ("was", "value", "again", "later", "why"),
    [(0.1, 0.2, 0.1, True, "quarter"), (0.1, 0.2, 0.11, True, "both"), (0.1, 0.11, 0.11, False, "restated"),
     (0.1, 0.1, 0.1, False, "none"), (float("nan"), 0.1, None, True, "first"), (0.1, float("nan"), None, True, "gone")],
)  # fmt: skip
def test_why_a_measure_moved(was, value, again, later, why):
    assert exhibits.changes._why(was, value, again, later) == why


def test_a_filing_that_a_tracker_reads_too_is_one_document():
    """Between July and August 2026 nine of the giants filed, by EDGAR's list, and Microsoft held a call."""
    now = facts.open(
        ["MSFT", "AMZN", "GOOGL", "META", "ORCL", "NVDA", "AMD", "AVGO", "INTC", "AAPL", "TSLA"], "2026-08-31"
    )
    shown = exhibits.changes.documents(now.on("2026-06-30"), now)
    assert shown.title.startswith("10 documents came") and not shown.view["Document"].duplicated().any()


def test_what_a_third_party_gives_is_marked_and_what_is_out_of_range_is_not_forgotten():
    """Of TeraWulf's quarter to June 2026 the data has a feed's figures only, and its loss is many times its revenue."""
    now = facts.open(["WULF"], "2026-08-31")
    shown = exhibits.changes.measures(now.on("2026-06-30"), now)
    rows = {row[1]: row for row in shown.view.to_numpy().tolist()}
    assert rows["Capex to revenue"][4].endswith("(e)") and any(note.startswith("(e)") for note in shown.notes)
    assert rows["Net margin with gains on investments"][-1] == "Now outside the plausible range"
