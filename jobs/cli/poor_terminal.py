"""What a terminal or pipe cannot show of our texts is written plainer: no command ends for want of a dash."""

import codecs
import io
import sys
import unicodedata

_NAME = "syncer-plainer"
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "\N{MINUS SIGN}": "-", "…": "...", "·": "|", "→": "->", "€": "EUR", "“": '"', "”": '"'}
)


def set_up() -> None:
    """Let standard output replace what its encoding lacks; standard error does so by itself."""
    codecs.register_error(_NAME, _plainer)
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors=_NAME)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].translate(_PLAIN)
    letters = unicodedata.normalize("NFKD", lacking).encode("ascii", "ignore").decode()
    return letters or "?" * (error.end - error.start), error.end
