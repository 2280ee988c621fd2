"""What is kept about people: consent, retention, erasure, the report to whom it concerns."""
