"""What KPIs ask of a ledger and what it answers: ports and plain values."""
