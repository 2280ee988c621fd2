"""What a terminal cannot show of our texts is written plainer, and what it must not obey is left out.

No command ends for want of a dash, or of a terminal; no name that somebody typed into a web form moves its cursor.
"""

import codecs
import io
import os
import re
import sys
import unicodedata

_NAME = "syncer-plainer"
#: What an output does with what its encoding lacks: it fails, in the C locale too, which lets only bad bytes through.
_HARSH = frozenset({"strict", "surrogateescape"})
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "\N{MINUS SIGN}": "-", "…": "...", "·": "|", "→": "->", "€": "EUR", "“": '"', "”": '"'}
    | {"≤": "<=", "≥": ">=", "\N{MULTIPLICATION SIGN}": "x", "„": '"'}
)
#: Control characters but for line ends, tabs and colours, and those that turn the direction of what follows.
_COMMANDS = re.compile(r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def set_up() -> None:
    """Let standard output replace what its encoding lacks, and tell a terminal texts alone.

    Standard error replaces by itself; the commands of a terminal are its progress bars'.
    """
    _open_what_is_closed()
    codecs.register_error(_NAME, _plainer)
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors in _HARSH:
        sys.stdout.reconfigure(errors=_NAME)
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.isatty():
        sys.stdout = tamed(sys.stdout)


def tamed(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """Return the same output without what a terminal would obey."""
    encoding, errors = stream.encoding, stream.errors
    return _Tamed(stream.detach(), encoding=encoding, errors=errors, line_buffering=True)


class _Tamed(io.TextIOWrapper):
    """Text for a terminal, without what it would obey."""

    def write(self, text: str) -> int:
        """Write a text but for its commands."""
        super().write(_COMMANDS.sub("", text))
        return len(text)


def _open_what_is_closed() -> None:
    """Send to nowhere what whoever started us has closed: else the first file that is opened, the database, took it."""
    for place, mode in enumerate(("r", "w", "w")):
        try:
            os.fstat(place)
        except OSError:
            # The lowest number that is free is given: this one.
            os.open(os.devnull, os.O_RDWR)
            stream = os.fdopen(place, mode, encoding="utf-8", closefd=False)
            setattr(sys, ("stdin", "stdout", "stderr")[place], stream)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].translate(_PLAIN)
    letters = unicodedata.normalize("NFKD", lacking).encode("ascii", "ignore").decode()
    return letters or "?" * (error.end - error.start), error.end
