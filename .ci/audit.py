"""Looks requirements.lock up among known vulnerabilities: 0 where none is known or nobody could be asked, else 1.

pip-audit alone would call it clean where a mirror knows no vulnerabilities at all: what was not looked up is said here.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

IGNORED = Path(__file__).with_name("audit-ignored.txt")
_LOCK = Path(__file__).parents[1] / "requirements.lock"
_COMMAND = (sys.executable, "-m", "pip_audit", "-r", str(_LOCK), "--require-hashes", "--disable-pip")
_FORM = ("--format", "json", "--progress-spinner", "off")
_LINE = "!" * 80


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What an audit found."""

    checked: int
    #: Packages that could not be looked up.
    unchecked: Sequence[str]
    #: Package, version, advisory and the versions that mend it.
    found: Sequence[str]

    @property
    def code(self) -> int:
        """The exit code: only a known vulnerability fails a build."""
        return 1 if self.found else 0

    def lines(self) -> Sequence[str]:
        """Return what a person reads."""
        if not self.checked:
            return [_LINE, "NOT AUDITED: no service of vulnerabilities could be asked from here", _LINE]
        said = [f"audit: {self.checked} packages looked up, {len(self.found)} known vulnerabilities", *self.found]
        return [*said, f"NOT LOOKED UP: {', '.join(self.unchecked)}"] if self.unchecked else said


def verdict(output: str) -> Verdict:
    """Return what pip-audit's JSON says; output that is none comes of a service that did not answer."""
    try:
        packages = json.loads(output)["dependencies"]
    except json.JSONDecodeError:
        packages = []
    checked = [one for one in packages if "skip_reason" not in one]
    return Verdict(
        checked=len(checked),
        unchecked=[one["name"] for one in packages if "skip_reason" in one],
        found=[
            f"  {one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none yet'}"
            for one in checked
            for flaw in one["vulns"]
        ],
    )


def ignored(text: str) -> Sequence[str]:
    """Return the advisories to pass over. Raises SystemExit for a line without a reason."""
    lines = [line.partition(":") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    bare = [name for name, _, reason in lines if not reason.strip()]
    if bare:
        sys.exit(f"{IGNORED.name}: a reason is missing beside {', '.join(bare)}")
    return [name.strip() for name, _, _ in lines]


def main() -> int:
    """Audit, and say what was found."""
    passed = [word for name in ignored(IGNORED.read_text(encoding="utf-8")) for word in ("--ignore-vuln", name)]
    done = subprocess.run([*_COMMAND, *_FORM, *passed], capture_output=True, text=True, check=False)
    found = verdict(done.stdout)
    if not (found.checked or found.unchecked):
        sys.stderr.write("".join(done.stderr.splitlines(keepends=True)[-1:]))
    sys.stdout.write("\n".join(found.lines()) + "\n")
    return found.code


if __name__ == "__main__":
    sys.exit(main())
