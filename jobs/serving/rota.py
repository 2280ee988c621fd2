"""What is done by the clock: the duties of every account, and of the whole database."""

import asyncio
from dataclasses import replace
from functools import partial

from jobs.schedule import Appointment, Every, Nightly
from jobs.serving.backups import nightly_backup
from jobs.serving.duties import Duty, duties
from jobs.serving.nights import Night
from jobs.serving.resting import can_rest
from jobs.serving.work import Call, Work, daemon_call


def appointments(work: Work, name: str) -> list[Appointment]:
    """Return what is done for an account again and again."""
    planned = duties(work.settings, work.in_force)
    return [appointed(work, name, duty, when, daemon_call(work, name, duty)) for duty, when in planned.items()]


def appointed(work: Work, account: str, duty: str, when: Every | Nightly, do: Call) -> Appointment:
    """Return an appointment of an account, or of the whole database where the account is "".

    Nights are never lost; what comes every few minutes is left out while nothing is to be done.
    """
    name = f"{account}/{duty}" if account else duty
    if isinstance(when, Every):
        spread = replace(when, offset=_place(work, account))
        return Appointment(name=name, when=spread, work=_unless_idle(work, account, duty, do))
    night = Night(store=work.store, clock=work.clock, account=account, name=duty, when=when)
    return Appointment(name=name, when=when, work=partial(night.on_time, do), catch_up=partial(night.catch_up, do))


def _place(work: Work, account: str) -> float:
    """Return where an account stands among all, from 0 to 1."""
    names = list(work.settings.accounts)
    return names.index(account) / len(names)


def of_the_database(work: Work) -> list[Appointment]:
    """Return what is done once for all accounts."""
    plan = work.settings.schedule
    if plan.backup_hour is None:
        return []

    async def run() -> None:
        await asyncio.to_thread(nightly_backup, work.store, plan, work.clock())

    return [appointed(work, "", "backup", Nightly(plan.backup_hour, work.in_force.agreement.calendar.zone), run)]


def _unless_idle(work: Work, account: str, duty: str, do: Call) -> Call:
    async def run() -> None:
        if not await asyncio.to_thread(can_rest, work, account, Duty(duty)):
            await do()

    return run
