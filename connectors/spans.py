"""The span of one call to a CRM: method, path without ids, status, and which attempt it was."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import httpx

from syncer.tracing import Fact, Span, span

#: Parts of a path that are the API's own words: names in lower case, and versions.
_OWN: Final = re.compile(r"[a-z]+(?:[-_][a-z]+)*|v\d+|20\d\d-\d\d(?:-beta)?")
#: Stands for the address of a file, which is a key to it.
FILE: Final = "/{file}"


@contextmanager
def call_span(method: str, path: str, attempt: int = 1) -> Iterator[Span]:
    """Record the call that the block sends; `attempt` counts from one."""
    template = template_of(path)
    facts: Mapping[str, Fact] = {"http.request.method": method, "url.template": template, "syncer.attempt": attempt}
    with span(f"{method} {template}", facts, is_call=True) as recorded:
        yield recorded


def note_status(recorded: Span, status: int) -> None:
    """Note what was answered; a refusal is a failure of the call."""
    recorded.note({"http.response.status_code": status})
    if httpx.codes.is_error(status):
        recorded.fail(str(status))


def template_of(path: str) -> str:
    """Return a path with `{id}` for every part that is not the API's own word, and without its query."""
    if path == FILE:
        return path
    parts = path.partition("?")[0].split("/")
    return "/".join(part if not part or _OWN.fullmatch(part) else "{id}" for part in parts)
