"""Who mistypes a name is told the nearest one, in both languages."""

import pytest
from typer.testing import CliRunner

from jobs.cli.app import app
from jobs.wording.sentences import spoken
from syncer.errors import ConfigError, Missing
from syncer.kpis.catalogue import select
from syncer.meant import among, meant


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("K1", "did you mean K01? there are: K01, K02"),
        ("10", "did you mean K10? there are: K01, K02"),
        ("K10.brod", "did you mean K10.broad? there are: K10, K10.broad"),
        ("K99", "there are: K01, K02"),
        ("win", "there are: K01, K02"),
    ],
)
def test_an_unknown_figure_names_the_one_that_was_meant(asked, near):
    with pytest.raises(ConfigError) as caught:
        select([asked])
    [problem] = caught.value.problems
    assert problem.hint.startswith(near)


def test_what_is_like_nothing_is_only_listed():
    assert meant("zz", ["contacts", "deals"]) == ""
    assert among("zz", ["contacts", "deals"]) == "there are: contacts, deals"
    assert among("x", []) == "there are: none"


def test_large_and_small_letters_are_alike():
    assert among("HUBSPTO", ["hubspot"]) == "did you mean hubspot? there are: hubspot"


@pytest.mark.parametrize("hint", ["export", "forget"])
def test_who_asks_for_an_unknown_person_is_told_in_german_what_to_do(hint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-x")
    told = CliRunner().invoke(app, [hint, "99", "--lang", "de"], standalone_mode=False)
    assert isinstance(told.exception, Missing)
    for text in (told.exception.message, told.exception.hint):
        assert spoken(text, "de") != text


def test_it_is_asked_in_german_too():
    assert (
        spoken("did you mean hubspot? there are: hubspot, other", "de")
        == "ist hubspot gemeint? es gibt: hubspot, other"
    )
