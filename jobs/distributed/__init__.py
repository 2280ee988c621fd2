"""The distributed engine: the daemon that leads defers jobs, workers on any machine do them. PostgreSQL."""
