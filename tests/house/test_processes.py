"""A process that is forked for a test does what one does that is started anew."""

import os
import signal
import subprocess
import sys

import pytest

from tests.processes import Child, call

SAYS = {
    "a code": "import sys; print('said'); sys.exit(3)",
    "a text": "import sys; sys.exit('no')",
    "nothing": "",
    "arguments": "import sys; print(sys.argv)",
    "the environment": "import os; print(sorted(os.environ), os.getcwd())",
    "the hour": "import time; print(time.localtime(0).tm_hour)",
    "letters": "import sys; print('ü€'); print('ß', file=sys.stderr)",
    "what ends last": "import atexit; atexit.register(print, 'left')",
    "a warning": "import warnings; warnings.warn('left open', ResourceWarning, stacklevel=1)",
    "no terminal": "import sys; print(sys.stdin.isatty(), sys.stdout.isatty(), sys.stdin.read())",
    "an end": "import os; os._exit(9)",
    "a signal": "import os; os.kill(os.getpid(), 15)",
}


@pytest.mark.parametrize("code", SAYS.values(), ids=SAYS)
def test_it_ends_and_says_as_one_that_was_started(tmp_path, code):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", "PYTHONWARNINGS": "default"}
    started = subprocess.run(
        [sys.executable, "-c", code, "a", "b"],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    forked = call(code, "a", "b", env=environment, cwd=tmp_path)
    assert (forked.returncode, forked.stdout) == (started.returncode, started.stdout)
    assert forked.stderr.splitlines()[:1] == started.stderr.splitlines()[:1]


def test_a_fault_shows_where_it_is():
    done = call("1 / 0")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


def test_one_knows_nothing_of_the_one_before():
    call("import json; json.mark = 1")
    assert call("import json; print(hasattr(json, 'mark'))").stdout == "False\n"


def test_it_is_talked_to_and_killed():
    code = "import sys; print(sys.stdin.readline().upper(), flush=True); sys.stdin.read()"
    child = Child(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdin.write("word\n")
    child.stdin.flush()
    assert child.stdout.readline() == "WORD\n"
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.1)
    child.kill()
    child.communicate()
    assert (child.returncode, child.poll()) == (-signal.SIGKILL, -signal.SIGKILL)


def test_one_that_does_not_end_is_ended():
    with pytest.raises(subprocess.TimeoutExpired):
        call("import time; time.sleep(60)", timeout=0.2)
    with pytest.raises(subprocess.TimeoutExpired):
        Child("import time; time.sleep(60)", stdout=subprocess.PIPE).communicate(timeout=0.2)
