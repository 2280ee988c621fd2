"""What `syncer.yaml` says: its models, and its faults as a person can mend them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from connectors.addresses import ALLOWED, is_usable
from jobs.access.credentials import REDIRECT, VARIABLE, AccessFile, OAuthFile, Strict
from jobs.digest.settings import MAILBOX, DigestFile, EmailFile, SlackFile, TeamsFile
from jobs.modes import BackfillMode, Engine
from jobs.privacy.retention import RetentionFile
from jobs.switches import WriteBackFile, switched
from jobs.webhooks.hooks import WebhooksFile
from syncer.agreement.load import read_text
from syncer.agreement.structure import in_plain_words
from syncer.agreement.tree import Document, read_document
from syncer.errors import ConfigError, Problem
from syncer.meant import meant

_NAME: Final = r"^[a-z][a-z0-9_-]{0,39}$"
_VARIABLE: Final = re.compile(r"SYNCER_\w+")

FieldStream = Literal["contacts", "companies", "deals"]
_FIELD_STREAMS: Final[tuple[str, ...]] = get_args(FieldStream)
Tier = Literal["free", "starter", "professional", "enterprise", "oauth", "addon", "unlimited"]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]


class Limits(Strict):
    """The part of the CRM's allowance that Syncer may use."""

    #: Shares of the burst limits, of the searches a second and of the day; the rest is for the portal's other apps.
    share: Annotated[float, Field(gt=0, le=1)] = 0.98
    search_share: Annotated[float, Field(gt=0, le=1)] = 0.8
    daily_share: Annotated[float, Field(gt=0, le=1)] = 0.9


class FieldSource(Strict):
    """Where a field of the user's own comes from."""

    from_: list[str] = Field(alias="from", min_length=1)
    as_: str = Field("text", alias="as")


def _usable(base_url: str) -> str:
    """Return an address that a token may be sent to. Raises ValueError for any other."""
    if not is_usable(base_url):
        raise ValueError(f"should be {ALLOWED}")
    return base_url


class AccountFile(AccessFile):
    """One account as `syncer.yaml` describes it."""

    connector: Literal["hubspot"] = "hubspot"
    base_url: Annotated[str, AfterValidator(_usable)] | None = None
    tier: Tier = "professional"
    limits: Limits = Limits()
    #: API family → version; unnamed families take the connector's default.
    versions: dict[str, str] = Field(default_factory=dict)
    #: Streams to read; empty reads all that the account has.
    streams: list[str] = Field(default_factory=list)
    write_back: Annotated[WriteBackFile | None, BeforeValidator(switched)] = WriteBackFile()
    backfill: BackfillMode = BackfillMode.AUTO
    fields: dict[FieldStream, dict[str, FieldSource]] = Field(default_factory=dict)
    #: None: webhooks are taken once their address and secret are set.
    webhooks: WebhooksFile | None = None
    #: Read the app's journal, which needs no address that HubSpot could call.
    journal: bool = False


class ScheduleFile(Strict):
    """When the daemon does what; in minutes, but for hours of the night."""

    sync_every: Minutes = 5
    #: The same for an account that tells of its changes (webhooks, journal) and had none for an hour.
    idle_every: Minutes = 15
    measure_every: Minutes = 60
    #: A round re-reads this many minutes before the last one: the CRM's index lags and is out of order.
    overlap: Minutes = 15
    #: Between two looks at the journals of apps.
    journal_every: Minutes = 1
    #: Hour, in the agreement's time zone, of the full compare that mends the mirror; None never.
    reconcile_hour: Annotated[int, Field(ge=0, le=23)] | None = 3
    #: Hour of the nightly backup of an SQLite file; None never.
    backup_hour: Annotated[int, Field(ge=0, le=23)] | None = None
    backup_folder: Path = Path("backups")
    #: Backups that stay, the newest.
    backup_keep: Annotated[int, Field(ge=1, le=1_000)] = 14


class SettingsFile(Strict):
    """The whole of `syncer.yaml`."""

    accounts: dict[Annotated[str, Field(pattern=_NAME)], AccountFile] = Field(default_factory=dict)
    engine: Engine = Engine.EMBEDDED
    schedule: ScheduleFile = ScheduleFile()
    digest: DigestFile = DigestFile()
    retention: RetentionFile = RetentionFile()


