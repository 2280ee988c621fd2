"""What is wrong with business hours, and with times promised in them that would never be over."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from syncer.agreement import holidays
from syncer.agreement.findings import Fault
from syncer.agreement.head import BusinessHours, Sla
from syncer.agreement.model import Agreement
from syncer.agreement.tree import Path

_SLA: Path = ("agreement", "sla")
_HOURS: Path = (*_SLA, "business_hours")
#: Five years, an escalation included.
_MOST_WEEKS = 260


def hours_faults(agreement: Agreement) -> Iterator[Fault]:
    """Yield everything that keeps the service clock from running, or a promised time from ending."""
    sla = agreement.agreement.sla
    found = list(_opening(sla.business_hours))
    yield from found
    if not found:
        yield from _endless(sla)


def _opening(hours: BusinessHours) -> Iterator[Fault]:
    if hours.open_minute >= hours.close_minute:
        yield Fault((*_HOURS, "to"), "closes before it opens", "from earlier than to")
    try:
        ZoneInfo(hours.tz)
    except (KeyError, ValueError, OSError):
        yield Fault((*_HOURS, "tz"), "unknown time zone", "an IANA name such as Europe/Berlin")
    hint = None if hours.holidays is None else holidays.allowed(hours.holidays)
    if hint is not None:
        yield Fault((*_HOURS, "holidays"), f"no calendar {hours.holidays!r}", f"allowed: {hint}")


def _endless(sla: Sla) -> Iterator[Fault]:
    """Yield the times that take more than five years of these hours."""
    hours = sla.business_hours
    most = _MOST_WEEKS * len(hours.weekdays) * (hours.close_minute - hours.open_minute)
    times = max((one.times for one in sla.escalation), default=1)
    spans = {
        ("first_touch", "explicit_request"): times * hours.minutes(sla.first_touch.explicit_request),
        ("first_touch", "score_sales_ready"): times * hours.minutes(sla.first_touch.score_sales_ready),
        ("decision", "accept_or_reject"): hours.minutes(sla.decision.accept_or_reject),
    }
    for path, minutes in spans.items():
        if minutes > most:
            hint = "a shorter time, an earlier escalation or longer hours"
            yield Fault((*_SLA, *path), "takes more than five years of these business hours", hint)
