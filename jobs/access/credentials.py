"""How an account may be opened: a token that does not expire, or OAuth. Models and what is wrong with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from syncer.errors import Problem

DEFAULT_VARIABLE: Final = "HUBSPOT_ACCESS_TOKEN"
_ID_VARIABLE: Final = "HUBSPOT_CLIENT_ID"
_KEY_VARIABLE: Final = "HUBSPOT_CLIENT_SECRET"
_RENEWAL_VARIABLE: Final = "HUBSPOT_REFRESH_TOKEN"
#: Of the developer account that owns a legacy public app; needed to set its webhooks up, never to run.
DEVELOPER_VARIABLE: Final = "HUBSPOT_DEVELOPER_API_KEY"

VARIABLE: Final = r"^[A-Z][A-Z0-9_]*$"
#: HubSpot takes https, and http to the person's own machine.
REDIRECT: Final = r"^(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?)$"

VariableName = Annotated[str, Field(pattern=VARIABLE)]


class Strict(BaseModel):
    """A section without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OAuthFile(Strict):
    """How an account's OAuth app is known; secrets are named by their environment variables."""

    client_id_env: VariableName = _ID_VARIABLE
    client_secret_env: VariableName = _KEY_VARIABLE
    #: May be unset: `syncer connect` keeps the token in the database.
    refresh_token_env: VariableName = _RENEWAL_VARIABLE
    #: Where HubSpot sends the person back; stands in the app's settings too.
    redirect_url: Annotated[str, Field(pattern=REDIRECT)] = "http://localhost:8418/oauth/callback"


class AccessFile(Strict):
    """How an account is opened, as `syncer.yaml` describes it."""

    #: Name of the environment variable that holds the token; never the token.
    token_env: VariableName = DEFAULT_VARIABLE
    #: None: OAuth where the section `oauth` is there, or HUBSPOT_REFRESH_TOKEN, or a client id and no access token.
    auth: Literal["token", "oauth"] | None = None
    oauth: OAuthFile = OAuthFile()


class OAuthAccess(Strict):
    """An OAuth app of one account's portal."""

    client_id: str
    client_secret: SecretStr
    #: From the environment; what the database holds is newer unless this one was changed.
    refresh_token: SecretStr | None
    redirect_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What an account is opened with: one of the two."""

    token: SecretStr | None = None
    oauth: OAuthAccess | None = None


class JournalApp(Strict):
    """The app whose journal tells of an account's portal."""

    client_id: str
    client_secret: SecretStr


def journal_app_of(
    name: str, file: AccessFile, secret: Callable[[str], SecretStr | None]
) -> tuple[JournalApp | None, Sequence[Problem]]:
    """Return the app of an account, None where it lacks id or secret, and what is lacking."""
    client_id, client_secret = secret(file.oauth.client_id_env), secret(file.oauth.client_secret_env)
    if client_id is None or client_secret is None:
        names = [file.oauth.client_id_env, file.oauth.client_secret_env]
        return None, [_no_journal_app(name, one) for one in names if secret(one) is None]
    return JournalApp(client_id=client_id.get_secret_value(), client_secret=client_secret), ()


def credentials_of(
    name: str, file: AccessFile, secret: Callable[[str], SecretStr | None]
) -> Credentials | Sequence[Problem]:
    """Return what an account is opened with, or every problem; `secret` looks a variable up."""
    token, app = secret(file.token_env), file.oauth
    refresh_token = secret(app.refresh_token_env)
    if not _is_oauth(file, secret):
        return Credentials(token=token) if token else (_no_token(name, file.token_env),)
    client_id, client_secret = secret(app.client_id_env), secret(app.client_secret_env)
    if client_id is None or client_secret is None:
        return [_no_app(name, one) for one in (app.client_id_env, app.client_secret_env) if secret(one) is None]
    return Credentials(
        oauth=OAuthAccess(
            client_id=client_id.get_secret_value(),
            client_secret=client_secret,
            refresh_token=refresh_token,
            redirect_url=app.redirect_url,
        )
    )


def _is_oauth(file: AccessFile, secret: Callable[[str], SecretStr | None]) -> bool:
    if file.auth is not None or "oauth" in file.model_fields_set:
        return file.auth != "token"
    if file.token_env != DEFAULT_VARIABLE:
        return False
    # An access token beside a refresh token came with it and lasts half an hour.
    has_app, has_token = secret(file.oauth.client_id_env) is not None, secret(file.token_env) is not None
    return secret(file.oauth.refresh_token_env) is not None or (has_app and not has_token)


def _no_token(account: str, variable: str) -> Problem:
    return Problem(
        key=variable,
        message=f"account {account} has no access token",
        hint=f"set {variable} in .env; in HubSpot: Development, Keys, Service keys. For an OAuth app set "
        f"{_ID_VARIABLE} and {_KEY_VARIABLE} instead",
    )


def _no_journal_app(account: str, variable: str) -> Problem:
    return Problem(
        key=variable,
        message=f"account {account} reads an app's journal and lacks it",
        hint=f"set {variable} in .env, from the Auth page of the app in HubSpot; or leave `journal` out of syncer.yaml",
    )


def _no_app(account: str, variable: str) -> Problem:
    return Problem(
        key=variable,
        message=f"account {account} uses OAuth and lacks it",
        hint=f"set {variable} in .env, from the Auth page of your app in HubSpot; or say auth: token in syncer.yaml",
    )
