"""A vendor's engagement, event or roll-up into a canonical activity. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from mappings.convert import email, moment, number
from mappings.fields import ActivityMap, ObjectMap, Rollup
from mappings.raw import Raw, first, first_moment, moment_of, parsed
from syncer.errors import InvalidRecord
from syncer.moments import Millis
from syncer.records import Activity, ActivityKind


def rollups_beside(
    object_map: ObjectMap, feeds: Collection[str], asked: Collection[str] | None = None
) -> Sequence[Rollup]:
    """Return the roll-ups whose feed is not among `feeds`, as far as they were `asked` for; None means all were."""
    wanted = (rollup for rollup in object_map.rollups if rollup.feed not in feeds)
    return tuple(rollup for rollup in wanted if asked is None or rollup.at in asked)


def rollup_activities(
    raw: Raw, rollups: Iterable[Rollup], ended: Mapping[str, Millis] | None = None
) -> Sequence[Activity]:
    """Return what a contact's roll-up properties prove, beyond the moment up to which an `ended` feed told it."""
    told = ended or {}
    found: dict[str, Activity] = {}
    for rollup in rollups:
        text = raw.properties.get(rollup.at)
        if not text:
            continue
        try:
            at = moment(text)
        except ValueError:
            continue
        if rollup.feed in told and at <= told[rollup.feed]:
            continue
        subject = raw.properties.get(rollup.subject) if rollup.subject else None
        ident = f"{raw.id}:{rollup.kind}:{at}"
        found[ident] = Activity(
            id=ident,
            stream="rollups",
            kind=ActivityKind(rollup.kind),
            occurred_at=at,
            subject=subject or None,
            contact_ids=(raw.id,),
        )
    return tuple(found.values())


def read_activity(
    activity_map: ActivityMap, properties: Mapping[str, str | None]
) -> tuple[ActivityKind, str | None, str | None, str | None]:
    """Return an activity's kind, subject, asset and outcome: what tells which scored event it is."""
    return (
        _kind(activity_map, properties),
        first(activity_map.subject, properties),
        first(activity_map.asset, properties),
        first(activity_map.outcome, properties),
    )


def activity(raw: Raw, activity_map: ActivityMap, contact_ids: Sequence[str]) -> Activity:
    """Return the canonical activity; one without a moment is an InvalidRecord."""
    properties = raw.properties
    problems: list[str] = []
    at = first_moment(activity_map.at, properties, problems)
    if at is None and not problems:
        problems.append(f"{activity_map.at[0]} is missing")
    value = parsed("value", number, first(activity_map.value, properties), problems)
    updated = moment_of("updatedAt", properties.get("hs_lastmodifieddate") or raw.updated_at, problems)
    archived = moment_of("archivedAt", raw.archived_at, problems)
    if problems or at is None:
        raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
    named = first(activity_map.contact, properties)
    kind, subject, asset, outcome = read_activity(activity_map, properties)
    return Activity(
        id=raw.id,
        stream=raw.stream,
        kind=kind,
        occurred_at=at,
        subject=subject,
        asset=asset,
        owner_id=properties.get("hubspot_owner_id") or None,
        outcome=outcome,
        value=value,
        contact_ids=(*contact_ids, *([named] if named and named not in contact_ids else ())),
        email=_address(first(activity_map.email, properties)),
        updated_at=updated,
        archived_at=archived,
    )


def _kind(activity_map: ActivityMap, properties: Mapping[str, str | None]) -> ActivityKind:
    if activity_map.kind_property is None:
        return ActivityKind(activity_map.kind)
    value = properties.get(activity_map.kind_property) or ""
    return ActivityKind(activity_map.kind_values.get(value, activity_map.kind))


def _address(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return email(text)
    except ValueError:
        return None
