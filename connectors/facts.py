"""What an error body says, in whichever of its shapes: codes, property names, ids, scopes, the correlation id.

Values and addresses of a message never leave this module.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec


class Fault(NamedTuple):
    """One thing that an error holds against one property; either may be unsaid."""

    code: str | None
    property: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What an error body says, in whichever of its shapes."""

    #: False where the body is no JSON object.
    spoken: bool = False
    category: str | None = None
    sub_category: str | None = None
    policy: str | None = None
    message: str | None = None
    correlation_id: str | None = None
    faults: Sequence[Fault] = ()
    scopes: Sequence[str] = ()
    #: Ids that the error is about; empty where it does not say.
    ids: Sequence[str] = ()

    @property
    def codes(self) -> Sequence[str]:
        """Return the codes, each once."""
        return _unique(fault.code for fault in self.faults if fault.code)

    @property
    def properties(self) -> Sequence[str]:
        """Return the names of the properties at fault, each once."""
        return _unique(fault.property for fault in self.faults if fault.property)

    @property
    def detail(self) -> str:
        """Codes and property names, or, without codes, the message with its values struck out."""
        if self.codes:
            named = f" on {', '.join(self.properties)}" if self.properties else ""
            return f"{', '.join(self.codes)}{named}"
        return f'"{scrubbed(self.message)}"' if self.message else ""


def facts_of(body: bytes) -> Facts:
    """Return what an error body says; a body that is not JSON says nothing."""
    try:
        raw: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Facts()
    return facts_of_object(raw)


def facts_of_object(raw: object) -> Facts:
    """Return what an error object says, be it a whole body or one item of a 207."""
    if not isinstance(raw, Mapping):
        return Facts()
    details = [raw, *_dicts(raw.get("errors")), *_embedded(raw.get("message"))]
    contexts = [context for detail in details if isinstance(context := detail.get("context"), Mapping)]
    return Facts(
        spoken=True,
        category=_text(raw, "category"),
        sub_category=_text(raw, "subCategory"),
        policy=_text(raw, "policyName") or _said_limit(_text(raw, "message")),
        message=_text(raw, "message"),
        correlation_id=_text(raw, "correlationId"),
        faults=tuple(dict.fromkeys(fault for detail in details for fault in _faults(detail))),
        scopes=_unique(_listed(contexts, ("requiredGranularScopes", "requiredScopes"))),
        ids=_unique(_listed(contexts, ("objectWriteTraceId", "ids", "id", "fromObjectId"))),
    )


def _text(raw: Mapping[str, object], key: str) -> str | None:
    value = raw.get(key)
    return value if isinstance(value, str) else None


#: HubSpot's words for the limit that was met: recorded answers name no policy beside them (2022 to 2026).
_LIMIT = re.compile(r"reached your (daily|secondly|ten_secondly_rolling) limit", re.IGNORECASE)


def _said_limit(message: str | None) -> str | None:
    found = _LIMIT.search(message or "")
    return found[1].upper() if found else None


def _dicts(raw: object) -> list[Mapping[str, object]]:
    return [item for item in raw if isinstance(item, Mapping)] if isinstance(raw, list) else []


def _embedded(message: object) -> list[Mapping[str, object]]:
    # Older validation errors carry their details as a JSON array inside the message.
    if not isinstance(message, str) or "[{" not in message:
        return []
    try:
        raw: object = msgspec.json.decode(message[message.index("[{") : message.rindex("]") + 1])
    except (ValueError, msgspec.DecodeError):
        return []
    return _dicts(raw)


def _faults(detail: Mapping[str, object]) -> Iterator[Fault]:
    code = _text(detail, "code") or _text(detail, "error")
    context = detail.get("context")
    names: Sequence[str] = tuple(_listed([context], ("propertyName",))) if isinstance(context, Mapping) else ()
    for name in names or (_text(detail, "name"),):
        if code or name:
            yield Fault(code, name)


def _listed(contexts: Sequence[Mapping[str, object]], keys: Sequence[str]) -> Iterator[str]:
    for context in contexts:
        for key in keys:
            values = context.get(key)
            yield from (str(value) for value in (values if isinstance(values, list) else [values]) if value is not None)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


_VALUES = re.compile(
    r"""[^\s"'<>\[\](){}=,;:]+@[^\s"'<>\[\](){},;:]+  # an e-mail address
    | "[^"]*" | '[^']*'                               # a quoted value
    | (?<=value=)[^,)}\]]*                            # value=... of a coordinate
    | \+\d[\d\s()/.-]{5,}\d                           # a phone number""",
    re.VERBOSE,
)
_LONGEST = 200


def scrubbed(message: str) -> str:
    """Return a message of the CRM without addresses, phone numbers and quoted values; ids stay."""
    return _VALUES.sub("…", message)[:_LONGEST]
