"""What an answer's status and body mean, and which error that is: one table, read from the top, first match wins.

Errors carry codes, property names, ids and the correlation id, never a value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from math import ceil

from connectors.facts import Facts, facts_of_object
from connectors.lanes import Urgency
from connectors.limits import Bucket
from connectors.tokens import CREDENTIAL_HINT
from syncer.errors import (
    AlreadyExists,
    AuthFailed,
    BadAnswer,
    Bug,
    LimitScope,
    Missing,
    MissingScope,
    RateLimited,
    Rejected,
    SchemaChanged,
    SyncerError,
    Unavailable,
    UnknownOutcome,
)

ADDRESS_HINT = "does HUBSPOT_BASE_URL, or base_url in syncer.yaml, point at HubSpot?"
SCHEMA_HINT = "run `syncer check` to see which property is missing, `syncer setup --apply` to create ours"

#: Seconds that are waited out and need no word; minutes from which hours are counted.
_PAUSE_S, _HOUR_MIN = 60, 120

#: Codes of values that name a property which is not there.
UNKNOWN_PROPERTY = "PROPERTY_DOESNT_EXIST"


class Effect(Enum):
    """What a call does to the CRM, which decides whether it may be sent twice."""

    #: Changes nothing.
    READ = "read"
    #: Sets absolute values: sending it twice ends where sending it once does.
    REPEATABLE = "repeatable"
    #: Adds something each time.
    ONCE = "once"


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """What a call is for: how it is counted, paced, repeated and reported."""

    stream: str = "other"
    bucket: Bucket = Bucket.GENERAL
    urgency: Urgency = Urgency.ORDINARY
    effect: Effect = Effect.READ
    #: The scope the call needs, for the hint of MissingScope.
    scope: str | None = None
    #: Some tiers lack the endpoint altogether, or HubSpot has ended it: 404 or 410 then is no wrong address.
    tiered: bool = False


class Meaning(Enum):
    """What became of a call that did not succeed."""

    DAY_SPENT = "day_spent"
    SEARCH_LIMIT = "search_limit"
    BURST_LIMIT = "burst_limit"
    LOCKED = "locked"
    #: The account moves to another data centre; may take a day.
    MIGRATING = "migrating"
    #: Nothing was sent.
    NOT_SENT = "not_sent"
    #: Sent, and the answer is lost or an error of the server: perhaps done.
    FAILED = "failed"
    #: Sent, and no answer within a minute or more: perhaps done, and a person may have edited since.
    OVERDUE = "overdue"
    #: A success that is not the CRM's API: HTML, half a JSON, nothing.
    GARBLED = "garbled"
    UNAUTHORISED = "unauthorised"
    SCOPE = "scope"
    ABSENT = "absent"
    EXISTS = "exists"
    NO_PROPERTY = "no_property"
    REFUSED = "refused"
    #: No such path: another server, or a version that is no more.
    ELSEWHERE = "elsewhere"
    #: The client library was used wrongly.
    OURS = "ours"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table; a field that is None fits everything."""

    meaning: Meaning
    statuses: range | tuple[int, ...]
    effects: tuple[Effect, ...] | None = None
    policy: str | None = None
    bucket: Bucket | None = None
    tiered: bool | None = None
    category: str | None = None
    code: str | None = None
    spoken: bool | None = None

    def fits(self, status: int, facts: Facts, errand: Errand) -> bool:
        """Tell whether the row is about this answer."""
        return (
            status in self.statuses
            and (self.effects is None or errand.effect in self.effects)
            and (self.policy is None or facts.policy == self.policy)
            and (self.bucket is None or errand.bucket is self.bucket)
            and (self.tiered is None or errand.tiered is self.tiered)
            and (self.category is None or facts.category == self.category)
            and (self.code is None or self.code in facts.codes)
            and (self.spoken is None or facts.spoken is self.spoken)
        )


