"""A slip in YAML is told in plain words, with what helps, in both languages and by both parsers of the library."""

import pytest
import yaml

from jobs.wording.sentences import spoken
from syncer.agreement.stumbles import HINT, stumble
from syncer.agreement.tree import read_document
from syncer.errors import ConfigError

_SLIPS = {
    "a: b: c": "a colon where no key may stand",
    "a: [1, 2": "a [ is not closed",
    "a: {x: 1\nb: 2": "a { is not closed",
    "a: 'x": "a quote is not closed",
    "a: @x": "a character that may begin no value",
    "a:\n  - b\n c: d": "a key is indented unlike its neighbours",
    "a: [\n b: {": "an unfinished value",
    "key: - a": "a list may not begin behind a key",
    'a: "\\q"': "double quotes around a backslash",
}


@pytest.mark.parametrize(("text", "said"), _SLIPS.items())
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_both_parsers_say_the_same_plain_words(loader, text, said):
    with pytest.raises(yaml.MarkedYAMLError) as slip:
        list(yaml.parse(text, Loader=loader))
    assert stumble(slip.value) == said


@pytest.mark.parametrize(("text", "said"), _SLIPS.items())
def test_a_slip_is_told_with_what_helps_in_german_too(text, said):
    with pytest.raises(ConfigError) as refused:
        read_document(text, "agreement.yaml")
    assert [(one.message, one.hint) for one in refused.value.problems] == [(f"is no YAML: {said}", HINT)]
    german = spoken(f"is no YAML: {said}", "de")
    assert german.startswith("ist kein YAML: ein")
    assert spoken(HINT, "de").startswith("gleich und mit Leerzeichen einrücken")


def test_words_that_nothing_is_known_of_are_kept():
    assert stumble(yaml.MarkedYAMLError(problem="found undefined alias")) == "found undefined alias"
