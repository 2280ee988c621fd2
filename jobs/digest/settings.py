"""The section `digest` of syncer.yaml: when the report goes out, in which language, and to whom."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from jobs.access.credentials import Strict, VariableName
from syncer.errors import Problem

Channel = Literal["email", "slack", "teams"]
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MAILBOX = r"^[^@\s<>,;]+@[^@\s<>,;]+$"
Mailbox = Annotated[str, Field(pattern=MAILBOX)]


class EmailFile(Strict):
    """A report by mail."""

    to: list[Mailbox] = Field(min_length=1)
    sender: Mailbox
    #: Holds smtps://user:password@host, or smtp:// for STARTTLS.
    server_env: VariableName = "SYNCER_SMTP_URL"


class SlackFile(Strict):
    """A report into a Slack channel."""

    #: Holds the address of the channel's webhook.
    address_env: VariableName = "SYNCER_SLACK_URL"


class TeamsFile(Strict):
    """A report into a Teams channel."""

    #: Holds the address of the channel's webhook.
    address_env: VariableName = "SYNCER_TEAMS_URL"


class DigestFile(Strict):
    """The whole section."""

    #: Hour in the agreement's time zone; None sends nothing by the clock.
    hour: Annotated[int, Field(ge=0, le=23)] | None = 8
    lang: Literal["en", "de"] = "de"
    email: EmailFile | None = None
    slack: SlackFile | None = None
    teams: TeamsFile | None = None

    @property
    def variables(self) -> Mapping[Channel, str]:
        """The variable that holds each configured channel's address."""
        named: dict[Channel, str | None] = {
            "email": None if self.email is None else self.email.server_env,
            "slack": None if self.slack is None else self.slack.address_env,
            "teams": None if self.teams is None else self.teams.address_env,
        }
        return {channel: variable for channel, variable in named.items() if variable is not None}


def addresses_of(
    file: DigestFile, secret: Callable[[str], SecretStr | None]
) -> tuple[Mapping[Channel, SecretStr], Sequence[Problem]]:
    """Return the address of each configured channel, and every problem with them; `secret` looks a variable up."""
    found: dict[Channel, SecretStr] = {}
    problems = []
    for channel, variable in file.variables.items():
        address = secret(variable)
        fault = "is not set" if address is None else _fault(channel, address.get_secret_value())
        if fault is not None:
            hint = f"set it in .env, or take digest.{channel} out of syncer.yaml"
            problems.append(Problem(key=variable, message=fault, hint=hint))
        elif address is not None:
            found[channel] = address
    return found, problems


def _fault(channel: str, address: str) -> str | None:
    """Return what is wrong with the address of a channel, without repeating it, or None."""
    parts = urlsplit(address)
    local = parts.hostname in _LOOPBACK
    if channel == "email":
        return None if parts.scheme in {"smtp", "smtps"} and parts.hostname else "is no smtp:// or smtps:// address"
    if not parts.hostname or (parts.scheme != "https" and not (local and parts.scheme == "http")):
        return "is no https:// address"
    return None
