"""The editor's gate: whom a title is about, old figures beside fresh ones, axes of time, results that nobody has."""

import pandas as pd
import pytest
from browser import PARAMETERS, code, outcome, show
from test_findings import amounts, intensity, margin

from capcycle import analyses, exhibits, facts, publish, words
from capcycle.exhibits import gate, marks
from capcycle.exhibits.exhibit import Exhibit
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import Quantity

NONE = pd.DataFrame()
NEWEST = pd.Timestamp("2026-06-30")


def quarters(*names):
    rows = pd.DataFrame({"x": names, "label": names, "group": "Meta", "value": 1.0, "unit": "USD", "source": ""})
    return rows.assign(kind="reported")


# ---- whom a title is about


@pytest.mark.parametrize(
    ("title", "stranger"),
    [
        ("TeraWulf spends 1,763% of its cash flow, CoreWeave 160.6%, in the year to 2023Q4", True),
        ("Lessors paid for 17.5% of Microsoft's capex", True),
        ("Cipher's capex to revenue was 730.7%, that of CoreWeave 271.0%", False),
        ("Of the MW like for like 58.2% are let to CoreWeave", False),
        ("NVIDIA Blackwell NVL72 gives the most throughput for its price", False),
        ("Capex was $92.8bn in 2024", False),
    ],
)
def test_a_title_about_somebody_else_is_noticed(title, stranger):
    assert bool(gate.about(title, ["CIFR"])) == stranger
    assert gate.about(title, []) == []  # a page that takes no company is about nobody


def test_a_company_that_cannot_be_ranked_keeps_its_own_title():
    """Meta's figure is of the first quarter, the others' of the sixth, at which they are ranked."""
    six = {name: [value] * 6 for name, value in {"MSFT": 20, "AMZN": 10, "ORCL": 5}.items()}
    later = six | {"META": [50, None, None, None, None, None]}
    both = [intensity(**later), margin(**later)]
    assert exhibits.compare(*both, focus="META").title == "Meta's capex to revenue was 50.0% in 2023Q1"


# ---- old figures


def compared(**ends):
    rows = pd.DataFrame({"company": list(ends), "period_end": list(ends.values()), "metric": "capex", "value": 1.0})
    return gate.of_figures("Meta ranks highest on 2 of 3 measures", rows, NEWEST)


def test_a_figure_of_more_than_four_quarters_ago_needs_a_date_in_the_title():
    assert compared(META="2025-06-30", MSFT="2026-06-30") == []
    fault = "a figure of 31 Mar 2025 stands beside others of 30 Jun 2026, and the title has no date"
    assert compared(META="2025-03-31", MSFT="2026-06-30") == [fault]


def test_a_date_in_the_title_or_a_line_up_to_today_will_do():
    old = exhibits.compare(amounts(META=[1.0], MSFT=[2.0]))
    figures = old.figures.assign(period_end="2023-03-31")
    assert "2023Q1" in old.title and gate.of_figures(old.title, figures, NEWEST) == []
    line = pd.DataFrame(
        {"company": "META", "period_end": ["2020-03-31", "2026-06-30"], "metric": "capex", "value": 1.0}
    )
    assert gate.of_figures("Capex has doubled", line, NEWEST) == []


def test_ranks_at_several_periods_say_from_which_on():
    title = exhibits.compare(
        intensity(MSFT=[20, 30], AMZN=[10, 20], META=[1, 2]), margin(MSFT=[1, None], AMZN=[2, None], META=[0, None])
    ).title
    assert title == "Microsoft ranks highest on 1 of 2 measures, in 2023Q1 or later"


@pytest.mark.parametrize("name", facts.companies()["name"])
def test_a_rank_at_several_periods_has_room_for_every_name(name):
    period = words.say("finding.each_period", first=words.period("TTM 2025Q4"))
    title = words.say("finding.across", name=name, tops=2, bottoms=3, count=5, period=period)
    assert gate.faults(title) == []


# ---- a rank