TABLE: Sequence[Row] = (
    Row(meaning=Meaning.DAY_SPENT, statuses=(429,), policy="DAILY"),
    Row(meaning=Meaning.BURST_LIMIT, statuses=(429,), policy="TEN_SECONDLY_ROLLING"),
    Row(meaning=Meaning.SEARCH_LIMIT, statuses=(429,), policy="SECONDLY"),
    # A search answered 429 names no policy (recorded 2022 and 2026): the bucket tells.
    Row(meaning=Meaning.SEARCH_LIMIT, statuses=(429,), bucket=Bucket.SEARCH),
    Row(meaning=Meaning.BURST_LIMIT, statuses=(429,)),
    Row(meaning=Meaning.LOCKED, statuses=(423,)),
    Row(meaning=Meaning.MIGRATING, statuses=(477,)),
    Row(meaning=Meaning.OVERDUE, statuses=(408, 504, 524)),
    Row(meaning=Meaning.FAILED, statuses=range(500, 600)),
    Row(meaning=Meaning.UNAUTHORISED, statuses=(401,)),
    # HTML with 403 comes from a firewall on the way, not from the API.
    Row(meaning=Meaning.ELSEWHERE, statuses=(403,), spoken=False),
    Row(meaning=Meaning.SCOPE, statuses=(403,)),
    Row(meaning=Meaning.SCOPE, statuses=(404, 410), tiered=True),
    Row(meaning=Meaning.ABSENT, statuses=(404,), spoken=True),
    Row(meaning=Meaning.ELSEWHERE, statuses=(404, 405, 410)),
    Row(meaning=Meaning.EXISTS, statuses=(409,)),
    Row(meaning=Meaning.NO_PROPERTY, statuses=(400,), code=UNKNOWN_PROPERTY),
    Row(meaning=Meaning.OURS, statuses=(414,)),
    Row(meaning=Meaning.REFUSED, statuses=range(400, 500)),
    Row(meaning=Meaning.ELSEWHERE, statuses=range(100, 400)),
)

#: A 207 names a category for each item; this is the status that item would have had alone.
ITEM_STATUS: Mapping[str, int] = {
    "OBJECT_NOT_FOUND": 404,
    "CONFLICT": 400,
    "VALIDATION_ERROR": 400,
    "RATE_LIMITS": 429,
    "MISSING_SCOPES": 403,
    "INTERNAL_ERROR": 500,
}


