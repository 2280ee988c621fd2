"""Erasing people, and what stays of them."""
