"""Looks at everything that a run will need and says what is wrong with it, all at once, each with its remedy."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from connectors.ending import together
from connectors.patience import Patience
from jobs.access.access import denied, grant_findings, left_out
from jobs.access.sunsets import ending_versions
from jobs.bootstrap import choose, opened_desk, opened_store, system_clock
from jobs.desk import Clock, Desk, Portal
from jobs.health.engine import engine_findings
from jobs.health.exposure import exposed_files
from jobs.health.findings import Finding, Level
from jobs.health.lifecycle import lifecycle_findings
from jobs.health.stages import stage_findings
from jobs.names import INSTEAD, agreement_text, rules_for
from jobs.pulling.look import look, tried
from jobs.settings import Settings, load_settings
from jobs.traces import tracing
from jobs.webhooks.hook_standing import hook_findings, read_hooks
from jobs.webhooks.journal_standing import journal_findings, read_journal_standing
from jobs.writing.setup import setup
from mappings.check import gaps
from syncer.agreement import InForce, in_force
from syncer.errors import ConfigError, MissingScope, SyncerError, Unavailable
from syncer.moments import moment
from syncer.records import Kind
from syncer.store import Store

#: A look does not wait for a CRM that is away.
_SHORT = Patience(attempts=2, seconds=3.0)
_FIRST_ANSWER_SECONDS = 8.0
_UNREACHED = "is the address right (HUBSPOT_BASE_URL, base_url in syncer.yaml), and may this machine reach it?"


def _problems(area: str, error: SyncerError, *, about: str | None = None) -> Sequence[Finding]:
    """Return an error as findings: each fault of a file apart, its remedy beside it and not in it."""
    if isinstance(error, ConfigError):
        return [
            Finding(
                level=Level.PROBLEM,
                area=area,
                what=str(replace(one, hint=None)),
                remedy=one.hint,
                is_configuration=True,
            )
            for one in error.problems
        ]
    what = f"{about}: {error.message}" if about else error.message
    return [Finding(level=Level.PROBLEM, area=area, what=what, remedy=error.hint)]


async def check_all(
    account: str | None, *, first_answer: float = _FIRST_ANSWER_SECONDS, clock: Clock = system_clock
) -> Sequence[Finding]:
    """Return every finding: files, then the database, then each account.

    A CRM that says nothing for `first_answer` seconds is not waited for.
    """
    findings: list[Finding] = []
    settings = _settings(findings)
    if settings is None:
        return findings
    agreement = _agreement(settings, findings)
    try:
        with tracing(settings.traces), opened_store(settings) as store:
            findings.append(Finding(level=Level.FINE, area="database", what=store.url))
            findings += [*exposed_files(store), *engine_findings(settings, store)]
            for name in [account] if account else list(settings.accounts):
                findings += _versions(settings, name, clock)
                found = await _account(settings, store, name, agreement or in_force(None), first_answer)
                findings += found if agreement else map(_doubtful, found)
                findings += _grant(settings, store, name)
                findings += _webhooks(settings, store, name, clock)
                findings += _journal(settings, store, name, clock)
    except SyncerError as error:
        findings += _problems("database", error)
    return findings


def _settings(findings: list[Finding]) -> Settings | None:
    """Return the settings; where only tokens are missing, those of the accounts that have one."""
    try:
        return load_settings()
    except ConfigError as error:
        findings += _problems("settings", error)
    try:
        return load_settings(need_accounts=False)
    except ConfigError:
        return None


def _agreement(settings: Settings, findings: list[Finding]) -> InForce | None:
    """Report on the agreement; return it if it may run."""
    try:
        found = in_force(settings.agreement_path)
    except ConfigError as error:
        findings += _problems("agreement", error)
        what = "until it is mended, the accounts are looked at as the built-in default would"
        findings.append(Finding(level=Level.NOTE, area="agreement", what=what))
        return None
    level = Level.NOTE if found.notice else Level.FINE
    remedy = "syncer init writes it, ready to sign" if found.notice else None
    findings.append(Finding(level=level, area="agreement", what=agreement_text(found), remedy=remedy))
    return found


def _doubtful(found: Finding) -> Finding:
    """Return a problem as a note where the agreement that cannot be read may have settled it."""
    return replace(found, level=Level.NOTE) if found.is_by_agreement and found.level is Level.PROBLEM else found


def _versions(settings: Settings, name: str, clock: Clock) -> Sequence[Finding]:
    """Report versions whose end is near; what stands wrong is reported when the account is opened."""
    try:
        return ending_versions(choose(settings, name), moment(clock()).date())
    except ConfigError:
        return ()


def _grant(settings: Settings, store: Store, name: str) -> Sequence[Finding]:
    """Report on the OAuth grant, once a look has renewed it; a key that is lost was reported by the look."""
    try:
        return grant_findings(settings, store, choose(settings, name))
    except ConfigError:
        return ()


def _webhooks(settings: Settings, store: Store, name: str, clock: Clock) -> Sequence[Finding]:
    """Report whether webhooks arrive, where the account takes them."""
    account = settings.accounts.get(name)
    if account is None or account.webhooks is None:
        return ()
    with store.snapshot() as unit:
        hooks = read_hooks(unit, name, clock())
    # Who reads a journal may take webhooks too, and need not.
    return hook_findings(name, hooks, is_awaited=account.journal is None or hooks.is_sent)


def _journal(settings: Settings, store: Store, name: str, clock: Clock) -> Sequence[Finding]:
    """Report whether the app's journal is read, where the account has one."""
    account = settings.accounts.get(name)
    if account is None or account.journal is None:
        return ()
    with store.snapshot() as unit:
        return journal_findings(name, read_journal_standing(unit, name, clock()))


