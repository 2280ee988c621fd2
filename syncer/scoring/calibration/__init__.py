"""What closed outcomes say about the points (domain D6): labels, checks, fits, measures. Pure; nothing is activated."""
