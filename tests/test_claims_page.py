"""The claims page: what its exhibits say, and that its filters and arithmetic work with no kernel."""

from dataclasses import replace

import pandas as pd
import pytest
from browser import CHROMIUM_FLAGS, PARAMETERS, chromium, code, offline, outcome, show
from scipy import stats

from capcycle import claims, paths, publish
from capcycle.errors import CapcycleError
from capcycle.exhibits.exhibit import MIME
from capcycle.words import say


@pytest.fixture(scope="module")
def examined():
    return claims.examine()


@pytest.fixture(scope="module")
def table(examined):
    return claims.exhibits.statements(examined)


def test_the_headline_counts_all_statements(examined):
    said = "Of 180 statements examined, 98 are consistent and 49 are not. "
    said += "Of the others 15 were spoiled in translation, and 18"
    assert claims.exhibits.headline(examined).startswith(said)  # 5 superseded + 13 not checkable


def test_a_verdict_opens_its_arithmetic(table):
    cell = table.view.set_index(say("column.check")).at["K001", say("column.verdict")]
    assert cell["text"] == "mistranslated"
    assert "`c122*1e6/c120` = 20, expected 20 W" in cell["details"]
    assert "With c120 = c120/100; c120h = c120h/100 it holds." in cell["details"]


def made(*rows):
    """Statements of (verdict, how many, speakers, kinds)."""
    each = [(verdict, list(who), list(kinds)) for verdict, count, who, kinds in rows for _ in range(count)]
    table = pd.DataFrame(each, columns=["verdict", "speakers", "kinds"])
    return replace(claims.examine(), statements=table.assign(id=[f"K{place}" for place in table.index]))


def test_nobody_is_charged_with_a_translators_error(examined):
    spoiled = examined.statements.query("verdict == 'mistranslated'")
    assert {"Guo Xiaojing (author)", "Kuppy (Praetorian Capital)"} <= {
        name for who in spoiled["speakers"] for name in who
    }
    assert "mistranslated" not in set(claims.exhibits.speakers(examined).figures["verdict"])
    kinds = claims.exhibits.verdicts(examined).figures.query("verdict == 'mistranslated'")
    assert kinds[["kinds", "count"]].values.tolist() == [["translation", 15]]  # not 15 and more, one for each kind


def test_a_person_has_a_row_from_twenty_decided_statements_on():
    few = [("consistent", 12, ["Few"], ["press"]), ("inconsistent", 7, ["Few"], ["press"])]
    idle = [(verdict, 30, ["Few"], ["press"]) for verdict in ("mistranslated", "superseded", "not checkable")]
    many = [("consistent", 12, ["Many"], ["press"]), ("inconsistent", 8, ["Many"], ["press"])]
    view = claims.exhibits.speakers(made(*few, *idle, *many)).view
    assert view[say("column.speakers")].tolist() == ["Many"]
    assert view[say("column.share_right")].tolist() == ["60.0%"]  # 12 of 20
    assert claims.exhibits.speakers(made(*few, *idle)).view.empty


def test_kinds_of_source_with_few_statements_count_together_and_once():
    rows = [("consistent", 20, ["A"], ["press"]), ("inconsistent", 3, ["B", "C"], ["investor", "headline"]),
            ("consistent", 1, ["B"], ["investor"])]  # fmt: skip
    view = claims.exhibits.verdicts(made(*rows)).view.set_index(say("column.kinds"))
    assert list(view.index) == ["press", "other kinds"] and view.loc["other kinds", "inconsistent"] == "3"


def test_sources_are_set_against_each_other_with_the_interval_of_their_share():
    rows = [("consistent", 26, ["A"], ["broker"]), ("inconsistent", 9, ["A"], ["broker"]),
            ("consistent", 47, ["B"], ["press"]), ("inconsistent", 24, ["B"], ["press"])]  # fmt: skip
    shown = claims.exhibits.verdicts(made(*rows))
    low, high = stats.binomtest(26, 35).proportion_ci(method="wilson")
    assert shown.view.set_index(say("column.kinds")).at["broker", say("column.interval")] == f"{low:.1%} to {high:.1%}"
    assert shown.title.endswith("the difference may be chance")
    apart = claims.exhibits.verdicts(made(*rows[:1], ("inconsistent", 30, ["B"], ["press"])))
    assert apart.title == "Where the source is broker 100.0% of decided statements are right, where it is press 0.0%"


def test_articles_are_not_charged_with_the_translation_either(examined):
    table = claims.exhibits.articles(examined).figures.set_index("article")
    baidu = table.loc["Baidu 3Q25 earnings call notes"]
    assert (baidu["wrong"], baidu["mistranslated"]) == (3, 3)  # K009, K011 and K012 become right: the notes' were right


def test_the_rules_are_shown_with_how_far_they_get(examined):
    classes = claims.exhibits.classes(examined)
    assert list(classes.view.columns) == [
        say(f"column.{name}") for name in ("class", "errors", "detected", "fired", "hits")
    ]
    scores = (
        "Of the 80 known errors the rules detect 11, 13.8% (recall); of the 11 times that they fire 10 are on such an"
    )
    assert classes.notes[0].startswith(f"{scores} error, 90.9% (precision). Both are in sample")


