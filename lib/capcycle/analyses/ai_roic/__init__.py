"""What AI capital earns: the return by year to 2030, what a build brings in cash, and what a backlog implies."""

from capcycle.analyses.ai_roic.capex_yield import (
    against_cost,
    beside_author,
    contracted,
    denominators,
    laboratories,
    paid,
    verdict,
)
from capcycle.analyses.ai_roic.capital import returns
from capcycle.analyses.ai_roic.cases import bases, build, clouds, forward, of, payback, plan, recent, two_widest
from capcycle.analyses.ai_roic.cloud import by_year, cash_curve, cloud_verdict, readings
from capcycle.analyses.ai_roic.realised import capital_costs, old_and_added, over_cost, returns_verdict
