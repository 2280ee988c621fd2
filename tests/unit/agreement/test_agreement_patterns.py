import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.agreement import load_default, parse_agreement
from syncer.agreement.patterns import compiled, is_endless, reach, search
from syncer.errors import AgreementError
from syncer.funnel import compile_rules
from syncer.records import Contact

ENDLESS = [
    "(a+)+$",
    "(a|a)*$",
    "(a|ab)*c",
    r"(\w+\s*)+$",
    "(a?){30}a{30}",
    "(x+x+)+y",
    "(?:(?:a*)*)*b",
    "(?=(a+)+b)a",
    r"(?P<word>\w*)+!",
    "(?i:(a{1,9}){1,9})z",
    "(?:[ab]{0,99}){9}c",
    "a.*b.*c.*d.*e",
    "([ab]c|ac)*x",
    "(a[bc]d|abd)*x",
    "(a?b|ab)*x",
    "(ß|SS)*x",
    r"(\d|1)*x",
    r"(\.|[.])*x",
    "(?x) a # (",
    "(" * 51 + "a" + ")" * 51,
    "((?i:a)|a)*x",
    "((?P<one>a)|a)*x",
    ".{1,500}.{1,500}.{1,5}",
    r"(\ba|a)*x",
    "(^a|a)*x",
    "((?=a)a|ab|b)*x",
    "(.|a)*x",
    "(.b|ab)*x",
    "a?" * 20,
    "a{,1}" * 20,
    "(a?){0,19}",
    "(a)" * 51 + "(" * 51 + "a" + ")" * 51,
    "(?#note)" * 51 + "(" * 51 + "a" + ")" * 51,
]
PLAIN = [
    "",
    "budget .*(gesperrt|eingefroren|nächstes jahr)",
    "ansprechpartner.*(hat|ist).*(weg|verlassen|gegangen)",
    "vertrag (läuft|mit .* läuft)|bis vertragsende",
    r"^(\d{1,3})(\.\d{3})*$",
    "(ab|cd)+x",
    "((ab)|(?:cd))*x",
    r"(\.a|\.b)*x",
    r"(^a|^b|\bc|\Bd)*x",
    "(" * 50 + "a" + ")" * 50,
    "(?<!x)a(?=b)",
    "((?i:ab)c)*",
    "(?:später|next (quarter|year))+",
    r"^/preise(?!/archiv)",
    r"(?P<kind>demo)-(?P=kind)+",
    r"(demo)?(?(1)-x|-y)",
    "(?#what it is for)preis",
    "(?i)test",
    r"[^]a]*x[\]]?",
    "a{,}b",
    "x{}y{a}",
    "a{3}b{2,}",
    "a++b*?c?",
    "[\\\n(]*x",
    ".{1,500}.{1,500}.{1,4}",
    "(X|b)*y",
    r"(\.|b)*x",
    "(ab|ac)*x",
    "a?" * 19,
    "(a?){18,19}",
    "(a)" * 60,
    "(?#note)" * 60 + "(a)",
]


@pytest.mark.parametrize("pattern", ENDLESS)
def test_what_might_search_without_end_is_refused(pattern: str) -> None:
    assert is_endless(pattern)


@pytest.mark.parametrize("pattern", PLAIN)
def test_what_people_write_is_not_refused(pattern: str) -> None:
    re.compile(pattern)
    assert not is_endless(pattern)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            "reasons: [{code: a, outcome: lost, re: '(a+)+$'}]\nreason_tests: {aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!: a}",
            "reasons[0].re",
        ),
        ("events: [{event: demo_request, kinds: [form], match: '(a|a)*$'}]", "events[0].match"),
        ("calendar: {test_name_patterns: ['x', '(x+x+)+y']}", "calendar.test_name_patterns[1]"),
    ],
    ids=["reasons", "events", "names"],
)
def test_an_agreement_with_an_expression_that_might_search_without_end_says_where(text: str, key: str) -> None:
    with pytest.raises(AgreementError) as caught:
        parse_agreement(text, "agreement.yaml")
    assert (key, "might search without end") in {(one.key, one.message) for one in caught.value.problems}


_PARTS = ("a", "b", "ab", ".", r"\w", "[ab]", "(a|b)", "(a|ab)", "^", "$", r"\b")
_REPEATS = ("", "", "*", "+", "?", "{2}", "{0,3}", "*?")
_SOME = st.lists(st.tuples(st.sampled_from(_PARTS), st.sampled_from(_REPEATS)), max_size=5)
_ENDS = (("a", "!"), ("ab", "a"), ("aab", "!"))


@settings(max_examples=25, deadline=None)
@given(_SOME, st.sampled_from(("{}", "({})*", "({}|c)", "x({})+y")))
def test_what_is_not_refused_ends_soon_whatever_the_text(parts: list[tuple[str, str]], around: str) -> None:
    pattern = around.format("".join(part + ("" if part in "^$" or part == r"\b" else times) for part, times in parts))
    if is_endless(pattern):
        return
    found = compiled(pattern)
    begun = process_time()
    for text, end in _ENDS:
        search(found, (text * reach(pattern))[: reach(pattern) - 1] + end)
    assert process_time() - begun < 20


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [("zu teuer|a?preis", 65_536), ("budget .*gesperrt", 5_000), ("ansprechpartner.*(hat|ist).*(weg|fort)", 500)],
)
def test_a_long_text_is_read_as_far_as_the_repetitions_allow(pattern: str, characters: int) -> None:
    assert reach(pattern) == characters
    found, told = compiled(pattern), "ansprechpartner ist weg, budget ist gesperrt: zu teuer"
    assert search(found, " " * (characters - len(told)) + told) is not None
    assert search(found, " " * characters + told) is None


def test_the_reason_stands_wherever_in_a_long_text_it_is_written() -> None:
    reasons = load_default().reasons
    assert reasons.normalise("Wir haben lange gesprochen. " * 100 + "Am Ende war es zu teuer.").code == "price"
    assert reasons.normalise(" " * 600 + "Projekt verschoben").code == "project_postponed"


def test_a_test_name_may_bring_its_own_flags_and_stands_for_itself() -> None:
    rules = compile_rules(parse_agreement("calendar: {test_name_patterns: ['(?i)^test', 'muster$']}", "a.yaml"), [])
    assert rules.is_test is not None
    found = [rules.is_test(Contact(id="1", first_name=first, last_name=last)) for first, last in _NAMES]
    assert found == [True, True, False]


_NAMES = (("TEST", "Person"), ("Max", "Muster"), ("Max", "Musterfrau"))
