"""Care of a database: migrations, backups, what had its time."""
