"""Short ways to write the work behind the stages into a test's ledger."""

import json

from syncer.records import ActivityKind
from syncer.store.mirror.evidence import PRIORITY
from tests.unit.kpis.ledger import Ledger
from tests.unit.kpis.ledger_rows import state_row


def fact(
    ledger: Ledger,
    contact_id: str,
    kind: ActivityKind,
    moment: int,
    *,
    owner: str | None = "7",
    outcome: str | None = None,
    ident: str | None = None,
    voided_at: int | None = None,
) -> None:
    """Something that happened with a contact; without an owner it was automatic or the contact's own."""
    name = ident or f"s:{len(ledger.further)}"
    said = (moment, PRIORITY[kind], name, kind, None, None, owner, outcome, None, 1)
    row = {
        "contact_id": contact_id,
        "occurred_at": moment,
        "priority": PRIORITY[kind],
        "id": name,
        "kind": kind.value,
        "outcome": outcome,
        "fact": json.dumps(said),
        "voided_at": voided_at,
    }
    ledger.further.append(("evidence", row))


def activity(ledger: Ledger, kind: ActivityKind, moment: int, **values: object) -> None:
    """A row of the activities themselves."""
    row = {"stream": "s", "id": str(len(ledger.further)), "kind": kind.value, "occurred_at": moment}
    ledger.further.append(("activities", row | {"contact_ids": "[]", "gist": 0, "fingerprint": 0} | values))


def in_market(ledger: Ledger, company_id: str, *, inside: bool = True, **values: object) -> None:
    """A company with the TAM rule's word on it."""
    ledger.companies[company_id] = values
    row = {"company_id": company_id, "stage": "TAM", "in_tam": inside, "changed_at": 1}
    ledger.further.append(("company_states", row))


def state(ledger: Ledger, contact_id: str, overridden_until: int | None = None) -> None:
    """A decision on a contact."""
    ledger.further.append(("contact_states", state_row(contact_id, overridden_until=overridden_until)))


def mirrored_deal(ledger: Ledger, deal_id: str, **fields: object) -> None:
    """A deal as the mirror holds it, with fields of its own."""
    row = {"id": deal_id, "fields": json.dumps(fields), "held": "{}", "gist": 0, "fingerprint": 0}
    ledger.further.append(("deals", row))
