"""What goes back to shareholders: buy-backs net of what staff are given, and payout against free cash flow."""

from capcycle.metrics.registry import CURRENCY, FRACTION, Quantity, metric, per


@metric(CURRENCY)
def net_buybacks(buybacks: Quantity, stock_compensation: Quantity) -> Quantity:
    """Buy-backs beyond the shares that staff are given: what only keeps the count level returns nothing.

    Formula: buybacks - stock_compensation
    Units:   two amounts in one currency over the same period; an amount, negative where staff are given more.
    Source:  Microsoft 10-K for fiscal 2026: 22.271bn less 12.405bn.

    >>> round(net_buybacks(22.271, 12.405), 3)
    9.866
    """
    return buybacks - stock_compensation


@metric(FRACTION, (-5, 20))
def buybacks_to_fcf(buybacks: Quantity, fcf: Quantity) -> Quantity:
    """Buy-backs out of each unit of free cash flow.

    Formula: buybacks / fcf
    Units:   two amounts in one currency over the same period; a fraction. NaN where free cash flow is not positive.
    Source:  Microsoft 10-K for fiscal 2026: 22.271bn on 182.935bn less 115.948bn.

    >>> round(float(buybacks_to_fcf(22.271, 66.987)), 4)
    0.3325
    """
    return per(buybacks, fcf)
