"""What differs between two agreements, part by part, whatever the files look like: defaults count as written."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncer.agreement.model import Agreement

Plain = object
#: Keys by which the items of a list are known again.
_IDENTITIES = ("id", "code")
#: Lists whose places mean something: a row of the matrix has one action a level.
_BY_PLACE = "matrix"


class How(StrEnum):
    """What became of a part."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    #: The same items in another order, where the first hit wins.
    REORDERED = "reordered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One part that differs."""

    #: Keys down to it; items of lists by their id or code.
    path: tuple[str, ...]
    how: How
    before: Plain = None
    after: Plain = None

    @property
    def key(self) -> str:
        """The path as one dotted text."""
        return ".".join(self.path)


def differences(old: Agreement, new: Agreement) -> Sequence[Difference]:
    """Return everything that differs between two contents; signatures are none of it."""
    return list(_between((), content_of(old), content_of(new)))


def content_of(agreement: Agreement) -> Mapping[str, Plain]:
    """Return an agreement without its signatures as plain data, defaults included."""
    return agreement.model_dump(mode="json", by_alias=True, exclude={"agreement": {"signed"}})


def _between(path: tuple[str, ...], old: Plain, new: Plain) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _keys(path, old, new)
    elif isinstance(old, Sequence) and isinstance(new, Sequence) and not isinstance(old, str):
        yield from _lists(path, old, new)
    else:
        yield Difference(path=path, how=How.CHANGED, before=old, after=new)


def _keys(path: tuple[str, ...], old: Mapping[str, Plain], new: Mapping[str, Plain]) -> Iterator[Difference]:
    for key in [*old, *(key for key in new if key not in old)]:
        here = (*path, str(key))
        if key not in new:
            yield Difference(path=here, how=How.REMOVED, before=old[key])
        elif key not in old:
            yield Difference(path=here, how=How.ADDED, after=new[key])
        else:
            yield from _between(here, old[key], new[key])


def _lists(path: tuple[str, ...], old: Sequence[Plain], new: Sequence[Plain]) -> Iterator[Difference]:
    named = (_named(old), _named(new))
    if named[0] is not None and named[1] is not None:
        yield from _keys(path, named[0], named[1])
        yield from _order(path, list(named[0]), list(named[1]))
    elif _BY_PLACE in path:
        yield from _keys(path, *({str(place): item for place, item in enumerate(items, 1)} for items in (old, new)))
    else:
        yield from _members(path, old, new)


def _named(items: Sequence[Plain]) -> Mapping[str, Plain] | None:
    """Return items by their identity, or None where they have none or share one."""
    for name in _IDENTITIES:
        found = {str(item[name]): item for item in items if isinstance(item, Mapping) and name in item}
        if len(found) == len(items):
            return found
    return None


def _members(path: tuple[str, ...], old: Sequence[Plain], new: Sequence[Plain]) -> Iterator[Difference]:
    before, after = ({_text(item): item for item in items} for items in (old, new))
    gone = Counter(map(_text, old)) - Counter(map(_text, new))
    come = Counter(map(_text, new)) - Counter(map(_text, old))
    yield from (Difference(path=path, how=How.REMOVED, before=before[text]) for text in gone.elements())
    yield from (Difference(path=path, how=How.ADDED, after=after[text]) for text in come.elements())
    yield from _order(path, [_text(item) for item in old], [_text(item) for item in new])


def _order(path: tuple[str, ...], old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    """Yield one difference where what both have stands in another order."""
    kept = [[name for name in one if name in other] for one, other in ((old, new), (new, old))]
    if kept[0] != kept[1]:
        yield Difference(path=path, how=How.REORDERED, before=kept[0], after=kept[1])


def _text(item: Plain) -> str:
    return json.dumps(item, sort_keys=True, ensure_ascii=False)