@pytest.mark.parametrize("rank", ["the highest of 2", "number 2 of 2", "the lowest of 2"])
def test_a_rank_among_two_is_noticed_under_a_title_too(rank):
    assert gate.faults("Meta spends most", f"Capex, USD; {rank}") == ["a rank among one or two says nothing"]
    assert gate.faults("Meta spends most", "Capex, USD; the highest of 3") == []


@pytest.mark.parametrize(("coupons", "found"), [([0.0775], 1), ([0.0775, 0.0725], 0)])
def test_of_one_figure_none_is_the_dearest(coupons, found):
    figures = pd.DataFrame({"value": [0.16, 0.18, *coupons], "unit": ["fraction"] * 2 + ["rate"] * len(coupons)})
    assert len(gate.of_one("Leases earn 16% to 18%; the dearest note pays 7.75%", figures)) == found
    assert gate.of_one("Leases earn 16% to 18%; the note on record pays 7.75%", figures) == []


def test_of_two_companies_none_is_ranked():
    assert exhibits.lines(amounts(META=[1.0], MSFT=[2.0]), "META").subtitle == "Capex, USD (by quarter)"


# ---- unlike days, gains, what is not held


def test_figures_of_unlike_days_are_compared_with_a_date():
    ends = {"MSFT": "2026-06-30", "META": "2026-03-31", "ORCL": "2025-12-31"}
    rows = pd.DataFrame({"company": list(ends), "period_end": list(ends.values()), "metric": "capex", "value": 1.0})
    fault = "it compares figures of 31 Dec 2025 with those of 30 Jun 2026, and has no date"
    assert gate.of_comparison("Microsoft spends most", rows) == [fault]
    assert gate.of_comparison("Microsoft spent most in the year to 2026Q2", rows) == []
    assert gate.of_comparison("Microsoft spends most", rows[rows["company"] != "ORCL"]) == [
        fault.replace("31 Dec 2025", "31 Mar 2026")
    ]  # a quarter apart is not one period either


def test_a_case_that_rests_on_an_old_figure_needs_a_date_too():
    """CoreWeave's leases of September 2025 stood beside its debt of June 2026 under a title without a day."""
    old, new = (Quantity(name, 1.0, "USD", day=pd.Timestamp(day)) for name, day in
                (("leases", "2025-03-31"), ("debt", "2026-06-30")))  # fmt: skip
    figures = marks.columns(marks.rows([("Leases", old), ("Debt", new)]), marks.Frame("a", "b", "c")).figures
    assert gate.of_figures("Debt is larger", figures, NEWEST) == [
        "a figure of 31 Mar 2025 stands beside others of 30 Jun 2026, and the title has no date"
    ]
    assert gate.of_figures("Debt of 30 Jun 2026 is larger", figures, NEWEST) == []


@pytest.mark.parametrize("metric", ["net_income", "net_margin", "capex_to_net_income"])
def test_a_ratio_to_profit_says_whether_gains_are_in_it(metric):
    years = select(facts.open(["GOOGL", "MSFT", "META"], "2026-08-31"), "ttm")
    shown = exhibits.lines(measure(metric, years))
    said = " ".join([shown.title, shown.subtitle, *shown.notes])
    assert gate.of_profit(said, shown.figures) == []
    bare = said.replace("gain", "")
    assert gate.of_profit(bare, shown.figures) == [
        "its net income is with gains on investments or without them, and nothing says which"
    ]


def test_what_is_not_held_is_not_said_to_be_none():
    """Amazon, TTM 2026Q1: no depreciation, said a chart of a company that writes off tens of billions."""
    years = select(facts.open(["AMZN", "CRWV", "NBIS"], "2026-08-31"), "ttm")
    for name in ("capex_to_depreciation", "fcf_after_leases_margin", "capex_to_cloud_revenue"):
        shown = exhibits.lines(measure(name, years))
        assert gate.of_absence([shown.title, shown.subtitle, *shown.notes]) == []
    fault = "'no depreciation' says that there is none, not that none is held"
    assert gate.of_absence(["Amazon, TTM 2026Q1: no depreciation", "No debt falls due"]) == [fault]


