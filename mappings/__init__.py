"""What a vendor's record means here, and back again. Pure functions and data."""
