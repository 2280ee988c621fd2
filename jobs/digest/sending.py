"""Sends the report to every channel, to each once a day; where one fails, that one alone is tried again."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never
from zoneinfo import ZoneInfo

from connectors.channels import post_slack, post_teams, send_mail
from connectors.threads import in_own_thread
from jobs.digest.content import Digest, gather
from jobs.digest.settings import Channel
from jobs.digest.telling import tell
from jobs.settings import Settings
from syncer.agreement import InForce
from syncer.errors import Bug, SyncerError
from syncer.moments import DAY, Millis, moment
from syncer.store import Store

#: Kind of the cursors that say up to when each channel was told.
_TOLD = "digest"
#: An empty report is sent on Mondays only: it says that the report still lives.
_MONDAY = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What became of the report in one channel."""

    channel: Channel
    #: None where it went out, or where there was nothing to send.
    failed: str | None = None
    hint: str | None = None
    #: Nothing to report, or told today already.
    silent: bool = False


async def send_digests(settings: Settings, store: Store, agreement: InForce, account: str, now: Millis) -> list[Sent]:
    """Tell every configured channel what happened since it was told last; return what became of each."""
    zone = agreement.agreement.calendar.zone
    sent = []
    for channel in settings.digest.variables:
        told = _told_until(store, account, channel)
        if told is not None and moment(told).astimezone(zone).date() == moment(now).astimezone(zone).date():
            sent.append(Sent(channel=channel, silent=True))
            continue
        # A moment to come was told while the machine's clock was ahead: what happened since is not known to be told.
        since = Millis(now - DAY) if told is None or told > now else told
        digest = await asyncio.to_thread(gather, store, agreement, account, since=since, until=now)
        sent.append(await _send(settings, channel, digest, zone))
        if sent[-1].failed is None:
            _keep_told(store, account, channel, now)
    return sent


async def _send(settings: Settings, channel: Channel, digest: Digest, zone: ZoneInfo) -> Sent:
    if digest.is_empty and moment(digest.until).astimezone(zone).weekday() != _MONDAY:
        return Sent(channel=channel, silent=True)
    lines = tell(digest, zone, settings.digest.lang, link=settings.public_url)
    try:
        await _deliver(settings, channel, lines)
    except SyncerError as error:
        return Sent(channel=channel, failed=error.message, hint=error.hint)
    return Sent(channel=channel)


async def _deliver(settings: Settings, channel: Channel, lines: Sequence[str]) -> None:
    address = settings.digest_addresses[channel].get_secret_value()
    match channel:
        case "email":
            mail = settings.digest.email
            if mail is None:
                raise Bug("a report by mail without recipients")
            subject, rest = lines[0], lines[1:]
            await in_own_thread(send_mail, address, sender=mail.sender, to=mail.to, subject=subject, lines=rest)
        case "slack":
            await post_slack(address, lines)
        case "teams":
            await post_teams(address, lines)
        case _:
            assert_never(channel)


def told_until(store: Store, account: str) -> Mapping[str, int]:
    """Return by channel up to when it was told."""
    with store.snapshot() as unit:
        return {channel: int(at) for channel, at in unit.desk.positions(account, _TOLD).items()}


def _told_until(store: Store, account: str, channel: Channel) -> Millis | None:
    found = told_until(store, account).get(channel)
    return None if found is None else Millis(found)


def _keep_told(store: Store, account: str, channel: Channel, now: Millis) -> None:
    with store.commit() as unit:
        unit.desk.keep_cursor(account, channel, _TOLD, str(now))
