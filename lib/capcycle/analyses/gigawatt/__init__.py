"""A gigawatt in chips, throughput and money: what it holds, what it costs, who earns on it, what it costs a year."""
