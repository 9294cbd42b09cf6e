"""Examples of a gigawatt's chips, cost and vendors."""

from collections.abc import Mapping
from math import nan

import numpy as np

from capcycle.analyses import gigawatt
from capcycle.claims.own import register
from capcycle.models.maths import per
from capcycle.units import KW_PER_MW, MW_PER_GW, full, scaled

ALONE = {"gpus_per_rack": 72, "peak_per_gpu": nan, "gpu_utilisation": 1.0}  # inputs that no example has


def gw_cost_split(
    gw: float = nan,
    usd_bn_per_gw: float = nan,
    gpus_per_gw: float = nan,
    gpu_usd_m_per_rack: float = nan,
    total_usd_m_per_rack: float = nan,
) -> Mapping[str, float]:
    """Cost and GPUs of some gigawatts, and the part of a rack that the GPUs are."""
    site = gigawatt.model.gigawatt(
        gross_power=gw * MW_PER_GW, kw_all_in=KW_PER_MW * MW_PER_GW / gpus_per_gw,
        capex_per_gw=full(usd_bn_per_gw, "bn"), **ALONE,
    )  # fmt: skip
    share = float(per(gpu_usd_m_per_rack, total_usd_m_per_rack))
    return {"capex_usd_bn": scaled(site.site_capex, "bn"), "gpus_m": scaled(site.gpus, "m"), "gpu_share": share}


def vendor_gross_profit_share(gpu_share: float, vendor_gross_margin: float) -> Mapping[str, float]:
    """The part of a data centre's cost that is the gross profit of the maker of its GPUs."""
    found = gigawatt.model.vendor_content(nan, gpu_share, vendor_gross_margin, nan, nan, nan, nan)
    return {"vendor_gp_share_of_capex": found.gpu_profit_share}


def asic_substitution(gpu_price_usd_m: float, gpu_gross_margin: float, asic_gross_margin: float,
                      total_usd_m_per_rack: float) -> Mapping[str, float]:  # fmt: skip
    """A rack with chips at a lower margin."""
    found = gigawatt.model.asic_substitution(gpu_price_usd_m, total_usd_m_per_rack, gpu_gross_margin, asic_gross_margin)
    return {"asic_price_usd_m": found.asic_cost, **found._asdict()}


def gw_to_gpus(mw_critical_it: float = nan, gpus: float = nan, gw: float = nan, gpus_low: float = nan,
               gpus_high: float = nan) -> Mapping[str, float]:  # fmt: skip
    """Power per GPU, and GPUs per GW."""
    it = gigawatt.model.power_per_gpu(mw_critical_it, gpus)
    low, high = (gigawatt.model.power_per_gpu(gw * MW_PER_GW, count) for count in (gpus_high, gpus_low))
    return {
        "kw_per_gpu_it": float(it),
        "gpus_per_gw_it": float(per(KW_PER_MW * MW_PER_GW, it)),
        "kw_per_h100_all_in_low": float(low),
        "kw_per_h100_all_in_high": float(high),
    }


def dc_tco_annualised(
    capex_usd_bn: float,
    it_capex_usd_bn: float,
    facility_capex_usd_bn: float,
    opex_usd_bn: float,
    it_life: list[float],
    facility_life: float,
    cost_of_capital: float,
) -> Mapping[str, list]:
    """The cost a year at several lives of the IT."""
    found = gigawatt.model.cost_of_ownership(
        it_capex_usd_bn, facility_capex_usd_bn, np.array(it_life, float), facility_life, cost_of_capital, opex_usd_bn
    )
    return {"tco_usd_bn": found.total_cost.tolist()}


def dc_tco_share(server_usd_bn_per_yr: float, tco_usd_bn_per_yr: float) -> Mapping[str, float]:
    """Servers in the cost a year."""
    return {"server_share": float(per(server_usd_bn_per_yr, tco_usd_bn_per_yr))}


def data_center_capex_by_chip(usd_bn_per_gw: Mapping[str, float]) -> Mapping[str, float]:
    """Cost per GW with one chip over that with another."""
    of = {chip: per(cost, usd_bn_per_gw["Trainium3"]) for chip, cost in usd_bn_per_gw.items()}
    return {"vera_rubin_to_trainium3": float(of["Vera Rubin"]), "gb300_to_trainium3": float(of["GB300"])}


def mw_monetisation(gw_fy24: float, gw_fy28: float) -> Mapping[str, float]:
    """Growth of power."""
    return {"multiple": float(per(gw_fy28, gw_fy24))}


def h100e_share(h100e_m: float, global_h100e_m: float) -> Mapping[str, float]:
    """Share of all chips."""
    return {"share": float(per(h100e_m, global_h100e_m))}


def power_share(total_gw: float, nvidia_gw: float) -> Mapping[str, float]:
    """Share of an owner's power."""
    return {"share": float(per(nvidia_gw, total_gw))}


for method in (gw_cost_split, vendor_gross_profit_share, asic_substitution, gw_to_gpus, dc_tco_annualised,
               dc_tco_share, data_center_capex_by_chip, mw_monetisation, h100e_share, power_share):  # fmt: skip
    register(method.__name__, method)
