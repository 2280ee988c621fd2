"""The leads that sales should call first, each with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.deciding.derive import Clocks, deals_of, rules_of
from syncer.agreement import Agreement
from syncer.funnel import decide_counted
from syncer.notation import Lang
from syncer.scoring import short_reasons
from syncer.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """One lead."""

    contact_id: str
    #: The person's name, or the id where the CRM has none.
    name: str
    company: str | None
    stage: str
    cell: str
    priority: int
    why: str


def hottest(
    store: Store, agreement: Agreement, account: str, clocks: Clocks, lang: Lang, *, number: int = 10
) -> Sequence[Lead]:
    """Return the open leads of highest priority, highest first."""
    with store.snapshot() as unit:
        rules = rules_of(unit, account, agreement)
        ids = unit.ledger.hottest(account, number)
        facts = unit.facts.contacts(account, ids, clocks.known_at, lambda some: deals_of(unit, account, some))
        found = {}
        for one in facts:
            decision, track = decide_counted(one, rules=rules, as_of=clocks.as_of)
            why = short_reasons(rules.scorer, one, as_of=clocks.as_of, track=track, lang=lang)
            person = " ".join(part for part in (one.contact.first_name, one.contact.last_name) if part)
            found[one.contact.id] = Lead(
                contact_id=one.contact.id,
                name=person or one.contact.id,
                company=one.company.name if one.company else None,
                stage=decision.stage,
                cell=decision.score.cell,
                priority=decision.score.priority,
                why=why,
            )
    return [found[ident] for ident in ids if ident in found]
