"""Environment and files into frozen settings. The only module that reads the environment."""

import os
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors.addresses import ALLOWED, is_usable
from jobs.access.credentials import (
    REDIRECT,
    VARIABLE,
    AccessFile,
    Credentials,
    JournalApp,
    OAuthAccess,
    OAuthFile,
    Strict,
    credentials_of,
    journal_app_of,
)
from jobs.access.keys import keys_of
from jobs.digest.settings import MAILBOX, Channel, DigestFile, EmailFile, SlackFile, TeamsFile, addresses_of
from jobs.dotfile import ENCODING, refuse_unreadable
from jobs.modes import BackfillMode, Engine
from jobs.placing import misplaced, mistyped
from jobs.privacy.retention import RetentionFile
from jobs.switches import HandoverForm, WriteBackFile, switched
from jobs.traces import Exporter, exporter_of
from jobs.webhooks.hooks import Webhooks, WebhooksFile, public_address, webhooks_of
from syncer.agreement.load import read_text
from syncer.agreement.tree import Document, read_document
from syncer.errors import ConfigError, Problem
from syncer.log import LogFormat

DEFAULT_ACCOUNT = "hubspot"
HUBSPOT_ADDRESS = "https://api.hubapi.com"
_NAME: Final = r"^[a-z][a-z0-9_-]{0,39}$"
_VARIABLE_IN_FILE: Final = re.compile(r"SYNCER_\w+")
_CONFIG, _AGREEMENT = Path("syncer.yaml"), Path("agreement.yaml")

FieldStream = Literal["contacts", "companies", "deals"]
_FIELD_STREAMS: Final[tuple[str, ...]] = get_args(FieldStream)
Tier = Literal["free", "starter", "professional", "enterprise", "oauth", "addon", "unlimited"]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]


