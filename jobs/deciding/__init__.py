"""Decisions on every contact, deal and company: kept, explained, tried out, overruled by people."""
