"""A leased cluster over its contract, from the lessor's side and from the tenant's."""

from capcycle.analyses.leasing.cases import call, choice, cluster, quoted_profit
from capcycle.analyses.leasing.exhibits import bridge, finding, quoted_margins, ways_to_have, years
from capcycle.analyses.leasing.model import lease_or_buy, lease_payback, leasing, leasing_implied
