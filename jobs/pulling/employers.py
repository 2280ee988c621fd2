"""Who came to another company since the record was last read: the CRM keeps no dependable past of it (domain R17)."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from syncer.moments import Millis
from syncer.records import EMPLOYER, Change, Contact, EmployerWord, Kind, Link
from syncer.store import Unit


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


def employer_changes(unit: Unit, account: str, contacts: Sequence[Contact], now: Millis) -> Sequence[Change]:
    """Return a change for each contact that the mirror holds with another company, as of when its record changed.

    Where either company is unknown nobody changed employer. A company that was merged away is no other one: whoever
    decides tells that apart, since the merge may be read later.
    """
    known = unit.mirror.contacts(account, [one.id for one in contacts if one.company_id is not None])
    found = []
    for one in contacts:
        before = known[one.id].company_id if one.id in known else None
        if before is None or one.company_id is None or before == one.company_id:
            continue
        word = EmployerWord(before, one.company_id)
        found.append(
            Change(kind=Kind.CONTACT, record_id=one.id, property=EMPLOYER, value=str(word), at=one.updated_at or now)
        )
    return found
