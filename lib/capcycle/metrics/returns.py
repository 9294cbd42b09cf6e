"""What the business and its capital earn."""

from capcycle.metrics.registry import CURRENCY, FRACTION, TWELVE_MONTHS, Quantity, metric, per


@metric(FRACTION, (-1, 1))
def gross_margin(gross_profit: Quantity, revenue: Quantity) -> Quantity:
    """Gross profit out of each unit of revenue.

    Formula: gross_profit / revenue
    Units:   two amounts in one currency over the same period; a fraction. NaN where revenue is not positive.
    Source:  the definition; hand arithmetic: 45 of 60 is 75 %.

    >>> float(gross_margin(45.0, 60.0))
    0.75
    """
    return per(gross_profit, revenue)


@metric(CURRENCY)
def net_income_without_gains(net_income: Quantity, investment_gains: Quantity, tax_rate: Quantity) -> Quantity:
    """Net income less the gains on holdings in other companies that are in it, after tax at an assumed rate.

    Formula: net_income - investment_gains * (1 - tax_rate)
    Units:   two amounts in one currency over the same period and a fraction; an amount. The rate is an assumption, so
             the result is one.
    Source:  Alphabet 10-Q for March 2026: net income 62.578bn, gains 36.804bn before tax, at the US rate of 21%.

    >>> round(net_income_without_gains(62.578, 36.804, 0.21), 3)
    33.503
    """
    return net_income - investment_gains * (1 - tax_rate)


@metric(CURRENCY, spans=TWELVE_MONTHS)
def nopat(operating_income: Quantity, tax_rate: Quantity) -> Quantity:
    """Operating profit after tax at an assumed rate, as if there were no debt.

    Formula: operating_income * (1 - tax_rate)
    Units:   an amount over twelve months and a fraction; an amount. The rate is an assumption, so the result is one.
    Source:  Mauboussin and Callahan, Return on Invested Capital (Morgan Stanley, 2022); hand arithmetic.

    >>> nopat(100.0, 0.25)
    75.0
    """
    return operating_income * (1 - tax_rate)


@metric(CURRENCY)
def invested_capital(
    equity: Quantity,
    long_term_debt_noncurrent: Quantity,
    debt_current: Quantity,
    cash: Quantity,
    short_term_investments: Quantity,
) -> Quantity:
    """Capital put into the business by its owners and lenders, cash and short-term investments taken out.

    Formula: equity + long_term_debt_noncurrent + debt_current - cash - short_term_investments
    Units:   balances of one day in one currency; an amount. Leases and commercial paper are left out, so the
             return of a company that lives on them (Apple) comes out higher than where they are counted.
    Source:  Mauboussin and Callahan (2022), financing side; hand arithmetic: 80 + 30 + 5 - 10 - 15.

    >>> invested_capital(80.0, 30.0, 5.0, 10.0, 15.0)
    90.0
    """
    return equity + long_term_debt_noncurrent + debt_current - cash - short_term_investments


@metric(FRACTION, (-1, 3), spans=TWELVE_MONTHS)
def roic_average(nopat: Quantity, invested_capital: Quantity, invested_capital_opening: Quantity) -> Quantity:
    """Return on the average of opening and closing invested capital.

    Formula: nopat / ((invested_capital_opening + invested_capital) / 2)
    Units:   amounts in one currency, twelve months of profit; a fraction. NaN where the average is not positive.
    Source:  Mauboussin and Callahan (2022); hand arithmetic: 75 on the average of 90 and 110 is 75 %.

    >>> float(roic_average(75.0, 110.0, 90.0))
    0.75
    """
    return per(nopat, (invested_capital_opening + invested_capital) / 2)


@metric(FRACTION, (-5, 20), spans=TWELVE_MONTHS)
def roic_incremental(
    nopat: Quantity,
    nopat_year_ago: Quantity,
    invested_capital_opening: Quantity,
    invested_capital_opening_year_ago: Quantity,
) -> Quantity:
    """Profit added in a year on the capital added in the year before: what the new money earns.

    Formula: (nopat - nopat_year_ago) / (invested_capital_opening - invested_capital_opening_year_ago)
    Units:   amounts in one currency, twelve months of profit; a fraction. NaN where capital did not grow.
    Source:  Mauboussin and Callahan (2022), one-year lag; hand arithmetic: 15 more on 50 more is 30 %.

    >>> float(roic_incremental(90.0, 75.0, 250.0, 200.0))
    0.3
    """
    return per(nopat - nopat_year_ago, invested_capital_opening - invested_capital_opening_year_ago)
