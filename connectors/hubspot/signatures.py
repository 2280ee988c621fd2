"""Who signed a webhook: HubSpot's signatures over what was really sent, recomputed and compared.

v3 is HMAC-SHA256 over method, address, body and moment; v1 is SHA-256 over secret and body and can be replayed.
https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests (2026-11).
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from syncer.moments import MINUTE, Millis

_V3, _V1, _MOMENT = "x-hubspot-signature-v3", "x-hubspot-signature", "x-hubspot-request-timestamp"
_VERSION = "x-hubspot-signature-version"
#: How old a request may be; one from as far ahead is refused as well.
_LONGEST = 5 * MINUTE
_DIGITS = re.compile(r"[0-9]{1,16}")
#: The only escapes that are undone before signing.
_DECODED: Mapping[str, str] = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
_ESCAPES = re.compile("|".join(_DECODED), re.IGNORECASE)


class Refusal(StrEnum):
    """Why a request is not believed to be HubSpot's."""

    UNSIGNED = "unsigned"
    #: Older than five minutes, or from the future.
    STALE = "stale"
    BAD_SIGNATURE = "bad_signature"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A request as it arrived."""

    method: str
    #: As HubSpot called it: scheme, host, path and query, escapes untouched.
    uri: str
    body: bytes
    #: Names in lower case.
    headers: Mapping[str, str]


def v3_signature(secret: str, *, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """Return the v3 signature of a request in base64."""
    signed = method.encode() + decoded(uri).encode() + body + timestamp.encode()
    return b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def v1_signature(secret: str, body: bytes) -> str:
    """Return the v1 signature of a body in hexadecimal."""
    return hashlib.sha256(secret.encode() + body).hexdigest()


def decoded(uri: str) -> str:
    """Return an address with those escapes undone that HubSpot undoes before signing; a second look undoes none."""
    return _ESCAPES.sub(lambda found: _DECODED[found[0].upper()], uri)


def hopeless(headers: Mapping[str, str], now: Millis, *, allow_v1: bool) -> Refusal | None:
    """Return why no body could make these headers those of a signed request; None where one could."""
    timestamp = headers.get(_MOMENT, "")
    if _V3 in headers and _DIGITS.fullmatch(timestamp):
        return Refusal.STALE if abs(now - int(timestamp)) > _LONGEST else None
    return None if allow_v1 and _is_v1(headers) else Refusal.UNSIGNED


def signer(request: Signed, secrets: Sequence[SecretStr], now: Millis) -> SecretStr | Refusal:
    """Return the secret with which a request was signed by v3, or why it was signed with none of them.

    Comparing takes as long for a wrong signature as for a right one.
    """
    refusal = hopeless(request.headers, now, allow_v1=False)
    if refusal is not None:
        return refusal
    given, timestamp = request.headers[_V3], request.headers[_MOMENT]

    def expected(secret: str) -> str:
        return v3_signature(secret, method=request.method, uri=request.uri, body=request.body, timestamp=timestamp)

    return _first_match(given, secrets, expected)


def signer_v1(request: Signed, secrets: Sequence[SecretStr]) -> SecretStr | Refusal:
    """Return the secret with which a request was signed by v1 alone: one that carries a v3 signature is not asked."""
    if not _is_v1(request.headers):
        return Refusal.UNSIGNED
    return _first_match(request.headers[_V1], secrets, lambda secret: v1_signature(secret, request.body))


def _is_v1(headers: Mapping[str, str]) -> bool:
    return _V1 in headers and _V3 not in headers and headers.get(_VERSION, "v1") == "v1"


def _first_match(given: str, secrets: Sequence[SecretStr], expected: Callable[[str], str]) -> SecretStr | Refusal:
    found = [one for one in secrets if hmac.compare_digest(given.encode(), expected(one.get_secret_value()).encode())]
    return found[0] if found else Refusal.BAD_SIGNATURE
