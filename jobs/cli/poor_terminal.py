"""What a terminal cannot show of our texts is written plainer: no command ends for want of a dash, or of a terminal."""

import codecs
import io
import os
import sys
import unicodedata

_NAME = "syncer-plainer"
#: What an output does with what its encoding lacks: it fails, in the C locale too, which lets only bad bytes through.
_HARSH = frozenset({"strict", "surrogateescape"})
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "\N{MINUS SIGN}": "-", "…": "...", "·": "|", "→": "->", "€": "EUR", "“": '"', "”": '"'}
    | {"≤": "<=", "≥": ">=", "\N{MULTIPLICATION SIGN}": "x", "„": '"'}
)


def set_up() -> None:
    """Let standard output replace what its encoding lacks; standard error does so by itself."""
    _open_what_is_closed()
    codecs.register_error(_NAME, _plainer)
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors in _HARSH:
        sys.stdout.reconfigure(errors=_NAME)


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
