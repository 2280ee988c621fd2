"""Canonical records as rows. A row carries two digests: the gist of what decisions read, the fingerprint of everything.

A value that a column cannot hold exactly makes the record invalid: nothing is rounded, cut or replaced.
"""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import blake2b
from math import isfinite
from struct import Struct

import orjson

from syncer.errors import InvalidRecord
from syncer.records import COUNTS_OF_FIGURES, Activity, Answer, Company, Contact, CostLine, Deal
from syncer.store.engines.dialect import Row
from syncer.store.rows.refuse import faults_of, micros
from syncer.tellings import Story

#: Positions from the end of the mirror rows that carry both digests.
GIST, FINGERPRINT = -3, -2

#: A copy of the empty digest costs less than one that is set up anew, twice a row.
_NOTHING = blake2b(digest_size=8)
_NUMBER = Struct(">q")

#: NUL as JSON spells it, and its first byte: a single one is looked for many times faster.
_NUL, _ESCAPE = b"\\u0000", b"\\"
_SORTED = orjson.OPT_SORT_KEYS
#: Whole numbers beyond 53 bits are refused; every moment and head count is far below.
_STRICT = orjson.OPT_STRICT_INTEGER


def maybe_micros(amount: Decimal | None) -> int | None:
    """Return `micros`, or None for an unknown amount."""
    return None if amount is None else micros(amount)


def email_key(address: str | None) -> str | None:
    """Return an e-mail address as joins compare it, or None where there is none."""
    return (address.strip().lower() or None) if address else None


def encode_contact(account: str, record: Contact, now: int) -> Row:
    """Return a row of `contacts`."""
    core = (
        record.email,
        record.first_name,
        record.last_name,
        record.company_id,
        record.owner_id,
        record.lifecycle,
        record.lead_status,
        record.source,
        record.campaign,
        record.country,
        record.opted_out,
        record.bounced,
        record.created_at,
        record.archived_at,
        record.merged_ids,
        *([record.more_emails] if record.more_emails else ()),
    )
    known, held, gist, fingerprint = _digests(core, record)
    return (
        account,
        record.id,
        record.email,
        email_key(record.email),
        record.first_name,
        record.last_name,
        record.company_id,
        record.owner_id,
        record.lifecycle,
        record.lead_status,
        record.source,
        record.campaign,
        record.country,
        1 if record.opted_out else 0,
        1 if record.bounced else 0,
        record.created_at,
        record.updated_at,
        record.archived_at,
        None,
        orjson.dumps(record.more_emails).decode() if record.more_emails else None,
        known,
        held,
        gist,
        fingerprint,
        now,
    )


def encode_company(account: str, record: Company, now: int) -> Row:
    """Return a row of `companies`."""
    core = (
        record.name,
        record.domain,
        record.industry,
        record.employees,
        record.country,
        record.owner_id,
        record.lifecycle,
        record.created_at,
        record.archived_at,
        record.merged_ids,
    )
    known, held, gist, fingerprint = _digests(core, record)
    return (
        account,
        record.id,
        *core[:8],
        record.updated_at,
        record.archived_at,
        None,
        known,
        held,
        gist,
        fingerprint,
        now,
    )


def encode_deal(account: str, record: Deal, now: int) -> Row:
    """Return a row of `deals`."""
    core = (
        record.name,
        record.pipeline_id,
        record.stage_id,
        maybe_micros(record.amount),
        record.currency,
        record.close_date,
        record.owner_id,
        record.deal_type,
        record.forecast_category,
        record.probability,
        record.lost_reason,
        record.source,
        record.created_at,
        record.archived_at,
        record.merged_ids,
    )
    known, held, gist, fingerprint = _digests(core, record, strict=0)
    _refuse_endless(record.probability, record)
    return (
        account,
        record.id,
        *core[:13],
        record.updated_at,
        record.archived_at,
        None,
        known,
        held,
        gist,
        fingerprint,
        now,
    )


