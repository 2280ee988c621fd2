"""What the CRM said last, and the evidence that grows out of it."""
