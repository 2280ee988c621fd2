"""A slip in a regular expression is told in plain words, with where it is, in German too."""

import re
import warnings

import pytest

from jobs.wording.sentences import spoken
from syncer.agreement.misspelt import misspelling

_SLIPS = {
    "(abc": "a ( is not closed at position 0",
    "(?P<n": "the name of a group is not closed at position 4",
    "(?#abc": "a comment (?# is not closed at position 0",
    "[abc": "a [ is not closed at position 0",
    "abc)": "a ) closes nothing at position 3",
    "[z-a]": "a range in [ ] that has no order at position 1",
    r"[a-\d]": "a range in [ ] that has no order at position 1",
    "*x": "nothing stands before a *, +, ? or { at position 0",
    "a**": "two repetitions follow one another at position 2",
    "a{5,2}": "a repetition { } has more at least than at most at position 2",
    "x{99999999999999999999}": "a repetition { } is too large",
    "a\\": "a backslash stands at the end at position 1",
    r"\q": "a backslash before a letter or digit that means nothing with it at position 0",
    r"\x1": "a backslash code is not complete at position 0",
    r"\N": "a backslash code is not complete at position 2",
    r"\N{no such}": "a backslash code names no character at position 0",
    r"\777": "a backslash code is not complete at position 0",
    "(?P<a>x)(?P<a>y)": "a group's name is unknown, taken or no name at position 12",
    "(?P=a)": "a group's name is unknown, taken or no name at position 4",
    "(?P<1>x)": "a group's name is unknown, taken or no name at position 4",
    r"(a\1)": "refers to a group that is still open at position 2",
    r"\1": "refers to a group that does not exist at position 1",
    "(?(9)a)": "refers to a group that does not exist at position 3",
    "a(?i)b": "flags such as (?i) stand only at the beginning at position 1",
    "(?<=a+)b": "a look-behind (?<= or (?<! varies in length",
    "(a)(?(1)a|b|c)": "a condition (?( ) has more than two branches at position 11",
    "[[:alpha:]]": "a [, --, &&, ~~ or || within [ ] without a backslash",
    "[a--b]": "a [, --, &&, ~~ or || within [ ] without a backslash",
    "(?z)": "(? is followed by something unknown at position 1",
    "(?Pq)": "(? is followed by something unknown at position 1",
    "(?i-": "(? is followed by something unknown at position 4",
    "(" * 3000: "too many groups within groups",
}


@pytest.mark.parametrize(("pattern", "said"), _SLIPS.items(), ids=range(len(_SLIPS)))
def test_a_slip_is_told_in_plain_words(pattern, said):
    assert misspelling(pattern) == said


@pytest.mark.parametrize("said", _SLIPS.values(), ids=range(len(_SLIPS)))
def test_a_slip_is_told_in_german(said):
    german = spoken(f"is no regular expression: {said}", "de")
    assert german.startswith("ist kein regulärer Ausdruck: ")
    assert not re.search(r"\b(a|at|the|is|that|than|not|with|and|or|of|only|too)\b", german)


@pytest.mark.parametrize("pattern", ["", "zu teuer|preis", r"[\[a]", r"\bno budget\b", "(?i)x", "(?P<a>x)(?P=a)"])
def test_an_expression_that_is_one_is_not_complained_of(pattern):
    assert misspelling(pattern) is None


def test_what_the_engine_warns_of_shows_no_line_of_python():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert misspelling("[[x]") is not None
    assert told == []
