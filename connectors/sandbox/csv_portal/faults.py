"""What is wrong with a cell, and what helps."""

from typing import Final

NUMBERS: Final = "say how its numbers look: `decimal`, `thousands`, `units`; `empty` lists texts that mean nothing"
DATES: Final = "say how its dates look: `dates` or `format`; `empty` lists texts that mean nothing"


class CellError(ValueError):
    """A cell that cannot be read as its spec says."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
