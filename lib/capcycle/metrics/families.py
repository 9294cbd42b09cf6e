"""Metrics that go by one name and are defined in several ways; the first of each family is the usual one."""

CAPEX = ("capex", "capex_with_leases", "capex_as_stated", "capex_net_of_proceeds", "capex_with_lease_principal",
         "ppe_additions")  # fmt: skip
FCF = ("fcf", "fcf_after_leases")
NET_DEBT = ("", "_with_paper", "_with_finance_leases", "_with_leases", "_less_securities")
WHEN = ("average", "opening", "closing")  # capital is taken

FAMILIES: dict[str, tuple[str, ...]] = {
    "capex": CAPEX,
    "capex_intensity": tuple(f"{capex}_to_revenue" for capex in CAPEX),
    "fcf": FCF,
    "fcf_margin": tuple(f"{fcf}_margin" for fcf in FCF),
    "net_debt": tuple(f"net_debt{each}" for each in NET_DEBT),
    "roic": (
        *(f"roic_{when}" for when in WHEN),
        "roic_average_with_paper",
        *(f"roic_{when}_with_leases" for when in WHEN),
        *(f"roic_{when}_gross" for when in WHEN),
        "roic_all_debt",
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
