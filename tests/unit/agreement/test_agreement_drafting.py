"""Drafts: some numbers changed, both versions raised, no signature, everything else as it was."""

from datetime import date

import pytest

from syncer.agreement import Role, default_text, load_agreement, load_default, parse_agreement, sign
from syncer.agreement.diff import content_of, differences
from syncer.agreement.drafting import Edit, drafted
from syncer.errors import AgreementError

GROUP = ("score_model", "engagement", "groups", "intent")
EDITS = (Edit(path=(*GROUP, "cap"), value=55.0), Edit(path=(*GROUP, "rules", "E1", "pts"), value=33.0))
CHANGED = {
    "agreement.version": 2,
    "score_model.version": 2,
    "score_model.engagement.groups.intent.cap": 55.0,
    "score_model.engagement.groups.intent.rules.E1.pts": 33.0,
}


def _changes(old, new):
    return {one.key: one.after for one in differences(old, new)}


def test_a_draft_keeps_every_other_character_of_the_file():
    text = drafted(default_text(), "agreement.yaml", EDITS)
    assert _changes(load_default(), parse_agreement(text, "draft.yaml")) == CHANGED
    pairs = zip(default_text().splitlines(), text.splitlines(), strict=True)
    assert sum(old != new for old, new in pairs) == 4
    assert "{id: E1, event: demo_request, pts: 33, half_life_days: 60, max: 1," in text


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_signed_file_gives_an_unsigned_draft_that_can_be_signed_again(tmp_path, ending):
    path = tmp_path / "agreement.yaml"
    approved = default_text().replace("approved_by: null ", "approved_by: {marketing: a, sales: b} ")
    path.write_bytes(approved.replace("\n", ending).encode())
    for role in Role:
        sign(path, role=role, by="somebody", at=date(2026, 12, 1))
    old = load_agreement(path)
    assert not old.missing_signatures
    path.write_bytes(drafted(path.read_bytes().decode(), str(path), EDITS).encode())
    new = load_agreement(path)
    assert new.agreement.signed == ()
    assert new.score_model.approved_by is None
    for role in Role:
        sign(path, role=role, by="somebody", at=date(2026, 12, 2))
    assert not load_agreement(path).missing_signatures


def test_signatures_in_lines_of_their_own_are_taken_out_too():
    lines = "signed:\n    - {role: sales, by: x, at: 2026-01-01}\n    - {role: marketing, by: y, at: 2026-01-01}"
    text = default_text().replace("signed: [] ", f"{lines} ")
    new = parse_agreement(drafted(text, "agreement.yaml", EDITS), "draft.yaml")
    assert new.agreement.signed == ()
    assert _changes(load_default(), new) == CHANGED


@pytest.mark.parametrize(
    "text",
    [
        "calendar: {}\n",
        "agreement: {version: 1}\nscore_model: {version: 1}\n",
        "agreement: {version: 1}\nscore_model: {version: 1, engagement: {groups: {intent: {cap: 60}}}}\n",
    ],
)
def test_a_file_that_leaves_a_part_to_the_default_is_written_whole(text):
    old = parse_agreement(text, "agreement.yaml")
    new = parse_agreement(drafted(text, "agreement.yaml", [Edit(path=(*GROUP, "cap"), value=55.0)]), "draft.yaml")
    assert new.score_model.engagement.groups["intent"].cap == 55.0
    assert _changes(old, new).keys() == {"agreement.version", "score_model.version", f"{'.'.join(GROUP)}.cap"}


def test_without_edits_only_the_versions_rise():
    new = parse_agreement(drafted(default_text(), "agreement.yaml", ()), "draft.yaml")
    assert _changes(load_default(), new).keys() == {"agreement.version", "score_model.version"}
    assert content_of(new) != content_of(load_default())


def test_a_wrong_file_gives_no_draft():
    with pytest.raises(AgreementError):
        drafted("score_model: {version: none}\n", "agreement.yaml", EDITS)
