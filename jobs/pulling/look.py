"""Look at the account before reading it: who owns, which pipelines, which properties, which streams there are."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import cast

import msgspec

from connectors.ending import together
from connectors.ports import Source
from connectors.values import OwnerRow, Page, PipelineStage, PropertyDefinition
from jobs.desk import Desk, LeadStage, Portal
from jobs.names import LEADS, property_names
from jobs.pulling.allowed import options_of, unfit_of
from jobs.pulling.currencies import read_rates
from jobs.pulling.door import is_known_door, keep_door, refuse_other_portal
from jobs.pulling.known import read_known
from mappings.check import present
from mappings.fields import Definitions
from mappings.leads import lead_states
from mappings.stage_dates import entered_name, entered_names, with_entered_names
from syncer.agreement import Agreement
from syncer.errors import (
    ConfigError,
    Missing,
    Problem,
    SchemaChanged,
    StreamError,
    SyncerError,
    Unavailable,
)
from syncer.meant import among
from syncer.moments import HOUR
from syncer.records import Kind, Owner, Stage

#: How long one look is good for: an idle round then costs one search a stream and nothing else.
_GOOD_FOR = HOUR

_MOST_DATED_STAGES = 30


class _Kept(msgspec.Struct):
    at: int
    portal: Portal


async def look(desk: Desk, *, afresh: bool = False) -> Portal:
    """Return what the account has; owners, stages and account facts go to the mirror.

    A look is kept for an hour unless `afresh`, or something was `away`. A stream without scope is noted in `skipped`;
    contacts are needed and raise. Raises ConfigError where the token opens another portal than before.
    """
    refuse_unknown(desk, desk.account.streams, key=f"accounts.{desk.name}.streams")
    if not afresh:
        kept = await asyncio.to_thread(_kept, desk)
        if kept is not None:
            return kept.portal
    portal = await _look(desk)
    if not portal.away:
        await asyncio.to_thread(_keep, desk, _Kept(at=desk.clock(), portal=portal))
    return portal


def _kept(desk: Desk) -> _Kept | None:
    with desk.store.snapshot() as unit:
        text = unit.desk.cursor(desk.name, "account", "portal")
    if text is None or not is_known_door(desk):
        return None
    try:
        kept = msgspec.json.decode(text, type=_Kept)
    except msgspec.ValidationError:
        return None
    return kept if 0 <= desk.clock() - kept.at < _GOOD_FOR else None


def _keep(desk: Desk, kept: _Kept) -> None:
    text = msgspec.json.encode(kept).decode()
    with desk.store.commit() as unit:
        unit.desk.keep_cursor(desk.name, "account", "portal", text)


def note_out_of_reach(desk: Desk, skipped: Mapping[str, str]) -> None:
    """Ask no more for streams that the token may not read, until the next look; contacts and the like always.

    `skipped` says by stream why it was left out.
    """
    kept = _kept(desk)
    if kept is None:
        return
    portal = kept.portal
    new = {name: why for name, why in skipped.items() if name not in {*Kind, *portal.skipped}}
    if new:
        known = replace(
            portal,
            skipped={**portal.skipped, **new},
            streams=[name for name in portal.streams if name not in new],
            feeds=[name for name in portal.feeds if name not in new],
        )
        _keep(desk, _Kept(at=kept.at, portal=known))


def forget_look(desk: Desk) -> None:
    """Let the next round look afresh: the CRM has other properties than the kept look says."""
    with desk.store.commit() as unit:
        unit.desk.drop_cursor(desk.name, "account", "portal")


async def _look(desk: Desk) -> Portal:
    facts, owners, stages = await together(desk.source.account(), desk.source.owners(), _deal_stages(desk))
    await refuse_other_portal(desk, facts)
    portal_stages = [stage_of(one) for one in stages]

    def keep() -> None:
        with desk.store.commit() as unit:
            unit.desk.keep_account(
                desk.name,
                portal_id=facts.portal_id,
                time_zone=facts.time_zone,
                currency=facts.currency,
                account_type=facts.account_type,
            )
            keep_door(unit, desk)
            unit.mirror.replace_owners(desk.name, [_owner(row) for row in owners])
            if in_account(desk, (Kind.DEAL,)):
                unit.mirror.replace_stages(desk.name, portal_stages)

    await asyncio.to_thread(keep)
    known, skipped, away = await read_known(desk.source, in_account(desk, desk.source.streams.objects))
    lead_stages = await _lead_stages(desk, skipped, away) if LEADS in known else {}
    dated = await dated_properties(desk.source, portal_stages, known.get(Kind.DEAL, {}))
    without_rates = await read_rates(desk, facts)
    skipped |= {} if without_rates is None else {"exchange_rates": without_rates}
    return Portal(
        properties={
            stream: wanted_properties(desk.definitions, desk.agreement.agreement, stream, names, dated)
            for stream, names in known.items()
        },
        options={kind: options_of(desk.agreement.agreement, kind, known.get(kind, {})) for kind in Kind},
        stages=portal_stages,
        locked={
            stream: frozenset(one.name for one in names.values() if one.read_only) for stream, names in known.items()
        },
        streams=[stream for stream in in_account(desk, desk.source.streams.objects) if stream not in {*skipped, *away}],
        feeds=in_account(desk, desk.source.streams.events),
        skipped=skipped,
        away=away,
        lead_stages=lead_stages,
        unfit={kind: unfit_of(desk.agreement.agreement, kind, known.get(kind, {})) for kind in Kind},
        more_currencies=facts.more_currencies,
    )


async def _deal_stages(desk: Desk) -> Sequence[PipelineStage]:
    """Return what deal stages there are; an account that leaves deals out may not be allowed to know."""
    return await desk.source.pipelines() if in_account(desk, (Kind.DEAL,)) else ()


async def _lead_stages(desk: Desk, skipped: dict[str, str], away: dict[str, str]) -> Mapping[str, LeadStage]:
    """Return what the lead stages mean; where the account has no lead pipelines, it has no leads to read."""
    try:
        stages = await desk.source.pipelines(LEADS)
    except (StreamError, Missing, Unavailable) as error:
        lacking = away if isinstance(error, Unavailable) else skipped
        lacking[LEADS] = error.hint or error.message
        return {}
    states = lead_states(stages)
    return {stage.stage_id: LeadStage(stage.label, states.get(stage.stage_id)) for stage in stages}


def refuse_unknown(desk: Desk, streams: Sequence[str], *, key: str) -> None:
    """Raise ConfigError for streams that the connector does not have."""
    known = (*desk.source.streams.objects, *desk.source.streams.events)
    problems = [
        Problem(key=key, message=f"no stream named {name}", hint=among(name, known))
        for name in streams
        if name not in known
    ]
    if problems:
        raise ConfigError(problems)


async def tried(desk: Desk, portal: Portal, stream: str) -> SyncerError | None:
    """Read the first page of a stream or feed and keep nothing; return the error that stops it, or None."""
    if stream in portal.feeds:
        return await _opened(desk.source.events(stream, since=desk.clock()))
    return await _first_page(desk.source, stream, ("hs_object_id",))


async def _first_page(source: Source, stream: str, properties: Sequence[str]) -> SyncerError | None:
    return await _opened(source.pages(stream, properties=properties))


async def _opened(pages: AsyncIterator[Page]) -> SyncerError | None:
    try:
        async with aclosing(cast("AsyncGenerator[Page]", pages)) as opened:
            await anext(opened, None)
    except SyncerError as error:
        return error
    return None


def in_account(desk: Desk, streams: Sequence[str]) -> list[str]:
    """Return those of some streams that the account's settings do not leave out."""
    chosen = desk.account.streams
    return [stream for stream in streams if not chosen or stream in chosen]


