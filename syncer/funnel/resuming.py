"""When to come back to what was postponed: to a deal, or to a lead before there is any (domain C2, `resume_at`)."""

from collections.abc import Mapping

from syncer.agreement.model import Agreement
from syncer.agreement.outcomes import Resume, ResumeFrom
from syncer.moments import DAY, Millis

_DEFAULT_DAYS = 90


def resume_at(agreement: Agreement, reason: str | None, since: Millis, known: Mapping[ResumeFrom, object]) -> Millis:
    """Return when to come back to what was postponed at a moment; `known` are dates that may anchor the return.

    A date that is not after the moment says nothing.
    """
    section = agreement.closed_other
    anchors = {anchor: at for anchor, at in known.items() if isinstance(at, int) and at > since}
    anchors[ResumeFrom.EFFECTIVE] = since
    anchors[ResumeFrom.NEXT_FISCAL_YEAR] = agreement.calendar.fiscal_year_start_after(since)
    for resume in (section.resume(reason), section.default_resume):
        found = _counted(resume, since, anchors)
        if found is not None:
            return found
    return Millis(since + _DEFAULT_DAYS * DAY)


def lead_resume_at(agreement: Agreement, reason: str, since: Millis, stated: object) -> Millis:
    """Return when to come back to a lead: as its reason says, for one without a line of its own on the day stated."""
    if isinstance(stated, int) and stated > since and reason not in agreement.closed_other.resume_at:
        return Millis(stated)
    return resume_at(agreement, reason, since, {ResumeFrom.STATED_DATE: stated})


def _counted(resume: Resume, since: Millis, anchors: Mapping[ResumeFrom, int]) -> Millis | None:
    anchor = anchors.get(resume.anchor)
    if anchor is not None:
        return Millis(anchor + resume.days * DAY)
    return None if resume.fallback_days is None else Millis(since + resume.fallback_days * DAY)
