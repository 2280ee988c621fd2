import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from syncer.agreement import Role, default_text, in_force, load_agreement, load_default, parse_agreement, sign
from syncer.errors import AgreementError

DAY = date(2026, 11, 20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "agreement.yaml"
    file.write_text(default_text(), encoding="utf-8")
    return file


def sign_both(path: Path) -> None:
    sign(path, Role.MARKETING, "M. Muster", DAY)
    sign(path, Role.SALES, 'V. "Beispiel" Ö', DAY)


def test_without_a_file_the_unsigned_default_is_in_force(tmp_path: Path) -> None:
    for path in (None, tmp_path / "agreement.yaml"):
        found = in_force(path)
        assert found.notice == "unsigned default"
        assert found.agreement == load_default()


def test_file_without_signatures_is_refused_with_the_commands_that_help(path: Path) -> None:
    with pytest.raises(AgreementError) as caught:
        in_force(path)
    hints = [problem.hint for problem in caught.value.problems]
    assert hints == [
        "syncer agreement sign --role marketing --by NAME",
        "syncer agreement sign --role sales --by NAME",
    ]
    assert {problem.line is not None for problem in caught.value.problems} == {True}


def test_an_agreement_holds_from_the_day_on_which_the_last_team_would_sign_it() -> None:
    signed = load_default().as_signed_on(DAY)
    assert signed.missing_signatures == ()
    assert signed.signed_at == load_default().calendar.midnight(DAY)
    assert signed.fingerprint == load_default().fingerprint
    assert load_default().signed_at == 0


def test_one_signature_is_not_enough(path: Path) -> None:
    sign(path, Role.SALES, "V. Beispiel", DAY)
    with pytest.raises(AgreementError, match="not signed by marketing"):
        in_force(path)


def test_both_signatures_required_to_put_the_file_in_force(path: Path) -> None:
    sign_both(path)
    found = in_force(path)
    assert found.notice is None
    assert [(one.role, one.by, one.at) for one in found.agreement.agreement.signed] == [
        (Role.MARKETING, "M. Muster", DAY),
        (Role.SALES, 'V. "Beispiel" Ö', DAY),
    ]


def test_signing_changes_nothing_but_the_signatures(path: Path) -> None:
    sign_both(path)
    before, after = default_text().splitlines(), path.read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][1].startswith("  signed: [{role: marketing, by: ")
    assert changed[0][1].endswith("# filled by `syncer agreement sign`; both roles are needed")


def test_edit_of_content_invalidates_both_signatures(path: Path) -> None:
    sign_both(path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("inquiry_enter: 20", "inquiry_enter: 21"), encoding="utf-8"
    )
    with pytest.raises(AgreementError) as caught:
        in_force(path)
    assert [problem.message for problem in caught.value.problems] == [
        "marketing signed another content: it changed after the signature",
        "sales signed another content: it changed after the signature",
    ]


def test_edit_of_comments_and_layout_leaves_signatures_valid(path: Path) -> None:
    sign_both(path)
    text = path.read_text(encoding="utf-8").replace("# engagement from which", "# points from which")
    path.write_text("# reviewed\n\n" + text, encoding="utf-8")
    assert in_force(path).notice is None


def test_role_signs_the_same_content_only_once(path: Path) -> None:
    sign(path, Role.SALES, "V. Beispiel", DAY)
    with pytest.raises(AgreementError, match="signed this content already"):
        sign(path, Role.SALES, "Somebody else", DAY)


def test_signature_on_an_older_content_is_replaced(path: Path) -> None:
    sign_both(path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("inquiry_enter: 20", "inquiry_enter: 21"), encoding="utf-8"
    )
    sign(path, Role.SALES, "New Sales", DAY)
    sign(path, Role.MARKETING, "New Marketing", DAY)
    signed = in_force(path).agreement.agreement.signed
    assert [one.by for one in signed] == ["New Marketing", "New Sales"]


def test_signature_written_by_hand_covers_nothing(path: Path) -> None:
    by_hand = "signed: [{role: marketing, by: m, at: 2026-11-20}, {role: sales, by: v, at: 2026-11-21}]"
    path.write_text(default_text().replace("signed: []", by_hand), encoding="utf-8")
    with pytest.raises(AgreementError, match="marketing signed another content"):
        in_force(path)
    sign_both(path)
    assert in_force(path).notice is None


