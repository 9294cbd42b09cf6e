"""Examples of what a megawatt is worth."""

from collections.abc import Mapping

from capcycle.analyses import power_value
from capcycle.claims.own import register
from capcycle.units import MW_PER_GW


def ev_per_mw(price_usd_bn: float, gw: float, miner_usd_m_per_mw: float) -> Mapping[str, float]:
    """The price of a deal for each MW, and what it lies above another."""
    found = power_value.model.ev_per_mw(price_usd_bn * 1e3, gw * MW_PER_GW, miner_usd_m_per_mw)
    return {"usd_m_per_mw": float(found.value_per_mw), "gap_usd_m_per_mw": float(found.gap_per_mw)}


def leased_mw_value(noi_usd_m_per_mw: float, multiple: float, build_cost_usd_m_per_mw: float) -> Mapping[str, float]:
    """A leased MW at a multiple of its income, before and after the cost of building."""
    found = power_value.model.leased_mw_value(noi_usd_m_per_mw, 1 / multiple, build_cost_usd_m_per_mw)
    return {"gross_usd_m_per_mw": found.gross_value_per_mw, "net_usd_m_per_mw": found.net_value_per_mw}


def priced_in_capacity(ticker: str, approved_gw: float, priced_share: float) -> Mapping[str, float]:
    """The power that a price assumes: what the value comes to in MW worth one each."""
    found = power_value.model.priced_in(approved_gw * priced_share, 0, 0, 0, 1, 1, 0, approved_gw)
    return {"priced_in_gw": float(found.priced_in_mw)}


for method in (ev_per_mw, leased_mw_value, priced_in_capacity):
    register(method.__name__, method)
