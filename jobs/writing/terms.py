"""On which terms the CRM lets our values be written, and what of them is new since the last plan."""

from collections.abc import Mapping, Sequence

import msgspec

from jobs.desk import Portal
from jobs.names import property_names
from syncer.agreement import Agreement
from syncer.records import Kind
from syncer.store import Unit

_KEPT_UNDER = "planned_with"


class Terms(msgspec.Struct, frozen=True):
    """What the account says of the properties that we write, by kind."""

    #: Those that exist in the CRM.
    existing: Mapping[Kind, frozenset[str]]
    #: Those that the CRM lets nobody write.
    locked: Mapping[Kind, frozenset[str]]
    #: Those of a type that cannot hold our values: name → type.
    unfit: Mapping[Kind, Mapping[str, str]]
    #: The values that the CRM allows, in display order.
    options: Mapping[Kind, Mapping[str, Sequence[str]]]

    def new_since(self, before: "Terms | None") -> Mapping[Kind, frozenset[str]]:
        """Return the properties that were not there before: what the mirror holds of them is of another time."""
        if before is None:
            return {}
        return {kind: names - before.existing.get(kind, frozenset()) for kind, names in self.existing.items()}


def terms_of(portal: Portal, agreement: Agreement) -> Terms:
    """Return the terms for the properties that an agreement writes."""
    ours = {kind: frozenset(property_names(agreement, kind)) for kind in Kind}
    return Terms(
        existing={kind: names.intersection(portal.properties.get(kind, ())) for kind, names in ours.items()},
        locked={kind: names.intersection(portal.locked.get(kind, ())) for kind, names in ours.items()},
        unfit={kind: portal.unfit.get(kind, {}) for kind in Kind},
        options={kind: {name: list(values) for name, values in portal.options.get(kind, {}).items()} for kind in Kind},
    )


def terms_before(reading: Unit, account: str) -> Terms | None:
    """Return the terms of the last plan; None where they are not known."""
    text = reading.desk.cursor(account, "account", _KEPT_UNDER)
    try:
        return None if text is None else msgspec.json.decode(text, type=Terms)
    except msgspec.ValidationError:
        return None


def keep_terms(unit: Unit, account: str, terms: Terms) -> None:
    """Note the terms of a plan that stands in the outbox."""
    unit.desk.keep_cursor(account, "account", _KEPT_UNDER, msgspec.json.encode(terms, order="sorted").decode())
