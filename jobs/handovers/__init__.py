"""Telling sales: who waits, the card, the question about a delay, each told once."""
