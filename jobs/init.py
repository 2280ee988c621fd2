"""Writes the three files that a user edits, once, with comments."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from secrets import token_bytes

from jobs.wording.words import Language
from syncer.agreement import default_text


def write_files(folder: Path, lang: Language = "en") -> Sequence[tuple[str, bool]]:
    """Write .env, syncer.yaml and agreement.yaml into `folder`; return each name and whether it was written.

    What they say of a language is `lang`. A file that exists is never touched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    templates = resources.files("jobs").joinpath("templates")
    texts = {
        ".env": _spoken(_with_key(templates.joinpath("env.example").read_text(encoding="utf-8")), lang),
        "syncer.yaml": templates.joinpath("syncer.yaml").read_text(encoding="utf-8"),
        "agreement.yaml": agreement_text(lang),
    }
    return [(name, _write(folder / name, text, private=name == ".env")) for name, text in texts.items()]


def agreement_text(lang: Language) -> str:
    """Return the built-in agreement, by which sales reads a language in the CRM."""
    return default_text().replace("\n  language: en ", f"\n  language: {lang} ", 1)


def _spoken(text: str, lang: Language) -> str:
    return text if lang == "en" else text.replace("\nSYNCER_LANG=\n", f"\nSYNCER_LANG={lang}\n")


def _with_key(text: str) -> str:
    key = urlsafe_b64encode(token_bytes(32)).decode()
    return text.replace("\nSYNCER_ENCRYPTION_KEYS=\n", f"\nSYNCER_ENCRYPTION_KEYS={key}\n")


def _write(path: Path, text: str, *, private: bool) -> bool:
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        return False
    try:
        with file:
            if private:
                path.chmod(0o600)
            file.write(text)
    except OSError as error:
        # Half a file would count as the user's own from then on.
        path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    return True
