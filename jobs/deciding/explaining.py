"""Why a contact or a deal stands where it stands: the ledger's rows, the score's contributions, what the CRM shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import structs

from jobs.deciding.derive import Clocks, deals_of, last_clocks, rules_of
from jobs.handovers.experience import RatesOf, base_rates, cell_of
from syncer.agreement import Agreement
from syncer.errors import Missing
from syncer.funnel import decide_counted
from syncer.funnel.facts import ContactDecision, Cycle, DealSpan, FunnelStage, Outcome, StageEvent
from syncer.handover.sla import service_of, sla_of
from syncer.moments import Millis, iso
from syncer.notation import Lang
from syncer.records import Contact, Kind
from syncer.scoring import explain
from syncer.store import Store, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactStory:
    """Everything that explains one contact."""

    contact_id: str
    #: The seven lines for a salesperson.
    lines: Sequence[str]
    #: The JSON of design.md §5.
    facts: Mapping[str, object]


def contact_story(
    store: Store,
    agreement: Agreement,
    account: str,
    id_or_email: str,
    *,
    as_of: Millis | None,
    known_at: Millis,
    lang: Lang,
    rates: RatesOf = base_rates,
) -> ContactStory:
    """Return a contact's story; Missing where the mirror has no such contact.

    Without `as_of` the times of the last derive hold, so that the story is the one that was written to the CRM.
    """
    with store.snapshot() as unit:
        contact = unit.mirror.contact(account, id_or_email)
        if contact is None:
            raise Missing("no such contact in the mirror", account=account, hint="syncer pull, or syncer dead-letters")
        moment = last_clocks(unit, account, known_at).as_of if as_of is None else as_of
        rules = rules_of(unit, account, agreement)
        facts = next(unit.facts.contacts(account, [contact.id], known_at, lambda ids: deals_of(unit, account, ids)))
        decision, track = decide_counted(facts, rules=rules, as_of=moment)
        sla = sla_of(decision, facts, rules, as_of=moment)
        clocks = Clocks(as_of=moment, known_at=known_at)
        explained = explain(
            rules.scorer,
            facts,
            decision,
            track=track,
            as_of=moment,
            lang=lang,
            base_rate=rates(unit, agreement, account, clocks)(cell_of(decision)),
            service=None if sla is None else service_of(sla),
        )
        return ContactStory(
            contact_id=contact.id,
            lines=explained.lines,
            facts={
                **_decided(contact, decision),
                "sla": None if sla is None else sla.as_dict(),
                "score": explained.as_dict(),
                "crm": dict(unit.mirror.held(account, Kind.CONTACT, [contact.id]).get(contact.id, {})),
                "as_of": iso(moment),
                "agreement": agreement.label,
            },
        )


def _decided(contact: Contact, decision: ContactDecision) -> Mapping[str, object]:
    cycles = [_cycle(one) for one in decision.cycles]
    return {
        "id": contact.id,
        "stage": decision.stage,
        "since": iso(decision.since),
        "cycle": cycles[-1] if cycles else None,
        "outcome": decision.outcome,
        "resume_at": iso(_resume_at(decision)),
        "relationship": decision.relationship,
        "owner": contact.owner_id,
        "history": [_event(event) for event in decision.events],
        "cycles": cycles,
        "overrides": [{"until": iso(decision.overridden_until)}] if decision.overridden_until else [],
        "flags": list(decision.flags),
    }


def _resume_at(decision: ContactDecision) -> Millis | None:
    """Return when somebody is to come back to a lead that was postponed and did nothing since."""
    last = decision.cycles[-1] if decision.cycles else None
    is_waiting = last is not None and last.outcome is Outcome.OTHER and decision.stage is not FunnelStage.OUT
    return last.resume_at if last is not None and is_waiting else None


def deal_story(store: Store, account: str, deal_id: str) -> Mapping[str, object]:
    """Return a deal's story: outcome, rule, reason and spans; Missing where the mirror has no such deal."""
    with store.snapshot() as unit:
        deal = unit.mirror.deal(account, deal_id)
        decision = next(iter(unit.ledger.deal_decisions(account, [deal_id])), None) if deal else None
        if deal is None or decision is None:
            raise Missing("no such deal in the mirror", account=account, hint="syncer pull, or syncer dead-letters")
        last = decision.spans[-1] if decision.spans else None
        names = {one.stage_id: one.label or one.stage_id for one in unit.mirror.stages(account)}
        facts = unit.desk.account(account)
        own = None if facts is None else facts.currency
        return {
            "id": deal.id,
            "name": deal.name,
            "outcome": None if last is None else last.outcome,
            "rule": None if last is None else last.rule,
            "reason": None if last is None else last.reason,
            "proposal": None if last is None else last.proposal,
            "resume_at": None if last is None else iso(last.resume_at),
            "offer_at": None if last is None else iso(last.offer_at),
            "pushes": None if last is None else _pushes(last),
            "primary_contact": decision.primary_contact_id,
            "primary_by": decision.primary_by,
            "won_stays": None if last is None else _won_stays(unit, account, last),
            "flags": list(decision.flags),
            "spans": [_span(span, names, own) for span in decision.spans],
            "crm": _held(unit, account, deal_id),
        }


def _won_stays(unit: Unit, account: str, span: DealSpan) -> Mapping[str, object] | None:
    """Return how long won deals stayed in a deal's stage, as rule CO8 reads it; None where too few were won."""
    as_of = last_clocks(unit, account, span.valid_from).as_of
    found = unit.ledger.stays(account).at(span.pipeline_id, span.stage_id, as_of)
    return None if found is None else {"p75_days": found.p75_days, "deals": found.n, "as_of": iso(found.as_of)}


def _held(unit: Unit, account: str, deal_id: str) -> Mapping[str, str | None]:
    return dict(unit.mirror.held(account, Kind.DEAL, [deal_id]).get(deal_id, {}))


def _pushes(span: DealSpan) -> Mapping[str, int | None]:
    return {"months": span.month_pushes, "quarters": span.quarter_pushes, "slip_days": span.slip_days}


def _event(event: StageEvent) -> Mapping[str, object]:
    return {
        "cycle": event.cycle_no,
        "from": event.from_stage,
        "to": event.to_stage,
        "at": iso(event.occurred_at),
        "rule": event.rule,
        "evidence": list(event.evidence),
        "actor": event.actor,
        "virtual": event.virtual,
    }


def _cycle(cycle: Cycle) -> Mapping[str, object]:
    return {name: iso(value) if _is_moment(name, value) else value for name, value in structs.asdict(cycle).items()}


def _span(span: DealSpan, stages: Mapping[str, str], own: str | None) -> Mapping[str, object]:
    told = {name: iso(value) if _is_moment(name, value) else value for name, value in structs.asdict(span).items()}
    currency = None if span.amount is None else span.currency or own
    return {**told, "currency": currency, "deal_stage": stages.get(span.stage_id or "", span.stage_id)}


def _is_moment(name: str, value: object) -> bool:
    moments = name.endswith("_at") or name in {"valid_from", "valid_to", "close_date", "reopened_from", "reopened_to"}
    return moments and isinstance(value, int)
