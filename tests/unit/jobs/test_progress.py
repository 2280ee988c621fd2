"""How far a job is: told in the language that was asked for, with true counts."""

import io
import re
import sys

import pytest

from jobs.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("lang", "said"), [("en", "decided: 1,234"), ("de", "entschieden: 1.234")])
def test_a_line_a_step_is_in_the_language_asked_for(capsys, lang, said):
    with progress(quiet=False, lang=lang) as way:
        way.advance("decided", 1234)
        way.done("decided")
        way.done("contacts compared")
    assert capsys.readouterr().err.splitlines() == [
        said,
        "contacts compared: 0" if lang == "en" else "contacts verglichen: 0",
    ]


def test_a_bar_of_nothing_counts_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress(quiet=False) as way:
        way.done("leads")
        way.advance("deals", 12)
        way.done("deals")
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", sys.stderr.getvalue())
    assert re.findall(r"(leads|deals) +━+ +(\d+)", plain)[-2:] == [("leads", "0"), ("deals", "12")]
