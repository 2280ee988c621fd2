"""A copy of a live account for the sandbox: all that Syncer reads of it, into one file; the account is only read.

The copy goes on where it stopped: each chunk is kept with its cursor in one transaction. It ends with a look at what
changed meanwhile. Event feeds have no cursor, so one that was cut off is read anew.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.ending import together
from connectors.sandbox import copies
from connectors.sandbox.clonefile import PLAIN, PSEUDONYMISED, CloneFile, Heading, discard, read_key
from connectors.values import AccountFacts, ExchangeRate, PropertyDefinition
from jobs.bootstrap import choose, opened_desk, opened_store, system_clock
from jobs.counts import PullCount
from jobs.desk import Clock, Desk
from jobs.names import LEADS
from jobs.privacy.gate import raw_sieve
from jobs.progress import Progress, Silent
from jobs.pulling.known import known_properties
from jobs.pulling.look import dated_properties, stage_of, wanted_properties
from jobs.pulling.pull import guarded
from jobs.rehearsal.cloning import Cloning, Copied, Wanted, disguised_owner
from jobs.settings import Settings
from mappings.fields import definitions, extended
from mappings.pseudonyms import Pseudonyms
from syncer.agreement import Agreement, in_force, load_agreement, load_default
from syncer.errors import Missing, MissingScope, StreamError
from syncer.moments import iso
from syncer.records import Kind

#: Companies before the contacts that are linked to them, contacts before what happened to them.
_FIRST = (Kind.COMPANY, Kind.CONTACT, Kind.DEAL)


@dataclass(frozen=True, kw_only=True, slots=True)
class CloneOrders:
    """Which account is copied, where to and how."""

    account: str
    #: SQLite file of the sandbox.
    state: Path
    pseudonymise: bool = False
    #: Throw an earlier copy in the file away.
    restart: bool = False


@dataclass(kw_only=True, slots=True)
class CloneResult:
    """What a copy holds, and what of the account it lacks."""

    account: str
    portal: str
    #: It was whole before this run, which read nothing.
    was_whole: bool = False
    pull: PullCount = field(default_factory=PullCount)
    copied: Copied = field(default_factory=Copied)
    seconds: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether nothing stopped."""
        return not self.pull.halted


async def clone(
    settings: Settings, orders: CloneOrders, *, clock: Clock = system_clock, progress: Progress | None = None
) -> CloneResult:
    """Copy an account into a file, or go on with a copy; what the token cannot read is noted and left out.

    Raises ConfigError where the file holds anything else than a copy of this account made the same way.
    """
    began = time.monotonic()
    account = choose(settings, orders.account)
    if orders.restart:
        discard(orders.state)
    with opened_store(settings) as store:
        async with opened_desk(settings, store, account.name, clock=clock, agreement=in_force(None)) as desk:
            result = await _cloned(settings, orders, desk, progress or Silent())
    result.seconds = round(time.monotonic() - began, 3)
    return result


async def _cloned(settings: Settings, orders: CloneOrders, desk: Desk, progress: Progress) -> CloneResult:
    facts = await desk.source.account()
    people = PSEUDONYMISED if orders.pseudonymise else PLAIN
    file = CloneFile.begin(orders.state, Heading(account=desk.name, portal=facts.portal_id, people=people))
    try:
        result = CloneResult(account=desk.name, portal=facts.portal_id, was_whole=file.is_whole)
        if not file.is_whole:
            run = _Run(settings, desk, file, progress=progress)
            await run.fill(facts, result)
        return result
    finally:
        file.close()