# ---- looks and sliders


def test_two_names_that_look_alike_and_a_name_that_looks_unlike_are_noticed():
    def drawn(**colours):
        return {"layer": [{"encoding": {"fill": {"scale": {"domain": list(colours), "range": [*colours.values()]}}}}]}

    assert gate.of_looks([drawn(Meta="red", NVIDIA="blue"), drawn(Meta="red")]) == []
    assert gate.of_looks([drawn(Meta="red", NVIDIA="red")]) == ["Meta and NVIDIA look alike in one chart"]
    apart = [drawn(Meta="red", NVIDIA="blue"), drawn(Meta="blue")]
    assert gate.of_looks(apart) == ["Meta has more than one look on the page"]


def test_colour_and_dash_together_tell_lines_apart():
    scales = {"color": ["red", "red"], "strokeDash": ["1,0", "4,2"]}
    line = {"encoding": {name: {"scale": {"domain": ["A", "B"], "range": each}} for name, each in scales.items()}}
    assert gate.of_looks([line]) == []


def test_an_axis_that_moves_with_its_sliders_is_noticed():
    case = analyses.start("required_revenue", facts.open(), "MSFT")
    spec = exhibits.what_if(case, "it_life", ["target_return"]).chart.to_dict()
    assert gate.of_chart(spec, NONE) == []
    for layer in spec["layer"]:
        layer.get("encoding", {}).get("y", {}).pop("scale", None)
    assert "the axis of value moves with the sliders" in gate.of_chart(spec, NONE)


# ---- axes of time


def test_an_axis_that_leaves_a_quarter_out_is_noticed():
    bar = {"mark": "bar", "encoding": {"x": {"field": "x", "type": "ordinal"}},
           "data": {"values": [{"x": "2023Q2"}, {"x": "2023Q3"}, {"x": "2024Q1"}]}}  # fmt: skip
    assert gate.of_chart(bar, NONE) == ["its axis leaves out 2023Q4"]


@pytest.mark.parametrize("draw", [marks.paths, marks.stacked])
@pytest.mark.parametrize("names", [("2023Q2", "2023Q3", "2024Q1"), ("2023", "2025"), ("2024-11", "2025-01")])
def test_charts_of_rows_have_a_place_for_every_period(draw, names):
    spec = draw(quarters(*names), marks.Frame("a", "A", "B")).chart.to_dict()
    assert gate.of_chart(spec, NONE) == []


def test_a_line_breaks_where_a_quarter_is_missing():
    spec = marks.paths(quarters("2023Q3", "2024Q1"), marks.Frame("a", "A", "B")).chart.to_dict()
    (rows,) = spec["datasets"].values()
    assert [row["value"] for row in rows] == [1.0, None, 1.0]
    assert spec["layer"][0]["mark"]["invalid"] == "break-paths-show-domains"


def test_a_period_under_another_year_is_noticed():
    spec = exhibits.lines(measure("capex", select(facts.open(["META"]), "ttm", since=2024))).chart.to_dict()
    assert gate.of_chart(spec, NONE) == []
    (rows,) = spec["datasets"].values()
    late = next(row for row in rows if row["period"] == "TTM 2025Q4")
    late["date"] = "2026-01-01"
    assert gate.of_chart(spec, NONE) == ["TTM 2025Q4 stands under another year, on 2026-01-01"]


# ---- what no company has


def test_a_result_outside_its_plausible_range_is_held_back():
    """Free cash flow of −3,111% of revenue: Nebius in 2023, when it had hardly any."""
    shown = exhibits.lines(measure("fcf_margin", select(facts.open(["NBIS", "CRWV"]), "ttm")))
    spec = shown.chart.to_dict()
    assert gate.of_chart(spec, shown.figures) == []
    assert any("is outside the plausible range" in note for note in shown.notes)
    (rows,) = spec["datasets"].values()
    next(row for row in rows if (row["company"], row["period"]) == ("NBIS", "TTM 2023Q4"))["value"] = -31.11
    fault = "it draws NBIS, TTM 2023Q4, which is outside the plausible range"
    assert gate.of_chart(spec, shown.figures) == [fault]


