"""How often the process searches for garbage, whoever asks for what at the same time."""

import gc
from contextlib import ExitStack

from jobs import YOUNG
from jobs.memory import rare_collections


def _young() -> int:
    return gc.get_threshold()[0]


def test_searches_are_rare_within_the_block_alone():
    with rare_collections():
        assert _young() > YOUNG
    assert _young() == YOUNG


def test_of_two_that_overlap_the_first_to_begin_may_be_the_first_to_end():
    first, second = ExitStack(), ExitStack()
    first.enter_context(rare_collections())
    second.enter_context(rare_collections())
    first.close()
    assert _young() > YOUNG
    second.close()
    assert _young() == YOUNG
