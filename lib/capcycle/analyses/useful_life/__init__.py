"""What profit would be with another life of the servers, and when the charge for what is spent arrives."""

from capcycle.analyses.useful_life.accounts import disclosed_lives

__all__ = ["disclosed_lives"]
