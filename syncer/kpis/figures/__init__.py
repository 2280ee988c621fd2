"""The figures, each family in a file of its subject; the catalogue says which KPI is whose."""
