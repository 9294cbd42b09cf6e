"""Scales and conversions. Inside the library amounts are full units; scales exist where people write and read."""

SCALES = {"k": 1e3, "万": 1e4, "m": 1e6, "亿": 1e8, "bn": 1e9, "tn": 1e12, "万亿": 1e12}
KW_PER_MW = 1_000
MW_PER_GW = 1_000
MONTHS_PER_YEAR = 12
HOURS_PER_YEAR = 8_760
DEAREST_HOSTING = 3e6  # USD per MW and year: dearer than any powered shell, so the GPUs must be in the price


def scaled(amount: float, scale: str) -> float:
    """An amount in full units, written in a scale.

    >>> scaled(13_873_000_000, "bn")
    13.873
    """
    return amount / SCALES[scale]


def per_mw_year(per_kw_month: float) -> float:
    """A rent per kW and month as a rent per MW and year.

    >>> per_mw_year(125)
    1500000
    """
    return per_kw_month * KW_PER_MW * MONTHS_PER_YEAR


def per_kw_month(per_mw_year: float) -> float:
    """A rent per MW and year as a rent per kW and month.

    >>> per_kw_month(1_500_000)
    125.0
    """
    return per_mw_year / KW_PER_MW / MONTHS_PER_YEAR
