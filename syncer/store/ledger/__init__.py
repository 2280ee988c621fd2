"""What was decided: history and the current projection."""
