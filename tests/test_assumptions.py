"""One register of assumptions for all pages: one meaning has one central value, in the middle of its evidence."""

import importlib
import pkgutil
from collections import defaultdict

import pytest

from capcycle import analyses, facts, words
from capcycle.study import start

ONE_MEANING = [  # names of assumptions that mean the same to a reader
    ["server_life", "it_life_epoch"],
    ["target_return", "uncontracted_rate"],
    ["lease_term", "lease_term_mean"],
    ["gpu_rent", "h100_rent"],
    ["pipeline_value", "operating_value"],
]
ONE_LIFE = dict.fromkeys(["it_life", "ai_life"], "server_life")  # what the models call it
FILED = {"it_capex", "facility_capex", "gpus", "data_center_cost"}  # inputs that are figures of one build, no judgement
# means over the contracts of the page's companies, one for all its models (test_hosting)
OWN_CONTRACTS = {"tenant_rate", "hosting_rent", "hosting_noi_margin", "hosting_capex", "lease_term"}
AN_AUTHORS = {("cost_of_ownership", "facility_life")}  # Epoch's own sum, by Epoch's name
ONE_PATH = "ai_margin_2030"  # one author gives one; the low end is a stress, that today's margin stays
ROOMS = ["backlog_yield", "revenue_yield", "ai_cloud_roic", "return_over_cost", "revenue_for_capex"]


@pytest.fixture(scope="module")
def book():
    return facts.open(currency="USD")


@pytest.fixture(scope="module")
def started(book):
    """What each model of each analysis begins with, of no company and of some."""
    for each in pkgutil.walk_packages(analyses.__path__, "capcycle.analyses."):
        importlib.import_module(each.name)
    companies = ["", "MSFT", "AMZN", "GOOGL", "META", "ORCL", "IREN"]
    return {(model, company): start.STARTS[model](book, company) for model in start.STARTS for company in companies}


def test_names_of_one_meaning_have_one_central_value(book):
    table = book.assumptions.query("company == ''").set_index("name")["central"]
    for names in ONE_MEANING:
        known = table.reindex(names).dropna()
        assert known.nunique() <= 1, f"{names}: {known.to_dict()}"


def test_a_meaning_has_the_same_central_value_on_every_page(started):
    central = defaultdict(set)
    for (model, _), case in started.items():
        for name, each in case.inputs.items():
            if (
                each.kind == "assumed"
                and not each.missing
                and name not in FILED | OWN_CONTRACTS
                and (model, name) not in AN_AUTHORS
            ):
                central[words.name(ONE_LIFE.get(name, name)), case.company, case.currency].add(str(each.value))
    assert {meaning: values for meaning, values in central.items() if len(values) > 1} == {}


def test_no_judgement_stands_twice_under_two_names(book):
    # the same range out of the same documents is one judgement: it is written once
    rows = book.assumptions.dropna(subset=["low", "central", "high"])
    twice = rows[rows.duplicated(["company", "low", "central", "high", "unit", "source"], keep=False)]
    assert twice["name"].tolist() == []


def test_the_central_case_is_the_middle_of_its_evidence(started):
    ends = {
        (model, company, name): each.value
        for (model, company), case in started.items() if model in ROOMS and company
        for name, each in case.inputs.items()
        if each.varied and each.value in (each.low, each.high) and name != ONE_PATH
    }  # fmt: skip
    assert ends == {}


def test_every_centre_of_the_register_lies_within_its_range_or_says_why_not(book):
    ranged = book.assumptions.dropna(subset=["low", "central", "high"]).query("low < high")
    ended = ranged[ranged["central"].eq(ranged["low"]) | ranged["central"].eq(ranged["high"])]
    assert len(ranged) > 80 and len(ended) < 20
    assert ended["note"].str.fullmatch(r"Not the middle: .{20,}").all()