LAYOUTS = {
    "nothing": "stages: {inquiry_enter: 30}   # why\n",
    "no last line end": "stages: {inquiry_enter: 30}",
    "no key": "agreement:\n  # the version\n  version: 3\nstages: {inquiry_enter: 30}\n",
    "deep no key": "agreement:\n      version: 3   # three\n",
    "flow without key": "agreement: {version: 3}   # three\n",
    "flow with empty list": "agreement: {version: 3, signed: [], valid_from: 2026-12-01}\n",
    "empty head": "agreement:   # none yet\nstages: {inquiry_enter: 30}\n",
    "null head": "agreement: null\n",
    "empty flow head": "agreement: {}\n",
    "empty value": "agreement:\n  signed:   # nobody\n  version: 3\n",
    "null value": "agreement:\n  signed: null  # nobody\n  version: 3\n",
    "block list": (
        "agreement:\n  signed:\n    # first\n    - role: marketing\n      by: old\n      at: 2026-01-01  # long ago\n"
        "\n    # end\n  version: 3\n"
    ),
    "indentless list": "agreement:\n  signed:\n  - {role: sales, by: old, at: 2026-01-01}  # once\n  version: 3\n",
    "windows": "agreement:\r\n  version: 3\r\n  signed:\r\n  - {role: sales, by: old, at: 2026-01-01}\r\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_can_be_signed_and_keeps_its_comments(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "agreement.yaml"
    path.write_bytes(LAYOUTS[layout].encode())
    before = load_agreement(path)
    sign_both(path)
    found = in_force(path).agreement
    text = path.read_bytes().decode()
    assert found.fingerprint == before.fingerprint
    assert len(found.agreement.signed) == 2
    for line in LAYOUTS[layout].splitlines():
        if "#" in line:
            assert line[line.index("#") :] in text
    assert text.count("\r\n") in {0, text.count("\n")}


def test_broken_file_is_not_signed(path: Path) -> None:
    broken = default_text().replace("inquiry_enter: 20", "inquiry_enter: soon")
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(AgreementError, match="inquiry_enter"):
        sign(path, Role.SALES, "V. Beispiel", DAY)
    assert path.read_text(encoding="utf-8") == broken


@pytest.mark.parametrize("text", ["{stages: {inquiry_enter: 30}}\n", "stages: {inquiry_enter: 30}\n...\n"])
def test_layout_without_a_place_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "agreement.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AgreementError, match="no place for a signature"):
        sign(path, Role.SALES, "V. Beispiel", DAY)
    assert path.read_text(encoding="utf-8") == text


def test_name_of_the_signer_is_needed(path: Path) -> None:
    with pytest.raises(AgreementError, match="needs a name"):
        sign(path, Role.SALES, "   ", DAY)
    assert path.read_text(encoding="utf-8") == default_text()


def test_signing_leaves_no_other_file_and_keeps_the_mode(path: Path) -> None:
    path.chmod(0o640)
    sign(path, Role.SALES, "V. Beispiel", DAY)
    assert [file.name for file in path.parent.iterdir()] == ["agreement.yaml"]
    assert path.stat().st_mode & 0o777 == 0o640


_VISITS = ("repeated_visits",)


def signed_before(path: Path, keys: Sequence[str] = _VISITS) -> str:
    """Sign the default as it was before some keys of its stages; return what the signatures cover."""
    starts = tuple(f"  {key}:" for key in keys)
    path.write_text(
        "\n".join(line for line in default_text().splitlines() if not line.startswith(starts)) + "\n", encoding="utf-8"
    )
    content = parse_agreement(path.read_text(encoding="utf-8"), str(path)).model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude={"agreement": {"signed"}}
    )
    for key in keys:
        del content["stages"][key]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    covered = hashlib.sha256(text.encode()).hexdigest()[:16]
    both = ", ".join(f'{{role: {role}, by: M, at: 2026-11-20, content: "{covered}"}}' for role in Role)
    path.write_text(path.read_text(encoding="utf-8").replace("  signed: []", f"  signed: [{both}]"), encoding="utf-8")
    return covered


@pytest.mark.parametrize(
    "keys", [_VISITS, ("rejected_answers", *_VISITS), ("accepted_answers", "rejected_answers", *_VISITS)]
)
def test_what_was_signed_before_a_key_came_runs_on_without_it(path: Path, keys: Sequence[str]) -> None:
    covered = signed_before(path, keys)
    found = in_force(path).agreement
    assert found.fingerprint == covered
    assert found.label == f"v1-{covered[:8]}"
    assert found.stages.repeated_visits is None
    assert found.stages.inquiry_enter == 20
    with pytest.raises(AgreementError, match="signed this content already"):
        sign(path, Role.SALES, "V. Beispiel", DAY)


def test_an_edit_of_such_a_file_brings_the_key_in_and_asks_both_teams(path: Path) -> None:
    signed_before(path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("inquiry_enter: 20", "inquiry_enter: 21"), encoding="utf-8"
    )
    assert load_agreement(path).stages.repeated_visits == load_default().stages.repeated_visits
    with pytest.raises(AgreementError, match="marketing signed another content"):
        in_force(path)


def test_one_signature_of_before_does_not_keep_a_key_out(path: Path) -> None:
    signed_before(path)
    text = path.read_text(encoding="utf-8")
    first = text.index("{role: sales, by: M")
    path.write_text(text[: first - 2] + text[text.index("}", first) + 1 :], encoding="utf-8")
    assert load_agreement(path).stages.repeated_visits == load_default().stages.repeated_visits
    sign(path, Role.SALES, "V. Beispiel", DAY)
    with pytest.raises(AgreementError, match="marketing signed another content"):
        in_force(path)
    sign(path, Role.MARKETING, "M. Muster", DAY)
    assert in_force(path).agreement.stages.repeated_visits == load_default().stages.repeated_visits
