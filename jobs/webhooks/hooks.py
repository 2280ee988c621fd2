"""Who may send webhooks to an account and to which address: models of `syncer.yaml` and what is wrong with them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, SecretStr

from jobs.access.credentials import Strict, VariableName
from syncer.errors import Problem

#: Where webhooks arrive, below the public address; an account's name may follow.
PATH: Final = "/webhooks/hubspot"
KEY_VARIABLE: Final = "HUBSPOT_CLIENT_SECRET"
_PUBLIC: Final = "SYNCER_PUBLIC_URL"
_ADDRESS = re.compile(r"https://[^\s?#]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s?#]*)?")


class WebhooksFile(Strict):
    """An account's webhooks as `syncer.yaml` describes them."""

    #: Variables that hold the client secrets of the apps that send; never the secrets.
    secret_env: Annotated[tuple[VariableName, ...], Field(min_length=1)] = (KEY_VARIABLE,)
    #: Believe the older signature too, which anybody who saw a request can send again.
    allow_v1: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhooks:
    """What an account's webhooks are verified with."""

    secrets: tuple[SecretStr, ...]
    allow_v1: bool


def public_address(text: str | None) -> tuple[str | None, Sequence[Problem]]:
    """Return the address under which the outside world reaches us, without a trailing slash, and what is wrong."""
    address = (text or "").strip().rstrip("/")
    if not address or _ADDRESS.fullmatch(address):
        return address or None, ()
    hint = "https://host or https://host/path as HubSpot is to call it, or http://127.0.0.1:8400 to rehearse"
    return None, (Problem(key=_PUBLIC, message="is no address that HubSpot could call", hint=hint),)


def webhooks_of(
    account: str, file: WebhooksFile | None, public_url: str | None, secret: Callable[[str], SecretStr | None]
) -> tuple[Webhooks | None, Sequence[Problem]]:
    """Return what an account's webhooks are verified with, None where it takes none, and what is wrong.

    Without a section of its own it takes webhooks once both the address and a secret are there.
    """
    chosen = file or WebhooksFile()
    secrets = [(name, secret(name)) for name in chosen.secret_env]
    found = tuple(one for _, one in secrets if one is not None)
    lacking = [_lacking(account, name) for name, one in secrets if one is None]
    lacking += [] if public_url else [_no_address(account)]
    if lacking:
        return None, () if file is None else lacking
    return Webhooks(secrets=found, allow_v1=chosen.allow_v1), ()


def _lacking(account: str, variable: str) -> Problem:
    hint = f"set {variable} in .env to the client secret of the app that sends, or leave `webhooks` out of syncer.yaml"
    return Problem(key=variable, message=f"account {account} takes webhooks and cannot verify them", hint=hint)


def _no_address(account: str) -> Problem:
    hint = f"set {_PUBLIC} in .env to the address that HubSpot calls: signatures are computed over it"
    return Problem(key=_PUBLIC, message=f"account {account} takes webhooks and has no address", hint=hint)
