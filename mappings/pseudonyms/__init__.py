"""What takes the place of people's values in a pseudonymised copy of an account. Public names of the package."""

from mappings.pseudonyms.records import Pseudonyms

__all__ = ["Pseudonyms"]
