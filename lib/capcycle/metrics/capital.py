"""Net debt and invested capital by their definitions, and the return on each of them."""

from capcycle.metrics.registry import CURRENCY, FRACTION, MULTIPLE, TWELVE_MONTHS, Quantity, metric, per


@metric(CURRENCY)
def lease_liability(operating_lease_liability: Quantity, finance_lease_liability: Quantity) -> Quantity:
    """What is owed under leases of both kinds.

    Formula: operating_lease_liability + finance_lease_liability
    Units:   two balances of one day in one currency; an amount.
    Source:  Apple 10-K for fiscal 2022, note on leases: 11.470bn and 0.941bn.

    >>> round(lease_liability(11.470, 0.941), 3)
    12.411
    """
    return operating_lease_liability + finance_lease_liability


@metric(CURRENCY)
def term_debt(debt_current: Quantity, long_term_debt_noncurrent: Quantity) -> Quantity:
    """Debt with a term, due within a year and after it; commercial paper and leases left out.

    Formula: debt_current + long_term_debt_noncurrent
    Units:   balances of one day in one currency.
    Source:  Alphabet 10-Q for June 2026: 1.999bn and 98.165bn.

    >>> round(term_debt(1.999, 98.165), 3)
    100.164
    """
    return debt_current + long_term_debt_noncurrent


@metric(CURRENCY)
def net_debt(
    long_term_debt_noncurrent: Quantity, debt_current: Quantity, cash: Quantity, short_term_investments: Quantity
) -> Quantity:
    """Term debt less cash and short-term investments; leases, commercial paper and longer securities left out.

    Formula: long_term_debt_noncurrent + debt_current - cash - short_term_investments
    Units:   balances of one day in one currency; an amount, negative where cash is larger.
    Source:  Apple 10-K for fiscal 2022: 98.959bn and 11.128bn less 23.646bn and 24.658bn.

    >>> round(net_debt(98.959, 11.128, 23.646, 24.658), 3)
    61.783
    """
    return long_term_debt_noncurrent + debt_current - cash - short_term_investments


@metric(MULTIPLE, (0, 100))
def debt_due_to_cash(debt_current: Quantity, cash: Quantity) -> Quantity:
    """Long-term debt that must be repaid or borrowed anew within a year, against the cash of the day; no paper.

    Formula: debt_current / cash
    Units:   two balances of one day in one currency; times, above 1 where cash does not suffice.
    Source:  Apple 10-K for fiscal 2022: 11.128bn on 23.646bn.

    >>> round(float(debt_due_to_cash(11.128, 23.646)), 3)
    0.471
    """
    return per(debt_current, cash)


@metric(CURRENCY)
def net_debt_with_paper(net_debt: Quantity, commercial_paper: Quantity) -> Quantity:
    """Net debt with commercial paper, which is borrowed for weeks and rolled over.

    Formula: net_debt + commercial_paper
    Units:   balances of one day in one currency; an amount.
    Source:  Apple 10-K for fiscal 2022: 61.783bn and 9.982bn.

    >>> round(net_debt_with_paper(61.783, 9.982), 3)
    71.765
    """
    return net_debt + commercial_paper


@metric(CURRENCY)
def net_debt_less_securities(net_debt: Quantity, long_term_marketable_securities: Quantity) -> Quantity:
    """Net debt less the marketable securities that the filer classifies as long-term, which can be sold all the same.

    Formula: net_debt - long_term_marketable_securities
    Units:   balances of one day in one currency; an amount, negative where cash is larger.
    Source:  Apple 10-K for fiscal 2022: 61.783bn less 120.805bn.

    >>> round(net_debt_less_securities(61.783, 120.805), 3)
    -59.022
    """
    return net_debt - long_term_marketable_securities


@metric(CURRENCY)
def invested_capital_gross(
    invested_capital_with_leases: Quantity, cash: Quantity, short_term_investments: Quantity
) -> Quantity:
    """Invested capital with commercial paper and leases, cash and short-term investments left in.

    Formula: invested_capital_with_leases + cash + short_term_investments
    Units:   balances of one day in one currency; an amount.
    Source:  Apple 10-K for fiscal 2022: 134.848bn, 23.646bn and 24.658bn.

    >>> round(invested_capital_gross(134.848, 23.646, 24.658), 3)
    183.152
    """
    return invested_capital_with_leases + cash + short_term_investments


@metric(FRACTION, (-1, 3), spans=TWELVE_MONTHS)
def roic_closing(nopat: Quantity, invested_capital: Quantity) -> Quantity:
    """Return on invested capital at the end of the period: what grew lately earns in full only later.

    Formula: nopat / invested_capital
    Units:   amounts in one currency, twelve months of profit; a fraction. NaN where capital is not positive.
    Source:  Apple 10-K for fiscal 2022, NOPAT 100.083bn at its own tax rate of 16.2%: on 112.455bn.

    >>> round(float(roic_closing(100.083, 112.455)), 4)
    0.89
    """
    return per(nopat, invested_capital)


@metric(FRACTION, (-1, 3), spans=TWELVE_MONTHS)
def roic_opening(nopat: Quantity, invested_capital_opening: Quantity) -> Quantity:
    """Return on invested capital at the start of the period, before what was added in it.

    Formula: nopat / invested_capital_opening
    Units:   amounts in one currency, twelve months of profit; a fraction. NaN where capital is not positive.
    Source:  Apple 10-K for fiscal 2022, NOPAT 100.083bn at its own tax rate of 16.2%: on 119.17bn.

    >>> round(float(roic_opening(100.083, 119.17)), 4)
    0.8398
    """
    return per(nopat, invested_capital_opening)


@metric(CURRENCY)
def invested_capital_all_debt(
    equity: Quantity,
    total_debt: Quantity,
    finance_lease_liability: Quantity,
    cash: Quantity,
    short_term_investments: Quantity,
) -> Quantity:
    """Capital put into the business by its owners, its lenders and the lessors of what it will own.

    Formula: equity + total_debt + finance_lease_liability - cash - short_term_investments
    Units:   balances of one day in one currency; an amount. Operating leases are left out, as the profit is after
             their rent; stakes in other companies are left in.
    Source:  Microsoft 10-K for fiscal 2025: 343.479bn, 43.151bn and 46.172bn less 30.242bn and 64.323bn.

    >>> round(invested_capital_all_debt(343.479, 43.151, 46.172, 30.242, 64.323), 3)
    338.237
    """
    return equity + total_debt + finance_lease_liability - cash - short_term_investments
