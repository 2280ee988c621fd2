"""What the audit of dependencies makes of pip-audit's answers."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AUDIT = runpy.run_path(str(ROOT / ".ci/audit.py"))
CLEAN = {"name": "httpx", "version": "0.28.1", "vulns": []}
FLAWED = {"name": "jinja2", "version": "3.1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.9"]}]}
SKIPPED = {"name": "alembic", "skip_reason": "not found"}


def verdict(*packages):
    return AUDIT["verdict"](json.dumps({"dependencies": packages, "fixes": []}))


def test_a_known_vulnerability_fails_the_build_and_is_named_with_its_mend():
    found = verdict(CLEAN, FLAWED)
    assert found.code == 1
    assert "  jinja2 3.1.0: PYSEC-1, mended in 3.1.9" in found.lines()


def test_nothing_known_is_said_with_how_much_was_looked_up():
    found = verdict(CLEAN)
    assert found.code == 0
    assert found.lines() == ["audit: 1 packages looked up, 0 known vulnerabilities"]


@pytest.mark.parametrize("output", ["", "Traceback", json.dumps({"dependencies": [SKIPPED]})])
def test_a_service_that_cannot_be_asked_is_said_loudly_and_never_called_clean(output):
    found = AUDIT["verdict"](output)
    assert found.code == 0
    assert any("NOT AUDITED" in line for line in found.lines())
    assert not any("0 known" in line for line in found.lines())


def test_a_package_that_could_not_be_looked_up_is_named_and_hides_no_finding():
    found = verdict(SKIPPED, FLAWED)
    assert found.code == 1
    assert found.lines()[-1] == "NOT LOOKED UP: alembic"


def test_an_advisory_is_passed_over_for_a_reason_only():
    assert AUDIT["ignored"]("# why\n\nPYSEC-1: we load no templates of strangers\n") == ["PYSEC-1"]
    for line in ("PYSEC-2", "PYSEC-2:", "PYSEC-2:  "):
        with pytest.raises(SystemExit, match="PYSEC-2"):
            AUDIT["ignored"](line)


def test_the_file_of_ignored_advisories_has_its_reasons():
    AUDIT["ignored"](AUDIT["IGNORED"].read_text(encoding="utf-8"))


def test_the_builds_command_audits():
    assert "make audit" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_an_auditor_that_breaks_is_said_loudly():
    """Here pip-audit is not installed at all: a process that says nothing on standard output."""
    command = [sys.executable, "-S", str(ROOT / ".ci/audit.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "NOT AUDITED" in done.stdout
    assert "No module named pip_audit" in done.stderr
