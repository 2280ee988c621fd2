"""What decisions read."""
