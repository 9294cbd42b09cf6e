"""The sentence over an exhibit, against hand-made figures small enough to rank by eye."""

from functools import cache

import pandas as pd
import pytest

from capcycle import exhibits, facts, metrics
from capcycle.errors import MetricError
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.panel import Panel, select

FIRST = 2023 * 4  # the first quarter of 2023
SOURCE = "0000950170-24-087843"  # Microsoft 10-K for fiscal 2024


def panel(kind: str = "reported", unit: str = "USD", **concepts: dict[str, list]) -> Panel:
    """Quarters from 2023Q1 on: by concept and company the figures; None where no filing gives one."""
    rows = pd.DataFrame(
        [
            (company, concept, value, number)
            for concept, companies in concepts.items()
            for company, values in companies.items()
            for number, value in enumerate(values)
            if value is not None
        ],
        columns=["company", "concept", "value", "number"],
    )
    every = [values for companies in concepts.values() for values in companies.values()]
    ends = pd.date_range("2023-03-31", periods=12, freq="QE")
    rows = rows.astype({"value": float, "number": int}).assign(
        ordinal=FIRST + rows["number"].astype(int),
        period_end=ends[rows["number"].astype(int)],
        unit=unit,
        kind=kind,
        source=SOURCE,
        locator="made",
        note="",
        basis=0,
        last_basis=0,
    )
    rows = rows.assign(period_start=rows["period_end"] - pd.Timedelta(days=90), published=rows["period_end"])
    names = tuple(dict.fromkeys(company for companies in concepts.values() for company in companies))
    ordinals = tuple(range(FIRST, FIRST + max(map(len, every))))
    return Panel(Book(names), rows.drop(columns="number"), ordinals, FIRST, "quarter", "calendar")


def amounts(**capex: list) -> Measures:
    return measure("capex", panel(capex=capex))


def intensity(**capex: list) -> Measures:
    """Capex to revenue where every revenue is 100: a capex of 30 is 30%."""
    revenue = {company: [100] * len(values) for company, values in capex.items()}
    return measure(metrics.capex_to_revenue, panel(capex=capex, revenue=revenue))


def margin(**income: list) -> Measures:
    revenue = {company: [100] * len(values) for company, values in income.items()}
    return measure(metrics.operating_margin, panel(operating_income=income, revenue=revenue))


def growth(**capex: list) -> Measures:
    return measure(metrics.growth_year_on_year, panel(capex=capex), value="capex")


# ---- many companies


def test_the_highest_and_the_lowest_are_named():
    said = exhibits.finding(intensity(MSFT=[20], AMZN=[30], ORCL=[10]))
    assert said == "Amazon puts 30.0% of its revenue into capex, Oracle 10.0%, in 2023Q1"


def test_the_newest_period_that_most_companies_have_is_taken():
    said = exhibits.finding(intensity(MSFT=[20, 21], AMZN=[30, 31], ORCL=[10, None]))
    assert said.endswith("Oracle 10.0%, in 2023Q1")


def test_a_metric_without_words_of_its_own_takes_the_general_ones():
    said = exhibits.finding(amounts(MSFT=[13_873e6], META=[8_173e6]))
    assert said == "Capex ran from $8.2bn (Meta) to $13.9bn (Microsoft) in 2023Q1"


def test_nobody_earns_a_negative_share_of_its_revenue():
    said = exhibits.finding(margin(MSFT=[40], TSLA=[-5]))
    assert said == "Operating margin ran from −5.0% (Tesla) to 40.0% (Microsoft) in 2023Q1"


def test_who_shrinks_least_does_not_grow_fastest():
    said = exhibits.finding(growth(MSFT=[100, 1, 1, 1, 97], META=[100, 1, 1, 1, 90]))
    assert said == "Year-on-year growth of capex ran from −10.0% (Meta) to −3.0% (Microsoft) in 2024Q1"


def test_ties_are_named_together():
    said = exhibits.finding(intensity(MSFT=[30], AMZN=[30], ORCL=[10]))
    assert said == "Capex to revenue ran from 10.0% (Oracle) to 30.0% (Microsoft and Amazon) in 2023Q1"


def test_where_all_are_level_nobody_is_highest():
    said = exhibits.finding(intensity(MSFT=[30], AMZN=[30]))
    assert said == "Microsoft and Amazon had the same capex to revenue, 30.0%, in 2023Q1"