async def _account(
    settings: Settings, store: Store, name: str, agreement: InForce, first_answer: float
) -> Sequence[Finding]:
    try:
        async with opened_desk(settings, store, name, patience=_SHORT, agreement=agreement) as desk:
            await _first_answer(desk, first_answer)
            return await check_account(desk)
    except SyncerError as error:
        return _problems(name, error)


async def check_account(desk: Desk) -> Sequence[Finding]:
    """Return every finding about one account that answers."""
    try:
        portal = await look(desk, afresh=True)
    except MissingScope as error:
        return await denied(desk) or _problems(desk.name, error)
    streams, properties = await together(_streams(desk, portal), _properties(desk, portal))
    stages = [*await stage_findings(desk, portal), *_lead_stages(desk, portal), *lifecycle_findings(desk, portal)]
    return [*streams, *_fields(desk, portal), *stages, *properties]


async def _first_answer(desk: Desk, seconds: float) -> None:
    """Raise Unavailable where the CRM says nothing at all for so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await desk.source.account()
    except TimeoutError as error:
        raise Unavailable(f"{desk.account.base_url} says nothing", hint=_UNREACHED) from error
    except Unavailable as error:
        raise Unavailable(f"{desk.account.base_url}: {error.message}", hint=_UNREACHED) from error


async def _streams(desk: Desk, portal: Portal) -> Sequence[Finding]:
    """Try one call on every stream and feed: what the token may not read is named with the scope to grant."""
    names = (*portal.streams, *portal.feeds)
    answers = await together(*(tried(desk, portal, name) for name in names))
    failed = {name: error for name, error in zip(names, answers, strict=True) if error is not None}
    read = ", ".join(name for name in names if name not in failed)
    found = [Finding(level=Level.FINE, area=desk.name, what=f"reads {read}")] if read else []
    found += [left_out(desk, name, why) for name, why in portal.skipped.items()]
    found += [Finding(level=Level.PROBLEM, area=desk.name, what=f"{name}: {why}") for name, why in portal.away.items()]
    for name, error in failed.items():
        if isinstance(error, MissingScope):
            found.append(left_out(desk, name, error.hint or error.message))
        else:
            found += _problems(desk.name, error, about=name)
    return found


def _fields(desk: Desk, portal: Portal) -> Sequence[Finding]:
    known = {Kind(stream): names for stream, names in portal.properties.items() if stream in set(Kind)}
    missing = [f"{gap.kind}.{gap.field}" for gap in gaps(desk.definitions, known)]
    if not missing:
        return ()
    note = "rules that read them will not fire; map your own property under accounts.….fields in syncer.yaml"
    what = f"no property feeds {', '.join(missing)}"
    return (Finding(level=Level.NOTE, area=desk.name, what=what, remedy=note),)


def _lead_stages(desk: Desk, portal: Portal) -> Sequence[Finding]:
    named = desk.agreement.agreement.stages.lead_stages
    return [
        Finding(
            level=Level.NOTE,
            area=desk.name,
            what=f"lead stage {stage.label!r} ({id_}) says nothing about its contacts",
            remedy=f"if it should, agreement.yaml: stages.lead_stages.{id_}",
            is_by_agreement=True,
        )
        for id_, stage in portal.lead_stages.items()
        if stage.state is None and id_ not in named
    ]


def _lacking(desk: Desk, portal: Portal) -> Sequence[str]:
    """Return the CRM's own properties that the agreement writes and the account does not have."""
    rules = rules_for(desk.agreement.agreement)
    return [
        f"{kind}.{name}"
        for kind in Kind
        for name in sorted(rules.of_the_crm(kind) - rules.dispensable)
        if name not in portal.properties.get(kind, (name,))
    ]


async def _properties(desk: Desk, portal: Portal) -> Sequence[Finding]:
    try:
        steps = [one for one in await setup(desk, apply=False) if one.state != "present"]
    except SyncerError as error:
        return _problems(desk.name, error, about="properties of the write-back")
    theirs = _lacking(desk, portal)
    if not steps and not theirs:
        return [Finding(level=Level.FINE, area=desk.name, what="every property of the write-back is there")]
    found = [
        _problem(desk, f"{one.kind}.{one.name} {one.note}", "see docs/agreement.md")
        for one in steps
        if one.state == "differs"
    ]
    missing = [f"{one.kind}.{one.name}" for one in steps if one.state == "missing"]
    if missing:
        found.append(_problem(desk, f"the CRM lacks {', '.join(missing)}", "syncer setup --apply"))
    if theirs:
        found.append(_problem(desk, f"the CRM lacks {', '.join(theirs)}", INSTEAD))
    return found


def _problem(desk: Desk, what: str, remedy: str) -> Finding:
    return Finding(level=Level.PROBLEM, area=desk.name, what=what, remedy=remedy, is_by_agreement=True)
