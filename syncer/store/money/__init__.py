"""Money over time: rates and imported costs."""
