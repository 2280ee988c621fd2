"""Every rule that can move a contact or decide a deal has words in both languages."""

import re
from pathlib import Path

import pytest

from jobs.wording.rules import rule_text
from syncer.agreement import load_default
from syncer.funnel.deal_moves import _RULES
from syncer.funnel.employer import _RULE
from syncer.funnel.outcomes import _PLAIN
from syncer.funnel.reactions import _SCORE_RULES
from syncer.funnel.transitions import OVERRIDE

_FUNNEL = Path(__file__).resolve().parents[2] / "syncer" / "funnel"
#: Calls that take a rule's code, and the code where it is written into the call.
_CALLS = re.compile(
    r"\b(?:stand|end|fall|restore|accept|enter|_lift|_take_out|end_override|Verdict)"
    r'\((?:[^"()]|\([^()]*\))*"([A-Za-z][A-Za-z0-9_]*)"'
)
_NAMED = re.compile(r'\brule(?: =|=|, rule =) ?(?:\(\w+, )?"([a-z_]+)"|"(CO\d)"')
_ACTORS = frozenset({"crm", "machine", "user"})


def _codes() -> set[str]:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in _FUNNEL.glob("*.py"))
    written = set(_CALLS.findall(texts)) | {one for pair in _NAMED.findall(texts) for one in pair if one}
    tables = {*_RULES.values(), *_SCORE_RULES.values(), _RULE, OVERRIDE, *(one.rule for one in _PLAIN.values())}
    return (written | tables | {rule.id for rule in load_default().closed_other.rules}) - _ACTORS


def test_the_codes_are_found_where_they_are_written() -> None:
    assert {
        "CO9",
        "accepted",
        "bootstrap",
        "deal_gone",
        "hysteresis",
        "lost_stage",
        "override",
        "won_stage",
    } <= _codes()


@pytest.mark.parametrize("code", sorted(_codes()))
def test_a_rule_reads_as_words(code: str) -> None:
    english, german = rule_text(code, "en"), rule_text(code, "de")

    assert code not in {english, german}
    assert "_" not in english + german


def test_a_rule_of_ones_own_reads_as_the_agreement_writes_it() -> None:
    assert rule_text("CO12", "de") == "CO12"