# ---- a page


def test_the_gate_goes_over_the_exhibits_of_a_page(tmp_path):
    figures = pd.DataFrame({"label": ["a"], "value": [1.0]})
    titles = ["TeraWulf spends most", "Microsoft spends most", "AMD leads – on cost"]
    cells = [code(f"{n}", show(Exhibit(f"e{n}", title, "Capex, USD", "", figures.astype(str), figures)))
             for n, title in enumerate(titles)]  # fmt: skip
    page = outcome(tmp_path, "giants", [code(PARAMETERS, tags=["parameters"]), *cells], companies=["MSFT", "META"])
    found = list(publish.faults([page]))
    assert [each.split(": ")[2] for each in found] == [
        "it has no lead.",
        "it does not say what would change the conclusion.",
        "the title is about TeraWulf, which is not what the page is about.",
        "a dash stands for a number in the title.",
        "the title is about AMD, which is not what the page is about.",
    ]


# ---- what is not held, and titles that cannot be told apart


def test_what_is_not_held_is_not_called_unpublished():
    """Broadcom files its net income every quarter: that the data has none does not make it unpublished."""
    assert gate.of_absence(["Broadcom is left out: no figure for the net income is public."])
    assert not gate.of_absence(["Broadcom is left out: the data has no figure for net income."])


def test_two_exhibits_of_a_page_have_titles_of_their_own():
    twice = "EV to sales runs from 3.7× (Amazon) to 10.9× (Microsoft)"  # stood above growth and above the margin
    assert len(gate.of_titles([twice, "Meta leads", twice])) == 1 and not gate.of_titles([twice, "Meta leads"])


@pytest.mark.parametrize(("title", "fit"), [
    ("Amazon's ROIC less cost of capital is 9.3%", False), ("Amazon's ROIC less cost of capital is 9.3 points", True),
    ("Spread of yield on cost runs from 3.8% to 9.1%", False), ("Oracle earned 12.7%, 2.6 points over its cost", True),
])  # fmt: skip
def test_a_difference_of_two_percentages_is_in_points(title, fit):
    assert (gate.faults(title) == []) is fit


@pytest.mark.parametrize(
    ("title", "columns", "published", "subtitle"),
    [
        ("A cluster returns 12%", {"day": ["2026-06-30", "2026-03-31", ""]}, "2026-08-12", "%; figures to 30 Jun 2026"),
        ("A cluster returns 12%", {"day": ["2026-06-30", "2028-12-31"]}, "2026-08-12", "%; figures to 30 Jun 2026"),
        ("A cluster returns 12%", {}, "2026-08-12", "%; documents to 12 Aug 2026"),
        ("A cluster returns 12%", {}, "", "%"),
        ("A cluster returns 12% in 2026Q2", {"day": ["2026-06-30"]}, "2026-08-12", "%"),
        ("Utilisation matters most", {"day": ["2026-06-30"]}, "2026-08-12", "%"),
    ],
)
def test_a_title_with_a_value_says_of_when_it_is(title, columns, published, subtitle):
    """A plan of a day after all documents is of no day; a date that stands there is not said twice."""
    card = {"id": "10-Q", "title": "10-Q", "publisher": "SEC", "url": "", "published": published, "tier": "filing"}
    made = Exhibit("one", title, "%", "", pd.DataFrame(), pd.DataFrame(columns), sources=(card,))
    assert made.payload()["subtitle"] == subtitle
    assert bool(gate.of_dated(title, made.measured(), pd.DataFrame(columns))) == (
        subtitle == "%" and "12%" in title and "2026" not in title
    )
