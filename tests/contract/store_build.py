"""Short builders and reads for the store's suite."""

from collections.abc import Iterable, Sequence

from syncer.funnel.facts import (
    ContactDecision,
    ContactFacts,
    Cycle,
    CycleType,
    DealDecision,
    DealFacts,
    DealSpan,
    FunnelStage,
    Origin,
    Outcome,
    Relationship,
    Score,
    StageEvent,
)
from syncer.moments import Millis
from syncer.records import Activity, ActivityKind, Kind, Link
from syncer.store import Store, Unit

ACCOUNT = "hubspot"
FOREVER = Millis(2**62)


def call(id_: str, at: int, *contacts: str, **more: object) -> Activity:
    return activity("calls", ActivityKind.CALL, id_, at, contact_ids=contacts, **more)


def form(id_: str, at: int, email: str | None = None, **more: object) -> Activity:
    return activity("forms", ActivityKind.FORM, id_, at, email=email, **more)


def activity(stream: str, kind: ActivityKind, id_: str, at: int, **more: object) -> Activity:
    return Activity(id=id_, stream=stream, kind=kind, occurred_at=Millis(at), **more)


def link(
    from_kind: Kind, from_id: str, to_kind: Kind, to_id: str, *, label: str | None = None, primary: bool = False
) -> Link:
    return Link(from_kind=from_kind, from_id=from_id, to_kind=to_kind, to_id=to_id, label=label, is_primary=primary)


def put(store: Store, now: int, kind: str, *records: object, mark_dirty: bool = True) -> object:
    """Upsert records of one kind in one commit."""
    with store.commit() as unit:
        upsert = getattr(unit.mirror, f"upsert_{kind}")
        return upsert(ACCOUNT, records, Millis(now), mark_dirty=mark_dirty)


def connect(store: Store, now: int, *links: Link) -> set[str]:
    """Replace the links of the first link's record by these."""
    with store.commit() as unit:
        first = links[0]
        return unit.mirror.replace_links(ACCOUNT, first.from_kind, first.to_kind, {first.from_id: links}, Millis(now))


def contact_facts(store: Store, ids: Sequence[str] | None = None, known_at: int = FOREVER) -> dict[str, ContactFacts]:
    with store.snapshot() as unit:
        facts = unit.facts.contacts(ACCOUNT, ids, Millis(known_at), lambda _ids: {})
        return {one.contact.id: one for one in facts}


def evidence_ids(store: Store, contact_id: str, known_at: int = FOREVER) -> list[str]:
    return [fact.id for fact in contact_facts(store, [contact_id], known_at)[contact_id].evidence]


def deal_facts(store: Store, ids: Sequence[str] | None = None, known_at: int = FOREVER) -> dict[str, DealFacts]:
    with store.snapshot() as unit:
        return {one.deal.id: one for one in unit.facts.deals(ACCOUNT, ids, Millis(known_at))}


def dirty(store: Store, now: int = 0) -> tuple[list[str], list[str]]:
    with store.snapshot() as unit:
        found = unit.facts.dirty(ACCOUNT, Millis(now))
    return list(found.contact_ids), list(found.deal_ids)


def clean(store: Store) -> None:
    """Take off every mark."""
    with store.commit() as unit:
        unit.ledger.clear_dirty(ACCOUNT, unit.facts.dirty(ACCOUNT, FOREVER))


def score(fit: float = 50.0) -> Score:
    return Score(fit=fit, engagement=24.86, grade="B", level=2, cell="B2", action="mql", priority=2, completeness=0.5)


def decision(
    contact_id: str,
    *stages: FunnelStage,
    fit: float = 50.0,
    due_at: int | None = None,
    cycles: Iterable[Cycle] | None = None,
) -> ContactDecision:
    """Decide a contact through stages at moments 100, 200, ..."""
    events = [
        StageEvent(1, seq, None, stage, Millis(100 * (seq + 1)), "score", (f"forms:{seq}",))
        for seq, stage in enumerate(stages)
    ]
    made = [cycle()] if cycles is None else list(cycles)
    return ContactDecision(
        contact_id=contact_id,
        stage=stages[-1] if stages else FunnelStage.TAM,
        since=events[-1].occurred_at if events else None,
        cycle_no=1,
        relationship=Relationship.PROSPECT,
        outcome=Outcome.OPEN,
        score=score(fit),
        events=events,
        cycles=made,
        flags=("review",),
        due_at=None if due_at is None else Millis(due_at),
    )


def cycle(**more: object) -> Cycle:
    base = {"cycle_no": 1, "type": CycleType.ACQUISITION, "origin": Origin.INBOUND, "started_at": Millis(100)}
    return Cycle(**(base | more))


def span(deal_id: str, valid_from: int, valid_to: int | None = None, **more: object) -> DealSpan:
    base: dict[str, object] = {
        "deal_id": deal_id,
        "valid_from": Millis(valid_from),
        "valid_to": valid_to,
        "pipeline_id": "p",
        "pipeline_kind": "new_business",
        "stage_id": "s",
        "outcome": Outcome.OPEN,
        "rule": "open_stage",
        "reason": None,
        "amount": None,
        "currency": "EUR",
        "close_date": None,
        "forecast_category": None,
        "probability": None,
        "offer_at": None,
    }
    return DealSpan(**(base | more))


def deal_decision(deal_id: str, *spans: DealSpan, **more: object) -> DealDecision:
    base: dict[str, object] = {
        "deal_id": deal_id,
        "created_at": Millis(1),
        "primary_contact_id": "1",
        "contact_ids": ("1",),
        "company_id": None,
        "owner_id": None,
        "deal_type": None,
        "source": None,
        "spans": spans,
    }
    return DealDecision(**(base | more))


def save(store: Store, now: int, *decisions: ContactDecision, agreement: str = "1") -> Sequence[str]:
    with store.commit() as unit:
        return unit.ledger.save_contacts(ACCOUNT, decisions, now=Millis(now), agreement=agreement)


def stages(unit: Unit, contact_id: str, known_at: int = FOREVER) -> list[FunnelStage]:
    return [event.to_stage for event in unit.ledger.events(ACCOUNT, contact_id, Millis(known_at))]
