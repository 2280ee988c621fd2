"""Takes a refused batch of writes apart. Pure: the caller sends the parts.

HubSpot refuses a whole batch for one bad value and names the property, never the record. The guilty are found by
halving those that carry it; equal values share their fate, so one probe condemns or clears them together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.facts import Facts, Fault
from connectors.statuses import UNKNOWN_PROPERTY, Case, Meaning
from connectors.values import RecordWrite

#: Refusals that are about some records of the batch and not about the call.
_ABOUT_RECORDS = frozenset({Meaning.REFUSED, Meaning.NO_PROPERTY, Meaning.EXISTS})
#: These condemn everyone who carries the property, whatever the value.
_PROPERTY_CODES = frozenset({UNKNOWN_PROPERTY, "READ_ONLY_VALUE"})
#: INVALID_OPTION, INVALID_INTEGER, INVALID_DATE, ...: these condemn everyone who carries the value.
_VALUE_CODES = "INVALID_"
_NOT_FOUND = "OBJECT_NOT_FOUND"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """Who is to blame for a refusal, and the batches to send instead."""

    guilty: Sequence[RecordWrite]
    retries: Sequence[Sequence[RecordWrite]]


def is_about_records(case: Case) -> bool:
    """Tell whether a smaller batch could fare better."""
    return case.meaning in _ABOUT_RECORDS or (case.meaning is Meaning.ABSENT and case.facts.category == _NOT_FOUND)


def taken_apart(facts: Facts, batch: Sequence[RecordWrite]) -> Parts:
    """Return the guilty of a refused batch as far as the refusal tells, and smaller batches for all others.

    Every part is smaller than the batch, so that repeating this comes to an end.
    """
    guilty = [one for one in batch if one.id in facts.ids or _carries_forbidden(facts, one)]
    if guilty:
        return Parts(guilty=guilty, retries=_parts(_without(batch, guilty)))
    suspects = [one for one in batch if _carried(facts, one)] or batch
    others = _without(batch, suspects)
    if len(suspects) == 1 or _share_a_bad_value(facts, suspects):
        return Parts(guilty=suspects, retries=_parts(others))
    ordered = sorted(suspects, key=lambda one: _values(facts, one))
    middle = len(ordered) // 2
    return Parts(guilty=(), retries=_parts(others, ordered[:middle], ordered[middle:]))


def _parts(*batches: Sequence[RecordWrite]) -> Sequence[Sequence[RecordWrite]]:
    return [batch for batch in batches if batch]


def _without(batch: Sequence[RecordWrite], some: Sequence[RecordWrite]) -> Sequence[RecordWrite]:
    out = {one.id for one in some}
    return [one for one in batch if one.id not in out]


def _carried(facts: Facts, one: RecordWrite) -> Sequence[Fault]:
    return [fault for fault in facts.faults if fault.property in one.values]


def _carries_forbidden(facts: Facts, one: RecordWrite) -> bool:
    return any(fault.code in _PROPERTY_CODES for fault in _carried(facts, one))


def _share_a_bad_value(facts: Facts, suspects: Sequence[RecordWrite]) -> bool:
    bad = all(code.startswith(_VALUE_CODES) for code in facts.codes)
    carried = all(_carried(facts, one) for one in suspects)
    return bool(facts.codes) and bad and carried and len({_values(facts, one) for one in suspects}) == 1


def _values(facts: Facts, one: RecordWrite) -> tuple[str, ...]:
    return tuple(one.values.get(name) or "" for name in facts.properties)
