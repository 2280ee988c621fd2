"""When to come back to what was postponed: to a deal, or to a lead before there is any (domain C2, `resume_at`)."""

from collections.abc import Mapping

from syncer.agreement.calendar import Calendar
from syncer.agreement.model import Agreement
from syncer.agreement.outcomes import Resume, ResumeFrom
from syncer.moments import Millis

_DEFAULT_DAYS = 90


def resume_at(agreement: Agreement, reason: str | None, since: Millis, known: Mapping[ResumeFrom, object]) -> Millis:
    """Return when to come back to what was postponed at a moment; `known` are dates that may anchor the return.

    A date that is not after the moment says nothing. Days are local ones, as whoever comes back counts them.
    """
    section, calendar = agreement.closed_other, agreement.calendar
    told = {anchor: calendar.dated(at) for anchor, at in known.items() if isinstance(at, int)}
    anchors = {anchor: at for anchor, at in told.items() if at > since}
    anchors[ResumeFrom.EFFECTIVE] = since
    anchors[ResumeFrom.NEXT_FISCAL_YEAR] = calendar.fiscal_year_start_after(since)
    for resume in (section.resume(reason), section.default_resume):
        found = _counted(resume, calendar, since, anchors)
        if found is not None:
            return found
    return calendar.days_later(since, _DEFAULT_DAYS)


def lead_resume_at(agreement: Agreement, reason: str, since: Millis, stated: object) -> Millis:
    """Return when to come back to a lead: as its reason says, for one without a line of its own on the day stated."""
    if isinstance(stated, int) and reason not in agreement.closed_other.resume_at:
        day = agreement.calendar.dated(stated)
        if day > since:
            return day
    return resume_at(agreement, reason, since, {ResumeFrom.STATED_DATE: stated})


def _counted(resume: Resume, calendar: Calendar, since: Millis, anchors: Mapping[ResumeFrom, Millis]) -> Millis | None:
    anchor = anchors.get(resume.anchor)
    if anchor is not None:
        return calendar.days_later(anchor, resume.days)
    return None if resume.fallback_days is None else calendar.days_later(since, resume.fallback_days)
