"""Does a portal have the properties that the definitions read? Findings as data, for `syncer check`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mappings.fields import Definitions
from syncer.records import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A canonical field that no property of the portal feeds."""

    kind: Kind
    field: str
    candidates: tuple[str, ...]


def gaps(definitions: Definitions, known: Mapping[Kind, Collection[str]]) -> tuple[Gap, ...]:
    """Return every field that none of the portal's properties can feed, by kind and in the file's order."""
    return tuple(
        Gap(kind=kind, field=rule.name, candidates=rule.candidates)
        for kind, one in definitions.objects.items()
        for rule in (*one.columns, *one.fields)
        if kind in known and not set(rule.candidates) & set(known[kind])
    )


def present(wanted: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the wanted properties that the portal has: asking for others costs URL length for nothing."""
    have = set(known)
    return tuple(name for name in wanted if name in have)
