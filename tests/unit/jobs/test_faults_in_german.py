"""Every finding on agreement.yaml and its remedy is known in German: by the text of the code, and by broken files."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import syncer.agreement
import syncer.expressions
from jobs import settings_file
from jobs.wording.sentences import spoken
from syncer.agreement import parse_agreement
from syncer.agreement.forms import FORMS
from syncer.agreement.structure import _WORDS
from syncer.errors import AgreementError, Problem

#: Who makes findings, and in which places a message and a remedy stand.
_MAKERS = {"Fault": (1, 2), "ExpressionError": (0,), "_refuse": (0, 2), "_refused": (1,), "ValueError": (0,)}
_FACTS = dict.fromkeys(("min_length", "pattern", "ge", "gt", "le", "lt"), "<x>")
_NAMED = frozenset({"message", "hint"})
#: Texts of nothing but keys and facts.
_FACTS_ALONE = frozenset({"engagement", "<x>", "<x>allowed: <x>", "syncer agreement sign --role <x> --by NAME"})


def _said(node: ast.expr) -> Iterator[str]:
    """Yield what an expression says, with a fact in each of its places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "<x>" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*_said(node.body), *_said(node.orelse))


def _texts() -> Iterator[str]:
    """Yield every text that the code gives to a finding, as far as it stands in the code itself."""
    for package in (syncer.agreement, syncer.expressions):
        for path in sorted(Path(package.__path__[0]).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield from _given(node)
                elif isinstance(node, ast.Assign) and _NAMED & {ast.unparse(one).lower() for one in node.targets}:
                    yield from _said(node.value)


def _given(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func).rpartition(".")[2]
    places = _MAKERS.get(name, ())
    for place, argument in enumerate(call.args):
        if place in places:
            yield from _said(argument)
    for keyword in call.keywords:
        if keyword.arg in _NAMED:
            yield from _said(keyword.value)


def test_what_the_code_says_about_an_agreement_is_known_in_german() -> None:
    texts = set(_texts()) - _FACTS_ALONE
    assert len(texts) > 100
    assert [text for text in sorted(texts) if spoken(text, "de") == text] == []


_BROKEN = """\
agreement:
  version: many
  routing: [{to: nobody}, {else: queue.a}, {if: "country ==", to: owner(company)}]
  sla: {business_hours: {tz: Mars, from: "19:00", holidays: XX}, first_touch: {explicit_request: soon}}
  reject_reasons: {not_ready: NOWHERE}
calendar: {fiscal_year_start: 13, test_name_patterns: ["("]}
money: {gross_margin: 3, costs: [{source: a, amount: -1, from: 2026-13-01, to: x}]}
stages: {inquiry_enter: [], hard_conversions: [dance], suspect_expiry_days: -1, colour: red}
score_model:
  thresholds: {grade: {A: 20, B: 50}, hysteresis: 3}
  fit: {groups: {company: {cap: 40, rules: [{id: F1, if: "contact.age > 3", pts: 5}, {id: F1, if: "a ~ b", pts: x}]}}}
  matrix: {A: [suspect, sales_ready, mql, dance]}
  negative: [{id: N1}]
closed_other: {rules: [{id: CO1, when: "deal.amount > 'x'", mode: maybe}], guards: {rules: [CO99]}}
reasons: [{code: a, outcome: lost, re: ''}, {code: b, outcome: perhaps, re: '['}]
reason_tests: {x: nothing}
write_back: {language: fr, contacts: {stage: "9", fit: fn_x, engagement: fn_x}}
*anchor : 3
"""


def _problems(text: str) -> list[Problem]:
    with pytest.raises(AgreementError) as refused:
        parse_agreement(text, "agreement.yaml")
    return list(refused.value.problems)


def _unknown(problems: list[Problem]) -> list[str]:
    told = [text for one in problems for text in (one.message, one.hint) if text is not None]
    return [text for text in told if spoken(text, "de") == text]


def test_all_that_is_wrong_with_a_file_is_told_at_once_with_its_line_and_in_german() -> None:
    problems = _problems(_BROKEN.replace("*anchor : 3\n", ""))
    assert len(problems) > 30
    assert [one for one in problems if one.line is None or one.key is None] == []
    assert _unknown(problems) == []


@pytest.mark.parametrize(
    "text",
    ["", "3", "a:\n\t- b", "a: \x07", "a: &x 1\nb: *x", "a: !!set {}", "a: 1\na: 2", "a: 1\n---\nb: 2", "? [a]\n: 1"],
)
def test_what_is_no_agreement_at_all_is_told_in_german(text: str) -> None:
    assert _unknown(_problems(text)) == []


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("score_model: {matrix: 3}", "muss ein Abschnitt mit eigenen Schlüsseln sein"),
        ("stages: {suspect_expiry_days: x}", "muss eine ganze Zahl sein"),
        ("icp: {min_grade: E}", "muss 'A', 'B', 'C' oder 'D' sein"),
    ],
)
def test_what_a_value_should_be_is_said_without_words_of_programmers(text: str, german: str) -> None:
    assert german in [spoken(one.message, "de") for one in _problems(text)]


def test_what_a_value_of_the_settings_should_be_is_known_in_german() -> None:
    texts = [*settings_file._SAID.values(), *settings_file._PATTERNS.values(), *FORMS.values()]
    assert [text for text in texts if spoken(text, "de") == text] == []
    assert [text for text in _WORDS.values() if spoken(text.format_map(_FACTS), "de") == text.format_map(_FACTS)] == []
