"""Forget a person: erase everything that says something about them, and see that no intake brings them back."""

import random
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex

import structlog

from jobs.deciding.derive import rules_of
from jobs.desk import Clock
from jobs.privacy.erasures import Keeping, append, refuse_lost_key, tombstoner_made, tombstoner_of
from syncer.agreement import Agreement
from syncer.errors import ConfigError, Problem, Unavailable
from syncer.funnel import decide_company
from syncer.moments import Millis, iso
from syncer.privacy import Tombstoner, blur_of
from syncer.records import Kind
from syncer.store import ERASED, EXPIRED, LIFTED, PREFIX, Erasure, Person, Store, Unit, email_key

_log = structlog.get_logger()

_CRM = "crm"


@dataclass(frozen=True, kw_only=True, slots=True)
class Eraser:
    """What erasing needs: the database, what is kept beside it, the agreement, the present."""

    store: Store
    keeping: Keeping
    agreement: Agreement
    clock: Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What an erasure did, or would do."""

    account: str
    #: None where it was a dry run.
    erasure: str | None
    #: When it was done, now or before.
    at: Millis
    #: Contact ids and number of addresses that were one person.
    ids: Sequence[str] = ()
    addresses: int = 0
    #: Rows erased or made impersonal, by table.
    rows: dict[str, int] = field(default_factory=dict)
    #: First letters of the tombstones.
    tombstones: Sequence[str] = ()
    #: Properties that we wrote to the CRM, which still holds them.
    written: Sequence[str] = ()
    #: Notes and tasks about the person that we put into the CRM, as `tasks 17`.
    notices: Sequence[str] = ()
    was_forgotten: bool = False
    #: Whether no byte is left in the database's files; None for a dry run.
    wiped: bool | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "account": self.account,
            "erasure": self.erasure,
            "at": iso(self.at),
            "ids": list(self.ids),
            "addresses": self.addresses,
            "rows": self.rows,
            "tombstones": list(self.tombstones),
            "written": list(self.written),
            "notices": list(self.notices),
            "was_forgotten": self.was_forgotten,
            "wiped": self.wiped,
        }


def erase(
    eraser: Eraser,
    account: str,
    contact_id: str,
    *,
    actor: str = _CRM,
    dry_run: bool = False,
    is_held: bool = False,
    in_advance: bool = False,
) -> Forgotten | None:
    """Erase whoever has an id or address; None where nothing is known about them and nothing ever was.

    `in_advance` bars them even then: no later intake takes them in. Waits for a round under way, unless the caller
    holds the account itself. May be killed at any moment and repeated.
    """
    with nullcontext() if is_held else eraser.store.patient_lock(account):
        with eraser.store.snapshot() as unit:
            person = unit.privacy.person(account, contact_id)
            left = _left(unit, person)
        again = None if person or dry_run else _again(eraser, account, contact_id)
        if in_advance and not person and again is None:
            person = _to_come(eraser, account, contact_id)
        if dry_run:
            return _foretold(eraser, person, left) if person else None
        if not person:
            return again
        erasure = _begun(eraser, person, actor)
        rows = made(eraser, erasure, person)
    _log.info("person_erased", account=account, erasure=erasure.id, rows=sum(rows.values()))
    return Forgotten(
        account=account,
        erasure=erasure.id,
        at=erasure.at,
        ids=sorted(person.ids),
        addresses=len(person.addresses),
        rows=rows,
        tombstones=[one[:PREFIX] for one in erasure.tombstones],
        written=left.written,
        notices=left.notices,
        wiped=wipe(eraser.store, eraser.clock),
    )


def erase_found(eraser: Eraser, account: str, ids: Collection[str], addresses: Collection[str]) -> None:
    """Erase a forgotten person who came in under other ids or addresses. Call it while the account is held."""
    with eraser.store.snapshot() as unit:
        person = unit.privacy.grown(account, ids, addresses)
    erasure = _begun(eraser, person, _CRM)
    made(eraser, erasure, person)
    _log.info("person_erased", account=account, erasure=erasure.id, rows=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Left:
    """What of ours the CRM holds about a person: properties that were not blanked, notes and tasks."""

    written: Sequence[str]
    notices: Sequence[str]


def _left(unit: Unit, person: Person) -> _Left:
    values = unit.desk.written_values(person.account, Kind.CONTACT, person.ids).values()
    told = unit.notices.about(person.account, Kind.CONTACT, sorted(person.ids)).values()
    return _Left(
        written=sorted({name for named in values for name, rows in named.items() if rows[-1].value is not None}),
        notices=sorted(f"{one.notice.form} {one.crm_id}" for entries in told for one in entries if one.crm_id),
    )


def _foretold(eraser: Eraser, person: Person, left: _Left) -> Forgotten:
    now = eraser.clock()
    with eraser.store.rehearsal() as unit:
        rows = unit.privacy.erase(person, now, lambda _: 0)
    return Forgotten(
        account=person.account,
        erasure=None,
        at=now,
        ids=sorted(person.ids),
        addresses=len(person.addresses),
        rows=dict(rows),
        written=left.written,
        notices=left.notices,
    )


def _begun(eraser: Eraser, person: Person, actor: str) -> Erasure:
    """Return an erasure that the journal holds: from here on it will be made, whatever happens to this process."""
    stones = maker_of(eraser)
    erasure = Erasure(
        id=new_id(eraser.clock()),
        account=person.account,
        at=eraser.clock(),
        actor=actor,
        reason=ERASED,
        key_id=stones.key_ids[0],
        tombstones=stones.newest(person.account, person.ids, person.addresses),
    )
    append(eraser.keeping, [erasure])
    return erasure


def maker_of(eraser: Eraser) -> Tombstoner:
    """Return what makes tombstones. Raises ConfigError where older ones were made with a key that is not at hand."""
    with eraser.store.snapshot() as unit:
        refuse_lost_key(unit, eraser.keeping)
    return tombstoner_made(eraser.keeping)


def new_id(now: Millis) -> str:
    """Return the id of a new erasure; ids sort by time."""
    return f"{now:013d}-{token_hex(4)}"


def made(eraser: Eraser, erasure: Erasure, person: Person) -> dict[str, int]:
    """Erase a person and log it, in one commit; companies that lose a contact are decided anew."""
    account, agreement = person.account, eraser.agreement
    blur = partial(blur_of, zone=agreement.calendar.zone, draw=random.SystemRandom().randint)
    with eraser.store.commit() as unit:
        companies = unit.facts.companies_of(account, person.ids, ())
        rows = unit.privacy.erase(person, erasure.at, blur, keeps_company=erasure.reason == EXPIRED)
        unit.privacy.log(erasure, rows)
        rules = rules_of(unit, account, agreement)
        decided = [decide_company(one, rules=rules) for one in unit.facts.company_stages(account, companies)]
        unit.ledger.save_companies(account, decided, now=erasure.at)
    return dict(rows)


def _again(eraser: Eraser, account: str, contact_id: str) -> Forgotten | None:
    """Return the erasure of somebody of whom nothing is held any more; None where there never was one."""
    stones = tombstoner_of(eraser.keeping)
    with eraser.store.snapshot() as unit:
        refuse_lost_key(unit, eraser.keeping)
        found = {} if stones is None else unit.privacy.among(account, digests_of(stones, account, contact_id))
    if not found:
        return None
    at = max(at for _, at in found.values())
    return Forgotten(
        account=account,
        erasure=None,
        at=at,
        tombstones=[one[:PREFIX] for one in sorted(found)],
        was_forgotten=True,
        wiped=wipe(eraser.store, eraser.clock),
    )


def _to_come(eraser: Eraser, account: str, id_or_email: str) -> Person:
    """Return somebody of whom nothing is known but an id or an address. Raises ConfigError where it is neither."""
    key = email_key(id_or_email) or ""
    is_address = "@" in key
    if not is_address and not key.isalnum():
        hint = "the contact's id in the CRM, or an e-mail address"
        raise ConfigError([Problem(key="forget", message="is neither an id nor an address", hint=hint)])
    with eraser.store.snapshot() as unit:
        return unit.privacy.grown(account, () if is_address else (key,), (key,) if is_address else ())


def digests_of(stones: Tombstoner, account: str, id_or_email: str) -> Sequence[str]:
    """Return the tombstones that an id or an address would have, under every key."""
    key = email_key(id_or_email) or ""
    return [*stones.of_ids(account, [key]), *stones.of_addresses(account, [key])]


def lift(eraser: Eraser, account: str, id_or_email: str, *, actor: str) -> int:
    """Take the tombstones of one person away, who came back of their own accord; return how many there were."""
    stones = tombstoner_of(eraser.keeping)
    with eraser.store.patient_lock(account):
        with eraser.store.snapshot() as unit:
            refuse_lost_key(unit, eraser.keeping)
            wanted = () if stones is None else digests_of(stones, account, id_or_email)
            found = sorted(unit.privacy.siblings(account, wanted))
        if stones is None or not found:
            return 0
        now = eraser.clock()
        lifting = Erasure(
            id=new_id(now),
            account=account,
            at=now,
            actor=actor,
            reason=LIFTED,
            key_id=stones.key_ids[0],
            tombstones=found,
        )
        append(eraser.keeping, [lifting])
        with eraser.store.commit() as unit:
            unit.privacy.log(lifting, {})
            return unit.privacy.lift(account, found)


def wipe(store: Store, clock: Clock) -> bool:
    """Leave no byte of what was erased in the database's files; False where another process is in the way."""
    before = clock()
    with store.snapshot() as unit:
        if not unit.privacy.unwiped(before):
            return True
    try:
        store.wipe()
    except Unavailable as error:
        _log.warning("erasure_not_wiped", reason=error.message)
        return False
    with store.commit() as unit:
        unit.privacy.wiped(before, clock())
    return True
