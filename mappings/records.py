"""A vendor's record into a canonical one. Pure; every problem of a record is named at once, never its values."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import cast

from mappings.convert import CONVERTERS, Converted
from mappings.fields import Definitions, FieldRule, ObjectMap
from mappings.raw import Raw, moment_of
from syncer.errors import InvalidRecord
from syncer.records import Company, Contact, Deal, Kind

_RECORDS: Mapping[Kind, Callable[..., Contact | Company | Deal]] = {
    Kind.CONTACT: Contact,
    Kind.COMPANY: Company,
    Kind.DEAL: Deal,
}


#: Field, the first candidate, the further ones, converter.
_CompiledRule = tuple[str, str, tuple[str, ...], Callable[[str], Converted]]


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
            found["created_at"] = moment_of("createdAt", raw.created_at, problems)
        if "updated_at" not in found:
            found["updated_at"] = moment_of("updatedAt", raw.updated_at, problems)
        if raw.archived_at:
            found["archived_at"] = moment_of("archivedAt", raw.archived_at, problems)
        if problems:
            raise InvalidRecord(problems, stream=raw.stream, record=raw.id)
        if self._id_lists:
            found["merged_ids"] = _merged(self._id_lists, properties, raw.id)
        found["held"] = {name: properties.get(name) for name in self._held}
        return self._make(**found)


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
                if not text.isspace():
                    problems.append(f"{candidate} {error}")


def _merged(candidates: Sequence[str], properties: Mapping[str, str | None], own: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for candidate in candidates:
        if text := properties.get(candidate):
            found.update(dict.fromkeys(cast("tuple[str, ...]", CONVERTERS["ids"](text))))
    found.pop(own, None)
    return tuple(found)
