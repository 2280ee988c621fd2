"""What calls cost: foretold, counted, shared between processes, and the rest once a day is spent."""
