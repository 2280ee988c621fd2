"""How sure a figure is, and how credit is shared: pure arithmetic."""
