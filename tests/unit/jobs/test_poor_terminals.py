"""A terminal without our signs gets plainer ones; no command ends for want of them."""

import io
import sys

import pytest

from jobs.cli.poor_terminal import set_up, tamed

#: What Python does with what an output lacks: in a language's locale, and in that of C.
ERRORS = ("strict", "surrogateescape")


@pytest.mark.parametrize("errors", ERRORS)
@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("ascii", b"Grosse Ubergabe - 5 ? +1 ... <= 2 x"),
        ("latin-1", "Grosse Übergabe - 5 ? +1 ... <= 2 \N{MULTIPLICATION SIGN}".encode("latin-1")),
    ],
)
def test_what_an_encoding_lacks_is_written_plainer(monkeypatch, encoding, written, errors):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding, errors=errors))
    set_up()
    sys.stdout.write("Grosse Übergabe – 5 ☃ +1 … ≤ 2 \N{MULTIPLICATION SIGN}")
    sys.stdout.flush()
    assert raw.getvalue() == written


def test_a_terminal_of_utf_8_gets_all_signs(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="utf-8"))
    set_up()
    sys.stdout.write("Übergabe – 5 …")
    sys.stdout.flush()
    assert raw.getvalue().decode() == "Übergabe – 5 …"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("\x1b[2JAnna", "[2JAnna"),
        ("\x1b]52;c;cm0=\x07Anna", "]52;c;cm0=Anna"),
        ("\x9b2JAnna\r\n", "2JAnna\r\n"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}annA\tÄ🚀", "annA\tÄ🚀"),
        ("\x1b[31mrot\x1b[0m", "\x1b[31mrot\x1b[0m"),
        ("عبد الله", "عبد الله"),
    ],
)
def test_a_terminal_obeys_nothing_that_somebody_typed_into_a_form(typed, shown):
    held = io.BytesIO()
    stream = tamed(io.TextIOWrapper(held, encoding="utf-8", newline=""))
    assert stream.write(typed) == len(typed)
    stream.flush()
    assert held.getvalue().decode() == shown