def test_every_claim_is_shown_as_printed(examined):
    assert len(claims.exhibits.printed(examined).view) == 376


@pytest.mark.parametrize(
    "given, count",
    [
        ({"companies": ["BIDU"]}, 21),  # K009, K011, K012, K058 to K070, K122, K163 to K165, K167
        ({"companies": ["Kingsoft Cloud"]}, 12),  # K022, K047 to K057
        ({"speakers": ["Bernstein"]}, 10),
        ({"classes": ["scale_slip"]}, 4),
        ({"verdicts": ["superseded"]}, 5),
        ({"companies": ["NVDA"], "verdicts": ["mistranslated"]}, 1),
    ],
)
def test_statements_are_narrowed_by_parameters(given, count):
    assert len(claims.examine(**given).statements) == count


def test_an_unknown_name_is_refused_with_those_that_exist():
    with pytest.raises(CapcycleError, match="unknown class of error slip; there are: ads_share, bound,"):
        claims.examine(classes=["slip"])


@pytest.mark.filterwarnings("error")
def test_a_statement_about_nobody_leaves_exhibits_without_a_chart():
    nobody = claims.examine(companies=["Baidu"], verdicts=["superseded"], classes=["scale_slip"])
    assert claims.exhibits.verdicts(nobody).chart is None


def test_no_filter_no_change_of_what_a_page_reads(examined):
    assert "filters" not in claims.exhibits.outside(examined)._repr_mimebundle_()[MIME]


def test_worked_examples_are_shown_by_whom_they_are_about_and_where_they_stand():
    examined = claims.examine(file=str(paths.DATA / "examples.csv"))
    view = claims.exhibits.statements(examined).view.set_index(say("column.check"))
    assert view.at["line3", say("column.right")] == "Gap to revenue: $530bn"  # 600 - 70
    assert view.at["line3", say("column.claimed")].startswith(
        "Cahn in 2024, as quoted. Printed: Gap to revenue: $500bn."
    )
    assert view.at["line3", say("column.speaker")].startswith("AI industry needs to earn $600 billion")
    assert say("column.company") not in view and say("column.class") not in view


# ---- in a browser


@pytest.fixture(scope="module")
def site(tmp_path_factory, table, examined):
    folder = tmp_path_factory.mktemp("claims")
    shown = [claims.exhibits.verdicts(examined), table, claims.exhibits.printed(examined)]
    cells = [code(PARAMETERS, tags=["parameters"]), *(code("1", show(each)) for each in shown)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", folder / "cache")
        (folder / "site").mkdir()
        publish.build([outcome(folder / "runs", "claims", cells, title="Claims")], folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def page(site):
    if not (executable := chromium()):
        pytest.skip("no Chromium: install Debian's chromium, or set CHROMIUM to where it is")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        with offline(browser) as page:
            page.goto(f"file://{site}/claims.html")
            page.wait_for_selector("html[data-drawn]")
            yield page
        browser.close()


def test_a_table_of_words_says_so_once_and_a_mixed_one_cell_by_cell(site):
    text = (site / "claims.html").read_text("utf-8")
    figures = {
        name: text[text.index(f'<figure id="{name}"') :].split("</figure>")[0] for name in ("verdicts", "claims")
    }
    assert '<table class="words">' in figures["claims"] and 'class="w"' not in figures["claims"]
    assert "<table>" in figures["verdicts"] and '<th scope="row" class="w">' in figures["verdicts"]


def test_a_table_of_words_stands_left(page):
    looks = "cells => [...new Set(cells.map(cell => getComputedStyle(cell).textAlign))]"
    assert page.locator("#claims :is(th, td)").evaluate_all(looks) == ["left"]


def shown_rows(page):
    return page.locator("#statements tbody tr:visible").count()


def choose(page, column, value):
    page.locator("#statements .filters label", has_text=column).locator("select").select_option(value)


@pytest.mark.browser
def test_rows_are_narrowed_by_what_is_chosen_and_come_back(page):
    assert shown_rows(page) == 180
    choose(page, say("column.company"), "Baidu")
    choose(page, say("column.verdict"), "mistranslated")
    assert shown_rows(page) == 3 and page.locator("#statements output").inner_text() == "3 of 180 rows"
    choose(page, say("column.company"), "")
    choose(page, say("column.verdict"), "")
    assert shown_rows(page) == 180


@pytest.mark.browser
def test_a_click_opens_the_arithmetic(page):
    row = page.locator("#statements tbody tr", has_text="K009")
    row.locator("summary").click()
    assert row.locator("details p", has_text="c060/c051 = 0.617284, expected 0.617").is_visible()


@pytest.mark.browser
def test_the_page_says_and_asks_nothing(page):
    assert page.said == [] and all(url.startswith("file:") for url in page.asked)


@pytest.mark.browser
def test_without_scripts_every_row_is_there_and_no_filter(site, page):
    with offline(page.context.browser, java_script_enabled=False) as plain:
        plain.goto(f"file://{site}/claims.html")
        assert plain.locator("#statements tbody tr").count() == 180
        assert not plain.locator(".filters:visible").count()