class _Run:
    """One run over one account and one file."""

    def __init__(
        self,
        settings: Settings,
        desk: Desk,
        file: CloneFile,
        *,
        progress: Progress,
    ) -> None:
        self._account = account = desk.account
        self._source = desk.source
        self._sifted = raw_sieve(desk)
        self._file = file
        self._clock = desk.clock
        self._progress = progress
        self._definitions = extended(definitions(account.connector), account.fields)
        self._agreement = _agreement(settings)

    async def fill(self, facts: AccountFacts, result: CloneResult) -> None:
        """Copy everything; mark the file as whole unless a stream stopped."""
        count = result.pull
        known = await self._known(count)
        disguise = self._disguise(known)
        properties = await self._shape(facts, known, disguise, count)
        work = Cloning(
            source=self._source,
            file=self._file,
            reading=Wanted(definitions=self._definitions, properties=properties, sifted=self._sifted),
            disguise=disguise,
            counts=(count, result.copied),
            clock=self._clock,
            progress=self._progress,
        )
        await self._each(_ordered(list(known)), work.whole, count)
        feeds = [name for name in self._source.streams.events if self._is_chosen(name, count)]
        await self._each([feeds], work.feed, count)
        await self._each(_ordered(list(known)), work.meanwhile, count)
        result.copied.unlike = disguise.unlike if disguise else 0
        self._note_lacking(count)
        count.with_calls(self._source.usage.calls)
        if not count.halted:
            self._file.end(iso(self._clock()) or "")

    async def _rates(self, facts: AccountFacts, count: PullCount) -> Sequence[ExchangeRate]:
        """Return what further currencies are worth, where there are any and it may be read."""
        if not facts.more_currencies:
            return ()
        try:
            return await self._source.exchange_rates()
        except (MissingScope, Missing) as error:
            count.skipped["exchange_rates"] = error.hint or error.message
            return ()

    async def _each(
        self, ordered: Sequence[Sequence[str]], work: Callable[[str], Awaitable[None]], count: PullCount
    ) -> None:
        for group in ordered:
            stopped = {*count.halted, *count.skipped}
            await guarded([name for name in group if name not in stopped], work, count)

    async def _known(self, count: PullCount) -> Mapping[str, Mapping[str, PropertyDefinition]]:
        """Return the property definitions of every stream that may be read; without contacts there is no copy."""
        streams = [name for name in self._source.streams.objects if self._is_chosen(name, count)]
        found = await together(*(self._definitions_of(name, count) for name in streams))
        return {name: known for name, known in zip(streams, found, strict=True) if known is not None}

    async def _definitions_of(self, stream: str, count: PullCount) -> Mapping[str, PropertyDefinition] | None:
        found = await known_properties(self._source, stream)
        if isinstance(found, str):
            count.skipped[stream] = found
            return None
        return found

    def _is_chosen(self, stream: str, count: PullCount) -> bool:
        chosen = not self._account.streams or stream in self._account.streams
        if not chosen:
            count.skipped[stream] = f"not among accounts.{self._account.name}.streams"
        return chosen

    def _disguise(self, known: Mapping[str, Mapping[str, PropertyDefinition]]) -> Pseudonyms | None:
        if self._file.heading.people != PSEUDONYMISED:
            return None
        types = {stream: {name: one.type for name, one in found.items()} for stream, found in known.items()}
        return Pseudonyms(read_key(self._file), definitions=self._definitions, agreement=self._agreement, types=types)

    async def _shape(
        self,
        facts: AccountFacts,
        known: Mapping[str, Mapping[str, PropertyDefinition]],
        disguise: Pseudonyms | None,
        count: PullCount,
    ) -> Mapping[str, Sequence[str]]:
        """Keep what the account is built of, and return the properties to read by stream."""
        stages = await self._source.pipelines() if Kind.DEAL in known else ()
        rates = await self._rates(facts, count)
        self._file.save([copies.account_change(facts, rates), *copies.pipeline_changes(stages)])
        if LEADS in known:
            await self._lead_pipelines(count)
        try:
            owners = await self._source.owners()
            self._file.save([copies.owner_change(disguised_owner(row, disguise)) for row in owners])
        except MissingScope as error:
            count.skipped["owners"] = error.hint or error.message
        named = await together(*(self._source.groups(stream) for stream in known))
        for (stream, properties), names in zip(known.items(), named, strict=True):
            grouped = [copies.group_change(stream, name) for name in names]
            self._file.save([*grouped, *copies.property_changes(stream, properties.values())])
        dated = await dated_properties(self._source, [stage_of(stage) for stage in stages], known.get(Kind.DEAL, {}))
        return {
            stream: wanted_properties(self._definitions, self._agreement, stream, properties, dated)
            for stream, properties in known.items()
        }

    async def _lead_pipelines(self, count: PullCount) -> None:
        try:
            found = await self._source.pipelines(LEADS)
        except (StreamError, Missing) as error:
            count.skipped[LEADS] = error.hint or error.message
            return
        self._file.save(list(copies.pipeline_changes(found, stream=LEADS)))

    def _note_lacking(self, count: PullCount) -> None:
        """Let the copy refuse what the account refuses: a feed that is empty says something else than none."""
        streams = (*self._source.streams.objects, *self._source.streams.events, "owners")
        scopes = {name: scope for name in streams if (scope := copies.scope_of(name))}
        self._file.save([copies.lacking_change(scope, holds=name in count.skipped) for name, scope in scopes.items()])


def _ordered(streams: Sequence[str]) -> Sequence[Sequence[str]]:
    """Return the streams in groups, each after the one before it: a link is kept where its far end is held."""
    first = [[kind.value] for kind in _FIRST if kind in streams]
    return [*first, [name for name in streams if name not in set(Kind)]]


def _agreement(settings: Settings) -> Agreement:
    """Return the agreement that is to be tried, signed or not."""
    path = settings.agreement_path
    return load_agreement(path) if path.exists() else load_default()
