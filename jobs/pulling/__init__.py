"""Reading the CRM: in full, what changed, and held against the mirror."""
