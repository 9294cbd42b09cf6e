"""What the market pays for a megawatt of each stage: three ratios, and one regression over the same companies."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle.models.maths import per

STAGES = ("operating_mw", "leased_mw", "pipeline_mw")


class Prices(NamedTuple):
    """Prices of a MW.

    table    a row per stage: companies, mean_ratio, pooled_ratio, price, standard_error, price_nonnegative
    companies  in the regression: those that have all figures
    freedom  companies less prices
    """

    table: pd.DataFrame
    companies: list[str]
    freedom: int

    @property
    def errors_needed(self) -> float:
        """Standard errors from zero at which a price differs from it (95 %); NaN without a degree of freedom."""
        from scipy.special import stdtrit  # only a page with this regression needs it

        return float(stdtrit(self.freedom, 0.975)) if self.freedom > 0 else np.nan


def power_prices(peers: pd.DataFrame, of: str = "enterprise_value") -> Prices:
    """The ratios of enterprise value to MW by stage, mean and pooled, beside a regression on all stages at once.

    Each ratio gives the whole value to one stage, so the three cannot hold together; the regression shares it out.

    Formula: mean of EV/MW; sum(EV)/sum(MW); EV = a * operating_mw + b * leased_mw + c * pipeline_mw by least squares,
             without a constant, and with no price below zero; standard errors sqrt(s^2 * diag((X'X)^-1))
    Units:   `peers` a row per company with the three stages and `of`, enterprise_value or market_value; amounts per
             MW. No price where companies are no more than prices, which then fit exactly and say nothing, or where
             the stages move together.
    Source:  hand arithmetic: values of 3, 4 and 5 over 1, 2 and 5 MW, one stage each, are 12/1, 12/2 and 12/5 pooled.

    >>> rows = {"enterprise_value": [3.0, 4, 5], "operating_mw": [1.0, 0, 0], "leased_mw": [0, 2.0, 0],
    ...         "pipeline_mw": [0, 0, 5.0]}
    >>> found = power_prices(pd.DataFrame(rows, index=["A", "B", "C"]))
    >>> found.table["pooled_ratio"].tolist(), found.freedom
    ([12.0, 6.0, 2.4], 0)
    """
    whole = peers.dropna(subset=[of, *STAGES])
    slopes = _regression(whole[list(STAGES)].to_numpy(float), whole[of].to_numpy(float))
    ratios = {stage: _ratios(peers[[of, stage]].dropna()) for stage in STAGES}
    table = pd.DataFrame(ratios, index=["companies", "mean_ratio", "pooled_ratio"]).T.assign(**slopes)
    return Prices(table, list(whole.index), len(whole) - len(STAGES))


def _ratios(known: pd.DataFrame) -> list[float]:
    values, power = known.iloc[:, 0], known.iloc[:, 1]
    return [len(known), float(pd.Series(per(values, power)).mean()), float(per(values.sum(), power.sum()))]


def _regression(power: np.ndarray, values: np.ndarray) -> dict[str, np.ndarray]:
    companies, stages = power.shape
    if companies <= stages or np.linalg.matrix_rank(power) < stages:
        nothing = np.full(stages, np.nan)
        return {"price": nothing, "standard_error": nothing, "price_nonnegative": nothing}
    from scipy.optimize import nnls  # only a page with this regression needs it

    price, *_ = np.linalg.lstsq(power, values, rcond=None)
    spread = np.square(values - power @ price).sum() / (companies - stages)
    error = np.sqrt(spread * np.diag(np.linalg.inv(power.T @ power)))
    return {"price": price, "standard_error": error, "price_nonnegative": nnls(power, values)[0]}
