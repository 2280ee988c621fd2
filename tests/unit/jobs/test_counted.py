"""One is one: texts choose their words by the number that stands in them, in both languages."""

import pytest

from jobs.handovers import card_words
from jobs.wording.counted import Counted, counted, plural, worded
from jobs.wording.sentences import spoken

TEXT = ("{count} {count:record needs|records need} a look", "{count} {count:Datensatz|Datensätze}")


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (0, "0 records need a look", "0 Datensätze"),
        (1, "1 record needs a look", "1 Datensatz"),
        (21, "21 records need a look", "21 Datensätze"),
        (1_001, "1,001 records need a look", "1.001 Datensätze"),
    ],
)
def test_a_number_chooses_its_words(count, english, german):
    assert (worded(TEXT, "en", {"count": count}), worded(TEXT, "de", {"count": count})) == (english, german)


def test_what_is_no_number_stays_as_it_is():
    assert counted(True, "en") is True
    assert f"{Counted('a'):>3}" == "  a"


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (f"{plural(1, 'record needs', 'records need')} a person", "1 Datensatz muss jemand ansehen"),
        (f"{plural(1_200, 'record needs', 'records need')} a person", "1.200 Datensätze muss jemand ansehen"),
        (
            "1 job waits, the oldest for 61 seconds; 1 worker lives",
            "1 Auftrag wartet, der älteste seit 61 Sekunden; 1 Arbeiter lebt",
        ),
    ],
)
def test_a_sentence_in_either_number_has_its_german(english, german):
    assert spoken(english, "de") == german


def test_a_card_speaks_of_one_colleague_and_one_deal():
    assert card_words.said("colleagues", "de", number=1, ready=0) == "1 weiterer aktiver Kontakt (0 im Vertrieb)"
    assert card_words.said("deals", "en", number=1) == "1 open deal"
    assert card_words.said("deals", "de", number=2) == "2 offene Deals"
