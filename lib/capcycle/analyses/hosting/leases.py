"""Arithmetic of a lease of computing power: its price, what its totals imply, whose part it is."""

from typing import Any

import numpy as np

from capcycle.errors import ModelError
from capcycle.models.finance import irr
from capcycle.models.maths import per, where


def price_per_mw_year(value: Any, mw: Any, years: Any) -> Any:
    """What a contract pays for one MW in a year, the mean over its term.

    Formula: value / (mw * years)
    Units:   currency/MW/year; missing where a part is missing or not positive.
    Source:  TeraWulf and Fluidstack (2025-08-14): 3.7bn over ten years for 200 MW is 1.85m.

    >>> float(price_per_mw_year(3.7e9, 200, 10))
    1850000.0
    """
    return per(value, mw * years)


def growing_sum(escalator: Any, years: Any) -> Any:
    """What a first year's rent of one comes to over the term, rising each year.

    Formula: ((1 + escalator) ** years - 1) / escalator, and `years` where it does not rise
    Source:  Hut 8 (2025-12-17): 376m rising 3 % for thirty years comes to 17.9bn.

    >>> round(376e6 * float(growing_sum(0.03, 30)) / 1e9, 1)
    17.9
    """
    safe = where(escalator == 0, 1.0, escalator)
    return where(escalator == 0, years, ((1 + safe) ** years - 1) / safe)


def implied_escalator(value: Any, value_with_renewals: Any, years: Any, renewal_years: Any) -> Any:
    """The yearly rise of the rent that a base term and an extension as long as it imply.

    Formula: ((value_with_renewals - value) / value) ** (1 / years) - 1
    Units:   amounts, years; a fraction. Missing where the extension is not as long as the base term.
    Source:  Cipher and Fluidstack (2025-09-25): 3bn, 7bn with ten more years: 2.92 %.

    >>> round(float(implied_escalator(3e9, 7e9, 10, 10)), 4)
    0.0292
    """
    rise = np.power(per(value_with_renewals - value, value), 1 / np.asarray(years, float)) - 1
    return where(np.equal(years, renewal_years), rise, np.nan)


def attributable(amount: Any, ownership: Any) -> Any:
    """The lessor's part of an amount.

    Formula: amount * ownership
    Errors:  ModelError for a share below zero or above one; missing stays missing.
    Source:  TeraWulf's 51 % of 168 MW at Abernathy: 85.7 MW.

    >>> round(attributable(168, 0.51), 1)
    85.7
    """
    shares = np.asarray(ownership, float)
    if wrong := sorted({f"{share:g}" for share in np.atleast_1d(shares[(shares < 0) | (shares > 1)])}):
        raise ModelError(f"ownership of {', '.join(wrong)}: a share lies between 0 and 1; write 0.51 for 51 %")
    return amount * ownership


def implied_rate(per_year: float, years: int, present_value: float) -> float:
    """The discount rate at which level yearly payments have this present value.

    Source:  Core Scientific's 10bn over twelve years, said to be worth 5.0bn: 12.7 %.

    >>> round(implied_rate(10e9 / 12, 12, 5.0e9), 3)
    0.127
    """
    return irr([-present_value, *[per_year] * years])
