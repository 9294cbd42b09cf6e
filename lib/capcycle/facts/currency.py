"""Amounts in another currency: flows at the average rate of their period, balances at the rate of its last day."""

import numpy as np
import pandas as pd

from capcycle.errors import CapcycleError, unknown
from capcycle.facts import door

SOURCE = "ecb-eurofxref"
BASE = "EUR"


def rates() -> pd.DataFrame:
    """Daily reference rates of the European Central Bank: units of each currency for one euro, by date."""
    return door.read_rates().assign(**{BASE: 1.0})


def convert(table: pd.DataFrame, currency: str) -> pd.DataFrame:
    """`table` with every amount in `currency`; figures in other units, such as shares, are left alone.

    Formula: amount × (currency per euro ÷ own currency per euro), the mean of the daily quotients over the
             period for a flow, the quotient of the last fixing on or before its end for a stock.
    Errors:  CapcycleError for a currency without rates, or a period outside the dates of `data/fx.csv`.
    Source:  European Central Bank, euro foreign exchange reference rates.
    """
    own = table["unit"].str.replace("/share", "")
    money = ~own.isin(["shares", "fraction"]) & own.ne(currency)
    if not money.any():
        return table
    daily = rates()
    if wrong := {currency, *own[money]} - set(daily.columns):
        raise CapcycleError(unknown("currency", wrong, daily.columns))
    spans = table.loc[money, ["period_start", "period_end"]].assign(own=own)
    rate = pd.concat([_rates(rows, daily[currency] / daily[name]) for name, rows in spans.groupby("own")])
    return table.assign(
        value=table["value"].mul(rate.reindex(table.index), fill_value=1.0),
        unit=table["unit"].mask(money, table["unit"].str.replace(r"^[A-Z]{3}", currency, regex=True)),
        kind=table["kind"].mask(money & (table["kind"] == "reported"), "derived"),
        source=table["source"].mask(money, table["source"] + " " + SOURCE),
    )


def _rates(spans: pd.DataFrame, daily: pd.Series) -> pd.Series:
    start = spans["period_start"].fillna(spans["period_end"])
    first = daily.index.searchsorted(start)
    after = daily.index.searchsorted(spans["period_end"], side="right")
    outside = (start < daily.index[0]) | (spans["period_end"] > daily.index[-1] + pd.Timedelta(days=4))
    if outside.any():
        raise CapcycleError(
            f"no exchange rate for the period to {spans.loc[outside, 'period_end'].max():%Y-%m-%d}: "
            f"data/fx.csv runs from {daily.index[0]:%Y-%m-%d} to {daily.index[-1]:%Y-%m-%d}"
        )
    total = np.concatenate([[0.0], daily.cumsum()])
    mean = (total[after] - total[first]) / np.maximum(after - first, 1)
    return pd.Series(np.where(spans["period_start"].isna(), daily.iloc[after - 1], mean), index=spans.index)
