"""The core: CRM facts in, decisions out. Knows no vendor and starts nothing."""
