"""What goes to a CRM and what comes back: requests, answers, and setbacks with the errors they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
import msgspec

from connectors.facts import Facts, Fault
from connectors.statuses import Case, Errand, Meaning, error_of
from syncer.errors import SyncerError

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 60.0
#: Seconds within which an answer has to be whole; HubSpot itself ends calls after 100 (2026-11).
ANSWER_TIMEOUT = 180.0


#: What each exception of httpx means, most specific first.
FOREIGN: Sequence[tuple[type[Exception], Meaning]] = (
    (httpx.ConnectTimeout, Meaning.NOT_SENT),
    (httpx.PoolTimeout, Meaning.NOT_SENT),
    (httpx.TimeoutException, Meaning.OVERDUE),
    (httpx.ConnectError, Meaning.NOT_SENT),
    (httpx.NetworkError, Meaning.FAILED),
    (httpx.ProxyError, Meaning.NOT_SENT),
    (httpx.RemoteProtocolError, Meaning.FAILED),
    (httpx.DecodingError, Meaning.GARBLED),
    (httpx.UnsupportedProtocol, Meaning.OURS),
    (httpx.LocalProtocolError, Meaning.OURS),
    (httpx.TooManyRedirects, Meaning.ELSEWHERE),
    (httpx.HTTPStatusError, Meaning.OURS),
    (httpx.InvalidURL, Meaning.OURS),
    (httpx.CookieConflict, Meaning.OURS),
    (httpx.StreamError, Meaning.OURS),
)


def foreign_meaning(error: Exception, table: Sequence[tuple[type[Exception], Meaning]] = FOREIGN) -> Meaning | None:
    """Return what a client library's exception means; None for one that the table lacks."""
    return next((meaning for kind, meaning in table if isinstance(error, kind)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One call of the data plane."""

    method: str
    path: str
    params: Sequence[tuple[str, str]] = ()
    #: Sent as JSON; None sends no body.
    json: object = None
    errand: Errand = field(default_factory=Errand)


def query_of(params: Sequence[tuple[str, str]]) -> str:
    """Return parameters as an address carries them; a comma may stand there as it is, and keeps lists short."""
    return urlencode(params, safe=",")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, undecoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Setback:
    """A call that did not succeed: what is known of it, and the error to raise."""

    case: Case
    error: SyncerError


class Unanswered(Exception):
    """Raised by a transport that got no answer; `meaning` says how far the call came."""

    def __init__(self, meaning: Meaning) -> None:
        super().__init__(meaning.value)
        self.meaning = meaning


def setback(meaning: Meaning, errand: Errand, *, cause: BaseException | None) -> Setback:
    """Return the setback of a call that got no answer to read."""
    facts = Facts() if cause is None else Facts(faults=(Fault(_name(cause), None),))
    case = Case(meaning=meaning, errand=errand, facts=facts)
    error = error_of(case)
    error.__cause__ = cause
    return Setback(case=case, error=error)


def _name(cause: BaseException) -> str:
    """Return what names a failure without a value in it: which type stood where, else the kind of error."""
    text = str(cause)
    is_misfit = isinstance(cause, msgspec.ValidationError) and text.startswith(("Expected", "Object missing"))
    return text if is_misfit else type(cause).__name__
