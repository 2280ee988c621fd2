"""Hand-overs as the ledger has them: who waits for sales, until when, and the card of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jobs.deciding.derive import Clocks, deals_of, rules_of
from jobs.handovers.cards import Card, CardCase, card
from jobs.handovers.experience import Rates, RatesOf, base_rates, cell_of
from jobs.wording.words import Language
from syncer.agreement import Agreement
from syncer.funnel import Rules, decide_contact, decide_counted
from syncer.funnel.facts import ContactDecision, ContactFacts, FunnelStage
from syncer.handover.routing import addressee
from syncer.handover.sla import Sla, service_of, sla_of
from syncer.scoring import explain
from syncer.store import Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """One contact whose latest cycle has a hand-over."""

    facts: ContactFacts
    decision: ContactDecision
    sla: Sla

    @property
    def company_id(self) -> str | None:
        """The live company that the contact belongs to, or None."""
        company = self.facts.company
        return None if company is None or company.archived_at is not None else company.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Handovers:
    """One account's hand-overs within one read transaction."""

    reading: Unit
    account: str
    rules: Rules
    clocks: Clocks
    rates: Rates

    def of(self, ids: Sequence[str]) -> Iterator[Handed]:
        """Yield the contacts among `ids` whose latest cycle has a hand-over."""
        facts = self.reading.facts.contacts(
            self.account, ids, self.clocks.known_at, lambda some: deals_of(self.reading, self.account, some)
        )
        for one in facts:
            decision = decide_contact(one, rules=self.rules, as_of=self.clocks.as_of)
            sla = sla_of(decision, one, self.rules, as_of=self.clocks.as_of)
            if sla is not None:
                yield Handed(facts=one, decision=decision, sla=sla)

    def card(self, one: Handed, lang: Language) -> Card:
        """Return the card of a hand-over."""
        to = addressee(one.facts, self.rules.agreement, self.clocks.as_of)
        owners = {owner.id: owner.name for owner in self.reading.mirror.owners(self.account)}
        company = one.facts.company
        about = (self.account, "" if company is None else company.id, one.facts.contact.id)
        explanation = explain(
            self.rules.scorer,
            one.facts,
            one.decision,
            track=decide_counted(one.facts, rules=self.rules, as_of=self.clocks.as_of)[1],
            as_of=self.clocks.as_of,
            lang=lang,
            base_rate=self.rates(cell_of(one.decision)),
            service=service_of(one.sla),
        )
        case = CardCase(
            facts=one.facts,
            decision=one.decision,
            explanation=explanation,
            sla=one.sla,
            to=to,
            owner=None if to.owner_id is None else owners.get(to.owner_id, to.owner_id),
            colleagues=self.reading.notices.colleagues(*about),
            rules=self.rules,
            lang=lang,
        )
        return card(case)


def handovers(
    reading: Unit, agreement: Agreement, account: str, clocks: Clocks, rates: RatesOf = base_rates
) -> Handovers:
    """Return an account's hand-overs at the given times."""
    return Handovers(
        reading=reading,
        account=account,
        rules=rules_of(reading, account, agreement),
        clocks=clocks,
        rates=rates(reading, agreement, account, clocks),
    )


def attempts_text(one: Handed, rules: Agreement) -> str:
    """Return how often it was tried to reach a lead, of how often was agreed while that is not enough to give up."""
    promised = rules.agreement.sla.attempts_before_give_up.min_attempts
    return f"{one.sla.attempts}{'' if one.sla.may_give_up else f' / {promised}'}"


def waits(one: Handed) -> bool:
    """Return whether a lead still waits for sales to touch or judge it."""
    return one.decision.stage is FunnelStage.LEAD_SQL
