"""A leased cluster over its contract, from the lessor"s side and from the tenant"s."""
