"""KPIs: what to count over whom, how sure it is, and how it is shown. Pure: the store counts, the jobs ask."""
