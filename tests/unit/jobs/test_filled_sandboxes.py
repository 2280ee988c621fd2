"""A sandbox that keeps its portal is filled once, and says in a line what is wrong with a second filling."""

import json
from contextlib import closing

import pytest

from jobs.rehearsal.sandbox import Filling, open_portal
from syncer.errors import ConfigError


def test_a_kept_portal_is_not_generated_a_second_time(tmp_path):
    filling = Filling(generate=20, state=tmp_path / "portal.db")
    open_portal(filling).close()
    with pytest.raises(ConfigError) as caught:
        open_portal(filling)
    [problem] = caught.value.problems
    assert (problem.file, problem.message) == (str(tmp_path / "portal.db"), "holds a portal already")
    kept = open_portal(Filling(state=tmp_path / "portal.db"))
    assert len(kept.tables["contacts"].rows) >= 20
    kept.close()


def _problems(path, content):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigError) as caught:
        open_portal(Filling(load=(path,)))
    return [str(one).removeprefix(f"{path}:") for one in caught.value.problems]


def _contact(number, **more):
    born = {"type": "contacts", "id": str(number), "createdAt": "2026-01-01T00:00:00Z"}
    return json.dumps(born | more, ensure_ascii=False) + "\n"


def test_a_bad_line_is_named_once_with_its_file(tmp_path):
    assert _problems(tmp_path / "portal.jsonl", '{"type": "nonsense"}\n') == ["1: type nonsense is unknown"]


def test_a_bad_line_below_empty_ones_keeps_its_number(tmp_path):
    content = _contact(1) + "\n\n" + _contact("x") + _contact(1)
    assert _problems(tmp_path / "portal.jsonl", content) == [
        "4: id is no number",
        "5: contacts 1 stands in line 1 already",
    ]


def test_an_earlier_line_is_named_by_its_number_in_the_file(tmp_path):
    content = "\n" + _contact(1) + _contact(1)
    assert _problems(tmp_path / "portal.jsonl", content) == ["3: contacts 1 stands in line 2 already"]


def test_two_files_are_taken_in_together_or_not_at_all(tmp_path):
    first, second, state = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "portal.db"
    first.write_text(_contact(1), encoding="utf-8")
    second.write_text(_contact("x") + _contact(1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        open_portal(Filling(load=(first, second), state=state))
    assert not state.with_name("portal.db-wal").exists()
    assert [str(one) for one in caught.value.problems] == [
        f"{second}:1: id is no number",
        f"{second}:2: contacts 1 comes from {first} already",
    ]
    with closing(open_portal(Filling(state=state))) as portal:
        assert not portal.tables["contacts"].rows


def test_an_owner_that_stands_twice_is_refused(tmp_path):
    owner = '{"type": "owners", "id": "7", "email": "a@b.example"}\n'
    problems = _problems(tmp_path / "portal.jsonl", owner + owner.replace("a@b", "c@d"))
    assert problems == ["2: owners 7 stands in line 1 already"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_lines_that_a_windows_program_saved_are_read(tmp_path, encoding):
    path = tmp_path / "portal.jsonl"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path.write_bytes((mark + _contact(1, properties={"lastname": "Müller"}).replace("\n", "\r\n")).encode(encoding))
    with closing(open_portal(Filling(load=(path,)))) as portal:
        assert portal.tables["contacts"].rows["1"].properties["lastname"] == "Müller"


def test_another_encoding_is_refused_with_its_line(tmp_path):
    content = _contact(1).encode() + _contact(2, properties={"lastname": "Müller"}).encode("cp1252")
    (problem,) = _problems(tmp_path / "portal.jsonl", content)
    assert problem == "2: cannot be read as utf-8-sig (save it as UTF-8)"


def test_signs_that_break_lines_elsewhere_are_part_of_a_text(tmp_path):
    path = tmp_path / "portal.jsonl"
    path.write_text(_contact(1, properties={"lastname": "a\u2028b\x85c"}), encoding="utf-8")
    with closing(open_portal(Filling(load=(path,)))) as portal:
        assert portal.tables["contacts"].rows["1"].properties["lastname"] == "a\u2028b\x85c"


def test_numbers_keep_their_digits(tmp_path):
    path = tmp_path / "portal.jsonl"
    deal = _contact(1).replace("contacts", "deals").replace("}", ', "properties": {"amount": 12345678901234567.10}}')
    path.write_text(deal, encoding="utf-8")
    with closing(open_portal(Filling(load=(path,)))) as portal:
        assert portal.tables["deals"].rows["1"].properties["amount"] == "12345678901234567.10"


def test_what_json_does_not_know_and_keys_that_stand_twice_are_refused(tmp_path):
    content = '{"type": "contacts", "id": NaN}\n{"type": "contacts", "id": "1", "id": "2"}\n[]\n' + "[" * 200_000
    assert _problems(tmp_path / "portal.jsonl", content) == [
        "1: is not JSON (one object a line)",
        "2: id: the key stands twice",
        "3: is not a JSON object",
        "4: is not JSON (one object a line)",
    ]


@pytest.mark.parametrize("moment", [1767225600, "1767225600", "20260101"])
def test_seconds_and_days_in_digits_are_not_taken_for_milliseconds(tmp_path, moment):
    (problem,) = _problems(tmp_path / "portal.jsonl", _contact(1, createdAt=moment))
    assert problem.startswith("1: createdAt is a number of ")
    assert problem.endswith(" digits: write ISO 8601, or milliseconds")
