"""American depositary shares: how many ordinary shares one stands for, so that the two are never mixed."""

from datetime import date

import pandas as pd

from capcycle.errors import CapcycleError, unknown
from capcycle.facts import registers
from capcycle.facts.vintages import KEY

PER_ADS, SUFFIX = "/ADS", "_per_ads"


def ratios(as_of: str | date | None = None) -> pd.DataFrame:
    """By company: the symbol of its ADS, `ordinary_shares` for one of them, and the source of that.

    A price of such a symbol, in the register `market` too, is per ADS.

    >>> ratios()["ordinary_shares"].to_dict()
    {'BABA': 8.0, 'BIDU': 8.0, 'KC': 15.0, 'GDS': 8.0}
    """
    return registers.read("ads", as_of).set_index("company")


def per_share(table: pd.DataFrame, as_of: str | date | None = None) -> pd.DataFrame:
    """`table` with every figure per ADS as one per ordinary share; all others are left alone.

    Formula: figure per ADS ÷ ordinary shares for one ADS; `derived`, names both documents.
    Errors:  CapcycleError for a company whose ratio is not in data/ads.csv.

    >>> loss = {"company": "BIDU", "concept": "eps_diluted_per_ads", "value": -33.88, "unit": "CNY/ADS"}
    >>> row = per_share(pd.DataFrame([{**loss, "kind": "reported", "source": "6-K", "locator": "table"}])).iloc[0]
    >>> float(row["value"]), row["unit"], row["concept"], row["locator"]
    (-4.235, 'CNY/share', 'eps_diluted', 'table ÷ 8')
    """
    of_ads = table["unit"].str.endswith(PER_ADS)
    if not of_ads.any():
        return table
    known = ratios(as_of)
    if wrong := set(table.loc[of_ads, "company"]) - set(known.index):
        raise CapcycleError(f"data/ads.csv: {unknown('company', wrong, known.index)}")
    ratio = table["company"].map(known["ordinary_shares"])
    return table.assign(
        concept=table["concept"].mask(of_ads, table["concept"].str.removesuffix(SUFFIX)),
        value=table["value"].mask(of_ads, table["value"] / ratio),
        unit=table["unit"].mask(of_ads, table["unit"].str.replace(PER_ADS, "/share")),
        kind=table["kind"].mask(of_ads & table["kind"].eq("reported"), "derived"),
        source=table["source"].mask(of_ads, table["source"] + " " + table["company"].map(known["source"])),
        locator=table["locator"].mask(of_ads, table["locator"] + " ÷ " + ratio.map("{:g}".format)),
    )


def complete(known: pd.DataFrame, as_of: str | date | None = None) -> pd.DataFrame:
    """`known` with a figure per ordinary share for each period that only a figure per ADS is given for.

    A ratio that was not public by `as_of` converts nothing.
    """
    of_ads = known["unit"].str.endswith(PER_ADS)
    if not of_ads.any():
        return known
    of_ads &= known["company"].isin(ratios(as_of).index)
    converted = per_share(known[of_ads], as_of)
    rivals = known[known["company"].isin(converted["company"]) & known["concept"].isin(converted["concept"])]
    given = pd.MultiIndex.from_frame(converted[KEY]).isin(pd.MultiIndex.from_frame(rivals[KEY]))
    return pd.concat([known, converted[~given]], ignore_index=True) if len(converted) else known
