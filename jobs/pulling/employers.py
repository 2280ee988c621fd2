"""Who came to another company since the record was last read: the CRM keeps no dependable past of it (domain R17)."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from syncer.moments import Millis
from syncer.records import Change, Contact, Kind, Link
from syncer.store import Unit
from syncer.tellings import EMPLOYER, EmployerWord


def with_companies(
    unit: Unit, account: str, contacts: Sequence[Contact], links: Mapping[str, Sequence[Link]]
) -> list[Contact]:
    """Return the contacts with the company that their links name, or that theirs went into.

    The CRM may name a merged company for a while, and another one than it links.
    """
    companies = {one.company_id for one in contacts if one.company_id is not None}
    gone = unit.mirror.survivors(account, Kind.COMPANY, companies)
    named = {one.id: gone.get(one.company_id, one.company_id) for one in contacts if one.company_id is not None}
    of = unit.mirror.linked_companies(account, named, links)
    return [replace(one, company_id=of[one.id]) if one.id in of else one for one in contacts]


def employer_changes(contacts: Sequence[Contact], moved: Mapping[str, str], now: Millis) -> Sequence[Change]:
    """Return a change for each contact that the mirror held with another company, as of when its record changed.

    Where either company is unknown nobody changed employer. A company that was merged away is no other one: whoever
    decides tells that apart, since the merge may be read later.
    """
    found: dict[str, Change] = {}
    for one in contacts:
        before = moved.get(one.id)
        if before is None or one.company_id is None:
            continue
        word, at = EmployerWord(before, one.company_id), one.updated_at or now
        found[one.id] = Change(kind=Kind.CONTACT, record_id=one.id, property=EMPLOYER, value=str(word), at=at)
    return list(found.values())
