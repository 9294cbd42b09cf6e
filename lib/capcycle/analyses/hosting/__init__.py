"""One MW let to a tenant: rent, net operating income, yield on cost, and the lease's value at the tenant's credit."""

from capcycle.analyses.hosting.cases import businesses, lease, uses, verdict
from capcycle.analyses.hosting.credit import credit_rates
from capcycle.analyses.hosting.exhibits import (
    backlog,
    books,
    bubbles,
    business_models,
    holdings,
    ledger,
    run_off,
    terms,
    worth,
    yields,
)
