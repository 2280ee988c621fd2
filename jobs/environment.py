"""The environment and `.env`. The only module that reads them; the language alone is looked up before it is loaded."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from jobs.dotfile import DOTFILE, ENCODING, refuse_unreadable
from jobs.placing import mistyped
from syncer.errors import ConfigError, Problem
from syncer.log import LogFormat

HUBSPOT_ADDRESS = "https://api.hubapi.com"
_CONFIG, _AGREEMENT = Path("syncer.yaml"), Path("agreement.yaml")


class Environment(BaseSettings):
    """What `.env` and the environment say; the environment wins, and what is empty is not set."""

    model_config = SettingsConfigDict(
        env_file=DOTFILE, env_file_encoding=ENCODING, env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: str = Field("sqlite:///syncer.db", validation_alias="SYNCER_DATABASE_URL")
    config: Path = Field(_CONFIG, validation_alias="SYNCER_CONFIG")
    agreement: Path = Field(_AGREEMENT, validation_alias="SYNCER_AGREEMENT")
    log: LogFormat = Field(LogFormat.CONSOLE, validation_alias="SYNCER_LOG")
    #: Which of them counts is `jobs.cli.tongue`'s business; here it is checked.
    lang: Literal["en", "de"] = Field("en", validation_alias="SYNCER_LANG")
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


def read_environment() -> Environment:
    """Return what is set; ConfigError lists everything that is no value of its variable."""
    refuse_unreadable(DOTFILE)
    try:
        return Environment()
    except ValidationError as error:
        problems = [
            Problem(
                key=".".join(str(part) for part in one["loc"]), message=_plain(str(one["msg"])), hint="see .env.example"
            )
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise ConfigError(problems) from None


def _plain(said: str) -> str:
    """Return a fault without the words by which pydantic speaks to programmers."""
    return said.removeprefix("Value error, ").removeprefix("Input ")


def named_files(environment: Environment) -> Mapping[str, tuple[Path, Path]]:
    """Return the files that a person named: variable → (path, the path that counts without it)."""
    named = {
        "config": ("SYNCER_CONFIG", (environment.config, _CONFIG)),
        "agreement": ("SYNCER_AGREEMENT", (environment.agreement, _AGREEMENT)),
    }
    return dict(pair for name, pair in named.items() if name in environment.model_fields_set)


def mistyped_variables(allowed: Sequence[str]) -> Sequence[Problem]:
    """Return the variables that look like ours and are none; `allowed` are names that a file gave to others."""
    known = [str(field.validation_alias) for field in Environment.model_fields.values()]
    return mistyped([*os.environ, *_kept()], known, allowed)


def _kept() -> Mapping[str, str | None]:
    """Return the variables of `.env`; none where there is no such file."""
    return dotenv_values(DOTFILE, encoding=ENCODING) if DOTFILE.is_file() else {}


def hand_on_telemetry() -> None:
    """Put the variables of OpenTelemetry that `.env` holds where its library looks; the environment wins."""
    for name, value in _kept().items():
        if name.startswith("OTEL_") and value and not os.environ.get(name):
            os.environ[name] = value


def secret_of(variable: str) -> SecretStr | None:
    """Return a secret from the environment or `.env`; None where it is unset or empty."""
    text = (os.environ.get(variable) or _kept().get(variable) or "").strip()
    return SecretStr(text) if text else None
