"""A vendor's record into a canonical one. Pure; every problem of a record is named at once, never its values."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar, cast

from mappings.convert import CONVERTERS, Converted, email, moment, number
from mappings.fields import ActivityMap, Definitions, FieldRule, ObjectMap, PlainMap, Rollup
from syncer.errors import InvalidRecord
from syncer.moments import Millis
from syncer.records import Activity, ActivityKind, Answer, Company, Contact, CostLine, Deal, Kind


class Raw(Protocol):
    """A vendor's record, as far as mappings read it."""

    @property
    def stream(self) -> str:
        """Name of the stream."""
        ...

    @property
    def id(self) -> str:
        """Vendor id."""
        ...

    @property
    def properties(self) -> Mapping[str, str | None]:
        """Values as text; absent and None mean the same."""
        ...

    @property
    def created_at(self) -> str | None:
        """When the vendor created the record."""
        ...

    @property
    def updated_at(self) -> str | None:
        """When the vendor changed it last."""
        ...

    @property
    def archived_at(self) -> str | None:
        """When it was archived."""
        ...


_RECORDS: Mapping[Kind, Callable[..., Contact | Company | Deal]] = {
    Kind.CONTACT: Contact,
    Kind.COMPANY: Company,
    Kind.DEAL: Deal,
}


class RecordMapper:
    """Turns the records of one kind into canonical ones; compiled once per run.

    `held` names the write-back properties whose values are kept verbatim. `asked` names the properties that the
    vendor was asked for, None meaning all: candidates that cannot be there are not looked for in every record.
    """

    def __init__(
        self, kind: Kind, object_map: ObjectMap, held: Collection[str], asked: Collection[str] | None = None
    ) -> None:
        self._make = _RECORDS[kind]
        self._columns = _compiled((rule for rule in object_map.columns if rule.type != "ids"), asked)
        id_lists = (rule for rule in object_map.columns if rule.type == "ids")
        self._id_lists = tuple(name for rule in id_lists for name in rule.candidates if asked is None or name in asked)
        self._fields = _compiled(object_map.fields, asked)
        self._held = tuple(name for name in held if asked is None or name in asked)

    def __call__(self, raw: Raw) -> Contact | Company | Deal:
        """Return the canonical record; InvalidRecord lists every field that cannot be read."""
        problems: list[str] = []
        properties = raw.properties
        # One mapping of everything: joining two costs as much as making the record.
        found: dict[str, object] = {"id": raw.id}
        _add_values(found, self._columns, properties, problems)
        fields: dict[str, object] = {}
        found["fields"] = fields
        _add_values(fields, self._fields, properties, problems)
        if "created_at" not in found:
            found["created_at"] = _own_moment("createdAt", raw.created_at, problems)
        if "updated_at" not in found:
            found["updated_at"] = _own_moment("updatedAt", raw.updated_at, problems)
        if raw.archived_at:
            found["archived_at"] = _own_moment("archivedAt", raw.archived_at, problems)
        if problems:
            raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
        if self._id_lists:
            found["merged_ids"] = _merged(self._id_lists, properties, raw.id)
        found["held"] = {name: properties.get(name) for name in self._held}
        return self._make(**found)


def rollups_beside(
    object_map: ObjectMap, feeds: Collection[str], asked: Collection[str] | None = None
) -> Sequence[Rollup]:
    """Return the roll-ups whose feed is not among `feeds`, as far as they were `asked` for; None means all were."""
    wanted = (rollup for rollup in object_map.rollups if rollup.feed not in feeds)
    return tuple(rollup for rollup in wanted if asked is None or rollup.at in asked)


def rollup_activities(raw: Raw, rollups: Iterable[Rollup]) -> Sequence[Activity]:
    """Return what a contact's roll-up properties prove."""
    found: dict[str, Activity] = {}
    for rollup in rollups:
        text = raw.properties.get(rollup.at)
        if not text:
            continue
        try:
            at = moment(text)
        except ValueError:
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
        _first(activity_map.subject, properties),
        _first(activity_map.asset, properties),
        _first(activity_map.outcome, properties),
    )


def changed_at(raw: Raw) -> Millis | None:
    """Return the latest moment of change that a record tells of; None where it tells none that can be read."""
    told = (raw.updated_at, raw.properties.get("lastmodifieddate"), raw.properties.get("hs_lastmodifieddate"))
    return max((at for one in told if (at := _own_moment("updatedAt", one, [])) is not None), default=None)


def activity(raw: Raw, activity_map: ActivityMap, contact_ids: Sequence[str]) -> Activity:
    """Return the canonical activity; one without a moment is an InvalidRecord."""
    properties = raw.properties
    problems: list[str] = []
    at = _first_moment(activity_map.at, properties, problems)
    if at is None and not problems:
        problems.append(f"{activity_map.at[0]} is missing")
    value = _parsed("value", number, _first(activity_map.value, properties), problems)
    updated = _own_moment("updatedAt", properties.get("hs_lastmodifieddate") or raw.updated_at, problems)
    archived = _own_moment("archivedAt", raw.archived_at, problems)
    if problems or at is None:
        raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
    named = _first(activity_map.contact, properties)
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
        email=_address(_first(activity_map.email, properties)),
        updated_at=updated,
        archived_at=archived,
    )


