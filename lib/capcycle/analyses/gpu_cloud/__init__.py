"""A cluster of GPUs as an investment: cash by year, with a contract, a prepayment, a price that falls, a refresh."""

from capcycle.analyses.gpu_cloud import cases, exhibits, gpu_hour, model

__all__ = ["cases", "exhibits", "gpu_hour", "model"]
