"""Writing to the CRM: wanted values, what differs, what became of it, and taking it back."""