def answer(raw: Raw, plain: PlainMap, contact_ids: Sequence[str]) -> Answer | None:
    """Return the survey answer; one that carries no number is None."""
    candidates = plain.candidates
    problems: list[str] = []
    at = _first_moment(candidates["at"], raw.properties, problems)
    at = at if at is not None else _own_moment("createdAt", raw.created_at, problems)
    text = _first(candidates["value"], raw.properties)
    value = _parsed("value", number, text, problems)
    if at is None and not problems:
        problems.append("the answer carries no date")
    if problems or at is None:
        raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
    if value is None:
        return None
    return Answer(
        id=raw.id,
        contact_id=_first(candidates["contact"], raw.properties) or (contact_ids[0] if contact_ids else None),
        survey_id=_first(candidates["survey_id"], raw.properties),
        survey_type=_first(candidates["survey_type"], raw.properties),
        value=round(value),
        answered_at=at,
    )


def cost_line(raw: Raw, plain: PlainMap) -> CostLine | None:
    """Return a campaign's spend; a campaign that records none is None, a recorded zero is zero."""
    candidates = plain.candidates
    problems: list[str] = []
    amount = _parsed("amount", CONVERTERS["money"], _first(candidates["amount"], raw.properties), problems)
    starts_at = _first_moment(candidates["starts_at"], raw.properties, problems)
    ends_at = _first_moment(candidates["ends_at"], raw.properties, problems)
    if problems:
        raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
    if amount is None:
        return None
    source = _first(candidates["source"], raw.properties)
    return CostLine(
        id=raw.id,
        source=str(CONVERTERS["slug"](source)) if source else None,
        campaign=_first(candidates["name"], raw.properties),
        amount=cast("Decimal", amount),
        currency=_first(candidates["currency"], raw.properties),
        starts_at=starts_at,
        ends_at=ends_at,
    )


_T = TypeVar("_T")
#: Field, the first candidate, the further ones, converter.
_CompiledRule = tuple[str, str, tuple[str, ...], Callable[[str], Converted]]


def _compiled(rules: Iterable[FieldRule], asked: Collection[str] | None) -> tuple[_CompiledRule, ...]:
    found = ((rule, [name for name in rule.candidates if asked is None or name in asked]) for rule in rules)
    return tuple((rule.name, names[0], tuple(names[1:]), CONVERTERS[rule.type]) for rule, names in found if names)


def _add_values(
    values: dict[str, object],
    rules: Sequence[_CompiledRule],
    properties: Mapping[str, str | None],
    problems: list[str],
) -> None:
    value_of = properties.get
    for name, first, others, convert in rules:
        candidate, text = first, value_of(first)
        if not text and others:
            # Seldom does a portal have more than one of the candidates.
            candidate, text = next(((other, told) for other in others if (told := value_of(other))), (first, None))
        if text:
            try:
                values[name] = convert(text)
            except ValueError as error:
                problems.append(f"{candidate} {error}")


def _merged(candidates: Sequence[str], properties: Mapping[str, str | None], own: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for candidate in candidates:
        if text := properties.get(candidate):
            found.update(dict.fromkeys(cast("tuple[str, ...]", CONVERTERS["ids"](text))))
    found.pop(own, None)
    return tuple(found)


def _first(candidates: Sequence[str], properties: Mapping[str, str | None]) -> str | None:
    return next((text for name in candidates if (text := properties.get(name))), None)


def _first_moment(
    candidates: Sequence[str], properties: Mapping[str, str | None], problems: list[str]
) -> Millis | None:
    return _own_moment(candidates[0] if candidates else "moment", _first(candidates, properties), problems)


def _own_moment(name: str, text: str | None, problems: list[str]) -> Millis | None:
    return _parsed(name, moment, text, problems)


def _parsed(name: str, convert: Callable[[str], _T], text: str | None, problems: list[str]) -> _T | None:
    if not text:
        return None
    try:
        return convert(text)
    except ValueError as error:
        problems.append(f"{name} {error}")
        return None


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


def mappers(
    definitions: Definitions,
    held: Mapping[Kind, Collection[str]],
    asked: Mapping[str, Collection[str]] | None = None,
) -> Mapping[Kind, RecordMapper]:
    """Return one mapper a kind; `asked` names by stream the properties that the vendor was asked for."""
    return {
        kind: RecordMapper(kind, one, held.get(kind, ()), frozenset(asked[kind]) if asked and kind in asked else None)
        for kind, one in definitions.objects.items()
    }
