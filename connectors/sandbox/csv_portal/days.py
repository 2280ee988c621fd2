"""Dates and moments as files write them, in the zones that file and account name."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.sandbox.csv_portal.faults import DATES, CellError
from connectors.sandbox.csv_portal.spec import PortalSpec, TableSpec
from syncer.moments import Millis, millis, moment

#: Parts of a date format that give the time of day.
_CLOCK_PARTS: Final = ("%H", "%I", "%X", "%T", "%c")
#: Parts of a format without anything between them: only a text of full length says where one ends.
_ADJACENT: Final = re.compile("%[YmdHMSyj]%[YmdHMSyj]")


def parsed(portal: PortalSpec, table: TableSpec, text: str, own: str | None) -> Millis:
    """Return a text's moment by its own form, else by those of its file: a plain date gets the spec's time of day.

    Raises CellError where no form fits, or two that mean different moments.
    """
    forms = [own] if own else [table.dates] if isinstance(table.dates, str) else list(table.dates)
    zone = ZoneInfo(table.time_zone or portal.account.time_zone)
    found = {at for form in forms if (at := _by_form(portal, text, form, zone)) is not None}
    if not found:
        raise CellError(f"is not a date of the form {_listed(forms)}", DATES)
    if len(found) > 1:
        raise CellError(f"is a date of two forms and means two days: {_listed(forms)}", "give each column its `format`")
    return found.pop()


def at_clock(portal: PortalSpec, day: date) -> Millis:
    """Return the spec's time of day, which is UTC; where the account has another day then, it is the account's time."""
    zone = ZoneInfo(portal.account.time_zone)
    at = datetime.combine(day, portal.clock, UTC)
    return millis(at if at.astimezone(zone).date() == day else datetime.combine(day, portal.clock, zone))


def day_of(portal: PortalSpec, at: Millis) -> str:
    """Return a moment's day in the account's zone."""
    return moment(at).astimezone(ZoneInfo(portal.account.time_zone)).date().isoformat()


def end_of_life(portal: PortalSpec) -> Millis:
    """Return the last moment of the day on which the files were written."""
    following = portal.as_of + timedelta(days=1)
    return Millis(millis(datetime.combine(following, time.min, ZoneInfo(portal.account.time_zone))) - 1)


def _by_form(portal: PortalSpec, text: str, form: str, zone: ZoneInfo) -> Millis | None:
    try:
        read = datetime.strptime(text, form).astimezone(UTC) if "%z" in form else _in_zone(text, form, zone)
    except ValueError:
        return None
    if _ADJACENT.search(form) and "%z" not in form and read.strftime(form) != text:
        return None
    return millis(read) if any(part in form for part in _CLOCK_PARTS) else at_clock(portal, read.date())


def _in_zone(text: str, form: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(text, form).replace(tzinfo=zone)


def _listed(forms: Sequence[str]) -> str:
    return ", ".join(forms)
