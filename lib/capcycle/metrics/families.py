"""Metrics that go by one name and are defined in several ways; the first of each family is the usual one."""

CAPEX = (
    "capex",
    "capex_with_leases",
    "capex_as_stated",
    "capex_net_of_proceeds",
    "capex_with_lease_principal",
    "ppe_additions",
)
FCF = ("fcf", "fcf_after_leases")

FAMILIES: dict[str, tuple[str, ...]] = {
    "capex": CAPEX,
    "capex_intensity": tuple(f"{capex}_to_revenue" for capex in CAPEX),
    "fcf": FCF,
    "fcf_margin": tuple(f"{fcf}_margin" for fcf in FCF),
    "net_debt": (
        "net_debt",
        "net_debt_with_paper",
        "net_debt_with_finance_leases",
        "net_debt_with_leases",
        "net_debt_less_securities",
    ),
    "roic": (
        "roic_average",
        "roic_opening",
        "roic_closing",
        "roic_average_with_paper",
        "roic_average_with_leases",
        "roic_opening_with_leases",
        "roic_closing_with_leases",
        "roic_average_gross",
        "roic_opening_gross",
        "roic_closing_gross",
    ),
    "cloud_return": (
        "cloud_return_on_assets",
        "cloud_return_on_average_assets",
        "cloud_return_on_ppe",
        "cloud_return_on_average_ppe",
        "cloud_return_before_depreciation",
        "cloud_return_on_average_assets_after_tax",
        "cloud_return_on_average_ppe_after_tax",
    ),
}