def test_companies_without_a_common_period_are_not_ranked():
    said = exhibits.finding(intensity(MSFT=[20, None], AMZN=[None, 30]))
    assert said == "Amazon's capex to revenue was 30.0% in 2023Q2"


def test_where_all_is_missing_it_is_said():
    nothing = measure(metrics.capex_to_revenue, panel(capex={"MSFT": [20], "AMZN": [30]}))
    assert exhibits.finding(nothing) == "Capex to revenue: the data has no figures for any company here"


# ---- companies on different periods


@cache
def real(calendar: str, *companies: str) -> Measures:
    return measure("capex", select(facts.open(companies), "year", calendar, until=2024))


def test_a_ranking_of_fiscal_years_says_how_far_apart_they_end():
    # As filed: NVIDIA's fiscal 2024 ended on 28 January 2024, Microsoft's on 30 June, Amazon's on 31 December
    title = exhibits.bars(real("fiscal", "AMZN", "MSFT", "NVDA")).title
    assert title.endswith("in FY2024 (ends up to 338 days apart)")  # 28 January to 31 December
    note = "Fiscal periods: each company's own, so the same label covers different months."
    assert note in exhibits.bars(real("fiscal", "AMZN", "MSFT", "NVDA")).notes


def test_so_does_one_company_among_others():
    title = exhibits.bars(real("fiscal", "AMZN", "MSFT", "NVDA"), focus="MSFT").title
    assert title.endswith("up to 338 days apart), up from $28.1bn")


def test_and_every_exhibit_that_sets_companies_side_by_side():
    grid = select(facts.open(["AMZN", "MSFT"]), "year", "fiscal", until=2024)
    across, up = measure(metrics.capex_to_revenue, grid), measure(metrics.operating_margin, grid)
    apart = "FY2024 (ends up to 184 days apart)"  # 30 June to 31 December
    shown = [exhibits.scatter(across, up), exhibits.compare(across, up), exhibits.definitions(grid, "fcf")]
    assert all(apart in exhibit.subtitle for exhibit in shown)


def test_by_the_calendar_the_name_hides_nothing():
    assert exhibits.bars(real("calendar", "AMZN", "MSFT", "NVDA")).title.endswith("in 2024")


@pytest.mark.parametrize(
    ("companies", "calendar", "note"),
    [
        (("AMZN", "META"), "calendar", "Calendar quarters: every period shown ends with its quarter."),
        (("AMZN", "NVDA"), "calendar", "NVIDIA, whose period ends 30 days after it."),  # 30 January 2022
        (("AMZN", "META"), "fiscal", "Fiscal periods: each company's own"),
    ],
)
def test_a_comparison_always_states_its_calendar(companies, calendar, note):
    assert [one for one in exhibits.lines(real(calendar, *companies)).notes if note in one]


# ---- one company among others

YEAR = [None] * 3


@pytest.mark.parametrize(
    ("own", "rank"),
    [
        (40, "; that is the highest of 3"),
        (25, "; that is number 2 of 3"),
        (10, "; that is the lowest of 3"),
        (30, "; that is number 1 of 3, level with Amazon"),
        (20, "; that is number 2 of 3, level with Meta"),
    ],
)
def test_the_rank_of_one_company(own, rank):
    said = exhibits.finding(intensity(MSFT=[own], AMZN=[30], META=[20]), focus="MSFT")
    assert said == f"Microsoft's capex to revenue was {own}.0% in 2023Q1{rank}"


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (20, 30, "up from 20.0%"),
        (30, 20, "down from 30.0%"),
        (20, 20.4, "after 20.0%"),
        (20, 20.04, "as a year earlier"),
    ],
)
def test_how_a_fraction_moved_in_a_year(before, after, moved):
    said = exhibits.finding(intensity(MSFT=[before, *YEAR, after]))
    assert said == f"Microsoft put {after:.1f}% of its revenue into capex in 2024Q1, {moved}"


def test_a_company_ahead_of_the_others_is_ranked_at_the_period_that_they_share():
    said = exhibits.finding(intensity(MSFT=[10, 30], AMZN=[20, None], META=[5, None]), "MSFT")
    assert said.endswith("was 30.0% in 2023Q2; that is number 2 of 3 in 2023Q1")


