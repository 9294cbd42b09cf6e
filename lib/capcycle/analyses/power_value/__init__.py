"""What a megawatt is worth by stage, a company as the sum of its power, and how much power its price assumes."""
