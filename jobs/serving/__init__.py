"""What keeps the daemon going: its appointments, its patience with sick accounts, its backups, and how it leaves."""