def test_an_implausible_result_is_in_no_ranking():
    # 9,900 of capex on a revenue of 100 is 99 times; Meta's 30 % leads
    said = exhibits.bars(intensity(NBIS=[9900], META=[30], MSFT=[20]))
    assert said.title == "Meta puts 30.0% of its revenue into capex, Microsoft 20.0%, in 2023Q1"
    assert "9,900% (?)" in said.view.to_numpy()
    assert any("Nebius, 2023Q1: 9,900% is outside the plausible range" in note for note in said.notes)


def test_an_amount_that_reads_the_same_is_not_said_twice():
    said = exhibits.finding(amounts(MSFT=[13.86e9, *YEAR, 13.87e9]))
    assert said == "Microsoft's capex was $13.9bn in 2024Q1, as a year earlier"


def test_a_loss_has_words_that_fit_it():
    said = exhibits.finding(margin(TSLA=[-5, *YEAR, 5]))
    assert said == "Tesla's operating margin was 5.0% in 2024Q1, up from −5.0%"


def test_growth_is_said_with_its_sign():
    said = exhibits.finding(growth(MSFT=[8_943, *YEAR, 13_873]))  # million; 13,873 / 8,943 = 1.5513
    assert said == "Microsoft's year-on-year growth of capex was +55.1% in 2024Q1"


def test_growth_may_turn_negative_in_its_own_words():
    said = exhibits.finding(growth(MSFT=[100, *YEAR, 110, *YEAR, 99]))  # 110 / 100, then 99 / 110
    assert said == "Microsoft's capex growth was −10.0% in 2025Q1, after +10.0%"


def test_a_page_of_a_company_without_a_value_says_why_and_speaks_of_no_other():
    said = exhibits.finding(intensity(MSFT=[None], AMZN=[30], ORCL=[10]), focus="MSFT")
    assert said == "Microsoft's capex to revenue in 2023Q1 cannot be shown"


def test_bars_speak_of_the_period_that_they_show():
    shown = exhibits.bars(intensity(MSFT=[20, 25], AMZN=[30, None], ORCL=[10, None]), focus="MSFT")
    assert shown.title == "Microsoft's capex to revenue was 20.0% in 2023Q1"
    assert shown.subtitle == "Capex to revenue, % (by quarter), 2023Q1; number 2 of 3"


# ---- sums


def test_a_sum_takes_the_newest_period_that_every_company_has():
    said = exhibits.total(amounts(MSFT=[10e9, *YEAR, 14e9, 15e9], META=[6e9, *YEAR, 8e9, None]))
    assert said == "The 2 companies' capex was $22.0bn in 2024Q1, +37.5% on a year earlier"  # (14 + 8) / (10 + 6)


def test_a_sum_of_one_company_is_its_own():
    assert exhibits.total(amounts(MSFT=[10e9])) == "Microsoft's capex was $10.0bn in 2023Q1"


def test_where_no_period_has_every_company_there_is_no_sum():
    said = exhibits.total(amounts(MSFT=[10e9, None], META=[None, 8e9]))
    assert said == "No period has a figure for capex from every company"


def test_a_sum_that_was_negative_has_no_growth():
    fcf = measure(metrics.fcf, panel(operating_cash_flow={"MSFT": [1, *YEAR, 9]}, capex={"MSFT": [2, *YEAR, 4]}))
    assert exhibits.total(fcf) == "Microsoft's free cash flow was $5 in 2024Q1"


EPS = measure("eps_diluted", panel(unit="USD/share", eps_diluted={"MSFT": [2.95]}))


@pytest.mark.parametrize("measures", [intensity(MSFT=[20]), EPS], ids=["fraction", "average"])
def test_fractions_and_averages_are_not_added_up(measures):
    with pytest.raises(MetricError, match=r"cannot be added up over companies; use lines or bars$"):
        exhibits.stack(measures)


# ---- several measures


def test_who_is_highest_on_the_most_measures():
    measured = [intensity(MSFT=[30], AMZN=[20], META=[10]), margin(MSFT=[40], AMZN=[10], META=[20])]
    said = exhibits.compare(*measured).title
    assert said == "Microsoft ranks highest on 2 of 2 measures, in 2023Q1"