class Environment(BaseSettings):
    """What `.env` and the environment say; the environment wins, and what is empty is not set."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding=ENCODING, env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: str = Field("sqlite:///syncer.db", validation_alias="SYNCER_DATABASE_URL")
    config: Path = Field(_CONFIG, validation_alias="SYNCER_CONFIG")
    agreement: Path = Field(_AGREEMENT, validation_alias="SYNCER_AGREEMENT")
    log: LogFormat = Field(LogFormat.CONSOLE, validation_alias="SYNCER_LOG")
    public_url: str | None = Field(None, validation_alias="SYNCER_PUBLIC_URL")
    dashboard_password: SecretStr | None = Field(None, validation_alias="SYNCER_DASHBOARD_PASSWORD")
    reader_password: SecretStr | None = Field(None, validation_alias="SYNCER_DASHBOARD_READER_PASSWORD")
    encryption_keys: SecretStr | None = Field(None, validation_alias="SYNCER_ENCRYPTION_KEYS")
    forget_keys: SecretStr | None = Field(None, validation_alias="SYNCER_FORGET_KEYS")
    erasures: Path | None = Field(None, validation_alias="SYNCER_ERASURES")
    hubspot_base_url: str = Field(HUBSPOT_ADDRESS, validation_alias="HUBSPOT_BASE_URL")
    traces_exporter: str | None = Field(None, validation_alias="OTEL_TRACES_EXPORTER")
    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    otlp_traces_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


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


class Account(Strict):
    """One account, ready to be opened: with a token that does not expire, or by OAuth."""

    name: str
    connector: str
    token: SecretStr | None = None
    oauth: OAuthAccess | None = None
    base_url: str
    tier: Tier
    limits: Limits
    versions: Mapping[str, str]
    streams: tuple[str, ...]
    backfill: BackfillMode = BackfillMode.AUTO
    write_back: bool
    handover: HandoverForm = HandoverForm.NONE
    proposals: bool = False
    resumes: bool = False
    escalations: bool = False
    #: The agreement's word for whom escalation reaches → an owner's id or e-mail address in the CRM.
    people: Mapping[str, str] = Field(default_factory=dict)
    fields: Mapping[str, Mapping[str, Mapping[str, object]]]
    #: None takes no webhooks.
    webhooks: Webhooks | None = None
    #: None reads no journal.
    journal: JournalApp | None = None

    @property
    def is_told(self) -> bool:
        """Whether the CRM tells of changes by itself: by webhooks, or in a journal."""
        return self.webhooks is not None or self.journal is not None


class Settings(Strict):
    """Everything a run needs to know before it starts."""

    database_url: str
    agreement_path: Path
    log: LogFormat
    public_url: str | None
    #: Opens the dashboard to who may decide, and to who may only look.
    dashboard_password: SecretStr | None
    reader_password: SecretStr | None = None
    accounts: Mapping[str, Account]
    engine: Engine = Engine.EMBEDDED
    schedule: ScheduleFile
    digest: DigestFile = DigestFile()
    #: Channel → its address, which is a secret.
    digest_addresses: Mapping[Channel, SecretStr] = Field(default_factory=dict)
    #: Seal what is secret in the database; the newest first, none leaves it in clear.
    encryption_keys: tuple[SecretStr, ...] = ()
    #: Make tombstones of erased people; the newest first, none leaves it to the key file.
    forget_keys: tuple[SecretStr, ...] = ()
    #: Where erasures are kept beside the database; None beside an SQLite file, else in the working directory.
    erasures: Path | None = None
    retention: RetentionFile = RetentionFile()
    #: Where spans of the work go; None records none.
    traces: Exporter | None = None


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
#: What a fault of the file says, where pydantic speaks to programmers.
_SAID: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "should be text",
    "dict_type": "should be a section with keys of its own",
    "model_type": "should be a section with keys of its own",
    "list_type": "should be a list: [contacts, deals]",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
}
_PATTERNS: Mapping[str, str] = {
    _NAME: "should be a name of a-z, 0-9, - and _ that begins with a letter",
    REDIRECT: "should be https://... or http://localhost:PORT/..., as in the app's settings, without ? and #",
    MAILBOX: "should be an e-mail address, without a name and without <>",
    VARIABLE: "should be the name of an environment variable, in capitals; never the token itself",
}


def load_settings(*, need_accounts: bool = True) -> Settings:
    """Return the settings of this process; ConfigError lists every problem of environment and file."""
    environment = _environment()
    absent = misplaced(_named_files(environment))
    file = _file(environment.config, absent)
    keys, faults = keys_of(
        environment.encryption_keys, "SYNCER_ENCRYPTION_KEYS", "syncer init writes one into a new .env"
    )
    forget_keys, forget_faults = keys_of(
        environment.forget_keys, "SYNCER_FORGET_KEYS", "unset, syncer forget keeps one in a file of its own"
    )
    faults = (*absent, *_mistyped(file), *faults, *forget_faults)
    public_url, wrong = public_address(environment.public_url)
    problems = list(wrong)
    accounts = {}
    for name, one in (file.accounts or {DEFAULT_ACCOUNT: AccountFile()}).items():
        found = credentials_of(name, one, secret_of)
        webhooks, lacking = webhooks_of(name, one.webhooks, public_url, secret_of)
        journal, unknown = journal_app_of(name, one, secret_of) if one.journal else (None, ())
        if isinstance(found, Credentials):
            told = {"webhooks": webhooks, "journal": journal}
            accounts[name] = _account(name, one, found, environment).model_copy(update=told)
        else:
            problems += found
        problems += [*lacking, *unknown]
    problems += _shared(file, accounts)
    addresses, silent = addresses_of(file.digest, secret_of)
    traces, untraced = exporter_of(
        environment.traces_exporter, (environment.otlp_endpoint, environment.otlp_traces_endpoint)
    )
    faults = [*faults, *silent, *untraced]
    if faults or (problems and need_accounts):
        raise ConfigError([*faults, *(problems if need_accounts else ())])
    return Settings(
        database_url=environment.database_url,
        agreement_path=environment.agreement,
        log=environment.log,
        public_url=public_url,
        dashboard_password=environment.dashboard_password,
        reader_password=environment.reader_password,
        accounts=accounts,
        engine=file.engine,
        schedule=file.schedule,
        digest=file.digest,
        digest_addresses=addresses,
        encryption_keys=keys,
        forget_keys=forget_keys,
        erasures=environment.erasures,
        retention=file.retention,
        traces=traces,
    )


def _environment() -> Environment:
    refuse_unreadable(Path(".env"))
    try:
        return Environment()
    except ValidationError as error:
        problems = [
            Problem(key=".".join(str(part) for part in one["loc"]), message=str(one["msg"]), hint="see .env.example")
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise ConfigError(problems) from None


def _named_files(environment: Environment) -> Mapping[str, tuple[Path, Path]]:
    """Return the files that a person named: variable → (path, the path that counts without it)."""
    named = {
        "config": ("SYNCER_CONFIG", (environment.config, _CONFIG)),
        "agreement": ("SYNCER_AGREEMENT", (environment.agreement, _AGREEMENT)),
    }
    return dict(pair for name, pair in named.items() if name in environment.model_fields_set)


def _mistyped(file: SettingsFile) -> Sequence[Problem]:
    known = [str(field.validation_alias) for field in Environment.model_fields.values()]
    return mistyped([*os.environ, *_kept()], known, _VARIABLE_IN_FILE.findall(file.model_dump_json()))


def _file(path: Path, absent: Sequence[Problem]) -> SettingsFile:
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
    near = get_close_matches(str(path[-1]), allowed, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return document.problem(path, "unknown key", f"{meant}allowed: {', '.join(sorted(allowed))}")


def _is_unknown_key(fault: str, section: str) -> bool:
    """Return whether a fault is about a key; the keys of `fields` are a literal, so a wrong one comes as a value."""
    return (fault == "literal_error" and section == "accounts.*.fields") or fault == "extra_forbidden"


def _said(found: ErrorDetails) -> str:
    """Return what the value should be."""
    pattern = str(found.get("ctx", {}).get("pattern"))
    plain = str(found["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return _PATTERNS.get(pattern) or _SAID.get(found["type"]) or plain


def _section(path: Sequence[str | int]) -> str:
    """Return which section a path leads to, whatever its account and fields are called."""
    chosen = {1, 3, 4} if path[2:3] == ["fields"] else {1}
    parts = ["*" if path[0] == "accounts" and place in chosen else str(part) for place, part in enumerate(path)]
    return ".".join(parts)


def _kept() -> Mapping[str, str | None]:
    """Return the variables of `.env`; none where there is no such file."""
    return dotenv_values(".env", encoding=ENCODING) if Path(".env").is_file() else {}


def hand_on_telemetry() -> None:
    """Put the variables of OpenTelemetry that `.env` holds where its library looks; the environment wins."""
    for name, value in _kept().items():
        if name.startswith("OTEL_") and value and not os.environ.get(name):
            os.environ[name] = value


def secret_of(variable: str) -> SecretStr | None:
    """Return a secret from the environment or `.env`; None where it is unset or empty."""
    text = (os.environ.get(variable) or _kept().get(variable) or "").strip()
    return SecretStr(text) if text else None


def _shared(file: SettingsFile, accounts: Mapping[str, Account]) -> Sequence[Problem]:
    """Refuse one refresh token for two accounts: they would be one portal, and each would outdate the other's token."""
    users: dict[str, list[str]] = {}
    for name, account in accounts.items():
        if account.oauth is not None and account.oauth.refresh_token is not None:
            users.setdefault(account.oauth.refresh_token.get_secret_value(), []).append(name)
    hint = "each portal has its own: name oauth.refresh_token_env of each account, or leave it unset and syncer connect"
    return [
        Problem(
            key=file.accounts[names[1]].oauth.refresh_token_env,
            message=f"accounts {', '.join(names)} share a refresh token",
            hint=hint,
        )
        for names in users.values()
        if len(names) > 1
    ]


def _account(name: str, file: AccountFile, found: Credentials, environment: Environment) -> Account:
    told = file.write_back or WriteBackFile()
    return Account(
        name=name,
        connector=file.connector,
        token=found.token,
        oauth=found.oauth,
        base_url=(file.base_url or environment.hubspot_base_url).rstrip("/"),
        # A public app has the smallest allowance; a file that names a tier knows better.
        tier="oauth" if found.oauth is not None and "tier" not in file.model_fields_set else file.tier,
        limits=file.limits,
        versions=file.versions,
        streams=tuple(file.streams),
        write_back=file.write_back is not None,
        handover=told.handover,
        proposals=told.proposals == "task",
        resumes=told.resumes == "task",
        escalations=told.escalations == "task",
        people=told.people,
        backfill=file.backfill,
        fields={
            kind: {field: {"from": rule.from_, "as": rule.as_} for field, rule in rules.items()}
            for kind, rules in file.fields.items()
        },
    )
