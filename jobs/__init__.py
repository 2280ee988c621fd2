"""What runs and what sets it off. The only layer that knows everything."""
