"""One MW of power put to three uses: mining bitcoin, letting it to a tenant, running an own GPU cloud."""

from typing import Annotated, Any

from capcycle.analyses.hosting.model import noi_value, rents
from capcycle.models.bounds import horizon
from capcycle.models.maths import annuity, maximum, minimum, where
from capcycle.models.registry import Fraction, Number, PerMW, PerMWh, PerMWYear, Rate, Years, model
from capcycle.units import HOURS_PER_YEAR

PerBitcoin = Annotated[Any, "currency/bitcoin"]
BitcoinsPerYear = Annotated[Any, "bitcoins/year"]
HashRate = Annotated[Any, "EH/s"]
PerHash = Annotated[Any, "J/TH"]

BLOCKS_PER_YEAR = 6 * 24 * 365  # the network aims at one every ten minutes
MINING_YEARS = 25  # that rigs are looked at: as long as the longest lease


@model(verdict="gross_profit", better="higher", cost=PerMWYear, gross_profit=PerMWYear)
def business(revenue_per_mw: PerMWYear, gross_margin: Fraction):
    """Cost and gross profit of one MW in one use, of which the assumptions name four.

    Formula: gross_profit = revenue_per_mw * gross_margin; cost = revenue_per_mw - gross_profit
    Units:   currency per MW and year, a fraction.
    Source:  Golden Sun's hosting: 1.73m at 36 % leaves 0.62m.

    >>> round(business(1.73e6, 0.36).gross_profit)
    622800
    """
    profit = revenue_per_mw * gross_margin
    return revenue_per_mw - profit, profit


@model(verdict="switch_value", better="higher", bitcoins_mined=BitcoinsPerYear, mining_revenue=PerMWYear,
       mining_value=PerMW, hosting_value=PerMW, cloud_value=PerMW, switch_value=PerMW,
       switching_bitcoin_price=PerBitcoin)  # fmt: skip
def power_use(
    bitcoin_price: PerBitcoin,
    network_hash_rate: HashRate,
    block_reward: Number,
    rig_efficiency: PerHash,
    mining_power_price: PerMWh,
    mining_other_cost: PerMWYear,
    mining_decline: Fraction,
    uncontracted_rate: Fraction,
    hosting_rent: PerMWYear,
    rent_escalator: Fraction,
    hosting_noi_margin: Fraction,
    hosting_capex: PerMW,
    lease_term: Years,
    renewal_years: Years,
    delivery_years: Years,
    tenant_rate: Rate,
    revenue_per_mw_own_cloud: PerMWYear,
    cloud_cash_margin: Fraction,
    gpu_capex_per_mw: PerMW,
    server_life: Years,
    pue: Number,
):
    """The net present value of one MW of power in each use, and the bitcoin price at which mining equals hosting.

    Formula: bitcoins_mined = block_reward * 52,560 blocks a year / (rig_efficiency * network_hash_rate)
             B(T) = bitcoins_mined * sum of (1 - mining_decline) ** (t - 1) / (1 + uncontracted_rate) ** t, t to T
             C(T) = (8,760 * mining_power_price + mining_other_cost) * annuity(uncontracted_rate, T)
             mining_value = the greatest of bitcoin_price * B(T) - C(T) over all T, at least zero: rigs are switched
             off when they lose money, and what they cost once is spent
             hosting_value = (lease_value - hosting_capex) / pue
             switching_bitcoin_price = the least of (hosting_value + C(T)) / B(T) over all T; zero where hosting
             itself is worth nothing
             cloud_value = margin less the yearly charge that replaces GPUs, over the lease's term, less the building
    Units:   per MW of power at the site; hosting and cloud figures go in per MW of critical IT and are divided by
             pue. EH/s, J/TH, currency/MWh.
    Errors:  ModelError for a lease beyond the 25 years that rigs are looked at.
    Source:  hand arithmetic: 3.125 * 52,560 / (20.5 * 1,074) = 7.46 bitcoins a year for one MW.

    >>> round(float(study.case(power_use, facts.open()).outputs.bitcoins_mined), 2)
    7.46
    """
    horizon("lease_term", lease_term, MINING_YEARS)
    bitcoins = block_reward * BLOCKS_PER_YEAR / (rig_efficiency * network_hash_rate)
    cost = HOURS_PER_YEAR * mining_power_price + mining_other_cost
    mined, spent = _mining(bitcoins, cost, mining_decline, uncontracted_rate, lease_term)
    mining = maximum(0.0, *(bitcoin_price * each - paid for each, paid in zip(mined, spent, strict=True)))
    first_rent, shares = rents(hosting_rent, rent_escalator, lease_term, renewal_years)
    income = noi_value(first_rent * hosting_noi_margin, shares, tenant_rate, delivery_years)
    hosting = (income - hosting_capex) / pue
    own = revenue_per_mw_own_cloud * cloud_cash_margin - gpu_capex_per_mw / annuity(uncontracted_rate, server_life)
    running = annuity(uncontracted_rate, lease_term) / (1 + uncontracted_rate) ** delivery_years
    turning = minimum(*((hosting + paid) / each for each, paid in zip(mined, spent, strict=True)))
    return {
        "bitcoins_mined": bitcoins,
        "mining_revenue": bitcoin_price * bitcoins,
        "mining_value": mining,
        "hosting_value": hosting,
        "cloud_value": (own * running - hosting_capex) / pue,
        "switch_value": hosting - mining,
        "switching_bitcoin_price": where(hosting > 0, turning, 0.0),
    }


def _mining(bitcoins: Any, cost: Any, decline: Any, rate: Any, term: Any) -> tuple[list[Any], list[Any]]:
    """Bitcoins mined and money spent by the end of each year, both discounted; at most over the lease's term."""
    ends = [minimum(year, term) for year in range(1, MINING_YEARS + 1)]
    kept = (1 - decline) / (1 + rate)
    return [bitcoins * (1 - kept**end) / (rate + decline) for end in ends], [cost * annuity(rate, end) for end in ends]