def wanted_properties(
    definitions: Definitions,
    agreement: Agreement,
    stream: str,
    known: Mapping[str, PropertyDefinition],
    dated: Sequence[str],
) -> Sequence[str]:
    """Return the properties of a stream that Syncer reads, as far as the account knows them.

    `dated` are those that say when deals entered stages.
    """
    if stream not in set(Kind):
        wanted = definitions.properties(stream)
        return present(wanted, known) if known else wanted
    kind = Kind(stream)
    own = with_entered_names(definitions.objects[kind], known).properties()
    names = dict.fromkeys((*own, *property_names(agreement, kind)))
    asked = present(names, known) if known else tuple(names)
    return (*asked, *dated) if kind is Kind.DEAL else asked


def dated_stages(stages: Sequence[Stage]) -> Sequence[Stage]:
    """Return the stages whose date-entered properties are asked for: none in a portal with too many for one URL."""
    return stages if len(stages) <= _MOST_DATED_STAGES else ()


async def dated_properties(source: Source, stages: Sequence[Stage], known: Collection[str]) -> Sequence[str]:
    """Return the properties that say when deals entered stages: as listed, else as documented.

    A CRM may know none that it does not list, and refuse to be asked for one.
    """
    ids = [stage.stage_id for stage in dated_stages(stages)]
    listed = entered_names(ids, known)
    formed = [entered_name(id_) for id_ in ids if id_ not in listed] if known else []
    if formed and isinstance(await _first_page(source, Kind.DEAL, formed), Missing | SchemaChanged):
        ids = list(listed)
    return [name for id_ in ids for name in listed.get(id_, (entered_name(id_),))]


def _owner(row: OwnerRow) -> Owner:
    return Owner(
        id=row.id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        user_id=row.user_id,
        team=row.team,
        archived=row.archived,
    )


def stage_of(one: PipelineStage) -> Stage:
    """Return a stage as the mirror keeps it."""
    return Stage(
        pipeline_id=one.pipeline_id,
        pipeline_label=one.pipeline_label,
        stage_id=one.stage_id,
        label=one.label,
        position=one.position,
        is_closed=one.is_closed,
        probability=one.probability,
    )
