"""One MW let to a tenant: rent, net operating income, yield on cost, and the lease"s value at the tenant"s credit."""
