"""Whether traces are asked for, and where they go. OpenTelemetry is loaded only where they are."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Final

from jobs.modes import Exporter
from syncer.errors import Problem

VARIABLE: Final = "OTEL_TRACES_EXPORTER"
_NONE: Final = "none"
_NEEDED: Final = {
    Exporter.OTLP: ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
    Exporter.CONSOLE: ("opentelemetry.sdk",),
}


def exporter_of(named: str | None, endpoints: Sequence[str | None]) -> tuple[Exporter | None, Sequence[Problem]]:
    """Return where spans go, None where nobody asked, and the problems of that.

    `named` is the exporter by name; without one, an address of a collector asks for OTLP.
    """
    chosen = named or (Exporter.OTLP if any(endpoints) else _NONE)
    if chosen == _NONE:
        return None, ()
    if chosen not in set(Exporter):
        hint = f"one of {', '.join((*Exporter, _NONE))}"
        return None, [Problem(key=VARIABLE, message="no exporter that there is here", hint=hint)]
    exporter = Exporter(chosen)
    if all(_is_installed(name) for name in _NEEDED[exporter]):
        return exporter, ()
    message = "traces are asked for, and OpenTelemetry is not installed"
    hint = f"{sys.executable} -m pip install 'syncer[traces]', or {VARIABLE}=none"
    return None, [Problem(key=VARIABLE, message=message, hint=hint)]


@contextmanager
def tracing(exporter: Exporter | None, *, is_told: bool = True) -> Iterator[None]:
    """Record spans until the block ends, where they are asked for, and send the last of them before it does.

    `is_told` says in the log that nobody takes them: not by a process beside one that says so.
    """
    if exporter is None:
        yield
        return
    from jobs.telemetry import sending

    with sending(exporter, is_told=is_told):
        yield


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        # A package around it is missing too.
        return False
