"""What the README shows runs as it is written there."""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def rehearsal() -> str:
    """Return the commands of the second terminal of a rehearsal."""
    text = README.read_text(encoding="utf-8")
    return re.search(r"^mkdir rehearsal.*?(?=^```)", text, re.DOTALL | re.MULTILINE)[0]


def test_a_rehearsal_runs_as_it_is_written(serve, tmp_path):
    commands = rehearsal().replace("http://127.0.0.1:8300", serve(contacts=20).server.base_url)
    folder = Path(sys.executable).parent
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path), "SYNCER_LOG": "json"}
    done = subprocess.run(
        ["/bin/sh", "-c", _each(commands)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    codes = [int(code) for code in re.findall(r"^code (\d+)$", done.stdout, re.MULTILINE)]
    assert len(codes) == len(commands.splitlines())
    # Some records need a person.
    assert set(codes) <= {0, 3}, done.stderr
    assert "fn_stage" in done.stdout
    assert "K01" in done.stdout


def _each(commands: str) -> str:
    return "\n".join(f"{line}\necho code $?" for line in commands.splitlines())
