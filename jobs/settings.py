"""Environment and files into frozen settings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, SecretStr

from jobs.access.credentials import (
    DEFAULT_VARIABLE,
    Credentials,
    JournalApp,
    OAuthAccess,
    Strict,
    credentials_of,
    journal_app_of,
)
from jobs.access.keys import keys_of
from jobs.digest.settings import Channel, DigestFile, addresses_of
from jobs.environment import Environment, mistyped_variables, named_files, read_environment, secret_of
from jobs.modes import BackfillMode, Engine, Exporter
from jobs.placing import misplaced
from jobs.privacy.retention import RetentionFile
from jobs.settings_file import AccountFile, Limits, ScheduleFile, SettingsFile, Tier, named_variables, read_file
from jobs.switches import HandoverForm, WriteBackFile
from jobs.traces import exporter_of
from jobs.webhooks.hooks import Webhooks, public_address, webhooks_of
from syncer.errors import ConfigError, Problem
from syncer.log import LogFormat

DEFAULT_ACCOUNT = "hubspot"


class Account(Strict):
    """One account, ready to be opened: with a token that does not expire, or by OAuth."""

    name: str
    connector: str
    token: SecretStr | None = None
    #: The variable that holds the token.
    token_env: str = DEFAULT_VARIABLE
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
    #: Further accounts of the file, which lack what opens them: what is here of them can be reported all the same.
    closed: tuple[str, ...] = ()
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


def load_settings(*, need_accounts: bool = True) -> Settings:
    """Return the settings of this process; ConfigError lists every problem of environment and file."""
    environment = read_environment()
    absent = misplaced(named_files(environment))
    file = read_file(environment.config, absent)
    public_url, wrong = public_address(environment.public_url)
    accounts, lacking = _accounts(file, environment, public_url)
    secrets, faults = _secrets(file, environment)
    faults = [*absent, *mistyped_variables(named_variables(file)), *faults]
    if need_accounts:
        faults += [*wrong, *lacking]
    if faults:
        raise ConfigError(faults)
    return Settings(
        database_url=environment.database_url,
        agreement_path=environment.agreement,
        log=environment.log,
        public_url=public_url,
        dashboard_password=environment.dashboard_password,
        reader_password=environment.reader_password,
        accounts=accounts,
        closed=tuple(name for name in file.accounts if name not in accounts),
        engine=file.engine,
        schedule=file.schedule,
        digest=file.digest,
        erasures=environment.erasures,
        retention=file.retention,
        **secrets._asdict(),
    )


class _Secrets(NamedTuple):
    """What seals, forgets and tells, by its name in `Settings`."""

    encryption_keys: tuple[SecretStr, ...]
    forget_keys: tuple[SecretStr, ...]
    digest_addresses: Mapping[Channel, SecretStr]
    traces: Exporter | None


def _secrets(file: SettingsFile, environment: Environment) -> tuple[_Secrets, Sequence[Problem]]:
    sealing = "syncer init writes one into a new .env"
    forgetting = "unset, syncer forget keeps one in a file of its own"
    keys, weak = keys_of(environment.encryption_keys, "SYNCER_ENCRYPTION_KEYS", sealing)
    forget_keys, weaker = keys_of(environment.forget_keys, "SYNCER_FORGET_KEYS", forgetting)
    addresses, silent = addresses_of(file.digest, secret_of)
    endpoints = (environment.otlp_endpoint, environment.otlp_traces_endpoint)
    traces, untraced = exporter_of(environment.traces_exporter, endpoints)
    return _Secrets(keys, forget_keys, addresses, traces), [*weak, *weaker, *silent, *untraced]


def _accounts(
    file: SettingsFile, environment: Environment, public_url: str | None
) -> tuple[Mapping[str, Account], Sequence[Problem]]:
    """Return the accounts that can be opened, and what the others lack."""
    accounts: dict[str, Account] = {}
    problems: list[Problem] = []
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
    return accounts, [*problems, *_shared(file, accounts)]


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
        token_env=file.token_env,
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
