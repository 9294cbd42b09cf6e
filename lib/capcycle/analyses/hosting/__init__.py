"""One MW let to a tenant: rent, net operating income, yield on cost, and the lease"s value at the tenant"s credit."""

from capcycle.analyses.hosting import cases, contracts, exhibits, leases, model, power_use, use_exhibits

__all__ = ["cases", "contracts", "exhibits", "leases", "model", "power_use", "use_exhibits"]
