"""What a client says who it is with: a token that stays, or one that somebody renews in time."""

from typing import Protocol

from syncer.errors import ConfigError, Problem

DEFAULT_VARIABLE = "HUBSPOT_ACCESS_TOKEN"


def credential_hint(variable: str) -> str:
    """Return what to do about a token that the CRM does not accept, by the environment variable that holds it."""
    return f"check {variable}: it is unknown, expired or revoked"


CREDENTIAL_HINT = credential_hint(DEFAULT_VARIABLE)


class Tokens(Protocol):
    """Hands out an account's access token. Safe for concurrent tasks and threads."""

    @property
    def hint(self) -> str:
        """Return what a person should do when the CRM does not accept the token."""
        ...

    async def fresh(self, *, rejected: str | None = None) -> str:
        """Return a token that is good for the next call.

        With `rejected`, one that the CRM refused as expired, the answer is another one if there is any, else the same.
        Raises AuthFailed where a person must connect the account again, TransientError where it is worth a repetition.
        """
        ...


class FixedToken:
    """A token without expiry: service key, private app, project app with static authentication."""

    def __init__(self, token: str, variable: str = DEFAULT_VARIABLE) -> None:
        self._token = token
        self._variable = variable

    @property
    def hint(self) -> str:
        """Return what a person should do when the CRM does not accept the token."""
        return credential_hint(self._variable)

    async def fresh(self, *, rejected: str | None = None) -> str:
        """Return the one token."""
        del rejected
        return self._token


def fixed_token(text: str, variable: str = DEFAULT_VARIABLE) -> FixedToken:
    """Return the token that a person put into an environment variable. Raises ConfigError for what is none."""
    # A header can hold nothing else, and a pasted line break is not worth a failed call.
    key = text.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        hint = "the token as HubSpot shows it, pat-..."
        raise ConfigError([Problem(message="the token is empty or no token", key=variable, hint=hint)])
    return FixedToken(key, variable)
