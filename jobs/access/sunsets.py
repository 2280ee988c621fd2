"""Warns of API versions that HubSpot stops supporting, while there is time to change them."""

from collections.abc import Sequence
from datetime import date

from connectors.hubspot.sunsets import Ending, endings
from connectors.hubspot.versions import versions_with
from jobs.health.findings import Finding, Level
from jobs.settings import Account

#: A first word half a year before: two quarters to plan a change and to wait for an update of Syncer.
NOTE_DAYS = 180
#: From here on it is a problem where the person can mend it: a scheduled `syncer check` turns red with a month left.
PROBLEM_DAYS = 30


def ending_versions(account: Account, today: date) -> Sequence[Finding]:
    """Return a finding for every version in use whose end is near or past. Raises ConfigError for unknown versions."""
    unused = () if account.journal is not None else ("journal",)
    return [
        _finding(account, ending, today)
        for ending in endings(versions_with(account.versions), unused=unused)
        if _is_near(ending, today)
    ]


def _is_near(ending: Ending, today: date) -> bool:
    return ending.on is None or (ending.on - today).days <= NOTE_DAYS


def _finding(account: Account, ending: Ending, today: date) -> Finding:
    is_urgent = ending.on is not None and (ending.on - today).days <= PROBLEM_DAYS
    can_mend = ending.successor is not None
    return Finding(
        level=Level.PROBLEM if is_urgent and can_mend else Level.NOTE,
        area=account.name,
        what=f"API version {ending.version} of {', '.join(ending.families)}: {_said(ending, today)}",
        remedy=_remedy(account, ending),
        is_configuration=can_mend,
    )


def _said(ending: Ending, today: date) -> str:
    if ending.on is None:
        return "a beta, which HubSpot may change on any day"
    days = (ending.on - today).days
    when = f"{'on' if ending.when[0].isdigit() else 'in'} {ending.when}"
    if days > 0:
        return f"HubSpot's support ends {when} (in {days} days)"
    return f"HubSpot's support ended {when}: calls may be refused on any day"


def _remedy(account: Account, ending: Ending) -> str:
    if ending.successor is not None:
        where = f"accounts.{account.name}.versions in syncer.yaml"
        return f"change or remove them under {where}; without an entry it is {ending.successor}"
    return "update Syncer: this version of it knows no later one"
