"""Examples of build-outs against GDP and of the capital cycle."""

from collections.abc import Mapping

from capcycle.analyses.cycle.model import build_out
from capcycle.claims.own import register
from capcycle.facts import registers

BN, TN = 1e9, 1e12
RAILWAYS, AI_TODAY = ("US railways", "Tomasz Tunguz"), 500e9  # printed in the text, not among the example's inputs


def capex_to_gdp(openai_2030_usd_bn: float, market_share: float, gdp_2030_usd_tn: float) -> Mapping[str, float]:
    """The market behind one company's plan, its share of GDP, and what the railways' share would be."""
    table = registers.read("episodes").set_index(["episode", "author"])["share"].sort_index()
    market, past = openai_2030_usd_bn * BN / market_share, float(table.loc[RAILWAYS])
    then = build_out(market, gdp_2030_usd_tn * TN, 0.0, 0.0, 1.0, past)
    today = build_out(AI_TODAY, gdp_2030_usd_tn * TN, 0.0, 0.0, 1.0, past)
    return {"market_usd_bn": market / BN, "share": float(then.share_of_gdp),
            "rail_equivalent_usd_tn": float(then.investment_for_share) / TN,
            "increase_pct": (float(today.rise_for_share) - 1) * 100}  # fmt: skip


def gdp_projection(gdp_usd_tn: float, growth: float, years: float) -> Mapping[str, float]:
    """GDP some years on: what the whole of it would be."""
    return {"gdp_usd_tn": float(build_out(TN, gdp_usd_tn * TN, growth, years, 1.0, 1.0).investment_for_share) / TN}


def asset_growth_spread(lowest_decile_return: float, highest_decile_return: float) -> Mapping[str, float]:
    """What companies whose assets grew least returned beyond those whose assets grew most."""
    return {"spread": lowest_decile_return - highest_decile_return}


for method in (capex_to_gdp, gdp_projection, asset_growth_spread):
    register(method.__name__, method)
