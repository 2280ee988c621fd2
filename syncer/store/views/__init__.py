"""What BI tools read: views and extracts."""
