"""The lead of a page: the answer in a few sentences and numbers, why it matters, and what would change it."""

import json

import pytest

from capcycle import paths, words
from capcycle.publish import lead
from capcycle.publish.notebook import Part, parts

NOTEBOOKS = sorted(file.stem for file in paths.NOTEBOOKS.glob("*.ipynb") if not file.stem.startswith("explore"))


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize("language", words.languages())
def test_every_question_says_why_it_matters(name, language):
    said = words.catalogue(language)[f"why.{name}"]
    assert 10 < len(said) < 140 and not any(each.isdigit() for each in said)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_notebook_says_what_would_change_its_conclusion(name):
    document = json.loads((paths.NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))
    found = lead.lead(parts(document), name)
    assert found.otherwise and found.limits in lead.LIMITS


@pytest.mark.parametrize(
    ("text", "top"),
    [
        (
            "A costs $1.2bn. B costs 5%. C costs 7 years. D costs nothing.",
            "A costs $1.2bn. B costs 5%. C costs 7 years.",
        ),
        ("J.P. Morgan sees 5% and 6%. It saw 7% and 8%.", "J.P. Morgan sees 5% and 6%."),
        ("On 30 Jun 2026 A has 1, B 2 and C 3; D has 4.", "On 30 Jun 2026 A has 1, B 2 and C 3."),
        ("资本开支为182亿美元，同比增长86.5%。占收入82.6%，为5%。", "资本开支为182亿美元，同比增长86.5%。"),
        ("", ""),
    ],
)
def test_a_lead_ends_before_its_fourth_number_and_loses_nothing(text, top):
    found, rest = lead.split(text)
    assert found == top
    kept = [each for each in f"{found}{rest}" if each.isdigit()]
    assert kept == [each for each in text if each.isdigit()]


def test_a_lead_that_cannot_be_cut_is_noticed():
    own = lead.lead([Part("sentence", "A has 1, B 2, C 3 and D 4.")], "capex")
    assert list(lead.faults(own)) == [
        "4 numbers in its lead, of which at most 3 are read",
        "it does not say what would change the conclusion",
    ]


def test_a_page_without_a_finding_is_noticed():
    assert "it has no lead" in list(lead.faults(lead.lead([], "capex")))
