"""Looks at everything that a run will need and says what is wrong with it, all at once, each with its remedy."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import cast

from connectors.http import Patience
from connectors.ports import Page
from jobs.bootstrap import opened_desk, opened_store
from jobs.desk import Desk, Portal
from jobs.look import look
from jobs.names import agreement_text
from jobs.settings import Settings, load_settings
from jobs.setup import setup
from mappings.check import gaps
from syncer.agreement import InForce, Meaning, in_force
from syncer.errors import ConfigError, MissingScope, SyncerError
from syncer.records import Kind
from syncer.store import Store

#: A look does not wait for a CRM that is away.
_SHORT = Patience(attempts=2, seconds=5.0)


class Level(Enum):
    """How bad a finding is."""

    FINE = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing looked at."""

    level: Level
    area: str
    what: str
    remedy: str | None = None
    #: Stands in a file or in the environment, not in the CRM.
    is_configuration: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {"level": self.level.value, "area": self.area, "finding": self.what, "remedy": self.remedy}


async def check_all(account: str | None) -> Sequence[Finding]:
    """Return every finding: files, then the database, then each account."""
    try:
        settings = load_settings()
    except ConfigError as error:
        return _of_files("settings", error)
    findings: list[Finding] = []
    agreement = _agreement(settings, findings)
    try:
        with opened_store(settings) as store:
            findings.append(Finding(level=Level.FINE, area="database", what=store.url))
            if agreement is not None:
                for name in [account] if account else list(settings.accounts):
                    findings += await _account(settings, store, name)
    except SyncerError as error:
        findings.append(_problem("database", error))
    return findings


def _agreement(settings: Settings, findings: list[Finding]) -> InForce | None:
    try:
        found = in_force(settings.agreement_path)
    except ConfigError as error:
        findings += _of_files("agreement", error)
        return None
    level = Level.NOTE if found.notice else Level.FINE
    remedy = "syncer init writes it, ready to sign" if found.notice else None
    findings.append(Finding(level=level, area="agreement", what=agreement_text(found), remedy=remedy))
    return found


def _of_files(area: str, error: ConfigError) -> Sequence[Finding]:
    return [
        Finding(level=Level.PROBLEM, area=area, what=str(one), remedy=one.hint, is_configuration=True)
        for one in error.problems
    ]


def _problem(area: str, error: SyncerError) -> Finding:
    configured = isinstance(error, ConfigError)
    return Finding(level=Level.PROBLEM, area=area, what=error.message, remedy=error.hint, is_configuration=configured)


async def _account(settings: Settings, store: Store, name: str) -> Sequence[Finding]:
    async with opened_desk(settings, store, name, patience=_SHORT) as desk:
        try:
            portal = await look(desk, afresh=True)
            return [
                *await _streams(desk, portal),
                *_fields(desk, portal),
                *_stages(desk, portal),
                *await _properties(desk),
            ]
        except SyncerError as error:
            return [_problem(name, error)]


async def _streams(desk: Desk, portal: Portal) -> Sequence[Finding]:
    """Try one call on every stream and feed: what the token may not read is named with the scope to grant."""
    names = (*portal.streams, *portal.feeds)
    answers = await asyncio.gather(*(_tried(desk, portal, name) for name in names))
    refused = {name: why for name, why in zip(names, answers, strict=True) if why is not None} | dict(portal.skipped)
    read = ", ".join(name for name in names if name not in refused)
    found = [Finding(level=Level.FINE, area=desk.name, what=f"reads {read}")]
    found += [
        Finding(level=Level.NOTE, area=desk.name, what=f"leaves out {name}", remedy=why)
        for name, why in refused.items()
    ]
    return found


async def _tried(desk: Desk, portal: Portal, stream: str) -> str | None:
    """Read the first page of a stream; return why it cannot be read, or None."""
    if stream in portal.feeds:
        pages = desk.source.events(stream, since=desk.clock())
    else:
        pages = desk.source.pages(stream, properties=("hs_object_id",))
    try:
        async with aclosing(cast("AsyncGenerator[Page]", pages)) as opened:
            await anext(opened, None)
    except MissingScope as error:
        return error.hint or error.message
    return None


def _fields(desk: Desk, portal: Portal) -> Sequence[Finding]:
    known = {Kind(stream): names for stream, names in portal.properties.items() if stream in set(Kind)}
    missing = [f"{gap.kind}.{gap.field}" for gap in gaps(desk.definitions, known)]
    if not missing:
        return ()
    note = "rules that read them will not fire; map your own property under accounts.….fields in syncer.yaml"
    what = f"no property feeds {', '.join(missing)}"
    return (Finding(level=Level.NOTE, area=desk.name, what=what, remedy=note),)


def _stages(desk: Desk, portal: Portal) -> Sequence[Finding]:
    resolved = desk.agreement.agreement.pipelines.resolve(portal.stages)
    found = [
        Finding(
            level=Level.PROBLEM,
            area=desk.name,
            what=f"deal stage {stage.label!r} ({stage.stage_id}) of pipeline {stage.pipeline_label!r} means nothing",
            remedy=f"map it in agreement.yaml: pipelines.{stage.pipeline_id}.stages.{stage.stage_id}",
            is_configuration=True,
        )
        for stage in portal.stages
        if resolved.of(stage.pipeline_id, stage.stage_id).meaning is Meaning.UNMAPPED
    ]
    found += [Finding(level=Level.NOTE, area=desk.name, what=warning.message) for warning in resolved.warnings]
    return found


async def _properties(desk: Desk) -> Sequence[Finding]:
    steps = [one for one in await setup(desk, apply=False) if one.state != "present"]
    if not steps:
        return [Finding(level=Level.FINE, area=desk.name, what="every property of the write-back is there")]
    missing = [f"{one.kind}.{one.name}" for one in steps if one.state == "missing"]
    found = [
        Finding(
            level=Level.PROBLEM,
            area=desk.name,
            what=f"{one.kind}.{one.name} {one.note}",
            remedy="see docs/agreement.md",
        )
        for one in steps
        if one.state == "differs"
    ]
    if missing:
        what = f"the CRM lacks {', '.join(missing)}"
        found.append(Finding(level=Level.PROBLEM, area=desk.name, what=what, remedy="syncer setup --apply"))
    return found