def test_only_measures_count_that_the_company_has():
    measured = [intensity(MSFT=[30], AMZN=[20]), margin(MSFT=[40], AMZN=[None], META=[20])]
    title = exhibits.compare(*measured, focus="AMZN").title
    assert title == "Amazon's capex to revenue was 20.0% in 2023Q1"


def test_a_measure_that_one_company_alone_has_ranks_nobody():
    measured = [intensity(MSFT=[30], AMZN=[20]), margin(MSFT=[40], AMZN=[None])]
    title = exhibits.compare(*measured).title
    assert title == "Microsoft puts 30.0% of its revenue into capex, Amazon 20.0%, in 2023Q1"


def test_a_tie_counts_for_both():
    measured = [intensity(MSFT=[30], AMZN=[30], META=[10]), margin(MSFT=[10], AMZN=[40], META=[20])]
    assert exhibits.compare(*measured).title == "Amazon ranks highest on 2 of 2 measures, in 2023Q1"


def test_a_focus_without_any_value_is_what_the_title_is_about():
    measured = [intensity(MSFT=[30], AMZN=[20], META=[None]), margin(MSFT=[40], AMZN=[10], META=[None])]
    assert exhibits.compare(*measured, focus="META").title == "Meta's capex to revenue in 2023Q1 cannot be shown"


def test_a_pair_of_measures_names_who_is_furthest_along_each():
    assert paired(MSFT=(30, 10), META=(20, 40), AMZN=(10, 20)) == (
        "Of 3 with both, Microsoft leads on capex to revenue, Meta on operating margin"
    )


def test_who_leads_does_so_among_those_that_have_both_figures():
    """Meta's margin is the highest, and its capex to revenue is missing: it has no point to lead."""
    said = paired(MSFT=(30, 30), META=(None, 40), AMZN=(10, 20), ORCL=(5, 10))
    assert said == "Of 3 with both, Microsoft leads on both: 30.0% capex to revenue and 30.0% operating margin"


def test_of_two_companies_none_leads_and_none_ranks_highest():
    assert paired(MSFT=(30, 10), META=(20, 40)) == "Microsoft and Meta alone have both figures"
    measured = [intensity(MSFT=[30], AMZN=[20]), margin(MSFT=[40], AMZN=[10])]
    assert (
        exhibits.compare(*measured).title == "Microsoft puts 30.0% of its revenue into capex, Amazon 20.0%, in 2023Q1"
    )


def paired(**companies):
    """The title of capex to revenue against margin, in percent of revenue."""
    capex, income = ({name: [both[place]] for name, both in companies.items()} for place in (0, 1))
    known = panel(capex=capex, operating_income=income, revenue={name: [100] for name in companies})
    return exhibits.scatter(measure(metrics.capex_to_revenue, known), measure(metrics.operating_margin, known)).title


def test_who_is_ahead_by_less_than_a_hundredth_leads_nobody():
    title = paired(MSFT=[30, 35.41], GOOGL=[20, 35.30], AMZN=[10, 18])
    assert "leads" not in title and "Microsoft and Alphabet" in title
    assert "leads on both" in paired(MSFT=[30, 36], GOOGL=[20, 35.30], AMZN=[10, 18])


def test_one_company_alone_is_not_the_highest():
    alone = panel(capex={"MSFT": [30]}, operating_income={"MSFT": [10]}, revenue={"MSFT": [100]})
    across, up = measure(metrics.capex_to_revenue, alone), measure(metrics.operating_margin, alone)
    assert exhibits.scatter(across, up).title == "Microsoft has 30.0% capex to revenue and 10.0% operating margin"


def test_a_total_is_of_the_newest_months_that_all_have():
    """CoreWeave and Nebius paid 20.6bn and 11.1bn in the year to June 2026, by its 10-Q and its 6-K: 31.7bn; the last
    quarter that both give alone is of 2025.
    """
    both = facts.open(["CRWV", "NBIS"], currency="USD")
    quarters, years = (measure("capex", select(both, span)) for span in ("quarter", "ttm"))
    assert exhibits.total(quarters, years) == "The 2 companies' capex was $31.7bn in the year to 2026Q2"
    assert "2025Q4" in exhibits.total(quarters)
