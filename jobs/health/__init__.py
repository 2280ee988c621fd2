"""Whether all is well: checks before, status during, backups for after."""
