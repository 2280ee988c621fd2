"""What the CRM's own definitions let us write: values it offers, and types that cannot hold ours."""

from collections.abc import Mapping, Sequence

from connectors.values import PropertyDefinition
from jobs.names import rules_for, specs_for
from syncer.agreement import Agreement
from syncer.records import Kind
from syncer.writeback import DEAL_STAGE, OWNER, can_hold

Known = Mapping[str, PropertyDefinition]

#: Whose values are not chosen from the options of the property: owners, and what pipelines say.
_CHOSEN_ELSEWHERE = frozenset({OWNER, DEAL_STAGE})


def options_of(agreement: Agreement, kind: Kind, known: Known) -> Mapping[str, Sequence[str]]:
    """Return the values that the CRM allows for what we write, in display order, by property."""
    written = {name for role, name in rules_for(agreement).names[kind].items() if role not in _CHOSEN_ELSEWHERE}
    written -= unfit_of(agreement, kind, known).keys()
    found = {name: known[name].options for name in sorted(written.intersection(known))}
    return {name: [value for value, _ in options] for name, options in found.items() if options}


def unfit_of(agreement: Agreement, kind: Kind, known: Known) -> Mapping[str, str]:
    """Return the properties of ours whose type in the CRM cannot hold our values, with that type."""
    ours = [(spec.type, known[spec.name]) for spec in specs_for(agreement) if spec.kind is kind and spec.name in known]
    return {found.name: found.type for wanted, found in ours if not can_hold(found.type, wanted)}
