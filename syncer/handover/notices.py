"""A notice: one note or task that we put into the CRM exactly once, known again by the marker in its text."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from syncer.moments import DAY, Millis
from syncer.records import Kind

#: Two moments of one hand-over, as earlier and later knowledge has them, differ by less.
_SAME_HANDOVER = DAY
#: A deal's owner is asked once in so many days.
_SAME_QUESTION = 30 * DAY
#: A date of return that moves by less is told once.
_SAME_RETURN = 30 * DAY


class Form(StrEnum):
    """What a notice is in the CRM: the stream of its records."""

    NOTE = "notes"
    TASK = "tasks"


class Purpose(StrEnum):
    """Why somebody is told."""

    HANDOVER = "handover"
    PROPOSAL = "proposal"
    #: A delayed sale comes back.
    RESUME = "resume"
    #: Nobody touched a lead in the agreed time.
    ESCALATION = "escalation"


_SAME: Mapping[Purpose, int] = {
    Purpose.HANDOVER: _SAME_HANDOVER,
    Purpose.PROPOSAL: _SAME_QUESTION,
    Purpose.RESUME: _SAME_RETURN,
    Purpose.ESCALATION: _SAME_HANDOVER,
}
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One note or task that we mean to put into the CRM. Its text is made when it is sent, so none is kept here."""

    #: Names the occasion within the account: the same occasion is never told twice.
    key: str
    form: Form
    purpose: Purpose
    #: The record that it is about.
    kind: Kind
    record_id: str
    #: When the occasion arose.
    at: Millis


def handover_key(contact_id: str, cycle_no: int, number: int) -> str:
    """Return the key of the n-th hand-over in a cycle; later knowledge may move its moment, not its number."""
    return f"handover.{contact_id}.{cycle_no}.{number}"


def proposal_key(deal_id: str, at: int) -> str:
    """Return the key of a proposal on a deal that arose at a moment."""
    return f"proposal.{deal_id}.{at}"


def resume_key(deal_id: str, at: int) -> str:
    """Return the key of a deal's return at a moment."""
    return f"resume.{deal_id}.{at}"


def lead_resume_key(contact_id: str, at: int) -> str:
    """Return the key of a postponed lead's return at a moment; ids of deals and contacts may be the same."""
    return f"resume.lead.{contact_id}.{at}"


def escalation_key(contact_id: str, cycle_no: int, number: int, rung: str) -> str:
    """Return the key of one rung of the escalation of a hand-over."""
    return f"escalation.{contact_id}.{cycle_no}.{number}.{rung.replace('.', '-')}"


def rung_of(notice: Notice) -> str:
    """Return which rung of an escalation a notice is; "" for what has none."""
    return notice.key.rpartition(".")[2] if notice.purpose is Purpose.ESCALATION else ""


def marker(key: str) -> str:
    """Return the text by which a notice is found in the CRM."""
    return f"[syncer {_UNSAFE.sub('-', key)}]"


def is_told(notice: Notice, told: Collection[Notice]) -> bool:
    """Return whether an occasion was told before, also where knowledge has moved its number or its moment since."""
    near = _SAME[notice.purpose]
    return any(
        one.purpose is notice.purpose
        and (one.key == notice.key or (abs(one.at - notice.at) < near and rung_of(one) == rung_of(notice)))
        for one in told
    )


def body_of(lines: Collection[str], key: str) -> str:
    """Return lines as the CRM's rich text, the marker last."""
    return "<br>".join([*(escape(line, quote=False) for line in lines), marker(key)])
