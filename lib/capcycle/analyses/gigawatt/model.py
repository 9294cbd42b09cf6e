"""A gigawatt in chips, throughput and money: what it holds, what it costs, who earns on it, what it costs a year."""

from typing import Annotated, Any, NamedTuple

from capcycle.models.bounds import LEAST_KW, MOST_KW, within
from capcycle.models.maths import annuity, per
from capcycle.models.registry import MW, Amount, Fraction, Years, model
from capcycle.units import KW_PER_MW, MW_PER_GW

KW = Annotated[Any, "kW/GPU"]
GPUs = Annotated[Any, "GPUs"]
Racks = Annotated[Any, "racks"]
PerGPU = Annotated[Any, "currency/GPU"]
PerGW = Annotated[Any, "currency/GW"]
Peak = Annotated[Any, "PFLOPS/GPU"]
Throughput = Annotated[Any, "EFLOPS"]
PerPFLOPS = Annotated[Any, "currency/PFLOPS"]

PFLOPS_PER_EFLOPS = 1_000


class Gigawatt(NamedTuple):
    """What a site's power holds, what that costs, and what the maker of its chips earns."""

    gpus: GPUs
    racks: Racks
    throughput: Throughput
    site_capex: Amount
    capex_per_gpu: PerGPU
    capex_per_pflops: PerPFLOPS


@model(verdict="capex_per_gpu", better="lower")
def gigawatt(
    gross_power: MW,
    kw_all_in: KW,
    gpus_per_rack: GPUs,
    peak_per_gpu: Peak,
    gpu_utilisation: Fraction,
    capex_per_gw: PerGW,
) -> Gigawatt:
    """A site's power as chips, racks, throughput and money.

    Formula: gpus = gross_power * 1000 / kw_all_in
             throughput = gpus * peak_per_gpu * gpu_utilisation; site_capex = gross_power / 1000 * capex_per_gw
    Units:   MW of the whole facility; kW per GPU with server, network, cooling and losses; throughput is the peak of
             one precision times the part of the year in use, so precisions must not be mixed.
    Errors:  ModelError for a power per GPU outside 0.7 to 4 kW.
    Source:  Bernstein (October 2025): 35bn per GW at 5.9m a rack of 72 is 5,932 racks and 427,000 GPUs. Since
             35bn / 5.9m is 5,932.2, a GW over 5,932.2 * 72 GPUs is 2.3413 kW each.

    >>> site = gigawatt(1000, 2.3413, 72, 2.5, 0.7, 35e9)
    >>> round(site.racks), round(site.gpus, -3)
    (5932, 427000.0)
    """
    gpus = gross_power * KW_PER_MW / kw_all_in
    site_capex = gross_power / MW_PER_GW * capex_per_gw
    throughput = gpus * peak_per_gpu * gpu_utilisation / PFLOPS_PER_EFLOPS
    return Gigawatt(
        gpus=gpus,
        racks=gpus / gpus_per_rack,
        throughput=throughput,
        site_capex=site_capex,
        capex_per_gpu=site_capex / gpus,
        capex_per_pflops=site_capex / (throughput * PFLOPS_PER_EFLOPS),
    )


class VendorContent(NamedTuple):
    """Who gets a gigawatt's money."""

    gpu_maker_profit: PerGW
    gpu_supply: PerGW
    network_content: PerGW
    cpu_content: PerGW
    other_it_content: PerGW
    building_content: PerGW
    gpu_profit_share: Fraction


@model(verdict="gpu_profit_share", better="lower")
def vendor_content(
    capex_per_gw: PerGW,
    gpu_share_of_capex: Fraction,
    gpu_gross_margin: Fraction,
    network_share_of_capex: Fraction,
    cpu_share_of_capex: Fraction,
    rack_compute_cost: Amount,
    rack_cost: Amount,
) -> VendorContent:
    """One gigawatt's money by who gets it; the GPU maker's part is its gross profit and what it pays its suppliers.

    Formula: gpu_maker_profit = capex_per_gw * gpu_share_of_capex * gpu_gross_margin
             building_content = capex_per_gw * (1 - rack_compute_cost / rack_cost); other_it_content is the rest
    Units:   currency per GW; fractions of capex; amounts per rack.
    Source:  Bernstein (October 2025): 39 % at a margin of 70 % is 27.3 % of all spending, where it prints 29 %;
             2.5m of 5.9m a rack are building and power, 14.8bn of 35bn.

    >>> content = vendor_content(35e9, 0.39, 0.70, 0.13, 0.03, 3.4e6, 5.9e6)
    >>> round(content.gpu_profit_share, 3), round(content.building_content / 1e9, 1)
    (0.273, 14.8)
    """
    gpu, it = capex_per_gw * gpu_share_of_capex, rack_compute_cost / rack_cost
    named = gpu_share_of_capex + network_share_of_capex + cpu_share_of_capex
    return VendorContent(
        gpu_maker_profit=gpu * gpu_gross_margin,
        gpu_supply=gpu * (1 - gpu_gross_margin),
        network_content=capex_per_gw * network_share_of_capex,
        cpu_content=capex_per_gw * cpu_share_of_capex,
        other_it_content=capex_per_gw * (it - named),
        building_content=capex_per_gw * (1 - it),
        gpu_profit_share=gpu_share_of_capex * gpu_gross_margin,
    )


