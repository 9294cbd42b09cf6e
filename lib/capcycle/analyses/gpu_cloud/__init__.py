"""A cluster of GPUs as an investment: cash by year, with a contract, a prepayment, a price that falls, a refresh."""

from capcycle.analyses.gpu_cloud.cases import cluster, hour
from capcycle.analyses.gpu_cloud.exhibits import (
    cash_curve,
    chips,
    contracts,
    finding,
    forward_ratios,
    forward_rents,
    gpu_funding,
    hour_stack,
    irr_variants,
    rent_paths,
    run_rate_range,
)
