"""Each term once, in words, and links to it from where a page uses it."""

import re

import pytest

from capcycle import analyses, facts, metrics, words
from capcycle.publish import glossary
from capcycle.publish.glossary import Linker, Term
from capcycle.publish.prose import slug


@pytest.fixture(scope="module")
def known():
    return glossary.terms()


def test_every_figure_metric_model_and_result_is_defined_under_its_own_name(known):
    models = analyses.models()
    things = [*facts.dictionary().index, *metrics.ALL, *models, *(name for m in models.values() for name in m.outputs)]
    assert [thing for thing in things if slug(words.name(thing)) not in known] == []


def test_every_term_says_what_it_means_in_words(known):
    assert [term.name for term in known.values() if len(term.said) < 10] == []
    assert [term.name for term in known.values() if re.search(r"\b[a-z]+_[a-z]|`|;;", term.said)] == []
    assert max(len(term.card) for term in known.values()) < 600


def test_a_metric_has_its_meaning_and_its_formula(known):
    assert known["free-cash-flow-margin"].said.endswith("Free cash flow / revenue.")
    assert known["capex"].section == "concept" and known["capex"].meaning.startswith("Cash paid for property")


def test_a_result_has_its_part_of_the_formula_and_the_calculation_that_gives_it(known):
    term = known["revenue-required"]  # several models give it
    assert term.formula.startswith("revenue required = (depreciation + target return × capital")
    assert term.said.endswith("A result of: Required revenue.")


def test_a_result_without_a_formula_of_its_own_has_what_its_calculation_says(known):
    assert known["site-capex-per-gpu"].said.startswith("A result of: A gigawatt in chips and money. A site's power as")


def test_a_term_that_no_table_defines_has_words(known):
    assert known["ttm"].meaning == "the trailing twelve months, which are the sum of a company's last four quarters."
    assert {term.section for term in known.values()} == set(glossary.SECTIONS)


def linked(html: str, *others: Term) -> list[str]:
    """The words of a page that lead to the glossary."""
    known = [Term("Capex", "concept"), Term("Capex to revenue", "metric"), Term("Cash", "concept"), *others]
    text = Linker({term.anchor: term for term in known}).linked(html)
    assert (
        re.sub(r'<a class="term" href="glossary.html#[\w-]+">([^<]*)</a>', r"\1", text) == html
    )  # nothing else changes
    return re.findall(r'class="term" href="glossary\.html#([\w-]+)">([^<]*)</a>', text)


@pytest.mark.parametrize(
    ("html", "terms"),
    [
        ('<p class="lead">Its CAPEX rose.</p>', [("capex", "CAPEX")]),
        ('<p class="lead">Capex to revenue rose, and so did capex.</p>',
         [("capex-to-revenue", "Capex to revenue"), ("capex", "capex")]),  # the longest first
        ('<p class="title">Capex fell</p><p class="measure">Capex, USD</p>', [("capex", "Capex")]),  # once
        ('<p class="title">Capex</p><figure id="a"><p class="title">Capex</p>', [("capex", "Capex")] * 2),
        ('<p class="lead">Cash is left; capexes; mid-capex.</p>', []),
        ('<div class="prose"><p>See <a href="x">capex</a> and <code>capex</code>.</p></div>', []),
        ('<p class="number">Capex</p><pre>capex</pre><script>"capex"</script>', []),
        ('<th scope="col" class="s">Cash</th><th scope="row">Cash of Meta</th>', [("cash", "Cash")]),
        ('<th scope="col"><a href="meta.html">Capex</a></th>', []),
    ],
)  # fmt: skip
def test_what_of_a_page_leads_to_the_glossary(html, terms):
    assert linked(html) == terms


def test_a_result_is_a_term_in_a_heading_and_plain_words_in_a_sentence():
    result = Term("From earnings", "result")
    assert linked('<p class="lead">Most came from earnings.</p>', result) == []
    assert linked('<th scope="row">From earnings</th>', result) == [("from-earnings", "From earnings")]


def test_a_name_with_a_sign_is_found_as_a_page_has_it():
    assert linked('<p class="lead">More R&amp;D costs.</p>', Term("R&D costs", "metric")) == [
        ("r-d-costs", "R&amp;D costs")
    ]


def test_a_term_leads_to_the_first_exhibit_that_names_it_and_not_to_a_part_of_a_word():
    ads, rpo = Term("ADS", "unit"), Term("RPO", "concept")
    shown = [{"text": "Meta leads", "more": ""}, {"text": "Price", "more": "USD per ADS"}, {"text": "ADS", "more": ""}]
    assert glossary.sections({"ads": ads, "rpo": rpo}, shown) == {"unit": [(ads, shown[1])], "concept": [(rpo, None)]}
