"""Rates of the dollar that the European Central Bank does not have: the Federal Reserve's H.10.

The Reserve Bank of St. Louis has each of its series as a file. A week's rates are released on the Monday after.
"""

import csv
import io
from collections.abc import Sequence

import pandas as pd

from capcycle.facts.currency import DOLLAR
from capcycle.sources.web import SourceError, Web, setting

ADDRESS = "https://fred.stlouisfed.org"
SERIES = {"TWD": "DEXTAUS", "LKR": "DEXSLUS"}  # units of the currency for one dollar


def fetch(names: Sequence[str], web: Web) -> dict[str, pd.DataFrame]:
    """The rates of some currencies, by default of all that are known here.

    Errors: SourceError for another currency.
    """
    if lacking := sorted(set(names) - set(SERIES)):
        raise SourceError(f"no series of {', '.join(lacking)} in the H.10 is known here; try the provider ecb")
    return {"rates": pd.concat([_series(each, web) for each in names or SERIES], ignore_index=True)}


def _series(currency: str, web: Web) -> pd.DataFrame:
    series = SERIES[currency]
    url = f"{setting('fed', ADDRESS).rstrip('/')}/graph/fredgraph.csv?id={series}"
    rows = web.newest(url, f"h10-{series}", _read)
    document = {
        "title": f"Foreign Exchange Rates, H.10: {currency} for one US dollar (series {series})",
        "publisher": "Board of Governors of the Federal Reserve System",
        "url": "https://www.federalreserve.gov/releases/h10/",
        "tier": "statistics",
    }
    source = f"fed-h10-{currency.lower()}"
    return rows.assign(currency=currency, per=DOLLAR, source=source, locator=series, note="", **document)


def _read(text: bytes, where: str) -> pd.DataFrame:
    """Days and rates, as text; a day without a rate is a holiday."""
    try:
        lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
        if "date" not in lines[0][0].lower():
            raise ValueError(f"the first line is {', '.join(lines[0])[:60]}")
        rows = [line[:2] for line in lines[1:] if len(line) > 1 and line[1] not in ("", ".", "ND")]
        return pd.DataFrame(rows, columns=["date", "rate"], dtype=str)
    except (IndexError, ValueError) as error:
        raise SourceError(f"{where}: not the table of rates that it was: {error}") from error
