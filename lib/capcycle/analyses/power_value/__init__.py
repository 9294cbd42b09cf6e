"""What a megawatt is worth by stage, a company as the sum of its power, and how much power its price assumes."""

from capcycle.analyses.power_value import cases, exhibits, lease_exhibits, leased, model, peers, prices

__all__ = ["cases", "exhibits", "lease_exhibits", "leased", "model", "peers", "prices"]
