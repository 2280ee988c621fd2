"""Tables for BI tools, written into a folder."""
