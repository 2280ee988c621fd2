"""What a client says who it is with: a token that stays, or one that somebody renews in time."""

from typing import Protocol

CREDENTIAL_HINT = "check HUBSPOT_ACCESS_TOKEN: it is unknown, expired or revoked"


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

    def __init__(self, token: str) -> None:
        self._token = token

    @property
    def hint(self) -> str:
        """Return what a person should do when the CRM does not accept the token."""
        return CREDENTIAL_HINT

    async def fresh(self, *, rejected: str | None = None) -> str:
        """Return the one token."""
        del rejected
        return self._token
