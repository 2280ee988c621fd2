"""Dates and moments as files write them, in the zones that file and account name."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from connectors.sandbox.csv_portal.faults import DATES, CellError
from connectors.sandbox.csv_portal.spec import PortalSpec, TableSpec
from syncer.moments import Millis, millis, moment

#: Parts of a date format that give the time of day.
_CLOCK_PARTS: Final = ("%H", "%I", "%X", "%T", "%c")
#: Parts of a format without anything between them: only a text of full length says where one ends.
_ADJACENT: Final = re.compile("%[YmdHMSyj]%[YmdHMSyj]")
#: Names of the one zone that everybody knows, at the end of a form that spells it out.
_WORLD: Final = ("UTC", "GMT")
_SPELLED_OUT: Final = re.compile(r"(?<!%)Z$|(?:UTC|GMT)$")


def parsed(portal: PortalSpec, table: TableSpec, text: str, own: str | None) -> Millis:
    """Return a text's moment by its own form, else by those of its file: a plain date gets the spec's time of day.

    Raises CellError where no form fits, or two that mean different moments.
    """
    forms = [own] if own else [table.dates] if isinstance(table.dates, str) else list(table.dates)
    days = _Days(portal.clock, portal.account.time_zone)
    zone = table.time_zone or portal.account.time_zone
    found = {at for form in forms if (at := _by_form(days, text, form, zone)) is not None}
    if not found:
        raise CellError(f"is not a date of the form {_listed(forms)}", DATES)
    if len(found) > 1:
        raise CellError(f"is a date of two forms and means two days: {_listed(forms)}", "give each column its `format`")
    return found.pop()


def at_clock(portal: PortalSpec, day: date) -> Millis:
    """Return the spec's time of day, which is UTC; where the account has another day then, it is the account's time."""
    return _at_clock(_Days(portal.clock, portal.account.time_zone), day)


def day_of(portal: PortalSpec, at: Millis) -> str:
    """Return a moment's day in the account's zone."""
    return moment(at).astimezone(ZoneInfo(portal.account.time_zone)).date().isoformat()


def end_of_life(portal: PortalSpec) -> Millis:
    """Return the last moment of the day on which the files were written."""
    return _end_of(portal.as_of, portal.account.time_zone)


@lru_cache(maxsize=4)
def _end_of(day: date, zone: str) -> Millis:
    following = day + timedelta(days=1)
    return Millis(millis(datetime.combine(following, time.min, ZoneInfo(zone))) - 1)


class _Days(NamedTuple):
    """What makes a moment of a plain date."""

    clock: time
    #: The account's.
    zone: str


def _at_clock(days: _Days, day: date) -> Millis:
    zone = ZoneInfo(days.zone)
    at = datetime.combine(day, days.clock, UTC)
    return millis(at if at.astimezone(zone).date() == day else datetime.combine(day, days.clock, zone))


@lru_cache(maxsize=65_536)
def _by_form(days: _Days, text: str, form: str, zone: str) -> Millis | None:
    if "%Z" in form:
        form = _named_zone(text, form)
    zone = "UTC" if _SPELLED_OUT.search(form) else zone
    try:
        read = datetime.strptime(text, form).astimezone(UTC) if "%z" in form else _in_zone(text, form, ZoneInfo(zone))
    except ValueError:
        return None
    if _ADJACENT.search(form) and "%z" not in form and read.strftime(form) != text:
        return None
    return millis(read) if any(part in form for part in _CLOCK_PARTS) else _at_clock(days, read.date())


def _named_zone(text: str, form: str) -> str:
    """Return a form with the zone's name in it that a text has: other names mean several zones, so they do not fit."""
    name = next((one for one in _WORLD if one in text.upper()), _WORLD[0])
    return form.replace("%Z", name)


def _in_zone(text: str, form: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(text, form).replace(tzinfo=zone)


def _listed(forms: Sequence[str]) -> str:
    return ", ".join(forms)
