"""Decide everything as of another time and keep nothing: the past can be looked at without disturbing the present."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jobs.deciding.derive import Clocks, rules_of
from jobs.desk import Seat
from syncer.funnel import Rules, decide_contact, decide_deal
from syncer.funnel.facts import DealDecision
from syncer.store import Unit


@dataclass(kw_only=True, slots=True)
class Survey:
    """Where everybody stood."""

    contacts: int = 0
    deals: int = 0
    #: Contacts by stage, deals by outcome.
    stages: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> Mapping[str, object]:
        """Return the JSON form. Dataclasses would make keys of a counter's pairs."""
        return {
            "contacts": self.contacts,
            "deals": self.deals,
            "stages": {str(stage): count for stage, count in self.stages.items()},
            "outcomes": {str(outcome): count for outcome, count in self.outcomes.items()},
        }


async def survey(desk: Seat, clocks: Clocks) -> Survey:
    """Return where every contact and deal stood at those times."""
    return await asyncio.to_thread(_survey, desk, clocks)


def _survey(desk: Seat, clocks: Clocks) -> Survey:
    found = Survey()
    with desk.store.snapshot() as reading:
        rules = rules_of(reading, desk.name, desk.agreement.agreement)
        for facts in reading.facts.deals(desk.name, None, clocks.known_at):
            decision = decide_deal(facts, rules=rules, as_of=clocks.as_of)
            if decision.created_at <= clocks.as_of and decision.spans:
                found.deals += 1
                found.outcomes[decision.spans[-1].outcome] += 1
        contacts = reading.facts.contacts(
            desk.name, None, clocks.known_at, lambda ids: _deals_of(desk, reading, rules, ids, clocks)
        )
        for one in contacts:
            if (one.contact.created_at or 0) <= clocks.as_of:
                found.contacts += 1
                found.stages[decide_contact(one, rules=rules, as_of=clocks.as_of).stage] += 1
    return found


def _deals_of(
    desk: Seat, reading: Unit, rules: Rules, contact_ids: Sequence[str], clocks: Clocks
) -> Mapping[str, Sequence[DealDecision]]:
    linked = reading.facts.deals_of(desk.name, contact_ids)
    wanted = {ident for ids in linked.values() for ident in ids}
    facts = reading.facts.deals(desk.name, wanted, clocks.known_at) if wanted else ()
    decided = {one.deal.id: decide_deal(one, rules=rules, as_of=clocks.as_of) for one in facts}
    return {contact: [decided[ident] for ident in ids if ident in decided] for contact, ids in linked.items()}
