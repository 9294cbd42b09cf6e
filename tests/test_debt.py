"""Debt: CoreWeave's stack of June 2025 by its note, leases that have not begun, and whose money pays for capex."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts, quantity
from capcycle.analyses import debt, funding, lease_overhang

JUNE = facts.open(["CRWV"], "2025-09-01")
amounts = st.floats(0, 1e12)


def test_six_lines_and_six_maturities_sum_to_the_same_principal():
    # 10-Q of June 2025: 1782.5 + 4953.967 + 2000 + 450 + 1728.388 + 256.63 = 11171.485
    lines, due = debt.stack(JUNE, "CRWV"), debt.due(JUNE, "CRWV")
    assert len(lines) == 6 and lines["principal"].sum() == pytest.approx(11_171.485e6)
    assert due["principal"].sum() == pytest.approx(lines["principal"].sum())


def test_alphabets_maturities_sum_to_the_debt_that_it_files():
    book = facts.open(["GOOGL"], "2026-03-01")
    due = debt.due(book, "GOOGL")
    assert due["principal"].sum() == (2000 + 1000 + 2676 + 1764 + 5500 + 36145) * 1e6  # 10-K for 2025, note on debt
    filed = book.facts[book.facts["concept"].eq("total_debt")].sort_values("period_end")["value"].iloc[-1]
    assert due["principal"].sum() == filed and len(debt.stack(book, "GOOGL")) == 4  # the lines are of other days


def test_a_tranche_is_not_added_to_the_bond_that_it_is_a_part_of():
    # Cleary Gottlieb, 6 November 2025: the notes due 2035 and 2045 are of the dollar offering of 17.5bn; 6.5bn in euros
    book = facts.open(["GOOGL"])
    euros = 6.5e9 * book.rate("EUR").value
    assert debt.lines(book, "GOOGL").title.split(": ")[1].startswith(f"${(17.5e9 + euros) / 1e9:.1f}bn")


def test_a_rate_of_a_third_of_the_debt_says_nothing_of_its_interest():
    # CoreWeave: 11.2bn of lines at 30 June 2025 beside 35.1bn at 30 June 2026; Alphabet: 5.5bn of 100bn
    for company in ("CRWV", "GOOGL"):
        book = facts.open([company], "2026-08-31")
        assert "less than half" in debt.owed(book, company).alone("interest_cover").reason
    whole = quantity.Quantity("debt", 11_171.485e6, "USD")
    assert debt._rate(debt.wall(JUNE, "CRWV"), whole).value == pytest.approx(0.1109, abs=1e-4)


def test_the_stack_costs_eleven_per_cent_and_half_of_it_is_due():
    # (1782.5 * 15 + 4953.967 * 11 + 2000 * 10 + 450 * 7 + 1728.388 * 9.5 + 256.63 * 12) / 11171.485 = 11.09 %
    wall = debt.wall(JUNE, "CRWV")
    assert float(wall.outputs.weighted_rate) == pytest.approx(0.1109, abs=1e-4)
    assert float(wall.outputs.due_soon_share) == pytest.approx((986.052 + 4218.457) / 11_171.485)
    assert (
        debt.maturities(JUNE, "CRWV").title
        == "CoreWeave must repay $5.2bn of $11.2bn within eighteen months of 30 Jun 2025"
    )


def test_leases_not_begun_doubled_in_half_a_year():
    found = lease_overhang.overhang(facts.open(["CRWV"]), "CRWV")  # 10-Q: 19.9bn in March, 39.1bn in September 2025
    assert float(found.outputs.lease_growth) == pytest.approx(0.965, abs=1e-3)


def test_alphabets_two_amounts_are_one():
    now, before = lease_overhang.signed(facts.open(["GOOGL"]), "GOOGL")
    assert now.value == pytest.approx(58.5e9) and before.missing  # 10-K 2025: 5.8bn and 52.7bn


def test_moodys_five_hyperscalers():
    found = lease_overhang.lease_overhang(662e9, 662e9, 969e9, 1.13)
    assert float(found.not_commenced_share) == pytest.approx(0.683, abs=1e-3)
    assert float(found.adjusted_debt) == pytest.approx(586e9, rel=1e-3)


def test_before_the_note_was_public_nothing_of_it_is_known():
    early = facts.open(["CRWV"], "2025-06-30")
    assert debt.due(early, "CRWV").empty and debt.maturities(early, "CRWV").chart is None
    assert debt.verdict(debt.wall(early, "CRWV"), debt.owed(early, "CRWV"), lease_overhang.overhang(early, "CRWV"))


def test_debt_of_a_year_ago_is_not_set_against_the_profit_of_today():
    assert "known only of 30 Jun 2025" in debt.owed(facts.open(["CRWV"], "2026-08-11"), "CRWV").inputs["debt"].reason


def test_leverage_by_hand():
    # 40 of debt, 10 of cash, 30 of leases and 20 to come on 5 + 5: 3, 6 and 8 times; interest of 4 is paid 2.5 times
    found = debt.leverage(40.0, 30.0, 20.0, 10.0, 5.0, 5.0, 0.1, 6.0, 11.0)
    assert [float(each) for each in found] == pytest.approx([3, 6, 8, 2.5, 2])  # and 10 of cash lasts 2 years at 5


def test_coreweaves_year_of_2024():
    # StockWe: EBITDA 62.7 %, operating 16.9 %, net -44.9 %, free cash flow -308 % of 1.915bn; 8bn of debt is 6.67 times
    found = funding.credit_margins(1915e6, 324e6, 876e6, -860e6, -5900e6)
    assert [float(each) for each in found[:4]] == pytest.approx([0.627, 0.169, -0.449, -3.081], abs=5e-4)
    assert pytest.approx(6.67, abs=0.01) == 8e9 / 1.2e9


def test_a_sales_efficiency_without_a_definition_implies_two_costs():
    found = funding.sales_efficiency(1915e6, 229e6, 9.7)  # 1686 / 9.7, 1915 / 9.7
    assert [round(float(each) / 1e6, 1) for each in found] == [173.8, 197.4]


def test_microsoft_leased_a_sixth_and_a_third_is_a_half_of_cash_capex():
    found = funding.mixes(facts.open(["MSFT"]))["MSFT"]  # 10-K 2026: 24.608bn beside 115.948bn
    assert float(found.outputs.paid_by_lessors) == pytest.approx(24.608 / (24.608 + 115.948))
    assert float(funding.funding_mix(2.0, 1.0, 2.0).paid_by_lessors) == pytest.approx(1 / 3)


def test_leases_of_one_year_are_not_added_to_the_capex_of_another():
    # Oracle's leases of fiscal 2026 are in the 10-K of 22 June 2026: before it, capex too is of fiscal 2025, 21.215bn;
    # after it both are of fiscal 2026, 55.663bn and 4.946bn. Meta's of 2026 are not known: its capex is of 2025
    for day, end, capex in (("2026-06-01", "31 May 2025", 21_215e6), (None, "31 May 2026", 55_663e6)):
        found = funding.mixes(facts.open(["ORCL", "META"], day))
        oracle, meta = found["ORCL"].inputs, found["META"].inputs
        assert {each.days for each in oracle.values()} == {end} and oracle["annual_capex"].value == capex
        assert {each.days for each in meta.values()} == {"31 Dec 2025"} and meta["annual_capex"].value == 69_691e6
        assert funding.mix(found).view.set_index("Name").at["Oracle", "Figures of"] == end


def test_margins_are_of_one_year():
    for company, case in funding.margins(facts.open(["META", "NBIS", "IREN", "GOOGL"])).items():
        assert len({each.day for each in case.inputs.values() if not each.missing}) == 1, company


def test_what_a_company_owes_says_of_which_days():
    book = facts.open(["CRWV"])
    owed = "CoreWeave owes $35.1bn (30 Jun 2026); leases not begun add $39.1bn (30 Sep 2025)"
    assert debt.obligations(debt.owed(book, "CRWV")).title == owed
    grown = "CoreWeave's leases not yet begun grew by 96.5%, 31 Mar 2025 to 30 Sep 2025"
    leases = {"CRWV": lease_overhang.overhang(book, "CRWV")}
    assert exhibits.table(leases, lease_overhang.LEASES, "lease_overhang.growth").title == grown


def test_a_few_dated_lines_are_not_all_that_falls_due():
    book = facts.open(["ORCL"])  # lines of 6.5bn have a date, of 130bn
    title = "Lines of $6.5bn of Oracle's debt have a known maturity, the rest none"
    assert debt.maturities(book, "ORCL").title == title
    said = debt.verdict(debt.wall(book, "ORCL"), debt.owed(book, "ORCL"), lease_overhang.overhang(book, "ORCL"))
    assert said.startswith(title) and "falls due" not in said


def test_irens_loan_on_its_chips():
    found = funding.pledged(facts.open(["IREN"]), "IREN")  # 3.65bn on 5.8bn of GPUs, of which 42.5 % is left after two
    assert float(found.outputs.loan_to_cost) == pytest.approx(3.65 / 5.8)
    assert float(found.outputs.loan_to_resale_2_years) == pytest.approx(3.65 / 5.8 / 0.425)


@given(amounts, amounts, st.floats(-1e12, 1e12))
def test_who_pays_adds_up(capex, leases, cash):
    found = [float(each) for each in funding.funding_mix(capex, leases, cash)]
    assert sum(found) == pytest.approx(1) or capex + leases == 0
    assert capex + leases == 0 or all(-1e-9 <= each <= 1 + 1e-9 for each in found)


@given(st.lists(st.floats(1, 1e12), min_size=1, max_size=8), st.data())
def test_what_is_due_is_a_part_of_the_whole(lines, data):
    soon = sum(lines[: data.draw(st.integers(0, len(lines)))])
    found = debt.maturity_wall(sum(lines), 0.1 * sum(lines), sum(lines), soon, 1.0)
    assert 0 <= float(found.due_soon_share) <= 1 + 1e-9 and float(found.weighted_rate) == pytest.approx(0.1)


def test_a_year_and_what_is_left_of_one_have_their_names():
    days = [pd.Timestamp(day) for day in ("2026-01-01", "2026-12-31", "2025-07-01")]
    assert debt._period(days[0], days[1]) == "2026" and debt._period(days[2], days[1]) == "Rest of 2025"
    assert debt._period(days[0], pd.NaT) == "2026 and later"


def test_before_its_cash_is_public_a_debt_has_no_ratio():
    """CoreWeave's prospectus of March 2025 gives debt; its first 10-Q, with the cash, came in May."""
    early = debt.owed(facts.open(["CRWV"], "2025-04-30"), "CRWV")
    assert early.alone("net_debt_to_ebitda").missing
