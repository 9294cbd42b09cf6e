"""What AI capital earns: the return by year to 2030, what a build brings in cash, and what a backlog implies."""

from capcycle.analyses.ai_roic.cases import bases, build, clouds, forward, of, payback, recent, two_widest
from capcycle.analyses.ai_roic.cloud import by_year, cash_curve, cloud_verdict, readings
from capcycle.analyses.ai_roic.forward_return import against_cost, beside_author, denominators, own_duration, verdict
