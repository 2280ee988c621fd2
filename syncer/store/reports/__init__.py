"""What people leaf through and what the morning report counts."""
