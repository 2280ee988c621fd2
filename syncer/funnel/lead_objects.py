"""What a lead that the CRM keeps as a record of its own says about its contact (domain A1, B2, B3, rule CO9)."""

from syncer.agreement.head import RejectTarget
from syncer.agreement.reasons import UNSPECIFIED, Reason, ReasonOutcome
from syncer.funnel.replay import Replay
from syncer.funnel.rules import Rules
from syncer.funnel.sales import accept, reject
from syncer.funnel.terms import Rejection
from syncer.moments import Millis
from syncer.records import ChangeSource, Evidence
from syncer.tellings import LeadState, lead_word

#: Evidence of this kind comes from leads.
LEAD = "lead"

_ACCEPTED = frozenset({LeadState.CONNECTED, LeadState.QUALIFIED})
#: What a disqualification does, by what its reason means for a sale.
_TARGETS = {
    ReasonOutcome.LOST: RejectTarget.CLOSED_LOST,
    ReasonOutcome.OTHER: RejectTarget.CLOSED_OTHER,
    ReasonOutcome.OTHER_IF_TWO_WAY_ELSE_LOST: RejectTarget.CLOSED_OTHER,
    ReasonOutcome.VOID: RejectTarget.VOID,
}


def lead_object(replay: Replay, row: Evidence) -> None:
    """Sales accepts where a lead is connected, rejects where the last one is disqualified; an import tells no story."""
    if row.actor == ChangeSource.IMPORT:
        return
    state, reason = _read(replay.rules, row)
    actor = "user" if row.actor == ChangeSource.USER else "crm"
    if state in _ACCEPTED:
        accept(replay, Millis(row.occurred_at), "accepted", row.id, actor=actor)
    elif state is LeadState.DISQUALIFIED and not _has_another(replay, row):
        reject(replay, Millis(row.occurred_at), rejection(replay.rules, reason), row.id, actor=actor)


def rejection(rules: Rules, reason: str | None) -> Rejection:
    """Return what a disqualification means: a reject reason of the agreement by name, else as deals are read."""
    named = rules.rejected.get("_".join((reason or "").upper().split()))
    if named is not None:
        return named
    found = _normalised(rules, reason)
    return Rejection(found.code, _TARGETS[found.outcome])


def _normalised(rules: Rules, reason: str | None) -> Reason:
    found = rules.agreement.reasons.normalise(reason)
    if found.code != UNSPECIFIED or reason is None:
        return found
    # The CRM's own options are words joined by underscores.
    return rules.agreement.reasons.normalise(reason.replace("_", " "))


def _read(rules: Rules, row: Evidence) -> tuple[LeadState | None, str | None]:
    word = lead_word(row.outcome or "")
    return rules.lead_stages.get(word.stage_id, word.state), word.reason


def _has_another(replay: Replay, row: Evidence) -> bool:
    """Return whether sales works on another lead of the contact: then this one's end is not the contact's."""
    own = _lead_of(row)
    last: dict[str, LeadState | None] = {}
    for other in replay.facts.evidence:
        if other.place > row.place:
            break
        if other.kind == LEAD and _lead_of(other) != own:
            last[_lead_of(other)] = _read(replay.rules, other)[0]
    return any(state is not None and state is not LeadState.DISQUALIFIED for state in last.values())


def _lead_of(row: Evidence) -> str:
    """Return which lead a fact comes from: its id is that of the lead and the moment."""
    return row.id.rpartition(":")[0]
