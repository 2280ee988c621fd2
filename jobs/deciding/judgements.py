"""What a person decides in Syncer: kept as that person's change of the property in question, so it counts as evidence.

The next derive takes it up as it takes up a change in the CRM, and the next push writes what follows.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from jobs.deciding.derive import last_clocks
from syncer.agreement import Agreement
from syncer.errors import ConfigError, Missing, Problem
from syncer.moments import Millis
from syncer.records import Change, ChangeSource, Kind
from syncer.store import Store, Unit

#: By whom, as the history says it; a name may follow after a colon.
DASHBOARD = "syncer-dashboard"


class Answer(StrEnum):
    """What becomes of a deal that a rule would delay."""

    #: The sale is delayed: Closed-Other.
    DELAYED = "other"
    #: It stays open.
    OPEN = "open"


def reject_reasons(agreement: Agreement) -> Sequence[str]:
    """Return why sales may refuse a lead."""
    return list(agreement.agreement.reject_reasons)


def accept(store: Store, agreement: Agreement, account: str, contact_id: str, *, by: str, now: Millis) -> None:
    """Keep that sales takes a lead. Raises Missing where the mirror has no such contact."""
    accepted = agreement.stages.accepted_lead_statuses
    said = "IN_PROGRESS" if "IN_PROGRESS" in accepted else next(iter(accepted))
    _keep(store, account, _change(Kind.CONTACT, contact_id, "lead_status", said, by=by, now=now))


def reject(
    store: Store, agreement: Agreement, account: str, contact_id: str, *, reason: str, by: str, now: Millis
) -> None:
    """Keep that sales refuses a lead, and why. Raises ConfigError for a reason that the agreement does not know."""
    known = reject_reasons(agreement)
    if reason not in known:
        raise ConfigError([Problem(key="reason", message=f"no reason {reason!r}", hint=", ".join(known))])
    _keep(store, account, _change(Kind.CONTACT, contact_id, "lead_status", reason.upper(), by=by, now=now))


def answer(store: Store, account: str, deal_id: str, said: Answer, *, by: str, now: Millis) -> None:
    """Keep what a person says about a proposed delay. Raises Missing where the mirror has no such deal."""
    _keep(store, account, _change(Kind.DEAL, deal_id, "outcome", said.value, by=by, now=now))


def waiting_answers(unit: Unit, account: str, kind: Kind, ids: Collection[str], now: Millis) -> Mapping[str, str]:
    """Return by record what people answered since the last derive: a lead status, or an outcome of a deal."""
    name = "lead_status" if kind is Kind.CONTACT else "outcome"
    after = last_clocks(unit, account, now).known_at
    found = unit.browse.judged(account, kind, name, ids, by=DASHBOARD, after=after)
    return {id_: value for id_, value in found.items() if value is not None}


def _change(kind: Kind, id_: str, name: str, value: str, *, by: str, now: Millis) -> Change:
    source = f"{DASHBOARD}:{by}" if by else DASHBOARD
    return Change(
        kind=kind, record_id=id_, property=name, value=value, at=now, source=ChangeSource.USER, source_id=source
    )


def _keep(store: Store, account: str, change: Change) -> None:
    with store.commit() as unit:
        if change.record_id not in unit.mirror.live(account, change.kind, [change.record_id]):
            raise Missing(f"no such {change.kind.value} in the mirror", account=account, hint="load the page again")
        unit.mirror.add_changes(account, [change], change.at)
