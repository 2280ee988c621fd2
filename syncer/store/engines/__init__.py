"""The two databases, and who holds them: dialects, errors, locks, leads and leases."""
