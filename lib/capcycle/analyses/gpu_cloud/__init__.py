"""A cluster of GPUs as an investment: cash by year, with a contract, a prepayment, a price that falls, a refresh."""
