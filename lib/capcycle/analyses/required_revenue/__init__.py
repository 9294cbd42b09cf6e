"""The revenue that a build must bring in: to cover its depreciation, and then to earn a return."""
