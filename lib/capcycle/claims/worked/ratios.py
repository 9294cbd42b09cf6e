"""Examples of single ratios: capex, growth, cash flow."""

from collections.abc import Mapping

from capcycle import metrics
from capcycle.claims.own import register


def ytd_to_quarter(what: str, cumulative_usd_bn: float, prior_cumulative_usd_bn: float) -> Mapping[str, float]:
    """A quarter out of two year-to-date figures, as the facts derive it."""
    return {"quarter_usd_bn": cumulative_usd_bn - prior_cumulative_usd_bn}


def capex_intensity(ticker: str, quarter: str, capex_usd_bn: float, revenue_usd_bn: float) -> Mapping[str, float]:
    """Capex of each unit of revenue."""
    return {"capex_to_revenue": float(metrics.capex_to_revenue(capex_usd_bn, revenue_usd_bn))}


def capex_growth(capex_usd_bn: list[float]) -> Mapping[str, float]:
    """Growth of capex from one year to the next."""
    before, now = capex_usd_bn
    return {"growth": float(metrics.growth_year_on_year(now, before))}


def capex_to_ocf(ticker: str, quarter: str, capex_usd_bn: float, capex_to_ocf: float) -> Mapping[str, float]:
    """The operating cash flow that a ratio of capex to it implies."""
    return {"implied_ocf_usd_bn": capex_usd_bn / capex_to_ocf}


def capex_to_depreciation(capex_usd_bn: float, depreciation_usd_bn: float) -> Mapping[str, float]:
    """Capex for each unit of depreciation."""
    return {"ratio": float(metrics.capex_to_depreciation(capex_usd_bn, depreciation_usd_bn))}


for method in (ytd_to_quarter, capex_intensity, capex_growth, capex_to_ocf, capex_to_depreciation):
    register(method.__name__, method)
