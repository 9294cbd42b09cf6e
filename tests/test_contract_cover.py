"""Contracts against revenue and backlog: printed covers, statuses, sums, early days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import contract_cover
from capcycle.analyses.hosting import contracts


@pytest.fixture(scope="module")
def book():
    return facts.open(["CRWV", "ORCL", "603300.SS"], currency="USD")


@pytest.fixture(scope="module")
def cases(book):
    return contract_cover.cases(book)


def test_a_year_of_openais_contract_was_more_than_coreweaves_revenue(cases):
    """Claims c322 and c323, check K131: 11.9bn over 5 years is 2.38bn, 1.24 times 1.915426bn of revenue in 2024."""
    found = cases["CoreWeave for OpenAI, 10 Mar 2025"].outputs
    assert float(found.value_per_year) == pytest.approx(2.38e9)
    assert float(found.cover_when_signed) == pytest.approx(2.38 / 1.915426, rel=1e-6)
    assert round(float(found.cover_when_signed), 2) == 1.24 and found.cover_now < 0.5


def test_nvidias_rent_is_325m_a_year(cases):
    """Claims c317 and c318, check K129: 1.3bn over four years."""
    [osprey] = [case for label, case in cases.items() if label.startswith("CoreWeave for NVIDIA")]
    assert float(osprey.outputs.value_per_year) == pytest.approx(325e6)


def test_huaties_contract_by_hand():
    """3.7bn yuan over five years is 740m (check K153); 3.69bn is 71% of a revenue of 5.2bn in 2024 (Jiemian)."""
    assert contract_cover.contract_cover(3.7e9, 5, 5.2e9, 5.2e9).value_per_year == pytest.approx(740e6)
    assert contract_cover.contract_cover(3.69e9, 5, 5.2e9, 5.2e9).value_to_revenue == pytest.approx(0.71, abs=5e-3)


def test_a_terminated_contract_is_told_apart(book, cases):
    """Check K154: ended with nothing delivered. 3.69bn yuan is about half a billion dollars."""
    assert any(label.startswith("Hainan Huatie") and label.endswith("(terminated)") for label in cases)
    shown = contract_cover.statuses(book)
    ended = dict(zip(shown.figures["label"], shown.figures["value"].astype(float), strict=True))["Terminated"]
    assert 0.4e9 < ended < 0.6e9 and any("Hainan Huatie" in note for note in shown.notes)
    table = contract_cover.register(book, cases).view
    assert set(table.loc[table["Lessor and tenant"].str.contains("Huatie"), "Status"]) == {"terminated"}


def test_openais_three_contracts_are_22bn_of_coreweaves(book):
    """11.9, 4.0 and 6.5bn: 22.4bn, as Reuters adds them up (2025-09-25)."""
    table = contracts.read(book)
    own = table[table["lessor"].eq("CRWV") & table["tenant_name"].eq("OpenAI")]
    assert own["value"].sum() == pytest.approx(22.4e9)


def test_contracts_beside_oracles_backlog(book):
    """300bn of 664bn (10-Q of August 2026) is 45%; the 21bn of Meta of April 2026 count at CoreWeave."""
    found = contract_cover.backlogs(book)["ORCL"]
    assert found.inputs["backlog"].value == pytest.approx(664e9, rel=2e-3)
    assert float(found.outputs.named_share) == pytest.approx(0.452, abs=1e-3)
    coreweave = contract_cover.backlogs(book)["CRWV"].outputs
    assert float(coreweave.named_share) == pytest.approx((11.9 + 4 + 6.5 + 14.2 + 21 + 1.3) / 103.7, rel=1e-3)
    assert "Oracle" in contract_cover.reconciliation(book).view.iloc[:, 0].tolist()


def test_a_revenue_that_ended_long_before_is_not_that_of_the_year_before(cases):
    [huatie] = [case for label, case in cases.items() if label.startswith("Hainan Huatie")]
    assert huatie.inputs["revenue_when_signed"].missing  # of 2024 there is none in the data


@given(value=st.floats(1e6, 1e12), term=st.floats(0.5, 30), revenue=st.floats(1e6, 1e12))
def test_cover_times_term_is_the_whole_contract_to_revenue(value, term, revenue):
    found = contract_cover.contract_cover(value, term, revenue, revenue)
    assert found.cover_when_signed * term == pytest.approx(found.value_to_revenue)
    assert found.cover_now == pytest.approx(found.cover_when_signed)


def test_before_a_contract_was_signed_it_is_not_there():
    early = contract_cover.cases(facts.open(["CRWV", "ORCL"], "2024-06-30", "USD"))
    assert early == {} and contract_cover.register(facts.open(["CRWV"], "2024-06-30"), early).view.empty
    assert "Of no contract here" in contract_cover.verdict(early)
