"""The euro's reference rates, as the European Central Bank has them for each day."""

import csv
import io
import zipfile
from collections.abc import Sequence

import pandas as pd

from capcycle.facts.currency import BASE, DOLLAR, EURO_FILE, SOURCE
from capcycle.facts.tables import columns
from capcycle.sources.web import SourceError, Web, setting

ADDRESS = "https://www.ecb.europa.eu"
PATH = "/stats/eurofxref/eurofxref-hist.zip"
LARGEST = 50 * 2**20  # bytes unpacked; there are about 2 million
DOCUMENT = {
    "title": "Euro foreign exchange reference rates, daily",
    "publisher": "European Central Bank",
    "url": f"{ADDRESS}/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html",
    "tier": "statistics",
}


def fetch(names: Sequence[str], web: Web) -> dict[str, pd.DataFrame]:
    """The rates of some currencies, by default those of `data/fx.csv`; the dollar is always among them.

    Errors: SourceError for a currency that the bank does not have.
    """
    url = setting("ecb", ADDRESS).rstrip("/") + PATH
    table = web.newest(url, "eurofxref-hist", _read)
    wanted = list(dict.fromkeys([DOLLAR, *(names or set(columns(EURO_FILE)) - {"date"})]))
    if lacking := sorted(set(wanted) - set(table) - {BASE}):
        raise SourceError(f"{url}: has no {', '.join(lacking)}; try the provider h10")
    long = table.set_index("Date")[[each for each in wanted if each != BASE]].stack().rename("rate")
    rows = long.rename_axis(["date", "currency"]).reset_index()
    rows = rows[~rows["rate"].isin(["N/A", ""])]
    return {"rates": rows.assign(per=BASE, source=SOURCE, locator=PATH.rpartition("/")[2], note="", **DOCUMENT)}


def _read(text: bytes, where: str) -> pd.DataFrame:
    """The table in the zip file, a column for each currency, as text."""
    try:
        with zipfile.ZipFile(io.BytesIO(text)) as archive, archive.open(archive.namelist()[0]) as file:
            lines = list(csv.reader(io.StringIO(file.read(LARGEST).decode("utf-8"))))
        table = pd.DataFrame(lines[1:], columns=lines[0], dtype=str)
        return table.loc[:, [each for each in table if each.strip()]][lambda rows: rows["Date"] != ""]
    except (zipfile.BadZipFile, IndexError, KeyError, ValueError) as error:
        raise SourceError(f"{where}: not the zip file of rates that it was: {error!r}") from error
