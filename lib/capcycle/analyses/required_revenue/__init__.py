"""The revenue that a build must bring in: to cover its depreciation, and then to earn a return."""

from capcycle.analyses.required_revenue.cases import against_disclosed, disclosed, disclosing, group, spending
from capcycle.analyses.required_revenue.exhibits import (
    aim,
    authors,
    disclosed_or_none,
    disclosures,
    forecasts,
    hole,
    need_range,
    per_user,
    verdict,
    vintages,
)
