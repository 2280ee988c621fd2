"""Secrets at rest."""

import pytest
from cryptography.fernet import Fernet

from syncer.errors import ConfigError
from syncer.sealing import Seal, Sealer

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_is_not_readable_and_opens_again():
    kept = Sealer([OLD]).seal("geheim")
    assert "geheim" not in kept
    assert Sealer([OLD]).open(kept) == "geheim"
    assert Sealer([OLD]).state(kept) is Seal.NEWEST


def test_without_a_key_it_lies_in_clear_and_says_so_and_a_later_key_opens_it():
    kept = Sealer([]).seal("geheim")
    assert Sealer([]).state(kept) is Sealer([NEW]).state(kept) is Seal.CLEAR
    assert Sealer([NEW]).open(kept) == "geheim"


def test_keys_are_rotated_newest_first():
    kept = Sealer([OLD]).seal("geheim")
    both = Sealer([NEW, OLD])
    assert both.open(kept) == "geheim"
    assert both.state(kept) is Seal.OLDER
    assert Sealer([NEW]).open(both.seal("geheim")) == "geheim"


@pytest.mark.parametrize("keys", [[NEW], []])
def test_a_lost_key_is_named_with_both_ways_out(keys):
    kept = Sealer([OLD]).seal("geheim")
    for ask in (Sealer(keys).open, Sealer(keys).state):
        with pytest.raises(ConfigError) as caught:
            ask(kept)
        (problem,) = caught.value.problems
        assert problem.key == "SYNCER_ENCRYPTION_KEYS"
        assert "syncer connect" in problem.hint
        assert caught.value.__cause__ is None
