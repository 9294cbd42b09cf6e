"""Measures in, one finished chart or table out."""
