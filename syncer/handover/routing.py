"""Who gets a lead: the first route of the agreement that holds and leads to somebody (domain D8)."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncer.agreement import Agreement, Ground
from syncer.funnel.facts import ContactFacts
from syncer.records import Value
from syncer.scoring.names import getter

_OWNERS = ("owner(contact)", "owner(company)")
_QUEUE = "queue.default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """To whom a lead goes: a person of the CRM, else a team or a queue that a person looks after."""

    #: `owner(company)`, `team.ch`, `queue.default`: the route's own word.
    target: str
    #: The owner's id in the CRM; None for teams and queues.
    owner_id: str | None

    @property
    def name(self) -> str:
        """What a team or queue is called."""
        return self.target.partition(".")[2] or self.target


def addressee(facts: ContactFacts, agreement: Agreement, as_of: int) -> Addressee:
    """Return who gets a lead; where no route leads to anybody, the default queue: a lead is never lost (domain B2)."""
    owners = _owners(facts)
    for route in agreement.agreement.routing:
        if route.when is not None and not _holds(facts, agreement, route.when, as_of):
            continue
        target = route.target
        if target in owners:
            if owners[target] is not None:
                return Addressee(target=target, owner_id=owners[target])
            continue
        return Addressee(target=target, owner_id=target.partition(".")[2] if target.startswith("owner.") else None)
    return Addressee(target=_QUEUE, owner_id=None)


def _owners(facts: ContactFacts) -> Mapping[str, str | None]:
    company = facts.company
    return dict(zip(_OWNERS, (facts.contact.owner_id, None if company is None else company.owner_id), strict=True))


def _holds(facts: ContactFacts, agreement: Agreement, text: str, as_of: int) -> bool:
    condition = agreement.condition(text, Ground.ROUTING)
    owners = _owners(facts)
    values: dict[str, Value] = {
        name: owners[name] if name in owners else getter(name, agreement.calendar.own_domains)(facts, as_of)
        for name in condition.names
    }
    return condition(values)