class CostOfOwnership(NamedTuple):
    """What a data centre costs a year, by part."""

    it_cost: Amount
    facility_cost: Amount
    total_cost: Amount
    it_cost_share: Fraction
    facility_cost_share: Fraction
    opex_share: Fraction


@model(verdict="total_cost", better="lower")
def cost_of_ownership(
    it_capex: Amount,
    facility_capex: Amount,
    it_life: Years,
    facility_life: Years,
    build_cost_of_capital: Fraction,
    data_center_opex: Amount,
) -> CostOfOwnership:
    """The level cost a year of a data centre whose parts wear out at different ages.

    Formula: total_cost = sum of capex / annuity(build_cost_of_capital, life) over IT and facility + data_center_opex
    Units:   amounts in one currency, the opex and all results a year; years; fractions.
    Source:  Epoch AI (2026-05-14): 38bn of capex and 0.9bn of opex cost 8.5bn a year, 12bn with IT that lasts 3 years
             and 7bn with 7. The split of the 38bn and the rate are not published: 25.5bn, 12.5bn and 7 % return them.

    >>> [round(float(cost_of_ownership(25.5, 12.5, life, 14, 0.07, 0.9).total_cost), 1) for life in (3, 5, 7)]
    [12.0, 8.5, 7.1]
    """
    it_cost = it_capex / annuity(build_cost_of_capital, it_life)
    facility_cost = facility_capex / annuity(build_cost_of_capital, facility_life)
    total = it_cost + facility_cost + data_center_opex
    return CostOfOwnership(
        it_cost=it_cost,
        facility_cost=facility_cost,
        total_cost=total,
        it_cost_share=per(it_cost, total),
        facility_cost_share=per(facility_cost, total),
        opex_share=per(data_center_opex, total),
    )


class Substitution(NamedTuple):
    """What a rack saves with chips at another maker's margin."""

    asic_cost: Amount
    capex_saving: Fraction
    asic_share_of_capex: Fraction


@model(verdict="capex_saving", better="higher")
def asic_substitution(
    rack_gpu_cost: Amount, rack_cost: Amount, gpu_gross_margin: Fraction, asic_gross_margin: Fraction
) -> Substitution:
    """A rack whose chips cost the same to make and are sold at another gross margin, the rest of the rack unchanged.

    Formula: asic_cost = rack_gpu_cost * (1 - gpu_gross_margin) / (1 - asic_gross_margin)
             capex_saving = (rack_gpu_cost - asic_cost) / rack_cost
             asic_share_of_capex = asic_cost / (rack_cost - rack_gpu_cost + asic_cost)
    Units:   amounts per rack; fractions.
    Source:  hand arithmetic on Bernstein's inputs: 2.3 * 0.3 / 0.5 = 1.38; (2.3 - 1.38) / 5.9 = 15.6 %;
             1.38 / (5.9 - 0.92) = 27.7 %. Bernstein prints 1.2, 19 % and 28 %, which no one set of inputs gives.

    >>> [round(each, 3) for each in asic_substitution(2.3, 5.9, 0.7, 0.5)]
    [1.38, 0.156, 0.277]
    """
    asic_cost = rack_gpu_cost * (1 - gpu_gross_margin) / (1 - asic_gross_margin)
    saved = rack_gpu_cost - asic_cost
    return Substitution(asic_cost, saved / rack_cost, asic_cost / (rack_cost - saved))


def power_per_gpu(power: Any, gpus: Any) -> Any:
    """The power in kW behind each GPU; what no GPU can draw is refused.

    Formula: power * 1000 / gpus
    Units:   MW and GPUs; kW per GPU, on the basis (IT or facility) of the power given.
    Errors:  ModelError outside 0.7 to 4 kW.
    Source:  IREN: 76,000 GB300 on 200 MW of critical IT are 2.63 kW each.

    >>> round(float(power_per_gpu(200, 76_000)), 2)
    2.63
    """
    found = per(power * KW_PER_MW, gpus)
    within("power per GPU", found, LEAST_KW, MOST_KW, "kW")
    return found


def all_in_power(it_power: Any, pue: Any) -> Any:
    """The power per GPU of the whole facility, from that of its IT.

    Formula: it_power * pue, pue being the power of the facility over that of its IT
    Units:   kW per GPU; a multiple.
    Errors:  ModelError for a PUE below 1, and for a result outside 0.7 to 4 kW.
    Source:  hand arithmetic: 2.0 kW of IT at a PUE of 1.25, TeraWulf's design, are 2.5 kW.

    >>> all_in_power(2.0, 1.25)
    2.5
    """
    within("pue", pue, 1.0, unit="times")
    within("kw_all_in", it_power * pue, LEAST_KW, MOST_KW, "kW")
    return it_power * pue


def site_power(critical: Any, gross: Any, utility: Any) -> tuple[Any, Any]:
    """What a facility draws for each MW of IT, and what the grid grants for each MW that the facility draws.

    Units:   MW of critical IT, of the whole facility, of the grid connection; NaN where one is not known.
    Errors:  ModelError unless critical <= gross <= utility, of those that are known.
    Source:  Galaxy's Helios: 800 MW gross on 526 MW of critical IT, 1.52.

    >>> round(float(site_power(526, 800, float("nan"))[0]), 2)
    1.52
    """
    within("gross MW per critical MW", per(gross, critical), 1.0)
    within("utility MW per gross MW", per(utility, gross), 1.0)
    within("utility MW per critical MW", per(utility, critical), 1.0)
    return per(gross, critical), per(utility, gross)