def meaning_of(status: int, facts: Facts, errand: Errand) -> Meaning:
    """Return what an answer means that is no success."""
    return next((row.meaning for row in TABLE if row.fits(status, facts, errand)), Meaning.ELSEWHERE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One call that did not succeed, as far as it is known."""

    meaning: Meaning
    errand: Errand
    facts: Facts = field(default_factory=Facts)
    #: 0 where no answer came.
    status: int = 0
    #: Seconds, where the CRM named them.
    retry_after: float | None = None

    @property
    def why(self) -> str:
        """Status, category, codes, property names and correlation id in brackets; empty where nothing is known."""
        facts = self.facts
        parts = [str(self.status or ""), facts.category or "", facts.sub_category or "", facts.detail]
        text = " ".join(part for part in parts if part)
        if facts.correlation_id:
            text = f"{text}, correlationId {facts.correlation_id}"
        return f" ({text})" if text else ""


def narrowed(case: Case, properties: Iterable[str]) -> Case:
    """Return the case as far as it concerns a record with these properties; the whole where it names none of them."""
    own = set(properties)
    faults = [fault for fault in case.facts.faults if fault.property in own]
    if not faults:
        return case
    facts = replace(case.facts, faults=faults)
    return replace(case, facts=facts, meaning=meaning_of(case.status, facts, case.errand))


def _limited(text: str, scope: LimitScope = LimitScope.UNKNOWN) -> Callable[[Case], SyncerError]:
    def build(case: Case) -> SyncerError:
        message = f"{text}{case.why}{_when(case.retry_after)}"
        return RateLimited(message, scope=scope, retry_after=case.retry_after, stream=case.errand.stream)

    return build


def _when(retry_after: float | None) -> str:
    """Return when the CRM wants to be asked again, where that is more than a pause."""
    if retry_after is None or retry_after <= _PAUSE_S:
        return ""
    minutes = ceil(retry_after / 60)
    return f"; it wants to be asked again in {f'{minutes} min' if minutes < _HOUR_MIN else f'{ceil(minutes / 60)} h'}"


def _day_spent(case: Case) -> SyncerError:
    if case.errand.bucket is Bucket.ASSOCIATIONS:
        text = "the account's association calls for today are spent"
        return _limited(text, LimitScope.ASSOCIATIONS_DAILY)(case)
    return _limited("the account's calls for today are spent", LimitScope.DAILY)(case)


def _plain(kind: type[SyncerError], text: str, *, hint: str | None = None) -> Callable[[Case], SyncerError]:
    return lambda case: kind(f"{text}{case.why}", stream=case.errand.stream, hint=hint)


_no_api = _plain(BadAnswer, "the answer is not the CRM's API", hint=ADDRESS_HINT)


def _unanswered(case: Case) -> SyncerError:
    if case.errand.effect is Effect.READ:
        return Unavailable(f"the CRM gave no usable answer{case.why}", stream=case.errand.stream)
    return UnknownOutcome(f"a write was sent and not answered{case.why}", stream=case.errand.stream)


def _garbled(case: Case) -> SyncerError:
    if case.errand.effect is Effect.READ:
        return _no_api(case)
    return UnknownOutcome(f"a write was answered by something that is not JSON{case.why}", stream=case.errand.stream)


def _lacks_scope(case: Case) -> SyncerError:
    # HubSpot lists every scope that would do, dozens at times: name the one we know we need, else the first few.
    wanted = case.errand.scope or ", ".join(case.facts.scopes[:3]) or "that the endpoint needs"
    hint = f"grant the token the scope {wanted}"
    if case.errand.tiered:
        hint = f"{hint}, if the account's tier has the feature"
    return MissingScope(f"the token lacks a scope{case.why}", stream=case.errand.stream, hint=hint)


def _refused(case: Case) -> SyncerError:
    if case.errand.effect is Effect.READ:
        return BadAnswer(f"the CRM refused a read{case.why}", stream=case.errand.stream)
    return Rejected(
        f"the CRM refused the write{case.why}",
        status=case.status,
        correlation_id=case.facts.correlation_id,
        codes=case.facts.codes,
    )


ERRORS: Mapping[Meaning, Callable[[Case], SyncerError]] = {
    Meaning.DAY_SPENT: _day_spent,
    Meaning.SEARCH_LIMIT: _limited("too many searches a second", LimitScope.SEARCH),
    Meaning.BURST_LIMIT: _limited("too many calls in ten seconds", LimitScope.BURST),
    Meaning.LOCKED: _limited("the CRM has locked these records for a moment"),
    Meaning.MIGRATING: _limited("the account is moving to another data centre"),
    Meaning.NOT_SENT: _plain(Unavailable, "the CRM cannot be reached", hint=ADDRESS_HINT),
    Meaning.FAILED: _unanswered,
    Meaning.OVERDUE: _unanswered,
    Meaning.GARBLED: _garbled,
    Meaning.UNAUTHORISED: _plain(AuthFailed, "the CRM does not accept the token", hint=CREDENTIAL_HINT),
    Meaning.SCOPE: _lacks_scope,
    Meaning.ABSENT: _plain(Missing, "not found"),
    Meaning.EXISTS: _plain(AlreadyExists, "it exists already"),
    Meaning.NO_PROPERTY: _plain(SchemaChanged, "the CRM lacks a property", hint=SCHEMA_HINT),
    Meaning.REFUSED: _refused,
    Meaning.ELSEWHERE: _no_api,
    Meaning.OURS: _plain(Bug, "a request that cannot be sent"),
}


def error_of(case: Case) -> SyncerError:
    """Return the error for a call that did not succeed; its text holds no value and no secret."""
    return ERRORS[case.meaning](case)


def item_case(raw: object, errand: Errand) -> Case:
    """Return what one item of a 207's `errors` is about: its `facts.ids` may be empty."""
    facts = facts_of_object(raw)
    status = ITEM_STATUS.get(facts.category or "", 400)
    return Case(meaning=meaning_of(status, facts, errand), errand=errand, facts=facts, status=status)
