"""Associations between records: both directions of every link, with its types; and the table of association types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from connectors.sandbox.kinds import BY_NAME, KINDS, Kind

HUBSPOT = "HUBSPOT_DEFINED"
USER = "USER_DEFINED"


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkType:
    """One type of association from one kind to another."""

    category: str
    id: int
    label: str | None
    name: str | None = None


#: (from, to) -> type id of the unlabeled association.
_PLAIN: Mapping[tuple[str, str], int] = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("deals", "contacts"): 3,
    ("contacts", "deals"): 4,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("contacts", "contacts"): 449,
    ("companies", "companies"): 450,
    ("deals", "deals"): 451,
    ("contacts", "communications"): 82,
    ("communications", "contacts"): 81,
    ("companies", "communications"): 88,
    ("communications", "companies"): 87,
    ("deals", "communications"): 86,
    ("communications", "deals"): 85,
    ("leads", "contacts"): 608,
    ("leads", "companies"): 610,
    ("leads", "deals"): 1037,
    ("contacts", "leads"): 579,
    ("companies", "leads"): 611,
    ("deals", "leads"): 583,
    ("quotes", "deals"): 64,
    ("deals", "quotes"): 63,
    ("quotes", "contacts"): 69,
    ("contacts", "quotes"): 70,
    ("quotes", "companies"): 71,
    ("companies", "quotes"): 72,
    ("feedback_submissions", "contacts"): 98,
    ("contacts", "feedback_submissions"): 97,
    ("feedback_submissions", "companies"): 928,
    ("companies", "feedback_submissions"): 927,
    ("feedback_submissions", "deals"): 984,
    ("deals", "feedback_submissions"): 983,
    **{
        pair: base + offset
        for activity, contact, company, deal in (
            ("calls", 193, 181, 205),
            ("emails", 197, 185, 209),
            ("meetings", 199, 187, 211),
            ("notes", 201, 189, 213),
            ("tasks", 203, 191, 215),
        )
        for other, base in (("contacts", contact), ("companies", company), ("deals", deal))
        for offset, pair in enumerate(((other, activity), (activity, other)))
    },
}
#: (from, to) -> type id of the primary association.
_PRIMARY: Mapping[tuple[str, str], int] = {
    ("contacts", "companies"): 1,
    ("companies", "contacts"): 2,
    ("deals", "companies"): 5,
    ("companies", "deals"): 6,
    ("leads", "contacts"): 578,
    ("leads", "companies"): 580,
    ("leads", "deals"): 582,
}
#: Pairs without a number of HubSpot's own count from here.
_INVENTED = 9_000
_RANK = {kind.name: rank for rank, kind in enumerate(KINDS)}


@cache
def plain(from_: str, to: str) -> LinkType:
    """Return the unlabeled type of a pair of kinds."""
    number = _PLAIN.get((from_, to)) or _INVENTED + _RANK[from_] * len(KINDS) + _RANK[to]
    return LinkType(
        category=HUBSPOT, id=number, label=None, name=f"{BY_NAME[from_].singular}_to_{BY_NAME[to].singular}"
    )


@cache
def primary(from_: str, to: str) -> LinkType | None:
    """Return the primary type of a pair of kinds, where there is one."""
    number = _PRIMARY.get((from_, to))
    return LinkType(category=HUBSPOT, id=number, label="Primary") if number else None


@cache
def _only_plain(from_: str, to: str) -> frozenset[LinkType]:
    return frozenset((plain(from_, to),))


class Links:
    """Every link of a portal. A pair of records is linked in both directions or not at all."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], dict[str, dict[str, frozenset[LinkType]]]] = {}
        #: Custom labels by pair of kinds; the reverse pair holds the twin under the same position.
        self._labels: dict[tuple[str, str], list[LinkType]] = {}
        self._next_label = 1

    def types(self, from_: str, to: str) -> list[LinkType]:
        """Return every type that a pair of kinds may carry, the primary one first."""
        first = primary(from_, to)
        return [*([first] if first else []), plain(from_, to), *self._labels.get((from_, to), ())]

    def find_type(self, from_: str, to: str, category: str, number: int) -> LinkType | None:
        """Return a type by its number, or None where the pair has no such type."""
        return next((t for t in self.types(from_, to) if t.id == number and t.category == category), None)

    def labelled(self, from_: str, to: str, label: str) -> LinkType:
        """Return the custom type with a label, created where it is new."""
        found = next((t for t in self._labels.get((from_, to), ()) if t.label == label), None)
        return found or self.add_label(from_, to, label=label, inverse=label)[0]

    def add_label(
        self,
        from_: str,
        to: str,
        *,
        label: str,
        inverse: str | None = None,
        name: str | None = None,
        ids: tuple[int, int] | None = None,
    ) -> tuple[LinkType, LinkType]:
        """Create a custom label and its twin in the other direction."""
        number, back_number = ids or (self._next_label, self._next_label + 1)
        self._next_label = max(self._next_label, number + 1, back_number + 1)
        forward = LinkType(category=USER, id=number, label=label, name=name)
        back = LinkType(category=USER, id=back_number, label=inverse or label, name=name)
        self._labels.setdefault((from_, to), []).append(forward)
        if from_ != to:
            self._labels.setdefault((to, from_), []).append(back)
        return forward, back

    def label_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield every pair of kinds with custom labels, once."""
        return (pair for pair in self._labels if _RANK[pair[0]] <= _RANK[pair[1]])

    def label_rows(self, from_: str, to: str) -> list[dict[str, object]]:
        """Return the custom labels of a pair with their twins."""
        ahead, back = self._labels.get((from_, to), []), self._labels.get((to, from_), [])
        return [
            {"id": one.id, "label": one.label, "inverse": two.label, "inverseId": two.id, "name": one.name}
            for one, two in zip(ahead, back, strict=True)
        ]

    def relabel(self, from_: str, to: str, number: int, label: str) -> bool:
        """Rename a custom label; False where there is none."""
        known = self._labels.get((from_, to), [])
        for position, held in enumerate(known):
            if held.id == number:
                renamed = LinkType(category=USER, id=number, label=label, name=held.name)
                known[position] = renamed
                self._replace(from_, to, held, renamed)
                return True
        return False

    def drop_label(self, from_: str, to: str, number: int) -> bool:
        """Remove a custom label and its twin, also from the links that carry them; False where there is none."""
        known = self._labels.get((from_, to), [])
        position = next((i for i, held in enumerate(known) if held.id == number), None)
        if position is None:
            return False
        twins = self._labels.get((to, from_), []) if from_ != to else []
        self._replace(from_, to, known.pop(position), None)
        if twins:
            self._replace(to, from_, twins.pop(position), None)
        return True

    def twin(self, from_: str, to: str, held: LinkType) -> LinkType:
        """Return the type that the other direction carries for one of this direction."""
        if held == primary(from_, to):
            return primary(to, from_) or plain(to, from_)
        known = self._labels.get((from_, to), [])
        if held in known and from_ != to:
            return self._labels[to, from_][known.index(held)]
        return plain(to, from_) if held == plain(from_, to) else held

    def link(self, from_: Kind, from_id: str, to: Kind, to_id: str, *types: LinkType) -> None:
        """Add types to a link, which always carries the unlabeled one; a new primary takes the place of the old."""
        if not types:
            self._put(from_.name, from_id, to.name, to_id, _only_plain(from_.name, to.name))
            self._put(to.name, to_id, from_.name, from_id, _only_plain(to.name, from_.name))
            return
        carried = (plain(from_.name, to.name), *types)
        if primary(from_.name, to.name) in types:
            self._take_primary(from_.name, from_id, to.name, to_id)
        self._put(from_.name, from_id, to.name, to_id, frozenset(carried))
        twins = frozenset(self.twin(from_.name, to.name, t) for t in carried)
        self._put(to.name, to_id, from_.name, from_id, twins)

    def unlink(self, from_: str, from_id: str, to: str, to_id: str) -> bool:
        """Remove every type between two records; False where there was none."""
        removed = self._held.get((from_, to), {}).get(from_id, {}).pop(to_id, None)
        self._held.get((to, from_), {}).get(to_id, {}).pop(from_id, None)
        return removed is not None

    def unlabel(self, from_: str, from_id: str, to: str, to_id: str, number: int) -> None:
        """Remove one type between two records; removing the unlabeled one removes the link."""
        if number == plain(from_, to).id:
            self.unlink(from_, from_id, to, to_id)
            return
        held = self._held.get((from_, to), {}).get(from_id, {})
        gone = next((t for t in held.get(to_id, ()) if t.id == number), None)
        if gone is None:
            return
        held[to_id] = held[to_id] - {gone}
        back = self._held[to, from_][to_id]
        back[from_id] = back[from_id] - {self.twin(from_, to, gone)} | {plain(to, from_)}

    def of(self, from_: str, from_id: str, to: str) -> Mapping[str, frozenset[LinkType]]:
        """Return what a record is linked to, in the order of linking."""
        return self._held.get((from_, to), {}).get(from_id, {})

    def neighbours(self, from_: str, from_id: str) -> Iterator[tuple[str, str, frozenset[LinkType]]]:
        """Yield (kind, id, types) of everything that a record is linked to."""
        for kind in KINDS:
            for to_id, types in self.of(from_, from_id, kind.name).items():
                yield kind.name, to_id, types

    def clear(self, from_: str, from_id: str) -> None:
        """Remove every link of a record."""
        for to, to_id, _ in list(self.neighbours(from_, from_id)):
            self.unlink(from_, from_id, to, to_id)

    def _put(self, from_: str, from_id: str, to: str, to_id: str, types: frozenset[LinkType]) -> None:
        held = self._held.setdefault((from_, to), {}).setdefault(from_id, {})
        had = held.get(to_id)
        held[to_id] = types if had is None else had | types

    def _take_primary(self, from_: str, from_id: str, to: str, to_id: str) -> None:
        # The primary belongs to the contact, deal or lead; seen from the company it is the same link from behind.
        if from_ == "companies":
            from_, from_id, to = to, to_id, from_
        first = primary(from_, to)
        for other_id, types in list(self.of(from_, from_id, to).items()):
            if first is not None and first in types:
                self.unlabel(from_, from_id, to, other_id, first.id)

    def _replace(self, from_: str, to: str, old: LinkType, new: LinkType | None) -> None:
        for held in self._held.get((from_, to), {}).values():
            for to_id, types in held.items():
                if old in types:
                    held[to_id] = types - {old} | ({new} if new else set())
