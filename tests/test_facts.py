"""Facts as loaded: overlaps agree, derived quarters equal an independent table, and a date hides what came later."""

from functools import cache
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capcycle import facts, spans
from capcycle.errors import CapcycleError
from capcycle.facts import door, splits

HERE = Path(__file__).parent / "data"
PERIOD = ["company", "concept", "period_start", "period_end"]
DAY = pd.Timedelta(days=1)
COMPANIES, GROUPS = facts.companies().index, facts.companies()["group"]
PUBLISHED = sorted(facts.history()["published"].dropna().unique())


def table(name):
    dates = ["period_start", "period_end", "start", "middle", "end", "published"]
    rows = pd.read_csv(HERE / name)
    return rows.astype({column: "datetime64[us]" for column in dates if column in rows})


@cache
def known():
    return facts.load()


@cache
def flows():
    """Reported flows by company and concept: the value of each period."""
    additive = facts.dictionary().query("nature == 'flow'").index
    rows = known()[known()["concept"].isin(additive) & (known()["kind"] == "reported")]
    return {key: group.set_index(PERIOD[2:])["value"].to_dict() for key, group in rows.groupby(PERIOD[:2])}


def is_quarter(start, end):
    return 75 <= (end - start).days + 1 <= 105


def overlaps():
    """Every period filed beside the two that make it up, one of them a quarter, and by how much they differ."""
    for key, values in flows().items():
        for (start, end), (again, middle) in product(values, values):
            rest = (middle + DAY, end)
            if again == start and rest in values and (is_quarter(start, middle) or is_quarter(*rest)):
                yield (*key, start, middle, end), values[start, end] - values[start, middle] - values[rest]


def test_every_overlap_agrees_or_is_listed_with_its_reason():
    listed = table("overlaps.csv")
    reasons = {tuple(row[:5]): row[5] for row in listed.drop(columns="reason").itertuples(index=False)}
    assert {period: round(by) for period, by in overlaps() if round(by)} == reasons
    assert listed["reason"].str.len().min() > 0


def test_there_are_hundreds_of_overlaps():
    assert sum(1 for _ in overlaps()) >= 500


def derived(expected):
    ours = expected.drop(columns="value").merge(known(), on=PERIOD, how="left")
    assert ours["value"].notna().all()
    return ours


def test_derived_quarters_equal_an_independent_table():
    independent, restated = table("derived_quarters.csv"), table("restated_quarters.csv")
    ours = derived(independent)
    wrong = independent[(ours["value"] != independent["value"]).to_numpy()]
    assert len(independent) == 613
    assert sorted(map(tuple, wrong[PERIOD].to_numpy())) == sorted(map(tuple, restated[PERIOD].to_numpy()))


def test_quarters_that_differ_are_the_restated_figures_less_each_other():
    restated = table("restated_quarters.csv")  # the arithmetic stands in the reason
    assert derived(restated)["value"].tolist() == restated["value"].tolist()


def test_a_derived_quarter_names_both_periods_and_both_documents():
    quarter = known().query("company == 'MSFT' and concept == 'capex'").set_index("period_end").loc["2024-06-30"]
    derived = quarter[quarter["kind"] == "derived"].iloc[0]
    assert derived["locator"].startswith("2023-07-01…2024-06-30 less 2023-07-01…2024-03-31")
    assert derived["source"].split() == ["0000950170-24-087843", "0000950170-24-048288"]  # 10-K of July, 10-Q of April


@pytest.mark.parametrize("concept", ["eps_diluted", "shares_diluted"])
def test_averages_are_never_derived_but_by_a_split(concept):
    rows = known().query("concept == @concept")
    assert set(rows["kind"]) - {"estimated"} == {"reported", "derived"}  # estimated: what only news says
    assert rows["locator"].str.contains(" [×÷] [0-9]+$")[rows["kind"] == "derived"].all()


def test_no_period_stands_twice():
    assert not known().duplicated(PERIOD).any()


def test_companies_come_in_the_order_asked_for():
    assert facts.load(["ORCL", "AMD"])["company"].unique().tolist() == ["ORCL", "AMD"]


# ---- as of a date


@pytest.fixture(scope="module")
def read_once():
    """Files are read and checked once, so that many dates are tried quickly."""
    known, values = door.open_reference(), facts.history()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facts, "PREPARED", {})
        patch.setattr(door, "open_reference", lambda: known)
        patch.setattr(door, "read_facts", lambda companies, known: values[values["company"].isin(companies)])
        yield values


@pytest.mark.parametrize("company", COMPANIES)
def test_on_no_day_is_anything_later_visible_and_nothing_is_forgotten(company, read_once):
    seen = set()
    days = sorted(facts.history([company])["published"].dropna().unique())
    for day in [*days[:-1:3], *days[-1:]]:
        then = facts.load([company], as_of=f"{day:%Y-%m-%d}")
        periods = set(map(tuple, then[PERIOD[1:]].astype(str).to_numpy()))
        assert then["published"].max() <= day and seen <= periods
        seen = periods


