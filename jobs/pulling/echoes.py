"""Our own writes come back as values and versions: they are taken out before they could become evidence."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from syncer.records import Change, Contact, Deal, Kind, Value
from syncer.store import Unit
from syncer.writeback import DEFAULT_ORDER, Written, is_clearing, is_echo, same_value
from syncer.writeback.rules import DEAL_STAGE, FORECAST_CATEGORY, LEAD_STATUS, LIFECYCLE

#: Roles that the CRM holds in properties which are evidence as well.
_READ = (LIFECYCLE, LEAD_STATUS, FORECAST_CATEGORY, DEAL_STAGE, "offer_at")
#: Fields that say when a lifecycle value or a deal stage was entered, whoever wrote it.
_ENTERED = "entered_"


def without_echoes(
    unit: Unit, account: str, kind: Kind, changes: Sequence[Change], tracked: Mapping[str, str]
) -> list[Change]:
    """Return the changes that somebody else made. `tracked` maps canonical names to vendor properties."""
    written = unit.desk.written_values(account, kind, {change.record_id for change in changes})

    def ours(change: Change) -> bool:
        values = written.get(change.record_id, {}).get(tracked.get(change.property, ""), ())
        if change.property == LIFECYCLE and any(is_clearing(change, one) for one in values):
            return True
        return any(is_echo(change, {change.property: one}) for one in values)

    return [change for change in changes if not ours(change)]


def as_others_left_them(
    unit: Unit, account: str, contacts: Sequence[Contact], names: Mapping[str, str]
) -> list[Contact]:
    """Return the contacts with lifecycle and lead status as somebody other than us wrote them last.

    A value that we wrote is a conclusion of ours: as evidence it would confirm itself. `names` maps the roles
    `lifecycle` and `lead_status` to vendor properties; `held` keeps what the CRM shows.
    """
    earlier = _earlier(unit, account, Kind.CONTACT, contacts)
    written = unit.desk.written_values(account, Kind.CONTACT, {id_ for ids in earlier.values() for id_ in ids})
    echoing = {one.id: said for one in contacts if (said := _said(one, earlier[one.id], written, names))}
    if not echoing:
        return list(contacts)
    before = unit.mirror.contacts(account, list({id_ for said in echoing.values() for id_ in said}))
    return [_as_before(one, before, echoing.get(one.id, {})) for one in contacts]


def deals_as_others_left_them(unit: Unit, account: str, deals: Sequence[Deal], names: Mapping[str, str]) -> list[Deal]:
    """Return the deals without the offer date that we concluded, in the stage and category that others chose.

    `names` maps the roles `offer_at`, `deal_stage` and `forecast_category` to vendor properties.
    """
    earlier = _earlier(unit, account, Kind.DEAL, deals)
    written = unit.desk.written_values(account, Kind.DEAL, {id_ for ids in earlier.values() for id_ in ids})
    return [_theirs(unit, account, one, _said(one, earlier[one.id], written, names)) for one in deals]


_Words = Mapping[str, Mapping[str, Sequence[Written]]]
#: By id, its own or one that was merged into it: the roles whose values are those that we wrote to that id last.
_Said = Mapping[str, frozenset[str]]


def _earlier(unit: Unit, account: str, kind: Kind, records: Sequence[Contact | Deal]) -> Mapping[str, Sequence[str]]:
    """Return by id every id under which a record was written: search does not always tell what was merged into it."""
    known = unit.mirror.absorbed(account, kind, [one.id for one in records])
    return {one.id: tuple(dict.fromkeys((one.id, *one.merged_ids, *known.get(one.id, ())))) for one in records}


def _said(record: Contact | Deal, ids: Sequence[str], written: _Words, names: Mapping[str, str]) -> _Said:
    found = {id_: _ours(record.held, written.get(id_, {}), names) for id_ in ids}
    return {id_: roles for id_, roles in found.items() if roles}


def _as_before(contact: Contact, before: Mapping[str, Contact], said: _Said) -> Contact:
    """Return the contact as those whom it came of were; of several, the furthest lifecycle counts, as in a merge."""
    theirs = contact
    known = [id_ for id_ in said if id_ in before]
    for role in (LEAD_STATUS, LIFECYCLE):
        having = [before[id_] for id_ in known if role in said[id_]]
        if having:
            was = max(having, key=_rank) if role == LIFECYCLE else having[0]
            theirs = _restored(theirs, was, frozenset({role}))
    return theirs


def _rank(contact: Contact) -> int:
    return DEFAULT_ORDER.index(contact.lifecycle) if contact.lifecycle in DEFAULT_ORDER else -1


def _theirs(unit: Unit, account: str, deal: Deal, said: _Said) -> Deal:
    theirs = _without_offer(deal) if any("offer_at" in roles for roles in said.values()) else deal
    for id_, roles in said.items():
        before = unit.mirror.deal(account, id_) if {FORECAST_CATEGORY, DEAL_STAGE}.intersection(roles) else None
        if before is not None and FORECAST_CATEGORY in roles:
            theirs = replace(theirs, forecast_category=before.forecast_category)
        if before is not None and DEAL_STAGE in roles:
            fields = _entered_before(theirs.fields, before.fields)
            theirs = replace(theirs, stage_id=before.stage_id, probability=before.probability, fields=fields)
    return theirs


def _without_offer(deal: Deal) -> Deal:
    return replace(deal, fields={name: value for name, value in deal.fields.items() if name != "offer_at"})


def _is_ours(held: Mapping[str, str | None], written: Mapping[str, Sequence[Written]], name: str) -> bool:
    return name in written and same_value(held.get(name), written[name][-1].value)


def _ours(
    held: Mapping[str, str | None], written: Mapping[str, Sequence[Written]], names: Mapping[str, str]
) -> frozenset[str]:
    """Return the roles whose values in the CRM are those that we wrote last, among the ones that rules read."""
    return frozenset(role for role in _READ if role in names and _is_ours(held, written, names[role]))


def _restored(contact: Contact, before: Contact, roles: frozenset[str]) -> Contact:
    theirs = contact
    if LEAD_STATUS in roles:
        theirs = replace(theirs, lead_status=before.lead_status)
    if LIFECYCLE in roles:
        fields = _entered_before(contact.fields, before.fields)
        theirs = replace(theirs, lifecycle=before.lifecycle, fields=fields)
    return theirs


def _entered_before(fields: Mapping[str, Value], before: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the fields with the dates of entering as they were before our write."""
    entered = {name: value for name, value in before.items() if name.startswith(_ENTERED)}
    return {name: value for name, value in fields.items() if not name.startswith(_ENTERED)} | entered
