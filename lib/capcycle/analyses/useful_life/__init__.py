"""What profit would be with another life of the servers, and when the charge for what is spent arrives."""

from capcycle.analyses.useful_life import cases, exhibits, model

__all__ = ["cases", "exhibits", "model"]
