"""Specs that ship with the CSV loader: our own text about public files, never their data."""
