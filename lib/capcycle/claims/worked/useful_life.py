"""Examples of depreciation: by method, of a stock, and a claim whose inputs nobody published."""

from collections.abc import Mapping, Sequence

import numpy as np

from capcycle import words
from capcycle.analyses.useful_life.model import life_change
from capcycle.claims.own import register
from capcycle.models.depreciation import DOUBLE, charge, declining_balance, straight_line, sum_of_digits

WHOLE_YEAR, MID_YEAR = 1.0, 0.5
CLAIMED_YEARS = 3  # 2026 to 2028
LIVES = ((2, 5), (3, 6))  # the author's two to three years against five to six in the accounts
BN = 1e9


def declining_balance_stock(asset_base_usd_bn: float, depreciation_rate: float) -> Mapping[str, float]:
    """The first full year's charge at the life that has this rate."""
    first = charge(declining_balance, 0, DOUBLE / depreciation_rate, WHOLE_YEAR)
    return {"annual_depreciation_usd_bn": float(asset_base_usd_bn * first)}


def depreciation_method_timing(
    annual_rent_rmb_10k: float,
    net_margin_straight_line: Sequence[float],
    year1_loss_rmb_10k_accelerated: float,
    net_margin_accelerated_y2_y5: Sequence[float],
) -> Mapping[str, float]:
    """The accelerated margins from those in a straight line, with the cost that the first year's loss implies."""
    life = len(net_margin_straight_line)
    shift = np.array([charge(sum_of_digits, year, life, WHOLE_YEAR) - charge(straight_line, year, life, WHOLE_YEAR)
                      for year in range(life)])  # fmt: skip
    level = np.array(net_margin_straight_line)
    cost = (level[0] * annual_rent_rmb_10k - year1_loss_rmb_10k_accelerated) / shift[0]
    accelerated = level - cost * shift / annual_rent_rmb_10k
    return {"mean_margin_straight_line": float(level.mean()), "mean_margin_accelerated": float(accelerated.mean())}


def useful_life_overstatement(
    understated_depreciation_usd_bn_2026_2028: float, oracle_2028: float, meta_2028: float
) -> Mapping[str, str]:
    """Not a recomputation, as nothing that it needs was published: what capex on servers the sum would take."""
    needed = [understated_depreciation_usd_bn_2026_2028 * BN / _understated(*pair) for pair in LIVES]
    low, high = (words.value(each, "USD") for each in sorted(needed))
    return {"reproducible": words.say("useful_life.reproducible", low=low, high=high)}


def _understated(life: float, in_accounts: float) -> float:
    """What the longer life leaves out in the claimed years, of one unit of servers bought in each of them."""
    found = life_change([], 1.0, 1.0, in_accounts, life, 0.0, MID_YEAR, 0.0, 1.0)
    return float(sum(found.effect_by_year[:CLAIMED_YEARS]))


for method in (declining_balance_stock, depreciation_method_timing, useful_life_overstatement):
    register(method.__name__, method)