#: Keys by section, for what a typing error may have meant; `*` stands for a name that the user chose.
_KEYS: Mapping[str, Sequence[str]] = {
    "": tuple(SettingsFile.model_fields),
    "schedule": tuple(ScheduleFile.model_fields),
    "digest": tuple(DigestFile.model_fields),
    "digest.email": tuple(EmailFile.model_fields),
    "digest.slack": tuple(SlackFile.model_fields),
    "digest.teams": tuple(TeamsFile.model_fields),
    "retention": tuple(RetentionFile.model_fields),
    "accounts.*": tuple(AccountFile.model_fields),
    "accounts.*.oauth": tuple(OAuthFile.model_fields),
    "accounts.*.limits": tuple(Limits.model_fields),
    "accounts.*.write_back": tuple(WriteBackFile.model_fields),
    "accounts.*.webhooks": tuple(WebhooksFile.model_fields),
    "accounts.*.fields": _FIELD_STREAMS,
    "accounts.*.fields.*.*": ("from", "as"),
}
#: What a fault of the file says beyond the words of an agreement's.
_SAID: Mapping[str, str] = {
    "list_type": "should be a list: [contacts, deals]",
    "tuple_type": "should be a list: [contacts, deals]",
    "too_short": "should be a list of one or more",
    "mapping_type": "should be a section with keys of its own",
    "path_type": "should be the name of a file or folder",
}
_PATTERNS: Mapping[str, str] = {
    _NAME: "should be a name of a-z, 0-9, - and _ that begins with a letter",
    REDIRECT: "should be https://... or http://localhost:PORT/..., as in the app's settings, without ? and #",
    MAILBOX: "should be an e-mail address, without a name and without <>",
    VARIABLE: "should be the name of an environment variable, in capitals; never the token itself",
}


def read_file(path: Path, absent: Sequence[Problem]) -> SettingsFile:
    """Return what the file says, all defaults where there is none; ConfigError lists `absent` and all its faults."""
    if not path.exists():
        return SettingsFile()
    try:
        return _parsed(path)
    except ConfigError as error:
        raise ConfigError([*absent, *error.problems]) from None


def _parsed(path: Path) -> SettingsFile:
    document = read_document(read_text(path), str(path))
    problems = list(document.problems)
    try:
        found = SettingsFile.model_validate(document.root.plain())
    except ValidationError as error:
        problems += [_file_problem(document, one) for one in error.errors(include_input=False, include_url=False)]
        raise ConfigError(sorted(problems, key=lambda one: one.line or 0)) from None
    if problems:
        raise ConfigError(problems)
    return found


def _file_problem(document: Document, found: ErrorDetails) -> Problem:
    """Return a fault of the file as a person can mend it: with the keys there are, or the rule of the value."""
    path = [part for part in found["loc"] if part != "[key]"]
    section = _section(path[:-1])
    if not _is_unknown_key(found["type"], section):
        return document.problem(path, _said(found))
    allowed = _KEYS.get(section, ())
    hint = f"{meant(str(path[-1]), allowed)}allowed: {', '.join(sorted(allowed))}"
    return document.problem(path, "unknown key", hint)


def _is_unknown_key(fault: str, section: str) -> bool:
    """Return whether a fault is about a key; the keys of `fields` are a literal, so a wrong one comes as a value."""
    return (fault == "literal_error" and section == "accounts.*.fields") or fault == "extra_forbidden"


def _said(found: ErrorDetails) -> str:
    """Return what the value should be."""
    pattern = str(found.get("ctx", {}).get("pattern"))
    return _PATTERNS.get(pattern) or _SAID.get(found["type"]) or in_plain_words(found)


def _section(path: Sequence[str | int]) -> str:
    """Return which section a path leads to, whatever its account and fields are called."""
    chosen = {1, 3, 4} if path[2:3] == ["fields"] else {1}
    parts = ["*" if path[0] == "accounts" and place in chosen else str(part) for place, part in enumerate(path)]
    return ".".join(parts)


def named_variables(file: SettingsFile) -> Sequence[str]:
    """Return the variables beginning as ours do that the file gives a meaning."""
    return _VARIABLE.findall(file.model_dump_json())
