"""A sandbox that keeps its portal is filled once, and says in a line what is wrong with a second filling."""

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


def test_a_bad_line_is_named_once(tmp_path):
    lines = tmp_path / "portal.jsonl"
    lines.write_text('{"type": "nonsense"}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        open_portal(Filling(load=(lines,)))
    assert str(caught.value.problems[0]).startswith("line 1: ")
    assert str(caught.value.problems[0]).count("line 1") == 1