@settings(max_examples=15)
@given(st.sampled_from(PUBLISHED))
def test_what_is_published_later_changes_nothing(read_once, day):
    only_then = read_once[read_once["published"] <= day]
    with pytest.MonkeyPatch.context() as patch:
        cut = facts.load(as_of=f"{day:%Y-%m-%d}")
        patch.setattr(door, "read_facts", lambda names, known: only_then[only_then["company"].isin(names)])
        patch.setattr(facts, "PREPARED", {})  # the files themselves are as they were
        pd.testing.assert_frame_equal(cut, facts.load())


@pytest.mark.parametrize("company", ["MSFT", "ORCL", "GOOGL"])  # no quarter to derive, no year to sum, no figure
def test_columns_have_the_types_of_a_full_table_where_a_company_has_few_rows(company, monkeypatch):
    monkeypatch.setattr(facts, "PREPARED", {})
    every, few = facts.load(["MSFT"]), facts.load([company], "2015-10-22")
    pd.testing.assert_series_equal(few.dtypes, every.dtypes)
    for span, calendar in product(spans.SPANS, spans.CALENDARS):
        whole, part = (spans.placed(rows, span, calendar) for rows in (every, few))
        pd.testing.assert_series_equal(part.dtypes, whole.dtypes)


def test_columns_keep_their_types_where_a_split_moves_nothing(monkeypatch):
    split = splits.splits(facts.history(["NVDA"])).tail(1)
    known = facts.load(["NVDA"]).query("published > @split['day'].max()")
    monkeypatch.setattr(splits, "splits", lambda history: split)
    pd.testing.assert_frame_equal(splits.rebase(known, known), known)


@pytest.mark.parametrize(
    ("as_of", "value"),
    [
        ("2024-02-02", 7_665),  # 27.266 less 19.601, both as first published
        ("2024-12-01", 7_665),  # the nine months are 19.453 by now, the year is not restated yet
        ("2025-01-29", 7_665),
        ("2025-01-30", 7_592),  # 27.045 less 19.453, both net of proceeds
    ],
)
def test_metas_fourth_quarter_of_2023_is_never_a_mix_of_vintages(as_of, value):
    assert quarter("META", "capex", "2023-10-01", as_of) == value * 1e6


@pytest.mark.parametrize(
    ("as_of", "value"),
    [
        ("2025-01-30", 2_317),  # 7.091 less 4.774, as Tesla announced
        ("2025-10-23", 2_317),  # nine months recast to 4.963, the year not repeated yet
        ("2026-01-29", 2_128),  # the year stands at 7.091 in the 10-K for 2025 as well: 7.091 less 4.963
    ],
)
def test_teslas_fourth_quarter_of_2024_is_recast_once_the_year_is_repeated(as_of, value):
    assert quarter("TSLA", "net_income", "2024-10-01", as_of) == value * 1e6


def quarter(company, concept, start, as_of):
    rows = facts.load([company], as_of).query("concept == @concept")
    return next(
        row.value
        for row in rows.itertuples()
        if f"{row.period_start:%Y-%m-%d}" == start and is_quarter(row.period_start, row.period_end)
    )


def test_before_anything_was_published_there_is_nothing():
    assert facts.load(as_of="2010-01-01").empty


# ---- what is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"companies": ["NVDAA"]},
            f"unknown company or group NVDAA; there are: {', '.join(sorted({*COMPANIES, *GROUPS}))}; {facts.ADD}",
        ),
        ({"companies": "MSFT"}, "companies is the text 'MSFT'; give a list such as ['MSFT']"),
        ({"companies": []}, f"no company given; there are: {', '.join(sorted(COMPANIES))}"),
        ({"as_of": "2024-06-31"}, "as_of '2024-06-31' is not a date such as 2024-06-30"),
        ({"as_of": "June 2024"}, "as_of 'June 2024' is not a date such as 2024-06-30"),
    ],
)
def test_load_refuses(arguments, message):
    with pytest.raises(CapcycleError) as refused:
        facts.load(**arguments)
    assert str(refused.value) == message


def test_the_data_passes_its_own_door():
    facts.check()


def test_what_is_prepared_for_forks_is_what_is_known_and_a_changed_file_is_not(monkeypatch):
    asked, plain = list(product([["MSFT", "BABA", "miners"], ["APLD"], None], ["", "2026-03-31"])), []
    for each in asked:
        monkeypatch.setattr(facts, "PREPARED", {})
        plain.append((facts.load(*each), facts.refused(*each)))
    monkeypatch.setattr(facts, "PREPARED", {})
    facts.prepare()
    facts.prepare("2026-03-31")
    worked_out, anew = facts._worked_out, []
    monkeypatch.setattr(facts, "_worked_out", lambda new, day: anew.append(new) or worked_out(new, day))
    for (names, day), (loaded, refused) in zip(asked, plain, strict=True):
        pd.testing.assert_frame_equal(facts.load(names, day), loaded)
        pd.testing.assert_frame_equal(facts.refused(names, day), refused)
    assert not anew, "what was prepared is worked out again"
    facts.load(["MSFT"], "2024-08-01")
    assert anew == [["MSFT"]], "of a day that was not prepared"
    stamp = facts.tables.stamp
    monkeypatch.setattr(facts.tables, "stamp", lambda name: stamp(name) + "changed" * (name == "facts/APLD.csv"))
    facts.load(["MSFT", "APLD"])
    assert anew == [["MSFT"], ["APLD"]]
