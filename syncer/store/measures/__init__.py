"""Counts for KPIs, in SQL that both databases answer alike."""
