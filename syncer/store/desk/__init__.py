"""What jobs keep about their work: runs, cursors, outbox, inbox, notices, dead letters."""
