"""HubSpot as a source and a destination. README.md beside this file lists its quirks."""

from connectors.hubspot.client import BASE_URL, HubSpot, open_hubspot

__all__ = ["BASE_URL", "HubSpot", "open_hubspot"]
