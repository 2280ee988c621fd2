"""The gate of the intake: who was forgotten stays out, under whatever id or address they come."""

from collections.abc import Callable, Iterator, Sequence

from connectors.values import SourceRecord
from jobs.desk import Desk
from jobs.privacy.erasures import tombstoner_of
from jobs.privacy.forget import Eraser, erase_found
from jobs.privacy.sieve import Barred, barred, sift
from jobs.pulling.reading import Batch
from syncer.records import Kind
from syncer.store import Unit, email_key


def without_forgotten(unit: Unit, desk: Desk, batch: Batch) -> Barred:
    """Take the records of people who were erased, or pruned and rest, out of a batch; return who they are."""
    out = Barred() if desk.keeping is None else barred(unit, desk.name, tombstoner_of(desk.keeping), batch)
    sift(batch, out)
    return out


def settle_forgotten(desk: Desk, batch: Batch) -> None:
    """Take them out, and erase what is held of them under ids and addresses that bear no tombstone yet."""
    with desk.store.snapshot() as unit:
        out = without_forgotten(unit, desk, batch)
    if desk.keeping is not None and (out.new_ids or out.new_addresses):
        rules = desk.agreement.agreement
        eraser = Eraser(store=desk.store, keeping=desk.keeping, agreement=rules, clock=desk.clock)
        erase_found(eraser, desk.name, out.new_ids, out.new_addresses)


def let_in(unit: Unit, desk: Desk, out: Barred) -> None:
    """Take the tombstones of pruned prospects away who did something since: what comes next of them is taken in."""
    if out.lifted:
        unit.privacy.lift(desk.name, unit.privacy.siblings(desk.name, out.lifted))


def raw_sieve(desk: Desk) -> Callable[[Sequence[SourceRecord]], Sequence[SourceRecord]]:
    """Return what leaves forgotten people's records out before they are mapped: for copies of an account."""

    def sifted(records: Sequence[SourceRecord]) -> Sequence[SourceRecord]:
        with desk.store.snapshot() as unit:
            gone = forgotten_ids(unit, desk, records)
        return [raw for raw in records if raw.id not in gone]

    return sifted


def forgotten_ids(unit: Unit, desk: Desk, records: Sequence[SourceRecord]) -> set[str]:
    """Return the ids of a stream's records, as the CRM gave them, that say something about forgotten people."""
    stones = None if desk.keeping is None else tombstoner_of(desk.keeping)
    if stones is None or not records or not unit.privacy.has_tombstones(desk.name):
        return set()
    names = {raw.id: set(_names(desk, raw)) for raw in records}
    told = set[str]().union(*names.values())
    digests = {**stones.of_ids(desk.name, told), **stones.of_addresses(desk.name, told)}
    out = {digests[one] for one in unit.privacy.among(desk.name, list(digests))}
    return {id_ for id_, own in names.items() if not out.isdisjoint(own)}


def _names(desk: Desk, raw: SourceRecord) -> Iterator[str]:
    """Yield the ids and addresses by which a record says whose it is."""
    if raw.stream == Kind.CONTACT:
        yield raw.id
        told = [
            rule for rule in desk.definitions.objects[Kind.CONTACT].columns if rule.type in {"email", "emails", "ids"}
        ]
        candidates = [name for rule in told for name in rule.candidates]
    else:
        known = desk.definitions.activities.get(raw.stream)
        candidates = [] if known is None else [*known.email, *known.contact]
    for name in candidates:
        for text in (raw.properties.get(name) or "").split(";"):
            key = email_key(text.partition(":")[0])
            yield from () if key is None else (key,)
