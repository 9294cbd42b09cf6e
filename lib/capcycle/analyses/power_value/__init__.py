"""What a megawatt is worth by stage, a company as the sum of its power, and how much power its price assumes."""

from capcycle.analyses.power_value.cases import lease, priced_in_cases, split, sums_of_parts
from capcycle.analyses.power_value.exhibits import football, ladder, lease_table, priced_in, stage_prices, to_price
