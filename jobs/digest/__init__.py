"""The morning report: what happened since the last one, what is due, what needs a person."""