def encode_activity(account: str, record: Activity, now: int) -> Row:
    """Return a row of `activities`, joined to nobody yet."""
    kind = str(record.kind)
    core = (
        kind,
        record.occurred_at,
        record.subject,
        record.asset,
        record.owner_id,
        record.outcome,
        record.value,
        record.contact_ids,
        record.email,
        record.archived_at,
    )
    text = orjson.dumps(core, option=_STRICT)
    _refuse_nul(text, record)
    _refuse_endless(record.value, record)
    gist = digest(text)
    return (
        account,
        record.stream,
        record.id,
        *core[:7],
        orjson.dumps(record.contact_ids).decode(),
        email_key(record.email),
        None,
        record.updated_at,
        record.archived_at,
        gist,
        digest(b"%d %d" % (gist, record.updated_at or 0)),
        now,
    )


def encode_cost(account: str, record: CostLine, now: int) -> Row:
    """Return a row of `costs`."""
    core = (
        record.source,
        record.campaign,
        micros(record.amount),
        record.currency,
        record.starts_at,
        record.ends_at,
        record.kind.value,
    )
    text = orjson.dumps(core)
    _refuse_nul(text, record)
    return (account, record.id, *core, digest(text), now)


def encode_answer(account: str, record: Answer, now: int) -> Row:
    """Return a row of `answers`."""
    core = (record.contact_id, record.survey_id, record.survey_type, record.value, record.answered_at)
    text = orjson.dumps(core, option=_STRICT)
    _refuse_nul(text, record)
    return (account, record.id, *core, digest(text), now)


def encode_story(account: str, record: Story, now: int) -> Row:
    """Return a row of `stories`."""
    tellings = [(one.at, one.value, str(one.source)) for one in record.tellings]
    core = (record.topic, str(record.kind), record.record_ids, tellings, record.archived_at)
    text = orjson.dumps(core, option=_STRICT)
    _refuse_nul(text, record)
    gist = digest(text)
    return (
        account,
        record.stream,
        record.id,
        record.topic,
        str(record.kind),
        orjson.dumps(record.record_ids).decode(),
        orjson.dumps(tellings).decode(),
        record.updated_at,
        record.archived_at,
        gist,
        digest(b"%d %d" % (gist, record.updated_at or 0)),
        now,
    )


def digest(content: bytes) -> int:
    """Return 64 bits that stand for the content."""
    state = _NOTHING.copy()
    state.update(content)
    number: int = _NUMBER.unpack(state.digest())[0]
    return number


def fingerprint_of(gist: int, updated_at: int | None, held: bytes) -> int:
    """Return the digest of a whole record from its gist and what the gist leaves out.

    `held` is followed by the fields where figures alone read some of them: a row whose held values alone were noted is
    written once more when its record is read.
    """
    return digest(b"%d %d " % (gist, updated_at or 0) + held)


def held_text(held: Mapping[str, str | None]) -> bytes:
    """Return held values as they are stored."""
    return orjson.dumps(held, option=_SORTED)


def _digests(
    core: tuple[object, ...], record: Contact | Company | Deal, strict: int = _STRICT
) -> tuple[str, str, int, int]:
    known = orjson.dumps(record.fields, option=_SORTED)
    held = held_text(record.held)
    content = orjson.dumps(core, option=strict) + known
    if _ESCAPE in content or _ESCAPE in held:
        _refuse_nul(content + held, record)
    counts = b""
    if not COUNTS_OF_FIGURES.isdisjoint(record.fields):
        decisive = {name: value for name, value in record.fields.items() if name not in COUNTS_OF_FIGURES}
        content, counts = orjson.dumps(core, option=strict) + orjson.dumps(decisive, option=_SORTED), known
    gist = digest(content)
    return known.decode(), held.decode(), gist, fingerprint_of(gist, record.updated_at, held + counts)


def _refuse_nul(content: bytes, record: object) -> None:
    # A text may hold a backslash before the same letters: only a look at each value tells.
    if _NUL in content and (problems := faults_of(record)):
        raise InvalidRecord(problems)


def _refuse_endless(number: float | None, record: object) -> None:
    if number is not None and not isfinite(number):
        raise InvalidRecord(faults_of(record))
