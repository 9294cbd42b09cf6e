"""A leased cluster over its contract, from the lessor's side and from the tenant's."""

from capcycle.analyses.leasing.cases import KINDS, call, card, choice, cluster, quoted_profit
from capcycle.analyses.leasing.exhibits import bridge, by_card_price, finding, quoted_margins, ways_to_have, years
from capcycle.analyses.leasing.model import lease_or_buy, lease_or_buy_a_card, lease_payback, leasing, leasing_implied
